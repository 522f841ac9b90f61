"""Columns of a recorded Parquet file, read as the engine counts them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from engine.errors import HistoryError
from engine.frames.columns import INSTANT


def scan_columns(
    file: Path, texts: Sequence[str], numbers: Sequence[str], faults: list[str]
) -> pl.LazyFrame | None:
    """Look lazily into a file; what is wrong with its form is added to `faults`.

    Args:
        file: The Parquet file.
        texts: Columns of words; categories are taken too.
        numbers: Columns of numbers, read as float64; NaN and infinities become null.
        faults: Takes a sentence for each fault.

    Returns:
        The columns `ts`, in microseconds UTC, then `texts` and `numbers`; None if there is a fault.
    """
    if not file.is_file():
        faults.append(f"{file} is missing")
        return None
    frame = pl.scan_parquet(file)
    try:
        schema = frame.collect_schema()
    except pl.exceptions.ComputeError as error:
        faults.append(f"{file} cannot be read as Parquet: {error}")
        return None
    wrong = _find_faults(schema, texts, numbers)
    faults.extend(f"{file}{fault}" for fault in wrong)
    if wrong:
        return None
    values = [pl.col(name).cast(pl.Float64) for name in numbers]
    return frame.select(
        pl.col("ts").cast(INSTANT),
        *(pl.col(name).cast(pl.String) for name in texts),
        *(pl.when(value.is_finite()).then(value) for value in values),
    )


def collect_rows(rows: pl.LazyFrame, file: Path, keys: Sequence[str]) -> pl.DataFrame:
    """The rows of a file, each once.

    Args:
        rows: What is wanted of the file.
        file: Where it comes from, for the fault.
        keys: Columns that tell rows apart.

    Raises:
        HistoryError: The file is damaged, or two rows of equal keys say different things.
    """
    once = collect(rows, file).unique(maintain_order=True)
    repeated = once.filter(pl.struct(keys).is_duplicated()).sort(keys)
    if repeated.height:
        place = ", ".join(str(repeated[name][0]) for name in keys)
        raise HistoryError(f"{file}: rows of the same {', '.join(keys)} differ, first at {place}; keep one")
    return once


def collect(rows: pl.LazyFrame, file: Path) -> pl.DataFrame:
    """What is wanted of a file.

    Raises:
        HistoryError: The file is damaged.
    """
    try:
        return rows.collect()
    except pl.exceptions.ComputeError as error:
        raise HistoryError(f"{file} cannot be read: {error}") from error


def _find_faults(schema: pl.Schema, texts: Sequence[str], numbers: Sequence[str]) -> list[str]:
    missing = [name for name in ("ts", *texts, *numbers) if name not in schema]
    if missing:
        return [f" lacks the columns {', '.join(missing)}"]
    stamp = schema["ts"]
    faults = []
    if not isinstance(stamp, pl.Datetime) or stamp.time_zone is None:
        faults.append(f": ts is {stamp}, not a time with a zone")
    words = (pl.String, pl.Categorical, pl.Enum)
    faults += [f": {name} is {schema[name]}, not a text" for name in texts if schema[name] not in words]
    faults += [
        f": {name} is {schema[name]}, not a number" for name in numbers if not schema[name].is_numeric()
    ]
    return faults
