"""What each answer of Intuit means, whether the request was carried out, and what is done: one table."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import attrs

from qbapps.domain.signals import Bearing, Reaction, Signal, Where, signal
from qbapps.errors import IntuitError


@attrs.frozen
class Verdict:
    """
    What one answer means.

    Attributes:
        looks: How the answer looks on the wire.
        meaning: What it says.
        processed: Whether Intuit carried the request out; None when nobody can know.
        connection: What it says about the connection.
        reaction: What is done, for the code.
        does: What is done, for people.
        source: Where that is known from.
    """

    where: Where
    signal: Signal
    looks: str
    meaning: str
    processed: bool | None
    connection: Bearing
    reaction: Reaction
    does: str
    source: str


def verdict(where: Where, error: IntuitError, *, again: bool = False) -> Verdict:
    """
    Return what *error* means when it comes from *where*.

    Args:
        again: The same answer came once more after what the first one asked for was done.
    """
    return TABLE[where, signal(where, error, again=again)]


_JOURNALED: Final = (
    "Never sent again in the same call. The pair is noted as ambiguous; the next call tries it once more, and a "
    "refusal then is a lost answer."
)
_MULTIPLE: Final = "Intuit, “Authorization FAQ”: multiple attempts with one token may invalidate it"
_HARMLESS: Final = "Sent again for up to 20 seconds: a second revoke does no harm."
_READS: Final = "Our own reads are sent again for up to 20 seconds; your requests are not, for only you know what may."
_KEYS: Final = "Our client id or secret is wrong."
_LOST: Final = "reset or timeout after sending"
_OURS: Final = "Our choice"


def _throttled(where: Where, looks: str = "429") -> Verdict:
    return Verdict(
        where, Signal.THROTTLED, looks, "Too many requests. No token is dead.",
        False, Bearing.UNSAID, Reaction.WAIT,
        "`retry_after` says how long to wait: what Intuit asked for, else 60 seconds.",
        "Intuit, “Limits and throttles”; none is published for the token endpoint",
    )  # fmt: skip


def _not_sent(where: Where) -> Verdict:
    return Verdict(
        where, Signal.NOT_SENT, "no connection, no name, an untrusted certificate, a timeout before sending",
        "Nothing reached Intuit.",
        False, Bearing.UNSAID, Reaction.REPEAT,
        "May be sent again, and is for a few seconds, except where the certificate is not trusted.", _OURS,
    )  # fmt: skip


_T, _R, _A = Where

# fmt: off
_ROWS: Final = (
    Verdict(
        _T, Signal.INVALID_GRANT, "400 `invalid_grant`",
        "This refresh token is not honoured: stale, unused for 100 days, at its five-year cap, revoked, taken over; or "
        "Intuit has an outage.",
        False, Bearing.SUSPECT, Reaction.CHECK,
        "The store is read again, for another caller may have brought a newer pair; then the refresh is tried once "
        "more after two seconds.",
        "Intuit, “Authorization FAQ”: outages can produce it too",
    ),
    Verdict(
        _T, Signal.INVALID_GRANT_AGAIN, "400 `invalid_grant`, twice", "The refusal is no hiccup.",
        False, Bearing.SUSPECT, Reaction.WEIGH,
        "Believed at once when dates, journal or store explain it. Unexplained, while several connections of the app "
        "are refused and none is refreshed: an outage is suspected for half an hour, and nothing is marked. Else "
        "`needs_reconnect`; the pair is kept and tried again by itself, ever more seldom, for four weeks.",
        "The same; intuit/QuickBooks-V3-DotNET-SDK issue 342 for outages",
    ),
    Verdict(
        _T, Signal.INVALID_CLIENT, "401 `invalid_client`", _KEYS,
        False, Bearing.UNSAID, Reaction.TELL_KEYS,
        "No connection is marked. It is recorded on the app's trail, and a keep-alive run leaves the app's other "
        "connections alone.",
        "RFC 6749, section 5.2; FusionAuth/fusionauth-issues 663",
    ),
    Verdict(
        _T, Signal.BAD_REQUEST, "400 and another OAuth error",
        "The request is not as Intuit wants it (`invalid_request`, `invalid_scope`); also seen in outages.",
        False, Bearing.UNSAID, Reaction.RAISE, "Raised; nothing is marked.",
        "RFC 6749, section 5.2; intuit/QuickBooks-V3-DotNET-SDK issue 342",
    ),
    _throttled(_T),
    Verdict(
        _T, Signal.FAILED, "408, 5xx", "Intuit failed, before or after it replaced the pair.",
        None, Bearing.UNSAID, Reaction.JOURNAL, _JOURNALED, _MULTIPLE,
    ),
    Verdict(
        _T, Signal.GARBLED, "HTML, a redirect, half a JSON document, no refresh token",
        "Something else than the token endpoint answered, or its answer was spoilt and a new pair lost in it.",
        None, Bearing.UNSAID, Reaction.JOURNAL, _JOURNALED, _MULTIPLE,
    ),
    _not_sent(_T),
    Verdict(
        _T, Signal.NO_ANSWER, _LOST, "Nobody can know whether the pair was replaced.",
        None, Bearing.UNSAID, Reaction.JOURNAL, _JOURNALED, _MULTIPLE,
    ),
    Verdict(
        _R, Signal.ALREADY_DEAD, "400, often without a body",
        "Nothing was revoked: the token seems to be dead already.",
        False, Bearing.UNSAID, Reaction.VERIFY,
        "Verified by the refresh that must be refused; it never stops a disconnect.",
        "simstudioai/sim issue 6099; intuit/oauth-jsclient issue 71",
    ),
    Verdict(
        _R, Signal.INVALID_CLIENT, "401", _KEYS,
        False, Bearing.UNSAID, Reaction.RAISE,
        "The connection is denied here and its end stays unproven; a task says so.",
        "RFC 6749, section 5.2",
    ),
    _throttled(_R),
    Verdict(
        _R, Signal.FAILED, "408, 5xx", "Intuit failed, before or after it revoked.",
        None, Bearing.UNSAID, Reaction.REPEAT, _HARMLESS, _OURS,
    ),
    Verdict(
        _R, Signal.GARBLED, "HTML, a redirect", "Something else than the revocation endpoint answered.",
        None, Bearing.UNSAID, Reaction.RAISE, "The end of the connection stays unproven.", _OURS,
    ),
    _not_sent(_R),
    Verdict(
        _R, Signal.NO_ANSWER, _LOST, "Nobody can know whether it was revoked.",
        None, Bearing.UNSAID, Reaction.REPEAT, _HARMLESS, _OURS,
    ),
    Verdict(
        _A, Signal.TOKEN_REFUSED, "401, code 3200 or 100, or none",
        "The access token has expired, was revoked, or is none.",
        False, Bearing.SUSPECT, Reaction.RENEW,
        "One refresh, and the request once more with the new token. A refresh that is refused tells the rest.",
        "Intuit, “Error codes”; python-quickbooks issues 118, 120 and 250",
    ),
    Verdict(
        _A, Signal.TOKEN_REFUSED_AGAIN, "the same, for a token that has just been issued",
        "Intuit issues tokens and does not take them: its own trouble, as far as can be told.",
        False, Bearing.SUSPECT, Reaction.RAISE,
        "Raised; nothing is marked. If it stays so, check the app's `api_url`.",
        "Our choice: had the consent been revoked, its refresh would have been refused",
    ),
    Verdict(
        _A, Signal.OWNER_LOST_ACCESS, "401, code 120",
        "The owner was removed from the company, or is its admin no more.",
        False, Bearing.OWNER_LOST, Reaction.TRANSFER,
        "`needs_reconnect`, cause `owner_lost_access`: a transfer to a present admin is needed. A probe that works "
        "takes it back.",
        "Intuit, “Fix common errors”",
    ),
    Verdict(
        _A, Signal.NOT_AUTHORIZED, "403, code 3100",
        "Token and company do not match: mostly sandbox and production mixed up, else the consent is gone.",
        False, Bearing.DEAD, Reaction.MARK,
        "Check `environment`, `api_url` and realm id first. The client raises it; only a probe marks "
        "`needs_reconnect`, cause `access_gone`, and one that works takes it back. A refresh does not cure it.",
        "Intuit, “Error codes”, ApplicationAuthorizationFailed",
    ),
    Verdict(
        _A, Signal.COMPANY_INACTIVE, "400, code 6190",
        "The company's subscription has lapsed: writes are refused, reads may work.",
        False, Bearing.ALIVE, Reaction.LEAVE,
        "The connection is healthy. The client raises python-quickbooks' own exception; a probe says `alive`, cause "
        "`company_inactive`.",
        "Intuit, “Error codes” and “Subscription states”",
    ),
    Verdict(
        _A, Signal.BUSINESS, "400 and another number (610, 5010, 6240, …)",
        "A business rule, a stale SyncToken, an object that is not there; no matter of the connection.",
        False, Bearing.UNSAID, Reaction.LEAVE, "Left to the caller as python-quickbooks' own exception.",
        "Intuit, “Error codes”",
    ),
    _throttled(_A, "429 (formerly 403), code 3001"),
    Verdict(
        _A, Signal.FAILED, "408, 5xx, SystemFault (also in a 200)",
        "Intuit failed, before or after it did what was asked.",
        None, Bearing.UNSAID, Reaction.REPEAT, _READS, "Intuit, “Error codes” (10000)",
    ),
    Verdict(
        _A, Signal.PAGE, "200 and a page instead of data", "Maintenance, or a proxy.",
        None, Bearing.UNSAID, Reaction.REPEAT, _READS, _OURS,
    ),
    Verdict(
        _A, Signal.GARBLED, "HTML with another status, a redirect, half a JSON document",
        "The answer cannot be understood; a write may have been carried out.",
        None, Bearing.UNSAID, Reaction.RAISE, "Raised; nothing is marked.", _OURS,
    ),
    _not_sent(_A),
    Verdict(
        _A, Signal.NO_ANSWER, _LOST, "Nobody can know whether it was carried out.",
        None, Bearing.UNSAID, Reaction.REPEAT, _READS, _OURS,
    ),
)
# fmt: on

TABLE: Final[Mapping[tuple[Where, Signal], Verdict]] = MappingProxyType({(one.where, one.signal): one for one in _ROWS})
"""Every answer that is no success, in the order of the documentation."""
