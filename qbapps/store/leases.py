"""Leases: who may refresh a connection, between processes and hosts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Interval, and_, func, literal, or_, update

from qbapps.domain import policies
from qbapps.ports import Lease
from qbapps.store import schema
from qbapps.store.columns import Instant
from qbapps.store.upserts import insert_into

_table = schema.leases


def acquire(connection: Connection, name: str, holder: str, lasts_for: timedelta, at: datetime) -> Lease | None:
    """
    Take the lease *name* in one statement, or return None while somebody has it.

    A holder does not get its own lease twice: two threads that share a holder exclude each other
    too. A lease that was taken in the future, as it seems when a clock has gone back, is over.
    """
    now: Any
    if connection.dialect.name == "postgresql":
        now = func.clock_timestamp(type_=Instant)
        end = now + literal(lasts_for, Interval)
        future = now + literal(policies.CLOCK_TOLERANCE, Interval)
    else:
        now = literal(at, Instant)
        end = literal(at + lasts_for, Instant)
        future = literal(at + policies.CLOCK_TOLERANCE, Instant)
    insert = insert_into(connection, _table).values(name=name, holder=holder, fence=1, taken_at=now, expires_at=end)
    taken = connection.execute(
        insert.on_conflict_do_update(
            index_elements=[_table.c.name],
            set_={"holder": holder, "fence": _table.c.fence + 1, "taken_at": now, "expires_at": end},
            where=or_(_table.c.holder.is_(None), _table.c.expires_at <= now, _table.c.taken_at > future),
        ).returning(_table.c.fence, _table.c.expires_at)
    ).one_or_none()
    return None if taken is None else Lease(name=name, holder=holder, fence=taken.fence, expires_at=taken.expires_at)


def release(connection: Connection, lease: Lease) -> None:
    """End *lease* if it is still this holder's; its row stays, so that fences keep growing."""
    mine = and_(_table.c.name == lease.name, _table.c.holder == lease.holder, _table.c.fence == lease.fence)
    connection.execute(update(_table).where(mine).values(holder=None))
