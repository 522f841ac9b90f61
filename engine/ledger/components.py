"""Profit and loss by cause, and where it came from."""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal
from typing import NamedTuple

from engine.ledger.exact import ZERO, exactly


class Source(NamedTuple):
    """Where profit and loss came from: all empty for coins outside of pairs."""

    pair: str
    venue: str
    version: str


@dataclass(frozen=True, slots=True)
class Components:
    """Profit and loss by cause, in USD.

    Attributes:
        funding: Payments of funding.
        basis: Prices of the legs against each other, from and to the best quotes.
        fees: What venues took for trades.
        slippage: What fills were worse than the best quote.
        borrow: Interest.
        currency: Rates of the coins that amounts are counted in.
        dust: Prices of coins that were too few to be sold.
    """

    funding: Decimal = ZERO
    basis: Decimal = ZERO
    fees: Decimal = ZERO
    slippage: Decimal = ZERO
    borrow: Decimal = ZERO
    currency: Decimal = ZERO
    dust: Decimal = ZERO

    @property
    @exactly
    def total(self) -> Decimal:
        """Their sum."""
        return sum((getattr(self, each.name) for each in fields(self)), ZERO)

    @exactly
    def __add__(self, other: Components) -> Components:
        return Components(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))
