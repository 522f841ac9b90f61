"""Fills, payments, margin and forced closes of a coin and its contract. Nothing of the engine."""

from __future__ import annotations

import copy
import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from pathlib import Path
from typing import Any, NamedTuple

CENT = Decimal("0.01")
ZERO = Decimal(0)
SPOT, PERP = 0, 1
LEGS = ("spot", "perp")
FEES = (Decimal("0.001"), Decimal("0.0005"))
STEPS = {
    "BTC": (Decimal("0.00001"), Decimal("0.001")),
    "ETH": (Decimal("0.0001"), Decimal("0.001")),
    "XRP": (Decimal("0.1"), Decimal("0.1")),
}
OTHER_STEPS = (Decimal("0.000001"), Decimal("0.000001"))
FIRST_RATE = Decimal("0.0125")


class Event(NamedTuple):
    """Something that happened: `amount` is money, `lots` are above zero if bought."""

    kind: str
    pair: str
    leg: str
    lots: int = 0
    price: Decimal = ZERO
    amount: Decimal = ZERO
    purpose: str = ""


@dataclass
class Order:
    """What waits for the next quote: lots of the legs, above zero to open, and margin to move."""

    purpose: str
    lots: tuple[int, int]
    margin: Decimal = ZERO


@dataclass
class Position:
    """A coin that is held, and its contract that is sold."""

    coin: str
    units: list[Decimal] = field(default_factory=lambda: [ZERO, ZERO])
    opened: list[Decimal] = field(default_factory=lambda: [ZERO, ZERO])
    entry: list[Decimal] = field(default_factory=lambda: [ZERO, ZERO])
    close: list[Decimal] = field(default_factory=lambda: [ZERO, ZERO])
    mark: list[Decimal] = field(default_factory=lambda: [ZERO, ZERO])
    margin: Decimal = ZERO
    topped_up: Decimal = ZERO
    cash: Decimal = ZERO
    since: datetime | None = None
    naked_since: datetime | None = None

    @property
    def steps(self) -> tuple[Decimal, Decimal]:
        """Lots of both legs."""
        return STEPS.get(self.coin, OTHER_STEPS)

    def value(self) -> Decimal:
        """What closing would bring, margin left out."""
        return self.units[SPOT] * self.close[SPOT] + self.units[PERP] * (self.entry[PERP] - self.close[PERP])

    def notional(self) -> Decimal:
        """The larger leg at the mark."""
        return max(self.units[leg] * self.mark[leg] for leg in (SPOT, PERP))

    def margin_equity(self, mark: Decimal | None = None) -> Decimal:
        """Margin and what the contract has earned."""
        return self.margin + self.units[PERP] * (self.entry[PERP] - (mark or self.mark[PERP]))

    def gain(self) -> Decimal:
        """What prices have earned since the entry, on the larger notional of then."""
        coins = self.units[SPOT] * (self.close[SPOT] - self.entry[SPOT])
        earned = coins + self.units[PERP] * (self.entry[PERP] - self.close[PERP])
        return earned / max(self.units[leg] * self.entry[leg] for leg in (SPOT, PERP))


class Maintenance:
    """Maintenance margin of a contract on paper, by the file of tiers."""

    def __init__(self, file: Path) -> None:
        rows = [
            (Decimal(each["first_rate"]), Decimal(each["floor_usd"]), Decimal(each["rate"]))
            for each in csv.DictReader(file.read_text(encoding="utf-8").splitlines())
        ]
        first = min(rate for rate, _, _ in rows if rate >= FIRST_RATE)
        self.tiers = sorted((floor, rate) for each, floor, rate in rows if each == first)

    def of(self, notional: Decimal) -> Decimal:
        """Each tier's rate on the part of the notional that lies in it."""
        ends = [floor for floor, _ in self.tiers[1:]] + [notional]
        parts = [
            (min(notional, end) - floor, rate) for (floor, rate), end in zip(self.tiers, ends, strict=True)
        ]
        return sum((part * rate for part, rate in parts if part > 0), ZERO)

    def distance(self, position: Position, units: Decimal) -> float:
        """How far the mark may rise, as a share of it, until so many units are closed by force."""
        low, high = ZERO, position.mark[PERP] * 1000
        for _ in range(80):
            price = (low + high) / 2
            left = position.margin + units * (position.entry[PERP] - price) - self.of(units * price)
            low, high = (price, high) if left > 0 else (low, price)
        return float((high - position.mark[PERP]) / position.mark[PERP])


class Purse:
    """The money of one account and what it holds.

    Attributes:
        wallet: Free money.
        dust: What is left of coins.
        fees: Fees since the first of the month.
        held: Positions by pair.
        paid: Money by cause since it was last looked at.
    """

    def __init__(self, venue: str) -> None:
        self.venue = venue
        self.wallet = self.dust = self.fees = ZERO
        self.held: dict[str, Position] = {}
        self.paid: dict[str, Decimal] = {"funding": ZERO, "fees": ZERO, "dust": ZERO}

    def equity(self) -> Decimal:
        """All of it at the prices that close."""
        return (
            self.wallet + self.dust + sum((each.margin + each.value() for each in self.held.values()), ZERO)
        )

    def suppose(self, orders: Mapping[str, Order]) -> Purse:
        """A copy in which the top-ups that wait are done."""
        supposed = copy.deepcopy(self)
        for pair, order in orders.items():
            if order.purpose == "top up":
                supposed._move(pair, order.margin, order.purpose)
                supposed.held[pair].topped_up += order.margin
        return supposed

    def used(self, capital: tuple[Decimal, Decimal]) -> Decimal:
        """Capital that positions use."""
        legs = [
            each.units[leg] * each.entry[leg] * capital[leg] for each in self.held.values() for leg in (0, 1)
        ]
        return sum(legs, ZERO) + sum((each.topped_up for each in self.held.values()), ZERO)

    def fund(self, pair: str, rate: Decimal) -> Event:
        """A short is paid where the rate is above zero."""
        position = self.held[pair]
        amount = position.units[PERP] * position.mark[PERP] * rate
        position.margin += amount
        position.cash += amount
        self.paid["funding"] += amount
        return Event("funding", pair, "perp", price=position.mark[PERP], amount=amount)

    def close_by_force(self, pair: str, at: datetime) -> list[Event]:
        """The contract at the mark; all of its margin is gone."""
        position = self.held[pair]
        lots, mark = (
            int((position.units[PERP] / position.steps[PERP]).to_integral_value()),
            position.mark[PERP],
        )
        left = position.margin_equity()
        position.cash += position.units[PERP] * (position.entry[PERP] - mark) - left
        self.paid["fees"] -= left
        position.units[PERP] = position.margin = ZERO
        position.naked_since = at
        events = [Event("fill", pair, "perp", lots, mark, purpose="liquidation")]
        return events + (self.finish(pair, "") if position.units[SPOT] < position.steps[SPOT] else [])

    def fill(self, pair: str, order: Order, prices: tuple[Decimal, Decimal], at: datetime) -> list[Event]:
        """Both legs, or the margin, at these prices."""
        position = self.held.setdefault(pair, Position(pair.partition(":")[2].partition("/")[0]))
        fresh, events = not any(position.units), []
        if order.purpose in ("enter", "top up"):
            events.append(self._move(pair, order.margin, order.purpose))
            position.topped_up += order.margin if order.purpose == "top up" else ZERO
        for leg in (SPOT, PERP):
            lots = order.lots[leg]
            if lots > 0:
                events.append(self._open(pair, leg, lots, prices[leg], order.purpose))
            elif lots < 0 and (most := math.floor(position.units[leg] / position.steps[leg])):
                events += self._close(pair, leg, min(-lots, most), prices[leg], order.purpose)
        if fresh:
            position.since = at
        if all(position.units[leg] < position.steps[leg] for leg in (SPOT, PERP)):
            events += self.finish(pair, order.purpose)
        return events

    def _open(self, pair: str, leg: int, lots: int, price: Decimal, purpose: str) -> Event:
        position, units = self.held[pair], lots * self.held[pair].steps[leg]
        fee = units * price * FEES[leg]
        received = units if leg else units * (1 - FEES[leg])
        held = position.units[leg]
        position.entry[leg] = (held * position.entry[leg] + received * price) / (held + received)
        position.units[leg] += received
        position.opened[leg] += received
        self._pay(position, leg, -fee if leg else -units * price)
        self._charge(fee)
        return Event("fill", pair, LEGS[leg], -lots if leg else lots, price, purpose=purpose)

    def _close(self, pair: str, leg: int, lots: int, price: Decimal, purpose: str) -> list[Event]:
        position = self.held[pair]
        held, units = position.units[leg], lots * position.steps[leg]
        fee = units * price * FEES[leg]
        self._pay(position, leg, units * ((position.entry[leg] - price) if leg else price) - fee)
        self._charge(fee)
        position.units[leg] -= units
        events = [Event("fill", pair, LEGS[leg], lots if leg else -lots, price, purpose=purpose)]
        if leg and not position.units[leg]:
            events.append(self._move(pair, -position.margin, purpose))
        elif leg and purpose != "reduce":
            part = floor_cents(position.margin * units / held)
            events.append(self._move(pair, -part, purpose))
        return events

    def _pay(self, position: Position, leg: int, amount: Decimal) -> None:
        position.cash += amount
        if leg:
            position.margin += amount
        else:
            self.wallet += amount

    def _charge(self, fee: Decimal) -> None:
        self.fees += fee
        self.paid["fees"] -= fee

    def _move(self, pair: str, amount: Decimal, purpose: str) -> Event:
        self.held[pair].margin += amount
        self.wallet -= amount
        return Event("margin", pair, "perp", amount=amount, purpose=purpose)

    def finish(self, pair: str, purpose: str) -> list[Event]:
        """What is left of the coin stays, at the price of now."""
        position = self.held.pop(pair)
        left, price = position.units[SPOT], position.close[SPOT]
        if not left:
            return []
        self.dust += left * price
        self.paid["dust"] += left * (price - position.entry[SPOT])
        return [Event("dust", pair, "spot", price=price, amount=left * price, purpose=purpose)]


def ceil_cents(amount: Decimal) -> Decimal:
    """Whole cents, not less."""
    return (amount - Decimal("1e-8")).quantize(CENT, ROUND_CEILING)


def floor_cents(amount: Decimal) -> Decimal:
    """Whole cents, not more; what misses one by less than rounding of floats has it."""
    return (amount + Decimal("1e-8")).quantize(CENT, ROUND_FLOOR)


def read_event(row: Mapping[str, Any]) -> Event:
    """An event as the run tells it."""
    number = {name: Decimal(repr(row[name] or 0.0)) for name in ("price", "amount")}
    return Event(
        row["kind"],
        row["pair"] or "",
        row["leg"],
        int(row["lots"] or 0),
        **number,
        purpose=row["purpose"] or "",
    )
