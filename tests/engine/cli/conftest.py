from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from engine.operations.workspaces import make_workspace

START = datetime(2024, 3, 1, tzinfo=UTC)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new workspace, in which commands run."""
    folder = tmp_path / "desk"
    make_workspace(folder)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """Two days of history, with a settlement every eight hours, of two coins at one venue."""
    folder = tmp_path / "bars"
    folder.mkdir()
    hours = [START + timedelta(hours=hour) for hour in range(48)]
    swaps = [("binance", f"{base}/USDT:USDT") for base in ("BTC", "ETH")]
    funding = [
        {"venue": venue, "symbol": symbol, "ts": ts, "rate": 0.0002, "interval_hours": 8}
        for venue, symbol in swaps
        for ts in hours[::8]
    ]
    bars = [
        {"venue": venue, "market": market, "symbol": name, "timeframe": "1h", "ts": ts}
        for venue, symbol in swaps
        for market, name in (("swap", symbol), ("spot", symbol.partition(":")[0]))
        for ts in hours
    ]
    times = {"ts": pl.Datetime("ms", "UTC")}
    pl.DataFrame(funding, schema_overrides=times).write_parquet(folder / "funding.parquet")
    shown = pl.DataFrame(bars, schema_overrides=times)
    shown.with_columns(open=100.0, close=100.0, volume=1e6).write_parquet(folder / "ohlcv.parquet")
    return folder


@pytest.fixture
def history_workspace(workspace: Path, history: Path) -> Path:
    """The workspace over that history."""
    settings = workspace / "settings.toml"
    market = f'source = "history"\nfolder = "{history}"\n'
    settings.write_text(settings.read_text().partition("source = ")[0] + market)
    return workspace
