"""One pair through one day, in numbers that were worked out by hand."""

from __future__ import annotations

import csv
from dataclasses import fields
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.ledger.components import Components
from engine.ledger.events import Event
from engine.ledger.marks import Marks
from engine.ledger.store import open_store

CASES = Path(__file__).parents[2] / "cases" / "ledger" / "worked_day.csv"
TOLD = ("funding", "basis", "fees", "dust", "total")


def read_rows() -> list[dict[str, str]]:
    with CASES.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def read_event(made: Any, row: dict[str, str]) -> Event:
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


def read_marks(made: Any, row: dict[str, str]) -> Marks:
    closes = {"spot": row["spot_close"], "swap": row["perp_close"]}
    prices = {
        (made.INSTRUMENTS[name].venue, made.INSTRUMENTS[name].symbol): Decimal(price)
        for name, price in closes.items()
        if price
    }
    at = datetime.fromisoformat(row["time"]).replace(tzinfo=UTC)
    return Marks(at, prices, {"USDT": Decimal(1)})


def test_each_step_comes_out_as_it_was_worked_out(made: Any, place: Path) -> None:
    with open_store(place) as store:
        for row in read_rows():
            event, marks = read_event(made, row), read_marks(made, row)
            equity = store.commit_cycle(marks.at, made.BOOK, [event], marks, b"", {})
            days = store.read_days(made.BOOK)
            total = sum((day.total for day in days), Components())
            shown = {name: f"{getattr(total, name):.3f}".replace("-0.000", "0.000") for name in TOLD}
            assert shown == {name: row[name] for name in TOLD}, row["time"]
            assert equity.total == 2000 + total.total
        last = store.read_standing(made.BOOK)
    assert total == Components(
        funding=Decimal("0.556391"),
        basis=Decimal("0.55"),
        fees=Decimal("-3.13525"),
        dust=Decimal("-0.001347"),
    )
    assert total.total == Decimal("-2.030206")
    assert last is not None
    assert not last.holdings.legs
    assert {
        purse.coin: amount for purse, amount in last.holdings.wallets.items() if purse.coin != "USDT"
    } == {"BTC": Decimal("0.00000898")}


def test_the_cycle_at_midnight_ends_its_day(made: Any, place: Path) -> None:
    with open_store(place) as store:
        for row in read_rows():
            marks = read_marks(made, row)
            store.commit_cycle(marks.at, made.BOOK, [read_event(made, row)], marks, b"", {})
        first, second = store.read_days(made.BOOK)
    assert (first.day, second.day) == (date(2026, 1, 1), date(2026, 1, 2))
    assert (first.total.funding, second.total.funding) == (Decimal("0.556391"), Decimal(0))
    assert (first.equity_start, first.deposits) == (Decimal(0), Decimal(2000))
    assert first.equity_end == second.equity_start == 2000 + first.total.total
    assert second.equity_end == Decimal("1997.969794")
    assert {each.name for each in fields(Components)} >= set(TOLD) - {"total"}
