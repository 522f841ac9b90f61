"""Events for tests: instruments by short names, and what most events have in common."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from engine.ledger.balances import Holdings, apply_entry
from engine.ledger.entries import make_entry
from engine.ledger.events import (
    Borrow,
    Deposit,
    Dust,
    Event,
    Fill,
    Funding,
    Transfer,
    Withdrawal,
)
from engine.ledger.instrument import Instrument
from engine.ledger.posting import Entry

START = datetime(2026, 1, 1, tzinfo=UTC)
BOOK = "funding-carry"
COMMON: dict[str, Any] = {"account": "main", "book": BOOK, "version": "0001"}

_ONE = Decimal(1)
INSTRUMENTS = {
    "spot": Instrument("binance", "BTC/USDT", "spot", "BTC", "USDT", _ONE, False, _ONE),
    "dollars": Instrument("kraken", "BTC/USDC", "spot", "BTC", "USDC", _ONE, False, _ONE),
    "margin": Instrument("binance", "BTC/USDT", "margin", "BTC", "USDT", _ONE, False, _ONE),
    "sats": Instrument("binance", "1000SATS/USDT", "spot", "SATS", "USDT", _ONE, False, Decimal(1000)),
    "swap": Instrument("binance", "BTC/USDT:USDT", "swap", "BTC", "USDT", _ONE, False, _ONE),
    "cents": Instrument("binance", "ETH/USDT:USDT", "swap", "ETH", "USDT", Decimal("0.01"), False, _ONE),
    "pepe": Instrument("binance", "1000PEPE/USDT:USDT", "swap", "PEPE", "USDT", _ONE, False, Decimal(1000)),
    "inverse": Instrument("binance", "BTC/USD:BTC", "swap", "BTC", "USD", Decimal(100), True, _ONE),
}


def number(text: str | int | Decimal) -> Decimal:
    """A decimal of a cell; an empty one is 0."""
    return Decimal(text or 0)


def place(name: str, pair: str = "p", leg: str = "") -> dict[str, Any]:
    """Where an event of a leg is: the leg is called like its instrument unless it has a name."""
    instrument = INSTRUMENTS[name]
    return {"pair": pair, "leg": leg or name, "venue": instrument.venue, "symbol": instrument.symbol}


def fill(
    identity: str, name: str, side: Any, quantity: Any, price: Any, fee: Any = 0, /, **given: Any
) -> Fill:
    """A fill of an instrument, at the best quote, with a fee in its settling coin unless `given` differs."""
    instrument = INSTRUMENTS[name]
    values: dict[str, Any] = {
        **COMMON,
        "at": START,
        **place(name, given.pop("pair", "p"), given.pop("leg", "")),
        "kind": instrument.kind,
        "base": instrument.base,
        "quote": instrument.quote,
        "contract_size": instrument.contract_size,
        "inverse": instrument.inverse,
        "multiplier": instrument.multiplier,
        "reference_price": number(price),
        "fee_coin": instrument.settle,
        "rule": "E1",
        "purpose": "entry",
    }
    exact = {"quantity": number(quantity), "price": number(price), "fee": number(fee), "side": side}
    return Fill(id=identity, **{**values, **exact, **given})


def funding(identity: str, name: str, amount: Any, price: Any = 100, **given: Any) -> Funding:
    """A payment of funding on a leg."""
    values = {
        **COMMON,
        **place(name, given.pop("pair", "p")),
        "at": START,
        "rate": Decimal("0.0001"),
        "quantity": Decimal(-1),
        "mark_price": number(price),
        "coin": INSTRUMENTS[name].settle,
    }
    return Funding(id=identity, amount=number(amount), **{**values, **given})


def borrow(identity: str, name: str, amount: Any, coin: str, price: Any = 100, **given: Any) -> Borrow:
    """Interest on what a leg borrowed."""
    values = {**COMMON, "at": START, **place(name), "rate": Decimal("0.0001"), "quantity": Decimal(1)}
    return Borrow(id=identity, amount=number(amount), coin=coin, price=number(price), **{**values, **given})


def dust(identity: str, name: str, quantity: Any, price: Any, **given: Any) -> Dust:
    """Dust of a leg."""
    values = {**COMMON, "at": START, **place(name)}
    return Dust(id=identity, quantity=number(quantity), price=number(price), **{**values, **given})


def deposit(identity: str, amount: Any, coin: str = "USDT", **given: Any) -> Deposit:
    """What was brought into the wallet of spot."""
    values = {**COMMON, "at": START, "wallet": "binance:spot", **given}
    return Deposit(id=identity, amount=number(amount), coin=coin, **values)


def withdrawal(identity: str, amount: Any, coin: str = "USDT", **given: Any) -> Withdrawal:
    """What was taken from the wallet of spot."""
    values = {**COMMON, "at": START, "wallet": "binance:spot", **given}
    return Withdrawal(id=identity, amount=number(amount), coin=coin, **values)


def transfer(identity: str, amount: Any, coin: str = "USDT", **given: Any) -> Transfer:
    """What was moved from the wallet of spot to that of futures."""
    wallets = {"from_wallet": "binance:spot", "to_wallet": "binance:futures", "reason": "margin"}
    values = {**COMMON, "at": START, **wallets, **given}
    return Transfer(id=identity, amount=number(amount), coin=coin, **values)


def hold(*events: Event, before: Holdings | None = None) -> tuple[list[Entry], Holdings]:
    """The entries of events, and what is held after them."""
    holdings, entries = before or Holdings(), []
    for event in events:
        entries.append(make_entry(event, holdings))
        holdings = apply_entry(holdings, entries[-1])
    return entries, holdings


def hour(count: float) -> datetime:
    """So many hours after the start."""
    return START + timedelta(hours=count)
