"""Which book a command is about: the one that is named, or the one that is meant where none is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.cli.console import tell

BookFolder = Annotated[
    Path | None,
    typer.Argument(
        help="Folder of a book, its draft or a version; default: the workspace's, else the starter book."
    ),
]
"""The argument of every command about one book."""


def choose_book(named: Path | None) -> Path:
    """The book that is named, or else the one that is meant here, which is said on standard error.

    Raises:
        BookErrors: Every fault of the workspace's settings.
    """
    from engine.operations.workspaces import find_book, tell_choice, warn_of_own_books

    if named is not None:
        return named
    tell(tell_choice())
    warning = warn_of_own_books()
    if warning:
        tell(warning, style="yellow")
    return find_book()
