"""Checks that every schema shares."""

from __future__ import annotations

import pandera.polars as pa
import polars as pl
import polars.selectors as cs
from pandera.api.polars.types import PolarsData

INSTANT = pl.Datetime("us", "UTC")
"""The one type of time: microseconds, UTC."""


def require_finite(data: PolarsData) -> pl.LazyFrame:
    """True where every number of a row is finite or null; NaN would compare as larger than all."""
    numbers = [pl.col(name).is_finite().fill_null(value=True) for name in _find_floats(data.lazyframe)]
    return data.lazyframe.select(pl.all_horizontal(pl.lit(value=True), *numbers))


def forbid_duplicates(*keys: str) -> pa.Check:
    """A check that no two rows are equal in all of these columns."""

    def is_alone(data: PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select(~pl.struct(keys).is_duplicated())

    return pa.Check(is_alone, name="forbid_duplicates", error=f"rows repeat in {', '.join(keys)}")


def _find_floats(frame: pl.LazyFrame) -> list[str]:
    return list(cs.expand_selector(frame.collect_schema(), cs.float()))
