"""How a Desktop connection stands, for whoever looks after it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

import attrs

from qbapps.domain.desktop.link import Mode
from qbapps.domain.desktop.states import DesktopState


class SessionState(StrEnum):
    """Whether its connector is at work now, or was and fell silent."""

    LIVE = "live"
    STALE = "stale"


@attrs.frozen(kw_only=True)
class Attention:
    """
    What somebody has to look at.

    Attributes:
        code: As support and logs name it.
        category: Its kind, such as ``permission``.
        what: What is wrong, in words.
        do: What to do.
        fixer: Who can: ``user``, ``admin``, ``developer`` or ``nobody``.
        note: What it is about, such as the company that is open instead.
    """

    code: str
    category: str
    what: str
    do: str
    fixer: str
    since: datetime
    note: str | None = None


@attrs.frozen(kw_only=True)
class DesktopStatus:
    """
    How a Desktop connection stands.

    Attributes:
        state: Where it is between its first draft and its removal.
        is_paused: Whether work rests; *paused_until* is None when somebody has to resume it.
        window: The hours in which it may work, as ``19:00-07:00 Europe/Paris``; None for always.
        is_in_window: Whether it may work at this hour.
        attention: What somebody has to look at; None when nothing is wrong.
        session: ``live`` while its connector is at work, ``stale`` when it fell silent in the midst of it.
        last_seen_at: The last time its connector called.
        last_ok_at: The last time an update ended well.
        is_silent: Whether it has missed several runs: the computer is off, or the connector is closed.
        every: How often its connector is to call.
        jobs: How many jobs are in which state.
        unmapped: People who have no payroll item yet.
        facts: What QuickBooks said of itself: ``product``, ``country``, ``qbxml_versions`` and others.
        next_step: What comes next, and who does it.
    """

    connection_id: str
    state: DesktopState
    mode: Mode
    is_paused: bool = False
    paused_until: datetime | None = None
    window: str | None = None
    is_in_window: bool = True
    attention: Attention | None = None
    session: SessionState | None = None
    last_seen_at: datetime | None = None
    last_login_at: datetime | None = None
    last_ok_at: datetime | None = None
    is_silent: bool = False
    every: timedelta
    username: str
    jobs: Mapping[str, int] = attrs.field(factory=dict)
    unmapped: tuple[str, ...] = ()
    facts: Mapping[str, object] = attrs.field(factory=dict)
    next_step: str = ""


@attrs.frozen(kw_only=True)
class ChecklistItem:
    """
    One line of a checklist, in words.

    Attributes:
        item: Its name, for ``attest``.
        question: What has to be so.
        state: ``open``, ``verified``, ``attested`` or ``failed``.
        by: Who attested it.
        evidence: What showed it, in words.
        how: How to look, or what to do about it.
        can_attest: Whether somebody's word is enough.
    """

    item: str
    question: str
    state: str
    by: str | None = None
    at: datetime | None = None
    evidence: str | None = None
    note: str | None = None
    how: str = ""
    can_attest: bool = True
