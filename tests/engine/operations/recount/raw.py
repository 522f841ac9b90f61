"""What raw files say of a venue: prices, marks, settled rates, turnover. Nothing of the engine."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

HOURS = {"1h": 1, "4h": 4, "8h": 8}
DAY = timedelta(days=1)
ZERO = Decimal(0)


def exact(number: float | None) -> Decimal:
    """The decimal that a float is written as."""
    assert number is not None
    return Decimal(repr(number))


class Raw:
    """The raw files at one venue, of some coins against USDT.

    Args:
        folder: Where they lie.
        venue: The venue.
        coins: The coins.
        start: Before it nothing is wanted but what windows look back to.
        end: After it nothing is wanted.
    """

    def __init__(self, folder: Path, venue: str, coins: list[str], start: datetime, end: datetime) -> None:
        self.symbols = {coin: (f"{coin}/USDT", f"{coin}/USDT:USDT") for coin in coins}
        wanted = [symbol for both in self.symbols.values() for symbol in both]
        near = pl.col("ts").is_between(start - 9 * DAY, end) & (pl.col("venue") == venue)
        of_coins = near & pl.col("symbol").is_in(wanted)
        self.opens: dict[tuple[str, str], dict[datetime, Decimal]] = defaultdict(dict)
        self.turnover: dict[tuple[str, str, int], dict[datetime, float]] = defaultdict(dict)
        bars = pl.scan_parquet(folder / "ohlcv.parquet").filter(of_coins).collect()
        for row in bars.sort(pl.col("timeframe").replace_strict(HOURS), descending=True).iter_rows(
            named=True
        ):
            key = (row["market"], row["symbol"])
            self.opens[key][row["ts"]] = exact(row["open"])
            hours = HOURS[row["timeframe"]]
            closed = row["ts"] + timedelta(hours=hours)
            if row["volume"] is not None:
                self.turnover[*key, hours][closed] = row["volume"] * row["close"]
        self.rates: dict[str, dict[datetime, tuple[Decimal, float]]] = defaultdict(dict)
        for row in (
            pl.scan_parquet(folder / "funding.parquet").filter(of_coins).collect().iter_rows(named=True)
        ):
            self.rates[row["symbol"]][row["ts"]] = (exact(row["rate"]), float(row["interval_hours"]))

    def price(self, coin: str, leg: int, at: datetime) -> Decimal | None:
        """Price traded at a time; None where no bar opens then."""
        return self.opens["swap" if leg else "spot", self.symbols[coin][leg]].get(at)

    def mark(self, coin: str, leg: int, at: datetime) -> Decimal | None:
        """The price that margin uses: the mark of a contract where it is recorded, else the traded price."""
        marks = self.opens.get(("mark", self.symbols[coin][1]), {}) if leg else {}
        return marks.get(at) or self.price(coin, leg, at)

    def list_settlements(self, coin: str, after: datetime, until: datetime) -> list[tuple[datetime, Decimal]]:
        """Settled rates of the contract with `after < ts <= until`, in order."""
        told = self.rates[self.symbols[coin][1]]
        return [(at, told[at][0]) for at in sorted(told) if after < at <= until]

    def funding_apr(self, coin: str, at: datetime, days: int) -> float | None:
        """Settled funding a year over the days up to a time; None below a cover of 80 %."""
        told = self.rates[self.symbols[coin][1]]
        inside = [told[when] for when in told if at - days * DAY < when <= at]
        hours = sum(interval for _, interval in inside)
        return None if hours < 0.8 * 24 * days else float(sum(rate for rate, _ in inside)) / hours * 8760

    def next_apr(self, coin: str, at: datetime) -> float:
        """The latest settled rate, a year."""
        rate, interval = self.rates[self.symbols[coin][1]][at]
        return float(rate) / interval * 8760

    def volume(self, coin: str, at: datetime) -> float | None:
        """Turnover of the thinner leg in 24 hours; None where bars cover less than 80 % of them."""
        found = [self._volume("swap" if leg else "spot", self.symbols[coin][leg], at) for leg in (0, 1)]
        return None if None in found else min(each for each in found if each is not None)

    def _volume(self, market: str, symbol: str, at: datetime) -> float | None:
        for hours in sorted(HOURS.values()):
            told: dict[Any, float] = self.turnover.get((market, symbol, hours), {})
            inside = [told[when] for when in told if at - DAY < when <= at]
            if len(inside) * hours >= 0.8 * 24:
                return sum(inside)
        return None
