"""`carrybook rules show`: a book to be read in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.book import BookFolder, choose_book
from engine.cli.console import AsJson, ExitCode, fits, show, show_json, tell

if TYPE_CHECKING:
    from rich.table import Table

    from engine.operations.show import BookView, TableView

Wanted = Annotated[
    str | None, typer.Option("--table", metavar="NAME", help="Only this table, such as entry or parameters.")
]


def show_book(path: BookFolder = None, *, table: Wanted = None, as_json: AsJson = False) -> None:
    """Show a book as it is written: what it is about, then each table, row by row where one is too wide.

    A faulty book is shown as far as its files can be read, with exit code 1 if something is left out; `check`
    finds the other faults.
    """
    from engine.operations.show import view_book

    view = view_book(choose_book(path), table)
    if as_json:
        show_json(_describe(view))
    else:
        _show_view(view)
        for fault in view.diagnostics:
            tell(str(fault), style="red")
    if view.diagnostics:
        raise typer.Exit(ExitCode.FAULT)


def _describe(view: BookView) -> dict[str, Any]:
    return {
        "path": str(view.path),
        "version": view.version,
        "fingerprint": view.fingerprint,
        "behaviour": view.behaviour,
        "manifest": view.manifest,
        "tables": {table.name: table.list_records() for table in view.tables},
        "diagnostics": list(view.diagnostics),
    }


def _show_view(view: BookView) -> None:
    behaviour = view.behaviour or "unknown, as the book has faults"
    tell(f"{view.path} (bytes {view.fingerprint}, behaviour {behaviour})")
    if view.manifest is not None:
        width = max(map(len, view.manifest), default=0)
        for key, value in view.manifest.items():
            show(f"{key:{width}}  {_write(value)}")
    for place, table in enumerate(view.tables):
        if place or view.manifest is not None:
            show("")
        show(_tell_title(table), style="bold")
        _show_table(table)


def _write(value: Any) -> str:
    """A value of the manifest on one line; what lies within another stands in parentheses."""
    if isinstance(value, dict):
        return ", ".join(f"{key} {_enclose(each)}" for key, each in value.items())
    if isinstance(value, list):
        return ", ".join(_enclose(each) for each in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _enclose(value: Any) -> str:
    return f"({_write(value)})" if isinstance(value, dict | list) else _write(value)


def _tell_title(table: TableView) -> str:
    rows = "1 row" if len(table.rows) == 1 else f"{len(table.rows)} rows"
    return ", ".join([table.name, rows, *([table.policy] if table.policy else [])])


def _show_table(table: TableView) -> None:
    """The rows as a table, or one below the other where the terminal is too narrow for one."""
    if not table.rows:
        return
    drawn = _draw(table)
    if fits(drawn):
        show(drawn)
        return
    width = max(map(len, table.header))
    for name, cells in table.list_entries():
        show(f"  {name or '(no name)'}")
        for header, cell in cells.items():
            show(f"    {header:{width}}  {' '.join(cell.splitlines())}")


def _draw(table: TableView) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    drawn = Table(*table.header, box=SIMPLE_HEAD)
    for row in table.rows:
        drawn.add_row(*row)
    return drawn
