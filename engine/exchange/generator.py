"""A small market made from a seed, for a first run without any data.

The same seed gives the same market, byte for byte, and more cycles only add to it. Numbers are
plausible, not calibrated: most swaps pay the neutral 0.01 % per 8 hours or less, a few coins pay
several times that, and some quotes are missing or crossed, as on a real venue.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from engine.exchange.coins import COINS, VENUES
from engine.exchange.paths import CROSSED_SHARE, MISSING_SHARE, FloatArray, Paths, draw_paths
from engine.frames.columns import INSTANT
from engine.frames.quotes import QUOTE_COLUMNS
from engine.market.catalogue import NEVER

SETTLEMENT_INTERVAL = timedelta(hours=8)
WARM_UP = timedelta(days=30)

_SPOT_TURNOVER = 0.2
_DEPTH_OF_TURNOVER = 0.002
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class GeneratedMarket:
    """A stretch of the generated market.

    Attributes:
        start: Time of the first cycle; what is before it serves as warm-up.
        quotes: Columns as in `engine.frames.quotes`, not cleaned; a row per market and settlement.
        settlements: Columns as in `engine.frames.settlements`.
    """

    start: datetime
    quotes: pl.DataFrame
    settlements: pl.DataFrame


def generate_market(
    seed: int, start: datetime, *, cycles: int, warm_up: timedelta = WARM_UP
) -> GeneratedMarket:
    """Make a market of some venues and coins, spot and swap, with a snapshot at each settlement.

    Args:
        seed: Decides everything that is drawn; not negative.
        start: Time of the first cycle, UTC; taken down to the settlement at or before it.
        cycles: How many settlements from `start` on; at least one.
        warm_up: How far before `start` the market begins; all of it is drawn anew for another length.

    Returns:
        The market; `funding_rate` of a quote is the rate settled at its time.

    Raises:
        ValueError: There are no cycles, or the seed is negative.
    """
    if cycles < 1:
        raise ValueError(f"{cycles} cycles: at least one is needed")
    first_cycle = start - (start - _EPOCH) % SETTLEMENT_INTERVAL
    before = -(-warm_up // SETTLEMENT_INTERVAL)
    paths = draw_paths(seed, before + cycles)
    begin = first_cycle - before * SETTLEMENT_INTERVAL
    swap = _list_swaps(paths, begin)
    quotes = pl.concat([_list_spots(paths, begin), swap])
    settlements = swap.select(
        "ts", "venue", "symbol", rate="funding_rate", interval_hours="funding_interval_hours"
    )
    return GeneratedMarket(first_cycle, quotes, settlements)


def _list_spots(paths: Paths, begin: datetime) -> pl.DataFrame:
    fees = np.array([venue.spot_taker_fee for venue in VENUES])
    facts = _describe_state(paths, paths.spot, paths.fault[..., 0], _SPOT_TURNOVER)
    symbol = pl.concat_str("base", pl.lit("/USDT"))
    return _tabulate(begin, facts, fees).with_columns(kind=pl.lit("spot"), symbol=symbol).pipe(_shape)


def _list_swaps(paths: Paths, begin: datetime) -> pl.DataFrame:
    fees = np.array([venue.swap_taker_fee for venue in VENUES])
    facts = _describe_state(paths, paths.swap, paths.fault[..., 1], 1.0)
    rows = _tabulate(begin, {**facts, "funding_rate": paths.rate}, fees).with_columns(
        kind=pl.lit("swap"),
        symbol=pl.concat_str("base", pl.lit("/USDT:USDT")),
        settle=pl.lit("USDT"),
        funding_interval_hours=SETTLEMENT_INTERVAL / timedelta(hours=1),
    )
    return _shape(rows)


def _describe_state(
    paths: Paths, middle: FloatArray, fault: FloatArray, turnover: float
) -> dict[str, FloatArray]:
    """Prices and sizes of one market per venue and coin, with the faults of a real feed."""
    share = np.array([venue.share for venue in VENUES])[:, None]
    usual = turnover * share * np.array([coin.turnover_usd for coin in COINS])
    half = np.array([coin.spread for coin in COINS]) / 2 / np.sqrt(share)
    bid, ask = middle * (1 - half), middle * (1 + half)
    missing = fault < MISSING_SHARE
    crossed = fault > 1 - CROSSED_SHARE
    return {
        "bid": np.where(missing, np.nan, np.where(crossed, ask, bid)),
        "ask": np.where(missing, np.nan, np.where(crossed, bid, ask)),
        "mark": middle,
        "volume_usd_24h": usual * paths.activity,
        "depth_usd": usual * paths.activity * _DEPTH_OF_TURNOVER,
    }


def _tabulate(begin: datetime, facts: dict[str, FloatArray], fees: FloatArray) -> pl.DataFrame:
    """One row per step, venue and coin, in this order."""
    steps, venues, coins = facts["bid"].shape
    times = pl.Series([begin + step * SETTLEMENT_INTERVAL for step in range(steps)], dtype=INSTANT)
    step, venue, coin = (index.ravel() for index in np.indices((steps, venues, coins)))
    listed = np.array([coin.listed_days for coin in COINS])
    days_a_step = SETTLEMENT_INTERVAL / timedelta(days=1)
    return pl.DataFrame(
        {
            "ts": times.gather(step),
            "venue": pl.Series([venue.name for venue in VENUES]).gather(venue),
            "base": pl.Series([coin.base for coin in COINS]).gather(coin),
            **{name: np.ascontiguousarray(values).ravel() for name, values in facts.items()},
            "taker_fee": fees[venue],
            "listed_days": listed[coin] + step * days_a_step,
        },
        nan_to_null=True,
    )


def _shape(rows: pl.DataFrame) -> pl.DataFrame:
    """The columns of a quote, in order; what a market does not have is null."""
    full = rows.with_columns(
        quote=pl.lit("USDT"),
        hours_to_delisting=NEVER,
        status=pl.lit("trading"),
        age_s=0.0,
        has_book=True,
        step_s=SETTLEMENT_INTERVAL / timedelta(seconds=1),
    )
    absent = [pl.lit(None, type_).alias(name) for name, type_ in QUOTE_COLUMNS.items() if name not in full]
    return full.with_columns(absent).select(pl.col(name).cast(type_) for name, type_ in QUOTE_COLUMNS.items())
