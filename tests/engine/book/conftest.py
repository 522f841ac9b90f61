from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.operations.starter import find_starter


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    """A copy of the starter book's draft that a test may spoil."""
    return Path(shutil.copytree(find_starter() / "draft", tmp_path / "funding-carry" / "draft"))
