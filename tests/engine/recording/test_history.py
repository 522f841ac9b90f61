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


@pytest.mark.parametrize(
    ("name", "column", "type_", "fault"),
    [
        ("funding", "rate", pl.String, "funding.parquet: rate is String, not a number"),
        ("funding", "venue", pl.Int32, "funding.parquet: venue is Int32, not a text"),
        ("ohlcv", "open", pl.String, "ohlcv.parquet: open is String, not a number"),
    ],
)
def test_columns_of_another_type_are_named(
    make_history: MakeHistory, tmp_path: Path, name: str, column: str, type_: type[pl.DataType], fault: str
) -> None:
    make_history(PAYMENTS, BARS)
    rewrite(tmp_path / f"{name}.parquet", pl.lit(None).cast(type_).alias(column))
    with pytest.raises(HistoryError, match=fault):
        open_history(tmp_path)


def test_decimals_categories_and_numbers_that_are_none_are_taken(
    make_history: MakeHistory, tmp_path: Path
) -> None:
    plain = make_history(PAYMENTS, BARS).read_settlements()
    rewrite(
        tmp_path / "funding.parquet",
        pl.when(pl.col("venue") == "boreal").then(float("nan")).otherwise("rate").alias("rate"),
        pl.col("symbol").cast(pl.Categorical),
        pl.col("interval_hours").cast(pl.Decimal(10, 2)),
    )
    unknown = pl.when(pl.col("venue") != "boreal").then("rate").alias("rate")
    assert open_history(tmp_path).read_settlements().equals(plain.with_columns(unknown))


def test_a_row_written_twice_counts_once(make_history: MakeHistory) -> None:
    once = make_history(PAYMENTS, BARS)
    settlements, bars = once.read_settlements(), once.read_bars(once.list_markets())
    twice = make_history([*PAYMENTS, PAYMENTS[0]], [*BARS, BARS[0]])
    assert twice.read_settlements().sort("venue", "symbol").equals(settlements.sort("venue", "symbol"))
    assert twice.read_bars(twice.list_markets()).height == bars.height


def test_rows_that_contradict_each_other_are_refused(make_history: MakeHistory) -> None:
    history = make_history([*PAYMENTS, ("aster", "BTC/USDT:USDT", 8, 0.0002, 8)], BARS)
    with pytest.raises(HistoryError, match=r"differ, first at aster, BTC/USDT:USDT, 2024-01-01 08:00"):
        history.read_settlements()


@pytest.mark.parametrize("interval", [0, None])
def test_an_interval_that_is_not_above_zero_is_refused(
    make_history: MakeHistory, tmp_path: Path, interval: int | None
) -> None:
    make_history(PAYMENTS, BARS)
    rewrite(tmp_path / "funding.parquet", pl.lit(interval, pl.Int64).alias("interval_hours"))
    with pytest.raises(HistoryError, match=r"interval_hours is .*, not above 0, at aster"):
        open_history(tmp_path).read_settlements()


@pytest.mark.parametrize("name", ["funding", "ohlcv"])
def test_a_damaged_file_is_refused(make_history: MakeHistory, tmp_path: Path, name: str) -> None:
    make_history(PAYMENTS * 50, BARS * 50)
    file = tmp_path / f"{name}.parquet"
    content = file.read_bytes()
    file.write_bytes(content[:4] + bytes(len(content) // 8) + content[4 + len(content) // 8 :])
    with pytest.raises(HistoryError, match=rf"{name}\.parquet cannot be read"):
        read_all(tmp_path)


def read_all(folder: Path) -> None:
    history = open_history(folder)
    history.read_settlements()
    history.read_bars(history.list_markets())


def rewrite(file: Path, *columns: pl.Expr) -> None:
    pl.read_parquet(file).with_columns(columns).write_parquet(file)


def test_an_unknown_timeframe_is_refused(make_history: MakeHistory) -> None:
    history = make_history(PAYMENTS, [("aster", "spot", "BTC/USDT", "7h", 0, 1.0)])
    with pytest.raises(HistoryError, match="unknown timeframe 7h; known are 1m, 5m"):
        history.list_markets()


@pytest.mark.parametrize(
    ("column", "place"),
    [
        ("timeframe", "boreal, swap, BTC/USDT:USDT"),
        ("market", "boreal, BTC/USDT:USDT, 1h"),
        ("symbol", "boreal, swap, 1h"),
    ],
)
def test_a_bar_of_no_market_is_refused(
    make_history: MakeHistory, tmp_path: Path, column: str, place: str
) -> None:
    history = make_history(PAYMENTS, BARS)
    lacking = pl.when(pl.col("venue") != "boreal").then(column).alias(column)
    rewrite(tmp_path / "ohlcv.parquet", lacking)
    with pytest.raises(
        HistoryError, match=rf"ohlcv\.parquet: {column} is null in bars of {place}, from 2024"
    ):
        history.list_markets()


@pytest.mark.parametrize("market", ["swap", "future", "index"])
def test_one_symbol_in_two_markets_is_refused(make_history: MakeHistory, market: str) -> None:
    history = make_history(PAYMENTS, [*BARS, ("aster", market, "BTC/USDT", "1h", 8, 101.0)])
    markets = " and ".join(sorted([market, "spot"]))
    with pytest.raises(
        HistoryError, match=rf"ohlcv\.parquet: BTC/USDT of aster stands in the markets {markets}"
    ):
        history.list_markets()


def test_the_mark_price_has_the_symbol_of_its_swap(make_history: MakeHistory) -> None:
    history = make_history(PAYMENTS, [*BARS, ("aster", "mark", "BTC/USDT:USDT", "1h", 8, 101.0)])
    assert history.list_markets().height == len(BARS) + 1


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
