"""Equity: coins and open legs at the prices that would close them, without reserved coins.

Every amount is counted in a coin first, and each coin at its rate, so that equity = Σ amount of coin × rate:

- a leg of coins is worth quantity × closing price, in quote;
- a leg of contracts is worth its value at the closing price less its cost, in the coin that it settles in;
- dust is worth what it was left at, in quote;
- of each coin, what lies in wallets beyond legs and dust is worth itself, less what is reserved.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from engine.errors import LedgerError
from engine.ledger.balances import Holdings, Kept, Leg, LegKey
from engine.ledger.exact import ZERO, exactly
from engine.ledger.marks import Marks, name_leg

Reserved = Mapping[str, Decimal]
"""Coins that lie in the wallets and are not the book's to use: how much of each."""


@dataclass(frozen=True, slots=True)
class Equity:
    """What a book is worth at one time.

    Attributes:
        total: In USD.
        by_coin: What is counted in each coin; of coins without an amount nothing.
        by_leg: What each open leg is worth, in the coin that it settles in.
        stale: Which prices (as `venue symbol`) and rates (as the coin) in it are older than the time.
    """

    total: Decimal
    by_coin: Mapping[str, Decimal]
    by_leg: Mapping[LegKey, Decimal]
    stale: tuple[str, ...]


@exactly
def value_equity(holdings: Holdings, marks: Marks, reserved: Reserved | None = None) -> Equity:
    """What holdings are worth.

    Args:
        holdings: What a book holds.
        marks: At which prices and rates.
        reserved: What is left out.

    Raises:
        LedgerError: A price or rate that is needed is unknown; it says of what.
    """
    worths = {key: worth_of(key, leg, marks) for key, leg in holdings.legs.items()}
    amounts: dict[str, Decimal] = defaultdict(Decimal, count_free(holdings, reserved or {}))
    for key, worth in worths.items():
        amounts[holdings.legs[key].instrument.settle] += worth
    for kept in holdings.kept.values():
        amounts[kept.instrument.settle] += kept.value
    held = {coin: amount for coin, amount in amounts.items() if amount}
    total = sum((amount * marks.rate(coin) for coin, amount in held.items()), ZERO)
    return Equity(total, held, worths, _list_stale(holdings, held, marks))


@exactly
def worth_of(key: LegKey, leg: Leg, marks: Marks) -> Decimal:
    """What a leg adds to equity, in the coin that it settles in: all of it if it is coins, else the surplus.

    Raises:
        LedgerError: Its closing price is unknown.
    """
    surplus = surplus_of(key, leg, marks)
    return surplus + leg.cost if leg.instrument.is_owned else surplus


@exactly
def surplus_of(key: LegKey, leg: Leg, marks: Marks) -> Decimal:
    """What a leg is worth beyond its cost, in the coin that it settles in.

    Raises:
        LedgerError: Its closing price is unknown.
    """
    instrument = leg.instrument
    return instrument.value(leg.quantity, marks.price(key, instrument)) - leg.cost


@exactly
def count_free(holdings: Holdings, reserved: Reserved) -> dict[str, Decimal]:
    """Of each coin what lies in wallets beyond legs and dust, without what is reserved.

    Raises:
        LedgerError: An amount that is reserved is below zero.
    """
    free: dict[str, Decimal] = defaultdict(Decimal)
    for purse, amount in holdings.wallets.items():
        free[purse.coin] += amount
    others: list[Leg | Kept] = [*holdings.legs.values(), *holdings.kept.values()]
    for held in others:
        if held.instrument.is_owned:
            free[held.instrument.base] -= held.quantity
    for coin, amount in reserved.items():
        if amount < 0:
            raise LedgerError(f"{amount} {coin} cannot be reserved; the amount is below zero")
        free[coin] -= amount
    return dict(free)


def select_marks(holdings: Holdings, equity: Equity, marks: Marks) -> Marks:
    """Of marks those that value holdings, to be kept with them."""
    coins = {leg.instrument.settle for leg in holdings.legs.values()} | equity.by_coin.keys()
    prices = {key: price for key, price in marks.prices.items() if key in holdings.legs}
    rates = {coin: rate for coin, rate in marks.rates.items() if coin in coins}
    return Marks(marks.at, prices, rates, marks.stale & {*map(name_leg, prices), *rates})


def _list_stale(holdings: Holdings, coins: Mapping[str, Decimal], marks: Marks) -> tuple[str, ...]:
    return tuple(sorted({*list_stale(holdings.legs, marks), *(marks.stale & coins.keys())}))


def list_stale(legs: Mapping[LegKey, Leg], marks: Marks) -> tuple[str, ...]:
    """Venue and symbol of each leg whose price is older than its marks, in order."""
    old = (leg.instrument for key, leg in legs.items() if name_leg(key) in marks.stale)
    return tuple(sorted({f"{each.venue} {each.symbol}" for each in old}))
