"""The worked day as cycles of a store: one pair from entry to exit, in a table worked out by hand."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.ledger.balances import LegKey
from engine.ledger.events import Event
from engine.ledger.marks import Marks
from engine.ledger.store import Store

CASES = Path(__file__).parents[2] / "cases" / "ledger" / "worked_day.csv"


def read_rows() -> list[dict[str, str]]:
    """The rows of the table."""
    with CASES.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def read_event(made: Any, row: dict[str, str]) -> Event:
    """The event of a row."""
    at = datetime.fromisoformat(row["time"]).replace(tzinfo=UTC)
    name = {"perp": "swap"}.get(row["leg"], row["leg"])
    common = {"at": at, "leg": row["leg"]}
    amount, price, identity = row["quantity"], row["price"], row["time"]
    makers = {
        "deposit": lambda: made.deposit(identity, amount, at=at, wallet=row["wallet"]),
        "transfer": lambda: made.transfer(
            identity, amount, at=at, from_wallet=row["wallet"], to_wallet=row["to"]
        ),
        "fill": lambda: made.fill(
            *(identity, name, row["side"], amount, price, row["fee"]), fee_coin=row["coin"], **common
        ),
        "funding": lambda: made.funding(
            identity, name, Decimal(amount) * Decimal(price) * Decimal(row["rate"]), price, **common
        ),
        "dust": lambda: made.dust(identity, name, amount, price, **common),
    }
    event: Event = makers[row["event"]]()
    return event


def read_marks(row: dict[str, str]) -> Marks:
    """The closing prices of a row."""
    closes = {"spot": row["spot_close"], "perp": row["perp_close"]}
    prices = {LegKey("main", "p", name): Decimal(price) for name, price in closes.items() if price}
    at = datetime.fromisoformat(row["time"]).replace(tzinfo=UTC)
    return Marks(at, prices, {"USDT": Decimal(1)})


def commit_row(store: Store, made: Any, row: dict[str, str]) -> Decimal:
    """Commit a row as a cycle of its own; gives back equity."""
    event, marks = read_event(made, row), read_marks(row)
    return store.commit_cycle(marks.at, made.BOOK, [event], marks, b"", {}).total
