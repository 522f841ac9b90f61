"""The names that the tables of a book may use."""

from __future__ import annotations

from pathlib import Path

from engine.book import names
from engine.book.compile import compile_book
from engine.book.load import load_draft
from engine.book.names import TABLES, ListedName
from engine.errors import UsageError
from engine.language.names import suggest


def list_names(path: Path, table: str | None = None) -> list[ListedName]:
    """Every name of the book in a folder, or those that one table sees.

    Raises:
        BookErrors: Every fault of the book.
        UsageError: There is no such table.
    """
    compiled = compile_book(load_draft(path))
    if table is not None and table not in TABLES:
        hint = suggest(table, TABLES) or f"tables are {', '.join(TABLES)}"
        raise UsageError(f'there is no table "{table}"; {hint}')
    listed = names.list_names(compiled.book, compiled.scope)
    return [name for name in listed if table is None or table in name.tables]
