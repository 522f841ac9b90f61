"""Writing a cycle into an open transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from engine.errors import LedgerError
from engine.ledger.attribution import Standing
from engine.ledger.booking import BookedCycle, day_of
from engine.ledger.codec import read_event, write_event, write_holdings, write_marks, write_reserved
from engine.ledger.components import Components, Source
from engine.ledger.events import Event, LegEvent
from engine.ledger.exact import ZERO, exactly
from engine.ledger.marks import Marks
from engine.ledger.posting import Entry
from engine.ledger.schema import COMPONENTS, beginnings, cycles, days, entries, postings, sources, standings

_KEY = "key_"
_CHANGE_SOURCE = (
    update(sources)
    .where(*(column == bindparam(f"{_KEY}{column.name}") for column in sources.primary_key))
    .values({name: bindparam(name) for name in COMPONENTS})
)


def check_cycle(at: datetime, book: str, events: Iterable[Event], marks: Marks) -> None:
    """Refuse a cycle whose parts do not belong together.

    Raises:
        LedgerError: The time has no zone, the marks are of another time, or an event is of another book.
    """
    if at.utcoffset() is None:
        raise LedgerError(f"the cycle of {at} has no time zone; give it one, such as UTC")
    if marks.at != at:
        raise LedgerError(f"the cycle of {at} has marks of {marks.at}")
    for event in events:
        if event.book != book:
            raise LedgerError(f"{event.id} is of book {event.book}, in a cycle of {book}")


def leave_out_known(connection: Connection, events: Sequence[Event]) -> list[Event]:
    """Those events that were not entered yet, each once.

    Raises:
        LedgerError: An event is known with other content.
    """
    fresh: dict[str, Event] = {}
    for event in events:
        known = fresh.get(event.id) or _find_event(connection, event.id)
        if known is None:
            fresh[event.id] = event
        elif known != event:
            raise LedgerError(
                f"event {event.id} is known with other content: {_tell_difference(known, event)}"
            )
    return list(fresh.values())


def _find_event(connection: Connection, event_id: str) -> Event | None:
    text = connection.scalar(select(entries.c.event).where(entries.c.event_id == event_id))
    return None if text is None else read_event(text)


def _tell_difference(known: Event, told: Event) -> str:
    old, new = asdict(known), asdict(told)
    if type(known) is not type(told):
        return f"it was a {known.KIND}, and now is a {told.KIND}"
    return ", ".join(
        f"{name} was {old[name]}, and now is {new[name]}" for name in old if old[name] != new[name]
    )


def write_entries(connection: Connection, at: datetime, made: Iterable[Entry]) -> None:
    """Add entries and their postings."""
    for entry in made:
        event = entry.event
        row = {
            "event_id": event.id,
            "book": event.book,
            "cycle": at,
            "at": event.at,
            "kind": event.KIND,
            "account": event.account,
            "pair": event.pair if isinstance(event, LegEvent) else "",
            "event": write_event(event),
        }
        (number,) = connection.execute(insert(entries).values(row)).inserted_primary_key or (None,)
        lines = [
            {"entry": number, "line": line, **asdict(posting)} for line, posting in enumerate(entry.postings)
        ]
        if lines:
            connection.execute(insert(postings), lines)


def write_cycle(connection: Connection, book: str, booked: BookedCycle, facts: Mapping[str, Any]) -> None:
    """Add what a cycle was valued at, and what is said of it."""
    standing = booked.standing
    row = {
        "book": book,
        "at": standing.marks.at,
        "equity": booked.equity.total,
        "marks": write_marks(standing.marks),
        "reserved": write_reserved(standing.reserved),
        "facts": _write_facts(facts),
    }
    connection.execute(insert(cycles).values(row))


def _write_facts(facts: Mapping[str, Any]) -> str:
    try:
        return json.dumps(dict(facts), ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise LedgerError(f"the facts of a cycle have no form in JSON: {error}") from error


def write_standing(connection: Connection, book: str, standing: Standing, state: bytes) -> None:
    """Keep what stands after a cycle, in the place of what stood before."""
    values = {
        "at": standing.marks.at,
        "holdings": write_holdings(standing.holdings),
        "marks": write_marks(standing.marks),
        "reserved": write_reserved(standing.reserved),
        "state": state,
    }
    changed = connection.execute(update(standings).where(standings.c.book == book).values(values))
    if not changed.rowcount:
        connection.execute(insert(standings).values(book=book, **values))


def keep_beginning(connection: Connection, book: str, after: datetime | None) -> datetime | None:
    """Keep after which recorded cycle the ledger of a book begins, unless it is kept; gives back what is."""
    row = connection.execute(select(beginnings.c.after).where(beginnings.c.book == book)).first()
    if row is not None:
        kept: datetime | None = row.after
        return kept
    connection.execute(insert(beginnings).values(book=book, after=after))
    return after


@exactly
def add_to_day(connection: Connection, book: str, booked: BookedCycle, starts: time, *, first: bool) -> None:
    """Add a cycle to its day, and what changed equity to the day's sources."""
    day = day_of(booked.standing.marks.at, starts, first=first).isoformat()
    told, total = booked.attribution, booked.equity.total
    row = connection.execute(select(days).where(days.c.book == book, days.c.day == day)).mappings().first()
    gained = sum((each.total for each in told.components.values()), ZERO)
    start = total - gained - told.deposits + told.withdrawals
    values = {
        "equity_end": total,
        "deposits": told.deposits + (row["deposits"] if row else ZERO),
        "withdrawals": told.withdrawals + (row["withdrawals"] if row else ZERO),
        "cycles": 1 + (row["cycles"] if row else 0),
        "stale": bool(booked.equity.stale) + (row["stale"] if row else 0),
    }
    if row is None:
        connection.execute(insert(days).values(book=book, day=day, equity_start=start, **values))
    else:
        connection.execute(update(days).where(days.c.book == book, days.c.day == day).values(values))
    _add_to_sources(connection, book, day, told.components)


def _add_to_sources(connection: Connection, book: str, day: str, gained: Mapping[Source, Components]) -> None:
    query = select(sources).where(sources.c.book == book, sources.c.day == day)
    known = {
        Source(row["pair"], row["venue"], row["version"]): Components(*(row[name] for name in COMPONENTS))
        for row in connection.execute(query).mappings()
    }
    place = {"book": book, "day": day}
    new = [
        {**place, **source._asdict(), **_list_amounts(components)}
        for source, components in gained.items()
        if source not in known
    ]
    changed = [
        {
            **{f"{_KEY}{name}": value for name, value in {**place, **source._asdict()}.items()},
            **_list_amounts(known[source] + components),
        }
        for source, components in gained.items()
        if source in known
    ]
    if new:
        connection.execute(insert(sources), new)
    if changed:
        connection.execute(_CHANGE_SOURCE, changed)


def _list_amounts(components: Components) -> dict[str, Decimal]:
    return {name: getattr(components, name) for name in COMPONENTS}
