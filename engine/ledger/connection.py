"""Opening a database for the ledger: safe writes, tables up to date."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from engine import __version__
from engine.errors import LedgerError

_MIGRATIONS = Path(__file__).parent / "migrations"
_WAIT_S = 5
WRITES = "carrybook_writes"
"""Execution option of a connection that is going to write."""


def open_engine(place: str | Path) -> Engine:
    """A database whose tables are up to date; a new SQLite file is made.

    Args:
        place: A file of SQLite, or a URL of SQLAlchemy.

    Raises:
        LedgerError: It cannot be opened, is no store, or is one of a newer Carrybook.
    """
    url = _make_url(place)
    try:
        engine = create_engine(url)
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
        _bring_up_to_date(engine, name_place(url))
    except (SQLAlchemyError, ImportError) as error:
        raise LedgerError(f"{name_place(url)} cannot be opened as a store: {tell_cause(error)}") from error
    return engine


def name_place(url: URL) -> str:
    """A database as messages name it: the file, or the URL without its password."""
    return url.database if url.drivername.startswith("sqlite") and url.database else url.render_as_string()


def tell_cause(error: Exception) -> str:
    """What a database says of a fault, on one line."""
    cause = getattr(error, "orig", None) or error
    return " ".join(str(cause).split())


def _make_url(place: str | Path) -> URL:
    if isinstance(place, str) and "://" in place:
        try:
            return make_url(place)
        except ArgumentError as error:
            raise LedgerError(f"{place.split('://', 1)[0]}://… is no URL of a database") from error
    return URL.create("sqlite", database=str(place))


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """Whole transactions that survive a loss of power; readers go on beside the one who writes."""
    connection.isolation_level = None  # the driver's own transactions would leave out changes of tables
    for pragma in (
        f"busy_timeout = {_WAIT_S * 1000}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """Whoever is going to write takes the lock at once, so that what it read still holds when it writes."""
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _bring_up_to_date(engine: Engine, place: str) -> None:
    """Change the tables if they are old; whoever finds them new takes no lock."""
    configuration = Config()
    configuration.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    with engine.connect() as connection, connection.begin():
        if _is_current(connection, configuration, place):
            return
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        if not _is_current(connection, configuration, place):
            configuration.attributes["connection"] = connection
            command.upgrade(configuration, "head")


def _is_current(connection: Connection, configuration: Config, place: str) -> bool:
    scripts = ScriptDirectory.from_config(configuration)
    newest, known = scripts.get_current_head(), {each.revision for each in scripts.walk_revisions()}
    current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and current not in known:
        raise LedgerError(
            f"{place} has tables of version {current}, made by a newer Carrybook; "
            f"Carrybook {__version__} knows them up to {newest}: update it, or take another store"
        )
    if current is None and inspect(connection).get_table_names():
        raise LedgerError(f"{place} is a database of something else; take another file")
    return current == newest
