"""A day of a book: from which equity to which, and what made the difference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from engine.ledger.components import Components, Source
from engine.ledger.exact import exactly


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a book, in USD.

    Attributes:
        day: The day, by the time at which the book's days begin.
        equity_start: Equity after the last cycle of the day before; 0 on the first day.
        equity_end: Equity after its last cycle.
        deposits: What was brought in.
        withdrawals: What was taken out, above 0.
        cycles: How many cycles it had.
        stale: How many of them were valued with prices or rates that were older than the cycle.
        sources: What made the rest of the difference.
    """

    day: date
    equity_start: Decimal
    equity_end: Decimal
    deposits: Decimal
    withdrawals: Decimal
    cycles: int
    stale: int
    sources: Mapping[Source, Components]

    @property
    @exactly
    def total(self) -> Components:
        """Profit and loss of all sources; its total is change of equity - deposits + withdrawals."""
        return sum(self.sources.values(), Components())
