"""Keeping idle connections alive before their refresh tokens run out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from qbapps.domain import policies
from qbapps.domain.connection import Connection
from qbapps.domain.events import Event, EventKind
from qbapps.domain.parties import Reach
from qbapps.domain.reports import Progress, RefreshReport
from qbapps.domain.states import ConnectionState
from qbapps.errors import QBAppsError
from qbapps.lifecycle import refresh
from qbapps.lifecycle.saving import save
from qbapps.ports import Change, ConnectionFilter, Ports


def refresh_due(
    ports: Ports, *, within: timedelta, progress: Callable[[Progress], None] | None = None
) -> RefreshReport:
    """
    Refresh the connections whose refresh token ends within *within* if it stays unused.

    A connection that fails does not stop the others; running it again goes on with those left.
    """
    at = ports.clock.now()
    refreshed: list[str] = []
    failed: list[tuple[str, str]] = []
    expiring: list[str] = []
    skipped = 0
    for connection in ports.store.connections(ConnectionFilter(reach=Reach.API)):
        if connection.state not in (ConnectionState.CONNECTED, ConnectionState.PAUSED):
            continue
        if _caps_soon(connection, at):
            expiring.append(connection.id)
            _tell_expiring(ports, connection, at)
        if not _is_due(connection, at, within):
            skipped += 1
            continue
        try:
            refresh.refresh_now(ports, connection.id)
        except QBAppsError as error:
            failed.append((connection.id, error.message))
        else:
            refreshed.append(connection.id)
        if progress is not None:
            progress(Progress(done=len(refreshed) + len(failed), failed=len(failed)))
    return RefreshReport(refreshed=tuple(refreshed), failed=tuple(failed), expiring=tuple(expiring), skipped=skipped)


def _is_due(connection: Connection, at: datetime, within: timedelta) -> bool:
    return connection.refresh_expires_at is not None and connection.refresh_expires_at - at <= within


def _caps_soon(connection: Connection, at: datetime) -> bool:
    cap = connection.refresh_hard_expires_at
    return cap is not None and cap - at <= policies.HARD_CAP_WARNING


def _tell_expiring(ports: Ports, connection: Connection, at: datetime) -> None:
    save(
        ports,
        Change(
            events=(
                Event(
                    stream=connection.id,
                    kind=EventKind.EXPIRING,
                    at=at,
                    details={"hard_expires_at": str(connection.refresh_hard_expires_at)},
                ),
            )
        ),
    )
