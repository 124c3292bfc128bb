"""In which order grants came: as the database took them, for the clocks of those who keep them may differ."""

from __future__ import annotations

from typing import Final

from sqlalchemy import String, and_, bindparam, literal, or_, select

from qbapps.domain.grants import GrantState
from qbapps.store import schema
from qbapps.store.ready import Ready

_this, _later = schema.grants.alias("this"), schema.grants.alias("later")

OVERTAKING: Final = Ready(
    select(literal(1))
    .where(
        _this.c.id == bindparam("grant_id", type_=String()),
        _later.c.connection_id == bindparam("connection_id", type_=String()),
        _later.c.state == GrantState.PROMOTED,
        or_(
            _later.c.arrival > _this.c.arrival,
            # Two transactions at once may have got the same number.
            and_(_later.c.arrival == _this.c.arrival, _later.c.received_at > _this.c.received_at),
        ),
    )
    .limit(1)
)
"""Gives a row when a grant that came after that one has been promoted to that connection."""
