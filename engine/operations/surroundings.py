"""What limits ask of the market beside the pairs: venues, dollars, daily returns, how venues go together."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

import polars as pl

from engine.frames.columns import INSTANT
from engine.language.core import Column, walk
from engine.market.assembly import Candidates
from engine.market.clean import clean_quotes
from engine.market.day_returns import measure_coin_returns, measure_day_returns
from engine.market.venue_correlation import add_venue_correlation, measure_venue_correlation
from engine.portfolio.layout import MEASURE_PLACES
from engine.portfolio.program import LoopBook
from engine.portfolio.signals import Surroundings

CORRELATION = ("venue_correlation", "other_venues")
_RISK = ("daily_var_99", "daily_var_99_normal", "position_correlation", "beta_btc")
_DAY, _WEEK = timedelta(days=1), timedelta(days=8)
_NO_RETURNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "ts": INSTANT,
    "pair": pl.String,
    "day_return": pl.Float64,
}
FLOWS: dict[str, pl.DataType | type[pl.DataType]] = {
    "ts": INSTANT,
    "account": pl.String,
    "amount_usd": pl.Float64,
}
"""Columns of money that comes or goes."""


@dataclass(slots=True)
class BlockSurroundings:
    """The surroundings of the cycles of one block; what is dear is worked out once a day.

    Stated: sources of recorded or made quotes send no requests, so that none failed and none waited. A dollar
    for one USDT is assumed where nothing that the book looks back on quotes USDT.

    Attributes:
        book: The book, whose limits say what is needed.
        block: Candidates and the quotes that they were made of.
    """

    book: LoopBook
    block: Candidates
    _cleaned: pl.DataFrame = field(init=False, repr=False)
    _settlements: pl.DataFrame = field(init=False, repr=False)
    _dollars: pl.DataFrame = field(init=False, repr=False)
    _day: datetime | None = field(default=None, init=False)
    _returns: pl.DataFrame = field(init=False, repr=False)
    _btc: pl.DataFrame = field(init=False, repr=False)
    _correlations: pl.DataFrame = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._cleaned = clean_quotes(self.block.quotes).quotes
        self._settlements = self.block.settlements.sort("ts")
        self._dollars = price_dollars(self._cleaned)
        self._returns, self._btc = pl.DataFrame(schema=_NO_RETURNS), pl.DataFrame(schema=_NO_RETURNS)

    def assumes_dollars(self, at: datetime) -> bool:
        """Whether a USDT is taken for a dollar, since nothing that the book looks back on quotes it."""
        history = self.book.bound.book.manifest.history
        return self._dollars.filter(pl.col("ts").is_between(at - history, at)).is_empty()

    def see(self, at: datetime, since: datetime | None, venues: list[str]) -> Surroundings:
        """What surrounds a cycle.

        Args:
            at: Its time.
            since: Time of the cycle before; None if there was none.
            venues: The venues that take part.
        """
        self._look_back(at)
        after = pl.col("ts") > (at if since is None else since)
        health = {"ts": [at] * len(venues), "venue": venues}
        assumed = pl.DataFrame({"ts": [at], "usdt_usd": [1.0]}, schema=self._dollars.schema)
        return Surroundings(
            settlements=self._settlements.filter(after, pl.col("ts") <= at),
            flows=pl.DataFrame(schema=FLOWS),
            health=pl.DataFrame(health).with_columns(error_rate=pl.lit(0.0), latency_p95_s=pl.lit(0.0)),
            dollars=assumed if self.assumes_dollars(at) else self._dollars.filter(pl.col("ts") == at),
            returns=self._returns,
            btc=self._btc,
        )

    def add_pair_measures(self, measured: pl.DataFrame, at: datetime) -> pl.DataFrame:
        """Rows of a cycle with the measures that only pairs have, where a limit asks for them."""
        if not _asks(self.book, CORRELATION):
            return measured
        self._look_back(at)
        added = add_venue_correlation(measured, self._correlations)
        return added.with_columns(pl.col("other_venues").cast(pl.Float64))

    def _look_back(self, at: datetime) -> None:
        """Work out anew, on a new day of the book, what past days say.

        A block has more of the past the longer it is. So what lies further back than the book's `history`
        from the end of today is left out: the rest every block has, wherever in the day it begins.
        """
        manifest = self.book.bound.book.manifest
        legs, starts = manifest.pairing.legs, manifest.day_starts
        day = _begin_day(at, starts)
        if self._day == day:
            return
        self._day = day
        first = day + _DAY - manifest.history
        past = pl.col("ts").is_between(first, at)
        if any(self.book.program.named[place] for place in _places(_RISK)):
            pairs = self.block.pairs.filter(past)
            self._returns = measure_day_returns(pairs, self._settlements, legs, until=at, starts=starts)
            self._btc = measure_coin_returns(self._cleaned.filter(past), "BTC", until=at, starts=starts)
        if _asks(self.book, CORRELATION):
            last = min(day + _DAY, self._cleaned["ts"].sort().to_list()[-1])
            near = self._cleaned.filter(pl.col("ts").is_between(max(first, at - _WEEK), last))
            self._correlations = measure_venue_correlation(near, start=at, until=last)


def _begin_day(at: datetime, starts: time) -> datetime:
    """When the day of a book began that a time lies in."""
    begun = datetime.combine(at.date(), starts, at.tzinfo)
    return begun if begun <= at else begun - _DAY


def price_dollars(quotes: pl.DataFrame) -> pl.DataFrame:
    """`usdt_usd` at each `ts`, dollars for one USDT: the median of the middle prices of its spot markets."""
    markets = quotes.filter(pl.col("kind") == "spot", pl.col("base") == "USDT", pl.col("quote") == "USD")
    middle = ((pl.col("bid") + pl.col("ask")) / 2).median()
    return markets.group_by("ts").agg(middle.alias("usdt_usd")).sort("ts")


def _asks(book: LoopBook, names: tuple[str, ...]) -> bool:
    """Whether a limit reads a measure that only pairs have."""
    cores = [core for limit in book.bound.limits for core in (limit.measure, limit.test)]
    return any(isinstance(node, Column) and node.name in names for core in cores for node in walk(core))


def _places(names: tuple[str, ...]) -> list[int]:
    return [MEASURE_PLACES[name] for name in names]
