"""The market that a run goes over: made from a seed, recorded history, or recorded cycles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from engine.errors import UsageError
from engine.operations.recording_source import RecordingSource
from engine.operations.sources import ENDLESS, GeneratedSource, RecordedSource, Source
from engine.recording.history import open_history
from engine.recording.reading import open_recording
from engine.workspace import Workspace

MADE_CYCLES, MADE_SEED = 12, 8
MADE_START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a run was asked to go over.

    Attributes:
        history: Folder of recorded history.
        recording: Folder of recorded cycles.
        seed: Seed of the made market.
        start: Time of the first cycle.
        end: Time after the last.
        venues: Venues; empty means all.
        bases: Coins; empty means all.
        cycles: How many cycles; None is all there are.
        once: Whether only one cycle is wanted: the latest, or the next of a market that is recorded.
    """

    history: Path | None = None
    recording: Path | None = None
    seed: int | None = None
    start: datetime | None = None
    end: datetime | None = None
    venues: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    cycles: int | None = None
    once: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether nothing is said of the market, so that a workspace's own is meant."""
        named = (self.history, self.recording, self.seed, self.start, self.end)
        return all(each is None for each in named) and not self.venues and not self.bases

    def check(self) -> None:
        """Refuse what contradicts itself.

        Raises:
            UsageError: What is wrong with it.
        """
        if self.history is not None and self.recording is not None:
            raise UsageError("--history and --recording exclude each other")
        stored = self.history is not None or self.recording is not None
        if not stored and (self.start is not None or self.end is not None):
            raise UsageError("--from and --to need --history or --recording")
        if stored and self.seed is not None:
            raise UsageError("--seed makes a market, --history and --recording read one: give one of them")
        if self.recording is not None and (self.venues or self.bases):
            raise UsageError(
                "a recording is run as it was; --venue and --base narrow made markets and history"
            )
        if self.once and self.cycles is not None:
            raise UsageError("--once and --cycles exclude each other")
        if self.start is not None and self.end is not None and self.end <= self.start:
            raise UsageError("--to is not after --from")


def open_market(wanted: Wanted, workspace: Workspace | None) -> Source:
    """The market that is meant.

    Args:
        wanted: What was asked for.
        workspace: The workspace whose own market is meant where nothing is said of one; None for none.

    Raises:
        HistoryError: The history cannot be read.
        RecordingError: The recording cannot be read.
    """
    history, seed = wanted.history, wanted.seed
    if workspace is not None and wanted.is_plain:
        history, seed = workspace.history, workspace.seed
    if wanted.recording is not None:
        return RecordingSource(open_recording(wanted.recording), wanted.start, wanted.end)
    if history is not None:
        chosen = open_history(history).select(venues=wanted.venues, symbols=wanted.bases)
        return RecordedSource(chosen, wanted.start, wanted.end)
    count = wanted.cycles or (MADE_CYCLES if workspace is None else 1 if wanted.once else ENDLESS)
    made = MADE_SEED if seed is None else seed
    return GeneratedSource(made, MADE_START, count, venues=wanted.venues, bases=wanted.bases)
