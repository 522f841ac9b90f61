"""From an event to its entry: pure, and balanced in every commodity."""

from __future__ import annotations

from decimal import Decimal

from engine.errors import LedgerError
from engine.ledger.balances import Holdings, Kept, Leg, key_of
from engine.ledger.events import (
    Borrow,
    Deposit,
    Dust,
    Event,
    Fill,
    Funding,
    Transfer,
    Withdrawal,
)
from engine.ledger.exact import ZERO, divide, exactly
from engine.ledger.instrument import Instrument
from engine.ledger.posting import Account, Entry, Posting


@exactly
def make_entry(event: Event, holdings: Holdings) -> Entry:
    """The entry of an event.

    Args:
        event: What happened.
        holdings: What the book held before: what is closed was held at an average price.

    Raises:
        LedgerError: The event does not fit what is held.
    """
    return Entry(event, tuple(each for each in _write(event, holdings) if each.amount))


def _write(event: Event, holdings: Holdings) -> list[Posting]:
    match event:
        case Fill():
            return _write_fill(event, holdings)
        case Funding():
            return _pay(event.settles_in, Account.FUNDING, event.coin, event.amount)
        case Borrow():
            return _write_borrow(event, holdings)
        case Dust():
            return _write_dust(event, holdings)
        case Transfer():
            return [
                Posting(Account.WALLET, event.from_wallet, event.coin, -event.amount),
                Posting(Account.WALLET, event.to_wallet, event.coin, event.amount),
            ]
        case Deposit():
            return _pay(event.wallet, Account.CAPITAL, event.coin, event.amount)
        case Withdrawal():
            return _pay(event.wallet, Account.CAPITAL, event.coin, -event.amount)
    raise LedgerError(f"{event.id}: there is no entry for a {type(event).__name__}")


def _pay(wallet: str, account: Account, coin: str, received: Decimal) -> list[Posting]:
    return [Posting(Account.WALLET, wallet, coin, received), Posting(account, "", coin, -received)]


def net_change(fill: Fill) -> Decimal:
    """By how much a fill changes its leg: what was traded, less a fee that was taken in the coin itself."""
    traded = fill.instrument.count(fill.quantity if fill.side == "buy" else -fill.quantity)
    return traded - fill.fee if takes_fee_of_leg(fill) else traded


def takes_fee_of_leg(fill: Fill) -> bool:
    """Whether the fee was taken in the coin that the leg holds."""
    return fill.instrument.is_owned and fill.fee_coin == fill.base


def _write_fill(fill: Fill, holdings: Holdings) -> list[Posting]:
    holdings.find_instrument(fill)
    instrument, leg = fill.instrument, holdings.legs.get(key_of(fill))
    change = net_change(fill)
    value = instrument.value(change, fill.price)
    if not instrument.is_owned:
        fee = _pay(fill.settles_in, Account.FEES, fill.fee_coin, -fill.fee)
        return [*_change_contracts(fill, leg, change, value), *fee]
    moved = _change_coins(instrument, leg, change, value)
    paid = [
        Posting(Account.WALLET, fill.settles_in, instrument.base, change),
        Posting(Account.WALLET, fill.settles_in, instrument.settle, -value),
    ]
    if takes_fee_of_leg(fill):
        taken = instrument.value(fill.fee, fill.price)
        fee = _pay(fill.settles_in, Account.FEES, instrument.settle, -taken)
    else:
        fee = _pay(fill.settles_in, Account.FEES, fill.fee_coin, -fill.fee)
    return [*moved, *paid, *fee]


def _change_coins(
    instrument: Instrument,
    leg: Leg | None,
    change: Decimal,
    value: Decimal,
    result: Account = Account.GAINS,
) -> list[Posting]:
    """Postings of a leg that changes by coins of a value, without those that hold and pay for the coins."""
    gained = _realise(leg, change, value)
    return [
        Posting(Account.TRADE, "", instrument.commodity, -change),
        Posting(Account.TRADE, "", instrument.settle, value + gained),
        Posting(result, "", instrument.settle, -gained),
    ]


def _change_contracts(fill: Fill, leg: Leg | None, change: Decimal, value: Decimal) -> list[Posting]:
    instrument = fill.instrument
    gained = _realise(leg, change, value)
    return [
        *_change_coins(instrument, leg, change, value),
        Posting(Account.OPEN, "", instrument.commodity, change),
        Posting(Account.OPEN, "", instrument.settle, -value - gained),
        Posting(Account.WALLET, fill.settles_in, instrument.settle, gained),
    ]


def _realise(leg: Leg | None, change: Decimal, value: Decimal) -> Decimal:
    """What closing gains by price: the value that is received, less the same share of the cost.

    Args:
        leg: The leg before; None if it is not open.
        change: By how much its quantity changes.
        value: Value of the change: below 0 if coins are sold.
    """
    if leg is None or leg.quantity * change > 0:
        return ZERO
    if abs(change) > abs(leg.quantity):  # it is closed, and opened anew the other way round
        return -divide(value * -leg.quantity, change) - leg.cost
    share = leg.cost if change == -leg.quantity else divide(leg.cost * -change, leg.quantity)
    return -value - share


def _write_borrow(event: Borrow, holdings: Holdings) -> list[Posting]:
    leg = holdings.legs.get(key_of(event))
    instrument = holdings.find_instrument(event)
    if leg is None or instrument is None or not instrument.is_owned or event.coin != instrument.base:
        return _pay(event.settles_in, Account.BORROW, event.coin, -event.amount)
    value = instrument.value(-event.amount, event.price)
    return [
        *_change_coins(instrument, leg, -event.amount, value),
        Posting(Account.WALLET, event.settles_in, event.coin, -event.amount),
        Posting(Account.BORROW, "", instrument.settle, -value),
    ]


def _write_dust(event: Dust, holdings: Holdings) -> list[Posting]:
    key = key_of(event)
    leg, kept = holdings.legs.get(key), holdings.kept.get(key)
    instrument = holdings.find_instrument(event)
    if instrument is None or not instrument.is_owned:
        raise event.refuse(
            "leg", f"leg {event.leg} of {event.pair} holds no coins that could be left as dust"
        )
    value = instrument.value(-event.quantity, event.price)
    if leg is not None and leg.quantity * event.quantity > 0:
        _check_amount(event, leg, "the leg")
        counted = -value
    elif kept is not None and kept.quantity * event.quantity < 0:
        _check_amount(event, kept, "its dust")
        whole = event.quantity == -kept.quantity
        counted = -kept.value if whole else divide(kept.value * event.quantity, kept.quantity)
    else:
        raise event.refuse("quantity", f"neither the leg nor its dust has {event.quantity} {instrument.base}")
    return [
        *_change_coins(instrument, leg, -event.quantity, value, Account.DUST),
        Posting(Account.DUST, "", instrument.settle, -value - counted),
        Posting(Account.KEPT, "", instrument.commodity, -event.quantity),
        Posting(Account.KEPT, "", instrument.settle, counted),
    ]


def _check_amount(event: Dust, held: Leg | Kept, what: str) -> None:
    if abs(event.quantity) > abs(held.quantity):
        raise event.refuse("quantity", f"{what} holds only {held.quantity} {held.instrument.base}")
