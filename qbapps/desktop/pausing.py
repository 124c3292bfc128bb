"""Letting QuickBooks be: pauses, and the hours in which its connector may work."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from qbapps.desktop.beat import load
from qbapps.desktop.resting import resumed
from qbapps.domain.desktop.windows import Window
from qbapps.domain.events import EventKind
from qbapps.domain.record import revise
from qbapps.domain.states import Action, ConnectionState
from qbapps.errors import ConfigurationError
from qbapps.lifecycle.saving import retry_stale
from qbapps.ports import Ports
from qbapps.values import as_utc


def pause(ports: Ports, connection_id: str, *, until: datetime | None, by: str | None) -> None:
    """
    Have a connection rest until then, or until somebody resumes it; what QuickBooks is at work on is finished.

    Raises:
        ConfigurationError: *until* has no time zone, or is past.
        TransitionError: It is not connected.
    """
    end = None if until is None else _instant(until)

    def beat() -> None:
        told = load(ports, connection_id)
        if end is not None and end <= told.at:
            raise ConfigurationError(f"until is {end:%Y-%m-%d %H:%M} UTC, which is past.", hint="Give a later instant.")
        state = told.connection.may(Action.PAUSE)
        if told.connection.state is not state:
            told.connection = revise(told.connection, state=state, paused_at=told.at)
            told.tell(EventKind.PAUSED, by=by, until=None if end is None else end.isoformat())
        told.change(paused_for=told.connection.paused_at, paused_until=end)
        told.save()

    retry_stale(beat)


def resume(ports: Ports, connection_id: str, *, by: str | None) -> None:
    """
    Let a paused connection go on; its connector comes back within a quarter of an hour, or when it is told to.

    Raises:
        TransitionError: It has ended, or needs to be let in.
    """

    def beat() -> None:
        told = load(ports, connection_id)
        if told.connection.state is ConnectionState.CONNECTED:
            return
        told.connection = resumed(told.connection)
        told.change(paused_for=None, paused_until=None)
        told.tell(EventKind.RESUMED, by=by)
        told.save()

    retry_stale(beat)


def set_window(ports: Ports, connection_id: str, start: time | None, end: time | None, zone: str | None) -> None:
    """
    Have the connector work in these hours only; without any, always.

    Raises:
        ConfigurationError: One of the three is missing, the hours are the same, or there is no such time zone.
    """
    window = None if (start, end, zone) == (None, None, None) else _window(start, end, zone)

    def beat() -> None:
        told = load(ports, connection_id)
        told.change(window=None if window is None else str(window))
        told.save()

    retry_stale(beat)


def _window(start: time | None, end: time | None, zone: str | None) -> Window:
    if start is None or end is None or zone is None:
        raise ConfigurationError("A sync window has a start, an end and a time zone.", hint="Give all three, or none.")
    if (start.hour, start.minute) == (end.hour, end.minute):
        raise ConfigurationError("The sync window ends as it starts.", hint="Give hours that differ, or none at all.")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigurationError(f"There is no time zone {zone!r}.", hint="Use one such as Europe/Paris.") from None
    return Window(start.replace(second=0, microsecond=0), end.replace(second=0, microsecond=0), zone)


def _instant(until: datetime) -> datetime:
    try:
        return as_utc(until)
    except (ValueError, OverflowError):
        raise ConfigurationError("until has no time zone.", hint="Pass an aware datetime.") from None
