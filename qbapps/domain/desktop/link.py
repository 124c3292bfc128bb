"""What a Desktop connection has besides its Connection: its connector, what it said last, and where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import attrs

from qbapps.domain import checks
from qbapps.domain.connection import Connection
from qbapps.domain.desktop.states import SETTING_UP, DesktopState, Move, next_state, seen_as
from qbapps.domain.diagnosis import Cause
from qbapps.domain.events import Detail
from qbapps.domain.record import revise
from qbapps.domain.states import ConnectionState


class Mode(StrEnum):
    """Whether a connection goes on, or ends by itself after its first sync."""

    CONTINUOUS = "continuous"
    ONCE = "once"


def _freeze(details: Mapping[str, Detail]) -> Mapping[str, Detail]:
    return MappingProxyType(dict(details))


@attrs.frozen(kw_only=True)
class DesktopLink:
    """
    The connector's side of a Desktop connection.

    Attributes:
        username: What the connector logs in with; unique, and in the .qwc.
        password: scrypt's hash of the password; the password itself is not kept.
        file_id: A GUID in braces that the connector stamps into the company file: proof of the right company.
        lang: Language of what the connector shows its user.
        window: The hours in which it may work, as ``19:00-07:00 Europe/Paris``; None for always.
        paused_for: The pause that *paused_until* belongs to.
        failures: Wrong passwords in a row.
        locked_until: Until when logins are not looked at, after too many of them.
        attention: Code of what a person has to look at; see ``qbapps.desktop.codes``.
        facts: What QuickBooks said of itself last.
        path: The company file's place on its computer, for when QuickBooks is closed.
        acked: Message set that QuickBooks may forget at the next write.
        preview: Digest of what the first sync would delete.
        confirmed: The digest that somebody confirmed.
        users: People whose hours the app sends, as the app names them.
        mapped: Those of them for whom the app knows a payroll item.
        payable: Employees who have a payroll item in QuickBooks.
        synced_at: When the first sync was over.
        seen_at: The last time its connector called.
        login_at: The last good login.
        ok_at: The last session that ended well.
    """

    connection_id: str
    app_id: str
    mode: Mode = Mode.CONTINUOUS
    state: DesktopState = DesktopState.DRAFT
    username: str = attrs.field(validator=checks.not_empty)
    password: str = attrs.field(repr=False)
    file_id: str
    lang: str = "en"
    window: str | None = None
    paused_for: datetime | None = attrs.field(default=None, validator=checks.aware)
    paused_until: datetime | None = attrs.field(default=None, validator=checks.aware)
    failures: int = 0
    locked_until: datetime | None = attrs.field(default=None, validator=checks.aware)
    attention: str | None = None
    attention_at: datetime | None = attrs.field(default=None, validator=checks.aware)
    attention_note: str | None = None
    facts: Mapping[str, Detail] = attrs.field(factory=dict, converter=_freeze)
    path: str | None = None
    acked: str | None = None
    preview: str | None = None
    preview_counts: Mapping[str, Detail] = attrs.field(factory=dict, converter=_freeze)
    confirmed: str | None = None
    confirmed_by: str | None = None
    confirmed_at: datetime | None = attrs.field(default=None, validator=checks.aware)
    users: tuple[str, ...] = ()
    mapped: tuple[str, ...] = ()
    payable: tuple[str, ...] = ()
    issued_at: datetime | None = attrs.field(default=None, validator=checks.aware)
    synced_at: datetime | None = attrs.field(default=None, validator=checks.aware)
    seen_at: datetime | None = attrs.field(default=None, validator=checks.aware)
    login_at: datetime | None = attrs.field(default=None, validator=checks.aware)
    ok_at: datetime | None = attrs.field(default=None, validator=checks.aware)
    version: int = 1


def moved(link: DesktopLink, move: Move, **changes: Any) -> DesktopLink:
    """
    Return *link* after *move*, as its next version.

    Raises:
        TransitionError: Its state does not allow it.
    """
    state = next_state(link.state, move, connection_id=link.connection_id)
    return revise(link, state=state, **changes)


def followed(connection: Connection, before: DesktopState, after: DesktopState, at: datetime) -> Connection:
    """
    Return *connection* as lists show it after its link went from *before* to *after*; itself when nothing shows.

    What is paused stays so. Each time QuickBooks lets us in anew counts as a consent.
    """
    was, now = seen_as(before), seen_as(after)
    if connection.state is ConnectionState.DISCONNECTED and now is ConnectionState.DISCONNECTED:
        return connection
    if now is ConnectionState.DISCONNECTED:
        return revise(connection, state=now, disconnected_at=at, cause=None)
    if now is ConnectionState.NEEDS_RECONNECT:
        cause = _cause(connection)
        if connection.state is now and connection.cause == cause:
            return connection
        # One that comes back after its end begins anew: nobody remembers that it was paused.
        paused_at = None if connection.state is ConnectionState.DISCONNECTED else connection.paused_at
        return revise(connection, state=now, cause=cause, disconnected_at=None, paused_at=paused_at)
    paused = connection.paused_at is not None
    state = ConnectionState.PAUSED if paused else now
    if was is now and connection.state is state:
        return connection
    return revise(
        connection, state=state, cause=None, disconnected_at=None, connected_at=at, grant=connection.grant + 1
    )


def _cause(connection: Connection) -> Cause:
    return Cause.SETUP_UNFINISHED if connection.grant == 0 else Cause.ACCESS_WITHDRAWN


def is_let_in(link: DesktopLink) -> bool:
    """Tell whether QuickBooks has let us in, and what it said is checked."""
    return link.state not in SETTING_UP


def paused_until(connection: Connection, link: DesktopLink) -> datetime | None:
    """Return when the present pause is over by itself; None when it is not paused, or until somebody resumes it."""
    if connection.state is not ConnectionState.PAUSED or link.paused_for != connection.paused_at:
        return None
    return link.paused_until


def is_paused(connection: Connection, link: DesktopLink, at: datetime) -> bool:
    """Tell whether work rests at *at*."""
    if connection.state is not ConnectionState.PAUSED:
        return False
    until = paused_until(connection, link)
    return until is None or at < until


def unmapped(link: DesktopLink) -> tuple[str, ...]:
    """
    Return the people whose hours cannot be transferred: they have no payroll item, in QuickBooks or in the app.

    Source: Intuit help, "Intégrer QuickBooks Time et QuickBooks Desktop à l'aide du connecteur Web"
    """
    return lacking(link.users, (*link.mapped, *link.payable))


def lacking(users: Iterable[str], known: Iterable[str]) -> tuple[str, ...]:
    """Return those of *users* who are not among the *known*; case and spaces do not matter."""
    there = {_plain(name) for name in known}
    return tuple(name for name in users if _plain(name) not in there)


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
