"""Whether a book can go on with what it holds, under the settings and the book of now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from engine.errors import LedgerError
from engine.ledger.balances import Holdings
from engine.model import Leg
from engine.operations.answers import find_account
from engine.portfolio.memory import Memory
from engine.portfolio.signals import Account, list_facts


def check_market(book: str, memory: Memory, market: str) -> None:
    """Refuse another market than the one that positions are in.

    Raises:
        LedgerError: The settings name another one.
    """
    if memory.market != market:
        raise LedgerError(
            f"the positions of {book} are in the market {memory.market}, and the settings say {market}; "
            "set them back, or begin a workspace of its own for the other market"
        )


def check_accounts(book: str, memory: Memory, holdings: Holdings, accounts: Sequence[Account]) -> None:
    """Refuse accounts that are not those in which money and positions are.

    Args:
        book: Name of the book.
        memory: What is remembered.
        holdings: What is held.
        accounts: The accounts of the settings; empty means the assumed ones, which are called as their venue.

    Raises:
        LedgerError: What is held where the settings no longer reach.
    """
    usable = accounts or tuple(Account(name, name) for name in memory.wallets)
    lost = [*_list_lost_money(holdings, usable), *_list_lost_pairs(memory, holdings, usable)]
    if lost:
        raise LedgerError(
            f"by settings.toml {book} no longer reaches {'; '.join(dict.fromkeys(lost))}: "
            "set the accounts back, and close or withdraw it first"
        )


def _list_lost_money(holdings: Holdings, accounts: Sequence[Account]) -> Iterator[str]:
    venues = {account.name: account.venue for account in accounts}
    for purse, amount in holdings.wallets.items():
        venue = purse.wallet.partition(":")[0]
        if venues.get(purse.account) != venue:
            yield f"{amount.normalize():f} {purse.coin} in the account {purse.account} at {venue}"


def _list_lost_pairs(memory: Memory, holdings: Holdings, accounts: Sequence[Account]) -> Iterator[str]:
    for key, leg in holdings.legs.items():
        base = memory.pairs[key.pair]["facts"]["base"]
        if find_account(accounts, leg.instrument.venue, base) != key.account:
            yield f"{key.pair} in the account {key.account}"


def keep_shape(book: str, memory: Memory, holdings: Holdings, legs: Sequence[Leg]) -> Memory:
    """The memory, if the legs of the book are those of its positions; else its pairs are forgotten.

    Raises:
        LedgerError: The legs changed while positions are open.
    """
    wanted = list_facts(legs)[1:]
    alike = all([*told["facts"]] == wanted for told in memory.pairs.values())
    if alike and _fit(holdings, legs):
        return memory
    if holdings.legs:
        raise LedgerError(
            f"the legs of {book} changed while positions are open: {_name_pairs(holdings)}; "
            "set the legs back until these are closed"
        )
    return replace(memory, pairs={})


def _fit(holdings: Holdings, legs: Sequence[Leg]) -> bool:
    """Whether open legs are of the kinds and sides that the book says."""
    named = {leg.name: leg for leg in legs}
    return all(
        key.leg in named
        and held.instrument.kind == named[key.leg].kind
        and (held.quantity > 0) == (named[key.leg].side == "buy")
        for key, held in holdings.legs.items()
    )


def _name_pairs(holdings: Holdings) -> str:
    return ", ".join(sorted({key.pair for key in holdings.legs}))
