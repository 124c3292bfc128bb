"""What the authorization server's answers mean: a grant, or an error of ours."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from qbapps.domain.tokens import TokenGrant
from qbapps.errors import IntuitError, IntuitProtocolError, IntuitRejected, IntuitUnavailable
from qbapps.intuit.answers import Answer
from qbapps.intuit.mapping import ASK_INTUIT, TRY_AGAIN
from qbapps.values import Secret

ACCESS_LIFETIME: Final = timedelta(hours=1)
"""
Taken when an answer does not say how long its access token lives.

Source: Intuit, "Authorization FAQ": access tokens live 3600 seconds
"""

REFRESH_LIFETIME: Final = timedelta(days=100)
"""
Taken when an answer does not say how long its refresh token lives.

Source: Intuit, "Authorization FAQ": a refresh token unused for 100 days expires
"""

_LONGEST: Final = timedelta(days=36_500)
_HARD_KEYS: Final = ("x_refresh_token_hard_expires_in", "x_refresh_token_lifetime_expires_in")
# The names of OAuth's errors: nothing that could be a token gets into a message.
_ERROR_NAME: Final = re.compile(r"[a-z_]{1,40}")

_HINTS: Final = {
    "invalid_grant": "Check again after a pause: an outage gives the same answer; then reconnect the company.",
    "invalid_client": "Register the app again with its present client id and secret; its connections are not dead.",
    "invalid_scope": "Check the scopes of the app in Intuit's developer portal.",
    "invalid_token": "Get a fresh access token and check that the app asks for openid.",
}


def read_grant(answer: Answer, doing: str, at: datetime) -> TokenGrant:
    """
    Return the tokens of a token endpoint's answer.

    Whatever else is odd about it, an answer that holds both tokens is a grant: they may be the
    only living ones. The lifetimes are those Intuit documents when the answer has none.

    Raises:
        IntuitRejected: Intuit refused; ``error`` is its reason.

        IntuitUnavailable: Intuit was busy or failed. ``processed`` is False for 429 only.

        IntuitProtocolError: The answer cannot be understood. If it was to a valid request, tokens
            may have been issued and lost with it.

    Source: Intuit, "Set up OAuth 2.0", token response, and the SDKs for the five-year cap
    """
    if not answer.is_success:
        raise refusal(answer, doing, at)
    grant = _granted(answer)
    if isinstance(grant, str):
        raise _garbled(answer, f"Intuit's answer while {doing} {grant}")
    return grant


def _granted(answer: Answer) -> TokenGrant | str:
    """Return the tokens, or what is wrong: an error raised here would show them in its traceback's frames."""
    found = answer.document()
    if found is None:
        return "was not whole JSON; tokens it may have held are lost."
    access, refresh = _text(found, "access_token"), _text(found, "refresh_token")
    if access is None or refresh is None:
        return "has no access token or no refresh token."
    id_token = _text(found, "id_token")
    return TokenGrant(
        access_token=Secret(access),
        refresh_token=Secret(refresh),
        expires_in=_lifetime(found, "expires_in") or ACCESS_LIFETIME,
        refresh_expires_in=_lifetime(found, "x_refresh_token_expires_in") or REFRESH_LIFETIME,
        refresh_hard_expires_in=_lifetime(found, *_HARD_KEYS),
        id_token=None if id_token is None else Secret(id_token),
        intuit_tid=answer.intuit_tid,
    )


def refusal(answer: Answer, doing: str, at: datetime) -> IntuitError:
    """
    Return what an answer that is not 2xx means; raise it outside any ``except`` block.

    A 4xx that is no JSON is not a verdict: it may come from a proxy, so it never becomes
    ``invalid_grant``.

    Source: Intuit, "Set up OAuth 2.0", error responses; RFC 6749, section 5.2
    """
    if answer.status == 429:
        return IntuitUnavailable(
            f"Intuit throttled us while {doing}.",
            hint="Try again when retry_after is over, or in a minute; no token is dead.",
            status=429,
            intuit_tid=answer.intuit_tid,
            retry_after=answer.retry_after(at),
            processed=False,
        )
    if answer.status >= 500 or answer.status == 408:
        return IntuitUnavailable(
            f"Intuit failed while {doing} (HTTP {answer.status}).",
            hint=TRY_AGAIN,
            status=answer.status,
            intuit_tid=answer.intuit_tid,
            retry_after=answer.retry_after(at),
        )
    if answer.is_redirect:
        return _garbled(answer, f"Intuit answered with a redirect while {doing}; it was not followed.")
    name = _text(answer.document() or {}, "error")
    if not 400 <= answer.status <= 499 or name is None:
        return _garbled(answer, f"Intuit's answer while {doing} could not be understood (HTTP {answer.status}).")
    error = name if _ERROR_NAME.fullmatch(name) else "unknown"
    return IntuitRejected(
        f"Intuit refused the request while {doing} ({error}).",
        hint=_HINTS.get(error, "Check the app's registration; if it is right, give Intuit's support the intuit_tid."),
        status=answer.status,
        intuit_tid=answer.intuit_tid,
        error=error,
    )


def _garbled(answer: Answer, message: str) -> IntuitProtocolError:
    return IntuitProtocolError(message, hint=ASK_INTUIT, status=answer.status, intuit_tid=answer.intuit_tid)


def _text(found: Mapping[str, Any], key: str) -> str | None:
    value = found.get(key)
    return value if isinstance(value, str) and value else None


def _lifetime(found: Mapping[str, Any], *keys: str) -> timedelta | None:
    for key in keys:
        value = found.get(key)
        if isinstance(value, str) and value.isascii() and value.isdigit():
            value = int(value[:15])
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            continue
        # Compared as it is: JSON has numbers that no float holds.
        if 0 < value < math.inf:
            return timedelta(seconds=min(value, _LONGEST.total_seconds()))
    return None
