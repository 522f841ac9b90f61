"""Which instruments there are, and from when until when each is traded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache

import numpy as np
import polars as pl

from engine.exchange.generator.coins import CURRENCIES, Coin, list_coins
from engine.exchange.generator.figures import (
    CURRENCY_TURNOVER_MUSD,
    DELISTING_NOTICE_HOURS,
    DELISTINGS_A_YEAR,
    LISTING_LAG_DAYS,
    NEW_LISTINGS_DAYS,
    SAFE_TURNOVER_MUSD,
)
from engine.exchange.generator.noise import BoolArray, FloatArray, IntArray, Purpose, open_stream
from engine.exchange.generator.venues import BOARDS, FURTHER_BOARDS, LENDERS, VENUES, Board

ALIGNED_HOURS = 8
_HOURS_A_YEAR = 8760


@dataclass(frozen=True, slots=True)
class Instruments:
    """Every instrument of the market, whenever it is traded; arrays have one entry for each.

    Attributes:
        names: Columns `venue`, `symbol`, `kind`, `base`, `quote`, `settle` as in `engine.frames.quotes`.
        coin: Index of its coin; behind the coins stand `CURRENCIES`.
        size_musd: Turnover of the coin's largest swap in 24 hours, millions of USD.
        price: Price of its unit in USD when the market begins.
        venue: Index of its venue.
        swap: Whether it is a swap.
        slot: 0 and 1 for the two futures of a coin, whose contracts change; -1 for all others.
        inverse: Whether it is settled in its coin.
        multiplier: Coins in its unit.
        taker_fee: A ratio.
        turnover: Usual turnover in 24 hours, USD.
    """

    names: pl.DataFrame
    coin: IntArray
    size_musd: FloatArray
    price: FloatArray
    venue: IntArray
    swap: BoolArray
    slot: IntArray
    inverse: BoolArray
    multiplier: FloatArray
    taker_fee: FloatArray
    turnover: FloatArray

    @property
    def swaps(self) -> IntArray:
        """Indices of the swaps."""
        return np.flatnonzero(self.swap)

    @property
    def futures(self) -> IntArray:
        """Indices of the futures."""
        return np.flatnonzero(self.slot >= 0)

    @property
    def derivatives(self) -> IntArray:
        """Indices of the swaps and futures."""
        return np.flatnonzero(self.swap | (self.slot >= 0))


@dataclass(frozen=True, slots=True)
class Lent:
    """Spot markets whose coins can be borrowed; they are quoted once more, as kind `margin`.

    Attributes:
        number: Index among `list_instruments`.
        max_leverage: On what is borrowed.
    """

    number: IntArray
    max_leverage: FloatArray


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
    """Every instrument of `BOARDS`, by board and coin."""
    return _list_boards(BOARDS)


@cache
def list_further() -> Instruments:
    """Every instrument of `FURTHER_BOARDS`, by board and coin; a future stands twice, once for each slot."""
    return _list_boards(FURTHER_BOARDS)


@cache
def list_all() -> Instruments:
    """The instruments of `list_instruments`, and behind them those of `list_further`."""
    first, further = list_instruments(), list_further()
    arrays = [each.name for each in fields(Instruments) if each.name != "names"]
    joined = {name: np.concatenate([getattr(first, name), getattr(further, name)]) for name in arrays}
    return Instruments(pl.concat([first.names, further.names]), **joined)


@cache
def list_lent() -> Lent:
    """Every spot market of `list_instruments` whose coin can be borrowed, by lender and coin."""
    first = list_instruments()
    spot = (first.names["kind"] == "spot").to_numpy()
    of_venue = first.names["venue"].to_numpy(), first.names["quote"].to_numpy()
    found = [
        np.flatnonzero(
            spot
            & (of_venue[0] == lender.venue)
            & (of_venue[1] == lender.quote)
            & (first.size_musd >= lender.least_musd)
        )
        for lender in LENDERS
    ]
    leverage = [np.full(each.size, lender.max_leverage) for each, lender in zip(found, LENDERS, strict=True)]
    return Lent(np.concatenate(found), np.concatenate(leverage))


def _list_boards(boards: Sequence[Board]) -> Instruments:
    places = [
        (board, number, coin, slot)
        for board in boards
        for number, coin in enumerate((*list_coins(), *CURRENCIES))
        if _is_listed(board, coin)
        for slot in ((0, 1) if board.kind == "future" else (-1,))
    ]
    board, number, coin, slot = zip(*places, strict=True)
    named = [_name_instrument(*each) for each in zip(board, coin, strict=True)]
    names = pl.DataFrame(named, schema=dict.fromkeys(named[0], pl.String))
    venue_names = [venue.name for venue in VENUES]
    size = np.array([each.turnover_musd for each in coin])
    usual = 1e6 * np.where(size > 0, size, CURRENCY_TURNOVER_MUSD)
    multiplier = np.array([float(each.multiplier) for each in board])
    return Instruments(
        names=names,
        coin=np.array(number),
        size_musd=size,
        price=multiplier * np.array([each.price for each in coin]),
        venue=np.array([venue_names.index(each.venue) for each in board]),
        swap=names["kind"].to_numpy() == "swap",
        slot=np.array(slot),
        inverse=np.array([each.inverse for each in board]),
        multiplier=multiplier,
        taker_fee=np.array([each.taker_fee for each in board]),
        turnover=usual * np.array([each.share for each in board]),
    )


def _is_listed(board: Board, coin: Coin) -> bool:
    letter = next(venue.letter for venue in VENUES if venue.name == board.venue)
    if board.bases:
        return coin.base in board.bases
    venues = coin.spot if board.kind == "spot" else coin.swap
    return coin not in CURRENCIES and coin.turnover_musd >= board.least_musd and letter in venues


def _name_instrument(board: Board, coin: Coin) -> dict[str, str | None]:
    """Names of an instrument; to the symbol of a future comes the day of its expiry."""
    unit = f"{board.multiplier}{coin.base}" if board.multiplier > 1 else coin.base
    settle = coin.base if board.inverse else board.quote
    symbol = f"{unit}/{board.quote}"
    return {
        "venue": board.venue,
        "symbol": symbol if board.kind == "spot" else f"{symbol}:{settle}",
        "kind": board.kind,
        "base": coin.base,
        "quote": board.quote,
        "settle": None if board.kind == "spot" else settle,
    }


def draw_lives(seed: int, instruments: Instruments) -> Lives:
    """When each instrument is listed and delisted; a venue does both for all its instruments of a coin.

    New coins come within `NEW_LISTINGS_DAYS` of the origin, at one venue first. Small coins are delisted at
    a constant rate, after a notice. Both happen at whole multiples of 8 hours, when every interval ends.
    """
    stream = open_stream(seed, Purpose.LISTING)
    coins = list_coins()
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
    return Lives(*(_add_currencies(each)[place] for each in (listed, delisted - notice, delisted)))


def _add_currencies(times: FloatArray) -> FloatArray:
    """Times by venue and coin, with those of `CURRENCIES`: listed long ago, or never to be delisted."""
    usual = np.inf if np.isinf(times).any() else -24 * min(coin.age_days for coin in CURRENCIES)
    return np.hstack([times, np.full((len(times), len(CURRENCIES)), usual)])


def _align(hours: FloatArray) -> FloatArray:
    return np.floor(hours / ALIGNED_HOURS) * ALIGNED_HOURS
