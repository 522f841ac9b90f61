"""`carrybook rules diff`: what differs between two versions of a book."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.book import choose_book
from engine.cli.console import AsJson, ExitCode, show, show_json, tell
from engine.cli.cycles import RecordingPlace
from engine.cli.times import read_time
from engine.errors import UsageError

if TYPE_CHECKING:
    from engine.book.diff.change import Change

Old = Annotated[
    Path | None,
    typer.Argument(
        help="Folder of a book (its draft), a draft or a published version; default: the workspace's book, "
        "else the starter book."
    ),
]
New = Annotated[
    Path | None,
    typer.Argument(
        help="Another; default: OLD is a book, whose draft is compared with its active version. No command "
        "publishes one yet; --cycle compares with the book that decided."
    ),
]
Cycle = Annotated[
    datetime | None,
    typer.Option(
        "--cycle",
        parser=read_time,
        metavar="TIME",
        help="Compare the book that decided this recorded cycle, UTC, with the draft of OLD.",
    ),
]


def diff(
    old: Old = None,
    new: New = None,
    *,
    cycle: Cycle = None,
    folder: RecordingPlace = None,
    as_json: AsJson = False,
) -> None:
    """Tell what differs between two versions of a book, by rule and cell: a line for each change.

    How the files are written makes no difference, nor does an order that nothing depends on. The exit code is
    0 whether the versions differ or not, and 1 if a file is so faulty that it cannot be compared.
    """
    from engine.book.diff.change import ChangeKind
    from engine.operations.compare import compare_books

    if cycle is None and folder is not None:
        raise UsageError("--recording goes with --cycle")
    if cycle is None:
        compared = compare_books(choose_book(old), new)
    elif new is None:
        from engine.operations.recordings import find_past_book, open_meant

        before = find_past_book(open_meant(folder, Path.cwd()), cycle)
        compared = compare_books(before, choose_book(old))
    else:
        raise UsageError("--cycle is the old version itself: give the new one only")
    if as_json:
        changes = [change.as_dict() for change in compared.changes]
        show_json({"old": str(compared.old), "new": str(compared.new), "changes": changes})
    elif compared.changes:
        show_changes(compared.changes)
        tell(compared.summary)
    else:
        show("no difference")
    if any(change.kind is ChangeKind.NOT_COMPARED for change in compared.changes):
        raise typer.Exit(ExitCode.FAULT)


def show_changes(changes: Iterable[Change]) -> None:
    """Show each change as a line."""
    for change in changes:
        show(str(change), style=_choose_style(change))


def _choose_style(change: Change) -> str:
    from engine.book.diff.change import ChangeKind

    if change.note_only or change.same_value:
        return "dim"
    return {
        ChangeKind.ADDED: "green",
        ChangeKind.REMOVED: "red",
        ChangeKind.NOT_COMPARED: "bold red",
    }.get(change.kind, "")
