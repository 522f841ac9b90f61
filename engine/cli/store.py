"""What commands that read a store have in common: its options."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from engine.ledger.store import Store

StorePlace = Annotated[
    str | None,
    typer.Option(
        "--store", metavar="FILE", help="The store, a file or a URL; default: that of the workspace."
    ),
]
BookName = Annotated[
    str | None, typer.Option("--book", metavar="NAME", help="Name of the book; needed if there are several.")
]


@contextmanager
def open_book(place: str | None, name: str | None) -> Iterator[tuple[Store, str]]:
    """The store that is meant, and the name of the book in it."""
    from engine.operations.stores import choose_book, open_known_store

    with open_known_store(place, Path.cwd()) as store:
        yield store, choose_book(store, name)
