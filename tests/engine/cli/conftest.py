from __future__ import annotations

from pathlib import Path

import pytest

from engine.operations.workspaces import make_workspace


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new workspace, in which commands run."""
    folder = tmp_path / "desk"
    make_workspace(folder)
    monkeypatch.chdir(folder)
    return folder
