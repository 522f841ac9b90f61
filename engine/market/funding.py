"""Settled funding a year, over windows that end at each candidate's time."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence as Rows

import polars as pl

from engine.market.asof import sum_windows_at
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
        for days, aprs in zip(FUNDING_WINDOW_DAYS, _annualise(settlements, moments), strict=True):
            pairs = pairs.with_columns(aprs.alias(f"{leg.name}_funding_apr_{days}d"))
    return pairs


def _annualise(settlements: pl.DataFrame, moments: pl.DataFrame) -> Iterator[pl.Series]:
    """The funding a year of each window."""
    rate, hours = pl.col("rate"), pl.col("interval_hours")
    step_us = (hours * _HOUR_US).round().cast(pl.Int64)
    amounts = [rate, pl.when(rate.is_not_null()).then(hours)]
    widths = [days * _DAY_US for days in FUNDING_WINDOW_DAYS]
    for paid, known_hours in sum_windows_at(settlements, amounts, moments, widths, step_us):
        yield pl.Series(paid / known_hours * HOURS_A_YEAR).fill_nan(None)
