"""Leases: who may refresh a connection, between processes and hosts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Insert, Interval, Select, String, and_, bindparam, func, or_, select, update
from sqlalchemy.engine import Dialect

from qbapps.domain import policies
from qbapps.ports import Lease
from qbapps.store import schema
from qbapps.store.columns import Instant
from qbapps.store.ready import Ready
from qbapps.store.upserts import insert_for

_table = schema.leases
_name: Any = bindparam("of_name", type_=String())


def _times(dialect: Dialect) -> tuple[Any, Any, Any]:
    """Return the present, the end of a lease taken now, and when a lease begins to seem taken in the future."""
    if dialect.name == "postgresql":
        # Its own clock, for hosts whose clocks differ.
        now: Any = func.clock_timestamp(type_=Instant)
        lasts_for, tolerance = (bindparam(name, type_=Interval()) for name in ("lasts_for", "tolerance"))
        return now, now + lasts_for, now + tolerance
    at, end, future = (bindparam(name, type_=Instant()) for name in ("at", "end", "future"))
    return at, end, future


def _acquiring(dialect: Dialect) -> Insert:
    now, end, future = _times(dialect)
    holder: Any = bindparam("by", type_=String())
    taken = {"holder": holder, "taken_at": now, "expires_at": end}
    return (
        insert_for(dialect, _table)
        .values(name=_name, fence=1, **taken)
        .on_conflict_do_update(
            index_elements=[_table.c.name],
            set_={"fence": _table.c.fence + 1, **taken},
            where=or_(_table.c.holder.is_(None), _table.c.expires_at <= now, _table.c.taken_at > future),
        )
        .returning(_table.c.fence, _table.c.expires_at)
    )


def _reading(dialect: Dialect) -> Select[Any]:
    now, _, future = _times(dialect)
    taken = _table.c.holder.is_not(None), _table.c.expires_at > now, _table.c.taken_at <= future
    return select(_table.c.holder, _table.c.fence, _table.c.expires_at).where(_table.c.name == _name, *taken)


_mine = and_(
    _table.c.name == _name,
    _table.c.holder == bindparam("by"),
    _table.c.fence == bindparam("of_fence"),
)
_ACQUIRE: Final = Ready(_acquiring)
_RELEASE: Final = Ready(update(_table).where(_mine).values(holder=None))

CURRENT: Final = Ready(_reading)
"""Gives the row of a lease that somebody has now, by the rules of ``acquire``."""


def acquire(connection: Connection, name: str, holder: str, lasts_for: timedelta, at: datetime) -> Lease | None:
    """
    Take the lease *name* in one statement, or return None while somebody has it.

    A holder does not get its own lease twice: two threads that share a holder exclude each other
    too. A lease that was taken in the future, as it seems when a clock has gone back, is over.
    """
    values = {**asked(name, at), "by": holder, "lasts_for": lasts_for, "end": at + lasts_for}
    taken = _ACQUIRE.rows(connection, values)
    return None if not taken else Lease(name=name, holder=holder, fence=taken[0][0], expires_at=taken[0][1])


def asked(name: str, at: datetime) -> dict[str, Any]:
    """Return what ``CURRENT`` binds: the name, and the caller's time for a database that goes by it."""
    return {
        "of_name": name,
        "at": at,
        "future": at + policies.CLOCK_TOLERANCE,
        "tolerance": policies.CLOCK_TOLERANCE,
    }


def current(name: str, row: Sequence[Any]) -> Lease:
    """Return a row of ``CURRENT`` as a lease."""
    return Lease(name=name, holder=row[0], fence=row[1], expires_at=row[2])


def release(connection: Connection, lease: Lease) -> None:
    """End *lease* if it is still this holder's; its row stays, so that fences keep growing."""
    _RELEASE.run(connection, {"of_name": lease.name, "by": lease.holder, "of_fence": lease.fence})
