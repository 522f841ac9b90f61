"""Settled funding a year, over windows that end at each candidate's time."""

from __future__ import annotations

from collections.abc import Sequence as Rows

import polars as pl

from engine.market.asof import sum_window_at
from engine.market.catalogue import FUNDING_WINDOW_DAYS
from engine.model import Leg

HOURS_A_YEAR = 8760
_DAY_US = 86_400_000_000
_HOUR_US = 3_600_000_000


def add_funding_aprs(pairs: pl.DataFrame, settlements: pl.DataFrame, legs: Rows[Leg]) -> pl.DataFrame:
    """Add `<leg>_funding_apr_1d`, `_3d`, `_7d` and `_30d`: settled rates a year, weighted by time.

    Over the settlements of the leg in `(t - window, t]`: sum of rates / sum of interval hours * 8760,
    so that a change of interval inside the window weighs right. Unknown if the intervals of the
    known rates add to less than 80 % of the window, and for a leg that pays no funding. A payment
    after t never counts.

    Args:
        pairs: Columns as in `engine.frames.pairs`.
        settlements: Columns as in `engine.frames.settlements`.
        legs: Legs to add the columns for.
    """
    for leg in legs:
        instrument = [f"{leg.name}_venue", f"{leg.name}_symbol"]
        moments = pairs.select("ts", venue=instrument[0], symbol=instrument[1])
        names = {days: f"{leg.name}_funding_apr_{days}d" for days in FUNDING_WINDOW_DAYS}
        aprs = [_annualise(settlements, moments, days).alias(name) for days, name in names.items()]
        pairs = pairs.with_columns(aprs)
    return pairs


def _annualise(settlements: pl.DataFrame, moments: pl.DataFrame, days: int) -> pl.Series:
    rate, hours = pl.col("rate"), pl.col("interval_hours")
    step_us = (hours * _HOUR_US).round().cast(pl.Int64)
    paid = sum_window_at(settlements, rate, moments, days * _DAY_US, step_us)
    known_hours = pl.when(rate.is_not_null()).then(hours)
    weight = sum_window_at(settlements, known_hours, moments, days * _DAY_US, step_us)
    return pl.Series(paid / weight * HOURS_A_YEAR).fill_nan(None)
