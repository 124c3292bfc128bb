"""Reads that weigh a refusal: what happened last, and how the other connections of an app fare."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, or_, select, true

from qbapps.domain.diagnosis import Cause
from qbapps.domain.events import Event, EventKind
from qbapps.domain.states import ConnectionState
from qbapps.ports import Pulse
from qbapps.store import rows, schema

_connections, _tokens, _events = schema.connections, schema.tokens, schema.events


def latest_events(connection: Connection, stream: str) -> dict[EventKind, Event]:
    """Return the newest event of each kind."""
    newest = select(func.max(_events.c.sequence)).where(_events.c.stream == stream).group_by(_events.c.kind)
    found = connection.execute(select(_events).where(_events.c.stream == stream, _events.c.sequence.in_(newest)))
    return {event.kind: event for event in map(rows.EVENTS.record, found)}


def pulse(connection: Connection, app_id: str, since: datetime) -> Pulse:
    """Return which connections of an app were refused since an instant, unexplained, and when one was refreshed."""
    refreshed_at = connection.execute(
        select(func.max(_connections.c.refreshed_at)).where(_connections.c.app_id == app_id)
    ).scalar_one()
    refused = connection.execute(
        select(_connections.c.id)
        .join(_tokens, _tokens.c.connection_id == _connections.c.id)
        .where(
            _connections.c.app_id == app_id,
            _connections.c.state != ConnectionState.DISCONNECTED,
            _tokens.c.refused_at >= since,
            true() if refreshed_at is None else _tokens.c.refused_at > refreshed_at,
            or_(_connections.c.cause.is_(None), _connections.c.cause == Cause.REFUSED.value),
        )
        .order_by(_connections.c.id)
    )
    return Pulse(refreshed_at=refreshed_at, refused=tuple(refused.scalars()))
