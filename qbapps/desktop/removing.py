"""The end of a Desktop connection: denied here at once, removed by people, and noticed when it is not."""

from __future__ import annotations

from qbapps.desktop.beat import load
from qbapps.domain.desktop.states import DesktopState, Move
from qbapps.domain.states import ConnectionState
from qbapps.domain.tasks import TaskKind
from qbapps.guides import desktop_removal
from qbapps.lifecycle import disconnect, lookup, worklist
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

    One that still works gets the receipt of a disconnect; asked twice, nothing more happens.
    """
    told = load(ports, connection_id)
    if told.connection.state is not ConnectionState.DISCONNECTED:
        disconnect.disconnect(ports, connection_id, reason=reason, comment=None, by=by, after=None)
        return

    def beat() -> None:
        told = load(ports, connection_id)
        if told.link.state in (DesktopState.REMOVING, DesktopState.REMOVED):
            return
        told.move(Move.REMOVE, by=by)
        app = lookup.app(ports.store, told.link.app_id)
        task = worklist.open_task(ports, TaskKind.DISCONNECT, told.connection, app, person=None, subject_id=None)
        told.events.append(worklist.opened(task))
        told.save(task)

    retry_stale(beat)


def steps(ports: Ports, connection_id: str, lang: str | None) -> tuple[str, ...]:
    """
    Return what people have to do to remove a connection from its computer.

    Where another connection of ours is known for the same company file's computer, the connector itself stays.
    """
    told = load(ports, connection_id)
    app = lookup.app(ports.store, told.link.app_id)
    return desktop_removal.steps(lang, app=app.name, company=told.connection.company_name)
