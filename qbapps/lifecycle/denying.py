"""Denying a connection here: what is saved before anything is sent to Intuit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import attrs

from qbapps.domain import disconnection as disconnections
from qbapps.domain.connection import Connection, Kind, disconnected
from qbapps.domain.desktop import jobs, sessions
from qbapps.domain.desktop.jobs import JobState
from qbapps.domain.desktop.link import moved
from qbapps.domain.desktop.sessions import Ending
from qbapps.domain.desktop.states import DesktopState, Move
from qbapps.domain.disconnection import Disconnection, Reason
from qbapps.domain.events import Detail, Event, EventKind
from qbapps.domain.parties import Reach
from qbapps.domain.record import revise
from qbapps.domain.states import Action, ConnectionState
from qbapps.domain.tasks import TaskKind
from qbapps.lifecycle import lookup, transfer, worklist
from qbapps.ports import Ports, Record


@attrs.define
class Denial:
    """A disconnect that begins: its receipt, and what is saved with it."""

    receipt: Disconnection
    records: list[Record]
    events: list[Event]


def denial(
    ports: Ports,
    connection: Connection,
    reason: Reason,
    *,
    comment: str | None = None,
    by: str | None = None,
    after: timedelta | None = None,
    said: Mapping[str, Detail] | None = None,
) -> Denial:
    """
    Return what denies *connection* and cancels its pending transfer; nothing is saved yet.

    One that is kept by hand is not denied: a person has to do it first. A Desktop connection is denied at once, for
    its connector calls us, and a person has to remove it.

    Args:
        said: What the event says besides, such as whether *by* is known to be allowed to.

    Raises:
        TransitionError: It is disconnected already.
    """
    if not _is_to_be_removed(ports, connection):
        connection.may(Action.DISCONNECT)
    at = ports.clock.now()
    receipt = disconnections.start(
        connection,
        id=ports.randomness.new_id("dis_"),
        reason=reason,
        comment=comment,
        by=by,
        at=at,
        due_at=None if after is None else at + after,
    )
    begun = Denial(receipt, [], [])
    pending = transfer.open_transfer(ports, connection.id)
    if pending is not None:
        cancelled, told, _ = transfer.cancelling(ports, pending)
        begun.records.extend(cancelled)
        begun.events.extend(told)
    if connection.reach is Reach.HAND:
        app = lookup.app(ports.store, connection.app_id)
        task = worklist.open_task(
            ports, TaskKind.DISCONNECT, connection, app, person=receipt.owner, subject_id=receipt.id
        )
        begun.receipt = attrs.evolve(receipt, task_id=task.id)
        # The connection too: of two who ask at once, one finds that it has changed, and then the other's receipt.
        begun.records.extend((task, revise(connection)))
        opened = worklist.opened(task)
        begun.events.append(attrs.evolve(opened, details={**opened.details, **(said or {})}))
        if connection.kind is Kind.DESKTOP:
            _shut_out(ports, begun, connection, by, said)
        return begun
    _disconnect(begun, connection, by, said)
    return begun


def _disconnect(begun: Denial, connection: Connection, by: str | None, said: Mapping[str, Detail] | None) -> None:
    """Note that the connection is disconnected from now on."""
    at, due = begun.receipt.requested_at, begun.receipt.due_at
    begun.records.append(disconnected(connection, at))
    begun.events.append(
        Event(
            stream=connection.id,
            kind=EventKind.DISCONNECTED,
            at=at,
            by=by,
            details={
                "disconnection": begun.receipt.id,
                "reason": begun.receipt.reason,
                "due_at": None if due is None else due.isoformat(),
                "was": connection.state,
                "cause": connection.cause,
                **(said or {}),
            },
        )
    )


def _shut_out(
    ports: Ports, begun: Denial, connection: Connection, by: str | None, said: Mapping[str, Detail] | None
) -> None:
    """Deny a connector of QuickBooks Desktop from now on."""
    link = ports.desktop.link(connection.id)
    if link is None:
        return
    at = begun.receipt.requested_at
    after = moved(link, Move.REMOVE, attention=None, attention_at=None, attention_note=None)
    begun.records = [one for one in begun.records if not isinstance(one, Connection)]
    begun.records += [after, *_ended_session(ports, connection.id, at)]
    if connection.state is not ConnectionState.DISCONNECTED:
        _disconnect(begun, connection, by, said)
    begun.events.append(
        Event(
            stream=connection.id,
            kind=EventKind.DESKTOP_MOVED,
            at=at,
            by=by,
            details={"from": link.state, "to": after.state, "move": Move.REMOVE},
        )
    )


def _is_to_be_removed(ports: Ports, connection: Connection) -> bool:
    """Tell whether only its connector is left, on its computer: it was denied before, and nobody was asked to go."""
    link = ports.desktop.link(connection.id) if connection.kind is Kind.DESKTOP else None
    return link is not None and link.state is DesktopState.DEAUTHORIZED


def _ended_session(ports: Ports, connection_id: str, at: datetime) -> list[Record]:
    """Return the session under way ended, and what it asked without an answer."""
    session = ports.desktop.open_session(connection_id)
    if session is None:
        return []
    job = None if session.job_id is None else ports.desktop.job(session.job_id)
    ended: list[Record] = [sessions.over(session, Ending.STOPPED, at)]
    return [*ended, jobs.lost(job)] if job is not None and job.state is JobState.SENT else ended
