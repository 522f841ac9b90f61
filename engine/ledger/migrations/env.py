"""Run by Alembic: bring the tables of the connection that was given to it up to date."""

from __future__ import annotations

from alembic import context

from engine.ledger.schema import METADATA

# SQLite too changes tables within the transaction, so that a store is at one version whatever happens.
context.configure(
    connection=context.config.attributes["connection"], target_metadata=METADATA, transactional_ddl=True
)
with context.begin_transaction():
    context.run_migrations()
