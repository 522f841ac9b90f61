"""Reading a recording, also while it is written and merged: no lock is needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import polars as pl

from engine.book.fingerprint import compute_fingerprint
from engine.errors import RecordingError
from engine.frames.quotes import QUOTE_COLUMNS
from engine.recording.facts import (
    BackfillFacts,
    CycleFacts,
    read_backfill_facts,
    read_cycle_facts,
    read_decisions_file,
)
from engine.recording.folders import (
    BACKFILL_FACTS,
    CYCLE_FACTS,
    DAY_FACTS,
    DECISIONS,
    MARK,
    Contents,
    in_utc,
    is_recording,
    list_contents,
    place_backfill,
    place_book,
    place_cycle,
    place_day,
)
from engine.recording.searching import Sealed, Search
from engine.recording.segments import HOW_TO_MEND, read_sealed
from engine.recording.stretch import Stretch, read_stretch

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class RecordedCycle:
    """A cycle of a recording.

    Attributes:
        facts: What is said of it.
        decisions: What was decided, with the columns, types and order that it was recorded with.
    """

    facts: CycleFacts
    decisions: pl.DataFrame


class Recording:
    """A recording of cycles.

    Every call sees what is recorded by then, and each cycle once, whatever a crash left or a writer does at
    the same time: if a segment is merged into its day between being listed and being read, the list is made
    anew.
    A file is held against its hash when it is first read.

    Every method raises `RecordingError` where a file is damaged or missing; it names the file.

    Attributes:
        folder: Where it lies.
    """

    __slots__ = ("_sealed", "folder")

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._sealed = Sealed()

    def list_cycles(self, start: datetime | None = None, end: datetime | None = None) -> tuple[datetime, ...]:
        """Times of the cycles with `start <= at < end`, in order."""
        stretch = read_stretch(start, end)

        def task(contents: Contents) -> tuple[datetime, ...]:
            merged = (facts.at for facts in self._read_days(contents, stretch))
            return tuple(sorted([*merged, *filter(stretch.holds, contents.cycles)]))

        return self._read(task)

    def list_facts(
        self, start: datetime | None = None, end: datetime | None = None
    ) -> tuple[CycleFacts, ...]:
        """What is said of the cycles with `start <= at < end`, in order."""
        stretch = read_stretch(start, end)

        def task(contents: Contents) -> tuple[CycleFacts, ...]:
            segments = map(self._read_segment, filter(stretch.holds, contents.cycles))
            return tuple(sorted([*self._read_days(contents, stretch), *segments], key=lambda each: each.at))

        return self._read(task)

    def list_backfills(self) -> tuple[BackfillFacts, ...]:
        """What is said of the backfills, in the order in which they were recorded."""
        return self._read(lambda contents: tuple(facts for _, facts in self._read_backfills(contents)))

    def read_quotes(
        self,
        start: datetime | None = None,
        end: datetime | None = None,
        *,
        columns: Sequence[str] = tuple(QUOTE_COLUMNS),
        known_by: datetime | None = None,
    ) -> pl.DataFrame:
        """Quotes with `start <= ts < end`, of cycles and backfills, as they were recorded.

        Args:
            start: The earliest time; None is from the beginning.
            end: The time after the last; None is to the end.
            columns: Those wanted.
            known_by: A cycle: only what was known by then, and so no later backfill. None is all.

        Returns:
            Rows sorted by time; those of one time are in the order in which they were recorded.
        """
        stretch, known = read_stretch(start, end), None if known_by is None else in_utc(known_by)

        def task(contents: Contents) -> pl.DataFrame:
            return self._search(contents, known).find_quotes(stretch).select(columns).collect()

        return self._read(task)

    def read_settlements(
        self,
        start: datetime | None = None,
        end: datetime | None = None,
        *,
        known_by: datetime | None = None,
    ) -> pl.DataFrame:
        """Settlements with `start <= ts < end`, of cycles and backfills, sorted by time and instrument.

        A settlement that was recorded several times is as it was recorded last.

        Args:
            start: The earliest time; None is from the beginning.
            end: The time after the last; None is to the end.
            known_by: A cycle: only what was known by then, and as it was told by then. None is all.
        """
        stretch, known = read_stretch(start, end), None if known_by is None else in_utc(known_by)

        return self._read(lambda contents: self._search(contents, known).find_settlements(stretch).collect())

    def read_cycle(self, at: datetime) -> RecordedCycle:
        """What is said of one cycle, and what was decided.

        Raises:
            RecordingError: There is no cycle at this time; or as every method.
        """
        at = in_utc(at)

        def task(contents: Contents) -> RecordedCycle:
            if at in contents.cycles:
                place = place_cycle(self.folder, at)
                return RecordedCycle(self._read_segment(at), self._scan(place / DECISIONS).collect())
            if at.date() in contents.days:
                place = place_day(self.folder, at.date())
                for line in read_sealed(place / DAY_FACTS).splitlines():
                    facts = read_cycle_facts(line, place / DAY_FACTS)
                    if facts.at == at:
                        file = place / read_decisions_file(line, place / DAY_FACTS)
                        return RecordedCycle(facts, self._scan(file).filter(pl.col("ts") == at).collect())
            hint = f"`carrybook cycles --recording {self.folder}` lists those it has"
            raise RecordingError(f"{self.folder} has no cycle at {at.replace(tzinfo=None)}; {hint}")

        return self._read(task)

    def find_book(self, fingerprint: str) -> Path:
        """The folder with the files of a book version.

        Raises:
            RecordingError: It is not kept, or its files are not those that were kept.
        """
        place = place_book(self.folder, fingerprint)
        if not place.is_dir():
            raise RecordingError(f"{place} is not there: no book with this fingerprint was kept")
        found = compute_fingerprint({path.name: path.read_bytes() for path in place.iterdir()})
        if found != fingerprint:
            raise RecordingError(f"{place} is damaged: its files have the fingerprint {found}; {HOW_TO_MEND}")
        return place

    def _read(self, task: Callable[[Contents], T]) -> T:
        """Do a task with what the recording holds; anew if what was listed was merged meanwhile."""
        contents = list_contents(self.folder)
        while True:
            try:
                return task(contents)
            except FileNotFoundError as error:
                fresh = list_contents(self.folder)
                if fresh == contents:
                    missing = error.filename or error
                    raise RecordingError(
                        f"a file is missing from the recording: {missing}; {HOW_TO_MEND}"
                    ) from error
                contents = fresh
            except (OSError, pl.exceptions.PolarsError) as error:
                raise RecordingError(f"{self.folder} cannot be read: {error}") from error

    def _search(self, contents: Contents, known_by: datetime | None) -> Search:
        return Search(self.folder, contents, self._read_backfills(contents), known_by, self._sealed)

    def _read_segment(self, at: datetime) -> CycleFacts:
        file = place_cycle(self.folder, at) / CYCLE_FACTS
        return read_cycle_facts(read_sealed(file), file)

    def _read_days(self, contents: Contents, stretch: Stretch) -> Iterator[CycleFacts]:
        for day in filter(stretch.touches_day, contents.days):
            file = place_day(self.folder, day) / DAY_FACTS
            every = (read_cycle_facts(line, file) for line in read_sealed(file).splitlines())
            yield from (facts for facts in every if stretch.holds(facts.at))

    def _read_backfills(self, contents: Contents) -> list[tuple[int, BackfillFacts]]:
        places = [(number, place_backfill(self.folder, number)) for number in contents.backfills]
        files = [(number, place / BACKFILL_FACTS) for number, place in places]
        return [(number, read_backfill_facts(read_sealed(file), file)) for number, file in files]

    def _scan(self, file: Path) -> pl.LazyFrame:
        return pl.scan_parquet(self._sealed.check(file))


def open_recording(folder: Path) -> Recording:
    """Open a recording for reading.

    Raises:
        RecordingError: The folder is no recording, or one of a newer format.
    """
    if not is_recording(folder):
        raise RecordingError(f"{folder} is no recording: it has no {MARK}; give the folder of one")
    return Recording(folder)
