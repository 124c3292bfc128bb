"""Bank connections."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _days(*names: str) -> list[Any]:
    return [sa.Column(name, sa.Date()) for name in names]


def _to_connections(table: str) -> sa.ForeignKeyConstraint:
    deferred: dict[str, Any] = {"deferrable": True, "initially": "DEFERRED"}
    return sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name=f"fk_{table}_connection_id", **deferred)


def upgrade() -> None:
    """Make the tables, and the column that tells banks from apps."""
    op.add_column("apps", sa.Column("is_bank", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "bank_links",
        *_texts("connection_id", "bank"),
        sa.Column("login", sa.String()),
        *_texts("regime", "state"),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("generation", "revision")),
        *_days("authenticated_on", "confirmed_on", "stated_end", "ended_on"),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("accounts", "fed", "snapshot")),
        sa.Column("history", sa.String()),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        *_days("synced_on", "stopped_on", "failed_on"),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("update_failed", sa.Boolean(), nullable=False),
        sa.Column("in_review", sa.BigInteger()),
        sa.Column("note", sa.String()),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("connection_id", name="pk_bank_links"),
        _to_connections("bank_links"),
    )
    op.create_table(
        "bank_feeds",
        *_texts("realm_id", "ledger", "connection_id"),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("realm_id", "ledger", name="pk_bank_feeds"),
        _to_connections("bank_feeds"),
    )
