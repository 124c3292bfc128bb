"""The end of a Desktop connection: denied here at once, removed by people, and noticed when it is not."""

from __future__ import annotations

from qbapps.desktop.beat import Beat, load
from qbapps.domain.desktop.states import DesktopState, Move
from qbapps.domain.tasks import TaskKind, TaskState
from qbapps.guides import desktop_removal
from qbapps.lifecycle import calling_off, disconnect, lookup, worklist
from qbapps.lifecycle.saving import retry_stale
from qbapps.ports import Ports


def deauthorize(ports: Ports, connection_id: str, *, by: str | None) -> None:
    """
    End a connection here: its connector is sent away, and what it still brings is not taken.

    QuickBooks is not told: there is no way to. Until somebody removes it, the connector goes on calling.
    """

    def beat() -> None:
        told = load(ports, connection_id)
        if told.link.state is DesktopState.DEAUTHORIZED:
            return
        told.move(Move.DEAUTHORIZE, by=by)
        told.at_ease()
        told.end_session()
        told.save()

    retry_stale(beat)


def remove(ports: Ports, connection_id: str, *, reason: str, by: str | None) -> None:
    """
    End a connection here, and have somebody remove it from its computer: a task in the worklist has the steps.

    It gets the receipt of a disconnect; asked twice, nothing more happens.
    """
    if load(ports, connection_id).link.state in (DesktopState.REMOVING, DesktopState.REMOVED):
        return
    disconnect.disconnect(ports, connection_id, reason=reason, comment=None, by=by, after=None)


def ask(told: Beat) -> None:
    """Put the removal of a connector on the worklist, unless it is there."""
    ports, connection_id = told.ports, told.link.connection_id
    if any(
        one.kind is TaskKind.DISCONNECT for one in ports.store.tasks(state=TaskState.OPEN, connection_id=connection_id)
    ):
        return
    app = lookup.app(ports.store, told.link.app_id)
    task = worklist.open_task(ports, TaskKind.DISCONNECT, told.connection, app, person=None, subject_id=None)
    told.add(task)
    told.events.append(worklist.opened(task))


def call_off(told: Beat, by: str | None) -> None:
    """Take the removal of a connector off the worklist: it is wanted again, and its receipt is undone."""
    records, events = calling_off.call_off(told.ports, told.link.connection_id, by=by)
    told.add(*records)
    told.events.extend(events)


def steps(ports: Ports, connection_id: str, lang: str | None) -> tuple[str, ...]:
    """Return what people have to do to remove a connection from its computer."""
    told = load(ports, connection_id)
    app = lookup.app(ports.store, told.link.app_id)
    return desktop_removal.steps(lang, app=app.name, company=told.connection.company_name)
