"""Decisions on recorded history, recomputed in plain Python from the raw rows."""

from __future__ import annotations

import csv
import math
import statistics
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from engine.book.bind import BoundBook
from engine.operations.run import run_book
from engine.operations.sources import RecordedSource
from engine.recording.history import open_history

CASES = Path(__file__).resolve().parents[2] / "cases" / "books" / "recorded.csv"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SPOT_FEE, PERP_FEE = 0.0010, 0.0005

Bars = dict[datetime, tuple[float, float, float]]


class Recording:
    """The rows of one Binance pair around a time, as the files have them."""

    def __init__(self, folder: Path, base: str, at: datetime) -> None:
        self.at = at
        near = pl.col("ts").is_between(at - timedelta(days=20), at)
        bars = (
            pl.scan_parquet(folder / "ohlcv.parquet").filter(near, venue="binance", timeframe="1h").collect()
        )
        every = pl.scan_parquet(folder / "ohlcv.parquet").filter(
            venue="binance", market="swap", symbol=f"{base}/USDT:USDT"
        )
        self.listed: datetime = every.select(pl.col("ts").min()).collect().item()
        symbols = {"spot": f"{base}/USDT", "swap": f"{base}/USDT:USDT", "mark": f"{base}/USDT:USDT"}
        self.bars: dict[str, Bars] = {
            market: {
                row["ts"]: (row["open"], row["close"], row["volume"])
                for row in bars.filter(market=market, symbol=symbol).to_dicts()
            }
            for market, symbol in symbols.items()
        }
        funding = pl.scan_parquet(folder / "funding.parquet").filter(
            near, venue="binance", symbol=symbols["swap"]
        )
        self.paid: dict[datetime, tuple[float, float]] = {
            row["ts"]: (row["rate"], row["interval_hours"]) for row in funding.collect().to_dicts()
        }

    def price(self, market: str, ts: datetime) -> float | None:
        """What was traded at a time: the open of the bar that starts there."""
        bar = self.bars[market].get(ts)
        return None if bar is None else bar[0]

    def mark(self, ts: datetime) -> float | None:
        return self.price("mark", ts) or self.price("swap", ts)

    def turnover(self, market: str) -> float | None:
        closed = [self.bars[market].get(self.at - hours * HOUR) for hours in range(1, 25)]
        known = [bar for bar in closed if bar is not None]
        return sum(close * volume for _, close, volume in known) if len(known) >= 0.8 * 24 else None

    def settled(self, days: int) -> float | None:
        paid = [both for ts, both in self.paid.items() if self.at - days * DAY < ts <= self.at]
        hours = sum(interval for _, interval in paid)
        return sum(rate for rate, _ in paid) / hours * 8760 if hours >= 0.8 * 24 * days else None

    def rows(self) -> list[datetime]:
        """Times of the last seven days at which the pair has a row: its settlements."""
        inside = [ts for ts in sorted(self.paid) if self.at - 7 * DAY < ts <= self.at]
        return [ts for ts in inside if ts >= min(self.bars["spot"], default=ts)]


def divide_each(recording: Recording) -> tuple[list[float], list[float]]:
    """Differences of price, and returns over 8 hours, of every row of the window where they are known."""
    bases, returns = [], []
    for ts in recording.rows():
        spot, perp = recording.price("spot", ts), recording.price("swap", ts)
        if spot and perp:
            bases.append((perp - spot) / spot)
        mark, before = recording.mark(ts), recording.mark(ts - 8 * HOUR)
        if mark and before and ts - 8 * HOUR in recording.paid:
            returns.append(math.log(mark / before))
    return bases, returns


def measure(recording: Recording) -> dict[str, float | None]:
    at = recording.at
    spot, perp = recording.price("spot", at), recording.price("swap", at)
    rate, hours = recording.paid[at]
    bases, returns = divide_each(recording)
    settled = [recording.settled(3), recording.settled(7)]
    turnovers = [recording.turnover("spot"), recording.turnover("swap")]
    enough = 0.8 * 7 * 24 / hours
    found: dict[str, float | None] = {
        "basis_in": (perp - spot) / spot if spot and perp else None,
        "funding_apr": rate / hours * 8760,
        "forecast_apr": None if None in settled else min(value for value in settled if value is not None),
        "basis_normal": statistics.median(bases) if len(bases) >= enough else None,
        "vol": statistics.stdev(returns) * math.sqrt(8760 / 8) if len(returns) >= enough else None,
        "volume_usd": None if None in turnovers else min(value for value in turnovers if value is not None),
        "net_apr": None,
    }
    parts = [found[name] for name in ("forecast_apr", "basis_in", "basis_normal")]
    if None not in parts:
        forecast, basis, normal = (value for value in parts if value is not None)
        found["net_apr"] = (forecast * 30 / 365 + basis - normal - 2 * (SPOT_FEE + PERP_FEE)) / (30 / 365)
    return found


def judge(seen: dict[str, float | None], listed_days: float) -> tuple[str, str | None]:
    """Universe and entry table by hand: U2, then E1, then E2; what is unknown leaves open."""
    volume = seen["volume_usd"]
    if listed_days < 60 or (volume is not None and volume < 20e6):
        return "none", None
    if volume is None:
        return "unknown", None

    def within(name: str, low: float, high: float = math.inf, *, above: bool = False) -> bool | None:
        value = seen[name]
        return None if value is None else (low < value if above else low <= value) and value <= high

    shared = [
        within("forecast_apr", 0, above=True),
        within("funding_apr", 0, above=True),
        within("vol", 0, 1.2),
    ]
    strong = [within("net_apr", 0.12), within("basis_in", -0.001, 0.003), within("volume_usd", 20e6)]
    usual = [within("net_apr", 0.05, 0.12), within("basis_in", 0, 0.003), within("volume_usd", 100e6)]
    for rule, tests in (("E1", [*shared, *strong]), ("E2", [*shared, *usual])):
        if False in tests:
            continue
        return ("unknown", None) if None in tests else ("enter", rule)
    return "none", None


def read_cases() -> list[dict[str, str]]:
    with CASES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def run_one(starter: BoundBook, folder: Path, base: str, at: datetime) -> dict[str, Any]:
    history = open_history(folder).select(venues=["binance"], symbols=[base])
    (outcome,) = run_book(starter, RecordedSource(history, at, at + HOUR))
    (row,) = outcome.pairs.hstack(outcome.decisions.drop("ts", "pair")).to_dicts()
    return row


@pytest.mark.parametrize("case", read_cases(), ids=lambda case: f"{case['base']} {case['ts']}")
def test_a_decision_is_what_plain_python_says(case: dict[str, str], starter: BoundBook, shared: Path) -> None:
    at = datetime.fromisoformat(case["ts"]).replace(tzinfo=UTC)
    found = run_one(starter, shared / "data", case["base"], at)
    recording = Recording(shared / "data", case["base"], at)
    expected = measure(recording)
    assert {name: found[name] for name in expected} == {
        name: value if value is None else pytest.approx(value, rel=1e-9, abs=1e-15)
        for name, value in expected.items()
    }
    assert (found["decision"], found["rule"]) == judge(expected, (at - recording.listed) / DAY)
    assert case["decision"] in {found["decision"], ""}
