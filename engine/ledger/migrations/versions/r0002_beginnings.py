"""Where the ledger of each book begins in the recording of its market."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision: str | None = "0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "beginnings",
        sa.Column("book", sa.Text, primary_key=True, nullable=False),
        sa.Column("after", sa.Text, nullable=True),
    )
