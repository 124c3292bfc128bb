"""What people call the states of Desktop connections, of their checklists and of their jobs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from qbapps.domain.desktop.checklist import CheckState
from qbapps.domain.desktop.jobs import JobState
from qbapps.domain.desktop.states import DesktopState
from qbapps.domain.desktop.status import DesktopStatus, SessionState
from qbapps.language import C_, Words

LABELS: Final[Mapping[type[StrEnum], Mapping[StrEnum, tuple[str, str]]]] = {
    DesktopState: {
        DesktopState.DRAFT: C_("desktop", "Being prepared"),
        DesktopState.CONFIG_ISSUED: C_("desktop", "File made"),
        DesktopState.AWAITING_LOGIN: C_("desktop", "Waiting for a login"),
        DesktopState.AUTHORISING: C_("desktop", "To be let in by QuickBooks"),
        DesktopState.VERIFYING: C_("desktop", "Being checked"),
        DesktopState.AWAITING_CONFIRMATION: C_("desktop", "To be confirmed"),
        DesktopState.FIRST_SYNC: C_("desktop", "First update under way"),
        DesktopState.MAPPING_REQUIRED: C_("desktop", "Payroll items missing"),
        DesktopState.ACTIVE: C_("desktop", "Active"),
        DesktopState.DEAUTHORIZED: C_("desktop", "Ended here"),
        DesktopState.REMOVING: C_("desktop", "To be removed"),
        DesktopState.REMOVED: C_("desktop", "Removed"),
    },
    SessionState: {
        SessionState.LIVE: C_("desktop session", "At work"),
        SessionState.STALE: C_("desktop session", "Cut off"),
    },
    CheckState: {
        CheckState.OPEN: C_("check", "Not answered"),
        CheckState.VERIFIED: C_("check", "Verified"),
        CheckState.ATTESTED: C_("check", "Attested"),
        CheckState.FAILED: C_("check", "Not so"),
    },
    JobState: {
        JobState.QUEUED: C_("job", "Waiting"),
        JobState.SENT: C_("job", "Sent"),
        JobState.PAGING: C_("job", "Coming in pages"),
        JobState.UNKNOWN: C_("job", "Fate unknown"),
        JobState.DONE: C_("job", "Done"),
        JobState.FAILED: C_("job", "Failed"),
        JobState.CANCELLED: C_("job", "Cancelled"),
    },
}


def label(member: StrEnum, words: Words) -> str:
    """Return what people call *member*."""
    return words.in_context(*LABELS[type(member)][member])


def short(at: datetime) -> str:
    """Return *at* in few characters, to the minute."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def minutes(lasts: timedelta) -> str:
    """Return how long *lasts* is, in whole minutes."""
    return f"{lasts // timedelta(minutes=1)} min"


def jobs(counts: Mapping[str, int], words: Words) -> str:
    """Return how many jobs are in which state, on one line; empty when there are none."""
    shown = ((state, counts[state]) for state in JobState if counts.get(state))
    return ", ".join(f"{words.number(count)} {label(state, words).lower()}" for state, count in shown)


def rest(status: DesktopStatus, words: Words) -> str | None:
    """Return until when a connection is paused; None when it is not."""
    _ = words
    if not status.is_paused:
        return None
    if status.paused_until is None:
        return _("until somebody resumes it")
    return _("until {end}", end=_.date(status.paused_until))


def hours(status: DesktopStatus, words: Words) -> str | None:
    """Return the hours in which a connection may work, and whether it may now; None for always."""
    _ = words
    if status.window is None or status.is_in_window:
        return status.window
    return _("{hours} (it rests now)", hours=status.window)
