"""Faults of a real feed: prices that are missing, crossed, stale, or told twice."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from engine.exchange.generator.books import Books
from engine.exchange.generator.figures import (
    AGE_S,
    CROSSED_SHARE,
    MISSING_SHARE,
    OUTAGE_SHARE,
    STALE_SHARE,
    TWICE_SHARE,
)
from engine.exchange.generator.listings import Instruments
from engine.exchange.generator.noise import BoolArray, FloatArray
from engine.exchange.generator.venues import VENUES

_HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed tells of a block; arrays of shape (hours, instruments).

    Attributes:
        books: Books, some of them wrong.
        age_s: Seconds since the quote was renewed.
        twice: Quotes that are told twice.
        differs: Of these, the ones whose second telling has other prices.
        out: Hours in which a whole venue is not renewed, of shape (hours, venues).
    """

    books: Books
    age_s: FloatArray
    twice: BoolArray
    differs: BoolArray
    out: BoolArray


def spoil(
    stream: np.random.Generator,
    instruments: Instruments,
    books: Books,
    before: Books | None,
    out: BoolArray | None = None,
) -> Feed:
    """Put faults into the books of a block, each at a small constant rate, and at most one into a quote.

    A stale quote shows the prices of the hour before. In an outage all quotes of a venue are stale.

    Args:
        stream: Numbers for these faults.
        instruments: Whose books they are.
        books: What is true.
        before: Books whose last row is the hour before the block; None at the origin, where nothing is stale.
        out: Outages of venues; None draws them.
    """
    shape = books.bid.shape
    fate, place = stream.random((2, *shape))
    age = np.round(AGE_S * stream.standard_exponential(shape), 1)
    if out is None:
        out = stream.random((shape[0], len(VENUES))) < OUTAGE_SHARE
    bounds = np.cumsum([STALE_SHARE, MISSING_SHARE, CROSSED_SHARE, TWICE_SHARE])
    kind = np.searchsorted(bounds, fate, side="right")
    stale = (kind == 0) | out[:, instruments.venue]
    if before is None:
        stale[0] = False
    told = _show_old(books, before, stale)
    told = _leave_out(told, ~stale & (kind == 1), place)
    told = _cross(told, ~stale & (kind == 2))
    twice = ~stale & (kind == 3)
    return Feed(told, np.where(stale, _HOUR_S + age, age), twice, twice & (place < 0.5), out)


def join_feeds(first: Feed, further: Feed) -> Feed:
    """What is told of the instruments of two groups, side by side."""
    one, other = first.books, further.books
    names = [each.name for each in fields(Books)]
    books = Books(*(np.hstack([getattr(one, name), getattr(other, name)]) for name in names))
    return Feed(
        books,
        np.hstack([first.age_s, further.age_s]),
        np.hstack([first.twice, further.twice]),
        np.hstack([first.differs, further.differs]),
        first.out,
    )


def _show_old(books: Books, before: Books | None, stale: BoolArray) -> Books:
    earlier = books if before is None else before

    def delay(now: FloatArray, last: FloatArray) -> FloatArray:
        return np.where(stale, np.vstack([last, now[:-1]]), now)

    return replace(
        books,
        bid=delay(books.bid, earlier.bid[-1:]),
        ask=delay(books.ask, earlier.ask[-1:]),
        mark=delay(books.mark, earlier.mark[-1:]),
    )


def _leave_out(books: Books, missing: BoolArray, place: FloatArray) -> Books:
    """Most often all prices are missing, else one side of the book."""
    return replace(
        books,
        bid=np.where(missing & (place < 0.8), np.nan, books.bid),
        ask=np.where(missing & ((place < 0.6) | (place >= 0.8)), np.nan, books.ask),
        mark=np.where(missing & (place < 0.6), np.nan, books.mark),
    )


def _cross(books: Books, crossed: BoolArray) -> Books:
    bid, ask = np.where(crossed, books.ask, books.bid), np.where(crossed, books.bid, books.ask)
    return replace(books, bid=bid, ask=ask)
