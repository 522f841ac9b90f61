"""A recording of cycles as the source of a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

from engine.market.assembly import Candidates
from engine.model import Pairing
from engine.recording.facts import BackfillFacts, CycleFacts
from engine.recording.reading import Recording
from engine.recording.recorded_candidates import read_recorded_candidates

BLOCK_QUOTES = 1_000_000

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class RecordingSource:
    """The cycles of a recording, each as it was known when it was judged.

    Attributes:
        recording: The recording.
        start: Time of the first cycle; None is from the beginning.
        end: Time after the last cycle; None is to the end.
        block_quotes: How many quotes are evaluated at once, those that warm up left out; results do not
            depend on it.
    """

    recording: Recording
    start: datetime | None = None
    end: datetime | None = None
    block_quotes: int = BLOCK_QUOTES

    def read_blocks(self, pairing: Pairing, history: timedelta) -> Iterator[Candidates]:
        """Candidates of the recorded cycles in blocks; cycles without any are left out.

        What came late, such as a settlement that was told after the cycle at its time, begins a new block, so
        that no cycle sees what it did not know.
        """
        for first, last in self._cut():
            end = last + _INSTANT
            block = read_recorded_candidates(self.recording, pairing, start=first, end=end, warm_up=history)
            if not block.pairs["warm_up"].all():
                yield block

    def keep_latest(self, cycles: int, pairing: Pairing) -> RecordingSource:  # noqa: ARG002 - a cycle is one for every pairing
        """The same recording from the time on at which this many cycles are left."""
        times = self.recording.list_cycles(self.start, self.end)
        return replace(self, start=times[-cycles]) if len(times) > cycles else self

    def go_on(self, after: datetime) -> RecordingSource:
        """The same recording from the first cycle after a time on."""
        start = after + _INSTANT
        return self if self.start is not None and self.start >= start else replace(self, start=start)

    def _cut(self) -> Iterator[tuple[datetime, datetime]]:
        """Times of the first and the last cycle of each block."""
        backfills = self.recording.list_backfills()
        first = previous = None
        quotes = 0
        for facts in self._list_facts():
            quotes += facts.rows["quotes"]
            if first is None or previous is None:
                first = facts.at
            elif quotes > self.block_quotes or _came_late(facts, previous, backfills):
                yield first, previous
                first, quotes = facts.at, facts.rows["quotes"]
            previous = facts.at
        if first is not None and previous is not None:
            yield first, previous

    def _list_facts(self) -> Iterator[CycleFacts]:
        """What is said of the cycles, read day by day."""
        times = self.recording.list_cycles(self.start, self.end)
        for _, group in groupby(times, key=datetime.date):
            day = list(group)
            yield from self.recording.list_facts(day[0], day[-1] + _INSTANT)


def _came_late(facts: CycleFacts, previous: datetime, backfills: Sequence[BackfillFacts]) -> bool:
    """Whether a cycle, or a backfill before it, brought rows of the time up to the cycle before."""
    between = [each for each in backfills if each.after is not None and previous <= each.after < facts.at]
    brought = [facts.settled_from, *(each.quoted_from for each in between)]
    brought += [each.settled_from for each in between]
    return any(time is not None and time <= previous for time in brought)
