"""Bank connections."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the table, and the column that tells banks from apps."""
    op.add_column("apps", sa.Column("is_bank", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "bank_links",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("connection_id", "bank", "regime", "state")),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("generation", "revision")),
        *(sa.Column(name, sa.Date()) for name in ("authenticated_on", "confirmed_on", "stated_end", "ended_on")),
        sa.Column("accounts", sa.Text(), nullable=False),
        sa.Column("history", sa.String()),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Date()) for name in ("synced_on", "stopped_on")),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("update_failed", sa.Boolean(), nullable=False),
        sa.Column("in_review", sa.BigInteger()),
        sa.Column("note", sa.String()),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("connection_id", name="pk_bank_links"),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connections.id"],
            name="fk_bank_links_connection_id",
            deferrable=True,
            initially="DEFERRED",
        ),
    )
