"""Where the candidates of a run come from: recorded history, or a market made from a seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

import polars as pl

from engine.exchange.generator import STEP, generate_market
from engine.market.assembly import Candidates, assemble_candidates
from engine.model import Pairing
from engine.recording.candidates import read_candidates
from engine.recording.history import History

ENDLESS = 1_000_000
"""Cycles of a market that goes on until it is stopped: more than a century of hours."""

_FIRST_BLOCK = 24
BLOCK = timedelta(days=120)
MADE_BLOCK = timedelta(days=30)
_INSTANT = timedelta(microseconds=1)


class Source(Protocol):
    """Gives the candidates of a stretch of time."""

    def read_blocks(self, pairing: Pairing, history: timedelta) -> Iterator[Candidates]:
        """Candidates in blocks that follow each other in time.

        Args:
            pairing: Legs and keys of the book.
            history: How far before its first cycle the rows of a block begin; they are marked as `warm_up`.
        """

    def keep_latest(self, cycles: int, pairing: Pairing) -> Source:
        """The same source, narrowed to its latest cycles."""

    def go_on(self, after: datetime) -> Source:
        """The same source from the first cycle after a time on."""


@dataclass(frozen=True, slots=True)
class RecordedSource:
    """Recorded history.

    Attributes:
        history: The recording, narrowed to what is wanted.
        start: Time of the first cycle; None is from the beginning.
        end: Time after the last cycle; None is to the end.
        block: How much time is evaluated at once; results do not depend on it.
    """

    history: History
    start: datetime | None = None
    end: datetime | None = None
    block: timedelta = BLOCK

    def read_blocks(self, pairing: Pairing, history: timedelta) -> Iterator[Candidates]:
        """Candidates of the history in blocks of time; blocks without any are left out."""
        first, end = self._find_bounds()
        while first < end:
            after = min(first + self.block, end)
            block = read_candidates(self.history, pairing, start=first, end=after, warm_up=history)
            if not block.pairs["warm_up"].all():
                yield block
            first = after

    def keep_latest(self, cycles: int, pairing: Pairing) -> RecordedSource:
        """The same history from the time on at which this many cycles are left."""
        first, end = self._find_bounds()
        span = timedelta(days=1)
        while first < end:
            start = max(first, end - span)
            times = read_candidates(self.history, pairing, start=start, end=end).pairs["ts"].unique().sort()
            if times.len() >= cycles:
                return replace(self, start=times[-cycles], end=end)
            if start == first:
                break
            span *= 4
        return self

    def go_on(self, after: datetime) -> RecordedSource:
        """The same history from the first settlement after a time on."""
        start = after + _INSTANT
        return self if self.start is not None and self.start >= start else replace(self, start=start)

    def count_times(self) -> int:
        """How many times have a settlement: the most cycles that there may be."""
        return self.history.read_settlements(self.start, self.end)["ts"].n_unique()

    def _find_bounds(self) -> tuple[datetime, datetime]:
        """Time of the first settlement wanted, and the time after the last."""
        settled = self.history.read_settlements(self.start, self.end)["ts"]
        if settled.is_empty():
            never = datetime(1970, 1, 1, tzinfo=UTC)
            return never, never
        first, last = settled.min(), settled.max()
        if not isinstance(first, datetime) or not isinstance(last, datetime):
            raise TypeError(f"settlements have no times but {settled.dtype}")
        return first, last + _INSTANT


@dataclass(frozen=True, slots=True)
class GeneratedSource:
    """A market made from a seed, with a cycle each hour.

    Attributes:
        seed: Decides everything that is drawn.
        start: Time of the first cycle.
        cycles: How many cycles there are.
        skip: How many of them are left out at the beginning.
        venues: Venues wanted; empty means all.
        bases: Coins wanted; empty means all.
        block: How much time is made and evaluated at once; results do not depend on it.
    """

    seed: int
    start: datetime
    cycles: int
    skip: int = 0
    venues: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    block: timedelta = MADE_BLOCK

    def read_blocks(self, pairing: Pairing, history: timedelta) -> Iterator[Candidates]:
        """Candidates of the market in blocks of time; blocks without any are left out."""
        most = max(1, self.block // STEP)
        # A run without an end shows its first cycles soon.
        at_once, first = most if self.cycles < ENDLESS else _FIRST_BLOCK, self.skip
        while first < self.cycles:
            count = min(at_once, most, self.cycles - first)
            block = self._make_block(pairing, history, first, count)
            if not block.pairs["warm_up"].all():
                yield block
            first, at_once = first + count, at_once * 2

    def keep_latest(self, cycles: int, pairing: Pairing) -> GeneratedSource:  # noqa: ARG002 - every pairing has all
        """The same market without its first cycles."""
        return replace(self, skip=max(0, self.cycles - cycles))

    def go_on(self, after: datetime) -> GeneratedSource:
        """The same market, as many cycles as before, from the first after a time on."""
        done = max(0, (after - self.start) // STEP + 1)
        return replace(self, skip=done, cycles=done + self.cycles)

    def _make_block(self, pairing: Pairing, history: timedelta, first: int, cycles: int) -> Candidates:
        start = self.start + first * STEP
        market = generate_market(self.seed, start, cycles=cycles, warm_up=history)
        quotes = market.quotes.filter(_choose("venue", self.venues), _choose("base", self.bases))
        settlements = market.settlements.join(quotes, on=["venue", "symbol"], how="semi")
        return assemble_candidates(quotes, settlements, pairing, start=market.start)


def _choose(column: str, wanted: tuple[str, ...]) -> pl.Expr:
    return pl.col(column).is_in(wanted) if wanted else pl.lit(value=True)
