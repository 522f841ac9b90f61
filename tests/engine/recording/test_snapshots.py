"""What a quote from history says, and what it cannot know."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from engine.frames.quotes import QUOTE_COLUMNS, validate_quotes
from engine.recording.history import History
from engine.recording.snapshots import read_quotes

MakeHistory = Callable[..., History]
Bar = tuple[str, str, str, str, float, float]

START = datetime(2024, 1, 1, tzinfo=UTC)
SPOT, SWAP = ("binance", "spot", "BTC/USDT"), ("binance", "swap", "BTC/USDT:USDT")
PAYMENTS = [("binance", "BTC/USDT:USDT", hour, 0.0001 * hour, 8) for hour in (24, 32, 40)]


def hourly(market: tuple[str, str, str], first: int, end: int, timeframe: str = "1h") -> list[Bar]:
    """Bars that open at 1000 plus their hour."""
    return [(*market, timeframe, hour, 1000.0 + hour) for hour in range(first, end, int(timeframe[:-1]))]


def quote_at(quotes: pl.DataFrame, hour: float, kind: str = "swap") -> dict[str, Any]:
    chosen = quotes.filter(pl.col("kind") == kind, pl.col("ts") == START + timedelta(hours=hour))
    (row,) = chosen.rows(named=True)
    return row


def test_both_markets_are_quoted_at_each_settlement(make_history: MakeHistory) -> None:
    quotes = read_quotes(make_history(PAYMENTS, hourly(SPOT, 0, 48) + hourly(SWAP, 0, 48)))
    validate_quotes(quotes)
    assert sorted(quotes.select("ts", "kind").rows()) == [
        (START + timedelta(hours=hour), kind) for hour in (24, 32, 40) for kind in ("spot", "swap")
    ]


def test_the_open_of_the_bar_that_starts_now_is_the_price(make_history: MakeHistory) -> None:
    quotes = read_quotes(make_history(PAYMENTS, hourly(SPOT, 0, 48) + hourly(SWAP, 0, 48)))
    row = quote_at(quotes, 32)
    assert (row["bid"], row["ask"], row["mark"]) == (1032.0, 1032.0, 1032.0)
    assert (row["funding_rate"], row["funding_interval_hours"], row["step_s"]) == (0.0001 * 32, 8.0, 28800.0)
    assert row["listed_days"] == pytest.approx(32 / 24)
    assert (row["taker_fee"], quote_at(quotes, 32, "spot")["taker_fee"]) == (0.0005, 0.001)
    assert (row["depth_usd"], row["hours_to_delisting"], row["status"]) == (None, 1e9, "trading")


def test_the_mark_price_has_bars_of_its_own(make_history: MakeHistory) -> None:
    mark = ("binance", "mark", "BTC/USDT:USDT", "8h", 32.0, 999.0)
    quotes = read_quotes(make_history(PAYMENTS, [*hourly(SWAP, 0, 48), mark]))
    assert quote_at(quotes, 32)["mark"] == 999.0
    assert quote_at(quotes, 40)["mark"] == 1040.0


def test_no_bar_no_price(make_history: MakeHistory) -> None:
    bars = [bar for bar in hourly(SWAP, 0, 48) if bar[4] != 32]
    row = quote_at(read_quotes(make_history(PAYMENTS, bars)), 32)
    assert (row["bid"], row["ask"], row["mark"]) == (None, None, None)
    assert row["funding_rate"] == 0.0001 * 32


def test_longer_bars_serve_where_there_is_no_shorter_one(make_history: MakeHistory) -> None:
    bars = [*hourly(SWAP, 0, 40), (*SWAP, "8h", 32, 1.0), (*SWAP, "8h", 40, 2.0)]
    quotes = read_quotes(make_history(PAYMENTS, bars))
    assert quote_at(quotes, 32)["bid"] == 1032.0
    assert quote_at(quotes, 40)["bid"] == 2.0


def test_a_day_of_turnover(make_history: MakeHistory) -> None:
    """Volume times close, of the 24 bars that closed at or before the settlement."""
    quotes = read_quotes(make_history(PAYMENTS, hourly(SWAP, 0, 48)))
    expected = sum(10.0 * (1000.0 + hour + 1) for hour in range(8, 32))
    assert quote_at(quotes, 32)["volume_usd_24h"] == expected


@pytest.mark.parametrize(("gap", "known"), [(4, True), (5, False)])
def test_turnover_is_unknown_below_80_percent(make_history: MakeHistory, gap: int, known: bool) -> None:
    bars = [bar for bar in hourly(SWAP, 0, 48) if not 20 <= bar[4] < 20 + gap]
    row = quote_at(read_quotes(make_history(PAYMENTS, bars)), 40)
    assert (row["volume_usd_24h"] is not None) == known


def test_turnover_from_longer_bars_where_shorter_ones_are_too_few(make_history: MakeHistory) -> None:
    bars = hourly(SWAP, 30, 48) + hourly(SWAP, 0, 48, "8h")
    row = quote_at(read_quotes(make_history(PAYMENTS, bars)), 32)
    assert row["volume_usd_24h"] == 10.0 * (1009 + 1017 + 1025)


def test_volume_in_contracts_is_no_turnover(make_history: MakeHistory) -> None:
    payments = [("gate", *payment[1:]) for payment in PAYMENTS]
    quotes = read_quotes(make_history(payments, hourly(("gate", *SWAP[1:]), 0, 48)))
    assert quotes["volume_usd_24h"].null_count() == quotes.height == 3


def test_nothing_is_quoted_before_its_first_bar(make_history: MakeHistory) -> None:
    bars = hourly(SWAP, 0, 48) + hourly(SPOT, 36, 48)
    quotes = read_quotes(make_history(PAYMENTS, bars))
    assert quotes.filter(pl.col("kind") == "spot")["ts"].to_list() == [START + timedelta(hours=40)]


def test_a_narrow_look_says_the_same(make_history: MakeHistory) -> None:
    history = make_history(PAYMENTS, hourly(SPOT, 0, 48) + hourly(SWAP, 0, 48))
    start, end = START + timedelta(hours=32), START + timedelta(hours=40)
    whole = read_quotes(history).filter(pl.col("ts") >= start, pl.col("ts") < end)
    assert read_quotes(history, start, end).sort("kind").rows() == whole.sort("kind").rows()


@pytest.mark.parametrize("timeframe", ["1h", "4h", "8h"])
def test_any_window_says_what_the_whole_says(make_history: MakeHistory, timeframe: str) -> None:
    """Settlements at hours at which no longer bar starts: the oldest of the day before opened earlier."""
    hours = range(51, 76, 4)
    payments = [("binance", "BTC/USDT:USDT", hour, 0.0001, 4) for hour in hours]
    history = make_history(payments, hourly(SPOT, 0, 80, timeframe) + hourly(SWAP, 0, 80, timeframe))
    whole = read_quotes(history).sort("ts", "kind")
    assert whole["volume_usd_24h"].null_count() == 0
    for hour in hours:
        start = START + timedelta(hours=hour)
        later = read_quotes(history, start).sort("ts", "kind")
        assert later.equals(whole.filter(pl.col("ts") >= start))


def test_a_venue_without_a_fee_schedule_has_no_known_fee(make_history: MakeHistory) -> None:
    payments = [("aster", *payment[1:]) for payment in PAYMENTS]
    quotes = read_quotes(make_history(payments, hourly(("aster", *SWAP[1:]), 0, 48)))
    assert quotes["taker_fee"].null_count() == 3


def test_nothing_chosen_is_an_empty_frame_of_the_same_form(make_history: MakeHistory) -> None:
    history = make_history(PAYMENTS, hourly(SWAP, 0, 48)).select(venues=["nowhere"])
    quotes = read_quotes(history)
    assert quotes.height == 0
    assert dict(quotes.schema) == QUOTE_COLUMNS


def test_terms_that_bars_do_not_tell_are_assumed(make_history: MakeHistory) -> None:
    quotes = read_quotes(make_history(PAYMENTS, hourly(SPOT, 0, 48) + hourly(SWAP, 0, 48)))
    spot, swap = quote_at(quotes, 32, "spot"), quote_at(quotes, 32)
    assert (spot["lot_step"], spot["fee_coin"], spot["max_leverage"]) == (0.00001, "base", None)
    assert (swap["lot_step"], swap["fee_coin"], swap["maintenance_rate"]) == (0.001, "quote", 0.0125)
    assert (swap["contract_size"], swap["inverse"], swap["multiplier"]) == (1.0, False, 1.0)
    assert (swap["expiry_days"], swap["borrow_apr"], swap["min_notional_usd"]) == (1e9, None, 10.0)


@pytest.mark.parametrize(
    ("symbol", "base", "multiplier"),
    [
        ("1000PEPE/USDT:USDT", "PEPE", 1000.0),
        ("1000000MOG/USDT:USDT", "MOG", 1e6),
        ("kBONK/USDT:USDT", "BONK", 1000.0),
        ("1INCH/USDT:USDT", "1INCH", 1.0),
        ("KAITO/USDT:USDT", "KAITO", 1.0),
    ],
)
def test_a_symbol_may_be_of_many_coins(
    make_history: MakeHistory, symbol: str, base: str, multiplier: float
) -> None:
    swap = ("binance", "swap", symbol)
    row = quote_at(read_quotes(make_history([("binance", symbol, 24, 0.0001, 8)], hourly(swap, 0, 48))), 24)
    assert (row["symbol"], row["base"], row["multiplier"], row["bid"]) == (symbol, base, multiplier, 1024.0)


def test_a_swap_that_is_settled_in_its_coin_is_inverse(make_history: MakeHistory) -> None:
    swap = ("binance", "swap", "BTC/USD:BTC")
    quotes = read_quotes(make_history([("binance", "BTC/USD:BTC", 24, 0.0001, 8)], hourly(swap, 0, 48)))
    row = quote_at(quotes, 24)
    assert (row["inverse"], row["lot_step"]) == (True, 1.0)
