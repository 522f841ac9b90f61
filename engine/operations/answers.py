"""What becomes of the requests of people at a cycle: each is taken in, or refused with a reason. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Decimal
from typing import Any

import polars as pl

from engine.ledger.balances import Holdings, Purse
from engine.ledger.instrument import name_wallet
from engine.ledger.marks import CURRENCY
from engine.ledger.paper import Flow
from engine.model import Leg
from engine.portfolio.memory import Memory
from engine.portfolio.signals import Account
from engine.requests import Refusal, Request

WORSE = 0.01
"""How much fees and depth may add to the price of coins that are bought: so much is not free."""

_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Answers:
    """What becomes of requests.

    Attributes:
        memory: The memory without the latches that people released.
        flows: Money that comes or goes, in order: what accounts begin with, then what was asked for.
        taken: Requests that are carried out.
        refused: Those that are not.
    """

    memory: Memory
    flows: tuple[Flow, ...]
    taken: tuple[Request, ...]
    refused: tuple[Refusal, ...]


def find_account(accounts: Sequence[Account], venue: str, base: str) -> str:
    """Name of the account that trades a coin at a venue, the first that may; empty without one."""
    fits = (each for each in accounts if each.venue == venue and (not each.bases or base in each.bases))
    return next((each.name for each in fits), "")


def answer(
    requests: Iterable[Request],
    memory: Memory,
    accounts: Sequence[Account],
    deposits: Mapping[str, Decimal],
    free: Mapping[str, Decimal],
) -> Answers:
    """Take requests in, in their order, or refuse them.

    Args:
        requests: What was asked for.
        memory: What is remembered.
        accounts: The accounts that the book may use.
        deposits: What each begins with, USD; it is paid in once, when the account is used first.
        free: What may be taken out of each, USD.
    """
    venues = {account.name: account.venue for account in accounts}
    flows = [
        Flow(name, venues[name], amount)
        for name, amount in deposits.items()
        if amount and name not in memory.wallets
    ]
    left = {name: free.get(name, Decimal(0)) for name in venues}
    for flow in flows:
        left[flow.account] += flow.amount
    taken, refused = [], []
    for request in requests:
        reason = _find_reason(request, memory, left)
        if reason:
            refused.append(Refusal(request, reason))
            continue
        taken.append(request)
        if request.wish == "release":
            memory = _release(memory, request)
        else:
            amount = request.amount_usd if request.wish == "deposit" else -request.amount_usd
            left[request.account] += amount
            flows.append(Flow(request.account, venues[request.account], amount))
    return Answers(memory, tuple(flows), tuple(taken), tuple(refused))


def _find_reason(request: Request, memory: Memory, left: Mapping[str, Decimal]) -> str:
    """Why a request cannot be carried out; empty if it can."""
    if request.wish == "release":
        acting = {(latch.limit, latch.entity) for latch in memory.latches if latch.active is not None}
        whom = f" on {request.entity}" if request.entity else ""
        known = (request.limit, request.entity) in acting
        return "" if known else f"{request.limit} does not act{whom}: there is nothing to release"
    if request.account not in left:
        return f'{request.book} has no account "{request.account}"; it has {", ".join(left)}'
    if request.wish == "withdrawal" and request.amount_usd > left[request.account]:
        most = max(left[request.account], Decimal(0)).quantize(_CENT, rounding=ROUND_DOWN)
        return (
            f"{request.amount_usd:f} USD are more than is free in account {request.account}: {most:f} USD "
            "beside margin, coins, and what waiting orders need"
        )
    return ""


def _release(memory: Memory, request: Request) -> Memory:
    freed = request.limit, request.entity
    kept = tuple(latch for latch in memory.latches if (latch.limit, latch.entity) != freed)
    return replace(memory, latches=kept)


def count_free(
    memory: Memory,
    holdings: Holdings,
    accounts: Sequence[Account],
    legs: Sequence[Leg],
    measured: pl.DataFrame,
) -> dict[str, Decimal]:
    """What may be taken out of each account: free money, less what orders that wait use at these quotes; USD.

    Loop and ledger may differ by what floats lose: the lesser of the two counts.
    """
    needed = _count_needed(memory, legs, accounts, measured)
    free = {}
    for account in accounts:
        purse = Purse(account.name, name_wallet(account.venue, "spot"), CURRENCY)
        exact = holdings.wallets.get(purse, Decimal(0))
        counted = Decimal(memory.wallets.get(account.name, 0.0))
        free[account.name] = min(exact, counted) - Decimal(needed.get(account.name, 0.0))
    return free


def _count_needed(
    memory: Memory, legs: Sequence[Leg], accounts: Sequence[Account], measured: pl.DataFrame
) -> dict[str, float]:
    """What orders that wait take from each account: margin, and the price of coins with some room.

    Orders of pairs that are not quoted now count as well: they may wait on. Where the price or the size of
    coins that are to be bought is not known, all that the account has may be needed.
    """
    quoted = measured.filter(pl.col("pair").is_in(list(memory.pairs)))
    rows = {row["pair"]: row for row in quoted.iter_rows(named=True)}
    needed: dict[str, float] = {}
    for pair, told in memory.pairs.items():
        for place, leg in enumerate(legs):
            cost = max(told["order_margin"][place] or 0.0, 0.0)
            if (told["order_lots"][place] or 0.0) > 0 and leg.kind == "spot" and leg.side == "buy":
                cost += _price_coins(told, place, leg.name, rows.get(pair, {}))
            facts = told["facts"]
            account = find_account(accounts, facts[f"{leg.name}_venue"], facts["base"])
            needed[account] = needed.get(account, 0.0) + cost
    return needed


def _price_coins(told: Mapping[str, Any], place: int, leg: str, row: Mapping[str, Any]) -> float:
    """What the coins of an order cost at the quote of now, else at what is remembered; with some room."""
    ask, size, multiplier = (row.get(f"{leg}_{name}") for name in ("ask", "contract_size", "multiplier"))
    scale = told["scale"][place] if size is None or multiplier is None else size * multiplier
    seen = [price for price in (told["close"][place], told["mark"][place]) if price is not None]
    price = max(seen, default=None) if ask is None else ask
    if not scale or price is None:
        return math.inf
    return float(told["order_lots"][place] * told["step"][place] * scale * price * (1.0 + WORSE))
