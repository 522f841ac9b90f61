"""The chart of accounts, and entries of postings that sum to zero in every commodity."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from engine.errors import LedgerError
from engine.ledger.events import Event
from engine.ledger.exact import ZERO, exactly


class Account(StrEnum):
    """Where an amount lies, or what it was for. What was earned stands below zero, what was spent above."""

    WALLET = "wallet"
    """Coins at a venue: the one account that is money."""
    TRADE = "trade"
    """Of an open leg, the other side: minus what it holds, plus what that cost."""
    OPEN = "open"
    """Of an open leg of contracts: what it holds, minus what that cost; it always cancels `TRADE`."""
    GAINS = "gains"
    """Profit and loss by price of what was closed."""
    FEES = "fees"
    """What venues took for trades."""
    FUNDING = "funding"
    """Payments of funding."""
    BORROW = "borrow"
    """Interest."""
    KEPT = "kept"
    """Dust that stays in a wallet: minus the coins, plus what they are counted at."""
    DUST = "dust"
    """Profit and loss of dust."""
    CAPITAL = "capital"
    """What the user brought in and took out."""


@dataclass(frozen=True, slots=True)
class Posting:
    """One line of an entry.

    Attributes:
        account: To which account; of a pair and leg if the event is of one.
        wallet: Name of the wallet; empty in other accounts.
        commodity: A coin, or contracts as `venue:symbol`.
        amount: How much is added.
    """

    account: Account
    wallet: str
    commodity: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Entry:
    """An event, and what it adds to which accounts.

    Attributes:
        event: What happened.
        postings: They sum to zero in every commodity.

    Raises:
        LedgerError: They do not.
    """

    event: Event
    postings: tuple[Posting, ...]

    @exactly
    def __post_init__(self) -> None:
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for posting in self.postings:
            sums[posting.commodity] += posting.amount
        for commodity, amount in sums.items():
            if amount:
                raise LedgerError(f"the entry of {self.event.id} is off balance by {amount} {commodity}")

    @exactly
    def sum_of(self, account: Account, commodity: str) -> Decimal:
        """What it adds to an account, in one commodity."""
        return sum(
            (each.amount for each in self.postings if (each.account, each.commodity) == (account, commodity)),
            ZERO,
        )
