"""
The Disconnect URL: a hit there is a rumour, and only Intuit's refusal of our pair is believed.

Even that is not believed for ever. An outage answers ``invalid_grant`` too, and anybody can hit the
URL during one. So the connection is denied and has its receipt at once, but its pair stays sealed
until a second look, a day later, is refused as well; one that works takes the receipt back.
"""

from __future__ import annotations

from datetime import datetime

import attrs

from qbapps.domain import disconnection as disconnections
from qbapps.domain import policies
from qbapps.domain.connection import Connection, refreshed, without_tokens
from qbapps.domain.disconnection import Disconnection, DisconnectionState, Reason
from qbapps.domain.events import Event, EventKind
from qbapps.domain.parties import Reach
from qbapps.domain.record import revise
from qbapps.domain.states import ConnectionState
from qbapps.domain.tokens import SealedTokens
from qbapps.errors import QBAppsError, ReconnectRequired, StaleVersion
from qbapps.lifecycle import lookup, refresh, worklist
from qbapps.lifecycle.denying import denial
from qbapps.lifecycle.revoking import ask_again
from qbapps.lifecycle.saving import retry_stale, save
from qbapps.lifecycle.sealing import open_pair, tombstone
from qbapps.ports import Change, Ports


def note(ports: Ports, realm_id: str, app_id: str) -> Disconnection | None:
    """
    Look into a hit on the Disconnect URL: anyone can call it, so only a probe is believed.

    Returns None, with nothing sent, for a company we do not hold or one that was probed in the
    last ten minutes; None too when the connection turns out to be alive.

    What is believed is saved in one transaction: a crash before it leaves a connection that needs
    a reconnect, never one that is about to be revoked on a rumour.
    """
    connection = ports.store.connection_of(app_id, realm_id)
    if connection is None or connection.reach is Reach.HAND:
        return None
    if connection.state is ConnectionState.DISCONNECTED:
        return ports.store.disconnection_of(connection.id, connection.grant)
    if not _may_probe(ports, connection) or not _is_refused(ports, connection.id):
        return None
    return retry_stale(lambda: _end(ports, connection))


def second_look(ports: Ports, disconnection_id: str) -> Disconnection:
    """
    Try the pair of a connection that a rumour ended once more; does network.

    Refused again, it is destroyed. When it works, the connection is back and the receipt undone.
    When Intuit does not say, a later look decides.
    """
    receipt = lookup.disconnection(ports.store, disconnection_id)
    connection = lookup.connection(ports.store, receipt.connection_id)
    sealed = ports.store.tokens(connection.id)
    if sealed is None or connection.grant != receipt.grant or connection.state is not ConnectionState.DISCONNECTED:
        return retry_stale(lambda: _close(ports, receipt.id))
    match ask_again(ports, connection):
        case disconnections.RefreshOutcome.GRANTED:
            return retry_stale(lambda: _revive(ports, receipt.id))
        case disconnections.RefreshOutcome.REFUSED:
            return retry_stale(lambda: _destroy(ports, receipt.id))
        case disconnections.RefreshOutcome.UNKNOWN:
            return lookup.disconnection(ports.store, receipt.id)


def _end(ports: Ports, probed: Connection) -> Disconnection | None:
    """Save the end of the connection whole, unless a consent came while we looked."""
    present = lookup.connection(ports.store, probed.id)
    if present.grant != probed.grant:
        return None
    if present.state is ConnectionState.DISCONNECTED:
        return ports.store.disconnection_of(present.id, present.grant)
    at = ports.clock.now()
    begun = denial(ports, present, Reason.IN_QUICKBOOKS)
    receipt = disconnections.rumoured(begun.receipt, at, look_again_at=at + policies.RUMOUR_SECOND_LOOK)
    sealed = ports.store.tokens(present.id)
    if sealed is not None and sealed.may_have_successor:
        task = worklist.check_gone(ports, present, receipt)
        receipt = disconnections.to_be_looked_at(receipt, task.id)
        begun.records.append(task)
        begun.events.append(worklist.opened(task))
    begun.events.append(_proven(receipt, at))
    save(ports, Change(records=(receipt, *begun.records), events=tuple(begun.events)))
    return receipt


def _revive(ports: Ports, receipt_id: str) -> Disconnection:
    receipt, connection, sealed = _loaded(ports, receipt_id)
    if sealed is None or not _is_still_ended(receipt, connection):
        return receipt
    at = ports.clock.now()
    undone = revise(receipt, state=DisconnectionState.UNDONE, due_at=None, ended_at=at)
    thought_dead = attrs.evolve(connection, state=ConnectionState.NEEDS_RECONNECT, disconnected_at=None)
    back = refreshed(thought_dead, open_pair(ports.vault, sealed))
    event = Event(
        stream=connection.id,
        kind=EventKind.DISCONNECT_UNDONE,
        at=at,
        details={"disconnection": receipt.id, "by_refresh": True, "generation": sealed.generation},
    )
    save(ports, Change(records=(back, undone), events=(event,)))
    return undone


def _destroy(ports: Ports, receipt_id: str) -> Disconnection:
    receipt, connection, sealed = _loaded(ports, receipt_id)
    if sealed is None or not _is_still_ended(receipt, connection):
        return _close(ports, receipt_id)
    at = ports.clock.now()
    closed = revise(receipt, due_at=None)
    save(
        ports,
        Change(
            records=(closed, without_tokens(connection)),
            destroy_tokens_of=connection.id,
            tombstones=(tombstone(sealed, at, f"disconnected: {receipt.proof}"),),
            events=(_proven(closed, at),),
        ),
    )
    return closed


def _close(ports: Ports, receipt_id: str) -> Disconnection:
    """Say that no second look is due any more: a consent, a disconnect or another look came first."""
    receipt = lookup.disconnection(ports.store, receipt_id)
    if receipt.due_at is None:
        return receipt
    closed = revise(receipt, due_at=None)
    save(ports, Change(records=(closed,)))
    return closed


def _loaded(ports: Ports, receipt_id: str) -> tuple[Disconnection, Connection, SealedTokens | None]:
    receipt = lookup.disconnection(ports.store, receipt_id)
    connection = lookup.connection(ports.store, receipt.connection_id)
    return receipt, connection, ports.store.tokens(connection.id)


def _is_still_ended(receipt: Disconnection, connection: Connection) -> bool:
    return (
        disconnections.rests_on_a_rumour(receipt)
        and connection.grant == receipt.grant
        and connection.state is ConnectionState.DISCONNECTED
    )


def _proven(receipt: Disconnection, at: datetime) -> Event:
    return Event(
        stream=receipt.connection_id,
        kind=EventKind.DISCONNECT_PROVEN,
        at=at,
        details={"disconnection": receipt.id, "proof": receipt.proof, "look_again": receipt.due_at is not None},
    )


def _may_probe(ports: Ports, connection: Connection) -> bool:
    """Note that the connection is about to be probed; False when it was a moment ago."""
    at = ports.clock.now()
    if connection.probed_at is not None and at - policies.RUMOUR_PAUSE < connection.probed_at <= at:
        return False
    try:
        save(
            ports,
            Change(
                records=(revise(connection, probed_at=at),),
                events=(Event(stream=connection.id, kind=EventKind.PROBED, at=at),),
            ),
        )
    except StaleVersion:
        # Another request is probing it, or it has just changed: a rumour is not worth a second look.
        return False
    return True


def _is_refused(ports: Ports, connection_id: str) -> bool:
    """Refresh once to see whether Intuit still honours the pair; only a checked refusal counts."""
    try:
        refresh.refresh_now(ports, connection_id)
    except ReconnectRequired:
        return True
    except QBAppsError:
        return False
    return False
