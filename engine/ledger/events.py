"""What happened, as the ledger is told: each event once, by an id that stays the same if it is told again."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from engine.errors import LedgerError
from engine.ledger.instrument import Instrument, name_wallet
from engine.model import KINDS, SIDES, Kind, Side

_MOST_DIGITS, _LARGEST_EXPONENT = 60, 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What every event has.

    Attributes:
        id: Names the event in the whole ledger, across accounts and books.
        at: When it happened, aware.
        account: The account at a venue.
        book: Name of the book.
        version: Version of the book that was in force.

    Raises:
        LedgerError: An amount is no decimal, a time has no zone, or a value makes no sense.
    """

    KIND: ClassVar[str] = ""
    ABOVE_ZERO: ClassVar[tuple[str, ...]] = ()

    id: str
    at: datetime
    account: str
    book: str
    version: str

    def __post_init__(self) -> None:
        if not self.id:
            raise LedgerError(f"a {self.KIND} at {self.at} has no id")
        if self.at.utcoffset() is None:
            raise self.refuse("at", f"{self.at} has no time zone; give it one, such as UTC")
        for each in fields(self):
            value = getattr(self, each.name)
            if each.type == "Decimal":
                self._check_amount(each.name, value)
            elif each.type == "str" and not value and each.default:
                raise self.refuse(each.name, "it is empty")
        self._check_words()

    def refuse(self, name: str, why: str) -> LedgerError:
        """The error of a value of this event."""
        return LedgerError(f"{self.KIND} {self.id}: {name}: {why}")

    def _check_amount(self, name: str, value: object) -> None:
        if not isinstance(value, Decimal):
            raise self.refuse(
                name, f"{value!r} is no decimal; engine.ledger.exact.decimal_of makes one of a float"
            )
        if not value.is_finite():
            raise self.refuse(name, f"{value} is not finite")
        if len(value.as_tuple().digits) > _MOST_DIGITS or abs(value.adjusted()) > _LARGEST_EXPONENT:
            raise self.refuse(name, f"{value} has more digits than any amount")
        if name in self.ABOVE_ZERO and value <= 0:
            raise self.refuse(name, f"{value} is not above zero")

    def _check_words(self) -> None:
        """What only some kinds of events have to check."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegEvent(Event):
    """What happened to one leg of a pair.

    Attributes:
        pair: Id of the pair.
        leg: Name of the leg.
        venue: Where.
        symbol: Unified symbol of the instrument.
    """

    pair: str
    leg: str
    venue: str
    symbol: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill(LegEvent):
    """A trade. A forced close is one with purpose `liquidation`.

    Attributes:
        kind: Kind of instrument.
        base: Coin that the instrument is about.
        quote: Coin of its price.
        side: Bought or sold.
        quantity: How much, above 0, in the venue's unit: contracts, or what the symbol names for spot.
        contract_size: What one unit of quantity is, as of `engine.ledger.instrument.Instrument`.
        inverse: Whether profit and loss are paid in base.
        multiplier: Coins of base in one unit that the symbol names.
        price: In quote.
        reference_price: The best quote at the time; what the price is worse than it is slippage.
        fee: What the venue took, in `fee_coin`; below 0 what it gave.
        fee_coin: Name of that coin, such as `BTC` or `USDT`.
        rule: Id of the rule or limit that wanted it; the purpose where it was neither, as in a forced close.
        purpose: What for: `entry`, `exit`, `rebalance`, `liquidation` …
        wallet: Where it settles; empty is the wallet of its venue and kind.
    """

    KIND: ClassVar[str] = "fill"
    ABOVE_ZERO: ClassVar[tuple[str, ...]] = (
        *("quantity", "contract_size", "multiplier", "price", "reference_price"),
    )

    kind: Kind
    base: str
    quote: str
    side: Side
    quantity: Decimal
    contract_size: Decimal
    inverse: bool
    multiplier: Decimal
    price: Decimal
    reference_price: Decimal
    fee: Decimal
    fee_coin: str
    rule: str
    purpose: str
    wallet: str = ""

    def _check_words(self) -> None:
        if self.kind not in KINDS:
            raise self.refuse("kind", f"{self.kind!r} is none of {', '.join(KINDS)}")
        if self.side not in SIDES:
            raise self.refuse("side", f"{self.side!r} is none of {', '.join(SIDES)}")
        if self.fee_coin in {"base", "quote"}:
            raise self.refuse("fee_coin", f'name the coin, such as {self.quote}, not "{self.fee_coin}"')
        if self.inverse and self.instrument.is_owned:
            raise self.refuse("inverse", f"{self.kind} is never inverse")

    @property
    def instrument(self) -> Instrument:
        """What was traded."""
        return Instrument(
            *(self.venue, self.symbol, self.kind, self.base, self.quote),
            *(self.contract_size, self.inverse, self.multiplier),
        )

    @property
    def settles_in(self) -> str:
        """Name of the wallet that pays and receives."""
        return self.wallet or self.instrument.wallet


@dataclass(frozen=True, slots=True, kw_only=True)
class Funding(LegEvent):
    """A payment of funding, from the venue's record of income.

    Attributes:
        amount: What was received; below 0 what was paid.
        coin: In which coin.
        rate: The rate of this payment, as a ratio of the notional.
        mark_price: Price that the notional was taken at.
        quantity: Contracts held, below 0 if short.
        wallet: Where it was paid; empty is the venue's wallet of futures.
    """

    KIND: ClassVar[str] = "funding"
    ABOVE_ZERO: ClassVar[tuple[str, ...]] = ("mark_price",)

    amount: Decimal
    coin: str
    rate: Decimal
    mark_price: Decimal
    quantity: Decimal
    wallet: str = ""

    @property
    def settles_in(self) -> str:
        """Name of the wallet that pays or receives."""
        return self.wallet or name_wallet(self.venue, "swap")


@dataclass(frozen=True, slots=True, kw_only=True)
class Borrow(LegEvent):
    """Interest on what a leg borrowed. Interest in the coin that a leg is short of makes the leg larger.

    Attributes:
        amount: What was charged, above 0.
        coin: In which coin.
        rate: The rate of this charge, as a ratio of what is borrowed.
        quantity: What is borrowed, in `coin`.
        price: Price of the symbol then; what interest in the leg's own coin is valued at.
        wallet: Where it was charged; empty is the venue's margin wallet.
    """

    KIND: ClassVar[str] = "borrow"
    ABOVE_ZERO: ClassVar[tuple[str, ...]] = ("amount", "price")

    amount: Decimal
    coin: str
    rate: Decimal
    quantity: Decimal
    price: Decimal
    wallet: str = ""

    @property
    def settles_in(self) -> str:
        """Name of the wallet that is charged."""
        return self.wallet or name_wallet(self.venue, "margin")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dust(LegEvent):
    """What is left of a leg of coins and is too small to be sold: it leaves the leg, and stays in the wallet.

    Attributes:
        quantity: Coins that leave the leg, with the sign of the leg; the other sign takes dust back into it.
        price: What a unit of the symbol is counted at from now on, until it is taken back; 0 writes it off.
    """

    KIND: ClassVar[str] = "dust"

    quantity: Decimal
    price: Decimal

    def _check_words(self) -> None:
        if not self.quantity:
            raise self.refuse("quantity", "it is zero")
        if self.price < 0:
            raise self.refuse("price", f"{self.price} is below zero")


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer(Event):
    """Coins moved between two wallets of the book. It is no profit and no loss.

    Attributes:
        from_wallet: Which wallet gives, such as `binance:spot`.
        to_wallet: Which wallet receives, such as `binance:futures`.
        coin: Which coin.
        amount: How much, above 0.
        reason: What for, such as `margin`.
    """

    KIND: ClassVar[str] = "transfer"
    ABOVE_ZERO: ClassVar[tuple[str, ...]] = ("amount",)

    from_wallet: str
    to_wallet: str
    coin: str
    amount: Decimal
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposit(Event):
    """Coins that the user brought in. Outside of profit and loss.

    Attributes:
        wallet: Which wallet receives.
        coin: Which coin.
        amount: How much, above 0.
    """

    KIND: ClassVar[str] = "deposit"
    ABOVE_ZERO: ClassVar[tuple[str, ...]] = ("amount",)

    wallet: str
    coin: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal(Event):
    """Coins that the user took out. Outside of profit and loss.

    Attributes:
        wallet: Which wallet gives.
        coin: Which coin.
        amount: How much, above 0.
    """

    KIND: ClassVar[str] = "withdrawal"
    ABOVE_ZERO: ClassVar[tuple[str, ...]] = ("amount",)

    wallet: str
    coin: str
    amount: Decimal


EVENTS: tuple[type[Event], ...] = (Fill, Funding, Borrow, Dust, Transfer, Deposit, Withdrawal)
"""Every kind of event."""
