"""A market made from a seed, hour by hour, that behaves like the real one.

The same seed gives the same market, byte for byte. It begins at a fixed origin, and everything in it depends
on the seed and the hour alone: whoever asks for a stretch of it gets the same rows, however long the stretch
is and wherever it begins. What is measured, and what is assumed, stands in `docs/market.md`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

import numpy as np
import polars as pl

from engine.exchange.generator.books import Books, draw_books
from engine.exchange.generator.faults import Feed, join_feeds, spoil
from engine.exchange.generator.funding import Funding, walk_funding
from engine.exchange.generator.further import Further, add_currencies, walk_further
from engine.exchange.generator.listings import draw_lives, list_all, list_further, list_instruments
from engine.exchange.generator.noise import BLOCK_HOURS, FloatArray, Purpose, open_stream
from engine.exchange.generator.premiums import walk_premiums
from engine.exchange.generator.prices import Prices, walk_prices
from engine.exchange.generator.rows import STEP, Told, tabulate_quotes, tabulate_settlements

MARKET_ORIGIN = datetime(2025, 11, 1, tzinfo=UTC)
WARM_UP = timedelta(days=30)
SETTLED_BEFORE = timedelta(days=30)

_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class GeneratedMarket:
    """A stretch of the made market.

    Attributes:
        start: Time of the first cycle; what is before it serves as warm-up.
        quotes: Columns as in `engine.frames.quotes`, not cleaned; a row for each instrument that is listed
            and each hour, by time and instrument, and a second where the feed tells a quote twice.
        settlements: Columns as in `engine.frames.settlements`; the payments made, from 30 days before
            the first quote or from the origin on.
    """

    start: datetime
    quotes: pl.DataFrame
    settlements: pl.DataFrame


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Hours since the origin: settlements from `settled`, quotes from `first`, neither at `end` or later."""

    settled: int
    first: int
    end: int


def generate_market(
    seed: int,
    start: datetime,
    *,
    cycles: int,
    warm_up: timedelta = WARM_UP,
    origin: datetime = MARKET_ORIGIN,
) -> GeneratedMarket:
    """A stretch of the made market, with a snapshot of every instrument each hour.

    Args:
        seed: Decides everything that is drawn; not negative.
        start: Time of the first cycle, UTC; taken down to the hour at or before it.
        cycles: How many hours from `start` on; at least one.
        warm_up: How far before `start` quotes begin.
        origin: When the market begins, a midnight UTC; another origin is another market.

    Returns:
        The stretch. `funding_rate` of a quote is the next payment as it was expected then.

    Raises:
        ValueError: There are no cycles, the seed is negative, the origin is no midnight, or the warm-up would
            begin before the origin.
    """
    if cycles < 1:
        raise ValueError(f"{cycles} cycles: at least one is needed")
    if (origin - _EPOCH) % _DAY:
        raise ValueError(f"the origin {origin:%Y-%m-%d %H:%M} is no midnight UTC")
    begin = (start - origin) // STEP
    before = -(-warm_up // STEP)
    if begin < before:
        raise ValueError(
            f"the made market with this warm-up cannot start at {start:%Y-%m-%d %H:%M}, "
            f"but from {origin + before * STEP:%Y-%m-%d %H:%M} on"
        )
    settled = max(0, begin - before - SETTLED_BEFORE // STEP)
    stretch = _Stretch(settled, begin - before, begin + cycles)
    quotes, settlements = _tabulate(seed, origin, stretch)
    return GeneratedMarket(origin + begin * STEP, quotes, settlements)


def _tabulate(seed: int, origin: datetime, stretch: _Stretch) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Quotes and settlements of a stretch; books are drawn only where quotes are wanted."""
    lives = draw_lives(seed, list_all())
    quotes, settlements = [], []
    feeds = _Feeds(seed)
    for block, (prices, premium, funding, further) in enumerate(_walk(seed, origin, stretch)):
        hours = prices.first_hour + np.arange(BLOCK_HOURS)
        reached = hours < stretch.end
        wanted = reached & (hours >= stretch.settled)
        paid = funding.join(further.funding)
        settlements.append(tabulate_settlements(origin, hours, wanted, lives, paid))
        # A stale quote at the first hour shows the hour before it.
        if hours[-1] < stretch.first - 1:
            continue
        feed = feeds.draw(block, prices, premium, further)
        wanted = reached & (hours >= stretch.first)
        told = Told(lives, feed, paid, further.borrow_apr, further.borrow_usd)
        quotes.append(tabulate_quotes(origin, hours, wanted, told))
    return pl.concat(quotes), pl.concat(settlements)


class _Feeds:
    """Draws what the feed tells, with the books before each block: a stale quote shows them."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._before: tuple[Books, Books] | None = None

    def draw(self, block: int, prices: Prices, premium: FloatArray, further: Further) -> Feed:
        """The feed of all instruments; further ones have streams of their own, and their venues' outages."""
        one, other = list_instruments(), list_further()
        stream, another = (
            open_stream(self._seed, each, block) for each in (Purpose.BOOK, Purpose.FURTHER_BOOK)
        )
        books = (
            draw_books(stream, one, prices, premium),
            draw_books(another, other, add_currencies(prices), further.premium),
        )
        before = self._before or (None, None)
        first = spoil(open_stream(self._seed, Purpose.FAULT, block), one, books[0], before[0])
        stream = open_stream(self._seed, Purpose.FURTHER_FAULT, block)
        more = spoil(stream, other, books[1], before[1], first.out)
        self._before = books
        return join_feeds(first, more)


def _walk(
    seed: int, origin: datetime, stretch: _Stretch
) -> Iterator[tuple[Prices, FloatArray, Funding, Further]]:
    """Blocks from the origin to the end of a stretch: what comes later depends on what was before."""
    first = walk_funding(walk_premiums(seed, walk_prices(seed, origin.weekday())))
    return islice(walk_further(seed, origin, first), -(-stretch.end // BLOCK_HOURS))
