"""What limits ask of the market beside the pairs: venues, dollars, daily returns, how venues go together."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

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
_WEEK, _HOUR = timedelta(days=8), timedelta(hours=1)
_NO_RETURNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "ts": INSTANT,
    "pair": pl.String,
    "day_return": pl.Float64,
}
_NO_FLOWS: dict[str, pl.DataType | type[pl.DataType]] = {
    "ts": INSTANT,
    "account": pl.String,
    "amount_usd": pl.Float64,
}


@dataclass(slots=True)
class BlockSurroundings:
    """The surroundings of the cycles of one block; what is dear is worked out once, and told up to each time.

    Stated: sources of recorded or made quotes send no requests, so that none failed and none waited. A dollar
    for one USDT is assumed where a source quotes USDT nowhere.

    Attributes:
        book: The book, whose limits say what is needed.
        block: Candidates and the quotes that they were made of.
    """

    book: LoopBook
    block: Candidates
    _cleaned: pl.DataFrame = field(init=False, repr=False)
    _settlements: pl.DataFrame = field(init=False, repr=False)
    _dollars: pl.DataFrame = field(init=False, repr=False)
    _returns: pl.DataFrame = field(init=False, repr=False)
    _btc: pl.DataFrame = field(init=False, repr=False)
    _asked: bool = field(init=False)
    _last: datetime = field(init=False)
    _correlations: pl.DataFrame | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        self._cleaned = clean_quotes(self.block.quotes).quotes
        self._settlements = self.block.settlements.sort("ts")
        self._dollars = price_dollars(self._cleaned)
        self._asked, self._last = _asks(self.book, CORRELATION), self._cleaned["ts"].sort().to_list()[-1]
        self._returns, self._btc = self._measure_returns()

    @property
    def assumes_dollars(self) -> bool:
        """Whether a USDT is taken for a dollar, since it is quoted nowhere."""
        return self._dollars.is_empty()

    def see(self, at: datetime, since: datetime | None, venues: list[str]) -> Surroundings:
        """What surrounds a cycle.

        Args:
            at: Its time.
            since: Time of the cycle before; None if there was none.
            venues: The venues that take part.
        """
        after = pl.col("ts") > (at if since is None else since)
        health = {"ts": [at] * len(venues), "venue": venues}
        known = self._dollars.filter(pl.col("ts") <= at)
        assumed = pl.DataFrame({"ts": [at], "usdt_usd": [1.0]}, schema=known.schema)
        return Surroundings(
            settlements=self._settlements.filter(after, pl.col("ts") <= at),
            flows=pl.DataFrame(schema=_NO_FLOWS),
            health=pl.DataFrame(health).with_columns(error_rate=pl.lit(0.0), latency_p95_s=pl.lit(0.0)),
            dollars=assumed if self.assumes_dollars else known.filter(pl.col("ts") == at),
            returns=self._returns.filter(pl.col("ts") <= at),
            btc=self._btc.filter(pl.col("ts") <= at),
        )

    def add_pair_measures(self, measured: pl.DataFrame, at: datetime) -> pl.DataFrame:
        """Rows of a cycle with the measures that only pairs have, where a limit asks for them."""
        if not self._asked:
            return measured
        if self._correlations is None:
            self._correlations = self._correlate(at)
        added = add_venue_correlation(measured, self._correlations)
        return added.with_columns(pl.col("other_venues").cast(pl.Float64))

    def _measure_returns(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Daily returns of pairs and of Bitcoin, where a limit asks for them.

        A day is known when it is over, whatever comes later, so that those of a block are measured at once.
        """
        if not any(self.book.program.named[place] for place in _places(_RISK)):
            return pl.DataFrame(schema=_NO_RETURNS), pl.DataFrame(schema=_NO_RETURNS)
        manifest, last = self.book.bound.book.manifest, self._last
        legs, starts = manifest.pairing.legs, manifest.day_starts
        returns = measure_day_returns(self.block.pairs, self._settlements, legs, until=last, starts=starts)
        return returns, measure_coin_returns(self._cleaned, "BTC", until=last, starts=starts)

    def _correlate(self, first: datetime) -> pl.DataFrame:
        """How venues go together at each hour of the block, from its first cycle on."""
        near = self._cleaned.filter(pl.col("ts") >= first - _WEEK)
        return measure_venue_correlation(near, start=first - _HOUR, until=self._last)


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
