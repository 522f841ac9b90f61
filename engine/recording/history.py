"""Market history as venues recorded it: settled funding, and price bars."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl

from engine.errors import HistoryError
from engine.frames.columns import INSTANT

FUNDING_FILE = "funding.parquet"
BARS_FILE = "ohlcv.parquet"

FUNDING_COLUMNS = ("venue", "symbol", "ts", "rate", "interval_hours")
BAR_COLUMNS = ("venue", "market", "symbol", "timeframe", "ts", "open", "close", "volume")

TIMEFRAMES: dict[str, timedelta] = {
    "1m": timedelta(minutes=1),
    "5m": timedelta(minutes=5),
    "15m": timedelta(minutes=15),
    "30m": timedelta(minutes=30),
    **{f"{hours}h": timedelta(hours=hours) for hours in (1, 2, 4, 6, 8, 12)},
    "1d": timedelta(days=1),
}

TOKEN_COINS: dict[tuple[str, str], str] = {
    ("hyperliquid", "UBTC"): "BTC",
    ("hyperliquid", "UETH"): "ETH",
    ("hyperliquid", "USOL"): "SOL",
    ("hyperliquid", "UFART"): "FARTCOIN",
}
"""Coin that a venue's own token stands for, where it lists the token instead of the coin: it is
redeemed one for one, so that it hedges the coin's perpetual."""


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """A folder of market history, read no sooner and no further than asked.

    Attributes:
        folder: Where the files lie.
        funding: Settled funding: the columns of `FUNDING_COLUMNS`, `ts` in microseconds UTC.
        bars: Price bars: the columns of `BAR_COLUMNS`, `ts` the time that a bar opens.
        venues: Venues to read; empty means all.
        symbols: Coins (`BTC`) or symbols (`BTC/USDT:USDT`, `BTC/USDT`) to read; empty means all.
    """

    folder: Path
    funding: pl.LazyFrame
    bars: pl.LazyFrame
    venues: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()

    def select(self, *, venues: Iterable[str] = (), symbols: Iterable[str] = ()) -> History:
        """The same history, narrowed to some venues and some coins or symbols."""
        return replace(self, venues=tuple(venues), symbols=tuple(symbols))

    def list_markets(self) -> pl.DataFrame:
        """Markets with bars that fit the filters.

        Columns: `venue`, `market` (spot, swap, mark), `symbol`, `timeframe`, `base`, `quote`,
        `settle`, `first_ts` (when the first bar of this timeframe opened).

        Raises:
            HistoryError: A timeframe is not known.
        """
        bars = self.bars.filter(self._fits_venue())
        markets = bars.group_by("venue", "market", "symbol", "timeframe").agg(first_ts=pl.col("ts").min())
        listed = markets.with_columns(_split_symbol()).filter(self._fits_symbol()).collect()
        strange = sorted(set(listed["timeframe"]) - set(TIMEFRAMES))
        if strange:
            raise HistoryError(
                f"{self.folder / BARS_FILE}: unknown timeframe {', '.join(strange)}; "
                f"known are {', '.join(TIMEFRAMES)}"
            )
        return listed

    def read_settlements(self, start: datetime | None = None, end: datetime | None = None) -> pl.DataFrame:
        """Settlements with `start <= ts < end` that fit the filters, as in `engine.frames.settlements`."""
        rows = self.funding.filter(self._fits_venue(), _lies_between(start, end))
        if self.symbols:
            rows = rows.with_columns(_split_symbol()).filter(self._fits_symbol())
        chosen = rows.select("ts", "venue", "symbol", "rate", pl.col("interval_hours").cast(pl.Float64))
        return chosen.collect()

    def read_bars(
        self, markets: pl.DataFrame, start: datetime | None = None, end: datetime | None = None
    ) -> pl.DataFrame:
        """Bars of these markets that open in `start <= ts < end`; columns `BAR_COLUMNS`."""
        keys = ["venue", "market", "symbol", "timeframe"]
        near = self.bars.filter(
            pl.col("venue").is_in(markets["venue"].unique().to_list()),
            pl.col("symbol").is_in(markets["symbol"].unique().to_list()),
            _lies_between(start, end),
        )
        return near.join(markets.lazy().select(keys).unique(), on=keys, how="semi").collect()

    def _fits_venue(self) -> pl.Expr:
        return pl.col("venue").is_in(self.venues) if self.venues else pl.lit(value=True)

    def _fits_symbol(self) -> pl.Expr:
        """A spot market fits by the symbol of its perpetual, and a perpetual by that of its spot."""
        if not self.symbols:
            return pl.lit(value=True)
        plain = {symbol.partition(":")[0] for symbol in self.symbols}
        exact = pl.col("symbol").is_in(self.symbols) | pl.col("base").is_in(self.symbols)
        spot = pl.concat_str("base", pl.lit("/"), "quote").is_in(plain) & pl.col("settle").is_null()
        swap = pl.col("symbol").str.split(":").list.first().is_in(self.symbols)
        return exact | spot | swap


def open_history(folder: Path) -> History:
    """Open a folder with `funding.parquet` and `ohlcv.parquet`.

    Raises:
        HistoryError: The folder or a file is missing, is no Parquet, or lacks a column; all that is
            missing is named at once.
    """
    faults: list[str] = []
    funding = _scan(folder / FUNDING_FILE, FUNDING_COLUMNS, faults)
    bars = _scan(folder / BARS_FILE, BAR_COLUMNS, faults)
    if faults or funding is None or bars is None:
        raise HistoryError("; ".join(faults))
    return History(folder, funding, bars)


def _scan(file: Path, columns: tuple[str, ...], faults: list[str]) -> pl.LazyFrame | None:
    """A lazy look into the file; what is wrong with it is added to `faults`."""
    if not file.is_file():
        faults.append(f"{file} is missing")
        return None
    frame = pl.scan_parquet(file)
    try:
        schema = frame.collect_schema()
    except pl.exceptions.ComputeError as error:
        faults.append(f"{file} cannot be read as Parquet: {error}")
        return None
    missing = [name for name in columns if name not in schema]
    if missing:
        faults.append(f"{file} lacks the columns {', '.join(missing)}")
        return None
    stamp = schema["ts"]
    if not isinstance(stamp, pl.Datetime) or stamp.time_zone is None:
        faults.append(f"{file}: ts is {stamp}, not a time with a zone")
        return None
    return frame.select(columns).with_columns(pl.col("ts").cast(INSTANT))


def _split_symbol() -> list[pl.Expr]:
    """Coins of a unified symbol: `base/quote` or `base/quote:settle`."""
    parts = pl.col("symbol").str.extract_groups("^([^/:]+)/([^/:]+)(?::(.+))?$").struct
    token = parts.field("1")
    base = pl.coalesce(
        *(
            pl.when((pl.col("venue") == venue) & (token == name)).then(pl.lit(coin))
            for (venue, name), coin in TOKEN_COINS.items()
        ),
        token,
    )
    return [base.alias("base"), parts.field("2").alias("quote"), parts.field("3").alias("settle")]


def _lies_between(start: datetime | None, end: datetime | None) -> pl.Expr:
    after = pl.lit(value=True) if start is None else pl.col("ts") >= start
    return after if end is None else after & (pl.col("ts") < end)
