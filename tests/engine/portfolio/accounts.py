"""An account of its own for tests: plain decimals, from events and quotes alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

LEGS = {"spot": (1, False), "perp": (-1, True)}
"""Side of each leg, and whether it is a contract."""


def exact(value: float) -> Decimal:
    """The decimal that a float stands for."""
    return Decimal(repr(float(value)))


@dataclass
class Leg:
    """What is open of a leg: coins with their sign, and what a contract was entered at."""

    coins: Decimal = Decimal(0)
    entry: Decimal = Decimal(0)
    close: Decimal = Decimal(0)


@dataclass
class Ledger:
    """Cash, dust and open legs.

    Attributes:
        cash: All money, margin too.
        dust: Coins that are left, at the price at which they were left.
        legs: By pair and leg.
    """

    cash: Decimal = Decimal(0)
    dust: Decimal = Decimal(0)
    legs: dict[tuple[str, str], Leg] = field(default_factory=dict)

    def take(self, event: Mapping[str, Any]) -> None:
        """Book an event."""
        if event["kind"] == "flow":
            self.cash += exact(event["amount"])
        elif event["kind"] in ("funding", "borrow") and event["amount"] is not None:
            self.cash += exact(event["amount"])
            leg = self.legs[event["pair"], event["leg"]]
            owed = -leg.coins * exact(event["price"]) * exact(event["rate"])
            assert event["kind"] == "borrow" or abs(owed - exact(event["amount"])) < Decimal("1e-9")
        elif event["kind"] == "dust":
            leg = self.legs.pop((event["pair"], event["leg"]))
            assert abs(leg.coins * exact(event["price"]) - exact(event["amount"])) < Decimal("1e-9")
            self.dust += exact(event["amount"])
        elif event["kind"] == "fill":
            self.fill(event)

    def fill(self, event: Mapping[str, Any]) -> None:
        """Book a trade."""
        leg = self.legs.setdefault((event["pair"], event["leg"]), Leg())
        side, contract = LEGS[event["leg"]]
        coins, price, fee = (
            exact(event["lots"]) * exact(event["step"]),
            exact(event["price"]),
            exact(event["fee_rate"]),
        )
        opens = (coins > 0) == (side > 0)
        if not opens:
            assert abs(coins) <= abs(leg.coins), "more is closed than is open"
        if contract:
            if opens:
                leg.entry = (leg.entry * leg.coins + price * coins) / (leg.coins + coins)
            else:
                self.cash -= coins * (price - leg.entry)
        else:
            self.cash -= coins * price
        if event["fee_in_base"]:
            coins *= 1 - fee
        else:
            self.cash -= abs(coins) * price * fee
        leg.coins += coins

    def see(self, row: Mapping[str, Any]) -> None:
        """Take in the quotes of a pair, leg by leg, where they are known."""
        for name, (side, _) in LEGS.items():
            close = row[f"{name}_bid"] if side > 0 else row[f"{name}_ask"]
            middle = row[f"{name}_bid"] is not None and row[f"{name}_ask"] is not None
            if close is not None and (row[f"{name}_mark"] is not None or middle):
                self.legs.setdefault((row["pair"], name), Leg()).close = exact(close)

    @property
    def equity(self) -> Decimal:
        """Cash, dust, and open legs at the prices that close them."""
        total = self.cash + self.dust
        for (_, name), leg in self.legs.items():
            contract = LEGS[name][1]
            total += leg.coins * (leg.close - leg.entry if contract else leg.close)
        return total


def follow(rows: Iterable[Mapping[str, Any]], traded: Any) -> list[tuple[Decimal, float]]:
    """Equity of the ledger and of the loop after each time."""
    ledger, compared = Ledger(), []
    rows = list(rows)
    for book in traded.book.iter_rows(named=True):
        for row in rows:
            if row["ts"] == book["ts"]:
                ledger.see(row)
        for event in traded.events.iter_rows(named=True):
            if event["ts"] == book["ts"]:
                ledger.take(event)
        compared.append((ledger.equity, book["equity_usd"]))
    return compared
