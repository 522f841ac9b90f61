"""Recording cycles: what is recorded is on the disk for good before it is told to anyone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from pathlib import Path

import polars as pl

from engine import __version__
from engine.book.fingerprint import compute_fingerprint
from engine.clock import Clock
from engine.errors import RecordingError
from engine.frames.quotes import INSTRUMENT_AT
from engine.recording.compaction import discard_drafts, finish_merging, merge_day
from engine.recording.facts import BackfillFacts, CycleFacts, CycleRecord, write_facts
from engine.recording.folders import (
    BACKFILL_FACTS,
    CYCLE_FACTS,
    DECISIONS,
    FOLDERS,
    QUOTES,
    SETTLEMENTS,
    create_recording,
    in_utc,
    is_recording,
    list_contents,
    make_folder,
    place_backfill,
    place_book,
    place_cycle,
)
from engine.recording.lock import hold_lock
from engine.recording.reading import Recording
from engine.recording.rows import check_backfill_rows, check_cycle_rows, encode_rows, find_bounds
from engine.recording.searching import KNOWN
from engine.recording.segments import seal, write_segment

_INSTANT = timedelta(microseconds=1)
_QUOTED = list(INSTRUMENT_AT)


class Recorder:
    """Writes a recording; made by `open_recorder`.

    A method that returns has brought what it was given to the disk. One that fails half-way leaves the
    recording whole, and the recorder stopped: open it again.

    Attributes:
        recording: The recording, for reading.
        last: Time of the last cycle recorded; None before the first.
    """

    __slots__ = ("_clock", "_filled_to", "_stopped", "last", "recording")

    def __init__(self, recording: Recording, clock: Clock) -> None:
        self.recording = recording
        self._clock = clock
        self.last = _find_last(recording)
        ends = [facts.quoted_to for facts in recording.list_backfills() if facts.quoted_to is not None]
        self._filled_to: datetime | None = max(ends, default=None)
        self._stopped = ""

    def keep_book(self, fingerprint: str, files: Mapping[str, bytes]) -> None:
        """Keep the files of a book version, byte for byte; a version that is kept already is left as it is.

        Args:
            fingerprint: Of these files, as `engine.book.fingerprint` computes it.
            files: Content of each file by name.

        Raises:
            RecordingError: The files have another fingerprint, or a name that is no plain file name; or the
                disk refuses.
        """
        place = place_book(self.recording.folder, fingerprint)
        found = compute_fingerprint(files)
        if found != fingerprint:
            raise RecordingError(
                f"the files of the book have the fingerprint {found} and not {fingerprint}: "
                "they changed since it was loaded; load it again"
            )
        strange = [name for name in files if name != Path(name).name or name.startswith(".")]
        if strange:
            raise RecordingError(f'a file of a book is named "{strange[0]}"; give plain names of files')
        if place.exists():
            self.recording.find_book(fingerprint)
        else:
            with self._writing():
                write_segment(place, files)

    def backfill(self, quotes: pl.DataFrame, settlements: pl.DataFrame) -> None:
        """Record rows that no cycle saw as its own: they warm windows up, from the next cycle on.

        Rows that are recorded already are left out, so that a start may give all that its windows need.

        Args:
            quotes: As in `engine.frames.quotes`, before cleaning.
            settlements: As in `engine.frames.settlements`; one that is recorded with another value
                replaces it from the next cycle on.

        Raises:
            RecordingError: A frame is not of the agreed form, or the disk refuses.
        """
        check_backfill_rows(quotes, settlements)
        quotes, settlements = self._keep_new_quotes(quotes), self._keep_new_settlements(settlements)
        if quotes.is_empty() and settlements.is_empty():
            return
        quoted_from, quoted_to = find_bounds(quotes["ts"])
        facts = BackfillFacts(
            after=self.last,
            engine=__version__,
            recorded_at=in_utc(self._clock.now()),
            rows={"quotes": quotes.height, "settlements": settlements.height},
            quoted_from=quoted_from,
            quoted_to=quoted_to,
            settled_from=find_bounds(settlements["ts"])[0],
        )
        files = {
            QUOTES: encode_rows(quotes, searchable=True),
            SETTLEMENTS: encode_rows(settlements, searchable=True),
            BACKFILL_FACTS: write_facts(facts),
        }
        number = max(list_contents(self.recording.folder).backfills, default=0) + 1
        with self._writing():
            write_segment(place_backfill(self.recording.folder, number), seal(files))
        if quoted_to is not None:
            self._filled_to = quoted_to if self._filled_to is None else max(self._filled_to, quoted_to)

    def record(self, cycle: CycleRecord) -> None:
        """Record a cycle; when this returns, it is on the disk.

        Raises:
            RecordingError: The cycle is not later than all that is recorded, its book is not kept, a frame is
                not of the agreed form or of other times, a fact has no form in JSON; or the disk refuses.
        """
        at = in_utc(cycle.at)
        self._check_later(at)
        if not place_book(self.recording.folder, cycle.book.fingerprint).is_dir():
            raise RecordingError(f"the book {cycle.book.fingerprint} is not kept; keep its files first")
        check_cycle_rows(cycle, at)
        frames = {"quotes": cycle.quotes, "settlements": cycle.settlements, "decisions": cycle.decisions}
        facts = CycleFacts(
            at=at,
            book=cycle.book,
            parameters=dict(cycle.parameters),
            funnel=dict(cycle.funnel),
            engine=__version__,
            recorded_at=in_utc(self._clock.now()),
            rows={name: rows.height for name, rows in frames.items()},
            settled_from=find_bounds(cycle.settlements["ts"])[0],
        )
        known = pl.lit(at, cycle.settlements.schema["ts"]).alias(KNOWN)
        files = {
            QUOTES: encode_rows(cycle.quotes),
            SETTLEMENTS: encode_rows(cycle.settlements.with_columns(known)),
            DECISIONS: encode_rows(cycle.decisions),
            CYCLE_FACTS: write_facts(facts),
        }
        with self._writing():
            write_segment(place_cycle(self.recording.folder, at), seal(files))
        self.last = at

    def compact(self) -> tuple[date, ...]:
        """Merge the segments of every day before that of the last cycle; a day with a fault is left as it is.

        It may run in a thread beside the other methods, and has to end before the recorder is closed.

        Returns:
            The days that were merged.

        Raises:
            RecordingError: A segment is damaged, or the disk refuses. Every cycle is still there once, the
                recorder goes on, and another call merges what is left.
        """
        self._check_open()
        folder, last = self.recording.folder, self.last
        # Listed after `last` was taken: what is recorded meanwhile is of its day or later.
        times = list_contents(folder).cycles
        days = {day: list(group) for day, group in groupby(times, key=datetime.date)}
        closed = [day for day in days if last is not None and day < last.date()]
        faults = []
        try:
            finish_merging(folder)
            for day in closed:
                try:
                    merge_day(folder, day, days[day])
                except RecordingError as fault:
                    faults.append(str(fault))
        except OSError as error:
            faults.append(f"{folder} cannot be written: {error}; mend that, then merge again")
        if faults:
            raise RecordingError("; ".join(faults))
        return tuple(closed)

    def close(self) -> None:
        """Refuse whatever would be written from now on."""
        self._stopped = "is closed"

    def _check_later(self, at: datetime) -> None:
        if self.last is not None and at <= self.last:
            raise RecordingError(
                f"the cycle of {at} is not later than the last one recorded, {self.last}; "
                "go on with later cycles, or record into another folder"
            )
        if self._filled_to is not None and at <= self._filled_to:
            raise RecordingError(
                f"the cycle of {at} is not later than the last quote backfilled, {self._filled_to}; "
                "go on with later cycles, or record into another folder"
            )

    def _check_open(self) -> None:
        if self._stopped:
            raise RecordingError(f"the recorder of {self.recording.folder} {self._stopped}; open it again")

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Stop for good if the disk fails: what it has is then known by reading it again."""
        self._check_open()
        folder = self.recording.folder
        self._stopped = "stopped while it wrote"
        try:
            yield
        except OSError as error:
            raise RecordingError(
                f"{folder} cannot be written: {error}; mend that, then open the recording again"
            ) from error
        self._stopped = ""

    def _keep_new_quotes(self, quotes: pl.DataFrame) -> pl.DataFrame:
        first, last = find_bounds(quotes["ts"])
        if first is None or last is None:
            return quotes
        recorded = self.recording.read_quotes(first, last + _INSTANT, columns=_QUOTED)
        return quotes.join(recorded, on=_QUOTED, how="anti", nulls_equal=True, maintain_order="left")

    def _keep_new_settlements(self, settlements: pl.DataFrame) -> pl.DataFrame:
        first, last = find_bounds(settlements["ts"])
        if first is None or last is None:
            return settlements
        recorded = self.recording.read_settlements(first, last + _INSTANT)
        on = settlements.columns
        return settlements.join(recorded, on=on, how="anti", nulls_equal=True, maintain_order="left")


@contextmanager
def open_recorder(folder: Path, clock: Clock) -> Iterator[Recorder]:
    """Open a folder for recording; it is made where there is none.

    What a crash left is cleared away: drafts that never took their name, and segments of merged days.

    Args:
        folder: A recording, an empty folder, or none.
        clock: Tells when something is recorded.

    Raises:
        RecordingError: Another process records there; the folder holds other things; the recording is
            damaged or of a newer format; or the disk refuses.
    """
    try:
        is_recording(folder)
        make_folder(folder)
    except OSError as error:
        raise RecordingError(f"{folder} cannot be recorded into: {error}") from error
    with hold_lock(folder):
        recorder = Recorder(_prepare(folder), clock)
        try:
            yield recorder
        finally:
            recorder.close()


def _find_last(recording: Recording) -> datetime | None:
    """Time of the last cycle recorded, if it can be read."""
    contents = list_contents(recording.folder)
    last = contents.cycles[-1] if contents.cycles else None
    for day in contents.days[-1:]:
        if last is None or last.date() < day:
            (*_, last) = recording.list_cycles(datetime.combine(day, time(), UTC))
    if last is not None:
        recording.read_cycle(last)
    return last


def _prepare(folder: Path) -> Recording:
    """A recording without anything that a crash left."""
    try:
        if not is_recording(folder):
            create_recording(folder)
        for kind in FOLDERS:
            discard_drafts(folder, kind)
        finish_merging(folder)
    except OSError as error:
        raise RecordingError(f"{folder} cannot be recorded into: {error}") from error
    return Recording(folder)
