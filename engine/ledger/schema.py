"""The tables of a store: entries, postings and cycles, only added to, and what follows from them.

`beginnings` says after which recorded cycle the ledger of a book begins, before it has a cycle of its own.
"""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

from engine.ledger.column_types import ExactDecimal, Instant

METADATA = MetaData()

APPEND_ONLY = ("entries", "postings", "cycles")
"""Tables whose rows the database itself refuses to change or delete."""

COMPONENTS = ("funding", "basis", "fees", "slippage", "borrow", "currency", "dust")
"""Columns of `sources`, as in `engine.ledger.components.Components`."""

entries = Table(
    "entries",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("event_id", Text, nullable=False, unique=True),
    Column("book", Text, nullable=False),
    Column("cycle", Instant, nullable=False),
    Column("at", Instant, nullable=False),
    Column("kind", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("pair", Text, nullable=False),
    Column("event", Text, nullable=False),
    Index("entries_at", "book", "at"),
    Index("entries_pair", "book", "pair"),
    sqlite_autoincrement=True,
)

postings = Table(
    "postings",
    METADATA,
    Column("entry", Integer, ForeignKey(entries.c.number), primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("account", Text, nullable=False),
    Column("wallet", Text, nullable=False),
    Column("commodity", Text, nullable=False),
    Column("amount", ExactDecimal, nullable=False),
)

cycles = Table(
    "cycles",
    METADATA,
    Column("book", Text, primary_key=True),
    Column("at", Instant, primary_key=True),
    Column("equity", ExactDecimal, nullable=False),
    Column("marks", Text, nullable=False),
    Column("reserved", Text, nullable=False),
    Column("facts", Text, nullable=False),
)

standings = Table(
    "standings",
    METADATA,
    Column("book", Text, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("holdings", Text, nullable=False),
    Column("marks", Text, nullable=False),
    Column("reserved", Text, nullable=False),
    Column("state", LargeBinary, nullable=False),
)

beginnings = Table(
    "beginnings",
    METADATA,
    Column("book", Text, primary_key=True),
    Column("after", Instant, nullable=True),
)

days = Table(
    "days",
    METADATA,
    Column("book", Text, primary_key=True),
    Column("day", Text, primary_key=True),
    Column("equity_start", ExactDecimal, nullable=False),
    Column("equity_end", ExactDecimal, nullable=False),
    Column("deposits", ExactDecimal, nullable=False),
    Column("withdrawals", ExactDecimal, nullable=False),
    Column("cycles", Integer, nullable=False),
    Column("stale", Integer, nullable=False),
)

sources = Table(
    "sources",
    METADATA,
    Column("book", Text, primary_key=True),
    Column("day", Text, primary_key=True),
    Column("pair", Text, primary_key=True),
    Column("venue", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    *(Column(name, ExactDecimal, nullable=False) for name in COMPONENTS),
)
