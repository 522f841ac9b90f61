"""`carrybook names`: what formulas and cells of a book may call without defining it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.book import BookFolder, choose_book
from engine.cli.console import AsJson, fits, show, show_json

if TYPE_CHECKING:
    from rich.table import Table

    from engine.book.names import ListedName

_FLAT = "flat: the value where no position is held"

OfTable = Annotated[
    str | None,
    typer.Option("--table", help="Only names that this table sees: entry, exit, limits, metrics …"),
]


def names(path: BookFolder = None, *, table: OfTable = None, as_json: AsJson = False) -> None:
    """List the names of a book: type and unit, which tables see them, what they mean."""
    from engine.operations.names import list_names

    listed = list_names(choose_book(path), table)
    if as_json:
        show_json([asdict(name) for name in listed])
        return
    shown = _tabulate(listed)
    show(shown if fits(shown) else "\n".join(_tell(name) for name in listed))


def _tabulate(listed: list[ListedName]) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table("name", "type", "from", "seen by", "flat", "meaning", box=SIMPLE_HEAD, caption=_FLAT)
    for name in listed:
        table.add_row(name.name, name.type, name.source, name.sight, _tell_flat(name), name.meaning)
    return table


def _tell(name: ListedName) -> str:
    flat = f"; {_tell_flat(name)} where no position is held" if name.flat is not None else ""
    return f"{name.name}  {name.type}, {name.source}; {name.sight}{flat}\n    {name.meaning}"


def _tell_flat(name: ListedName) -> str:
    from engine.market.catalogue import NEVER

    if name.flat is None:
        return ""
    return "never" if name.flat >= NEVER else f"{name.flat:g}"
