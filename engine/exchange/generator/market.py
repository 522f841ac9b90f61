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
from engine.exchange.generator.faults import spoil
from engine.exchange.generator.funding import Funding, walk_funding
from engine.exchange.generator.listings import draw_lives
from engine.exchange.generator.noise import BLOCK_HOURS, FloatArray
from engine.exchange.generator.premiums import walk_premiums
from engine.exchange.generator.prices import Prices, walk_prices
from engine.exchange.generator.rows import STEP, tabulate_quotes, tabulate_settlements

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
    lives = draw_lives(seed)
    quotes, settlements = [], []
    before: Books | None = None
    for block, (prices, premium, funding) in enumerate(_walk(seed, origin, stretch)):
        hours = prices.first_hour + np.arange(BLOCK_HOURS)
        reached = hours < stretch.end
        wanted = reached & (hours >= stretch.settled)
        settlements.append(tabulate_settlements(origin, hours, wanted, lives, funding))
        # A stale quote at the first hour shows the hour before it.
        if hours[-1] < stretch.first - 1:
            continue
        books = draw_books(seed, block, prices, premium)
        feed = spoil(seed, block, books, before)
        before = books
        wanted = reached & (hours >= stretch.first)
        quotes.append(tabulate_quotes(origin, hours, wanted, lives, feed, funding))
    return pl.concat(quotes), pl.concat(settlements)


def _walk(seed: int, origin: datetime, stretch: _Stretch) -> Iterator[tuple[Prices, FloatArray, Funding]]:
    """Blocks from the origin to the end of a stretch: what comes later depends on what was before."""
    walk = walk_funding(walk_premiums(seed, walk_prices(seed, origin.weekday())))
    return islice(walk, -(-stretch.end // BLOCK_HOURS))
