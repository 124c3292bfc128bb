"""The number of the lease under which a pair was obtained."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Let pairs say under which lease they were obtained; those there are were obtained under none."""
    op.add_column("tokens", sa.Column("fence", sa.BigInteger(), nullable=False, server_default="0"))
