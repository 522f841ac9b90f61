"""Small histories written to a folder, the large one beside the checkout, and made cycles to record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import polars as pl
import pytest

from engine.model import Leg, Pairing
from engine.recording.history import History, open_history
from engine.recording.recorder import Recorder, open_recorder

START = datetime(2024, 1, 1, tzinfo=UTC)

MakeHistory = Callable[..., History]
Bar = tuple[str, str, str, str, float, float]
Payment = tuple[str, str, float, float, int]


@pytest.fixture
def carry() -> Pairing:
    """Buy spot, sell the perpetual of the same venue, base and quote."""
    legs = (Leg("spot", "spot", "buy"), Leg("perp", "swap", "sell"))
    return Pairing(legs, ("venue", "base", "quote"))


@pytest.fixture
def recorded(shared: Path) -> History:
    """The history beside the checkout."""
    return open_history(shared / "data")


@pytest.fixture
def make_history(tmp_path: Path) -> MakeHistory:
    """A history of payments (venue, symbol, hour, rate, interval) and bars (venue, market, symbol,
    timeframe, hour, open); a bar closes 1 above its open, and 10 coins are traded in it."""

    def make(payments: list[Payment], bars: list[Bar]) -> History:
        write_funding(tmp_path, payments)
        write_bars(tmp_path, bars)
        return open_history(tmp_path)

    return make


@pytest.fixture(scope="session")
def made(load_module: Callable[[Path, str], ModuleType]) -> Any:
    """The module of made cycles, which is a program too."""
    return load_module(Path(__file__).with_name("made_cycles.py"), "made_cycles")


@pytest.fixture
def recorder(tmp_path: Path, made: Any) -> Iterator[Recorder]:
    """A recorder of an empty recording that keeps the books of the made cycles."""
    with open_recorder(tmp_path / "recording", made.clock()) as opened:
        made.keep_books(opened)
        yield opened


def write_funding(folder: Path, payments: list[Payment]) -> None:
    rows = [
        {"venue": v, "symbol": s, "ts": at(hour), "rate": rate, "interval_hours": interval}
        for v, s, hour, rate, interval in payments
    ]
    pl.DataFrame(rows, schema_overrides={"ts": pl.Datetime("ms", "UTC")}).write_parquet(
        folder / "funding.parquet"
    )


def write_bars(folder: Path, bars: list[Bar]) -> None:
    rows = [
        {"venue": v, "market": m, "symbol": s, "timeframe": t, "ts": at(hour), "open": price}
        for v, m, s, t, hour, price in bars
    ]
    frame = pl.DataFrame(rows, schema_overrides={"ts": pl.Datetime("ms", "UTC")})
    frame.with_columns(close=pl.col("open") + 1, volume=10.0).write_parquet(folder / "ohlcv.parquet")


def at(hour: float) -> datetime:
    return START + timedelta(hours=hour)
