"""Disconnecting: denied here first, revoked at Intuit, then proven as far as that goes."""

from __future__ import annotations

from datetime import timedelta

import attrs

from qbapps.domain import disconnection as disconnections
from qbapps.domain import policies
from qbapps.domain.connection import Connection, disconnected, without_tokens
from qbapps.domain.disconnection import (
    Disconnection,
    DisconnectionState,
    Proof,
    Reason,
)
from qbapps.domain.events import Event, EventKind
from qbapps.domain.parties import Reach
from qbapps.domain.record import revise
from qbapps.domain.states import Action, ConnectionState
from qbapps.domain.tasks import Task, TaskKind, TaskState, cancel
from qbapps.domain.tokens import SealedTokens
from qbapps.errors import (
    ConfigurationError,
    QBAppsError,
    ReconnectRequired,
    StaleVersion,
    TransitionError,
)
from qbapps.lifecycle import leasing, lookup, refresh, transfer, worklist
from qbapps.lifecycle.revoking import Attempt, until_refused
from qbapps.lifecycle.saving import retry_stale, save
from qbapps.lifecycle.sealing import tombstone
from qbapps.ports import Change, Ports, Record


def disconnect(
    ports: Ports,
    connection_id: str,
    *,
    reason: str,
    comment: str | None,
    by: str | None,
    after: timedelta | None,
) -> Disconnection:
    """
    End a connection and return its receipt.

    Asked twice, the first receipt comes back; one that has no proof yet is tried again.
    """
    why = _reason(reason)
    if after is not None and after <= timedelta(0):
        raise ConfigurationError("after is not a positive timedelta.", hint="Leave it out to disconnect now.")
    known = _current(ports, connection_id)
    if known is None:
        known = retry_stale(
            lambda: _start(ports, lookup.connection(ports.store, connection_id), why, comment, by, after)
        )
    if known.state in (DisconnectionState.REVOKING, DisconnectionState.UNPROVEN):
        return carry_out(ports, known.id)
    return known


def carry_out(ports: Ports, disconnection_id: str) -> Disconnection:
    """Revoke the pair of a connection that is denied here already, and save what that proves."""
    disconnection = lookup.disconnection(ports.store, disconnection_id)
    lease = leasing.take_lease(ports, disconnection.connection_id)
    try:
        disconnection = lookup.disconnection(ports.store, disconnection_id)
        if disconnection.state in (DisconnectionState.DONE, DisconnectionState.UNDONE):
            # Somebody else finished, or took it back, while we waited.
            return disconnection
        connection = lookup.connection(ports.store, disconnection.connection_id)
        if connection.grant != disconnection.grant:
            return _finish(ports, disconnection, Proof.NONE, None, Attempt())
        sealed = ports.store.tokens(connection.id)
        if sealed is None:
            return _finish(ports, disconnection, Proof.ALREADY_GONE, None, Attempt())
        attempt = until_refused(ports, connection, sealed)
        sealed = ports.store.tokens(connection.id)
        return _finish(ports, disconnection, attempt.proof, sealed, attempt)
    finally:
        if lease is not None:
            ports.store.release_lease(lease)


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
    """Carry out the delayed disconnects whose time has come; return their receipts."""
    at = ports.clock.now()
    due = [
        found
        for found in ports.store.disconnections()
        if found.state is DisconnectionState.SCHEDULED and found.due_at is not None and found.due_at <= at
    ]
    return tuple(carry_out(ports, found.id) for found in due)


def note(ports: Ports, realm_id: str, app_id: str) -> Disconnection | None:
    """
    Look into a hit on the Disconnect URL: anyone can call it, so only a probe is believed.

    Returns None, with nothing sent, for a company we do not hold or one that was probed in the
    last ten minutes; None too when the connection turns out to be alive.
    """
    connection = ports.store.connection_of(app_id, realm_id)
    if connection is None or connection.reach is Reach.HAND:
        return None
    if connection.state is ConnectionState.DISCONNECTED:
        return ports.store.disconnection_of(connection.id, connection.grant)
    if not _may_probe(ports, connection) or not _is_refused(ports, connection.id):
        return None

    def beat() -> Disconnection | None:
        present = lookup.connection(ports.store, connection.id)
        if present.grant != connection.grant:
            # A consent came while we looked: what was refused is not what is connected now.
            return None
        return _start(ports, present, Reason.IN_QUICKBOOKS, None, None, None)

    started = retry_stale(beat)
    if started is None:
        return None
    sealed = ports.store.tokens(connection.id)
    ambiguous = sealed is not None and sealed.ambiguous_since is not None
    return _finish(ports, started, Proof.ALREADY_GONE, sealed, Attempt(ambiguous=ambiguous))


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
    if connection.state is ConnectionState.DISCONNECTED:
        found = _current(ports, connection.id)
        if found is not None:
            return found
    connection.may(Action.DISCONNECT)
    at = ports.clock.now()
    started = disconnections.start(
        connection,
        id=ports.randomness.new_id("dis_"),
        reason=reason,
        comment=comment,
        by=by,
        at=at,
        due_at=None if after is None else at + after,
    )
    records: list[Record] = []
    events: list[Event] = []
    pending = transfer.open_transfer(ports, connection.id)
    if pending is not None:
        cancelled, told, _ = transfer.cancelling(ports, pending)
        records.extend(cancelled)
        events.extend(told)
    if connection.reach is Reach.HAND:
        app = lookup.app(ports.store, connection.app_id)
        task = worklist.open_task(
            ports, TaskKind.DISCONNECT, connection, app, person=started.owner, subject_id=started.id
        )
        started = attrs.evolve(started, task_id=task.id)
        records.append(task)
        events.append(worklist.opened(task))
    else:
        records.append(disconnected(connection, at))
        events.append(
            Event(
                stream=connection.id,
                kind=EventKind.DISCONNECTED,
                at=at,
                by=by,
                details={
                    "disconnection": started.id,
                    "reason": reason,
                    "due_at": _iso(started),
                    "was": connection.state,
                    "cause": connection.cause,
                },
            )
        )
    save(ports, Change(records=(started, *records), events=tuple(events)))
    return started


def _iso(disconnection: Disconnection) -> str | None:
    return None if disconnection.due_at is None else disconnection.due_at.isoformat()


def _finish(
    ports: Ports,
    disconnection: Disconnection,
    proof: Proof,
    sealed: SealedTokens | None,
    attempt: Attempt,
) -> Disconnection:
    """Save the receipt; a pair that may still live is kept, so that the revoke can be tried again."""

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
            ),
        )
        return over

    return retry_stale(beat)


def _open_check(ports: Ports, receipt: Disconnection) -> Task | None:
    task = None if receipt.task_id is None else ports.store.task(receipt.task_id)
    return task if task is not None and task.state is TaskState.OPEN else None


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
