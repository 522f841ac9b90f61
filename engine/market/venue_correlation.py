"""How closely the price of a coin at one venue follows that at the others.

A venue that no longer lets coins out, or whose feed has stopped, shows first in prices that go their own
way. The measure is the correlation of hourly log returns over 7 days.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
import polars as pl

from engine.frames.columns import INSTANT
from engine.market.closing import keep_closing_rows, price_quotes
from engine.market.sequence import BoolArray, FloatArray
from engine.market.window import COVER_TOLERANCE, MIN_COVER

KINDS = ("spot", "swap", "future", "margin")
"""Kinds whose price is that of a coin."""

WINDOW_HOURS = 168
_BLOCK_CELLS = 1 << 15
_HOUR = timedelta(hours=1)
_LEAST = MIN_COVER * (1 - COVER_TOLERANCE) * WINDOW_HOURS

_SCHEMA = {
    "ts": INSTANT,
    "venue": pl.String(),
    "base": pl.String(),
    "venue_correlation": pl.Float64(),
    "other_venues": pl.Float64(),
}


class _Panel(NamedTuple):
    """Hourly log returns of coins at venues: a row per venue and coin, a column per hour; NaN is unknown.

    Attributes:
        venues: Venue of each row.
        bases: Coin of each row.
        returns: Returns there.
        means: Mean returns of the coin at the other venues.
        others: How many other venues are known in at least 80 % of the hours of each window.
        prices: How many of the instruments have a price at the end of each hour.
    """

    venues: list[str]
    bases: list[str]
    returns: FloatArray
    means: FloatArray
    others: FloatArray
    prices: FloatArray


def measure_venue_correlation(quotes: pl.DataFrame, *, start: datetime, until: datetime) -> pl.DataFrame:
    """Correlation of a coin's hourly returns at a venue with their mean at the other venues, over 7 days.

    At each whole hour t in `start <= t <= until`, over the 168 hours that end at t, and from nothing later
    than t. An hour's return of an instrument is known if its price is at both ends (middle of bid and
    ask, or mark; see `keep_closing_rows`); that of a venue is the mean over its instruments of the coin,
    that of the others the mean over the other venues. Unknown if both are known in less than 80 % of the
    hours, or one does not move.

    Args:
        quotes: Cleaned quotes from 7 days before `start` on, as in `engine.frames.quotes`.
        start: Before this no value is wanted.
        until: Now.

    Returns:
        Columns `ts`, `venue`, `base`, `venue_correlation`, `other_venues` (how many of the others are known
        in at least 80 % of the hours), sorted by venue, base and time. A row for every hour in whose
        window the venue has a price, even if its prices are too far apart for a return.
    """
    hours = _list_hours(start, until)
    if not hours:
        return pl.DataFrame(schema=_SCHEMA)
    first = hours[0] - _HOUR * WINDOW_HOURS
    prices = _close_hours(quotes, first, until)
    panels = [
        _compare_venues(str(base), rows, first, len(hours) + WINDOW_HOURS - 1)
        for (base,), rows in prices.partition_by("base", as_dict=True).items()
    ]
    frames = [_measure_panel(panel, hours) for panel in _join_panels(panels, len(hours))]
    return pl.concat([pl.DataFrame(schema=_SCHEMA), *frames]).sort("venue", "base", "ts")


def add_venue_correlation(pairs: pl.DataFrame, correlations: pl.DataFrame) -> pl.DataFrame:
    """Add `venue_correlation` and `other_venues` of the pair's venue and base, as of its last whole hour.

    Args:
        pairs: Columns `ts`, `venue`, `base`.
        correlations: As `measure_venue_correlation` gives them; what is not there is unknown.
    """
    hour = pairs.with_columns(_hour=pl.col("ts").dt.truncate("1h"))
    known = correlations.rename({"ts": "_hour"})
    return hour.join(known, on=["_hour", "venue", "base"], how="left", maintain_order="left").drop("_hour")


def _list_hours(start: datetime, until: datetime) -> list[datetime]:
    whole = start.replace(minute=0, second=0, microsecond=0)
    first = whole if whole == start else whole + _HOUR
    count = (until - first) // _HOUR + 1
    return [first + _HOUR * hour for hour in range(max(count, 0))]


def _close_hours(quotes: pl.DataFrame, first: datetime, until: datetime) -> pl.DataFrame:
    """Price of each instrument at the ends of hours, sorted so that sums have one order."""
    near = pl.col("ts").is_between(first - _HOUR, until) & pl.col("kind").is_in(KINDS)
    priced = quotes.filter(near).select("base", "venue", "symbol", "ts", "step_s", price=price_quotes())
    closes = keep_closing_rows(priced.filter(pl.col("price") > 0), ["base", "venue", "symbol"], _HOUR)
    return closes.filter(pl.col("end").is_between(first, until))


def _compare_venues(base: str, rows: pl.DataFrame, first: datetime, length: int) -> _Panel:
    """The venues of one coin over so many hours after the first, and beside each the others."""
    venues, returns, prices = _average_venues(rows, first, length)
    known = np.isfinite(returns)
    filled, count = np.where(known, returns, 0.0), known.astype(np.float64)
    covered = (_add_window(count) >= _LEAST).astype(np.float64)
    beside = [np.delete(np.arange(len(venues)), place) for place in range(len(venues))]
    means = [_divide(_add_rows(filled[others]), _add_rows(count[others])) for others in beside]
    full = [_add_rows(covered[others]) for others in beside]
    return _Panel(venues, [base] * len(venues), returns, np.stack(means), np.stack(full), prices)


def _average_venues(
    rows: pl.DataFrame, first: datetime, length: int
) -> tuple[list[str], FloatArray, FloatArray]:
    """Mean log return of each venue in each hour, over its instruments by symbol; and how many are priced."""
    venues = sorted(set(rows["venue"].to_list()))
    total, count, priced = np.zeros((3, len(venues), length))
    hour = (pl.col("end") - first).dt.total_hours()
    for (venue, _), each in rows.with_columns(hour=hour).group_by("venue", "symbol", maintain_order=True):
        prices = np.full(length + 1, np.nan)
        prices[each["hour"].to_numpy()] = each["price"].to_numpy()
        change = np.diff(np.log(prices))
        known = np.isfinite(change)
        total[venues.index(str(venue))] += np.where(known, change, 0.0)
        count[venues.index(str(venue))] += known
        priced[venues.index(str(venue))] += np.isfinite(prices[1:])
    return venues, _divide(total, count), priced


def _join_panels(panels: list[_Panel], hours: int) -> Iterator[_Panel]:
    """Panels of many coins as few, so that a step costs little, none too large for the cache."""
    waiting: list[_Panel] = []
    for panel in panels:
        waiting.append(panel)
        if sum(len(each.venues) for each in waiting) * hours >= _BLOCK_CELLS:
            yield _stack_panels(waiting)
            waiting = []
    if waiting:
        yield _stack_panels(waiting)


def _stack_panels(panels: list[_Panel]) -> _Panel:
    return _Panel(
        [venue for panel in panels for venue in panel.venues],
        [base for panel in panels for base in panel.bases],
        *(np.concatenate([panel[part] for panel in panels]) for part in (2, 3, 4, 5)),
    )


def _measure_panel(panel: _Panel, hours: list[datetime]) -> pl.DataFrame:
    """The measure of every row of a panel at every hour in whose window it has a price."""
    correlation = _correlate_windows(panel.returns, panel.means)
    seen = _add_window(panel.prices)
    rows, count = len(panel.venues), len(hours)
    frame = pl.DataFrame(
        {
            "ts": pl.Series(hours * rows, dtype=INSTANT),
            "venue": pl.Series(np.repeat(panel.venues, count).tolist()),
            "base": pl.Series(np.repeat(panel.bases, count).tolist()),
            "venue_correlation": pl.Series(correlation.ravel()).fill_nan(None),
            "other_venues": panel.others.ravel(),
        }
    )
    return frame.filter(pl.Series(seen.ravel() > 0))


def _correlate_windows(one: FloatArray, other: FloatArray) -> FloatArray:
    """Pearson's correlation over the hours of each window in which both are known, in two passes."""
    both: BoolArray = np.isfinite(one) & np.isfinite(other)
    left, right = np.where(both, one, 0.0), np.where(both, other, 0.0)
    weight = both.astype(np.float64)
    count = _add_window(weight)
    mean_left, mean_right = _divide(_add_window(left), count), _divide(_add_window(right), count)
    squares_left, squares_right, products = np.zeros((3, *count.shape))
    for hour in range(WINDOW_HOURS):
        seen = slice(hour, hour + count.shape[1])
        distance_left = np.where(both[:, seen], left[:, seen] - mean_left, 0.0)
        distance_right = np.where(both[:, seen], right[:, seen] - mean_right, 0.0)
        squares_left += distance_left * distance_left
        squares_right += distance_right * distance_right
        products += distance_left * distance_right
    correlation = _divide(products, np.sqrt(squares_left) * np.sqrt(squares_right))
    return np.where(count >= _LEAST, np.clip(correlation, -1.0, 1.0), np.nan)


def _add_window(values: FloatArray) -> FloatArray:
    """Of each row, the sum over the 168 hours that end at each hour after the first 168, oldest first."""
    total = np.zeros((values.shape[0], values.shape[1] - WINDOW_HOURS + 1))
    for hour in range(WINDOW_HOURS):
        total += values[:, hour : hour + total.shape[1]]
    return total


def _add_rows(values: FloatArray) -> FloatArray:
    total = np.zeros(values.shape[1])
    for row in values:
        total += row
    return total


def _divide(amount: FloatArray, count: FloatArray) -> FloatArray:
    """Quotients; NaN where there is nothing to divide by."""
    return np.where(count > 0, amount / np.where(count > 0, count, 1.0), np.nan)
