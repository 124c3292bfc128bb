"""Marking a connection that Intuit no longer serves, and taking the mark back."""

from __future__ import annotations

import attrs

from qbapps.domain.connection import Connection, lost, served
from qbapps.domain.diagnosis import OF_THE_COMPANY, Cause
from qbapps.domain.events import Event, EventKind
from qbapps.domain.states import ConnectionState
from qbapps.domain.tokens import SealedTokens
from qbapps.lifecycle import lookup
from qbapps.lifecycle.saving import retry_stale, save
from qbapps.ports import Change, Ports


def lose(
    ports: Ports, connection_id: str, cause: Cause, *, intuit_tid: str | None, refused: SealedTokens | None = None
) -> Connection:
    """
    Record that only a person can mend the connection; what was on record already is only noted again.

    Args:
        refused: The pair that Intuit refused, with its journal open.

    Raises:
        StaleVersion: *refused* is no longer the connection's pair. Nothing was saved.
    """

    def beat() -> Connection:
        connection = lookup.connection(ports.store, connection_id)
        known = connection.state is ConnectionState.NEEDS_RECONNECT and connection.cause == cause
        if connection.state is ConnectionState.DISCONNECTED or (known and refused is None):
            return connection
        dead = connection if known else lost(connection, cause)
        event = _refusal(
            EventKind.REFUSED if known else EventKind.NEEDS_RECONNECT, ports, dead, cause, intuit_tid, refused
        )
        save(
            ports,
            Change(
                records=() if known else (dead,),
                marks=None if refused is None else with_refusal(ports, refused),
                events=(event,),
            ),
        )
        return dead

    return retry_stale(beat)


def doubt(ports: Ports, connection: Connection, *, intuit_tid: str | None, refused: SealedTokens) -> None:
    """
    Record a refusal that looks like an outage: the connection stays as it is.

    Raises:
        StaleVersion: *refused* is no longer the connection's pair. Nothing was saved.
    """
    event = _refusal(EventKind.REFUSED, ports, connection, Cause.OUTAGE, intuit_tid, refused)
    save(ports, Change(marks=with_refusal(ports, refused), events=(event,)))


def revive(ports: Ports, connection_id: str) -> None:
    """Take back that the company is closed to us, once it has answered."""

    def beat() -> None:
        connection = lookup.connection(ports.store, connection_id)
        if connection.state is ConnectionState.NEEDS_RECONNECT and connection.cause in OF_THE_COMPANY:
            save(ports, Change(records=(served(connection),), events=(revived(connection, ports),)))

    retry_stale(beat)


def revived(before: Connection, ports: Ports) -> Event:
    """Return the event of a connection that works again, of itself."""
    return Event(
        stream=before.id,
        kind=EventKind.REVIVED,
        at=ports.clock.now(),
        details={"cause": before.cause, "generation": before.generation},
    )


def with_refusal(ports: Ports, noted: SealedTokens) -> SealedTokens:
    """Return *noted* with its journal closed by a refusal; the first one's time stays."""
    return attrs.evolve(noted, intent_at=None, intent_by=None, refused_at=noted.refused_at or ports.clock.now())


def _refusal(
    kind: EventKind,
    ports: Ports,
    connection: Connection,
    cause: Cause,
    intuit_tid: str | None,
    refused: SealedTokens | None,
) -> Event:
    return Event(
        stream=connection.id,
        kind=kind,
        at=ports.clock.now(),
        details={
            "cause": cause,
            "generation": connection.generation if refused is None else refused.generation,
            "intuit_tid": intuit_tid,
        },
    )
