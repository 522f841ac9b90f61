"""What a leg is in, and what it is worth in its coin at a price."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from engine.ledger.exact import divide, exactly
from engine.model import Kind

OWNED: tuple[Kind, ...] = ("spot", "margin", "item")
"""Kinds whose legs are coins in a wallet; the others are contracts, which settle profit and loss."""

_WALLETS: dict[Kind, str] = {"swap": "futures", "future": "futures"}


@dataclass(frozen=True, slots=True)
class Instrument:
    """One thing tradable at a venue, as far as the ledger needs it.

    Attributes:
        venue: Where it is traded.
        symbol: Its unified symbol.
        kind: Kind of instrument.
        base: Coin that it is about.
        quote: Coin of its price.
        contract_size: What one unit of quantity is: so many units that the symbol names (spot 1), or, if
            `inverse`, so many units of quote.
        inverse: Whether profit and loss are paid in base.
        multiplier: Coins of base in one unit that the symbol names: 1000 for `1000PEPE`, with base `PEPE`.
    """

    venue: str
    symbol: str
    kind: Kind
    base: str
    quote: str
    contract_size: Decimal
    inverse: bool
    multiplier: Decimal

    @property
    def is_owned(self) -> bool:
        """Whether a leg in it is coins in a wallet."""
        return self.kind in OWNED

    @property
    def settle(self) -> str:
        """Coin in which its value, and profit and loss, are counted."""
        return self.base if self.inverse else self.quote

    @property
    def commodity(self) -> str:
        """What a leg in it holds: the coin, or the contracts by venue and symbol."""
        return self.base if self.is_owned else f"{self.venue}:{self.symbol}"

    @property
    def wallet(self) -> str:
        """The wallet that it settles in where an event names none."""
        return name_wallet(self.venue, self.kind)

    @exactly
    def count(self, quantity: Decimal) -> Decimal:
        """How a leg counts a quantity in the venue's unit: owned as coins of base, contracts as contracts."""
        return quantity * self.contract_size * self.multiplier if self.is_owned else quantity

    @exactly
    def value(self, held: Decimal, price: Decimal) -> Decimal:
        """What a quantity is worth at a price, in `settle`.

        Owned: coins × price / multiplier. Linear: contracts × size × price. Inverse: - contracts × size /
        price, so that a contract gains its value at exit less that at entry: size × (1/entry - 1/exit).

        Args:
            held: As `count` counts it, below 0 if short.
            price: In quote, of one unit that the symbol names.
        """
        if self.is_owned:
            worth = held * price
            return worth if self.multiplier == 1 else divide(worth, self.multiplier)
        size = held * self.contract_size
        return divide(-size, price) if self.inverse else size * price

    @exactly
    def price_of(self, held: Decimal, value: Decimal) -> Decimal:
        """The price at which a quantity, not 0, has a value; of a leg and its cost the average entry."""
        if self.is_owned:
            return divide(value * self.multiplier, held)
        size = held * self.contract_size
        return divide(-size, value) if self.inverse else divide(value, size)


def name_wallet(venue: str, kind: Kind) -> str:
    """The wallet of a venue in which a kind of instrument settles: `binance:spot`, `binance:futures`."""
    return f"{venue}:{_WALLETS.get(kind, kind)}"
