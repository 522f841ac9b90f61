"""What the starter book decides about positions and limits, written out plainly. Nothing of the engine.

Comparisons hold within the tolerance that the book's language has: 1e-12 of the larger number.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

CLOSE, REDUCE, TOP_UP, BLOCK, HALT, WARN = "close", "reduce", "top up", "block", "halt", "warn"
ORDER = (WARN, BLOCK, "rebalance", TOP_UP, REDUCE, CLOSE, HALT)


def above(one: float, other: float) -> bool:
    """Whether one number is above another."""
    return one > other and not math.isclose(one, other, rel_tol=1e-12, abs_tol=0.0)


@dataclass(frozen=True)
class Book:
    """The numbers of the book that are used here; the defaults are the starter's."""

    capital: float = 2000.0
    leverage: int = 5
    position_buffer: float = 0.2
    active: float = 0.7
    buffer: float = 0.2
    fees: float = 0.1
    one_coin: float = 0.6
    exit_apr: float = 0.02
    entry_net_apr: float = 0.05
    min_hold: float = 72.0
    convergence: float = 0.003
    trade_stop: float = 0.02
    day_stop: float = 0.02
    depth_of_volume: float = 0.001
    depth_share: float = 0.1
    min_depth: float = 20_000.0
    naked_ends: str = "manual"

    @property
    def ties(self) -> tuple[Decimal, Decimal]:
        """Capital of each leg per unit of notional."""
        return Decimal(1), Decimal(repr(1 / self.leverage / (1 - self.position_buffer)))


def judge_exit(book: Book, raw: Any, position: Any, at: datetime) -> tuple[float, str, str]:
    """Share to keep, rule, and what the order is for."""
    coin = position.coin
    day, three, seven = (raw.funding_apr(coin, at, days) for days in (1, 3, 7))
    forecast, now = min(three, seven), raw.next_apr(coin, at)
    age = (at - position.since).total_seconds() / 3600
    if above(-0.05, day) and above(0.0, now):
        return 0.0, "X2", "urgent"
    decayed, old = above(book.exit_apr, now), age >= book.min_hold
    if above(book.exit_apr, forecast) and decayed and old:
        return 0.0, "X3", "exit"
    if not above(book.convergence, float(position.gain())):
        return 0.0, "X4", "exit"
    if above(book.entry_net_apr, forecast) and decayed and old:
        return 0.5, "X5", "exit"
    return 1.0, "", ""


@dataclass(frozen=True)
class Limit:
    """A limit: `holds` and `frees` look at the recount and, for positions, at a pair; None is no test."""

    name: str
    wide: bool
    severity: str
    holds: Callable[..., bool]
    frees: Callable[..., bool] | str | timedelta
    lasts: timedelta = timedelta(0)


def list_limits(book: Book) -> list[Limit]:
    """The limits that money and positions decide; those on the market and on past days are not here."""
    least = timedelta(seconds=30)
    capital = book.capital

    def leverage(count: Any, pair: str) -> float:
        position = count.purse.held[pair]
        equity = float(position.margin_equity())
        notional = float(position.units[1] * position.mark[1])
        return 0.0 if not notional else notional / equity if equity > 0 else 1e9

    def distance(count: Any, pair: str) -> float:
        position = count.purse.held[pair]
        return float(count.maintenance.distance(position, position.units[1])) if position.units[1] else 1e9

    def share(measure: float) -> float:
        return measure / capital

    def gone(count: Any, pair: str) -> bool:
        return pair not in count.purse.held

    return [
        Limit("capital-min", True, BLOCK, lambda c: c.equity >= 1000, lambda c: c.equity >= 1050),
        Limit("capital-floor", True, CLOSE, lambda c: c.equity >= 500, "manual"),
        Limit("day-stop", True, HALT, lambda c: share(c.today) > -book.day_stop, "next day", least),
        Limit("drawdown", True, HALT, lambda c: c.drawdown < 0.05, "manual", least),
        Limit(
            "trade-stop",
            False,
            CLOSE,
            lambda c, p: gone(c, p) or share(c.pnl(p)) > -book.trade_stop,
            timedelta(hours=24),
            least,
        ),
        Limit(
            "leverage",
            False,
            TOP_UP,
            lambda c, p: gone(c, p) or leverage(c, p) <= 5,
            lambda c, p: gone(c, p) or leverage(c, p) <= 4.5,
        ),
        Limit(
            "liq-near",
            False,
            REDUCE,
            lambda c, p: gone(c, p) or distance(c, p) >= 0.1,
            lambda c, p: gone(c, p) or distance(c, p) >= 0.18,
        ),
        Limit(
            "liq-close", False, CLOSE, lambda c, p: gone(c, p) or distance(c, p) >= 0.05, timedelta(hours=24)
        ),
        Limit(
            "buffer",
            True,
            BLOCK,
            lambda c: share(c.buffer_left) >= 0.05,
            lambda c: share(c.buffer_left) >= 0.1,
        ),
        Limit("fees", True, BLOCK, lambda c: c.fees_left >= 10, "next month"),
        Limit("naked-usd", True, BLOCK, lambda c: c.naked <= 600, book.naked_ends),
    ]


@dataclass
class Latch:
    """Since when a limit is breached, when it was last seen so, since when it acts."""

    since: datetime | None = None
    last: datetime | None = None
    active: datetime | None = None

    def move_on(self, limit: Limit, at: datetime, holds: bool, who: tuple[Any, ...]) -> list[str]:
        """Changes at a time."""
        changes = []
        if holds:
            self.since = None
        else:
            self.since, self.last = self.since or at, at
            if at - self.since >= limit.lasts and self.active is None:
                self.active = at
                changes.append("begins")
        if self.active is not None and self._is_free(limit, at, holds, who):
            self.active = None
            changes.append("ceases")
        return changes

    def _is_free(self, limit: Limit, at: datetime, holds: bool, who: tuple[Any, ...]) -> bool:
        assert self.active is not None
        if callable(limit.frees):
            return limit.frees(*who)
        if not holds or limit.frees == "manual":
            return False
        if isinstance(limit.frees, timedelta):
            assert self.last is not None
            return at - self.last >= limit.frees
        if limit.frees == "clear":
            return True
        if limit.frees == "next day":
            return at.date() > self.active.date()
        return (at.year, at.month) > (self.active.year, self.active.month)


def find_worst(limits: list[Limit], latches: dict[tuple[str, str], Latch], pair: str) -> Limit | None:
    """The acting limit that asks the most of a position, from repairs to closing; of equal ones the first."""
    found = None
    for limit in limits:
        latch = latches.get((limit.name, "" if limit.wide else pair))
        repairs = ORDER.index(BLOCK) < ORDER.index(limit.severity) < ORDER.index(HALT)
        if latch is None or latch.active is None or not repairs:
            continue
        if found is None or ORDER.index(limit.severity) > ORDER.index(found.severity):
            found = limit
    return found
