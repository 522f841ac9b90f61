"""Correlation between venues against NumPy's own, hour by hour."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.frames.columns import INSTANT
from engine.frames.quotes import QUOTE_COLUMNS
from engine.market.venue_correlation import add_venue_correlation, measure_venue_correlation

START = datetime(2024, 1, 8, tzinfo=UTC)
HOUR, WEEK = timedelta(hours=1), timedelta(days=7)
Prices = dict[tuple[str, str, str], dict[datetime, float]]
"""Price by venue, base, symbol and time."""


def walk(seed: int, hours: int, *, gaps: float = 0.0, noise: float = 0.002) -> Prices:
    """A coin that three venues trade, one of them in two instruments, with hours missing."""
    random = np.random.default_rng(seed)
    common = np.cumsum(random.normal(0, 0.01, hours))
    prices: Prices = {}
    for venue, symbol in (("aster", "A/X"), ("aster", "A/Y"), ("boreal", "A/X"), ("comet", "A/X")):
        own = 100 * np.exp(common + random.normal(0, noise, hours))
        told = random.random(hours) >= gaps
        times = [START - WEEK + HOUR * hour for hour in range(hours)]
        prices[venue, "A", symbol] = {
            time: price for time, price, known in zip(times, own.tolist(), told, strict=True) if known
        }
    return prices


def quote(prices: Prices, *, late: timedelta = timedelta(0)) -> pl.DataFrame:
    rows = [
        dict.fromkeys(QUOTE_COLUMNS)
        | {"ts": time - late, "venue": venue, "base": base, "symbol": symbol, "kind": "spot", "quote": "X"}
        | {"bid": price * 0.999, "ask": price * 1.001, "step_s": 3600.0}
        for (venue, base, symbol), each in prices.items()
        for time, price in each.items()
    ]
    return pl.DataFrame(rows, schema=QUOTE_COLUMNS)


def average(numbers: list[float]) -> float:
    return sum(numbers) / len(numbers) if numbers else math.nan


def return_plainly(prices: Prices, venue: str, hour: datetime) -> float:
    """Mean log return of a venue's instruments in the hour that ends then."""
    instruments = [each for (at, _, _), each in prices.items() if at == venue]
    return average(
        [
            math.log(each[hour] / each[hour - HOUR])
            for each in instruments
            if hour in each and hour - HOUR in each
        ]
    )


def correlate_plainly(prices: Prices, hour: datetime) -> Iterator[tuple[Any, ...]]:
    venues = sorted({venue for venue, _, _ in prices})
    hours = [hour - HOUR * age for age in range(168)]
    returns = {venue: [return_plainly(prices, venue, each) for each in hours] for venue in venues}
    for venue in venues:
        others = [other for other in venues if other != venue]
        known = [
            [r for r in each if not math.isnan(r)] for each in zip(*(returns[o] for o in others), strict=True)
        ]
        mean = [average(each) for each in known] or [math.nan] * len(hours)
        paired = [both for both in zip(returns[venue], mean, strict=True) if not any(map(math.isnan, both))]
        counts = [sum(not math.isnan(r) for r in returns[other]) for other in others]
        if any(each in times for (at, _, _), times in prices.items() if at == venue for each in hours):
            enough = len(paired) >= 135
            value = float(np.corrcoef(np.array(paired).T)[0, 1]) if enough else None
            yield hour, venue, "A", value, float(sum(count >= 135 for count in counts))


@settings(max_examples=15)
@given(seed=st.integers(0, 10_000), gaps=st.sampled_from([0.0, 0.05, 0.1, 0.4]))
def test_the_measure_equals_the_plain_loop(seed: int, gaps: float) -> None:
    prices = walk(seed, 180, gaps=gaps)
    measured = measure_venue_correlation(quote(prices), start=START, until=START + 4 * HOUR)
    expected = sorted(
        (row for age in range(5) for row in correlate_plainly(prices, START + age * HOUR)),
        key=lambda row: (row[1], row[0]),
    )
    assert [row[:3] + row[4:] for row in measured.rows()] == [row[:3] + row[4:] for row in expected]
    for one, other in zip(measured["venue_correlation"], expected, strict=True):
        assert one == (None if other[3] is None else pytest.approx(other[3], abs=1e-9))


@settings(max_examples=15)
@given(seed=st.integers(0, 10_000), minutes=st.integers(0, 300))
def test_nothing_after_now_matters(seed: int, minutes: int) -> None:
    quotes = quote(walk(seed, 175, gaps=0.05), late=timedelta(minutes=seed % 60))
    now = START + timedelta(minutes=minutes)
    whole = measure_venue_correlation(quotes, start=START, until=START + 6 * HOUR)
    early = measure_venue_correlation(quotes, start=START, until=now)
    assert early.equals(measure_venue_correlation(quotes.filter(pl.col("ts") <= now), start=START, until=now))
    assert early.equals(whole.filter(pl.col("ts") <= now))
    last = now.replace(minute=0)
    alone = measure_venue_correlation(quotes.filter(pl.col("ts") > last - WEEK - HOUR), start=last, until=now)
    assert alone.equals(early.filter(pl.col("ts") == last)), "what is before the window does not matter"


def test_venues_that_go_together_and_one_that_does_not() -> None:
    prices = walk(1, 175, noise=0.0)
    random = np.random.default_rng(2)
    own = 100 + random.random(175)
    prices["comet", "A", "A/X"] = dict(zip(prices["comet", "A", "A/X"], own.tolist(), strict=True))
    measured = measure_venue_correlation(quote(prices), start=START, until=START)
    values = {row["venue"]: row["venue_correlation"] for row in measured.to_dicts()}
    assert values["comet"] < 0.3
    assert values["aster"] == pytest.approx(values["boreal"])
    assert values["aster"] > 0.8
    assert measured["other_venues"].to_list() == [2, 2, 2]


def test_a_coin_of_one_venue_has_no_correlation_and_no_other_venue() -> None:
    prices = {key: each for key, each in walk(1, 175).items() if key[0] == "aster"}
    measured = measure_venue_correlation(quote(prices), start=START, until=START)
    assert measured.rows() == [(START, "aster", "A", None, 0.0)]


def test_a_venue_that_is_quoted_every_eight_hours_has_no_return_and_is_no_other_venue() -> None:
    prices = {
        key: {time: price for time, price in each.items() if key[0] != "aster" or time.hour % 8 == 0}
        for key, each in walk(1, 175).items()
        if key[0] != "comet"
    }
    measured = measure_venue_correlation(quote(prices), start=START, until=START)
    assert measured.rows() == [(START, "aster", "A", None, 1.0), (START, "boreal", "A", None, 0.0)]


def test_a_price_that_stands_still_correlates_with_nothing() -> None:
    prices = {key: each for key, each in walk(1, 175).items() if key[0] != "comet"}
    prices["boreal", "A", "A/X"] = dict.fromkeys(prices["boreal", "A", "A/X"], 100.0)
    measured = measure_venue_correlation(quote(prices), start=START, until=START)
    assert measured["venue_correlation"].to_list() == [None, None]
    assert measured["other_venues"].to_list() == [1, 1]


def test_pairs_get_what_was_known_at_their_last_whole_hour() -> None:
    measured = measure_venue_correlation(quote(walk(1, 180)), start=START, until=START + HOUR)
    pairs = pl.DataFrame(
        {
            "ts": pl.Series([START + timedelta(minutes=59), START + HOUR, START + 9 * HOUR], dtype=INSTANT),
            "venue": "boreal",
            "base": "A",
        }
    )
    added = add_venue_correlation(pairs, measured)
    expected = measured.filter(venue="boreal")["venue_correlation"].to_list()
    assert added["venue_correlation"].to_list() == [*expected, None]
    assert added["other_venues"].to_list() == [2, 2, None]
    assert added.columns == ["ts", "venue", "base", "venue_correlation", "other_venues"]


def test_no_hour_and_no_quote_give_no_row() -> None:
    quotes = quote(walk(1, 175))
    between = START + timedelta(minutes=10)
    assert measure_venue_correlation(quotes, start=between, until=START + timedelta(minutes=50)).is_empty()
    empty = measure_venue_correlation(quotes.clear(), start=START, until=START)
    assert empty.is_empty()
    assert empty.columns == ["ts", "venue", "base", "venue_correlation", "other_venues"]


def test_recorded_venues_agree_on_bitcoin(request: pytest.FixtureRequest) -> None:
    """Binance's spot and swap against Hyperliquid's swap, in a week of June 2025."""
    folder = request.getfixturevalue("shared") / "data"
    now = datetime(2025, 6, 20, tzinfo=UTC)
    wanted = pl.col("symbol").is_in(["BTC/USDT", "BTC/USDT:USDT", "BTC/USDC:USDC"])
    bars = pl.scan_parquet(folder / "ohlcv.parquet").filter(
        wanted, pl.col("market") != "mark", pl.col("ts").is_between(now - WEEK - HOUR, now), timeframe="1h"
    )
    rows = bars.collect().to_dicts()
    prices: Prices = {}
    for row in rows:
        prices.setdefault((row["venue"], "A", row["symbol"]), {})[row["ts"]] = row["open"]
    measured = measure_venue_correlation(quote(prices), start=now, until=now)
    expected = list(correlate_plainly(prices, now))
    assert {row[1] for row in expected} == {"binance", "hyperliquid"}
    for one, other in zip(measured.rows(), expected, strict=True):
        assert one == (*other[:3], pytest.approx(other[3], abs=1e-9), 1.0)
        assert 0.99 < one[3] <= 1.0


MakeQuotes = Callable[..., pl.DataFrame]


def test_the_mark_serves_where_there_is_no_book(make_quotes: MakeQuotes) -> None:
    prices = walk(3, 169)
    plain = measure_venue_correlation(quote(prices), start=START, until=START)
    nulls = pl.lit(None, dtype=pl.Float64)
    marked = quote(prices).with_columns(mark=(pl.col("bid") + pl.col("ask")) / 2, bid=nulls)
    assert measure_venue_correlation(marked, start=START, until=START).equals(plain)
    others = make_quotes({"kind": "outcome", "venue": "delta", "base": "A"})
    assert measure_venue_correlation(pl.concat([marked, others]), start=START, until=START).equals(plain)
