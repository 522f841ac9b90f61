"""Finding the store that is meant, and the book in it."""

from __future__ import annotations

from pathlib import Path

from engine.errors import LedgerError, UsageError
from engine.language.names import suggest
from engine.ledger.store import Store, open_store
from engine.workspace import STORE, find_workspace


def find_store(start: Path) -> Path | None:
    """Where the store of the workspace is that a folder lies in, made or not; None outside of one."""
    root = find_workspace(start)
    return None if root is None else root / STORE


def open_known_store(place: str | None, start: Path) -> Store:
    """Open a store that is there already.

    Args:
        place: A file, or a URL of a database; None is the store of the workspace.
        start: The folder that the command runs in.

    Raises:
        UsageError: None is named, and there is no workspace.
        LedgerError: There is no store, or it cannot be opened.
    """
    if place is not None and "://" in place:
        return open_store(place)
    found = find_store(start) if place is None else Path(place)
    if found is None:
        raise UsageError("which store? give --store, or run in a workspace")
    if not found.is_file():
        raise LedgerError(
            f"there is no store {found} yet; a run that keeps positions makes it, or name another"
        )
    return open_store(found)


def choose_book(store: Store, name: str | None) -> str:
    """The book that is meant: the one that is named, else the only one.

    Raises:
        LedgerError: The store has no cycle yet, or not of this book.
        UsageError: It has several books, and none is named.
    """
    books = store.list_books()
    if not books:
        raise LedgerError("the store is empty: no cycle has been booked yet")
    if name is not None and name not in books:
        hint = suggest(name, books) or f"it has {', '.join(books)}"
        raise LedgerError(f'the store has no book "{name}"; {hint}')
    if name is None and len(books) > 1:
        raise UsageError(f"which book? the store has {', '.join(books)}; give --book")
    return name or books[0]
