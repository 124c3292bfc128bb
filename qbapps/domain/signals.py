"""What Intuit's answers look like to us, door by door, and the words of the table of verdicts."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from qbapps.errors import IntuitError, IntuitRejected, IntuitUnavailable

LOST_ACCESS: Final = "120"
"""Source: Intuit, "Fix common errors": the owner is no longer an admin, or was removed"""

TOKEN_REFUSED: Final = frozenset({"3200", "100"})
"""Source: routablehq/python-quickbooks issues 118 and 250 (3200), 120 (100, in XML)"""

NOT_AUTHORIZED: Final = "3100"
"""Source: Intuit, "Error codes", ApplicationAuthorizationFailed; mostly a sandbox and production mix-up"""

THROTTLED: Final = "3001"
"""Source: routablehq/python-quickbooks issues 43 and 83, ThrottleExceeded"""

COMPANY_INACTIVE: Final = "6190"
"""Source: Intuit, "Error codes", Invalid Company Status: the subscription has lapsed"""


class Where(StrEnum):
    """Which door of Intuit's answered."""

    TOKEN = "token"  # noqa: S105 - a name
    REVOKE = "revoke"
    API = "api"


class Signal(StrEnum):
    """What came back, or did not."""

    INVALID_GRANT = "invalid_grant"
    INVALID_GRANT_AGAIN = "invalid_grant_again"
    INVALID_CLIENT = "invalid_client"
    BAD_REQUEST = "bad_request"
    ALREADY_DEAD = "already_dead"
    TOKEN_REFUSED = "token_refused"  # noqa: S105 - a name
    TOKEN_REFUSED_AGAIN = "token_refused_again"  # noqa: S105 - a name
    OWNER_LOST_ACCESS = "owner_lost_access"
    NOT_AUTHORIZED = "not_authorized"
    COMPANY_INACTIVE = "company_inactive"
    BUSINESS = "business"
    THROTTLED = "throttled"
    FAILED = "failed"
    PAGE = "page"
    GARBLED = "garbled"
    NOT_SENT = "not_sent"
    NO_ANSWER = "no_answer"


class Bearing(StrEnum):
    """What an answer says about the connection."""

    ALIVE = "alive"
    UNSAID = "unsaid"
    SUSPECT = "suspect"
    DEAD = "dead"
    OWNER_LOST = "owner_lost"


class Reaction(StrEnum):
    """What is done about it."""

    CHECK = "check"
    WEIGH = "weigh"
    TELL_KEYS = "tell_keys"
    RAISE = "raise"
    VERIFY = "verify"
    RENEW = "renew"
    TRANSFER = "transfer"
    MARK = "mark"
    LEAVE = "leave"
    WAIT = "wait"
    REPEAT = "repeat"
    JOURNAL = "journal"


def signal(where: Where, error: IntuitError, *, again: bool = False) -> Signal:
    """
    Tell what *error* shows, when it comes from *where*.

    Args:
        again: The same came once more after what the first one asked for was done.
    """
    match error:
        case IntuitUnavailable():
            return _unavailable(where, error)
        case IntuitRejected() if where is Where.API:
            return _api(error, again)
        case IntuitRejected():
            return _oauth(where, error, again)
        case _:
            return Signal.GARBLED


def _unavailable(where: Where, error: IntuitUnavailable) -> Signal:
    if error.status == 429 or error.error == THROTTLED:
        return Signal.THROTTLED
    if error.processed is False:
        return Signal.NOT_SENT
    if where is Where.API and error.status is not None and error.status < 300 and error.error is None:
        return Signal.PAGE
    return Signal.NO_ANSWER if error.status is None and error.error is None else Signal.FAILED


def _oauth(where: Where, error: IntuitRejected, again: bool) -> Signal:
    if error.error == "invalid_client":
        return Signal.INVALID_CLIENT
    if where is Where.REVOKE:
        return Signal.ALREADY_DEAD if error.status == 400 else Signal.GARBLED
    if error.error == "invalid_grant":
        return Signal.INVALID_GRANT_AGAIN if again else Signal.INVALID_GRANT
    return Signal.BAD_REQUEST


def _api(error: IntuitRejected, again: bool) -> Signal:
    if error.error in TOKEN_REFUSED:
        return Signal.TOKEN_REFUSED_AGAIN if again else Signal.TOKEN_REFUSED
    return Signal.GARBLED if error.error is None else _API_CODES.get(error.error, Signal.BUSINESS)


_API_CODES: Final = {
    LOST_ACCESS: Signal.OWNER_LOST_ACCESS,
    NOT_AUTHORIZED: Signal.NOT_AUTHORIZED,
    COMPANY_INACTIVE: Signal.COMPANY_INACTIVE,
}
