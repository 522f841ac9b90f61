"""Daily returns of pairs and coins against a plain loop."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.frames.columns import INSTANT
from engine.market.closing import list_day_ends
from engine.market.day_returns import arrange_day_returns, measure_coin_returns, measure_day_returns
from engine.model import Leg, Pairing
from engine.recording.candidates import read_candidates
from engine.recording.history import open_history

MakeQuotes = Callable[..., pl.DataFrame]
Row = dict[str, Any]
START = datetime(2024, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
LEGS = (Leg("spot", "spot", "buy"), Leg("perp", "swap", "sell"))
NUMBERS = {
    f"{leg.name}_{name}": pl.Float64() for leg in LEGS for name in ("bid", "ask", "mark", "open", "close")
}
SCHEMA: dict[str, pl.DataType] = {
    "ts": INSTANT,
    "pair": pl.String(),
    "step_s": pl.Float64(),
    **NUMBERS,
    **{f"{leg.name}_{name}": pl.String() for leg in LEGS for name in ("venue", "symbol", "base")},
    **{f"{leg.name}_inverse": pl.Boolean() for leg in LEGS},
}


def quote(hours: float, spot: float | None, perp: float | None, **others: Any) -> Row:
    coin = others.pop("coin", "BTC")
    facts = {
        "ts": START + timedelta(hours=hours),
        "pair": coin,
        "step_s": 28_800.0,
        "spot_close": spot,
        "perp_close": perp,
        **{f"{leg.name}_venue": "aster" for leg in LEGS},
        **{f"{leg.name}_base": coin for leg in LEGS},
        "spot_symbol": f"{coin}/USDT",
        "perp_symbol": f"{coin}/USDT:USDT",
        **{f"{leg.name}_inverse": False for leg in LEGS},
    }
    return {**facts, **others}


def tabulate(*rows: Row) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=SCHEMA)


def pay(*rates: float | None, every: float = 8.0, coin: str = "BTC", first: float = 8.0) -> pl.DataFrame:
    count = len(rates)
    return pl.DataFrame(
        {
            "ts": pl.Series(
                [START + timedelta(hours=first + every * i) for i in range(count)], dtype=INSTANT
            ),
            "venue": pl.Series(["aster"] * count, dtype=pl.String),
            "symbol": pl.Series([f"{coin}/USDT:USDT"] * count, dtype=pl.String),
            "rate": pl.Series(rates, dtype=pl.Float64),
            "interval_hours": pl.Series([every] * count, dtype=pl.Float64),
        }
    )


def pay_hourly(count: int) -> pl.DataFrame:
    return pay(*[0.001] * count, every=1, first=1)


def measure(rows: pl.DataFrame, paid: pl.DataFrame, hours: float, **others: Any) -> list[float | None]:
    until = START + timedelta(hours=hours)
    returns = measure_day_returns(rows, paid, LEGS, until=until, **others)
    assert returns.columns == ["ts", "pair", "day_return"]
    return returns["day_return"].to_list()


def test_the_pair_loses_what_the_basis_widens_by_and_earns_funding() -> None:
    """Both rise by 1,000; the perpetual by 50 more: 50 on 95,000 is lost, three payments are earned."""
    rows = tabulate(quote(0, 95_000, 95_100), quote(24, 96_000, 96_150))
    size = 95_100 / 95_000
    expected = -50 / 95_000 + 3 * 0.0001 * size
    assert measure(rows, pay(0.0001, 0.0001, 0.0001), 24) == [pytest.approx(expected, rel=1e-12)]


def test_the_other_side_earns_what_this_one_loses() -> None:
    rows, paid = (
        tabulate(quote(0, 100, 100), quote(24, 103, 104)),
        pay(0.0002, 0.0001, -0.0001),
    )
    others = (Leg("spot", "spot", "sell"), Leg("perp", "swap", "buy"))
    until = START + DAY
    (one,), (other,) = (
        measure_day_returns(rows, paid, legs, until=until)["day_return"] for legs in (LEGS, others)
    )
    assert one == pytest.approx(-0.01 + 0.0002)
    assert other == -one


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"perp_inverse": True}, 0.0),
        ({"perp_base": "ETH"}, 0.0),
        ({"perp_inverse": None}, None),
    ],
)
def test_legs_hold_equal_coins_or_equal_notionals(facts: Row, expected: float | None) -> None:
    rows = tabulate(quote(0, 2.0, 1.0, **facts), quote(24, 2.2, 1.1, **facts))
    (result,) = measure(rows, pay(0, 0, 0), 24)
    assert result == (None if expected is None else pytest.approx(expected, abs=1e-12))


def test_a_weight_scales_its_leg() -> None:
    rows = tabulate(quote(0, 100, 100), quote(24, 110, 120))
    assert measure(rows, pay(0, 0, 0), 24, weights={"perp": 0.5}) == [pytest.approx(0.1 - 0.5 * 0.2)]


@pytest.mark.parametrize(
    ("rows", "paid", "expected", "note"),
    [
        ([quote(0, 100, 100), quote(24, 100, 100)], pay(0.1, 0.1), None, "two of three payments are 67 %"),
        (
            [quote(0, 100, 100), quote(24, 100, 100)],
            pay(*[0.001] * 20, every=1, first=1),
            0.02,
            "20 of 24: 83 %",
        ),
        (
            [quote(0, 100, 100), quote(24, 100, 100)],
            pay(*[0.001] * 19, every=1, first=1),
            None,
            "19 of 24: 79 %",
        ),
        ([quote(0, 100, 100), quote(24, None, 100)], pay(0, 0, 0), None, "no price at the end"),
        ([quote(0, 100, 100), quote(17, 101, 101)], pay(0, 0, 0), 0.0, "7 hours old of a step of 8"),
        ([quote(0, 100, 100), quote(16, 101, 101)], pay(0, 0, 0), None, "a whole step old"),
        ([quote(0, 100, 100), quote(23.95, 101, 101, step_s=60.0)], pay(0, 0, 0), 0.0, "3 minutes late"),
        ([quote(0, 100, 100), quote(23.9, 101, 101, step_s=60.0)], pay(0, 0, 0), None, "6 minutes: stale"),
        ([quote(0, 100, 100), quote(23, 101, 101, step_s=None)], pay(0, 0, 0), None, "no step is known"),
        ([quote(0, 100, 100), quote(24, 0, 100)], pay(0, 0, 0), None, "nothing costs nothing"),
    ],
)
def test_a_day_is_known_if_both_ends_and_its_funding_are(
    rows: list[Row], paid: pl.DataFrame, expected: float | None, note: str
) -> None:
    (result,) = measure(tabulate(*rows), paid, 24)
    assert result == (None if expected is None else pytest.approx(expected, abs=1e-12)), note


def test_a_pair_has_a_row_for_every_day_since_its_first_close() -> None:
    rows = tabulate(quote(30, 100, 100), quote(48, 100, 100), quote(96, 100, 100), quote(120, 100, 101))
    paid = pay(*[0.0] * 20)
    returns = measure_day_returns(rows, paid, LEGS, until=START + timedelta(hours=125))
    ends = [START + DAY * days for days in (3, 4, 5)]
    loss = pytest.approx(-0.01)
    assert returns.rows() == [(ends[0], "BTC", None), (ends[1], "BTC", None), (ends[2], "BTC", loss)]


def test_a_pair_needs_a_leg() -> None:
    with pytest.raises(ValueError, match="at least one leg"):
        measure_day_returns(tabulate(), pay(), (), until=START)


@st.composite
def markets(draw: st.DrawFn) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Two pairs over some days, at odd times, with gaps, and their payments."""
    rows, payments = [], []
    price = st.one_of(st.none(), st.floats(90, 110))
    for coin in ("BTC", "ETH"):
        hours = draw(st.lists(st.sampled_from([h / 2 for h in range(200)]), max_size=25, unique=True))
        step = draw(st.sampled_from([1800.0, 14_400.0, 28_800.0]))
        rows += [quote(hour, draw(price), draw(price), coin=coin, step_s=step) for hour in hours]
        rates = draw(st.lists(st.floats(-0.01, 0.01) | st.none(), max_size=25))
        payments.append(pay(*rates, coin=coin, every=draw(st.sampled_from([4.0, 8.0])), first=4.0))
    return tabulate(*rows), pl.concat(payments)


def find_close(rows: list[Row], coin: str, end: datetime) -> Row | None:
    """The last row of the day with both prices, if it is fresh."""
    known = [row for row in rows if row["pair"] == coin and row["spot_close"] and row["perp_close"]]
    before = sorted((row for row in known if end - DAY < row["ts"] <= end), key=lambda row: row["ts"])
    if not before:
        return None
    age = (end - before[-1]["ts"]).total_seconds()
    return before[-1] if age < before[-1]["step_s"] or age <= 300 else None


def earn_plainly(rows: list[Row], payments: list[Row], coin: str, end: datetime) -> float | None:
    now, then = find_close(rows, coin, end), find_close(rows, coin, end - DAY)
    paid = [
        each
        for each in payments
        if each["symbol"].startswith(coin) and end - DAY < each["ts"] <= end and each["rate"] is not None
    ]
    if now is None or then is None or sum(each["interval_hours"] for each in paid) < 0.8 * 24 - 1e-6:
        return None
    coins = 1 / then["spot_close"]
    spot = coins * (now["spot_close"] - then["spot_close"])
    perp = -coins * (now["perp_close"] - then["perp_close"])
    funding = coins * then["perp_close"] * sum(each["rate"] for each in paid)
    return float(spot + perp + funding)


@given(market=markets(), starts=st.sampled_from([time(0), time(5), time(23, 30)]))
def test_day_returns_equal_the_plain_loop(market: tuple[pl.DataFrame, pl.DataFrame], starts: time) -> None:
    pairs, paid = market
    until = START + timedelta(hours=101)
    returns = measure_day_returns(pairs, paid, LEGS, until=until, starts=starts)
    rows, payments = pairs.to_dicts(), paid.to_dicts()
    assert returns.rows() == sorted(returns.rows(), key=lambda row: (row[1], row[0]))
    expected: dict[tuple[datetime, str], float | None] = {}
    ends = list_day_ends(until, 5, starts).to_list()
    assert [end.time() for end in ends] == [starts] * 5
    assert ends[-1] <= until < ends[-1] + DAY
    for coin in ("BTC", "ETH"):
        first = next((end for end in [ends[0] - DAY, *ends] if find_close(rows, coin, end)), until)
        expected |= {(end, coin): earn_plainly(rows, payments, coin, end) for end in ends if end > first}
    assert {row[:2]: row[2] for row in returns.rows()} == {
        key: None if value is None else pytest.approx(value, rel=1e-9, abs=1e-13)
        for key, value in expected.items()
    }


@given(market=markets(), hours=st.floats(0, 100))
def test_nothing_after_now_matters(market: tuple[pl.DataFrame, pl.DataFrame], hours: float) -> None:
    pairs, paid = market
    now = START + timedelta(hours=hours)
    whole = measure_day_returns(pairs, paid, LEGS, until=START + timedelta(hours=101))
    early = measure_day_returns(pairs, paid, LEGS, until=now)
    cut = [frame.filter(pl.col("ts") <= now) for frame in (pairs, paid)]
    assert early.equals(measure_day_returns(cut[0], cut[1], LEGS, until=now))
    assert early.equals(whole.filter(pl.col("ts") <= now))


def test_a_coin_returns_the_median_of_its_instruments(make_quotes: MakeQuotes) -> None:
    """One venue whose price does not move with the others moves nothing."""
    facts = []
    for venue, after in (("aster", 110.0), ("boreal", 112.0), ("comet", 50.0)):
        facts += [
            {"venue": venue, "hour": hour, "bid": price, "ask": price}
            for hour, price in ((0, 100.0), (24, after))
        ]
    facts += [{"base": "ETH", "hour": hour, "bid": 1.0, "ask": 1.0} for hour in (0, 24)]
    quotes = make_quotes(*facts)
    returns = measure_coin_returns(quotes, "BTC", until=START + timedelta(hours=50))
    assert returns.rows() == [
        (START + DAY, "BTC", pytest.approx(median([0.1, 0.12, -0.5]))),
        (START + 2 * DAY, "BTC", None),
    ]
    early = measure_coin_returns(quotes, "BTC", until=START + timedelta(hours=23))
    assert early.is_empty()
    assert measure_coin_returns(quotes, "DOGE", until=START + DAY).is_empty()


def test_days_are_arranged_as_asked() -> None:
    ends = list_day_ends(START + timedelta(hours=80), 4)
    returns = pl.DataFrame(
        {
            "ts": pl.Series([START + DAY, START + DAY, START + 3 * DAY, START - DAY], dtype=INSTANT),
            "pair": ["B", "A", "B", "A"],
            "day_return": [0.1, None, 0.3, 0.4],
        }
    )
    array = arrange_day_returns(returns, ["B", "C", "A"], ends)
    nan = np.nan
    np.testing.assert_array_equal(array, [[nan] * 3, [0.1, nan, nan], [nan] * 3, [0.3, nan, nan]])


def test_recorded_days_add_up_to_funding_and_basis(shared: Path) -> None:
    """Over a year of BTC and ETH, day by day from the raw rows."""
    start, end = datetime(2024, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)
    history = open_history(shared / "data").select(venues=["binance"], symbols=["BTC", "ETH"])
    pairing = Pairing(LEGS, ("venue", "base", "quote"))
    candidates = read_candidates(history, pairing, start=start, end=end)
    returns = measure_day_returns(candidates.pairs, candidates.settlements, LEGS, until=end)
    for coin in ("BTC", "ETH"):
        of_coin = returns.filter(pl.col("pair").str.contains(coin))
        assert of_coin["day_return"].null_count() <= 1, "the last day ends after the last row"
        expected = list(add_days(shared / "data", coin, of_coin["ts"].to_list()[:-1]))
        np.testing.assert_allclose(of_coin["day_return"].to_numpy()[: len(expected)], expected, atol=1e-12)
        carried = sum(expected)
        assert 0.08 < carried < 0.20, "the funding of that year, less little"


def add_days(folder: Path, coin: str, ends: list[datetime]) -> list[float]:
    bars = pl.scan_parquet(folder / "ohlcv.parquet").filter(venue="binance", timeframe="1h")
    prices = {
        market: dict(bars.filter(market=market, symbol=symbol).select("ts", "open").collect().iter_rows())
        for market, symbol in (("spot", f"{coin}/USDT"), ("swap", f"{coin}/USDT:USDT"))
    }
    funding = pl.scan_parquet(folder / "funding.parquet").filter(venue="binance", symbol=f"{coin}/USDT:USDT")
    rates = dict(funding.select("ts", "rate").collect().iter_rows())
    days = []
    for end in ends:
        spot, swap = ((prices[market][end - DAY], prices[market][end]) for market in ("spot", "swap"))
        paid = sum(rates[end - timedelta(hours=hours)] for hours in (0, 8, 16))
        days.append((spot[1] - spot[0] - swap[1] + swap[0] + paid * swap[0]) / spot[0])
    return days
