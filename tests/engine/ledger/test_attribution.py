"""What changed equity adds up to the change of equity, to the last digit, whatever happened."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.ledger.balances import Holdings, LegKey, key_of
from engine.ledger.booking import BookedCycle, book_cycle
from engine.ledger.components import Components, Source
from engine.ledger.entries import net_change
from engine.ledger.events import Dust, Event, Fill
from engine.ledger.exact import ZERO, exactly
from engine.ledger.marks import Marks
from engine.ledger.store import open_store

COINS = ("USDT", "USDC", "BTC", "BNB", "SATS")
NAMES = ("spot", "dollars", "margin", "sats", "swap", "cents", "pepe", "inverse")
AMOUNTS = st.decimals("0.001", "20", places=3)
PRICES = st.decimals("50", "150", places=2)
RATES = st.decimals("0.9", "1.1", places=4)


@dataclass(frozen=True)
class Told:
    """A cycle as a store is told it."""

    at: datetime
    events: Sequence[Event]
    marks: Marks
    reserved: dict[str, Decimal]


@st.composite
def draw_event(draw: st.DrawFn, made: Any, identity: str, at: datetime, holdings: Holdings) -> Event:
    """An event that fits what is held."""
    given = {"at": at, "version": draw(st.sampled_from(["0001", "0002"]))}
    name = draw(st.sampled_from(NAMES))
    kind = draw(
        st.sampled_from(["fill"] * 6 + ["funding", "borrow", "dust", "deposit", "withdrawal", "transfer"])
    )
    amount, price = draw(AMOUNTS), draw(PRICES)
    if kind == "dust":
        dust = draw_dust(draw, made, identity, holdings, given)
        if dust is not None:
            return dust
    if kind in {"fill", "dust"}:
        return draw_fill(draw, made, identity, name, holdings, given)
    coin = draw(st.sampled_from(COINS))
    makers: dict[str, Any] = {
        "funding": lambda: made.funding(
            identity, name, draw(st.decimals("-3", "3", places=5)), price, **given
        ),
        "borrow": lambda: made.borrow(
            identity, "margin", amount / 8, draw(st.sampled_from(["BTC", "USDT"])), price, **given
        ),
        "deposit": lambda: made.deposit(identity, amount, coin, **given),
        "withdrawal": lambda: made.withdrawal(identity, amount, coin, **given),
        "transfer": lambda: made.transfer(identity, amount, coin, **given),
    }
    event: Event = makers[kind]()
    return event


def draw_fill(
    draw: st.DrawFn, made: Any, identity: str, name: str, holdings: Holdings, given: dict[str, Any]
) -> Fill:
    """A fill that opens, enlarges, reduces, closes or turns a leg, with a fee in any coin."""
    instrument = made.INSTRUMENTS[name]
    leg = next((each for key, each in holdings.legs.items() if key.leg == name), None)
    side, quantity = draw(st.sampled_from(["buy", "sell"])), draw(AMOUNTS)
    if leg is not None and draw(st.booleans()):
        held = abs(leg.quantity) / instrument.multiplier if instrument.is_owned else abs(leg.quantity)
        side, quantity = ("sell" if leg.quantity > 0 else "buy"), held
    coin = draw(st.sampled_from([instrument.base, instrument.settle, "BNB"]))
    coin = coin if coin in COINS else instrument.settle
    fee = draw(st.decimals("-0.0001", "0.0009", places=6))
    fill: Fill = made.fill(
        *(identity, name, side, quantity, draw(PRICES), fee),
        fee_coin=coin,
        reference_price=draw(PRICES),
        **given,
    )
    return fill


def draw_dust(
    draw: st.DrawFn, made: Any, identity: str, holdings: Holdings, given: dict[str, Any]
) -> Dust | None:
    """Coins that are left of a leg, or taken back into one."""
    legs: list[Any] = [(key, each) for key, each in holdings.legs.items() if each.instrument.is_owned]
    back = [(key, each) for key, each in holdings.kept.items() if key not in holdings.legs]
    if not legs + back:
        return None
    key, held = draw(st.sampled_from(legs + back))
    share = draw(st.sampled_from([Decimal(1), Decimal("0.37")]))
    quantity = (held.quantity if key in holdings.legs else -held.quantity) * share
    dust: Dust = made.dust(identity, key.leg, quantity, draw(st.one_of(st.just(ZERO), PRICES)), **given)
    return dust


@st.composite
def draw_cycles(draw: st.DrawFn, made: Any) -> list[Told]:
    """Cycles, each of some events, with prices of which some are missing once they were known."""
    told: list[Told] = []
    holdings, count = Holdings(), 0
    for number in range(draw(st.integers(1, 5))):
        at = made.hour(8 * number)
        events = []
        before = holdings
        for _ in range(draw(st.integers(0, 5))):
            events.append(draw(draw_event(made, f"e{count}", at, holdings)))
            count += 1
            _, holdings = made.hold(events[-1], before=holdings)
        marks = draw(draw_marks(at, before))
        reserved = draw(
            st.sampled_from([{}, {"BTC": Decimal("0.5")}, {"BTC": Decimal(1), "BNB": Decimal(2)}])
        )
        told.append(Told(at, events, marks, reserved))
    return told


@st.composite
def draw_marks(draw: st.DrawFn, at: datetime, before: Holdings) -> Marks:
    """Every price and rate, but for some of those that valued what was held before."""
    missing = draw(st.booleans())
    old = before.legs.keys() if missing else set()
    coins = {leg.instrument.settle for leg in before.legs.values()} if missing else set()
    keys = [LegKey("main", "p", name) for name in NAMES]
    return Marks(
        at,
        {key: draw(PRICES) for key in keys if key not in old},
        {coin: draw(RATES) for coin in COINS if coin not in coins},
    )


def book_all(cycles: Sequence[Told]) -> list[BookedCycle]:
    booked: list[BookedCycle] = []
    for each in cycles:
        before = booked[-1].standing if booked else None
        booked.append(book_cycle(before, each.events, each.marks, each.reserved))
    return booked


@given(st.data())
@exactly
def test_the_parts_are_the_change_of_equity(made: Any, data: st.DataObject) -> None:
    before = ZERO
    for booked in book_all(data.draw(draw_cycles(made))):
        told = booked.attribution
        gained = sum((each.total for each in told.components.values()), ZERO)
        assert booked.equity.total == before + gained + told.deposits - told.withdrawals
        before = booked.equity.total


@given(st.data())
def test_equity_is_what_plain_book_keeping_says(made: Any, data: st.DataObject) -> None:
    cycles = data.draw(draw_cycles(made))
    marks = cycles[0].marks
    for number, booked in enumerate(book_all(cycles)):
        events = [event for told in cycles[: number + 1] for event in told.events]
        marks = cycles[number].marks.fill_in(marks)
        plain = count_equity(events, marks, cycles[number].reserved)
        assert abs(plain - Fraction(booked.equity.total)) < Fraction(1, 10**25)


def count_equity(events: Sequence[Event], marks: Marks, reserved: dict[str, Decimal]) -> Fraction:
    """Equity without entries, legs or averages: cash, coins and contracts, in fractions."""
    coins: dict[str, Fraction] = defaultdict(Fraction)
    held: dict[Any, Fraction] = defaultdict(Fraction)
    kept: dict[Any, tuple[Fraction, Fraction]] = defaultdict(lambda: (Fraction(0), Fraction(0)))
    instruments: dict[Any, Any] = {}
    for event in events:
        if isinstance(event, Fill):
            instruments[key_of(event)] = event.instrument
        count_event(event, coins, held, kept, instruments)
    rates = {coin: Fraction(marks.rate(coin)) for coin in (*COINS, "USD")}
    total = sum((amount * rates[coin] for coin, amount in coins.items()), Fraction(0))
    for key, quantity in held.items():
        if quantity:
            instrument = instruments[key]
            price = marks.price(key, instrument)
            total += value(instrument, quantity, price) * rates[instrument.settle]
    total += sum(worth * rates[instruments[key].settle] for key, (_, worth) in kept.items())
    return total - sum(Fraction(amount) * rates[coin] for coin, amount in reserved.items())


def value(instrument: Any, quantity: Fraction, price: Decimal) -> Fraction:
    if instrument.inverse:
        return -quantity * Fraction(instrument.contract_size) / Fraction(price)
    size = (
        Fraction(1) / Fraction(instrument.multiplier)
        if instrument.is_owned
        else Fraction(instrument.contract_size)
    )
    return quantity * size * Fraction(price)


def count_event(event: Any, coins: Any, held: Any, kept: Any, instruments: Any) -> None:
    """Add an event: `coins` are those beyond legs, `held` the legs, `kept` dust and what it is counted at."""
    kind = event.KIND
    if kind == "fill":
        change, instrument = Fraction(net_change(event)), event.instrument
        in_leg = instrument.is_owned and event.fee_coin == event.base
        held[key_of(event)] += change
        coins[instrument.settle] -= value(instrument, change, event.price)
        if in_leg:
            coins[instrument.settle] -= value(instrument, Fraction(event.fee), event.price)
        else:
            coins[event.fee_coin] -= Fraction(event.fee)
    elif kind == "dust":
        key, quantity = key_of(event), Fraction(event.quantity)
        count, worth = kept[key]
        leaves = held[key] * quantity > 0
        counted = value(instruments[key], quantity, event.price) if leaves else worth * quantity / count
        held[key] -= quantity
        kept[key] = (count + quantity, worth + counted)
    elif kind == "borrow" and event.coin == "BTC" and held[key_of(event)]:
        held[key_of(event)] -= Fraction(event.amount)
    elif kind in {"funding", "borrow"}:
        coins[event.coin] += Fraction(event.amount) * (1 if kind == "funding" else -1)
    elif kind in {"deposit", "withdrawal"}:
        coins[event.coin] += Fraction(event.amount) * (1 if kind == "deposit" else -1)


@settings(max_examples=settings().max_examples // 4)
@given(st.data())
def test_a_store_that_is_opened_anew_goes_on(made: Any, data: st.DataObject) -> None:
    cycles = data.draw(draw_cycles(made))
    starts = data.draw(st.sampled_from([time(0), time(16), time(20)]))
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "store.sqlite"
        store = open_store(place)
        told: list[Event] = []
        for number, each in enumerate(cycles):
            if data.draw(st.booleans()):
                store.close()
                store = open_store(place)
            again = data.draw(st.lists(st.sampled_from(told), max_size=2)) if told else []
            equity = store.commit_cycle(
                *(
                    each.at,
                    made.BOOK,
                    [*again, *each.events],
                    each.marks,
                    bytes([number]),
                    {"number": number},
                ),
                day_starts=starts,
                reserved=each.reserved,
            )
            told += each.events
        booked = book_all(cycles)
        with store:
            assert store.read_last_cycle(made.BOOK) == (cycles[-1].at, bytes([len(cycles) - 1]))
            assert store.read_standing(made.BOOK) == booked[-1].standing
            assert store.read_entries(made.BOOK) == tuple(entry for each in booked for entry in each.entries)
            assert equity == booked[-1].equity
            check_days(store.read_days(made.BOOK), booked)


@exactly
def check_days(days: Sequence[Any], booked: Sequence[BookedCycle]) -> None:
    """Days follow each other, and hold what all cycles hold together."""
    before = ZERO
    for day in days:
        assert day.equity_start == before
        assert day.equity_end == before + day.total.total + day.deposits - day.withdrawals
        before = day.equity_end
    assert before == booked[-1].equity.total
    sums: dict[Source, Components] = defaultdict(Components)
    for source, components in (pair for day in days for pair in day.sources.items()):
        sums[source] += components
    expected: dict[Source, Components] = defaultdict(Components)
    for source, components in (pair for each in booked for pair in each.attribution.components.items()):
        expected[source] += components
    assert sums == expected


def book_two(made: Any, first: Sequence[Event], second: Sequence[Event], **marks: Any) -> BookedCycle:
    """The second of two cycles; prices of spot, swap and inverse in both, and rates."""
    booked: BookedCycle | None = None
    for number, events in enumerate((first, second)):
        at = made.hour(number)
        prices = {
            LegKey("main", "p", name): Decimal(marks[name][number])
            for name in made.INSTRUMENTS
            if name in marks
        }
        rates = {coin: Decimal(each[number]) for coin, each in marks.items() if coin in COINS}
        before = None if booked is None else booked.standing
        booked = book_cycle(before, [replace(event, at=at) for event in events], Marks(at, prices, rates), {})
    assert booked is not None
    return booked


def test_a_rate_that_changes_is_currency(made: Any) -> None:
    first = [made.deposit("1", 1000), made.fill("2", "spot", "buy", 1, 100)]
    booked = book_two(made, first, [], spot=("100", "110"), USDT=("1", "0.99"))
    leg, outside = Source("p", "binance", "0001"), Source("", "", "")
    assert booked.attribution.components == {
        leg: Components(basis=Decimal("9.90"), currency=Decimal("-1.00")),
        outside: Components(currency=Decimal("-9.00")),
    }


def test_slippage_is_what_the_fill_was_worse_than_the_best_quote(made: Any) -> None:
    fills = [
        made.fill("2", "spot", "buy", 2, 101, reference_price=Decimal(100)),
        made.fill("3", "swap", "sell", 2, 99, reference_price=Decimal(100)),
    ]
    booked = book_two(
        made, [made.deposit("1", 1000)], fills, spot=("1", "100"), swap=("1", "100"), USDT=("1", "1")
    )
    (components,) = booked.attribution.components.values()
    assert components == Components(slippage=Decimal(-4))


def test_an_inverse_short_is_counted_in_coins(made: Any) -> None:
    first = [made.deposit("1", 1, "BTC"), made.fill("2", "inverse", "sell", 100, 50000)]
    booked = book_two(made, first, [], inverse=("50000", "40000"), BTC=("50000", "40000"))
    assert booked.attribution.components == {
        Source("p", "binance", "0001"): Components(basis=Decimal("0.05") * 40000),
        Source("", "", ""): Components(currency=Decimal(-10000)),
    }


def test_what_becomes_reserved_is_no_loss(made: Any) -> None:
    at, later = made.hour(0), made.hour(1)
    first = book_cycle(None, [made.deposit("1", 10, "BTC")], Marks(at, {}, {"BTC": Decimal(100)}), {})
    reserved = {"BTC": Decimal(4)}
    booked = book_cycle(first.standing, [], Marks(later, {}, {"BTC": Decimal(110)}), reserved)
    assert booked.equity.total == 660
    assert (booked.attribution.deposits, booked.attribution.withdrawals) == (ZERO, Decimal(440))
    assert booked.attribution.components == {Source("", "", ""): Components(currency=Decimal(100))}


@pytest.mark.parametrize("minutes", [0, 1])
def test_what_is_held_counts_under_the_version_that_acted_last(made: Any, minutes: int) -> None:
    at = timedelta(minutes=minutes)
    first = [made.fill("2", "spot", "buy", 1, 100, at=made.START + at)]
    second = [made.fill("3", "spot", "buy", 1, 100, version="0002")]
    booked = book_two(made, first, second, spot=("100", "110"), USDT=("1", "1"))
    assert booked.attribution.components == {Source("p", "binance", "0002"): Components(basis=Decimal(20))}
