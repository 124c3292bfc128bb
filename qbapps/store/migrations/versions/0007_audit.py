"""What an audit asks: what apps are for, what companies are, and what lists and people said last."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    deferred: dict[str, Any] = {"deferrable": True, "initially": "DEFERRED"}
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}", **deferred)


def upgrade() -> None:
    """Make the column and the tables, empty: none of it was kept before. What was refreshed counts as used then."""
    op.add_column("apps", sa.Column("category", sa.String()))
    op.create_table(
        "companies",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("environment", "realm_id")),
        *(sa.Column(name, sa.String()) for name in ("country", "subscription_status")),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("environment", "realm_id", name="pk_companies"),
    )
    op.create_table(
        "listings",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("firm_id", "connection_id")),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String()),
        sa.PrimaryKeyConstraint("firm_id", "connection_id", name="pk_listings"),
        _to("listings", "firm_id", "firms.id"),
        _to("listings", "connection_id", "connections.id"),
    )
    op.create_table(
        "confirmations",
        sa.Column("connection_id", sa.String(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.String(), nullable=False),
        sa.Column("note", sa.String()),
        sa.PrimaryKeyConstraint("connection_id", name="pk_confirmations"),
        _to("confirmations", "connection_id", "connections.id"),
    )
    day = "date(refreshed_at)" if op.get_bind().dialect.name == "sqlite" else "(refreshed_at AT TIME ZONE 'UTC')::date"
    op.execute(
        f"UPDATE connections SET last_used_on = {day} "  # noqa: S608 - both are texts of ours
        "WHERE last_used_on IS NULL AND refreshed_at IS NOT NULL"
    )
