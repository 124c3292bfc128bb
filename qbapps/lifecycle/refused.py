"""A refresh that Intuit refused: believed where something explains it, doubted where it looks like an outage."""

from __future__ import annotations

from datetime import datetime

import attrs

from qbapps.domain import policies
from qbapps.domain import refusal as refusals
from qbapps.domain.connection import Connection
from qbapps.domain.diagnosis import Cause
from qbapps.domain.events import Event, EventKind
from qbapps.domain.evidence import suspects_outage, why_refused
from qbapps.domain.states import ConnectionState
from qbapps.domain.tokens import SealedTokens
from qbapps.errors import IntuitError, IntuitUnavailable
from qbapps.lifecycle import gathering, lookup, losing, usable
from qbapps.lifecycle.saving import save
from qbapps.ports import Change, Ports

_LIVE = (ConnectionState.CONNECTED, ConnectionState.PAUSED)


def weigh(ports: Ports, connection_id: str, noted: SealedTokens, rejected: IntuitError) -> Exception:
    """
    Record that Intuit refused the pair twice, as what the evidence makes of it; return the error that says so.

    What looks like an outage marks nothing: it is ``IntuitUnavailable`` for half an hour at most.

    Raises:
        StaleVersion: *noted* is no longer the connection's pair. Nothing was saved.
    """
    at = ports.clock.now()
    connection = lookup.connection(ports.store, connection_id)
    evidence = attrs.evolve(gathering.gather(ports, connection), tokens=noted)
    cause = why_refused(evidence, at)
    if connection.state in _LIVE and cause is Cause.REFUSED and suspects_outage(evidence, at):
        losing.doubt(ports, connection, intuit_tid=rejected.intuit_tid, refused=noted)
        return _outage(connection, noted.refused_at or at, at, at, rejected.intuit_tid)
    connection = losing.lose(ports, connection_id, cause, intuit_tid=rejected.intuit_tid, refused=noted)
    return usable.reconnect_required(ports, connection)


def check_patience(ports: Ports, connection: Connection, sealed: SealedTokens) -> None:
    """
    Check that a pair refused in what looks like an outage may be tried again by now.

    Raises:
        IntuitUnavailable: It is too early; nothing was sent.
    """
    if sealed.refused_at is None or connection.state not in _LIVE:
        return
    last = gathering.last_refusal(ports.store, connection, sealed) or sealed.refused_at
    at, following = ports.clock.now(), refusals.next_try_in_doubt(sealed.refused_at, last)
    if last - policies.CLOCK_TOLERANCE <= at < following:
        raise _outage(connection, sealed.refused_at, last, at, None)


def note_keys(ports: Ports, app_id: str, connection_id: str, rejected: IntuitError) -> None:
    """Record on the app's trail, once until something works again, that Intuit refuses its keys."""
    mark, pulse = gathering.keys_mark(ports.store, app_id), ports.store.pulse(app_id, ports.clock.now())
    known = gathering.latest_refusal_of_keys(ports.store, app_id, pulse)
    if known is not None and known.details.get("keys") == mark:
        return
    event = Event(
        stream=app_id,
        kind=EventKind.KEYS_REFUSED,
        at=ports.clock.now(),
        details={"connection": connection_id, "keys": mark, "intuit_tid": rejected.intuit_tid},
    )
    save(ports, Change(events=(event,)))


def _outage(
    connection: Connection, first: datetime, last: datetime, at: datetime, intuit_tid: str | None
) -> IntuitUnavailable:
    following = max(refusals.next_try_in_doubt(first, last), at)
    return IntuitUnavailable(
        f"Intuit refuses {connection.id} and other connections of {connection.app_id}: an outage is suspected.",
        hint=f"Try again when retry_after is over; if it is still refused after "
        f"{refusals.believed_at(first):%Y-%m-%d %H:%M} UTC, it will be believed. Nothing is marked until then.",
        error="invalid_grant",
        status=400,
        intuit_tid=intuit_tid,
        retry_after=following - at,
        processed=False,
        connection_id=connection.id,
        realm_id=connection.realm_id,
    )
