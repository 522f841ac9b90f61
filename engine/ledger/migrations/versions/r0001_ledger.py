"""Entries, postings and cycles, which nothing changes or deletes; standings, days and sources."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None

_ENTRIES = "entries"
_APPEND_ONLY = (_ENTRIES, "postings", "cycles")
_REFUSAL = "the ledger is only added to; what was wrong is corrected by a further event"
_COMPONENTS = ("funding", "basis", "fees", "slippage", "borrow", "currency", "dust")


def upgrade() -> None:
    """Make the tables, and the triggers that protect them."""
    _make_entries()
    _make_cycles()
    _make_days()
    for table in _APPEND_ONLY:
        _protect(table)


def _text(name: str, *, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, primary_key=key)


def _make_entries() -> None:
    op.create_table(
        _ENTRIES,
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("event_id", sa.Text, nullable=False, unique=True),
        *(_text(name) for name in ("book", "cycle", "at", "kind", "account", "pair", "event")),
        sqlite_autoincrement=True,
    )
    op.create_index("entries_at", "entries", ["book", "at"])
    op.create_index("entries_pair", "entries", ["book", "pair"])
    op.create_table(
        "postings",
        sa.Column("entry", sa.Integer, sa.ForeignKey(f"{_ENTRIES}.number"), primary_key=True),
        sa.Column("line", sa.Integer, primary_key=True),
        *(_text(name) for name in ("account", "wallet", "commodity", "amount")),
    )


def _make_cycles() -> None:
    op.create_table(
        "cycles",
        *(_text(name, key=True) for name in ("book", "at")),
        *(_text(name) for name in ("equity", "marks", "reserved", "facts")),
    )
    op.create_table(
        "standings",
        _text("book", key=True),
        *(_text(name) for name in ("at", "holdings", "marks", "reserved")),
        sa.Column("state", sa.LargeBinary, nullable=False),
    )


def _make_days() -> None:
    op.create_table(
        "days",
        *(_text(name, key=True) for name in ("book", "day")),
        *(_text(name) for name in ("equity_start", "equity_end", "deposits", "withdrawals")),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("cycles", "stale")),
    )
    op.create_table(
        "sources",
        *(_text(name, key=True) for name in ("book", "day", "pair", "venue", "version")),
        *(_text(name) for name in _COMPONENTS),
    )


def _protect(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()"
    )
