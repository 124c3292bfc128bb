"""Loading a bank connection, and saving what became of it together with what lists of all kinds show."""

from __future__ import annotations

from datetime import date, datetime

import attrs

from qbapps.domain.banks.link import BankLink, followed
from qbapps.domain.connection import Connection
from qbapps.domain.events import Event, EventKind
from qbapps.domain.states import ConnectionState
from qbapps.errors import NotFoundError
from qbapps.lifecycle import lookup
from qbapps.lifecycle.saving import save
from qbapps.ports import Change, Ports, Record

_STOPPED = frozenset({ConnectionState.NEEDS_RECONNECT, ConnectionState.DISCONNECTED})


@attrs.frozen(kw_only=True)
class Kept:
    """A bank connection as it was read."""

    connection: Connection
    link: BankLink


def today(ports: Ports) -> date:
    """Return the day, by UTC."""
    return ports.clock.now().date()


def load(ports: Ports, connection_id: str) -> Kept:
    """
    Load a bank connection.

    Raises:
        NotFoundError: There is none of that id, or it is no bank connection.
    """
    link = ports.banks.link(connection_id)
    if link is None:
        raise NotFoundError(
            f"There is no bank connection {connection_id!r}.",
            hint="Look for its id in connections(kind='bank'); one is made by banks.connect.",
            connection_id=connection_id,
        )
    return Kept(connection=lookup.connection(ports.store, connection_id), link=link)


def keep(
    ports: Ports,
    before: Kept,
    link: BankLink,
    *,
    connection: Connection | None = None,
    by: str | None = None,
    events: tuple[Event, ...] = (),
    records: tuple[Record, ...] = (),
) -> Connection:
    """
    Save *link*, the connection as it follows from it, and what that means for lists of all kinds.

    Args:
        connection: As it was read, with what changes besides.

    Returns:
        The connection, as saved.
    """
    at = ports.clock.now()
    known = before.connection
    after = followed(connection or known, link, at.date(), at)
    if after is not known:
        after = attrs.evolve(after, version=known.version + 1)
    told = (*events, *_told_of_all_kinds(known, after, link, at, by))
    changed = tuple(new for new, old in ((after, known), (link, before.link)) if new is not old)
    if changed or records or told:
        save(ports, Change(records=(*changed, *records), events=told))
    return after


def _told_of_all_kinds(
    before: Connection, after: Connection, link: BankLink, at: datetime, by: str | None
) -> tuple[Event, ...]:
    """Return what listeners to connections of any kind hear of it."""
    if after.state is before.state and after.grant == before.grant:
        return ()
    if after.state is ConnectionState.DISCONNECTED:
        return (
            Event(
                stream=after.id,
                kind=EventKind.DISCONNECTED,
                at=at,
                by=by,
                details={"was": before.state, "cause": before.cause, "on": link.recorded_on.isoformat()},
            ),
        )
    if after.state is ConnectionState.NEEDS_RECONNECT:
        if before.state in _STOPPED:
            return ()
        return (Event(stream=after.id, kind=EventKind.NEEDS_RECONNECT, at=at, by=by, details={"cause": after.cause}),)
    return (connected(after, at, by, again=before.grant > 0),)


def connected(connection: Connection, at: datetime, by: str | None, *, again: bool = False) -> Event:
    """Return the event of a connection that works, for the first time or *again*."""
    return Event(
        stream=connection.id,
        kind=EventKind.RECONNECTED if again else EventKind.CONNECTED,
        at=at,
        by=by,
        details={"app": connection.app_id, "grant": connection.grant, "company": connection.company_name},
    )
