"""Opening a history, and narrowing it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from engine.errors import HistoryError
from engine.recording.history import History, open_history

MakeHistory = Callable[..., History]

PAYMENTS = [
    ("aster", "BTC/USDT:USDT", 8, 0.0001, 8),
    ("aster", "BTC/USD:BTC", 8, 0.0001, 8),
    ("aster", "ETH/USDT:USDT", 8, 0.0001, 8),
    ("boreal", "BTC/USDT:USDT", 8, 0.0001, 8),
]
BARS = [
    ("aster", "swap", "BTC/USDT:USDT", "1h", 8, 100.0),
    ("aster", "spot", "BTC/USDT", "1h", 8, 100.0),
    ("boreal", "swap", "BTC/USDT:USDT", "1h", 8, 100.0),
    ("hyperliquid", "spot", "UBTC/USDC", "1h", 8, 100.0),
]


def test_everything_missing_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match=r"funding\.parquet is missing; .*ohlcv\.parquet is missing"):
        open_history(tmp_path)


def test_a_file_that_is_no_parquet_is_refused(make_history: MakeHistory, tmp_path: Path) -> None:
    make_history(PAYMENTS, BARS)
    (tmp_path / "funding.parquet").write_text("ts,rate\n")
    with pytest.raises(HistoryError, match=r"funding\.parquet cannot be read as Parquet"):
        open_history(tmp_path)


def test_columns_that_are_missing_are_named(make_history: MakeHistory, tmp_path: Path) -> None:
    make_history(PAYMENTS, BARS)
    bars = pl.read_parquet(tmp_path / "ohlcv.parquet").drop("volume", "open")
    bars.write_parquet(tmp_path / "ohlcv.parquet")
    with pytest.raises(HistoryError, match=r"ohlcv\.parquet lacks the columns open, volume"):
        open_history(tmp_path)


def test_times_without_a_zone_are_refused(make_history: MakeHistory, tmp_path: Path) -> None:
    make_history(PAYMENTS, BARS)
    naive = pl.read_parquet(tmp_path / "funding.parquet").with_columns(
        pl.col("ts").dt.replace_time_zone(None)
    )
    naive.write_parquet(tmp_path / "funding.parquet")
    with pytest.raises(HistoryError, match="not a time with a zone"):
        open_history(tmp_path)


def test_an_unknown_timeframe_is_refused(make_history: MakeHistory) -> None:
    history = make_history(PAYMENTS, [("aster", "spot", "BTC/USDT", "7h", 0, 1.0)])
    with pytest.raises(HistoryError, match="unknown timeframe 7h; known are 1m, 5m"):
        history.list_markets()


@pytest.mark.parametrize(
    ("venues", "symbols", "count"),
    [
        ([], [], 4),
        (["aster"], [], 3),
        ([], ["BTC"], 3),
        (["aster"], ["BTC"], 2),
        ([], ["BTC/USDT:USDT"], 2),
        ([], ["BTC/USDT"], 2),
        ([], ["ETH", "BTC/USD:BTC"], 2),
        ([], ["USDT"], 0),
        (["nowhere"], [], 0),
    ],
)
def test_settlements_are_narrowed(
    make_history: MakeHistory, venues: list[str], symbols: list[str], count: int
) -> None:
    narrowed = make_history(PAYMENTS, BARS).select(venues=venues, symbols=symbols)
    assert narrowed.read_settlements().height == count


def test_the_spot_market_of_a_chosen_perpetual_is_kept(make_history: MakeHistory) -> None:
    markets = make_history(PAYMENTS, BARS).select(venues=["aster"], symbols=["BTC/USDT:USDT"]).list_markets()
    assert sorted(markets["symbol"]) == ["BTC/USDT", "BTC/USDT:USDT"]


def test_a_venues_own_token_is_the_coin_it_stands_for(make_history: MakeHistory) -> None:
    (row,) = make_history(PAYMENTS, BARS).select(venues=["hyperliquid"]).list_markets().rows(named=True)
    assert (row["symbol"], row["base"], row["quote"], row["settle"]) == ("UBTC/USDC", "BTC", "USDC", None)
