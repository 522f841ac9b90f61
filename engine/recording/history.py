"""Market history as venues recorded it: settled funding, and price bars."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl

from engine.errors import HistoryError
from engine.recording.listing import check_listing
from engine.recording.parquet import collect, collect_rows, scan_columns

FUNDING_FILE = "funding.parquet"
BARS_FILE = "ohlcv.parquet"

_FUNDING_TEXTS, _FUNDING_NUMBERS = ("venue", "symbol"), ("rate", "interval_hours")
_BAR_TEXTS, _BAR_NUMBERS = ("venue", "market", "symbol", "timeframe"), ("open", "close", "volume")

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


_MULTIPLIED = "^(?:(10{3,})|k)([A-Z].*)$"
"""How venues write the unit of a coin that is worth little: 1000PEPE, or kPEPE."""


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """A folder of market history, read no sooner and no further than asked.

    Attributes:
        folder: Where the files lie.
        funding: Settled funding: `ts` in microseconds UTC, `venue`, `symbol`, `rate`, `interval_hours`.
        bars: Price bars: `ts` the time that a bar opens, `venue`, `market`, `symbol`, `timeframe`,
            `open`, `close`, `volume`.
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
        `settle`, `multiplier`, `first_ts` (when the first bar of this timeframe opened).

        Raises:
            HistoryError: The file is damaged, or its markets cannot be told apart; see `check_listing`.
        """
        bars = self.bars.filter(self._fits_venue())
        markets = bars.group_by("venue", "market", "symbol", "timeframe").agg(first_ts=pl.col("ts").min())
        wanted = markets.with_columns(_split_symbol()).filter(self._fits_symbol())
        file = self.folder / BARS_FILE
        return check_listing(collect(wanted, file), TIMEFRAMES, file)

    def read_settlements(self, start: datetime | None = None, end: datetime | None = None) -> pl.DataFrame:
        """Settlements with `start <= ts < end` that fit the filters, as in `engine.frames.settlements`.

        Raises:
            HistoryError: The file is damaged, rows contradict each other, or an interval is not above 0.
        """
        rows = self.funding.filter(self._fits_venue(), _lies_between(start, end))
        if self.symbols:
            rows = rows.with_columns(_split_symbol()).filter(self._fits_symbol())
        chosen = rows.select("ts", "venue", "symbol", "rate", "interval_hours")
        file = self.folder / FUNDING_FILE
        settlements = collect_rows(chosen, file, ("venue", "symbol", "ts"))
        strange = settlements.filter((pl.col("interval_hours") > 0).fill_null(value=False).not_())
        if strange.height:
            row = strange.row(0, named=True)
            raise HistoryError(
                f"{file}: interval_hours is {row['interval_hours']}, not above 0, "
                f"at {row['venue']}, {row['symbol']}, {row['ts']}"
            )
        return settlements

    def read_bars(
        self, markets: pl.DataFrame, start: datetime | None = None, end: datetime | None = None
    ) -> pl.DataFrame:
        """Bars of these markets that open in `start <= ts < end`; columns as in `bars`.

        Raises:
            HistoryError: The file is damaged, or rows contradict each other.
        """
        keys = ["venue", "market", "symbol", "timeframe"]
        near = self.bars.filter(
            pl.col("venue").is_in(markets["venue"].unique().to_list()),
            pl.col("symbol").is_in(markets["symbol"].unique().to_list()),
            _lies_between(start, end),
        )
        wanted = near.join(markets.lazy().select(keys).unique(), on=keys, how="semi")
        return collect_rows(wanted, self.folder / BARS_FILE, [*keys, "ts"])

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
        HistoryError: The folder or a file is missing, is no Parquet, lacks a column, or has one of
            another type; all faults are named at once.
    """
    faults: list[str] = []
    funding = scan_columns(folder / FUNDING_FILE, _FUNDING_TEXTS, _FUNDING_NUMBERS, faults)
    bars = scan_columns(folder / BARS_FILE, _BAR_TEXTS, _BAR_NUMBERS, faults)
    if faults or funding is None or bars is None:
        raise HistoryError("; ".join(faults))
    return History(folder, funding, bars)


def _split_symbol() -> list[pl.Expr]:
    """Coins of a unified symbol: `base/quote` or `base/quote:settle`, and how many of them a unit is of."""
    parts = pl.col("symbol").str.extract_groups("^([^/:]+)/([^/:]+)(?::(.+))?$").struct
    unit = parts.field("1")
    thousands = unit.str.extract_groups(_MULTIPLIED).struct
    token = pl.coalesce(thousands.field("2"), unit)
    multiplier = (
        pl.when(thousands.field("2").is_null())
        .then(1.0)
        .otherwise(thousands.field("1").cast(pl.Float64).fill_null(1000.0))
    )
    base = pl.coalesce(
        *(
            pl.when((pl.col("venue") == venue) & (token == name)).then(pl.lit(coin))
            for (venue, name), coin in TOKEN_COINS.items()
        ),
        token,
    )
    return [
        base.alias("base"),
        parts.field("2").alias("quote"),
        parts.field("3").alias("settle"),
        multiplier.alias("multiplier"),
    ]


def _lies_between(start: datetime | None, end: datetime | None) -> pl.Expr:
    after = pl.lit(value=True) if start is None else pl.col("ts") >= start
    return after if end is None else after & (pl.col("ts") < end)
