"""Candidates from real history, recomputed in plain Python."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from engine.errors import HistoryError
from engine.model import Leg, Pairing
from engine.recording.candidates import read_candidates
from engine.recording.history import History, open_history

MakeHistory = Callable[..., History]

MARCH, APRIL = datetime(2024, 3, 1, tzinfo=UTC), datetime(2024, 4, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def march(recorded: History, carry: Pairing) -> pl.DataFrame:
    return read_candidates(recorded.select(venues=["binance"]), carry, start=MARCH, end=APRIL).pairs


def read_payments(recorded: History, symbol: str) -> dict[datetime, tuple[float, float]]:
    chosen = recorded.funding.filter(pl.col("venue") == "binance", pl.col("symbol") == symbol)
    rows = chosen.select("ts", "rate", "interval_hours").collect().rows()
    return {ts: (rate, hours) for ts, rate, hours in rows}


def read_hours(recorded: History, market: str, symbol: str) -> dict[datetime, tuple[float, float, float]]:
    chosen = recorded.bars.filter(
        pl.col("venue") == "binance",
        pl.col("market") == market,
        pl.col("symbol") == symbol,
        pl.col("timeframe") == "1h",
    )
    rows = chosen.select("ts", "open", "close", "volume").collect().rows()
    return {ts: (opened, closed, volume) for ts, opened, closed, volume in rows}


def test_all_settlements_of_the_longest_pair(recorded: History, carry: Pairing) -> None:
    pairs = read_candidates(recorded.select(venues=["binance"], symbols=["BTC"]), carry).pairs
    assert pairs["pair"].unique().to_list() == ["binance:BTC/USDT:USDT"]
    assert pairs.height == len(read_payments(recorded, "BTC/USDT:USDT"))
    assert pairs["ts"].is_sorted()
    assert not pairs["warm_up"].any()


@pytest.mark.parametrize("base", ["BTC", "ETH", "XRP"])
def test_values_equal_plain_python(recorded: History, march: pl.DataFrame, base: str) -> None:
    symbol = f"{base}/USDT:USDT"
    paid = read_payments(recorded, symbol)
    swap, spot = read_hours(recorded, "swap", symbol), read_hours(recorded, "spot", f"{base}/USDT")
    rows = march.filter(pl.col("pair") == f"binance:{symbol}").rows(named=True)
    assert len(rows) == 93
    for row in rows[::17]:
        ts = row["ts"]
        assert (row["spot_open"], row["perp_open"]) == (spot[ts][0], swap[ts][0])
        assert (row["perp_funding_rate"], row["perp_funding_interval_hours"]) == paid[ts]
        day = [ts - hour * HOUR for hour in range(24, 0, -1)]
        assert row["perp_volume_usd_24h"] == sum(swap[hour][1] * swap[hour][2] for hour in day)
        assert row["spot_volume_usd_24h"] == sum(spot[hour][1] * spot[hour][2] for hour in day)
        for days in (1, 3, 7, 30):
            inside = [payment for at, payment in sorted(paid.items()) if ts - days * 24 * HOUR < at <= ts]
            apr = sum(rate for rate, _ in inside) / sum(hours for _, hours in inside) * 8760
            assert row[f"perp_funding_apr_{days}d"] == pytest.approx(apr, rel=1e-14)


def test_a_change_of_interval_in_real_data(recorded: History, carry: Pairing) -> None:
    """Hyperliquid went from 8 hours to 1 on 2023-06-08; two days later half of 3 days is hourly."""
    alone = Pairing((carry.legs[1],), carry.keys)
    chosen = recorded.select(venues=["hyperliquid"], symbols=["BTC"])
    start, end = datetime(2023, 6, 5, tzinfo=UTC), datetime(2023, 6, 10, tzinfo=UTC)
    pairs = read_candidates(chosen, alone, start=start, end=end).pairs
    assert pairs["step_s"].unique(maintain_order=True).to_list() == [28800.0, 3600.0]
    last = pairs.row(-1, named=True)
    inside = pairs.filter(pl.col("ts") > last["ts"] - timedelta(days=3))
    rates, hours = inside["perp_funding_rate"], inside["perp_funding_interval_hours"]
    assert (inside.height, sum(hours)) == (51, 72.0)
    assert last["perp_funding_apr_3d"] == pytest.approx(sum(rates) / 72 * 8760, rel=1e-12)


def test_tokens_pair_with_the_perpetual_of_their_coin(recorded: History, carry: Pairing) -> None:
    start = datetime(2025, 6, 1, tzinfo=UTC)
    chosen = recorded.select(venues=["hyperliquid"])
    pairs = read_candidates(chosen, carry, start=start, end=start + timedelta(days=2)).pairs
    assert {"BTC", "ETH", "SOL", "FARTCOIN", "HYPE", "PURR"} == set(pairs["base"])
    basis = (pairs["perp_bid"] / pairs["spot_ask"] - 1).abs()
    assert basis.drop_nulls().to_numpy().max() < 0.05


def test_warm_up_rows_are_marked_and_change_nothing(
    recorded: History, carry: Pairing, march: pl.DataFrame
) -> None:
    chosen = recorded.select(venues=["binance"])
    warm = read_candidates(chosen, carry, start=MARCH, end=APRIL, warm_up=timedelta(days=7)).pairs
    early = warm.filter(pl.col("warm_up"))
    assert early["ts"].min() == MARCH - timedelta(days=7)
    assert early["ts"].n_unique() == 21
    assert_frame_equal(warm.filter(~pl.col("warm_up")), march, check_exact=True)


def test_a_narrow_look_says_the_same_as_the_whole(
    recorded: History, carry: Pairing, march: pl.DataFrame
) -> None:
    whole = read_candidates(recorded.select(venues=["binance"], symbols=["ETH"]), carry).pairs
    inside = whole.filter(pl.col("ts") >= MARCH, pl.col("ts") < APRIL)
    assert_frame_equal(march.filter(pl.col("base") == "ETH"), inside, check_exact=True)


def test_the_future_changes_nothing(recorded: History, carry: Pairing, tmp_path: Path) -> None:
    """Neither later rows nor the rest of the bar that has just opened."""
    cut = MARCH + timedelta(days=10)
    chosen = recorded.select(venues=["binance"], symbols=["BTC", "ETH"])
    known = pl.col("ts") <= cut
    scrambled = recorded.bars.filter(known, pl.col("venue") == "binance").with_columns(
        pl.when(pl.col("ts") == cut).then(1e9).otherwise(pl.col(name)).alias(name)
        for name in ("close", "volume")
    )
    scrambled.sink_parquet(tmp_path / "ohlcv.parquet")
    recorded.funding.filter(known).sink_parquet(tmp_path / "funding.parquet")
    past = open_history(tmp_path).select(venues=["binance"], symbols=["BTC", "ETH"])
    start = cut - timedelta(days=3)
    whole = read_candidates(chosen, carry, start=start, end=cut + timedelta(days=3)).pairs
    assert_frame_equal(read_candidates(past, carry, start=start).pairs, whole.filter(known), check_exact=True)


def test_a_spot_market_that_ends_leaves_unknown_prices(make_history: MakeHistory, carry: Pairing) -> None:
    payments = [("binance", "BTC/USDT:USDT", hour, 0.0001, 8) for hour in (0, 8)]
    spot = [("binance", "spot", "BTC/USDT", "1h", 0, 100.0)]
    swap = [("binance", "swap", "BTC/USDT:USDT", "1h", hour, 100.0) for hour in (0, 8)]
    pairs = read_candidates(make_history(payments, spot + swap), carry).pairs
    assert pairs["spot_open"].to_list() == [100.0, None]
    assert pairs["perp_open"].to_list() == [100.0, 100.0]


def test_perpetuals_of_two_venues_meet_in_equivalent_coins(make_history: MakeHistory) -> None:
    legs = (Leg("long", "swap", "buy"), Leg("short", "swap", "sell"))
    dollars = {"quote": frozenset({"USDT", "USDC"})}
    payments = [("binance", "BTC/USDT:USDT", 16, 0.0001, 8), ("hyperliquid", "BTC/USDC:USDC", 16, 0.0002, 1)]
    bars = [
        ("binance", "swap", "BTC/USDT:USDT", "1h", 16, 100.0),
        ("hyperliquid", "swap", "BTC/USDC:USDC", "1h", 16, 101.0),
    ]
    found = read_candidates(
        make_history(payments, bars), Pairing(legs, ("base", "quote"), dollars, differ=("venue",))
    )
    assert found.pairs.select("long_venue", "short_venue", "long_open", "short_open").rows() == [
        ("binance", "hyperliquid", 100.0, 101.0),
        ("hyperliquid", "binance", 101.0, 100.0),
    ]


def test_two_swaps_of_one_spot_market_keep_their_own_steps(make_history: MakeHistory, carry: Pairing) -> None:
    """One is settled each hour and the other every eight; the spot market is quoted for both."""
    hours = range(1, 25)
    payments = [("aster", "AAA/USD:USD", hour, 1e-5, 1) for hour in hours]
    payments += [("aster", "AAA/USD:AAA", hour, 1e-4, 8) for hour in hours if hour % 8 == 0]
    markets = (("spot", "AAA/USD"), ("swap", "AAA/USD:USD"), ("swap", "AAA/USD:AAA"))
    bars = [("aster", *market, "1h", hour, 100.0) for market in markets for hour in range(26)]
    pairs = read_candidates(make_history(payments, bars), carry).pairs
    steps = pairs.group_by("pair", "step_s").len().sort("pair").rows()
    assert steps == [("aster:AAA/USD:AAA", 28800.0, 3), ("aster:AAA/USD:USD", 3600.0, 24)]


TWO_SPOTS = [
    ("hyperliquid", "BTC/USDC:USDC", ("BTC/USDC", "UBTC/USDC"), "BTC/USDC"),
    ("binance", "1000PEPE/USDT:USDT", ("1000PEPE/USDT", "PEPE/USDT"), "PEPE/USDT"),
]


@pytest.mark.parametrize(("venue", "swap", "spots", "coin"), TWO_SPOTS)
def test_two_spot_markets_of_one_coin_and_quote_are_refused(
    make_history: MakeHistory, carry: Pairing, venue: str, swap: str, spots: tuple[str, ...], coin: str
) -> None:
    markets = (("swap", swap), *(("spot", spot) for spot in spots))
    bars = [(venue, *market, "1h", hour, 100.0) for market in markets for hour in range(26)]
    history = make_history([(venue, swap, 24, 1e-5, 8)], bars)
    fault = f"ohlcv.parquet: {venue} has 2 spot markets of {coin}: {', '.join(spots)}; .*keep one in the file"
    with pytest.raises(HistoryError, match=fault):
        read_candidates(history, carry)
    assert read_candidates(history.select(venues=["elsewhere"]), carry).pairs.is_empty()


def test_two_spot_markets_may_be_legs_of_one_pair(make_history: MakeHistory) -> None:
    """Where pairs are named by their spot legs nothing is mistaken."""
    markets = (("swap", "BTC/USDC:USDC"), ("spot", "BTC/USDC"), ("spot", "UBTC/USDC"))
    bars = [("hyperliquid", *market, "1h", hour, 100.0) for market in markets for hour in range(26)]
    legs = (Leg("cheap", "spot", "buy"), Leg("dear", "spot", "sell"))
    history = make_history([("hyperliquid", "BTC/USDC:USDC", 24, 1e-5, 8)], bars)
    pairs = read_candidates(history, Pairing(legs, ("venue", "base", "quote"))).pairs
    assert pairs["pair"].to_list() == [
        "hyperliquid:BTC/USDC_hyperliquid:UBTC/USDC",
        "hyperliquid:UBTC/USDC_hyperliquid:BTC/USDC",
    ]
