"""The frames that the engine reads, from arrays over hours and instruments."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl

from engine.exchange.generator.faults import Feed
from engine.exchange.generator.figures import SECOND_TELLING
from engine.exchange.generator.funding import Funding
from engine.exchange.generator.listings import Lives, list_instruments
from engine.exchange.generator.noise import BoolArray, FloatArray, IntArray
from engine.exchange.generator.venues import BOARDS
from engine.frames.columns import INSTANT
from engine.frames.quotes import QUOTE_COLUMNS
from engine.market.catalogue import NEVER

STEP = timedelta(hours=1)
_HOUR_US = 3_600_000_000


def tabulate_quotes(
    origin: datetime, hours: IntArray, wanted: BoolArray, lives: Lives, feed: Feed, funding: Funding
) -> pl.DataFrame:
    """A row for each instrument that is traded at a wanted hour, one more where it is told twice.

    Args:
        origin: Time of hour 0.
        hours: Hour of each row of the arrays.
        wanted: Which of these rows are wanted.
        lives: When each instrument is traded.
        feed: What the feed tells.
        funding: What swaps pay.

    Returns:
        Columns as in `engine.frames.quotes`, by time and instrument; not cleaned.
    """
    instruments = list_instruments()
    alive = (hours[:, None] >= lives.listed) & (hours[:, None] < lives.delisted) & wanted[:, None]
    row, number = np.nonzero(alive)
    told = 1 + feed.twice[row, number]
    row, number = np.repeat(row, told), np.repeat(number, told)
    again = np.concatenate(([False], (row[1:] == row[:-1]) & (number[1:] == number[:-1])))
    other = np.where(again & feed.differs[row, number], 1 + SECOND_TELLING, 1.0)
    hour = hours[row].astype(np.float64)
    closing = hour >= lives.announced[number]
    facts = {
        "bid": feed.books.bid[row, number] * other,
        "ask": feed.books.ask[row, number] * other,
        "mark": feed.books.mark[row, number],
        "funding_rate": _spread_swaps(funding.expected)[row, number],
        "funding_interval_hours": _spread_swaps(funding.interval)[row, number],
        "volume_usd_24h": feed.books.volume[row, number],
        "taker_fee": np.array([board.taker_fee for board in BOARDS])[instruments.board][number],
        "depth_usd": feed.books.depth[row, number],
        "listed_days": (hour - lives.listed[number]) / 24,
        "hours_to_delisting": np.where(closing, lives.delisted[number] - hour, NEVER),
        "age_s": feed.age_s[row, number],
    }
    names = instruments.names[number]
    return pl.DataFrame(facts, nan_to_null=True).select(
        pl.Series(_read_times(origin, hours[row])).alias("ts"),
        *names,
        *facts,
        status=pl.Series(["trading", "closing"]).gather(closing.astype(np.int64)),
        has_book=pl.lit(value=True),
        step_s=pl.lit(STEP.total_seconds()),
    )[list(QUOTE_COLUMNS)]


def tabulate_settlements(
    origin: datetime, hours: IntArray, wanted: BoolArray, lives: Lives, funding: Funding
) -> pl.DataFrame:
    """A row for each payment at a wanted hour, for an interval in which the swap was traded all the time.

    The first payments are for the first whole interval after the origin.

    Returns:
        Columns as in `engine.frames.settlements`, by time and instrument.
    """
    instruments = list_instruments()
    swaps = instruments.swaps
    row, place = np.nonzero(~np.isnan(funding.paid) & wanted[:, None])
    interval = funding.paid_interval[row, place]
    hour, number = hours[row], swaps[place]
    traded = (hour - interval >= np.maximum(lives.listed[number], 0)) & (hour <= lives.delisted[number])
    row, place, number = row[traded], place[traded], number[traded]
    return pl.DataFrame(
        [
            _read_times(origin, hours[row]).alias("ts"),
            *instruments.names[number].select("venue", "symbol"),
            pl.Series("rate", funding.paid[row, place]),
            pl.Series("interval_hours", funding.paid_interval[row, place]),
        ]
    )


def _spread_swaps(values: FloatArray) -> FloatArray:
    """Values of swaps among all instruments; NaN for the others."""
    instruments = list_instruments()
    spread = np.full((len(values), instruments.coin.size), np.nan)
    spread[:, instruments.swaps] = values
    return spread


def _read_times(origin: datetime, hours: IntArray) -> pl.Series:
    start = pl.Series([origin], dtype=INSTANT).dt.timestamp("us").item()
    return pl.Series(start + hours * _HOUR_US).cast(INSTANT)
