"""Somebody's word that a hand-kept connection is in QuickBooks as it is listed here."""

from __future__ import annotations

from datetime import datetime

from qbapps.domain.connection import Connection, Kind
from qbapps.domain.events import Event, EventKind
from qbapps.domain.inventory import Confirmation
from qbapps.domain.parties import Reach
from qbapps.domain.states import ConnectionState
from qbapps.errors import TransitionError
from qbapps.lifecycle import lookup, people
from qbapps.lifecycle.saving import retry_stale, save
from qbapps.ports import Change, Ports, Record


def confirm_connection(ports: Ports, connection_id: str, *, by: str, note: str | None) -> Connection:
    """
    Record that somebody looked at a hand-kept connection in QuickBooks, and it is as listed.

    The connection itself stays as it is.

    Raises:
        ConfigurationError: *by* is empty: nothing is confirmed by nobody.
        TransitionError: It is not kept by hand, so that Intuit itself can be asked.
    """
    people.check_name("by", by)

    def beat() -> Connection:
        connection = lookup.connection(ports.store, connection_id)
        if connection.kind is Kind.DESKTOP:
            raise TransitionError(
                f"{connection.id} is a connection to QuickBooks Desktop: its connector says how it is.",
                hint="Look at desktop.status.",
                state=connection.state,
                action="confirm",
                connection_id=connection.id,
            )
        if connection.reach is not Reach.HAND:
            raise TransitionError(
                f"{connection.id} is not kept by hand: Intuit itself can say how it is.",
                hint="Probe it instead.",
                state=connection.state,
                action="confirm",
                connection_id=connection.id,
                realm_id=connection.realm_id,
            )
        at = ports.clock.now()
        event = Event(stream=connection.id, kind=EventKind.CONFIRMED, at=at, by=by, details={"note": note})
        save(
            ports,
            Change(
                confirmations=(_confirmation(connection, at, by=by, note=note),), events=(event,), unchanged=connection
            ),
        )
        return connection

    return retry_stale(beat)


def implied(records: list[Record], at: datetime, *, by: str, note: str | None) -> tuple[Confirmation, ...]:
    """Return what a task that *by* has done confirms: the hand-kept connections among *records* that stay."""
    return tuple(
        _confirmation(record, at, by=by, note=note)
        for record in records
        if isinstance(record, Connection)
        and record.reach is Reach.HAND
        and record.state is not ConnectionState.DISCONNECTED
    )


def _confirmation(connection: Connection, at: datetime, *, by: str, note: str | None) -> Confirmation:
    return Confirmation(connection_id=connection.id, confirmed_at=at, confirmed_by=by, note=note)
