"""What is left for people to do in QuickBooks, and taking their word that it is done."""

from __future__ import annotations

from datetime import date

from qbapps.domain import disconnection as disconnections
from qbapps.domain import transfer as transfers
from qbapps.domain.connection import Connection, disconnected
from qbapps.domain.disconnection import DisconnectionState, Proof
from qbapps.domain.events import Event, EventKind
from qbapps.domain.parties import App
from qbapps.domain.record import revise
from qbapps.domain.states import Action, ConnectionState
from qbapps.domain.tasks import Task, TaskKind, TaskState, cancel, confirm
from qbapps.domain.transfer import TransferState
from qbapps.lifecycle import confirming, lookup, people, removed_by_hand
from qbapps.lifecycle.people import owner_known_as, place_of
from qbapps.lifecycle.saving import retry_stale, save
from qbapps.ports import Change, Ports, Record


def open_task(
    ports: Ports,
    kind: TaskKind,
    connection: Connection,
    app: App,
    *,
    person: str | None,
    subject_id: str | None,
) -> Task:
    """Return a new task for *connection*, not saved yet, placed where the person has to go."""
    firm, level = place_of(ports.store, connection)
    return Task(
        id=ports.randomness.new_id("tsk_"),
        kind=kind,
        connection_id=connection.id,
        app_id=app.id,
        app_name=app.name,
        realm_id=connection.realm_id,
        company_name=connection.company_name,
        firm_id=None if firm is None else firm.id,
        level=level,
        person=person,
        subject_id=subject_id,
        created_at=ports.clock.now(),
    )


def opened(task: Task) -> Event:
    """Return the event of a task that was opened."""
    return Event(
        stream=task.connection_id,
        kind=EventKind.TASK_OPENED,
        at=task.created_at,
        details={"task": task.id, "what": task.kind, "for": task.subject_id},
    )


def open_tasks(ports: Ports, firm_id: str | None) -> tuple[Task, ...]:
    """Return the tasks that are left, of one firm or of all."""
    found = ports.store.tasks(state=TaskState.OPEN)
    if firm_id is None:
        return found
    firm = lookup.firm(ports.store, firm_id)
    # One company may be the client of two firms: each sees its tasks.
    realms = {firm.realm_id, *(client.realm_id for client in ports.store.clients(firm_id))} - {None}
    return tuple(
        task for task in found if task.firm_id == firm_id or task.realm_id in realms or _is_listed(ports, firm_id, task)
    )


def _is_listed(ports: Ports, firm_id: str, task: Task) -> bool:
    """Tell whether the firm's list names what *task* is about, where its company has no number."""
    return task.realm_id is None and ports.store.listing(firm_id, task.connection_id) is not None


def confirm_task(ports: Ports, task_id: str, *, by: str, note: str | None, done_on: date | None = None) -> Task:
    """
    Record that somebody did a task, and what follows from it.

    A disconnect by hand ends the connection and claims no proof; a transfer by hand changes the
    recorded owner, and confirms that the connection stays; a look whether an app is gone changes nothing else.

    Args:
        done_on: The day they say they did it; only the trail keeps it.

    Raises:
        ConfigurationError: *by* is empty: nothing is done by nobody.
    """
    people.check_name("by", by)
    stated = {} if done_on is None else {"done_on": done_on.isoformat()}

    def beat() -> Task:
        at = ports.clock.now()
        done = confirm(lookup.task(ports.store, task_id), by=by, note=note, at=at)
        records, events = _follows(ports, done)
        events.append(
            Event(
                stream=done.connection_id,
                kind=EventKind.TASK_CONFIRMED,
                at=at,
                by=by,
                details={"task": done.id, "what": done.kind, "note": note, **stated},
            )
        )
        save(
            ports,
            Change(
                records=(done, *records),
                confirmations=confirming.implied(records, at, by=by, note=note),
                events=tuple(events),
            ),
        )
        return done

    return retry_stale(beat)


def _follows(ports: Ports, task: Task) -> tuple[list[Record], list[Event]]:
    match task.kind:
        case TaskKind.TRANSFER:
            return _transferred(ports, task)
        case TaskKind.DISCONNECT:
            records, events = _disconnected(ports, task)
            removed, told = removed_by_hand.removed(ports, task)
            return [*records, *removed], [*events, *told]
        case TaskKind.CHECK_GONE:
            return [], []


def _transferred(ports: Ports, task: Task) -> tuple[list[Record], list[Event]]:
    transfer = None if task.subject_id is None else ports.store.transfer(task.subject_id)
    if transfer is None or transfer.state not in transfers.OPEN:
        return [], []
    at = ports.clock.now()
    connection = lookup.connection(ports.store, task.connection_id)
    owner = owner_known_as(ports.store, transfer.to, connection.realm_id)
    ended = transfers.end(transfer, TransferState.COMPLETED, at)
    state = connection.may(Action.TAKE_OVER)
    return (
        [revise(connection, owner=owner, state=state, cause=None), ended],
        [
            Event(
                stream=connection.id,
                kind=EventKind.TRANSFERRED,
                at=at,
                by=transfer.by,
                details={
                    "app": connection.app_id,
                    "from": transfer.from_owner,
                    "owner": transfer.to,
                    "transfer": transfer.id,
                    "by_hand": True,
                },
            )
        ],
    )


def _disconnected(ports: Ports, task: Task) -> tuple[list[Record], list[Event]]:
    disconnection = None if task.subject_id is None else ports.store.disconnection(task.subject_id)
    if disconnection is None or disconnection.state is not DisconnectionState.AWAITING_HAND:
        return [], []
    at = ports.clock.now()
    connection = lookup.connection(ports.store, task.connection_id)
    records: list[Record] = [
        revise(disconnection, state=DisconnectionState.DONE, proof=Proof.NONE, ended_at=at),
    ]
    if connection.state is ConnectionState.DISCONNECTED:
        return records, []
    records.append(disconnected(connection, at))
    cancelled, told = _cancel_transfer(ports, connection.id)
    return records + cancelled, [
        *told,
        Event(
            stream=connection.id,
            kind=EventKind.DISCONNECTED,
            at=at,
            by=disconnection.by,
            details={"disconnection": disconnection.id, "reason": disconnection.reason, "by_hand": True},
        ),
    ]


def _cancel_transfer(ports: Ports, connection_id: str) -> tuple[list[Record], list[Event]]:
    """End the transfer by hand that was begun while the disconnect waited for somebody."""
    found = ports.store.transfers(connection_id=connection_id)
    transfer = next((transfer for transfer in found if transfer.state in transfers.OPEN), None)
    if transfer is None:
        return [], []
    at = ports.clock.now()
    records: list[Record] = [transfers.end(transfer, TransferState.CANCELLED, at)]
    task = None if transfer.task_id is None else ports.store.task(transfer.task_id)
    if task is not None and task.state is TaskState.OPEN:
        records.append(cancel(task, at))
    event = Event(
        stream=connection_id,
        kind=EventKind.TRANSFER_ENDED,
        at=at,
        by=transfer.by,
        details={"transfer": transfer.id, "state": TransferState.CANCELLED, "to": transfer.to},
    )
    return records, [event]


def check_gone(ports: Ports, connection: Connection, disconnection: disconnections.Disconnection) -> Task:
    """Return the task to look whether an app that we cannot prove gone is still listed."""
    app = lookup.app(ports.store, connection.app_id)
    return open_task(
        ports,
        TaskKind.CHECK_GONE,
        connection,
        app,
        person=disconnection.owner,
        subject_id=disconnection.id,
    )
