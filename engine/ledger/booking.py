"""One cycle of a book in the ledger: from what stood before and what happened to what stands after. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from engine.errors import LedgerError
from engine.ledger.attribution import Attribution, Standing, attribute
from engine.ledger.balances import Holdings, apply_entry
from engine.ledger.entries import make_entry
from engine.ledger.events import Event
from engine.ledger.marks import Marks
from engine.ledger.posting import Entry
from engine.ledger.valuation import Equity, Reserved, select_marks, value_equity

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class BookedCycle:
    """What a cycle adds to the ledger.

    Attributes:
        entries: One for each event, in order.
        standing: What stands after it.
        equity: What that is worth.
        attribution: What changed equity since the cycle before.
    """

    entries: tuple[Entry, ...]
    standing: Standing
    equity: Equity
    attribution: Attribution


def book_cycle(
    before: Standing | None, events: Iterable[Event], marks: Marks, reserved: Reserved
) -> BookedCycle:
    """Enter what happened since the cycle before, and value what is held.

    Prices and rates that are missing are taken from the cycle before and flagged as stale.

    Args:
        before: What stood after the cycle before; None if there was none.
        events: What happened since, in order.
        marks: At which prices and rates to value it.
        reserved: Coins that are not the book's.

    Raises:
        LedgerError: An event does not fit what is held, or a price or rate was never known.
    """
    known = marks if before is None else marks.fill_in(before.marks)
    holdings = Holdings() if before is None else before.holdings
    entries: list[Entry] = []
    for event in events:
        if event.at > marks.at:
            raise LedgerError(f"{event.id} happened at {event.at}, after its cycle of {marks.at}")
        entries.append(make_entry(event, holdings))
        holdings = apply_entry(holdings, entries[-1])
    equity = value_equity(holdings, known, reserved)
    attribution = attribute(before, entries, Standing(holdings, known, reserved))
    standing = Standing(holdings, select_marks(holdings, equity, known), reserved)
    return BookedCycle(tuple(entries), standing, equity, attribution)


def day_of(at: datetime, starts: time, *, first: bool) -> date:
    """The day of a book that a cycle counts to: a cycle tells of the time before it.

    So the cycle at midnight is the last of its day, and its equity is that of the day's end.

    Args:
        at: Time of the cycle.
        starts: Time of day, UTC, at which days begin.
        first: Whether it is the first cycle of the book, with no time before it.
    """
    inside = at if first else at - _INSTANT
    return (inside - timedelta(hours=starts.hour, minutes=starts.minute, seconds=starts.second)).date()
