"""What is said of a cycle, and of a backfill, beside its rows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from engine.errors import RecordingError
from engine.recording.folders import FORMAT, check_format
from engine.recording.segments import HOW_TO_MEND

_DECISIONS_IN = "decisions_in"


@dataclass(frozen=True, slots=True)
class BookVersion:
    """Which version of a book decided.

    Attributes:
        name: Name of the book.
        version: `draft`, or the name of the published version.
        fingerprint: What its files are kept under.
    """

    name: str
    version: str
    fingerprint: str


@dataclass(frozen=True, slots=True, eq=False)
class CycleRecord:
    """A cycle as it is to be recorded: what it saw and what was decided.

    Attributes:
        at: Time of the cycle.
        book: The book version that decided; its files are kept before.
        parameters: The value of each parameter, in any form that JSON has.
        funnel: How many pairs were left after each stage.
        quotes: The snapshot before it is cleaned, as in `engine.frames.quotes`, all at `at`; numbers may be
            NaN, and quotes may repeat.
        settlements: Those that became known since the last cycle, as in `engine.frames.settlements`, up to
            `at`; one that is given again replaces what was known of it.
        decisions: Rows as in `engine.frames.decisions`, all at `at`, with whatever outputs the book has.
    """

    at: datetime
    book: BookVersion
    parameters: Mapping[str, Any] = field(repr=False)
    funnel: Mapping[str, int]
    quotes: pl.DataFrame = field(repr=False)
    settlements: pl.DataFrame = field(repr=False)
    decisions: pl.DataFrame = field(repr=False)


@dataclass(frozen=True, slots=True)
class CycleFacts:
    """What is said of a recorded cycle.

    Attributes:
        at: Time of the cycle.
        book: The book version that decided.
        parameters: The value of each parameter.
        funnel: How many pairs were left after each stage.
        engine: Version of Carrybook that decided.
        recorded_at: When it was recorded.
        rows: How many rows it has: `quotes`, `settlements`, `decisions`.
        settled_from: Time of the earliest settlement that came with it; None if none did.
    """

    at: datetime
    book: BookVersion
    parameters: Mapping[str, Any] = field(repr=False)
    funnel: Mapping[str, int]
    engine: str
    recorded_at: datetime
    rows: Mapping[str, int]
    settled_from: datetime | None


@dataclass(frozen=True, slots=True)
class BackfillFacts:
    """What is said of a backfill.

    Attributes:
        after: The last cycle recorded before it: later cycles know its rows. None if it came before all.
        engine: Version of Carrybook that recorded it.
        recorded_at: When it was recorded.
        rows: How many rows it has: `quotes`, `settlements`.
        quoted_from: Time of its earliest quote; None if it has none.
        quoted_to: Time of its latest quote; None if it has none.
        settled_from: Time of its earliest settlement; None if it has none.
    """

    after: datetime | None
    engine: str
    recorded_at: datetime
    rows: Mapping[str, int]
    quoted_from: datetime | None
    quoted_to: datetime | None
    settled_from: datetime | None


def write_facts(facts: CycleFacts | BackfillFacts) -> bytes:
    """Facts as a line of JSON; times in ISO 8601.

    Raises:
        RecordingError: A parameter or a count has no form in JSON.
    """
    plain = {"format": FORMAT, **asdict(facts)}
    try:
        text = json.dumps(plain, allow_nan=False, default=_write_time)
        told = json.loads(text)
    except (TypeError, ValueError) as error:
        raise RecordingError(
            f"a parameter or count cannot be recorded: {error}; give plain values"
        ) from error
    for name in ("parameters", "funnel"):
        if told.get(name) != plain.get(name):
            raise RecordingError(f"the {name} would not be read as they are; give numbers, texts and lists")
    return text.encode() + b"\n"


def read_cycle_facts(line: bytes, file: Path) -> CycleFacts:
    """The facts of a cycle.

    Args:
        line: As `write_facts` gives it.
        file: Where it stands, for messages.

    Raises:
        RecordingError: It says something else, or in a format that is newer.
    """
    told = _read_line(line, file)
    try:
        return CycleFacts(
            at=datetime.fromisoformat(told["at"]),
            book=BookVersion(**told["book"]),
            parameters=told["parameters"],
            funnel=told["funnel"],
            engine=told["engine"],
            recorded_at=datetime.fromisoformat(told["recorded_at"]),
            rows=told["rows"],
            settled_from=_read_time(told["settled_from"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _find_strange(file, error) from error


def read_backfill_facts(line: bytes, file: Path) -> BackfillFacts:
    """The facts of a backfill; as `read_cycle_facts`."""
    told = _read_line(line, file)
    try:
        return BackfillFacts(
            after=_read_time(told["after"]),
            engine=told["engine"],
            recorded_at=datetime.fromisoformat(told["recorded_at"]),
            rows=told["rows"],
            quoted_from=_read_time(told["quoted_from"]),
            quoted_to=_read_time(told["quoted_to"]),
            settled_from=_read_time(told["settled_from"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _find_strange(file, error) from error


def add_decisions_file(line: bytes, name: str, file: Path) -> bytes:
    """The facts of a cycle for a merged day: they also say which file has its decisions.

    Args:
        line: The facts, as `write_facts` gives them.
        name: The file of the decisions.
        file: Where the line stands, for messages.
    """
    return json.dumps({**_read_line(line, file), _DECISIONS_IN: name}).encode() + b"\n"


def read_decisions_file(line: bytes, file: Path) -> str:
    """Which file of a merged day has the decisions of a cycle; arguments as in `read_cycle_facts`."""
    return str(_read_line(line, file).get(_DECISIONS_IN))


def _read_line(line: bytes, file: Path) -> dict[str, Any]:
    try:
        told = json.loads(line)
    except ValueError as error:
        raise _find_strange(file, error) from error
    if not isinstance(told, dict):
        raise _find_strange(file, ValueError("no object"))
    check_format(told.get("format"), file)
    return told


def _write_time(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"a value of type {type(value).__name__} has no form in JSON")


def _read_time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _find_strange(file: Path, error: Exception) -> RecordingError:
    return RecordingError(
        f"{file} does not say what it should ({type(error).__name__}: {error}); {HOW_TO_MEND}"
    )
