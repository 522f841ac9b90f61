"""Stores: what they keep, what they refuse, and that nobody can change the past."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, insert, select

from engine.errors import LedgerError
from engine.ledger.balances import LegKey
from engine.ledger.booking import day_of
from engine.ledger.marks import Marks
from engine.ledger.schema import METADATA, postings
from engine.ledger.store import Store, open_store

ONE = Decimal(1)


def marks_at(at: datetime, spot: str | None = "100") -> Marks:
    prices = {} if spot is None else {LegKey("main", pair, "spot"): Decimal(spot) for pair in "pq"}
    return Marks(at, prices, {"USDT": ONE})


def commit(store: Store, made: Any, hours: int, *events: Any, **marks: Any) -> Any:
    at = made.hour(hours)
    return store.commit_cycle(at, made.BOOK, events, marks_at(at, **marks), b"state", {"hour": hours})


def test_a_store_gives_back_what_it_was_told(made: Any, place: Path) -> None:
    deposit, bought = made.deposit("1", 1000), made.fill("2", "spot", "buy", 2, 100, "0.1")
    with open_store(place) as store:
        assert store.read_last_cycle(made.BOOK) is None
        assert store.list_books() == ()
        commit(store, made, 0, deposit)
        equity = commit(store, made, 1, bought, spot="110")
    assert equity.total == Decimal("1019.9")
    with open_store(place) as store:
        assert store.read_last_cycle(made.BOOK) == (made.hour(1), b"state")
        assert [entry.event for entry in store.read_entries(made.BOOK)] == [deposit, bought]
        assert [each.facts for each in store.read_cycles(made.BOOK)] == [{"hour": 0}, {"hour": 1}]
        assert [each.equity for each in store.read_cycles(made.BOOK, start=made.hour(1))] == [equity.total]
        assert store.read_cycles(made.BOOK, end=made.hour(0)) == ()
        assert store.list_books() == (made.BOOK,)


def test_entries_are_found_by_time_pair_and_kind(made: Any, place: Path) -> None:
    events = [
        made.deposit("1", 1000),
        made.fill("2", "spot", "buy", 2, 100, pair="p"),
        made.fill("3", "spot", "buy", 1, 100, pair="q", at=made.hour(2)),
        made.funding("4", "swap", 1, pair="q", at=made.hour(3)),
    ]
    with open_store(place) as store:
        commit(store, made, 4, *events)

        def find(**wanted: Any) -> list[str]:
            return [entry.event.id for entry in store.read_entries(made.BOOK, **wanted)]

        assert find(pair="q") == ["3", "4"]
        assert find(kind="fill") == ["2", "3"]
        assert find(start=made.hour(2)) == ["3", "4"]
        assert find(end=made.hour(2), kind="fill") == ["2"]
        assert store.read_entries("another") == ()


def test_an_event_told_again_is_left_out(made: Any, place: Path) -> None:
    deposit = made.deposit("1", "1000.0")
    with open_store(place) as store:
        commit(store, made, 0, deposit, deposit)
        same = made.deposit("1", "1000.00", at=made.START.astimezone(timezone(timedelta(hours=2))))
        assert commit(store, made, 1, same).total == 1000
        assert len(store.read_entries(made.BOOK)) == 1


@pytest.mark.parametrize("batch", [True, False])
def test_another_event_of_the_same_id_is_refused(made: Any, place: Path, batch: bool) -> None:
    with open_store(place) as store:
        first = [] if batch else [commit(store, made, 0, made.deposit("1", 1000))]
        events = [made.deposit("1", 1000)] if batch else []
        with pytest.raises(
            LedgerError, match="event 1 is known with other content: amount was 1000, and now is 999"
        ):
            commit(store, made, 1, *events, made.deposit("1", 999))
        with pytest.raises(LedgerError, match="it was a deposit, and now is a withdrawal"):
            commit(store, made, 1, *events, made.withdrawal("1", 1000))
        assert len(store.read_cycles(made.BOOK)) == len(first)


def test_what_fails_leaves_nothing_behind(made: Any, place: Path) -> None:
    with open_store(place) as store:
        commit(store, made, 0, made.deposit("1", 1000))
        with pytest.raises(LedgerError, match=r"no closing price of BTC/USDT at binance at 2026-01-01 01:00"):
            commit(store, made, 1, made.fill("2", "spot", "buy", 1, 100), spot=None)
        with pytest.raises(LedgerError, match="no rate of BNB"):
            commit(store, made, 1, made.deposit("3", 1, "BNB"))
        with pytest.raises(LedgerError, match="no form in JSON"):
            store.commit_cycle(
                made.hour(1), made.BOOK, [made.deposit("4", 1)], marks_at(made.hour(1)), b"", {"x": ONE}
            )
        assert len(store.read_entries(made.BOOK)) == 1
        assert store.read_last_cycle(made.BOOK) == (made.hour(0), b"state")


def test_a_price_that_is_missing_is_the_last_one_and_said_to_be_stale(made: Any, place: Path) -> None:
    with open_store(place) as store:
        commit(store, made, 0, made.fill("1", "spot", "buy", 1, 90), spot="100")
        for hours in (1, 2):
            equity = commit(store, made, hours, spot=None)
            assert (equity.total, equity.stale) == (10, ("binance BTC/USDT",))
        assert commit(store, made, 3, spot="120").stale == ()
        (day,) = store.read_days(made.BOOK)
    assert (day.cycles, day.stale, day.total.basis) == (4, 2, Decimal(30))


@pytest.mark.parametrize(
    ("book", "hours", "says"),
    [
        ("funding-carry", (0, 0, 0), "is not after the last one"),
        ("funding-carry", (1, 2, 0), "has marks of"),
        ("funding-carry", (1, 1, 2), "after its cycle"),
        ("another", (1, 1, 0), "is of book funding-carry, in a cycle of another"),
    ],
)
def test_a_cycle_whose_parts_do_not_fit_is_refused(
    made: Any, place: Path, book: str, hours: tuple[int, int, int], says: str
) -> None:
    cycle, marks, event = map(made.hour, hours)
    with open_store(place) as store:
        commit(store, made, 0)
        with pytest.raises(LedgerError, match=says):
            store.commit_cycle(cycle, book, [made.deposit("1", 1, at=event)], marks_at(marks), b"", {})


def test_two_processes_cannot_both_go_on_with_a_book(made: Any, place: Path) -> None:
    with open_store(place) as one, open_store(place) as other:
        commit(one, made, 0)
        assert other.read_last_cycle(made.BOOK) == (made.hour(0), b"state")
        commit(one, made, 1)
        with pytest.raises(LedgerError, match="another process wrote to funding-carry"):
            commit(other, made, 2)
        other.read_last_cycle(made.BOOK)
        commit(other, made, 2)


def test_whoever_reads_does_not_wait_for_whoever_writes(made: Any, place: Path) -> None:
    with open_store(place) as one, open_store(place) as other, one._connect(writes=True):
        assert other.read_entries(made.BOOK) == ()


@pytest.mark.parametrize("table", ["entries", "postings", "cycles"])
@pytest.mark.parametrize("act", ["UPDATE {} SET rowid = rowid", "DELETE FROM {}"])
def test_the_past_cannot_be_changed(made: Any, place: Path, table: str, act: str) -> None:
    with open_store(place) as store:
        commit(store, made, 0, made.deposit("1", 1000))
    with (
        closing(sqlite3.connect(place)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="only added to"),
    ):
        connection.execute(act.format(table))


def test_the_database_is_set_to_lose_nothing(place: Path) -> None:
    with open_store(place) as store, store._connect() as connection:
        values = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert values == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def add_posting(store: Store, row: dict[str, object]) -> None:
    with store._connect(writes=True) as connection:
        connection.execute(insert(postings), row)


def test_postings_belong_to_entries(place: Path) -> None:
    row = {"entry": 7, "line": 0, "account": "wallet", "wallet": "w", "commodity": "USDT", "amount": ONE}
    with open_store(place) as store, pytest.raises(LedgerError, match="FOREIGN KEY"):
        add_posting(store, row)


@pytest.mark.parametrize("amount", [0.5, 1, float("nan"), Decimal("NaN"), "1"])
def test_columns_of_decimals_refuse_everything_else(place: Path, amount: object) -> None:
    row = {"entry": 7, "line": 0, "account": "wallet", "wallet": "w", "commodity": "USDT", "amount": amount}
    with open_store(place) as store, pytest.raises(LedgerError, match="no finite decimal"):
        add_posting(store, row)


def test_decimals_keep_all_digits(made: Any, place: Path) -> None:
    amount = Decimal("123456789012345678901234567890.123456789012345678901")
    with open_store(place) as store:
        commit(store, made, 0, made.deposit("1", amount))
        with store._connect() as connection:
            assert set(connection.scalars(select(postings.c.amount))) == {amount, amount.copy_negate()}
    with closing(sqlite3.connect(place)) as connection:
        assert {kind for (kind,) in connection.execute("SELECT typeof(amount) FROM postings")} == {"text"}


def test_the_migrations_make_the_tables_of_the_schema(place: Path) -> None:
    open_store(place).close()
    engine = create_engine(f"sqlite:///{place}")
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), METADATA)
    engine.dispose()
    assert differences == []


def test_a_store_of_a_newer_version_is_refused_by_name(place: Path) -> None:
    open_store(place).close()
    with closing(sqlite3.connect(place)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(
        LedgerError, match=r"store\.sqlite has tables of version 9999, made by a newer Carrybook"
    ):
        open_store(place)


def test_what_is_no_store_is_refused(tmp_path: Path) -> None:
    text, other = tmp_path / "text", tmp_path / "other.sqlite"
    text.write_text("not a database, but a text that is long enough to be looked at\n" * 20)
    with closing(sqlite3.connect(other)) as connection, connection:
        connection.execute("CREATE TABLE songs (name TEXT)")
    with pytest.raises(LedgerError, match="file is not a database"):
        open_store(text)
    with pytest.raises(LedgerError, match="is a database of something else"):
        open_store(other)
    with pytest.raises(LedgerError, match="unable to open database file"):
        open_store(tmp_path / "nowhere" / "store.sqlite")
    with pytest.raises(LedgerError, match=r"^nosuch://… is no URL|cannot be opened as a store"):
        open_store("nosuch://user:secret@host/name")
    with pytest.raises(LedgerError, match="is no URL of a database") as caught:
        open_store("://secret")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("at", "starts", "first", "day"),
    [
        ("2026-01-02T00:00", 0, False, "2026-01-01"),
        ("2026-01-02T00:00", 0, True, "2026-01-02"),
        ("2026-01-02T00:01", 0, False, "2026-01-02"),
        ("2026-01-02T16:00", 16, False, "2026-01-01"),
        ("2026-01-02T17:00", 16, False, "2026-01-02"),
        ("2026-01-02T15:00", 16, False, "2026-01-01"),
    ],
)
def test_days_begin_when_the_book_says(at: str, starts: int, first: bool, day: str) -> None:
    when = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert day_of(when, time(starts), first=first).isoformat() == day
