"""Disconnecting: denied here first, revoked at Intuit, then proven as far as that goes."""

from __future__ import annotations

import logging
from datetime import timedelta

from qbapps.domain import disconnection as disconnections
from qbapps.domain.connection import Connection, check_grant, without_tokens
from qbapps.domain.disconnection import (
    Disconnection,
    DisconnectionState,
    Proof,
    Reason,
)
from qbapps.domain.events import Event, EventKind
from qbapps.domain.permissions import Undertaking
from qbapps.domain.record import revise
from qbapps.domain.states import Action, ConnectionState
from qbapps.domain.tasks import Task, TaskState, cancel
from qbapps.domain.tokens import SealedTokens
from qbapps.errors import ConfigurationError, QBAppsError, TransitionError
from qbapps.lifecycle import lookup, rumour, worklist
from qbapps.lifecycle.denying import denial
from qbapps.lifecycle.people import check_permission
from qbapps.lifecycle.revoking import Attempt, HeldTurn, take_turn, until_refused
from qbapps.lifecycle.saving import retry_stale, save
from qbapps.lifecycle.sealing import tombstone
from qbapps.ports import Change, Ports, Record

_log = logging.getLogger(__name__)


def disconnect(
    ports: Ports,
    connection_id: str,
    *,
    reason: str,
    comment: str | None,
    by: str | None,
    after: timedelta | None,
    grant: int | None = None,
) -> Disconnection:
    """
    End a connection and return its receipt.

    Asked twice, the first receipt comes back; one that has no proof yet is tried again. The event
    keeps whether the role of *by* is known.

    Args:
        grant: The consent that is to end; a newer one is left alone.

    Raises:
        NotPermitted: What is known of *by* forbids it.
        TransitionError: The connection has another consent by now than *grant*.
    """
    why = _reason(reason)
    if after is not None and after <= timedelta(0):
        raise ConfigurationError("after is not a positive timedelta.", hint="Leave it out to disconnect now.")
    known = _current(ports, connection_id)
    if known is None or grant not in (None, known.grant):
        known = retry_stale(lambda: _start(ports, _bound(ports, connection_id, grant), why, comment, by, after))
    unproven = known.state in (DisconnectionState.REVOKING, DisconnectionState.UNPROVEN)
    # Whoever asks wants it ended for good, and not only until a second look.
    if unproven or disconnections.rests_on_a_rumour(known):
        return carry_out(ports, known.id)
    return known


def _bound(ports: Ports, connection_id: str, grant: int | None) -> Connection:
    connection = lookup.connection(ports.store, connection_id)
    check_grant(connection, grant, action=Action.DISCONNECT)
    return connection


def carry_out(ports: Ports, disconnection_id: str) -> Disconnection:
    """Revoke the pair of a connection that is denied here already, and save what that proves."""
    # Whoever outlived its lease finds that another has been here, and looks again: a second revoke does no harm.
    return retry_stale(lambda: _carry_out(ports, disconnection_id))


def _carry_out(ports: Ports, disconnection_id: str) -> Disconnection:
    disconnection = lookup.disconnection(ports.store, disconnection_id)
    turn = take_turn(ports, disconnection.connection_id)
    try:
        disconnection = lookup.disconnection(ports.store, disconnection_id)
        if disconnections.is_settled(disconnection):
            # Somebody else finished, or took it back, while we waited.
            return disconnection
        # Of one instant: the pair of a consent that comes in now is not the one to revoke.
        standing = lookup.standing(ports.store, disconnection.connection_id)
        connection, sealed = standing.connection, standing.tokens
        if connection.grant != disconnection.grant:
            return _finish(ports, disconnection, Proof.NONE, None, Attempt(), turn)
        if sealed is None:
            return _finish(ports, disconnection, Proof.ALREADY_GONE, None, Attempt(), turn)
        attempt = until_refused(ports, connection, sealed, turn)
        sealed = ports.store.tokens(connection.id)
        return _finish(ports, disconnection, attempt.proof, sealed, attempt, turn)
    finally:
        turn.release(ports)


def undo(ports: Ports, disconnection_id: str) -> Connection:
    """Take a delayed disconnect back before it is carried out."""

    def beat() -> Connection:
        disconnection = lookup.disconnection(ports.store, disconnection_id)
        connection = lookup.connection(ports.store, disconnection.connection_id)
        if disconnection.state is DisconnectionState.UNDONE:
            return connection
        if disconnection.state is not DisconnectionState.SCHEDULED:
            raise TransitionError(
                f"{disconnection_id} is {disconnection.state}: only a delayed disconnect can be undone.",
                hint="Begin a reconnect if the company wants the app back.",
                state=disconnection.state,
                action="undo_disconnect",
                connection_id=connection.id,
                realm_id=connection.realm_id,
            )
        at = ports.clock.now()
        undone = revise(disconnection, state=DisconnectionState.UNDONE, ended_at=at)
        back = connection
        if connection.grant == disconnection.grant:
            state, cause = _before(ports, disconnection)
            back = revise(connection, state=state, cause=cause, disconnected_at=None)
        save(
            ports,
            Change(
                # A consent that came meanwhile has brought the connection back by itself.
                records=(undone,) if back is connection else (back, undone),
                events=(
                    Event(
                        stream=connection.id,
                        kind=EventKind.DISCONNECT_UNDONE,
                        at=at,
                        details={"disconnection": disconnection.id},
                    ),
                ),
            ),
        )
        return back

    return retry_stale(beat)


def _before(ports: Ports, disconnection: Disconnection) -> tuple[ConnectionState, str | None]:
    """Return where the connection stood when it was denied: paused stays paused, and dead stays dead."""
    for event in ports.store.events(disconnection.connection_id):
        if event.kind is EventKind.DISCONNECTED and event.details.get("disconnection") == disconnection.id:
            was, cause = event.details.get("was"), event.details.get("cause")
            return ConnectionState(str(was or ConnectionState.CONNECTED)), None if cause is None else str(cause)
    return ConnectionState.CONNECTED, None


def run_due(ports: Ports) -> tuple[Disconnection, ...]:
    """
    Carry out the delayed disconnects, and the second looks, whose time has come; return their receipts.

    One that fails stops no other: its receipt comes back as it is, still due, and the failure is logged.
    """
    at = ports.clock.now()
    due = (found for found in ports.store.disconnections_due(at) if disconnections.is_due(found, at))
    return tuple(_run(ports, found) for found in due)


def _run(ports: Ports, due: Disconnection) -> Disconnection:
    try:
        if disconnections.rests_on_a_rumour(due):
            return rumour.second_look(ports, due.id)
        return carry_out(ports, due.id)
    except QBAppsError as error:
        _log.warning(
            "A disconnect that is due could not be carried out.",
            extra={"disconnection": due.id, "connection": due.connection_id, "error": error.code},
        )
        return lookup.disconnection(ports.store, due.id)


def receipts(ports: Ports, connection_id: str | None) -> tuple[Disconnection, ...]:
    """Return the receipts of disconnects, of one connection or of all."""
    return ports.store.disconnections(connection_id=connection_id)


def _reason(reason: str) -> Reason:
    try:
        return Reason(reason)
    except ValueError:
        names = ", ".join(Reason)
        raise ConfigurationError(f"There is no reason {reason!r}.", hint=f"Use one of: {names}.") from None


def _current(ports: Ports, connection_id: str) -> Disconnection | None:
    """Return the disconnection of the connection's present consent that is under way or done."""
    connection = lookup.connection(ports.store, connection_id)
    found = ports.store.disconnection_of(connection.id, connection.grant)
    if found is None:
        return None
    if connection.state is ConnectionState.DISCONNECTED or found.state is DisconnectionState.AWAITING_HAND:
        return found
    return None


def _start(
    ports: Ports,
    connection: Connection,
    reason: Reason,
    comment: str | None,
    by: str | None,
    after: timedelta | None,
) -> Disconnection:
    """Deny the connection here at once, and cancel its pending transfer; nothing is sent yet."""
    found = _current(ports, connection.id)
    if found is not None:
        return found
    today = ports.clock.now().date()
    permission = check_permission(ports.store, Undertaking.DISCONNECT, connection, by, on=today)
    begun = denial(ports, connection, reason, comment=comment, by=by, after=after, said=permission.details)
    save(ports, Change(records=(begun.receipt, *begun.records), events=tuple(begun.events)))
    return begun.receipt


def _finish(
    ports: Ports,
    disconnection: Disconnection,
    proof: Proof,
    sealed: SealedTokens | None,
    attempt: Attempt,
    turn: HeldTurn,
) -> Disconnection:
    """Save the receipt, and end the turn; a pair that may still live is kept, so that the revoke can be tried again."""

    def beat() -> Disconnection:
        at = ports.clock.now()
        receipt = lookup.disconnection(ports.store, disconnection.id)
        connection = lookup.connection(ports.store, disconnection.connection_id)
        open_check = _open_check(ports, receipt)
        records: list[Record] = []
        events: list[Event] = []
        task_id = receipt.task_id
        superseded = connection.grant != receipt.grant
        if (proof is Proof.NONE or attempt.ambiguous) and open_check is None and not superseded:
            task = worklist.check_gone(ports, connection, receipt)
            task_id = task.id
            records.append(task)
            events.append(worklist.opened(task))
        elif proof is Proof.REFUSED_AFTER_REVOKE and open_check is not None:
            records.append(cancel(open_check, at))
        over = disconnections.proven(
            receipt,
            proof,
            at=at,
            intuit_tid=attempt.intuit_tid,
            revoke_status=attempt.status,
            task_id=task_id,
        )
        # A consent that came meanwhile has a pair of its own: that one is not ours to destroy.
        destroy = proof is not Proof.NONE and sealed is not None and not superseded
        if destroy:
            records.append(without_tokens(connection))
        events.append(
            Event(
                stream=connection.id,
                kind=EventKind.DISCONNECT_PROVEN,
                at=at,
                by=receipt.by,
                details={
                    "disconnection": receipt.id,
                    "proof": proof,
                    "revoke_status": attempt.status,
                    "intuit_tid": attempt.intuit_tid,
                },
            )
        )
        save(
            ports,
            Change(
                records=(over, *records),
                destroy_tokens_of=connection.id if destroy else None,
                tombstones=(tombstone(sealed, at, f"disconnected: {proof}"),) if destroy and sealed is not None else (),
                events=tuple(events),
                release=turn.turn.lease,
            ),
        )
        turn.is_over = True
        return over

    return retry_stale(beat)


def _open_check(ports: Ports, receipt: Disconnection) -> Task | None:
    task = None if receipt.task_id is None else ports.store.task(receipt.task_id)
    return task if task is not None and task.state is TaskState.OPEN else None
