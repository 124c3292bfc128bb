"""Why a connection does not work, from evidence, and what to do next."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

import attrs


class Cause(StrEnum):
    """Why a connection does not work, as far as evidence goes; or that it does."""

    WORKING = "working"
    PAUSED = "paused"
    REFUSED = "refused"
    IDLE_TOO_LONG = "idle_too_long"
    HARD_CAP = "hard_cap"
    OWNER_LOST_ACCESS = "owner_lost_access"
    ACCESS_GONE = "access_gone"
    LOST_ANSWER = "lost_answer"
    SUPERSEDED = "superseded"
    TAKEN_OVER = "taken_over"
    WRONG_KEYS = "wrong_keys"
    OUTAGE = "outage"
    COMPANY_INACTIVE = "company_inactive"
    REPORTED = "reported"
    DISCONNECTED = "disconnected"
    IN_QUICKBOOKS = "in_quickbooks"
    SETUP_UNFINISHED = "setup_unfinished"
    ACCESS_WITHDRAWN = "access_withdrawn"
    NEEDS_ATTENTION = "needs_attention"
    CONNECTOR_SILENT = "connector_silent"
    CONSENT_ENDED = "consent_ended"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    BANK_LOGIN_CHANGED = "bank_login_changed"
    BANK_WAITS = "bank_waits"
    SYNC_SUSPENDED = "sync_suspended"


OF_THE_COMPANY: Final = frozenset({Cause.OWNER_LOST_ACCESS, Cause.ACCESS_GONE})
"""What ends access to the company while the pair lives on: a refresh that works does not cure it."""

TRIED_AGAIN: Final = frozenset({Cause.REFUSED, Cause.LOST_ANSWER})
"""
What an outage may have looked like: such a pair is tried again by itself.

Not one that was superseded: presenting it may end the chain that replaced it.
"""


@attrs.frozen(kw_only=True)
class Diagnosis:
    """
    Why a connection does not work.

    Attributes:
        cause: The name of the reason.
        evidence: Facts it rests on, as sentences.
        next_step: What to do now, in the imperative.
    """

    cause: Cause
    evidence: tuple[str, ...] = ()
    next_step: str = ""


@attrs.frozen(kw_only=True)
class Health:
    """
    What one look at a connection found.

    Attributes:
        alive: True when Intuit served us, False when it refused us, None when it did not say.
        cause: Why it is not alive, or why that is unknown; ``company_inactive`` of one that is alive.
        checked_at: When.
        cost: Metered API calls that the look took: one, or two when the token had to be renewed.

    Source: CompanyInfo reads count against an app's monthly allowance; token calls do not.
    """

    alive: bool | None
    cause: str | None
    checked_at: datetime
    cost: int
