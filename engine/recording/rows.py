"""Rows of a recording: what they have to be, and how they become the bytes of a file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from pathlib import Path

import polars as pl

from engine.errors import RecordingError
from engine.frames.columns import INSTANT
from engine.frames.quotes import QUOTE_COLUMNS
from engine.frames.settlements import SETTLEMENT_COLUMNS
from engine.recording.facts import CycleRecord

ROW_GROUP_ROWS = 65_536
"""How many rows of a merged day are read at once: some hundred snapshots of hundreds of instruments."""

_DECISION_COLUMNS: dict[str, pl.DataType] = {
    "ts": INSTANT,
    "pair": pl.String(),
    "decision": pl.String(),
    "rule": pl.String(),
}


def encode_rows(rows: pl.DataFrame, *, searchable: bool = False) -> bytes:
    """Rows as a Parquet file, compressed with zstd.

    What was written is read again before anything relies on it.

    Args:
        rows: The rows.
        searchable: Whether parts of them will be read: each group of rows then says which values it holds.

    Raises:
        RecordingError: Parquet has no form for a column, or would give it back changed.
    """
    file = BytesIO()
    try:
        rows.write_parquet(file, compression="zstd", statistics=searchable, row_group_size=ROW_GROUP_ROWS)
        file.seek(0)
        again = pl.read_parquet(file)
    except pl.exceptions.PolarsError as error:
        raise RecordingError(f"a frame cannot be recorded: {error}; leave the column out") from error
    if again.schema != rows.schema or not again.equals(rows):
        changed = [name for name in rows.columns if name not in again or not again[name].equals(rows[name])]
        raise RecordingError(
            f"Parquet would not give back the columns {', '.join(changed)} as they are; take another type"
        )
    return file.getvalue()


def scan_quotes(files: list[Path]) -> pl.LazyFrame:
    """Quotes of files, of which some may be older than some of the columns: these are null there."""
    return pl.scan_parquet(files, schema=QUOTE_COLUMNS, missing_columns="insert")


def check_cycle_rows(cycle: CycleRecord, at: datetime) -> None:
    """Refuse a cycle whose frames are not of the agreed form or of other times.

    Args:
        cycle: The cycle.
        at: Its time in UTC.

    Raises:
        RecordingError: Says which frame, what is wrong with it, and what to do.
    """
    _check_columns("quotes", cycle.quotes, QUOTE_COLUMNS)
    _check_columns("settlements", cycle.settlements, SETTLEMENT_COLUMNS)
    needed = [name for name in _DECISION_COLUMNS if name in cycle.decisions.columns]
    _check_columns("decisions", cycle.decisions.select(needed), _DECISION_COLUMNS)
    for name, rows in (("quotes", cycle.quotes), ("decisions", cycle.decisions)):
        others = rows["ts"].filter(rows["ts"].ne_missing(at))
        if others.len():
            raise RecordingError(
                f"the cycle of {at} has {name} of {others[0]}; give it those of its own time only"
            )
    _check_settled(cycle.settlements, at)


def check_backfill_rows(quotes: pl.DataFrame, settlements: pl.DataFrame) -> None:
    """Refuse a backfill whose frames are not of the agreed form.

    Raises:
        RecordingError: Says which frame, what is wrong with it, and what to do.
    """
    _check_columns("quotes", quotes, QUOTE_COLUMNS)
    _check_columns("settlements", settlements, SETTLEMENT_COLUMNS)
    for name, rows in (("quotes", quotes), ("settlements", settlements)):
        if rows["ts"].null_count():
            raise RecordingError(f"the {name} of a backfill have a row without a time; leave it out")


def find_bounds(times: pl.Series) -> tuple[datetime, datetime] | tuple[None, None]:
    """The earliest and the latest of some times; None if there are none."""
    first, last = times.min(), times.max()
    return (first, last) if isinstance(first, datetime) and isinstance(last, datetime) else (None, None)


def _check_settled(settlements: pl.DataFrame, at: datetime) -> None:
    late = settlements["ts"].filter((settlements["ts"] <= at).fill_null(value=False).not_())
    if late.len():
        raise RecordingError(
            f"the cycle of {at} has a settlement of {late[0]}; give those up to its own time only"
        )


def _check_columns(name: str, rows: pl.DataFrame, expected: Mapping[str, pl.DataType]) -> None:
    if list(rows.schema.items()) == list(expected.items()):
        return
    missing = [column for column in expected if column not in rows.columns]
    unknown = [column for column in rows.columns if column not in expected]
    changed = [
        f"{column} is {rows.schema[column]} and not {dtype}"
        for column, dtype in expected.items()
        if column in rows.columns and rows.schema[column] != dtype
    ]
    faults = [
        *([f"without {', '.join(missing)}"] if missing else []),
        *([f"with {', '.join(unknown)}"] if unknown else []),
        *changed,
    ]
    told = "; ".join(faults) or "in another order"
    raise RecordingError(
        f"the {name} to record are not of the agreed form: {told}; give {', '.join(expected)}"
    )
