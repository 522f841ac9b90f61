"""Which instruments there are, and from when until when each is traded."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl

from engine.exchange.generator.coins import Coin, list_coins
from engine.exchange.generator.figures import (
    DELISTING_NOTICE_HOURS,
    DELISTINGS_A_YEAR,
    LISTING_LAG_DAYS,
    NEW_LISTINGS_DAYS,
    SAFE_TURNOVER_MUSD,
)
from engine.exchange.generator.noise import BoolArray, FloatArray, IntArray, Purpose, open_stream
from engine.exchange.generator.venues import BOARDS, VENUES, Board

ALIGNED_HOURS = 8
_HOURS_A_YEAR = 8760


@dataclass(frozen=True, slots=True)
class Instruments:
    """Every instrument of the market, whenever it is traded; arrays have one entry for each.

    Attributes:
        names: Columns `venue`, `symbol`, `kind`, `base`, `quote`, `settle` as in `engine.frames.quotes`.
        coin: Index of its coin.
        venue: Index of its venue.
        board: Index of its board.
        swap: Whether it is a swap.
        turnover: Usual turnover in 24 hours, USD.
    """

    names: pl.DataFrame
    coin: IntArray
    venue: IntArray
    board: IntArray
    swap: BoolArray
    turnover: FloatArray

    @property
    def swaps(self) -> IntArray:
        """Indices of the swaps."""
        return np.flatnonzero(self.swap)


@dataclass(frozen=True, slots=True)
class Lives:
    """Hours since the origin of the market, one for each instrument.

    Attributes:
        listed: First hour with a quote; before the origin for what is old.
        announced: Hour from which the end is known.
        delisted: First hour without a quote; infinite if never.
    """

    listed: FloatArray
    announced: FloatArray
    delisted: FloatArray


@cache
def list_instruments() -> Instruments:
    """Every instrument, by board and coin."""
    coins = list_coins()
    letters = {venue.name: venue.letter for venue in VENUES}
    places = [
        (place, number)
        for place, board in enumerate(BOARDS)
        for number, coin in enumerate(coins)
        if coin.turnover_musd >= board.least_musd
        and letters[board.venue] in (coin.spot if board.kind == "spot" else coin.swap)
    ]
    board, coin = (np.array(column) for column in zip(*places, strict=True))
    named = [_name_instrument(BOARDS[place], coins[number]) for place, number in places]
    names = pl.DataFrame(named, schema=dict.fromkeys(named[0], pl.String))
    venue_names = [venue.name for venue in VENUES]
    venue = np.array([venue_names.index(each.venue) for each in BOARDS])[board]
    share = np.array([each.share for each in BOARDS])[board]
    turnover = 1e6 * np.array([each.turnover_musd for each in coins])[coin] * share
    return Instruments(names, coin, venue, board, names["kind"].to_numpy() == "swap", turnover)


def _name_instrument(board: Board, coin: Coin) -> dict[str, str | None]:
    symbol = f"{coin.base}/{board.quote}"
    swap = board.kind == "swap"
    return {
        "venue": board.venue,
        "symbol": f"{symbol}:{board.quote}" if swap else symbol,
        "kind": board.kind,
        "base": coin.base,
        "quote": board.quote,
        "settle": board.quote if swap else None,
    }


def draw_lives(seed: int) -> Lives:
    """When each instrument is listed and delisted; a venue does both for all its instruments of a coin.

    New coins come within `NEW_LISTINGS_DAYS` of the origin, at one venue first. Small coins are delisted at
    a constant rate, after a notice. Both happen at whole multiples of 8 hours, when every interval ends.
    """
    stream = open_stream(seed, Purpose.LISTING)
    coins, instruments = list_coins(), list_instruments()
    shape = (len(VENUES), len(coins))
    age = np.array([coin.age_days for coin in coins])
    old = -24 * age * stream.uniform(0.4, 1.0, shape)
    debut = 24 * stream.uniform(0, NEW_LISTINGS_DAYS, len(coins))
    lag = 24 * LISTING_LAG_DAYS * stream.exponential(1.0, shape)
    new = debut + lag - lag.min(axis=0)
    listed = _align(np.where(age > 0, old, new))
    small = np.array([coin.turnover_musd for coin in coins]) < SAFE_TURNOVER_MUSD
    lifetime = stream.exponential(_HOURS_A_YEAR / DELISTINGS_A_YEAR, shape)
    notice = _align(stream.uniform(*DELISTING_NOTICE_HOURS, shape))
    delisted = np.where(small, _align(np.maximum(listed, 0) + notice + lifetime), np.inf)
    place = (instruments.venue, instruments.coin)
    return Lives(listed[place], (delisted - notice)[place], delisted[place])


def _align(hours: FloatArray) -> FloatArray:
    return np.floor(hours / ALIGNED_HOURS) * ALIGNED_HOURS
