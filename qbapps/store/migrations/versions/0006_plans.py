"""Plans, their rows, and the paces that processes and hosts share."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the tables; the words are not checked by the database, as in the tables before."""
    op.create_table(
        "plans",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("action", sa.String(), nullable=False),
        *(sa.Column(name, sa.String()) for name in ("firm_id", "by", "reason", "comment", "to")),
        sa.Column("deadline", sa.DateTime(timezone=True)),
        sa.Column("needs_approval", sa.Boolean(), nullable=False),
        sa.Column("chosen", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("signature", sa.String(), nullable=False),
        sa.Column("approved_by", sa.String()),
        sa.Column("approved_at", sa.DateTime(timezone=True)),
        sa.Column("approval", sa.String()),
        sa.Column("canary", sa.String()),
        sa.Column("canary_asked", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
    )
    owner = ("owner_sub", "owner_email", "owner_email_folded", "owner_name", "owner_role")
    op.create_table(
        "plan_items",
        sa.Column("plan_id", sa.String(), primary_key=True),
        sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("connection_id", sa.String(), nullable=False),
        sa.Column("app_id", sa.String(), nullable=False),
        *(sa.Column(name, sa.String()) for name in ("realm_id", "company_name", *owner)),
        sa.Column("grant", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("action", "reach", "level")),
        sa.Column("siblings", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        *(sa.Column(name, sa.String()) for name in ("note", "result_id")),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("version", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_plan_items_plan_id_outcome_number", "plan_items", ["plan_id", "outcome", "number"])
    op.create_table(
        "paces",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("state", sa.Text(), nullable=False),
    )
