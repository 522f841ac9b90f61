"""Compaction: the segments of a day become one folder, with few files and little more than half the size."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from itertools import groupby
from pathlib import Path

import polars as pl

from engine.errors import RecordingError
from engine.recording.facts import add_decisions_file, read_cycle_facts
from engine.recording.folders import (
    CYCLE_FACTS,
    CYCLES,
    DAY_FACTS,
    DAYS,
    DECISIONS,
    QUOTES,
    SETTLEMENTS,
    is_file_of_part,
    is_part,
    list_contents,
    place_cycle,
    place_day,
)
from engine.recording.rows import encode_rows, scan_quotes
from engine.recording.segments import (
    HOW_TO_MEND,
    check_own,
    discard_segment,
    find_drafts,
    read_sealed,
    seal,
    write_segment,
)

_is_own = partial(is_file_of_part, CYCLES)


def merge_day(folder: Path, day: date, times: Sequence[datetime]) -> None:
    """Put the segments of a day into one folder.

    Deciding is the rename: before it the segments count, after it the day does. Decisions of books with
    different outputs go into different files, so that each cycle keeps the columns and types it had.

    Args:
        folder: The recording.
        day: A day on which no more cycles will be recorded.
        times: Its cycles, in order.

    Raises:
        RecordingError: A segment is damaged, or holds what no recorder wrote; nothing has changed.
        OSError: The disk refuses; every cycle is still there once.
    """
    try:
        files = _read_day([place_cycle(folder, at) for at in times])
    except FileNotFoundError as error:
        raise RecordingError(
            f"a file is missing from the recording: {error.filename}; {HOW_TO_MEND}"
        ) from error
    write_segment(place_day(folder, day), seal(files))
    _discard(folder, times)


def finish_merging(folder: Path) -> None:
    """Clear away what a merging that was cut short left: drafts of days, and segments of merged days.

    Raises:
        RecordingError: One holds something that no recorder wrote, or a day was merged without one.
    """
    discard_drafts(folder, DAYS)
    for day, group in groupby(list_contents(folder).leftovers, key=datetime.date):
        times = list(group)
        _check_merged(folder, day, times)
        _discard(folder, times)


def discard_drafts(folder: Path, kind: str) -> None:
    """Clear away the drafts in one of the folders of a recording; errors as in `finish_merging`."""
    for draft in find_drafts(folder / kind, partial(is_part, kind)):
        discard_segment(draft, partial(is_file_of_part, kind))


def _check_merged(folder: Path, day: date, times: Sequence[datetime]) -> None:
    """Refuse to delete segments of cycles that their day does not have."""
    file = place_day(folder, day) / DAY_FACTS
    merged = {read_cycle_facts(line, file).at for line in read_sealed(file).splitlines()}
    lost = [at for at in times if at not in merged]
    if lost:
        raise RecordingError(
            f"{place_cycle(folder, lost[0])} is of a day that has no such cycle; move it away"
        )


def _discard(folder: Path, times: Sequence[datetime]) -> None:
    for at in times:
        discard_segment(place_cycle(folder, at), _is_own)


def _read_day(places: list[Path]) -> dict[str, bytes]:
    """The files of a day, from the segments of its cycles."""
    for place in places:
        check_own(place, _is_own)
    decided = _sort_by_schema(_check([place / DECISIONS for place in places]))
    files_of = {file.parent: name for name, files in decided.items() for file in files}
    return {
        QUOTES: _merge(scan_quotes(_check([place / QUOTES for place in places]))),
        SETTLEMENTS: _merge(pl.scan_parquet(_check([place / SETTLEMENTS for place in places]))),
        **{name: _merge(pl.scan_parquet(files)) for name, files in decided.items()},
        DAY_FACTS: b"".join(
            add_decisions_file(read_sealed(place / CYCLE_FACTS), files_of[place], place / CYCLE_FACTS)
            for place in places
        ),
    }


def _check(files: list[Path]) -> list[Path]:
    """The same files, if they are what was written."""
    for file in files:
        read_sealed(file)
    return files


def _merge(rows: pl.LazyFrame) -> bytes:
    return encode_rows(rows.collect(), searchable=True)


def _sort_by_schema(files: Sequence[Path]) -> dict[str, list[Path]]:
    """Files of decisions by the name of the file that they go into."""
    numbers: dict[tuple[tuple[str, pl.DataType], ...], int] = {}
    sorted_files: dict[str, list[Path]] = {}
    for file in files:
        schema = tuple(pl.read_parquet_schema(file).items())
        number = numbers.setdefault(schema, len(numbers) + 1)
        sorted_files.setdefault(f"decisions-{number}.parquet", []).append(file)
    return sorted_files
