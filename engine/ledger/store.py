"""The store of ledgers: the one owner of its connection. A cycle is in it whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from engine.errors import LedgerError
from engine.ledger import reading, writing
from engine.ledger.attribution import Standing
from engine.ledger.booking import book_cycle
from engine.ledger.connection import WRITES, name_place, open_engine, tell_cause
from engine.ledger.days import Day
from engine.ledger.events import Event
from engine.ledger.marks import Marks
from engine.ledger.posting import Entry
from engine.ledger.reading import CycleRow
from engine.ledger.valuation import Equity, Reserved

MIDNIGHT = time(0)


class Store:
    """Ledgers of books in one database. Use it in `with`, or close it.

    Args:
        engine: A database whose tables are up to date, as `open_store` opens it.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._seen: dict[str, datetime | None] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def commit_cycle(  # noqa: PLR0913 - all that makes up a cycle
        self,
        at: datetime,
        book: str,
        events: Iterable[Event],
        marks: Marks,
        state: bytes,
        facts: Mapping[str, Any],
        *,
        day_starts: time = MIDNIGHT,
        reserved: Reserved | None = None,
        check: Callable[[Equity], None] | None = None,
    ) -> Equity:
        """Enter what happened since the last cycle, value what is held, and keep a state: all or nothing.

        When it returns, the cycle survives a kill and a loss of power. An event that is known already is left
        out. Prices and rates that are missing are those of the last cycle, flagged as stale.

        Args:
            at: Time of the cycle, after the last one.
            book: Name of the book.
            events: What happened, in order, none after `at`.
            marks: At which prices and rates to value what is held, at `at`.
            state: Whatever the caller needs to go on; `read_last_cycle` gives it back.
            facts: What is said of the cycle, in any form that JSON has.
            day_starts: Time of day, UTC, at which the book's days begin.
            reserved: Coins in the wallets that are not the book's, to be left out of equity.
            check: Looks at the equity before anything is written; what it raises leaves all as it was.

        Returns:
            What the book is worth after the cycle.

        Raises:
            LedgerError: An event does not fit what is held or is known with other content, a price or rate
                was never known, the cycle is not after the last one, or another process wrote to the book.
        """
        told = list(events)
        writing.check_cycle(at, book, told, marks)
        with self._connect(writes=True) as connection:
            before = reading.read_standing(connection, book, lock=True)
            last = None if before is None else before.marks.at
            self._check_order(book, last, at)
            fresh = writing.leave_out_known(connection, told)
            booked = book_cycle(before, fresh, marks, reserved or {})
            if check is not None:
                check(booked.equity)
            writing.write_entries(connection, at, booked.entries)
            writing.write_cycle(connection, book, booked, facts)
            writing.write_standing(connection, book, booked.standing, state)
            writing.add_to_day(connection, book, booked, day_starts, first=before is None)
        self._seen[book] = at
        return booked.equity

    def begin(self, book: str, after: datetime | None) -> datetime | None:
        """Say where the ledger of a book begins that has no cycle yet.

        Args:
            book: Name of the book.
            after: The last recorded cycle that is not to be traded; None trades all that is recorded.

        Returns:
            What was said the first time: a kill before the first cycle changes nothing about it.
        """
        with self._connect(writes=True) as connection:
            return writing.keep_beginning(connection, book, after)

    def read_last_cycle(self, book: str) -> tuple[datetime, bytes] | None:
        """Time and state of a book's last cycle; None before its first."""
        with self._connect() as connection:
            last = reading.read_state(connection, book)
        self._seen[book] = None if last is None else last[0]
        return last

    def read_standing(self, book: str) -> Standing | None:
        """What a book holds after its last cycle, and its marks; None before its first."""
        with self._connect() as connection:
            return reading.read_standing(connection, book)

    def read_cycles(
        self, book: str, *, start: datetime | None = None, end: datetime | None = None
    ) -> tuple[CycleRow, ...]:
        """Cycles of a book in order, from `start` on and before `end`."""
        with self._connect() as connection:
            return reading.read_cycles(connection, book, start, end)

    def list_books(self) -> tuple[str, ...]:
        """Names of the books that have a cycle, in order."""
        with self._connect() as connection:
            return reading.list_books(connection)

    def read_entries(
        self,
        book: str,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        pair: str | None = None,
        kind: str | None = None,
    ) -> tuple[Entry, ...]:
        """Entries of a book, in the order in which they were entered.

        Args:
            book: Name of the book.
            start: Only events from then on.
            end: Only events before.
            pair: Only events of this pair.
            kind: Only events of this kind, such as `fill`.
        """
        with self._connect() as connection:
            return reading.read_entries(connection, book, reading.Filter(start, end, pair, kind))

    def read_days(self, book: str, *, start: date | None = None, end: date | None = None) -> tuple[Day, ...]:
        """Days of a book in order, from `start` on and before `end`."""
        with self._connect() as connection:
            return reading.read_days(connection, book, start, end)

    def _check_order(self, book: str, last: datetime | None, at: datetime) -> None:
        if last != self._seen.get(book, last):
            known = self._seen[book]
            raise LedgerError(
                f"another process wrote to {book}: its last cycle is {last}, known here was {known}"
            )
        if last is not None and at <= last:
            raise LedgerError(f"the cycle of {at} is not after the last one of {book}, {last}")

    @contextmanager
    def _connect(self, *, writes: bool = False) -> Iterator[Connection]:
        try:
            with (
                self._engine.connect().execution_options(**{WRITES: writes}) as connection,
                connection.begin(),
            ):
                yield connection
        except SQLAlchemyError as error:
            raise LedgerError(f"{name_place(self._engine.url)}: {tell_cause(error)}") from error


def open_store(place: str | Path) -> Store:
    """Open a store, make it if there is none, and bring its tables up to date.

    Args:
        place: A file of SQLite, or a URL of SQLAlchemy such as `postgresql+psycopg://desk@db/carrybook`.

    Raises:
        LedgerError: It cannot be opened, is no store, or is one of a newer Carrybook.
    """
    return Store(open_engine(place))
