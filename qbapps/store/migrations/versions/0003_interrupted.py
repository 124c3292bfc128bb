"""What tells, after a crash, which exchanges, grants, disconnects and refreshes were cut off, and what is due."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add when a code was taken and for which company, what became of a grant, and the indexes that find them."""
    for table, name in (("authorizations", "taken_at"), ("grants", "intent_at"), ("grants", "refused_at")):
        op.add_column(table, sa.Column(name, sa.DateTime(timezone=True)))
    op.add_column("authorizations", sa.Column("claimed_realm_id", sa.String()))
    op.create_index("ix_authorizations_state", "authorizations", ["state"])
    op.create_index("ix_disconnections_state", "disconnections", ["state"])
    for table, name in (("tokens", "intent_at"), ("disconnections", "due_at")):
        is_set = sa.text(f"{name} IS NOT NULL")
        op.create_index(f"ix_{table}_{name}", table, [name], sqlite_where=is_set, postgresql_where=is_set)
