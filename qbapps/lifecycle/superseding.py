"""What a new consent makes pointless: disconnects under way, and looks whether the app is gone."""

from __future__ import annotations

from datetime import datetime

from qbapps.domain.connection import Connection
from qbapps.domain.disconnection import DisconnectionState
from qbapps.domain.events import Event, EventKind
from qbapps.domain.record import revise
from qbapps.domain.tasks import TaskKind, TaskState, cancel
from qbapps.ports import Record, Store


def superseded(store: Store, connection: Connection, at: datetime) -> tuple[list[Record], list[Event]]:
    """
    Return what is closed when *connection* gets a new consent.

    Otherwise a task would send a person to disconnect the app that has just been connected again.
    """
    records: list[Record] = []
    events: list[Event] = []
    for task in store.tasks(state=TaskState.OPEN, connection_id=connection.id):
        if task.kind in (TaskKind.CHECK_GONE, TaskKind.DISCONNECT):
            records.append(cancel(task, at))
            events.append(Event(stream=connection.id, kind=EventKind.TASK_CANCELLED, at=at, details={"task": task.id}))
    for found in store.disconnections(connection_id=connection.id):
        if found.state in (DisconnectionState.SCHEDULED, DisconnectionState.AWAITING_HAND):
            records.append(revise(found, state=DisconnectionState.UNDONE, ended_at=at))
            events.append(
                Event(
                    stream=connection.id,
                    kind=EventKind.DISCONNECT_UNDONE,
                    at=at,
                    details={"disconnection": found.id, "by_consent": True},
                )
            )
    return records, events
