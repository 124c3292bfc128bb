"""In which order grants came, whatever clocks say; and which pairs were refreshed and answered with an error."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Number the grants there are by the time that was noted of them, for nothing better is known."""
    op.add_column("tokens", sa.Column("doubted_since", sa.DateTime(timezone=True)))
    op.add_column("grants", sa.Column("arrival", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE grants SET arrival = numbered.place FROM"
        " (SELECT id, row_number() OVER (ORDER BY received_at, id) AS place FROM grants) AS numbered"
        " WHERE numbered.id = grants.id"
    )
    for name in ("connection_id", "arrival"):
        op.create_index(f"ix_grants_{name}", "grants", [name])
