"""Transfers: begin, send the link again, cancel, list."""

from __future__ import annotations

from datetime import datetime, timedelta

import attrs

from qbapps.domain import authorization as authorizations
from qbapps.domain import policies
from qbapps.domain import transfer as transfers
from qbapps.domain.authorization import Authorization, AuthorizationRequest, AuthorizationState, Purpose
from qbapps.domain.connection import Connection, check_grant
from qbapps.domain.events import Event, EventKind
from qbapps.domain.parties import App, Reach
from qbapps.domain.permissions import Permission, Undertaking
from qbapps.domain.record import revise
from qbapps.domain.states import Action
from qbapps.domain.tasks import Task, TaskKind, TaskState, cancel
from qbapps.domain.transfer import Transfer, TransferState
from qbapps.errors import ConfigurationError
from qbapps.lifecycle import connect, lookup, worklist
from qbapps.lifecycle.people import check_email, check_permission
from qbapps.lifecycle.saving import retry_stale, save
from qbapps.ports import Change, Ports, Record
from qbapps.values import fold_email


def begin(
    ports: Ports, connection_id: str, *, to: str, by: str | None, expires_in: timedelta, grant: int | None = None
) -> Transfer:
    """
    Ask a new owner to take a connection over; nothing changes until they consent.

    For an app whose credentials are not held, a task says what to do in QuickBooks. The event keeps
    whether the roles of both people are known.

    Args:
        grant: The consent that is to be taken over; a newer one is left alone.

    Raises:
        NotPermitted: It is theirs already, or what is known of *to* or of *by* forbids it.
        TransitionError: The connection's state forbids it, one is pending, or it has another consent than *grant*.
    """
    check_email(to)
    if expires_in <= timedelta(0):
        raise ConfigurationError("expires_in is not a positive timedelta.", hint="Leave it out for seven days.")

    def beat() -> Transfer:
        connection = lookup.connection(ports.store, connection_id)
        check_grant(connection, grant, action=Action.BEGIN_TRANSFER)
        app = lookup.app(ports.store, connection.app_id)
        at = ports.clock.now()
        stale = open_transfer(ports, connection_id)
        started = transfers.start(
            connection,
            id=ports.randomness.new_id("trf_"),
            to=to,
            by=by,
            pending=stale,
            at=at,
            expires_at=at + expires_in,
        )
        today = at.date()
        asker = check_permission(ports.store, Undertaking.HAND_OVER, connection, by, on=today)
        owner = check_permission(ports.store, Undertaking.TRANSFER, connection, started.to, on=today)
        # The connection too: of two who ask at once, one finds that it has changed, and then the other's transfer.
        records: list[Record] = [revise(connection)]
        events = [_begun(started, owner, asker)]
        if stale is not None:
            records.append(transfers.end(stale, TransferState.EXPIRED, at))
            records.extend(_cancelled_links(ports, stale))
        url: str | None = None
        if connection.reach is Reach.HAND:
            task = worklist.open_task(
                ports, TaskKind.TRANSFER, connection, app, person=started.to, subject_id=started.id
            )
            started = attrs.evolve(started, task_id=task.id)
            records.append(task)
            events.append(worklist.opened(task))
        else:
            connect.check_identity(app)
            authorization, request = _link(ports, app, connection, started, expires_in)
            records.append(authorization)
            url = request.url
        save(ports, Change(records=(started, *records), events=tuple(events)))
        return attrs.evolve(started, url=url)

    return retry_stale(beat)


def renew_link(ports: Ports, transfer_id: str) -> Transfer:
    """Make a fresh link for a transfer; the old one stops working."""

    def beat() -> Transfer:
        transfer = lookup.transfer(ports.store, transfer_id)
        connection = lookup.connection(ports.store, transfer.connection_id)
        connection.may(Action.BEGIN_TRANSFER)
        app = lookup.app(ports.store, transfer.app_id)
        at = ports.clock.now()
        check_permission(ports.store, Undertaking.TRANSFER, connection, transfer.to, on=at.date())
        # As long as the first link did, however often it is renewed.
        links = ports.store.authorizations_of(transfer.id)
        lasts_for = links[0].expires_at - links[0].created_at if links else policies.TRANSFER_LIFETIME
        other = open_transfer(ports, connection.id)
        if other is not None and other.id != transfer.id and not transfers.is_over(other, at):
            raise transfers.already_pending(connection, other, action="renew_link")
        again = transfers.renewed(transfer, expires_at=at + lasts_for)
        authorization, request = _link(ports, app, connection, again, lasts_for)
        event = Event(
            stream=connection.id,
            kind=EventKind.TRANSFER_RENEWED,
            at=at,
            by=transfer.by,
            details={"transfer": transfer.id, "to": transfer.to},
        )
        save(
            ports,
            Change(records=(again, authorization, *_cancelled_links(ports, transfer)), events=(event,)),
        )
        return attrs.evolve(again, url=request.url)

    return retry_stale(beat)


def _link(
    ports: Ports, app: App, connection: Connection, transfer: Transfer, lasts_for: timedelta
) -> tuple[Authorization, AuthorizationRequest]:
    return connect.prepare(
        ports,
        app,
        Purpose.TRANSFER,
        lasts_for=lasts_for,
        realm_id=connection.realm_id,
        owner=transfer.to,
        reference=connection.reference,
        connection_id=connection.id,
        transfer_id=transfer.id,
    )


def cancel_transfer(ports: Ports, transfer_id: str) -> Transfer:
    """End a transfer that is no longer wanted; its link stops working."""

    def beat() -> Transfer:
        transfer = lookup.transfer(ports.store, transfer_id)
        records, events, ended = cancelling(ports, transfer)
        save(ports, Change(records=records, events=events))
        return ended

    return retry_stale(beat)


def cancelling(ports: Ports, transfer: Transfer) -> tuple[tuple[Record, ...], tuple[Event, ...], Transfer]:
    """Return what cancelling *transfer* saves, and the transfer afterwards."""
    at = ports.clock.now()
    ended = transfers.end(transfer, TransferState.CANCELLED, at)
    records: list[Record] = [ended, *_cancelled_links(ports, transfer)]
    task = _open_task(ports, transfer)
    if task is not None:
        records.append(cancel(task, at))
    event = Event(
        stream=transfer.connection_id,
        kind=EventKind.TRANSFER_ENDED,
        at=at,
        by=transfer.by,
        details={"transfer": transfer.id, "state": TransferState.CANCELLED, "to": transfer.to},
    )
    return tuple(records), (event,), ended


def one(ports: Ports, transfer_id: str) -> Transfer:
    """Return a transfer as it stands now."""
    return transfers.seen(lookup.transfer(ports.store, transfer_id), ports.clock.now())


def every(ports: Ports, state: TransferState | None) -> tuple[Transfer, ...]:
    """Return the transfers, or those in one state."""
    at = ports.clock.now()
    shown = (transfers.seen(transfer, at) for transfer in ports.store.transfers())
    return tuple(transfer for transfer in shown if state is None or transfer.state is state)


def open_transfer(ports: Ports, connection_id: str) -> Transfer | None:
    """Return the transfer that a connection is waiting for, if there is one."""
    found = ports.store.transfers(connection_id=connection_id)
    return next((transfer for transfer in found if transfer.state in transfers.OPEN), None)


def completed(ports: Ports, connection_id: str, *, to: str, since: datetime) -> Transfer | None:
    """Return the transfer of a connection to *to* that was begun since then, and is over as was asked."""
    return next(
        (
            one
            for one in ports.store.transfers(connection_id=connection_id)
            if one.state is TransferState.COMPLETED and one.to == fold_email(to) and one.created_at >= since
        ),
        None,
    )


def _cancelled_links(ports: Ports, transfer: Transfer) -> list[Authorization]:
    return [
        authorizations.closed(authorization, AuthorizationState.CANCELLED)
        for authorization in ports.store.authorizations_of(transfer.id)
        if authorization.state is AuthorizationState.PENDING
    ]


def _open_task(ports: Ports, transfer: Transfer) -> Task | None:
    task = None if transfer.task_id is None else ports.store.task(transfer.task_id)
    return task if task is not None and task.state is TaskState.OPEN else None


def _begun(transfer: Transfer, owner: Permission, asker: Permission) -> Event:
    return Event(
        stream=transfer.connection_id,
        kind=EventKind.TRANSFER_BEGUN,
        at=transfer.created_at,
        by=transfer.by,
        details={
            "transfer": transfer.id,
            "from": transfer.from_owner,
            "to": transfer.to,
            "state": transfer.state,
            **owner.details,
            **{f"by_{name}": said for name, said in asker.details.items()},
        },
    )
