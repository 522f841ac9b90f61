"""The market that a run goes over: made from a seed, recorded history, or recorded cycles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from engine.errors import UsageError
from engine.operations.market_words import check_history_words, check_made_words
from engine.operations.recording_source import RecordingSource
from engine.operations.recordings import open_named
from engine.operations.sources import ENDLESS, GeneratedSource, RecordedSource, Source
from engine.recording.history import open_history
from engine.workspace import SETTINGS, Workspace

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
    def names_market(self) -> bool:
        """Whether a market is named, so that a workspace's own is not meant."""
        return self.history is not None or self.recording is not None

    @property
    def narrowed(self) -> bool:
        """Whether only a part of a market is wanted."""
        return bool(self.venues or self.bases)

    def check(self, workspace: Workspace | None = None) -> None:
        """Refuse what contradicts itself, or the workspace whose market is meant.

        Raises:
            UsageError: What is wrong with it.
        """
        if self.history is not None and self.recording is not None:
            raise UsageError("--history and --recording exclude each other")
        if self.names_market and self.seed is not None:
            raise UsageError("--seed makes a market, --history and --recording read one: give one of them")
        if self.recording is not None and self.narrowed:
            raise UsageError(
                "a recording is run as it was; --venue and --base narrow made markets and history"
            )
        if self.once and self.cycles is not None:
            raise UsageError("--once and --cycles exclude each other")
        if self.start is not None and self.end is not None and self.end <= self.start:
            raise UsageError("--to is not after --from")
        if workspace is not None and not self.names_market:
            self._check_against(workspace)
        elif not self.names_market and (self.start is not None or self.end is not None):
            raise UsageError("--from and --to need --history or --recording")

    def _check_against(self, workspace: Workspace) -> None:
        """Refuse what the market of a workspace cannot be."""
        dated = self.start is not None or self.end is not None
        if workspace.history is None and dated:
            raise UsageError(
                f"the market of this workspace is made and begins at {MADE_START:%Y-%m-%d}: "
                "--from and --to need --history, --recording, or a workspace over history"
            )
        if workspace.history is not None and self.seed is not None:
            raise UsageError(
                f"this workspace runs the history in {workspace.history}, and --seed makes a market: "
                "leave it out, or run outside of the workspace"
            )
        if self.seed not in (None, workspace.seed):
            raise UsageError(
                f"the market of this workspace has the seed {workspace.seed}, and --seed {self.seed} "
                f"is another one: change `seed` in {SETTINGS}, or run outside of the workspace"
            )


def open_market(wanted: Wanted, workspace: Workspace | None) -> Source:
    """The market that is meant.

    Args:
        wanted: What was asked for.
        workspace: The workspace whose own market is meant where no other is named; None for none.

    Raises:
        HistoryError: The history cannot be read.
        RecordingError: The recording cannot be read.
        UsageError: The market has no such venue or coin.
    """
    if wanted.recording is not None:
        return RecordingSource(open_named(wanted.recording), wanted.start, wanted.end)
    own = None if wanted.names_market else workspace
    history = wanted.history if own is None else own.history
    if history is not None:
        opened = open_history(history)
        check_history_words(opened, wanted.venues, wanted.bases)
        chosen = opened.select(venues=wanted.venues, symbols=wanted.bases)
        return RecordedSource(chosen, wanted.start, wanted.end)
    check_made_words(wanted.venues, wanted.bases)
    seed = wanted.seed if own is None else own.seed
    count = wanted.cycles or (MADE_CYCLES if own is None else 1 if wanted.once else ENDLESS)
    made = MADE_SEED if seed is None else seed
    return GeneratedSource(made, MADE_START, count, venues=wanted.venues, bases=wanted.bases)
