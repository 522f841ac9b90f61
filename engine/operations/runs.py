"""Where a run begins and whether it is recorded; in a workspace it goes over the workspace's market."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from engine.errors import UsageError
from engine.model import Pairing
from engine.operations.markets import Wanted, open_market
from engine.operations.sources import RecordedSource, Source
from engine.recording.folders import is_recording
from engine.recording.reading import open_recording
from engine.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Target:
    """Where the cycles of a run are recorded.

    Attributes:
        folder: The recording; None records nothing.
        reason: Why nothing is recorded where a workspace would; empty otherwise.
        keeps: Whether positions are kept too, in the store of the workspace.
    """

    folder: Path | None
    reason: str = ""
    keeps: bool = False


def choose_target(wanted: Wanted, workspace: Workspace | None, record: Path | None, book: Path) -> Target:
    """Where a run is recorded: where it is told, or else in the workspace whose market and book it is.

    A recording holds whole cycles of one market: what shows a part of them, or decides by another book, is
    for looking only.

    Args:
        wanted: What the run goes over.
        workspace: The workspace that it runs in.
        record: The folder that was asked for.
        book: The book that runs.
    """
    if workspace is None or (record is not None and record.resolve() != workspace.recording.resolve()):
        return Target(record)
    reason, beside = "", workspace.runs_beside(book)
    if wanted.names_market:
        reason = "this is not the market of the workspace"
    elif wanted.narrowed:
        reason = "--venue and --base show a part of the market, and a recording holds whole cycles"
    elif book.resolve() != workspace.book.resolve() and not beside:
        reason = "--book names another book than that of the workspace, and no account in the settings does"
    if reason:
        return Target(None, reason)
    return Target(workspace.place_recording(book) if beside else workspace.recording, keeps=True)


def find_last(target: Target, workspace: Workspace | None, wanted: Wanted) -> datetime | None:
    """Time of the last recorded cycle that a run goes on after; None where it begins by itself."""
    if workspace is None or wanted.names_market:
        return None
    folder = target.folder or workspace.recording
    if not folder.is_dir() or not is_recording(folder):
        return None
    cycles = open_recording(folder).list_cycles()
    return cycles[-1] if cycles else None


def place_run(
    wanted: Wanted, workspace: Workspace | None, target: Target, pairing: Pairing
) -> tuple[Source, int | None]:
    """The market of a run from its first cycle on, and how many cycles are wanted; None is all there are.

    In a workspace it goes on after the last recorded cycle. Before the first one of a history it begins where
    `--from` or the settings say, or else, with `--once` or `--cycles`, at the latest cycles.

    Raises:
        HistoryError: The history cannot be read.
        RecordingError: The recording cannot be read.
        UsageError: `--from` lies before what is recorded already.
    """
    last = find_last(target, workspace, wanted)
    start = wanted.start
    if start is None and last is None and workspace is not None and not wanted.names_market:
        start = workspace.start
    if last is not None and start is not None and target.folder is not None and start <= last:
        raise UsageError(
            f"cycles are recorded up to {last:%Y-%m-%d %H:%M}, and --from is not later; "
            f"see them again with --recording {target.folder}"
        )
    source = open_market(replace(wanted, start=start), workspace)
    count = 1 if wanted.once else wanted.cycles
    if last is not None and start is None:
        return source.go_on(last), count
    if count is not None and start is None and _is_from_the_end(wanted, workspace):
        source = source.keep_latest(count, pairing)
    return source, count


def count_whole_history(wanted: Wanted, source: Source) -> int | None:
    """How many cycles a run has at most that goes over a whole history, unasked; None for any other run.

    Raises:
        HistoryError: The history cannot be read.
    """
    asked = wanted.once, wanted.cycles, wanted.start, wanted.end
    return source.count_times() if isinstance(source, RecordedSource) and not any(asked) else None


def explain_nothing(wanted: Wanted, workspace: Workspace | None, target: Target) -> str:
    """Why a run had no cycle."""
    last = find_last(target, workspace, wanted)
    if last is not None and wanted.start is None:
        return f"nothing to evaluate: no cycle after {last:%Y-%m-%d %H:%M}, the last one recorded"
    return "nothing to evaluate: no pair in this time, at these venues, of these coins"


def _is_from_the_end(wanted: Wanted, workspace: Workspace | None) -> bool:
    """Whether the latest cycles are meant by a number of them."""
    if workspace is None or wanted.names_market:
        return wanted.once or wanted.history is not None
    return workspace.history is not None
