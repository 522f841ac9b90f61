"""Events become entries, by examples."""

from __future__ import annotations

import csv
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.errors import LedgerError
from engine.ledger.balances import LegKey, Purse
from engine.ledger.events import Event
from engine.ledger.exact import exactly
from engine.ledger.posting import Account, Entry, Posting

CASES = Path(__file__).parents[2] / "cases" / "ledger" / "entries.csv"


def read_cases() -> list[dict[str, str]]:
    with CASES.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def read_event(made: Any, case: dict[str, str]) -> Event:
    amount, price = case["quantity"], case["price"]
    makers = {
        "fill": lambda: made.fill(
            "x", case["instrument"], case["side"], amount, price, case["fee"], fee_coin=case["coin"]
        ),
        "borrow": lambda: made.borrow("x", case["instrument"], amount, case["coin"], price),
        "dust": lambda: made.dust("x", case["instrument"], amount, price),
        "funding": lambda: made.funding("x", case["instrument"], amount, price),
        "deposit": lambda: made.deposit("x", amount, case["coin"]),
        "withdrawal": lambda: made.withdrawal("x", amount, case["coin"]),
    }
    event: Event = makers[case["event"]]()
    return event


def read_postings(text: str) -> dict[tuple[str, str], Decimal]:
    lines = [line.split() for line in text.split("|")]
    return {(account, commodity): Decimal(amount) for account, commodity, amount in lines}


@exactly
def sum_postings(entry: Entry) -> dict[tuple[str, str], Decimal]:
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for each in entry.postings:
        sums[each.account, each.commodity] += each.amount
    return {key: amount for key, amount in sums.items() if amount}


@pytest.mark.parametrize("case", read_cases(), ids=lambda case: case["case"])
def test_postings(made: Any, case: dict[str, str]) -> None:
    held = made.number(case["held"])
    side = "buy" if held > 0 else "sell"
    before = [made.fill("0", case["instrument"], side, abs(held), case["average"])] if held else []
    entries, _ = made.hold(*before, read_event(made, case))
    assert sum_postings(entries[-1]) == read_postings(case["postings"]), case["note"]


def test_a_leg_keeps_its_average_entry(made: Any) -> None:
    _, holdings = made.hold(
        made.fill("1", "spot", "buy", 1, 100),
        made.fill("2", "spot", "buy", 2, 130),
        made.fill("3", "spot", "sell", 1, 150),
    )
    leg = holdings.legs[LegKey("main", "p", "spot")]
    assert (leg.quantity, leg.cost, leg.realised, leg.average_entry) == (2, 240, 30, 120)
    assert holdings.wallets == {
        Purse("main", "binance:spot", "BTC"): 2,
        Purse("main", "binance:spot", "USDT"): -210,
    }


def test_an_inverse_leg_tells_its_average_entry_in_quote(made: Any) -> None:
    _, holdings = made.hold(
        made.fill("1", "inverse", "sell", 100, 40000), made.fill("2", "inverse", "sell", 100, 50000)
    )
    leg = holdings.legs[LegKey("main", "p", "inverse")]
    assert leg.cost == Decimal("0.45")
    assert leg.average_entry is not None
    assert round(leg.average_entry, 4) == Decimal("44444.4444")


def test_dust_is_taken_back_at_what_it_was_counted_at(made: Any) -> None:
    _, holdings = made.hold(
        made.fill("1", "spot", "buy", 3, 100),
        made.dust("2", "spot", 3, 110),
        made.dust("3", "spot", -1, 120),
        made.fill("4", "spot", "sell", 1, 120),
    )
    key = LegKey("main", "p", "spot")
    assert key not in holdings.legs
    assert (holdings.kept[key].quantity, holdings.kept[key].value) == (2, 220)
    assert holdings.wallets[Purse("main", "binance:spot", "BTC")] == 2


def test_a_transfer_moves_coins(made: Any) -> None:
    _, holdings = made.hold(made.deposit("1", 2000), made.transfer("2", "261.53"))
    assert {purse.wallet: amount for purse, amount in holdings.wallets.items()} == {
        "binance:spot": Decimal("1738.47"),
        "binance:futures": Decimal("261.53"),
    }


@pytest.mark.parametrize(
    ("events", "says"),
    [
        (lambda made: [made.dust("x", "spot", 1, 100)], "holds no coins"),
        (lambda made: [made.fill("0", "swap", "buy", 1, 1), made.dust("x", "swap", 1, 1)], "holds no coins"),
        (
            lambda made: [made.fill("0", "spot", "buy", 1, 1), made.dust("x", "spot", 2, 1)],
            "holds only 1 BTC",
        ),
        (lambda made: [made.fill("0", "spot", "buy", 1, 1), made.dust("x", "spot", -1, 1)], "neither"),
        (
            lambda made: [
                made.fill("0", "spot", "buy", 1, 1),
                made.fill("x", "dollars", "buy", 1, 1, leg="spot"),
            ],
            "is open in",
        ),
    ],
)
def test_an_event_that_does_not_fit_is_refused(made: Any, events: Any, says: str) -> None:
    with pytest.raises(LedgerError, match=says):
        made.hold(*events(made))


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda made: made.fill("", "spot", "buy", 1, 1), "has no id"),
        (lambda made: made.fill("x", "spot", "buy", 1, 1, price=1.5), "1.5 is no decimal"),
        (lambda made: made.fill("x", "spot", "buy", "NaN", 1), "not finite"),
        (lambda made: made.fill("x", "spot", "buy", 0, 1), "quantity: 0 is not above zero"),
        (lambda made: made.fill("x", "spot", "buy", 1, 1, side="long"), "'long' is none of buy, sell"),
        (lambda made: made.fill("x", "spot", "buy", 1, 1, kind="perp"), "'perp' is none of spot"),
        (lambda made: made.fill("x", "spot", "buy", 1, 1, fee_coin="base"), "name the coin"),
        (lambda made: made.fill("x", "spot", "buy", 1, 1, inverse=True), "never inverse"),
        (lambda made: made.fill("x", "spot", "buy", 1, 1, rule=""), "rule: it is empty"),
        (lambda made: made.fill("x", "spot", "buy", 1, 1, at=made.START.replace(tzinfo=None)), "time zone"),
        (lambda made: made.fill("x", "spot", "buy", "1e-50", 1), "more digits than any amount"),
        (lambda made: made.deposit("x", -1), "-1 is not above zero"),
        (lambda made: made.dust("x", "spot", 0, 1), "it is zero"),
        (lambda made: made.dust("x", "spot", 1, -1), "below zero"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused(made: Any, make: Any, says: str) -> None:
    with pytest.raises(LedgerError, match=says):
        make(made)


def test_an_entry_off_balance_is_refused(made: Any) -> None:
    with pytest.raises(LedgerError, match="off balance by 1 USDT"):
        Entry(made.deposit("x", 1), (Posting(Account.WALLET, "binance:spot", "USDT", Decimal(1)),))
