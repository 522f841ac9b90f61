"""What a unit of notional of each pair, and a coin, returned on each day that is over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from functools import reduce

import numpy as np
import polars as pl

from engine.market.asof import sum_window_at
from engine.market.closing import DAY, keep_closing_rows, price_quotes
from engine.market.sequence import FloatArray
from engine.model import Leg

FUNDED = ("swap",)
"""Kinds of legs that funding is paid on."""

_DAY_US = 86_400_000_000
_HOUR_US = 3_600_000_000
_LEG_FACTS = ("venue", "symbol", "base", "inverse")


def measure_day_returns(
    pairs: pl.DataFrame,
    settlements: pl.DataFrame,
    legs: Sequence[Leg],
    *,
    until: datetime,
    starts: time = time(0),
    weights: Mapping[str, float] | None = None,
) -> pl.DataFrame:
    """Daily return of each hedged pair on the notional of its first leg at the day's beginning.

    A long leg gains what the price that closes it rises by, a short one what it falls by; legs of the same
    coin hold equal coins, so that together they lose what the basis widens by. A leg of another coin, and
    an inverse contract, hold an equal notional. Funding that was paid in the day, its end included, is added
    on the notional at the day's beginning. So

        return = sum over legs of side * weight * size * (close / close before - 1 - funding rates)

    with side 1 for bought and -1 for sold legs, and size the price of a coin on that of the first leg's
    where coins are equal, else 1. A price in another quote coin is taken as it is.

    Unknown (null) where a close is unknown at an end of the day (see `keep_closing_rows`), or the
    settlements of a swap cover less than 80 % of the day. Nothing after `until` is looked at, and a
    day that is not over then has no row.

    Args:
        pairs: Columns `ts`, `pair`, `step_s`, and for each leg `<leg>_venue`, `_symbol`, `_base`, `_close`,
            `_inverse`; prices are per coin.
        settlements: Columns as in `engine.frames.settlements`.
        legs: Legs of the pairs, first leg first.
        until: Now.
        starts: Time of day, UTC, at which a day begins.
        weights: Of legs that do not weigh 1, by name.

    Returns:
        Columns `ts` (when the day ended), `pair`, `day_return`; a row for every day of a pair since its first
        known close, sorted by pair and time.

    Raises:
        ValueError: There is no leg.
    """
    if not legs:
        raise ValueError("a pair needs at least one leg")
    prices = [f"{leg.name}_close" for leg in legs]
    facts = [f"{leg.name}_{fact}" for leg in legs for fact in _LEG_FACTS]
    known = pairs.filter(pl.col("ts") <= until, *(pl.col(price) > 0 for price in prices))
    rows = known.select("ts", "pair", "step_s", *prices, *facts)
    closes = keep_closing_rows(rows, ["pair"], DAY, starts).filter(pl.col("end") <= until)
    days = _span_days(closes.select("pair", "end", *prices), "pair", until)
    firsts = closes.unique("pair", keep="first", maintain_order=True).select("pair", *facts)
    days = days.join(firsts, on="pair", how="left", maintain_order="left")
    paid = settlements.filter(pl.col("ts") <= until)
    days = days.with_columns(
        _sum_rates(paid, days, leg).alias(f"{leg.name}_rates") for leg in legs if leg.kind in FUNDED
    )
    earned = [_earn(leg, legs[0], (weights or {}).get(leg.name, 1.0)) for leg in legs]
    total = reduce(lambda one, other: one + other, earned)
    return days.select(ts="end", pair="pair", day_return=pl.when(total.is_finite()).then(total))


def measure_coin_returns(
    quotes: pl.DataFrame, base: str, *, until: datetime, starts: time = time(0)
) -> pl.DataFrame:
    """Daily return of a coin: the median over its spot and swap instruments, of all venues.

    An instrument counts on days at both ends of which its price is known: the middle of bid and ask, or
    the mark. Nothing after `until` is looked at, and a day that is not over then has no row.

    Args:
        quotes: Cleaned quotes, as in `engine.frames.quotes`.
        base: The coin.
        until: Now.
        starts: Time of day, UTC, at which a day begins.

    Returns:
        Columns `ts` (when the day ended), `base`, `day_return` (null on days without a known one), sorted.
    """
    of_coin = quotes.filter(
        pl.col("ts") <= until, pl.col("base") == base, pl.col("kind").is_in(("spot", "swap"))
    )
    name = pl.concat_str("venue", pl.lit(":"), "symbol")
    priced = of_coin.select("ts", "step_s", price=price_quotes(), name=name)
    known = priced.filter(pl.col("price") > 0)
    closes = keep_closing_rows(known, ["name"], DAY, starts).filter(pl.col("end") <= until)
    days = _span_days(closes.select("name", "end", "price"), "name", until)
    change = pl.col("price") / pl.col("price_before") - 1
    return (
        days.group_by("end")
        .agg(day_return=change.median())
        .sort("end")
        .select(ts="end", base=pl.lit(base), day_return="day_return")
    )


def arrange_day_returns(
    returns: pl.DataFrame, names: Sequence[str], ends: pl.Series, key: str = "pair"
) -> FloatArray:
    """Daily returns as an array: a row per day, a column per name; NaN where one is unknown or has no row.

    Args:
        returns: Columns `ts`, `day_return` and the key, as measured above.
        names: Pairs or coins wanted, in the order of the columns.
        ends: Ends of the days wanted, in the order of the rows; see `engine.market.closing.list_day_ends`.
        key: Column that the names stand in.
    """
    row = ends.to_frame("ts").with_row_index("row")
    column = pl.DataFrame({key: pl.Series(names, dtype=pl.String)}).with_row_index("column")
    placed = returns.join(row, on="ts").join(column, on=key)
    array = np.full((len(ends), len(names)), np.nan)
    array[placed["row"].to_numpy(), placed["column"].to_numpy()] = placed["day_return"].cast(pl.Float64)
    return array


def _span_days(closes: pl.DataFrame, key: str, until: datetime) -> pl.DataFrame:
    """A row for every day after a group's first close, with what is known at its end and `_before`."""
    first = closes.group_by(key).agg(end=pl.col("end").min())
    ends = pl.datetime_ranges("end", pl.lit(until, dtype=closes.schema["end"]), "1d")
    days = first.with_columns(ends).explode("end").filter(pl.col("end") > pl.col("end").min().over(key))
    before = closes.with_columns(pl.col("end") + DAY)
    return (
        days.join(closes, on=[key, "end"], how="left")
        .join(before, on=[key, "end"], how="left", suffix="_before")
        .sort(key, "end")
    )


def _sum_rates(settlements: pl.DataFrame, days: pl.DataFrame, leg: Leg) -> pl.Series:
    """Rates of the leg's instrument that were paid in each day; unknown below a cover of 80 %."""
    moments = days.select(venue=f"{leg.name}_venue", symbol=f"{leg.name}_symbol", ts=pl.col("end"))
    step_us = (pl.col("interval_hours") * _HOUR_US).round().cast(pl.Int64)
    return pl.Series(sum_window_at(settlements, pl.col("rate"), moments, _DAY_US, step_us))


def _earn(leg: Leg, first: Leg, weight: float) -> pl.Expr:
    """What a leg earned in the day on the notional of the first leg."""
    close, before = pl.col(f"{leg.name}_close"), pl.col(f"{leg.name}_close_before")
    paid = pl.col(f"{leg.name}_rates") if leg.kind in FUNDED else pl.lit(0.0)
    coin, first_coin = (pl.col(f"{name}_close_before") for name in (leg.name, first.name))
    same_coin = pl.col(f"{leg.name}_base") == pl.col(f"{first.name}_base")
    equal_coins = same_coin & ~pl.col(f"{leg.name}_inverse")
    size = pl.when(equal_coins).then(coin / first_coin).when(~equal_coins).then(1.0)
    signed = weight if leg.side == "buy" else -weight
    return signed * size * (close / before - 1 - paid)
