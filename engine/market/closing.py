"""Prices at the ends of hours and days, as they were known then."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta

import polars as pl

from engine.frames.columns import INSTANT
from engine.market.clean import STALE_AFTER_S

DAY = timedelta(days=1)
_US = timedelta(microseconds=1)
_SECOND_US = 1_000_000


def price_quotes() -> pl.Expr:
    """Price of a quote: the middle of bid and ask where both are known, else the mark."""
    return pl.coalesce((pl.col("bid") + pl.col("ask")) / 2, pl.col("mark"))


def keep_closing_rows(
    rows: pl.DataFrame, keys: Iterable[str], every: timedelta, starts: time = time(0)
) -> pl.DataFrame:
    """Of each group and period the last row, if it is what was true when the period ended.

    Periods end at whole multiples of `every` from a time of day on; a row at the end belongs to the
    period that ends. The last row counts if the end lies within its own step, or within 5 minutes of it
    (what is older is stale, as in `engine.market.clean`); the period of the others has no row.

    Args:
        rows: Columns `ts`, `step_s` (null: unknown) and those of `keys`; no time repeats in a group.
        keys: Columns that tell groups apart.
        every: Length of a period, whole microseconds that divide a day.
        starts: Time of day, UTC, at which a period begins.

    Returns:
        The rows kept, with a column `end`, sorted by group and end; never more than one of both.
    """
    offset = timedelta(hours=starts.hour, minutes=starts.minute, seconds=starts.second) // _US
    period = every // _US
    since = pl.col("ts").dt.timestamp("us") - offset
    end_us = (since + period - 1) // period * period + offset
    ended = rows.with_columns(end=end_us.cast(pl.Datetime("us")).dt.replace_time_zone("UTC"))
    age_us = (pl.col("end") - pl.col("ts")).dt.total_microseconds()
    fresh = (age_us < pl.col("step_s") * _SECOND_US) | (age_us <= STALE_AFTER_S * _SECOND_US)
    group = [*keys, "end"]
    last = ended.filter(pl.col("ts") == pl.col("ts").max().over(group))
    return last.filter(fresh.fill_null(value=False)).sort(group)


def list_day_ends(until: datetime, days: int, starts: time = time(0)) -> pl.Series:
    """Ends of the latest days that are over at a time, from the first on; `ts`, UTC.

    Args:
        until: Now.
        days: How many.
        starts: Time of day, UTC, at which a day begins.
    """
    last = until.replace(hour=starts.hour, minute=starts.minute, second=starts.second, microsecond=0)
    last = last if last <= until else last - DAY
    return pl.Series("ts", [last - DAY * age for age in range(days - 1, -1, -1)], dtype=INSTANT)
