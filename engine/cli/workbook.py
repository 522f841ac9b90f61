"""`carrybook rules export` and `carrybook rules import`: a whole book through one Excel workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from engine.cli.book import BookFolder, choose_book
from engine.cli.console import AsJson, show, show_json, tell
from engine.cli.diff import show_changes

To = Annotated[Path, typer.Option("--to", help="The workbook to write, FILE.xlsx.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace a workbook that is there already.")]
File = Annotated[Path, typer.Argument(help="The workbook, FILE.xlsx.")]
Folder = Annotated[
    Path | None,
    typer.Option(
        "--to",
        help="Folder of a book, whose draft is written, or a draft; a new folder becomes a book. "
        "Default: the book of that name in the workspace, or else in this folder or in its `rules`.",
    ),
]


def export(book: BookFolder = None, *, to: To, overwrite: Overwrite = False, as_json: AsJson = False) -> None:
    """Write a book as an Excel workbook: a sheet for each table, and a glossary of every name.

    Then edit it in a spreadsheet, and bring it back with `carrybook rules import FILE.xlsx`.
    """
    from engine.operations.workbook import export_book

    done = export_book(choose_book(book), to, overwrite=overwrite)
    if as_json:
        show_json(
            {"path": str(done.path), "file": str(done.file), "sheets": done.sheets, "faults": done.faults}
        )
        return
    show(f"{done.file}: {', '.join(done.sheets)}")
    if done.faults:
        count = "1 fault" if done.faults == 1 else f"{done.faults} faults"
        tell(f"the book has {count}; `carrybook rules check {done.path}` tells more", style="yellow")


Force = Annotated[
    bool, typer.Option("--force", help="Let the workbook go before edits of the draft that it does not know.")
]


def import_(file: File, *, to: Folder = None, force: Force = False, as_json: AsJson = False) -> None:
    """Read a workbook into the draft of its book, if nothing in it is wrong.

    Else every fault is named with its cell, and nothing is written; neither is it where the draft was edited
    since the workbook was exported. What changes is told by rule and cell, and the files before are kept.
    """
    from engine.operations.workbook import import_book
    from engine.workspace import find_workspace

    done = import_book(file, to, around=find_workspace(Path.cwd()) or Path(), force=force)
    if as_json:
        changes = [change.as_dict() for change in done.changes]
        told: dict[str, Any] = {"changed": done.changed, "unchanged": done.unchanged, "changes": changes}
        kept = None if done.kept is None else str(done.kept)
        show_json({"folder": str(done.folder), **told, "kept": kept})
    elif done.changed:
        show_changes(done.changes)
        show(f"{done.folder}: changed {', '.join(done.changed)}")
    else:
        show(f"{done.folder}: nothing differs")
    if done.kept is not None and not as_json:
        tell(f"the files as they were before: {done.kept}")
