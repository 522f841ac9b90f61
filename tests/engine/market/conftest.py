"""Small markets to try the pure steps on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from engine.frames.quotes import QUOTE_COLUMNS
from engine.model import Leg, Pairing

START = datetime(2024, 1, 1, tzinfo=UTC)

MakeQuotes = Callable[..., pl.DataFrame]


@pytest.fixture
def carry() -> Pairing:
    """Buy spot, sell the perpetual of the same venue, base and quote."""
    legs = (Leg("spot", "spot", "buy"), Leg("perp", "swap", "sell"))
    return Pairing(legs, ("venue", "base", "quote"))


@pytest.fixture
def make_quotes() -> MakeQuotes:
    """Quotes from a few facts each; what is not said is usual."""

    def make(*facts: dict[str, Any]) -> pl.DataFrame:
        return pl.DataFrame([complete(fact) for fact in facts], schema=QUOTE_COLUMNS)

    return make


def complete(fact: dict[str, Any]) -> dict[str, Any]:
    kind, base = fact.get("kind", "spot"), fact.get("base", "BTC")
    quote = fact.get("quote", "USDT")
    usual = {
        "ts": START + timedelta(hours=fact.get("hour", 0)),
        "venue": "aster",
        "kind": kind,
        "base": base,
        "quote": quote,
        "symbol": f"{base}/{quote}" if kind == "spot" else f"{base}/{quote}:{quote}",
        "bid": 100.0,
        "ask": 101.0,
        "mark": 100.5,
        "status": "trading",
        "step_s": 28800.0,
    }
    return {**usual, **{name: value for name, value in fact.items() if name != "hour"}}
