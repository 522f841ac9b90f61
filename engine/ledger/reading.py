"""Reading what a store holds, within an open transaction."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, select

from engine.ledger.attribution import Standing
from engine.ledger.codec import read_event, read_holdings, read_marks, read_reserved
from engine.ledger.components import Components, Source
from engine.ledger.days import Day
from engine.ledger.marks import Marks
from engine.ledger.posting import Account, Entry, Posting
from engine.ledger.schema import COMPONENTS, cycles, days, entries, postings, sources, standings
from engine.ledger.valuation import Reserved


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries are wanted: events from `start` on, before `end`, of a pair, of a kind; None is any."""

    start: datetime | None = None
    end: datetime | None = None
    pair: str | None = None
    kind: str | None = None

    def list_conditions(self) -> list[ColumnElement[bool]]:
        """The conditions on rows of `entries`."""
        conditions: list[ColumnElement[bool]] = []
        if self.start is not None:
            conditions.append(entries.c.at >= self.start)
        if self.end is not None:
            conditions.append(entries.c.at < self.end)
        if self.pair is not None:
            conditions.append(entries.c.pair == self.pair)
        if self.kind is not None:
            conditions.append(entries.c.kind == self.kind)
        return conditions


@dataclass(frozen=True, slots=True)
class CycleRow:
    """What a store keeps of a cycle.

    Attributes:
        at: Its time.
        equity: What the book was worth, in USD.
        marks: The prices and rates that it was valued at, as far as they were needed.
        reserved: Coins that were left out.
        facts: What was said of it.
    """

    at: datetime
    equity: Decimal
    marks: Marks
    reserved: Reserved
    facts: Mapping[str, Any]


def read_state(connection: Connection, book: str) -> tuple[datetime, bytes] | None:
    """Time and state of a book's last cycle; None before its first."""
    query = select(standings.c.at, standings.c.state).where(standings.c.book == book)
    row = connection.execute(query).first()
    return None if row is None else (row.at, bytes(row.state))


def read_standing(connection: Connection, book: str, *, lock: bool = False) -> Standing | None:
    """What a book holds after its last cycle, None before its first; `lock` keeps others from it."""
    query = select(standings).where(standings.c.book == book)
    row = connection.execute(query.with_for_update() if lock else query).first()
    if row is None:
        return None
    return Standing(read_holdings(row.holdings), read_marks(row.marks), read_reserved(row.reserved))


def read_cycles(
    connection: Connection, book: str, start: datetime | None, end: datetime | None
) -> tuple[CycleRow, ...]:
    """Cycles of a book in order, from `start` on and before `end`."""
    query = select(cycles).where(cycles.c.book == book).order_by(cycles.c.at)
    if start is not None:
        query = query.where(cycles.c.at >= start)
    if end is not None:
        query = query.where(cycles.c.at < end)
    return tuple(
        CycleRow(
            row.at, row.equity, read_marks(row.marks), read_reserved(row.reserved), json.loads(row.facts)
        )
        for row in connection.execute(query)
    )


def list_books(connection: Connection) -> tuple[str, ...]:
    """Names of the books that have a cycle, in order."""
    return tuple(connection.scalars(select(standings.c.book).order_by(standings.c.book)))


def read_entries(connection: Connection, book: str, wanted: Filter) -> tuple[Entry, ...]:
    """Entries of a book, in the order in which they were entered."""
    conditions = [entries.c.book == book, *wanted.list_conditions()]
    lines = select(postings).join(entries).where(*conditions).order_by(postings.c.entry, postings.c.line)
    found: dict[int, list[Posting]] = defaultdict(list)
    for row in connection.execute(lines):
        found[row.entry].append(Posting(Account(row.account), row.wallet, row.commodity, row.amount))
    query = select(entries.c.number, entries.c.event).where(*conditions).order_by(entries.c.number)
    return tuple(Entry(read_event(text), tuple(found[number])) for number, text in connection.execute(query))


def read_days(connection: Connection, book: str, start: date | None, end: date | None) -> tuple[Day, ...]:
    """Days of a book in order, from `start` on and before `end`."""
    by_day: dict[str, dict[Source, Components]] = defaultdict(dict)
    for row in connection.execute(_select_days(sources, book, start, end)).mappings():
        source = Source(row["pair"], row["venue"], row["version"])
        by_day[row["day"]][source] = Components(*(row[name] for name in COMPONENTS))
    query = _select_days(days, book, start, end).order_by(days.c.day)
    return tuple(
        Day(
            *(date.fromisoformat(row.day), row.equity_start, row.equity_end, row.deposits, row.withdrawals),
            *(row.cycles, row.stale, dict(sorted(by_day[row.day].items()))),
        )
        for row in connection.execute(query)
    )


def _select_days(table: Table, book: str, start: date | None, end: date | None) -> Select[Any]:
    query = select(table).where(table.c.book == book)
    if start is not None:
        query = query.where(table.c.day >= start.isoformat())
    return query if end is None else query.where(table.c.day < end.isoformat())
