from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from engine.book.bind import BoundBook, bind
from engine.book.compile import compile_book
from engine.book.load import load_book
from engine.operations.starter import find_starter


@pytest.fixture(scope="session")
def starter() -> BoundBook:
    """The starter book, ready to decide."""
    return bind(compile_book(load_book(find_starter())))


@pytest.fixture(scope="session")
def paper(load_module: Callable[[Path, str], ModuleType]) -> Any:
    """The module of a small market and the workspace over it, which is a program too."""
    return load_module(Path(__file__).with_name("paper_desk.py"), "paper_desk")


@pytest.fixture(scope="session")
def small_history(paper: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The recorded history of that market."""
    folder = Path(tmp_path_factory.mktemp("small") / "market")
    paper.write_history(folder)
    return folder
