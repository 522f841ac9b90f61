"""`carrybook cycles`: which cycles a recording has."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.console import AsJson, show, show_json, tell
from engine.cli.times import write_time

if TYPE_CHECKING:
    from engine.recording.facts import CycleFacts

RecordingPlace = Annotated[
    Path | None, typer.Option("--recording", help="Folder of a recording; default: the workspace's.")
]
"""The option of every command that reads a recording."""


def cycles(*, folder: RecordingPlace = None, as_json: AsJson = False) -> None:
    """List the cycles of a recording: time, funnel, and the book that decided."""
    from engine.operations.recordings import list_recorded, open_meant

    recording = open_meant(folder, Path.cwd())
    recorded = list_recorded(recording)
    if as_json:
        show_json([_describe(facts) for facts in recorded])
        return
    for facts in recorded:
        show(_tell(facts))
    count = "1 cycle" if len(recorded) == 1 else f"{len(recorded)} cycles"
    tell(f"{recording.folder}: {count}")


def _tell(facts: CycleFacts) -> str:
    funnel, book = facts.funnel, facts.book
    told = f"{funnel['pairs']} pairs → {funnel['enter']} enter"
    return f"{write_time(facts.at)}  {told}  by {book.name} {book.version} ({book.fingerprint})"


def _describe(facts: CycleFacts) -> dict[str, Any]:
    book = facts.book
    return {
        "ts": facts.at,
        "recorded_at": facts.recorded_at,
        "book": {"name": book.name, "version": book.version, "fingerprint": book.fingerprint},
        "counts": dict(facts.funnel),
    }
