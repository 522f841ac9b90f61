"""Rows of a recording, found over merged days, segments and backfills."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

import polars as pl

from engine.frames.columns import INSTANT
from engine.frames.quotes import QUOTE_COLUMNS
from engine.frames.settlements import SETTLEMENT_COLUMNS
from engine.recording.facts import BackfillFacts
from engine.recording.folders import (
    QUOTES,
    SETTLEMENTS,
    Contents,
    place_backfill,
    place_cycle,
    place_day,
)
from engine.recording.rows import scan_quotes
from engine.recording.segments import read_sealed
from engine.recording.stretch import Stretch

KNOWN = "known"
"""Column of the settlements of cycles: the cycle that a settlement came with; it is known from then on."""

_NUMBER = "number"
_PAYMENT = ["ts", "venue", "symbol"]

_Scan = Callable[[list[Path]], pl.LazyFrame]

Backfills = Sequence[tuple[int, BackfillFacts]]
"""Backfills with their numbers, in order."""


class Sealed:
    """Files of a recording that were held against their hashes: each once, as they never change."""

    __slots__ = ("_seen",)

    def __init__(self) -> None:
        self._seen: set[Path] = set()

    def check(self, path: Path) -> Path:
        """The same path, if the file is what was written.

        Raises:
            FileNotFoundError: The file is not there.
            RecordingError: It is something else.
        """
        if path not in self._seen:
            read_sealed(path)
            self._seen.add(path)
        return path


@dataclass(frozen=True, slots=True)
class Search:
    """Where the rows of a recording are looked for.

    Attributes:
        folder: The recording.
        contents: What it holds.
        backfills: Its backfills.
        known_by: The cycle by which rows were known; None is all.
        sealed: Where files were held against their hashes.
    """

    folder: Path
    contents: Contents
    backfills: Backfills
    known_by: datetime | None
    sealed: Sealed

    def find_quotes(self, stretch: Stretch) -> pl.LazyFrame:
        """Quotes of a stretch, sorted by time; those of one time in the order in which they were recorded."""
        cycles = stretch.end_with(self.known_by)
        days = [day for day in self.contents.days if cycles.touches_day(day)]
        times = [at for at in self.contents.cycles if cycles.holds(at)]
        of_cycles = self._scan(self._place(QUOTES, days, times), cycles, scan_quotes)
        of_backfills = self._scan(
            [
                place_backfill(self.folder, number) / QUOTES
                for number, facts in self._list_known()
                if facts.quoted_from is not None
                and facts.quoted_to is not None
                and stretch.touches(facts.quoted_from, facts.quoted_to)
            ],
            stretch,
            scan_quotes,
        )
        found = pl.concat([pl.DataFrame(schema=QUOTE_COLUMNS).lazy(), *of_cycles, *of_backfills])
        return found.sort("ts", maintain_order=True) if of_backfills else found

    def find_settlements(self, stretch: Stretch) -> pl.LazyFrame:
        """Settlements of a stretch, each as it was told last, sorted by time and instrument.

        One comes with a cycle of its own time or, however late, with a later one.
        """
        cycles = Stretch(stretch.start, None).end_with(self.known_by)
        days = [day for day in self.contents.days if cycles.touches_day(day)]
        times = [at for at in self.contents.cycles if cycles.holds(at)]
        found = [pl.DataFrame(schema={**SETTLEMENT_COLUMNS, KNOWN: INSTANT, _NUMBER: pl.Int64}).lazy()]
        of_cycles = self._scan(self._place(SETTLEMENTS, days, times), stretch)
        found += [_tell_when(rows.filter(cycles.filters(KNOWN)), pl.col(KNOWN), 0) for rows in of_cycles]
        for number, facts in self._list_known():
            of_backfill = self._scan([place_backfill(self.folder, number) / SETTLEMENTS], stretch)
            found += [_tell_when(rows, pl.lit(facts.after, INSTANT), number) for rows in of_backfill]
        told = pl.concat(found).sort(KNOWN, _NUMBER, nulls_last=False, maintain_order=True)
        once = told.unique(_PAYMENT, keep="last", maintain_order=True)
        return once.select(list(SETTLEMENT_COLUMNS)).sort(_PAYMENT)

    def _list_known(self) -> list[tuple[int, BackfillFacts]]:
        by = self.known_by
        return [
            (number, facts)
            for number, facts in self.backfills
            if by is None or facts.after is None or facts.after < by
        ]

    def _place(self, name: str, days: Sequence[date], times: Sequence[datetime]) -> list[Path]:
        """Files of one name in days and segments, in order of time."""
        places = {datetime.combine(day, time(), UTC): place_day(self.folder, day) for day in days}
        places |= {at: place_cycle(self.folder, at) for at in times}
        return [places[at] / name for at in sorted(places)]

    def _scan(
        self, paths: Sequence[Path], stretch: Stretch, scan: _Scan = pl.scan_parquet
    ) -> list[pl.LazyFrame]:
        """Rows of some files in a stretch; nothing where there is no file."""
        checked = [self.sealed.check(path) for path in paths]
        return [scan(checked).filter(stretch.filters("ts"))] if checked else []


def _tell_when(settlements: pl.LazyFrame, known: pl.Expr, number: int) -> pl.LazyFrame:
    """Settlements with the cycle, and the backfill after it, from which on they were known."""
    return settlements.select(
        *SETTLEMENT_COLUMNS, known.alias(KNOWN), pl.lit(number, pl.Int64).alias(_NUMBER)
    )
