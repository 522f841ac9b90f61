"""Made events, and stores in a folder of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


@pytest.fixture(scope="session")
def made(load_module: Callable[[Path, str], ModuleType]) -> Any:
    """The program beside this file that makes events."""
    return load_module(Path(__file__).with_name("made_events.py"), "made_events")


@pytest.fixture(scope="session")
def worked(load_module: Callable[[Path, str], ModuleType]) -> Any:
    """The program beside this file that reads the worked day."""
    return load_module(Path(__file__).with_name("worked_day.py"), "worked_day")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where a store may be."""
    return tmp_path / "store.sqlite"
