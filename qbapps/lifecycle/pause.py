"""Stopping a connection here for a while, and letting it go on."""

from __future__ import annotations

import attrs

from qbapps.domain.banks.link import followed
from qbapps.domain.connection import Connection, Kind
from qbapps.domain.events import Event, EventKind
from qbapps.domain.record import revise
from qbapps.domain.states import Action
from qbapps.lifecycle import lookup
from qbapps.lifecycle.saving import retry_stale, save
from qbapps.ports import Change, Ports


def pause(ports: Ports, connection_id: str) -> Connection:
    """Stop a connection here; nothing is sent to Intuit, and it is still kept alive."""
    return _change(ports, connection_id, Action.PAUSE)


def resume(ports: Ports, connection_id: str) -> Connection:
    """Let a paused connection go on."""
    return _change(ports, connection_id, Action.RESUME)


def _change(ports: Ports, connection_id: str, action: Action) -> Connection:
    def beat() -> Connection:
        connection = lookup.connection(ports.store, connection_id)
        state = connection.may(action)
        if state is connection.state:
            return connection
        at = ports.clock.now()
        changed = revise(connection, state=state, paused_at=at if action is Action.PAUSE else None)
        link = ports.banks.link(connection_id) if connection.kind is Kind.BANK else None
        if link is not None:
            # Its consent may have ended while it was paused.
            changed = attrs.evolve(followed(changed, link, at.date(), at), version=changed.version)
        kind = EventKind.PAUSED if action is Action.PAUSE else EventKind.RESUMED
        save(
            ports,
            Change(records=(changed,), events=(Event(stream=connection_id, kind=kind, at=at),)),
        )
        return changed

    return retry_stale(beat)
