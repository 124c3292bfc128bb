"""One update session of a connector: from its login to its goodbye."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import attrs

from qbapps.domain import checks
from qbapps.domain.record import revise

WORKING_LEASE: Final = timedelta(minutes=10)
"""How long QuickBooks may take over one request before its session counts as lost. Our choice: none is documented."""

CALLING_LEASE: Final = timedelta(seconds=60)
"""How long a connector may take between two calls, while nothing is asked of QuickBooks. Our choice."""

MOST_PATHS: Final = 2
"""How often a company file's path is offered to a connector that cannot reach QuickBooks."""


class Phase(StrEnum):
    """What a session waits for."""

    OPENED = "opened"
    CHECKING = "checking"
    READY = "ready"
    SENT = "sent"
    OVER = "over"


class Ending(StrEnum):
    """How a session ended."""

    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"
    LOST = "lost"


@attrs.frozen(kw_only=True)
class DesktopSession:
    """
    One update session; a connection has at most one that is not over.

    Attributes:
        id: SHA-256 of its ticket; the ticket itself is the connector's.
        lease_until: When it counts as lost, unless its connector calls before.
        job_id: The job that QuickBooks is working on.
        answered: Requests of this session that were answered.
        total: Of those, and those that were waiting, at the last count.
        paths: How often a path was offered; more than ``MOST_PATHS`` when any file that is open was asked for.
        told: What getLastError answers.
    """

    id: str
    connection_id: str
    opened_at: datetime = attrs.field(validator=checks.aware)
    lease_until: datetime = attrs.field(validator=checks.aware)
    phase: Phase = Phase.OPENED
    job_id: str | None = None
    answered: int = 0
    paths: int = 0
    told: str | None = None
    ending: Ending | None = None
    ended_at: datetime | None = attrs.field(default=None, validator=checks.aware)
    version: int = 1

    @property
    def is_over(self) -> bool:
        """Whether its ticket is worth nothing any more."""
        return self.phase is Phase.OVER

    def is_lost(self, at: datetime) -> bool:
        """Tell whether its connector has been silent for too long, or the clock was set back."""
        return not self.is_over and not at < self.lease_until <= at + WORKING_LEASE


def waits(session: DesktopSession, phase: Phase, at: datetime, **changes: object) -> DesktopSession:
    """Return *session* waiting for what *phase* says, its lease renewed."""
    lease = WORKING_LEASE if phase in (Phase.SENT, Phase.CHECKING) else CALLING_LEASE
    return revise(session, phase=phase, lease_until=at + lease, **changes)


def over(session: DesktopSession, ending: Ending, at: datetime, *, told: str | None = None) -> DesktopSession:
    """Return *session* ended; what it told its user before stays unless there is something to tell."""
    return revise(
        session,
        phase=Phase.OVER,
        ending=ending,
        ended_at=at,
        job_id=None,
        told=told if told is not None else session.told,
    )


def percent(answered: int, left: int) -> int:
    """
    Return how much of a session is done: 100 only when nothing is left, and never 0, which looks stuck.

    Source: Intuit, QuickBooks Web Connector Programmer's Guide (2009), "receiveResponseXML": 100 ends the session
    """
    if left <= 0:
        return 100
    return max(1, min(99, answered * 100 // (answered + left)))
