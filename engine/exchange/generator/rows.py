"""The frames that the engine reads, from arrays over hours and instruments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import polars as pl

from engine.exchange.generator.expiries import find_contracts
from engine.exchange.generator.faults import Feed
from engine.exchange.generator.figures import SECOND_TELLING
from engine.exchange.generator.funding import Funding
from engine.exchange.generator.listings import Lives, list_all, list_lent
from engine.exchange.generator.noise import BoolArray, FloatArray, IntArray
from engine.exchange.generator.terms import list_identities, list_terms
from engine.frames.columns import INSTANT
from engine.frames.quotes import QUOTE_COLUMNS
from engine.market.catalogue import NEVER

STEP = timedelta(hours=1)
_HOUR_US = 3_600_000_000


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a block about all instruments, those of `list_all`.

    Attributes:
        lives: When each is traded.
        feed: What the feed tells.
        funding: What swaps pay.
        borrow_apr: What borrowing costs a year, at each market of `list_lent`.
        borrow_usd: How much is to be borrowed there.
    """

    lives: Lives
    feed: Feed
    funding: Funding
    borrow_apr: FloatArray
    borrow_usd: FloatArray


def tabulate_quotes(origin: datetime, hours: IntArray, wanted: BoolArray, told: Told) -> pl.DataFrame:
    """A row for each instrument that is traded at a wanted hour, one more where it is told twice.

    A spot market whose coin can be borrowed is quoted once more, as kind `margin`.

    Args:
        origin: Time of hour 0.
        hours: Hour of each row of the arrays.
        wanted: Which of these rows are wanted.
        told: What is told of these hours.

    Returns:
        Columns as in `engine.frames.quotes`, by time and instrument; not cleaned.
    """
    instruments, lives, feed = list_all(), told.lives, told.feed
    of_place = np.concatenate([np.arange(instruments.coin.size), list_lent().number])
    alive = (hours[:, None] >= lives.listed) & (hours[:, None] < lives.delisted) & wanted[:, None]
    row, place = np.nonzero(alive[:, of_place])
    count = 1 + feed.twice[row, of_place[place]]
    row, place = np.repeat(row, count), np.repeat(place, count)
    number = of_place[place]
    again = np.concatenate(([False], (row[1:] == row[:-1]) & (place[1:] == place[:-1])))
    other = np.where(again & feed.differs[row, number], 1 + SECOND_TELLING, 1.0)
    hour = hours[row].astype(np.float64)
    closing = hour >= lives.announced[number]
    contracts = find_contracts(origin, hours)
    slot = instruments.slot[number]
    future = slot >= 0
    listed = np.where(future, contracts.listed[row, slot], lives.listed[number])
    facts = {
        "bid": feed.books.bid[row, number] * other,
        "ask": feed.books.ask[row, number] * other,
        "mark": feed.books.mark[row, number],
        "funding_rate": _spread_swaps(told.funding.expected)[row, number],
        "funding_interval_hours": _spread_swaps(told.funding.interval)[row, number],
        "volume_usd_24h": feed.books.volume[row, number],
        "taker_fee": instruments.taker_fee[number],
        "depth_usd": feed.books.depth[row, number],
        "listed_days": (hour - listed) / 24,
        "hours_to_delisting": np.where(closing, lives.delisted[number] - hour, NEVER),
        "age_s": feed.age_s[row, number],
        "expiry_days": np.where(future, (contracts.expiry[row, slot] - hour) / 24, NEVER),
        "label": np.where(future, contracts.label[row, slot], np.nan),
        **_tell_borrowing(told, row, place - instruments.coin.size),
    }
    names = list_identities()[place]
    return (
        pl.DataFrame(facts, nan_to_null=True)
        .select(
            pl.Series(_read_times(origin, hours[row])).alias("ts"),
            *names,
            *facts,
            *list_terms()[place],
            status=pl.Series(["trading", "closing"]).gather(closing.astype(np.int64)),
            has_book=pl.lit(value=True),
            step_s=pl.lit(STEP.total_seconds()),
        )
        .with_columns(_name_contract())
        .select(list(QUOTE_COLUMNS))
    )


def _tell_borrowing(told: Told, row: IntArray, lent: IntArray) -> dict[str, FloatArray]:
    """What borrowing costs, and how much is to be had; NaN where `lent` is below 0."""
    known, market = lent >= 0, np.maximum(lent, 0)
    return {
        "borrow_apr": np.where(known, told.borrow_apr[row, market], np.nan),
        "borrow_available_usd": np.where(known, told.borrow_usd[row, market], np.nan),
    }


def _name_contract() -> pl.Expr:
    day = pl.col("label").cast(pl.Int64).cast(pl.String)
    contract = pl.concat_str("symbol", pl.lit("-"), day)
    return pl.when(pl.col("label").is_null()).then("symbol").otherwise(contract).alias("symbol")


def tabulate_settlements(
    origin: datetime, hours: IntArray, wanted: BoolArray, lives: Lives, funding: Funding
) -> pl.DataFrame:
    """A row for each payment at a wanted hour, for an interval in which the swap was traded all the time.

    The first payments are for the first whole interval after the origin.

    Returns:
        Columns as in `engine.frames.settlements`, by time and instrument.
    """
    instruments = list_all()
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
    instruments = list_all()
    spread = np.full((len(values), instruments.coin.size), np.nan)
    spread[:, instruments.swaps] = values
    return spread


def _read_times(origin: datetime, hours: IntArray) -> pl.Series:
    start = pl.Series([origin], dtype=INSTANT).dt.timestamp("us").item()
    return pl.Series(start + hours * _HOUR_US).cast(INSTANT)
