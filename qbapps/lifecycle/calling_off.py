"""What was to end a connection and is no longer to be done: it is wanted again, or has ended already."""

from __future__ import annotations

from qbapps.domain.disconnection import DisconnectionState, Proof
from qbapps.domain.events import Event, EventKind
from qbapps.domain.record import revise
from qbapps.domain.tasks import TaskKind, TaskState, cancel, confirm
from qbapps.ports import Ports, Record


def call_off(ports: Ports, connection_id: str, *, by: str | None) -> tuple[list[Record], list[Event]]:
    """Return its open tasks cancelled and its receipts that wait for a person undone, to be saved."""
    at = ports.clock.now()
    records: list[Record] = []
    events: list[Event] = []
    for task in ports.store.tasks(state=TaskState.OPEN, connection_id=connection_id):
        records.append(cancel(task, at))
        events.append(
            Event(
                stream=connection_id,
                kind=EventKind.TASK_CANCELLED,
                at=at,
                by=by,
                details={"task": task.id, "what": task.kind},
            )
        )
    for receipt in ports.store.disconnections(state=DisconnectionState.AWAITING_HAND, connection_id=connection_id):
        records.append(revise(receipt, state=DisconnectionState.UNDONE, ended_at=at))
        events.append(
            Event(
                stream=connection_id,
                kind=EventKind.DISCONNECT_UNDONE,
                at=at,
                by=by,
                details={"disconnection": receipt.id},
            )
        )
    return records, events


def done_already(ports: Ports, connection_id: str, *, by: str | None) -> tuple[list[Record], list[Event]]:
    """Return its open disconnects as done, to be saved: what they asked of a person has happened."""
    at = ports.clock.now()
    records: list[Record] = []
    events: list[Event] = []
    for task in ports.store.tasks(state=TaskState.OPEN, connection_id=connection_id):
        if task.kind is not TaskKind.DISCONNECT:
            continue
        records.append(confirm(task, by=by, note=None, at=at) if by else cancel(task, at))
        events.append(
            Event(
                stream=connection_id,
                kind=EventKind.TASK_CONFIRMED if by else EventKind.TASK_CANCELLED,
                at=at,
                by=by,
                details={"task": task.id, "what": task.kind},
            )
        )
    waiting = ports.store.disconnections(state=DisconnectionState.AWAITING_HAND, connection_id=connection_id)
    ended = [revise(receipt, state=DisconnectionState.DONE, proof=Proof.NONE, ended_at=at) for receipt in waiting]
    return [*records, *ended], events
