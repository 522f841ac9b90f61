"""What may be taken out of an account: what waiting orders need stays, of whatever pair."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from engine.ledger.balances import Holdings, Purse
from engine.model import Leg
from engine.operations.answers import count_free
from engine.portfolio.memory import begin_memory
from engine.portfolio.signals import Account

PAIR = "binance:BTC/USDT:USDT"
ACCOUNTS = (Account("main", "binance"), Account("else", "kraken"))
LEGS = (Leg("spot", "spot", "buy"), Leg("perp", "swap", "sell"))
HOLDINGS = Holdings(
    wallets={
        Purse(name, f"{venue}:spot", "USD"): Decimal(1000)
        for name, venue in (("main", "binance"), ("else", "kraken"))
    }
)
NUMBERS = ("spot_ask", "spot_contract_size", "spot_multiplier")
TOP_UP: dict[str, Any] = {"order_margin": [0.0, 400.0]}
BOUGHT: dict[str, Any] = {"order_lots": [2.0, 0.0]}
"""Twice a tenth of what the spot symbol names ten coins of: two coins."""


def count(order: Mapping[str, Any], quote: Mapping[str, float | None] | None) -> dict[str, Decimal]:
    """What is free beside an order of a pair that is quoted so, or not at all."""
    known: dict[str, Any] = {
        "order_margin": [0.0, 0.0],
        "order_lots": [0.0, 0.0],
        "step": [0.1, 0.001],
        "scale": [10.0, 1.0],
    }
    known |= {"close": [99.0, 101.0], "mark": [None, 100.0]}
    facts = {"base": "BTC", **{f"{leg.name}_venue": "binance" for leg in LEGS}}
    memory = replace(
        begin_memory(), pairs={PAIR: {**known, "facts": facts, **order}}, wallets={"main": 1e3, "else": 1e3}
    )
    rows = [] if quote is None else [{"pair": PAIR, **dict.fromkeys(NUMBERS), **quote}]
    schema = {"pair": pl.String, **dict.fromkeys(NUMBERS, pl.Float64)}
    return count_free(memory, HOLDINGS, ACCOUNTS, LEGS, pl.DataFrame(rows, schema=schema))


WHOLE: dict[str, float | None] = {"spot_ask": 100.0, "spot_contract_size": 1.0, "spot_multiplier": 10.0}


@pytest.mark.parametrize(
    ("order", "quote", "free"),
    [
        ({}, WHOLE, 1000),
        ({}, None, 1000),
        (TOP_UP, WHOLE, 600),
        (TOP_UP, None, 600),
        ({"order_margin": [0.0, -400.0]}, None, 1000),
        ({"order_lots": [-2.0, 0.0]}, None, 1000),
        (BOUGHT, WHOLE, 1000 - 202),
        (BOUGHT, WHOLE | {"spot_ask": None}, 1000 - 199.98),
        (BOUGHT, WHOLE | {"spot_contract_size": None}, 1000 - 202),
        (BOUGHT, None, 1000 - 199.98),
        (BOUGHT | {"mark": [100.0, 100.0]}, None, 1000 - 202),
        (BOUGHT | TOP_UP, None, 1000 - 199.98 - 400),
        (BOUGHT | {"scale": [None, None]}, WHOLE, 1000 - 202),
        (BOUGHT | {"scale": [None, None]}, None, float("-inf")),
        (BOUGHT | {"close": [None, None]}, None, float("-inf")),
    ],
)
def test_what_waiting_orders_need_is_not_free(
    order: Mapping[str, Any], quote: Mapping[str, float | None] | None, free: float
) -> None:
    counted = count(order, quote)
    assert float(counted["main"]) == pytest.approx(free, abs=1e-9)
    assert counted["else"] == 1000
