from __future__ import annotations

import pytest

from engine.book.bind import BoundBook, bind
from engine.book.compile import compile_book
from engine.book.load import load_book
from engine.operations.starter import find_starter


@pytest.fixture(scope="session")
def starter() -> BoundBook:
    """The starter book, ready to decide."""
    return bind(compile_book(load_book(find_starter())))
