"""When a connector may not work now: a pause, or hours that belong to people."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final

import attrs

from qbapps.desktop.beat import Beat
from qbapps.domain.connection import Connection
from qbapps.domain.desktop import link as links
from qbapps.domain.desktop import windows
from qbapps.domain.desktop.states import SETTING_UP
from qbapps.domain.events import EventKind
from qbapps.domain.record import revise
from qbapps.domain.states import Action, ConnectionState
from qbapps.language import Phrase, words

LOOK_AGAIN: Final = timedelta(minutes=15)
"""
The longest that a connector is sent away by a pause or a window: changed early, it comes back that soon. Our choice.

Source: Intuit, QuickBooks Web Connector Programmer's Guide (2009), p. 63: postponing needs Auto-Run to be ticked
"""


@attrs.frozen
class Rest:
    """
    Why nothing may be done now.

    Attributes:
        lasts: How long the connector shall stay away.
        why: For whoever looks at the connector.
    """

    lasts: timedelta
    why: Phrase


def rest(beat: Beat) -> Rest | None:
    """Return why the connection rests at the beat's time; a pause that is over by itself ends here."""
    until = links.paused_until(beat.connection, beat.link)
    if beat.connection.state is ConnectionState.PAUSED:
        if until is None:
            return Rest(LOOK_AGAIN, Phrase("Paused until somebody resumes it."))
        if beat.at < until:
            return Rest(min(LOOK_AGAIN, until - beat.at), Phrase("Paused until {until}.", until=until))
        beat.connection = resumed(beat.connection)
        beat.change(paused_for=None, paused_until=None)
        beat.tell(EventKind.RESUMED)
    if beat.link.window is None or beat.link.state in SETTING_UP:
        # Setting up needs people, whatever the hour, and asks QuickBooks little.
        return None
    window = windows.read(beat.link.window)
    if window.is_open(beat.at):
        return None
    lasts = min(LOOK_AGAIN, window.opens_in(beat.at))
    return Rest(lasts, Phrase("It works from {start} to {end} only.", start=window.start, end=window.end))


def resumed(connection: Connection) -> Connection:
    """Return *connection* going on after a pause."""
    return revise(connection, state=connection.may(Action.RESUME), paused_at=None)


def said(found: Rest, lang: str) -> str:
    """Return why nothing is done now, in the language of whoever looks at the connector."""
    _ = words(lang)
    values = {name: _plain(value, lang) for name, value in found.why.values.items()}
    return _.say(Phrase(found.why.msgid, **values))


def _plain(value: object, lang: str) -> str:
    if isinstance(value, datetime):
        return words(lang).date(value)
    return f"{value:%H:%M}" if isinstance(value, time) else str(value)
