"""One pair through one day, in numbers that were worked out by hand."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.ledger.components import Components
from engine.ledger.store import open_store

TOLD = ("funding", "basis", "fees", "dust", "total")


def test_each_step_comes_out_as_it_was_worked_out(made: Any, worked: Any, place: Path) -> None:
    with open_store(place) as store:
        for row in worked.read_rows():
            equity = worked.commit_row(store, made, row)
            days = store.read_days(made.BOOK)
            total = sum((day.total for day in days), Components())
            shown = {name: f"{getattr(total, name):.3f}".replace("-0.000", "0.000") for name in TOLD}
            assert shown == {name: row[name] for name in TOLD}, row["time"]
            assert equity == 2000 + total.total
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


def test_the_cycle_at_midnight_ends_its_day(made: Any, worked: Any, place: Path) -> None:
    with open_store(place) as store:
        for row in worked.read_rows():
            worked.commit_row(store, made, row)
        first, second = store.read_days(made.BOOK)
    assert (first.day, second.day) == (date(2026, 1, 1), date(2026, 1, 2))
    assert (first.total.funding, second.total.funding) == (Decimal("0.556391"), Decimal(0))
    assert (first.equity_start, first.deposits) == (Decimal(0), Decimal(2000))
    assert first.equity_end == second.equity_start == 2000 + first.total.total
    assert second.equity_end == Decimal("1997.969794")
    assert {each.name for each in fields(Components)} >= set(TOLD) - {"total"}
