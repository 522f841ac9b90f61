"""Quotes as they could be known at each settlement, from recorded bars and funding.

A bar carries no order book, and at time t only the open of the bar that starts at t is known: the
price traded at t. It stands for bid and ask alike; where no bar starts at t the price is null.
Nothing that a bar says beyond its open is used before the bar has closed.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from engine.frames.quotes import QUOTE_COLUMNS
from engine.market.asof import sum_window_at
from engine.market.catalogue import NEVER
from engine.recording.fees import taker_fee
from engine.recording.history import TIMEFRAMES, History
from engine.recording.terms import assume_terms

VOLUME_WINDOW = timedelta(hours=24)
VOLUME_IN_CONTRACTS = ("gate",)
"""Venues whose swap bars count contracts, not coins: their turnover is unknown here."""

_INSTRUMENT = ["venue", "symbol"]
_US = timedelta(microseconds=1)
_LONGEST = max(TIMEFRAMES.values())
"""How much earlier a bar may have opened that closed inside of a window."""


def read_quotes(
    history: History,
    start: datetime | None = None,
    end: datetime | None = None,
    markets: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Quotes of every swap at each of its settlements, and of its spot market, if `start <= ts < end`.

    The spot market of a swap has the same venue, base and quote. An instrument is quoted from its
    first bar in the history on, whatever `start` is.

    - `bid`, `ask`: open of the shortest bar that starts at t; `mark`: the same of the mark price's
      bar, else that price.
    - `funding_rate`: the rate settled at t, never the one still to be paid; with its interval.
    - `volume_usd_24h`: volume times close, over the bars that closed in the 24 h up to t, in the
      shortest timeframe that covers 80 % of them.
    - `taker_fee`: see `engine.recording.fees`. `depth_usd` is null, and `has_book` false.
      `listed_days`: since the first bar. `age_s`: 0, as the price was traded at t.
    - `step_s`: the settlement's interval, which the row stands for.
    - Terms of the instruments: see `engine.recording.terms`.

    Args:
        history: Narrowed by `History.select` where less than everything is wanted.
        start: First time of interest; None is from the beginning.
        end: Time after the last; None is to the end.
        markets: Rows of `History.list_markets` to keep to; None is all of them.

    Returns:
        Rows as in `engine.frames.quotes`.

    Raises:
        HistoryError: The history is damaged, or its markets cannot be told apart.
    """
    markets = history.list_markets() if markets is None else markets
    moments = _list_moments(history, markets, start, end)
    bars = history.read_bars(markets, None if start is None else start - VOLUME_WINDOW - _LONGEST, end)
    bars = bars.with_columns(length=pl.col("timeframe").replace_strict(TIMEFRAMES))
    traded, marked = bars.filter(pl.col("market") != "mark"), bars.filter(pl.col("market") == "mark")
    priced = _add_price(_add_price(moments, traded, "bid"), marked, "mark")
    return (
        _add_turnover(priced, traded)
        .with_columns(
            ask="bid",
            mark=pl.coalesce("mark", "bid"),
            taker_fee=taker_fee(),
            depth_usd=pl.lit(None, pl.Float64),
            has_book=pl.lit(value=False),
            age_s=pl.when(pl.col("bid").is_not_null()).then(0.0),
            listed_days=(pl.col("ts") - pl.col("first_ts")) / timedelta(days=1),
            hours_to_delisting=NEVER,
            status=pl.lit("trading"),
            **assume_terms(),
        )
        .select(pl.col(name).cast(type_) for name, type_ in QUOTE_COLUMNS.items())
    )


def _list_moments(
    history: History, markets: pl.DataFrame, start: datetime | None, end: datetime | None
) -> pl.DataFrame:
    """Which instrument is quoted when: identity, `first_ts`, funding of a swap, `step_s`."""
    listed = markets.group_by("venue", "market", "symbol", "base", "quote", "settle", "multiplier").agg(
        pl.col("first_ts").min()
    )
    paid = history.read_settlements(start, end).with_columns(step_s=pl.col("interval_hours") * 3600)
    swaps = paid.join(listed.filter(pl.col("market") == "swap"), on=_INSTRUMENT, how="inner")
    spots = (
        swaps.select("ts", "venue", "base", "quote", "step_s")
        .group_by("ts", "venue", "base", "quote")
        .agg(pl.col("step_s").min())
        .join(listed.filter(pl.col("market") == "spot"), on=["venue", "base", "quote"], how="inner")
    )
    return (
        pl.concat([swaps, spots], how="diagonal")
        .filter(pl.col("first_ts") <= pl.col("ts"))
        .rename({"market": "kind", "rate": "funding_rate", "interval_hours": "funding_interval_hours"})
    )


def _add_price(moments: pl.DataFrame, bars: pl.DataFrame, name: str) -> pl.DataFrame:
    """Add the open of the shortest bar of the instrument that starts at each moment."""
    keys = [*_INSTRUMENT, "ts"]
    opens = [
        moments.select(keys)
        .join(bars.filter(pl.col("length") == length), on=keys, how="left", maintain_order="left")
        .get_column("open")
        for length in _list_lengths(bars)
    ]
    return moments.with_columns(pl.coalesce(*opens, pl.lit(None, pl.Float64)).alias(name))


def _add_turnover(moments: pl.DataFrame, bars: pl.DataFrame) -> pl.DataFrame:
    """Add the turnover of the 24 h up to each moment, from the shortest timeframe that covers them."""
    in_coins = ~(pl.col("venue").is_in(VOLUME_IN_CONTRACTS) & (pl.col("market") == "swap"))
    closed = bars.filter(in_coins).with_columns(ts=pl.col("ts") + pl.col("length"))
    sums = [
        pl.Series(
            sum_window_at(
                closed.filter(pl.col("length") == length),
                pl.col("volume") * pl.col("close"),
                moments,
                VOLUME_WINDOW // _US,
                pl.lit(length // _US, pl.Int64),
            )
        ).fill_nan(None)
        for length in _list_lengths(closed)
    ]
    return moments.with_columns(volume_usd_24h=pl.coalesce(*sums, pl.lit(None, pl.Float64)))


def _list_lengths(bars: pl.DataFrame) -> list[timedelta]:
    """Lengths of bars, the shortest first."""
    return bars["length"].unique().sort().to_list()
