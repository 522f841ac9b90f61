"""Events, holdings and marks as JSON and back: decimals as text, times in ISO 8601."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

from engine.ledger.balances import Holdings, Kept, Leg, LegKey, Purse
from engine.ledger.events import EVENTS, Event
from engine.ledger.instrument import Instrument
from engine.ledger.marks import Marks
from engine.ledger.valuation import Reserved

_KINDS = {each.KIND: each for each in EVENTS}
_T = TypeVar("_T")


def describe_event(event: Event) -> dict[str, Any]:
    """An event as plain values, with its `kind` as `event`."""
    return {"event": event.KIND, **_describe(event)}


def write_event(event: Event) -> str:
    """An event as JSON."""
    return json.dumps(describe_event(event), ensure_ascii=False)


def read_event(text: str) -> Event:
    """The event that was written."""
    values = json.loads(text)
    return _read(_KINDS[values.pop("event")], values)


def write_holdings(holdings: Holdings) -> str:
    """Holdings as JSON."""
    kinds: dict[str, Mapping[Any, Any]] = {"legs": holdings.legs, "kept": holdings.kept}
    plain: dict[str, Any] = {
        name: [[*key, _describe(each.instrument), _describe(each)] for key, each in rows.items()]
        for name, rows in kinds.items()
    }
    plain["wallets"] = [[*purse, str(amount)] for purse, amount in holdings.wallets.items()]
    return json.dumps(plain, ensure_ascii=False)


def read_holdings(text: str) -> Holdings:
    """The holdings that were written."""
    plain = json.loads(text)
    return Holdings(
        {Purse(*purse): Decimal(amount) for *purse, amount in plain["wallets"]},
        _read_rows(Leg, plain["legs"]),
        _read_rows(Kept, plain["kept"]),
    )


def write_marks(marks: Marks) -> str:
    """Marks as JSON."""
    plain = {
        "at": marks.at.astimezone(UTC).isoformat(),
        "prices": [[*key, str(price)] for key, price in marks.prices.items()],
        "rates": {coin: str(rate) for coin, rate in marks.rates.items()},
        "stale": sorted(marks.stale),
    }
    return json.dumps(plain, ensure_ascii=False)


def read_marks(text: str) -> Marks:
    """The marks that were written."""
    plain = json.loads(text)
    return Marks(
        datetime.fromisoformat(plain["at"]),
        {LegKey(*key): Decimal(price) for *key, price in plain["prices"]},
        {coin: Decimal(rate) for coin, rate in plain["rates"].items()},
        frozenset(plain["stale"]),
    )


def write_reserved(reserved: Reserved) -> str:
    """Reserved coins as JSON."""
    return json.dumps({coin: str(amount) for coin, amount in reserved.items()}, ensure_ascii=False)


def read_reserved(text: str) -> Reserved:
    """The reserved coins that were written."""
    return {coin: Decimal(amount) for coin, amount in json.loads(text).items()}


def _describe(value: Any) -> dict[str, Any]:
    plain = {each.name: getattr(value, each.name) for each in fields(value)}
    return {name: _make_plain(each) for name, each in plain.items() if not isinstance(each, Instrument)}


def _make_plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else value


def _read(type_: type[_T], plain: Mapping[str, Any], **given: Any) -> _T:
    known: Any = type_
    kinds = {each.name: each.type for each in fields(known)}
    return type_(**{name: _take(value, kinds[name]) for name, value in plain.items()}, **given)


def _take(value: Any, kind: object) -> Any:
    if kind == "Decimal":
        return Decimal(value)
    return datetime.fromisoformat(value) if kind == "datetime" else value


def _read_rows(type_: type[_T], rows: list[list[Any]]) -> dict[LegKey, _T]:
    return {
        LegKey(*key): _read(type_, values, instrument=_read(Instrument, instrument))
        for *key, instrument, values in rows
    }
