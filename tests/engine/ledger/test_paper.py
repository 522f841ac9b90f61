"""What the loop did, in floats, as events of the ledger: each case once failed or left something behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from engine.errors import LedgerError
from engine.frames.events import validate_events
from engine.ledger.balances import Holdings, LegKey
from engine.ledger.codec import read_marks, write_marks
from engine.ledger.events import Dust, Event, Fill, Funding, Transfer
from engine.ledger.marks import Marks
from engine.ledger.paper import Flow, LegFacts, PaperBooks, mark_legs, name_legs
from engine.ledger.valuation import value_equity
from engine.model import Leg

AT = datetime(2026, 1, 1, 8, tzinfo=UTC)
PAIR = "binance:BTC/USDT:USDT"
ONE = Decimal(1)
FACTS = {
    ("", "main"): LegFacts("main", "binance", "", "", "spot", ONE, ONE, None),
    (PAIR, "spot"): LegFacts("main", "binance", "BTC/USDT", "BTC", "spot", ONE, ONE, Decimal(100)),
    (PAIR, "perp"): LegFacts("main", "binance", "BTC/USDT:USDT", "BTC", "swap", ONE, ONE, Decimal(101)),
}


def tell(
    books: PaperBooks, hour: int, *rows: dict[str, Any], held: bool = True, facts: Any = FACTS
) -> list[Event]:
    """Tell the books of a cycle so many hours later."""
    usual = dict.fromkeys(("lots", "step", "price", "reference", "fee_rate", "fee_in_base", "rate", "amount"))
    usual |= {
        "ts": AT.replace(hour=AT.hour + hour),
        "pair": PAIR,
        "rule": None,
        "limit": None,
        "purpose": None,
    }
    told = [usual | {"step": 0.1, "fee_rate": 0.0, "fee_in_base": 0.0} | row for row in rows]
    frame = pl.DataFrame(told, schema={name: SCHEMA[name] for name in SCHEMA})
    flows = [Flow("main", "binance", Decimal(str(row["amount"]))) for row in rows if row["kind"] == "flow"]
    at = AT.replace(hour=AT.hour + hour)
    return books.tell(at, validate_events(frame), facts, [PAIR] if held else [], flows)


SCHEMA: dict[str, Any] = {
    "ts": pl.Datetime("us", "UTC"),
    **dict.fromkeys(("kind", "pair", "leg"), pl.String),
    **dict.fromkeys(
        ("lots", "step", "price", "reference", "fee_rate", "fee_in_base", "rate", "amount"), pl.Float64
    ),
    **dict.fromkeys(("purpose", "rule", "limit"), pl.String),
}


def fill(leg: str, lots: float, purpose: str, **changes: Any) -> dict[str, Any]:
    usual = {"kind": "fill", "leg": leg, "lots": lots, "price": 100.0, "reference": 100.0, "purpose": purpose}
    return usual | changes


@pytest.fixture
def books() -> PaperBooks:
    """Books of an account that holds 0.3 BTC and is short of as much."""
    books = PaperBooks("funding-carry", "draft")
    flow = {"kind": "flow", "leg": "main", "pair": None, "amount": 1000.0}
    tell(books, 0, flow, fill("spot", 3.0, "enter", rule="E1"), fill("perp", -3.0, "enter", rule="E1"))
    return books


def test_margin_moves_whatever_digits_it_has(books: PaperBooks) -> None:
    moved = {"kind": "margin", "leg": "perp", "amount": -61.53846153846154, "purpose": "exit"}
    (transfer,) = tell(books, 1, moved)
    assert isinstance(transfer, Transfer)
    assert transfer.amount == Decimal("61.53846153")


def test_a_forced_close_that_no_rule_wanted_is_named_by_its_purpose(books: PaperBooks) -> None:
    (forced,) = tell(books, 1, fill("perp", 3.0, "liquidation"))
    assert isinstance(forced, Fill)
    assert forced.rule == "liquidation"


def test_dust_that_only_floats_have_is_told_as_nothing(books: PaperBooks) -> None:
    dust = {"kind": "dust", "leg": "spot", "price": 100.0, "amount": 4e-15, "purpose": "exit"}
    exits = (fill("spot", -3.0, "exit", rule="X4"), fill("perp", 3.0, "exit", rule="X4"), dust)
    assert [event.KIND for event in tell(books, 1, *exits, held=False)] == ["fill", "fill"]
    assert not books.holdings.legs


def test_what_floats_do_not_see_is_left_as_dust_when_a_position_is_closed(books: PaperBooks) -> None:
    sold = fill("spot", -2_999_999.0, "exit", step=1e-7, rule="X4")
    told = tell(books, 1, sold, fill("perp", 3.0, "exit", rule="X4"), held=False)
    dust = told[-1]
    assert isinstance(dust, Dust)
    assert (dust.quantity, dust.price) == (Decimal("1E-7"), Decimal(100))
    assert not books.holdings.legs


def make_crossed(long_close: str | None, short_close: str | None) -> dict[tuple[str, str], LegFacts]:
    """Two pairs that hold one swap, one of them bought and one sold, and the prices that close them."""
    closes = {"bought": ("long", long_close), "sold": ("short", short_close)}
    return {
        (pair, leg): LegFacts(
            "main",
            "binance",
            "BTC/USDT:USDT",
            "BTC",
            "swap",
            ONE,
            ONE,
            None if close is None else Decimal(close),
        )
        for pair, (leg, close) in closes.items()
    }


@pytest.fixture
def crossed(made: Any) -> Holdings:
    """One swap that a pair bought and another sold, at 100."""
    fills = [
        made.fill("1", "swap", "buy", 2, 100, pair="bought", leg="long"),
        made.fill("2", "swap", "sell", 2, 100, pair="sold", leg="short"),
    ]
    holdings: Holdings = made.hold(*fills)[1]
    return holdings


@pytest.mark.parametrize("swapped", [False, True])
def test_an_instrument_on_both_sides_is_closed_at_the_price_of_each(crossed: Holdings, swapped: bool) -> None:
    facts = make_crossed("99", "101")
    marks = mark_legs(AT, dict(reversed(facts.items())) if swapped else facts)
    equity = value_equity(crossed, replace(marks, rates={"USDT": ONE}))
    assert {key.pair: worth for key, worth in equity.by_leg.items()} == {"bought": -2, "sold": -2}
    assert equity.total == -4


def test_a_pair_that_is_not_quoted_keeps_its_price_though_another_sees_the_instrument(
    crossed: Holdings,
) -> None:
    before = Marks(AT, mark_legs(AT, make_crossed("99", "101")).prices, {"USDT": ONE})
    marks = mark_legs(AT.replace(hour=9), make_crossed("149", None)).fill_in(before)
    equity = value_equity(crossed, marks)
    assert {key.pair: worth for key, worth in equity.by_leg.items()} == {"bought": 98, "sold": -2}
    assert equity.stale == ("USDT", "binance BTC/USDT:USDT")
    assert read_marks(write_marks(marks)) == marks


LEGS = (Leg("spot", "spot", "buy"), Leg("perp", "swap", "sell"))
KILO = "1000PEPE/USDT:USDT"


def name_pepe(holdings: Holdings, **changes: Any) -> dict[tuple[str, str], LegFacts]:
    """Who the legs of a pair are whose swap is of contracts of 10 times 1000 coins."""
    row: dict[str, Any] = {"pair": PAIR, "base": "PEPE"}
    for leg, symbol, size, multiplier in (("spot", "PEPE/USDT", 1.0, 1.0), ("perp", KILO, 10.0, 1000.0)):
        row |= {f"{leg}_venue": "binance", f"{leg}_symbol": symbol, f"{leg}_close": 0.01}
        row |= {f"{leg}_contract_size": size, f"{leg}_multiplier": multiplier}
    assert set(changes) <= set(row)
    frame = pl.DataFrame([row | changes], schema_overrides=dict.fromkeys(changes, pl.Float64))
    return name_legs(frame, LEGS, lambda _venue, _base: "main", holdings)


SIZES = ({"perp_contract_size": None}, {"perp_multiplier": None})
SOLD = fill("perp", -3.0, "enter", step=1.0, price=0.01, reference=0.01, rule="E1")


@pytest.mark.parametrize("missing", SIZES)
def test_a_leg_that_is_open_keeps_the_sizes_that_the_market_does_not_tell(missing: dict[str, None]) -> None:
    books = PaperBooks("funding-carry", "draft")
    tell(books, 0, SOLD, facts=name_pepe(books.holdings))
    facts = name_pepe(books.holdings, **missing)
    paid = {"kind": "funding", "leg": "perp", "price": 0.01, "rate": 0.001, "amount": 0.3}
    (funding,) = tell(books, 1, paid, facts=facts)
    assert isinstance(funding, Funding)
    # Three contracts of 10 times 1000 coins at a cent are 300 dollars.
    assert (funding.amount, funding.mark_price) == (Decimal("0.3"), Decimal(10))
    assert mark_legs(AT, facts).prices[LegKey("main", PAIR, "perp")] == 10
    (bought,) = tell(books, 2, {**SOLD, "lots": 3.0, "purpose": "exit"}, facts=facts, held=False)
    assert isinstance(bought, Fill)
    assert (bought.contract_size, bought.multiplier) == (Decimal(10), Decimal(1000))
    assert not books.holdings.legs


@pytest.mark.parametrize(
    ("missing", "what"),
    [*zip(SIZES, ("contract size", "multiplier"), strict=True)],
    ids=["size", "multiplier"],
)
def test_a_leg_of_unknown_size_is_not_opened(missing: dict[str, None], what: str) -> None:
    books = PaperBooks("funding-carry", "draft")
    with pytest.raises(LedgerError, match=f"the {what} of {KILO} at binance is not known now"):
        tell(books, 0, SOLD, facts=name_pepe(books.holdings, **missing))
    assert not books.holdings.legs


def test_a_leg_that_is_open_is_named_though_its_pair_is_not_quoted(crossed: Holdings) -> None:
    facts = name_legs(pl.DataFrame({"pair": []}), LEGS, lambda _venue, _base: "", crossed)
    assert facts == make_crossed(None, None)
