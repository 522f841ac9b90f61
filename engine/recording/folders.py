"""The folders of a recording: what lies where, under which names, and what of it counts.

    recording.json               that this is a recording, and the number of its format
    .lock                        held by the process that records
    books/<fingerprint>/         the files of each book version that decided
    backfills/<number>/          rows from before a cycle that no cycle saw
    cycles/<time>/               a segment for each cycle
    days/<date>/                 the segments of a closed day, merged

A cycle lies in `cycles` until its day is merged. From the moment that `days/<date>` is there, what `cycles`
has of this date is left over and does not count.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

from engine.errors import RecordingError
from engine.recording.segments import sync_folder, write_file

FORMAT = 1
"""The number of the format that is written, and the newest that can be read."""

MARK, LOCK = "recording.json", ".lock"
BOOKS, BACKFILLS, CYCLES, DAYS = "books", "backfills", "cycles", "days"
FOLDERS = (BOOKS, BACKFILLS, CYCLES, DAYS)

QUOTES, SETTLEMENTS, DECISIONS = "quotes.parquet", "settlements.parquet", "decisions.parquet"
CYCLE_FACTS, BACKFILL_FACTS, DAY_FACTS = "cycle.json", "backfill.json", "cycles.jsonl"

_MARK_DRAFT = ".recording.json.tmp"
_OWN_FILE = re.compile(
    r"(quotes|settlements|decisions(-\d+)?)\.parquet|(cycle|backfill)\.json|cycles\.jsonl|SHA256SUMS"
)
_TIME = "%Y%m%dT%H%M%S.%fZ"
_NUMBER = re.compile(r"\d{6,}")
_FINGERPRINT = re.compile(r"[0-9a-f]{8,64}")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Contents:
    """What a recording holds at one moment.

    Attributes:
        days: The merged days, in order.
        cycles: The cycles of other days, in order: each has a segment.
        leftovers: Segments, whole or in part, of days that are merged: they do not count.
        backfills: Numbers of the backfills, in order.
    """

    days: tuple[date, ...]
    cycles: tuple[datetime, ...]
    leftovers: tuple[datetime, ...]
    backfills: tuple[int, ...]


def list_contents(folder: Path) -> Contents:
    """What a recording holds, also while it is written and merged.

    Segments are listed before days: one that is gone already is found in its day, whose folder was there
    before the first segment of it was deleted.

    Raises:
        RecordingError: A folder is missing, or something in it is no part of a recording.
    """
    times = _list_names(folder / CYCLES, read_time)
    days = _list_names(folder / DAYS, _read_day)
    backfills = _list_names(folder / BACKFILLS, _read_number)
    merged = set(days)
    return Contents(
        days=days,
        cycles=tuple(time for time in times if time.date() not in merged),
        leftovers=tuple(time for time in times if time.date() in merged),
        backfills=backfills,
    )


def in_utc(time: datetime) -> datetime:
    """The same time, in UTC.

    Raises:
        RecordingError: It has no zone.
    """
    if time.utcoffset() is None:
        raise RecordingError(f"{time.isoformat()} has no time zone; give it one, such as UTC")
    return time.astimezone(UTC)


def name_time(time: datetime) -> str:
    """The name of a segment of a cycle; names sort as their times do."""
    return time.strftime(_TIME)


def read_time(name: str) -> datetime | None:
    """The time that a segment is named after; None if it is no such name."""
    try:
        time = datetime.fromisoformat(name)
    except ValueError:
        return None
    return time if time.tzinfo is UTC and name_time(time) == name else None


def place_cycle(folder: Path, at: datetime) -> Path:
    """Where the segment of a cycle lies."""
    return folder / CYCLES / name_time(at)


def place_day(folder: Path, day: date) -> Path:
    """Where a merged day lies."""
    return folder / DAYS / day.isoformat()


def place_backfill(folder: Path, number: int) -> Path:
    """Where a backfill lies."""
    return folder / BACKFILLS / f"{number:06}"


def place_book(folder: Path, fingerprint: str) -> Path:
    """Where the files of a book version lie.

    Raises:
        RecordingError: This is no fingerprint.
    """
    if _FINGERPRINT.fullmatch(fingerprint) is None:
        raise RecordingError(f'"{fingerprint}" is no fingerprint of a book: digits of 0-9 and a-f')
    return folder / BOOKS / fingerprint


def is_part(kind: str, name: str) -> bool:
    """Whether something in one of the `FOLDERS` of a recording may bear a name."""
    readers: dict[str, Callable[[str], object]] = {
        BOOKS: _FINGERPRINT.fullmatch,
        BACKFILLS: _read_number,
        CYCLES: read_time,
        DAYS: _read_day,
    }
    return readers[kind](name) is not None


def is_file_of_part(kind: str, name: str) -> bool:
    """Whether a recorder writes files of a name into the parts in one of the `FOLDERS`."""
    return kind == BOOKS or _OWN_FILE.fullmatch(name) is not None


def is_recording(folder: Path) -> bool:
    """Whether a folder is a recording; if not, it is not there, empty, or one whose making was cut short.

    Raises:
        RecordingError: The folder holds other things, or the mark is damaged or tells a newer format.
    """
    mark = folder / MARK
    if mark.exists():
        _check_mark(mark)
        return True
    if folder.exists():
        if not folder.is_dir():
            raise RecordingError(f"{folder} is no folder; give one to record in")
        foreign = [path for path in sorted(folder.iterdir()) if not _is_of_a_beginning(path)]
        if foreign:
            raise RecordingError(
                f"{folder} is no recording: it holds {foreign[0].name} and no {MARK}; give another folder"
            )
    return False


def make_folder(folder: Path) -> None:
    """Make a folder with those above it, where they are not there, and bring their names to the disk."""
    if not folder.exists():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        sync_folder(folder.parent)


def create_recording(folder: Path) -> None:
    """Make a folder a recording; its mark comes last, so that what is marked is whole.

    Args:
        folder: A folder of which `is_recording` is false.
    """
    for name in FOLDERS:
        (folder / name).mkdir(exist_ok=True)
    draft = folder / _MARK_DRAFT
    draft.unlink(missing_ok=True)
    write_file(draft, (json.dumps({"format": FORMAT}) + "\n").encode())
    sync_folder(folder)
    draft.rename(folder / MARK)
    sync_folder(folder)
    sync_folder(folder.parent)


def check_format(number: object, file: Path) -> None:
    """Refuse what is written in a format that this version does not know.

    Raises:
        RecordingError: The format is newer, or no number.
    """
    if not isinstance(number, int) or number < 1:
        raise RecordingError(f"{file} is damaged: its format is {number!r}; put a copy of it in its place")
    if number > FORMAT:
        raise RecordingError(
            f"{file} has format {number}, and this Carrybook reads up to {FORMAT}; take a newer version"
        )


def _check_mark(mark: Path) -> None:
    try:
        written = json.loads(mark.read_bytes())
    except ValueError as error:
        raise RecordingError(f"{mark} is damaged: {error}; put a copy of it in its place") from error
    check_format(written.get("format") if isinstance(written, dict) else None, mark)


def _is_of_a_beginning(path: Path) -> bool:
    if path.name in {LOCK, _MARK_DRAFT}:
        return True
    return path.name in FOLDERS and path.is_dir() and not any(path.iterdir())


def _list_names(folder: Path, read: Callable[[str], T | None]) -> tuple[T, ...]:
    """What the names in a folder stand for, in order; hidden ones are no parts yet."""
    try:
        names = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    except FileNotFoundError as error:
        raise RecordingError(f"{folder} is missing from the recording; put a copy of it back") from error
    found = []
    for name in names:
        part = read(name)
        if part is None:
            raise RecordingError(f"{folder / name} is no part of a recording; move it away")
        found.append(part)
    return tuple(found)


def _read_day(name: str) -> date | None:
    try:
        day = date.fromisoformat(name)
    except ValueError:
        return None
    return day if day.isoformat() == name else None


def _read_number(name: str) -> int | None:
    return int(name) if _NUMBER.fullmatch(name) else None
