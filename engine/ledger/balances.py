"""What a book holds: coins in wallets, open legs of pairs, and dust; folded from entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from engine.errors import LedgerError
from engine.ledger.events import Dust, Fill, LegEvent
from engine.ledger.exact import ZERO, exactly
from engine.ledger.instrument import Instrument
from engine.ledger.posting import Account, Entry


class Purse(NamedTuple):
    """One coin in one wallet of an account."""

    account: str
    wallet: str
    coin: str


class LegKey(NamedTuple):
    """One leg of a pair in an account."""

    account: str
    pair: str
    leg: str


@dataclass(frozen=True, slots=True)
class Leg:
    """An open leg.

    Attributes:
        instrument: What it is in.
        quantity: Coins or contracts held, below 0 if short; never 0.
        cost: Their value at the average price of entry, in the instrument's `settle`.
        realised: What was gained by price since it was opened, in `settle`.
        opened: When it was opened.
        version: Version of the book that last acted on it.
    """

    instrument: Instrument
    quantity: Decimal
    cost: Decimal
    realised: Decimal
    opened: datetime
    version: str

    @property
    def average_entry(self) -> Decimal | None:
        """The average price of entry; None if it cost nothing."""
        return self.instrument.price_of(self.quantity, self.cost) if self.cost else None


@dataclass(frozen=True, slots=True)
class Kept:
    """Dust that stays in a wallet.

    Attributes:
        instrument: What the leg was in.
        quantity: Coins.
        value: What they are counted at, in quote.
        version: Version of the book that left them.
    """

    instrument: Instrument
    quantity: Decimal
    value: Decimal
    version: str


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a book holds at one time.

    Attributes:
        wallets: Coins by wallet; none is 0.
        legs: Open legs.
        kept: Dust that is left of legs.
    """

    wallets: Mapping[Purse, Decimal] = field(default_factory=dict)
    legs: Mapping[LegKey, Leg] = field(default_factory=dict)
    kept: Mapping[LegKey, Kept] = field(default_factory=dict)

    def find_instrument(self, event: LegEvent) -> Instrument | None:
        """What the leg of an event is in: as a fill says, as the open leg is, or as its dust was; else None.

        Raises:
            LedgerError: The leg is open in another instrument.
        """
        key = key_of(event)
        leg = self.legs.get(key) or self.kept.get(key)
        known = None if leg is None else leg.instrument
        told = event.instrument if isinstance(event, Fill) else known
        if key in self.legs and known is not None and (told, event.symbol) != (known, known.symbol):
            raise event.refuse("symbol", f"leg {key.leg} of {key.pair} is open in {known}")
        return told


def key_of(event: LegEvent) -> LegKey:
    """The leg that an event is of."""
    return LegKey(event.account, event.pair, event.leg)


@exactly
def apply_entry(holdings: Holdings, entry: Entry) -> Holdings:
    """What a book holds after an entry."""
    wallets = _fold_wallets(holdings.wallets, entry)
    event = entry.event
    instrument = holdings.find_instrument(event) if isinstance(event, LegEvent) else None
    if not isinstance(event, LegEvent) or instrument is None:
        return Holdings(wallets, holdings.legs, holdings.kept)
    key = key_of(event)
    leg = _fold_leg(holdings.legs.get(key), instrument, entry)
    kept = _fold_kept(holdings.kept.get(key), instrument, entry) if isinstance(event, Dust) else None
    legs = {other: each for other, each in holdings.legs.items() if other != key}
    dust = dict(holdings.kept)
    if isinstance(event, Dust):
        dust.pop(key, None)
    return Holdings(
        wallets,
        legs if leg is None else {**legs, key: leg},
        dust if kept is None else {**dust, key: kept},
    )


def _fold_wallets(wallets: Mapping[Purse, Decimal], entry: Entry) -> Mapping[Purse, Decimal]:
    changed = dict(wallets)
    for each in entry.postings:
        if each.account is Account.WALLET:
            purse = Purse(entry.event.account, each.wallet, each.commodity)
            changed[purse] = changed.get(purse, ZERO) + each.amount
    return {purse: amount for purse, amount in changed.items() if amount}


def _fold_leg(leg: Leg | None, instrument: Instrument, entry: Entry) -> Leg | None:
    event = entry.event
    before = leg or Leg(instrument, ZERO, ZERO, ZERO, event.at, event.version)
    quantity = before.quantity - entry.sum_of(Account.TRADE, instrument.commodity)
    cost = before.cost + entry.sum_of(Account.TRADE, instrument.settle)
    realised = before.realised - entry.sum_of(Account.GAINS, instrument.settle)
    if not quantity:
        if cost:
            raise LedgerError(f"{event.id} leaves {cost} {instrument.settle} in a leg that holds nothing")
        return None
    return Leg(instrument, quantity, cost, realised, before.opened, event.version)


def _fold_kept(kept: Kept | None, instrument: Instrument, entry: Entry) -> Kept | None:
    quantity = (kept.quantity if kept else ZERO) - entry.sum_of(Account.KEPT, instrument.commodity)
    value = (kept.value if kept else ZERO) + entry.sum_of(Account.KEPT, instrument.settle)
    return Kept(instrument, quantity, value, entry.event.version) if quantity else None
