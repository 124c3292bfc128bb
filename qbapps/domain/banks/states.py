"""The states of a bank connection, from the first draft to the next generation, and the one table of what happens."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Final

from qbapps.domain.banks.spans import Span
from qbapps.domain.states import ConnectionState
from qbapps.domain.transitions import follow, possible


class BankState(StrEnum):
    """
    Where a bank connection stands.

    ``expiring`` and ``expired`` are never kept: ``active`` is shown so as its consent ends.

    ``needs_login``: the bank does not take the user name or password any more. ``needs_bank_action``: the customer has
    something to do on the bank's own site. ``error``: the last try failed, and the next one may not. ``suspended``:
    too many failed in a row. ``revoked``: the customer withdrew the consent. ``replaced``: a new generation took over.
    """

    DRAFT = "draft"
    AWAITING_CONSENT = "awaiting_consent"
    AWAITING_BANK = "awaiting_bank"
    CHOOSING_ACCOUNTS = "choosing_accounts"
    ACTIVE = "active"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    NEEDS_LOGIN = "needs_login"
    NEEDS_BANK_ACTION = "needs_bank_action"
    ERROR = "error"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    DISCONNECTED = "disconnected"
    REPLACED = "replaced"


class BankEvent(StrEnum):
    """
    What can happen to a bank connection.

    ``bank_authenticated``: the customer proved who they are to the bank. ``accounts_mapped``: each of the bank's
    accounts has its ledger account. ``reconfirmed``: the customer said that it goes on. ``credentials_changed``: the
    bank refuses those that QuickBooks has. ``suspend``: a failure that was one too many. ``reconnected``: a new
    connection for the same accounts took its place.
    """

    CONSENT_ASKED = "consent_asked"
    CONSENT_ACCEPTED = "consent_accepted"
    CONSENT_REFUSED = "consent_refused"
    BANK_AUTHENTICATED = "bank_authenticated"
    ACCOUNTS_MAPPED = "accounts_mapped"
    RECONFIRMED = "reconfirmed"
    SYNCED = "synced"
    SYNC_FAILED = "sync_failed"
    SUSPEND = "suspend"
    CREDENTIALS_CHANGED = "credentials_changed"
    ACTION_NEEDED = "action_needed"
    REVOKED = "revoked"
    DISCONNECTED = "disconnected"
    RECONNECTED = "reconnected"


MOST_FAILURES: Final = 10
"""
So many failures in a row suspend a connection.

Source: GoCardless Bank Account Data, account status SUSPENDED
"""

NOTICE: Final = Span(days=14)
"""
So long before its end a consent is shown as expiring.

Source: Plaid warns 7 days ahead, GoCardless up to 14; our choice is the longer one
"""

_S = BankState
_E = BankEvent

SETTING_UP: Final = frozenset({_S.DRAFT, _S.AWAITING_CONSENT, _S.AWAITING_BANK, _S.CHOOSING_ACCOUNTS})
"""Nothing is read yet."""

WORKING: Final = frozenset({_S.ACTIVE, _S.EXPIRING, _S.ERROR})
"""New rows come in by themselves, or may tomorrow."""

BROKEN: Final = frozenset({_S.EXPIRED, _S.NEEDS_LOGIN, _S.NEEDS_BANK_ACTION, _S.SUSPENDED, _S.REVOKED})
"""Nothing comes in until the customer does something."""

OVER: Final = frozenset({_S.DISCONNECTED, _S.REPLACED})
"""It is no connection any more."""

_SET_UP: Final = tuple(state for state in BankState if state in WORKING | BROKEN and state is not _S.REVOKED)
_LIVE: Final = tuple(state for state in BankState if state not in OVER)

TRANSITIONS: Final[dict[tuple[BankState, BankEvent], BankState]] = {
    (_S.DRAFT, _E.CONSENT_ASKED): _S.AWAITING_CONSENT,
    (_S.AWAITING_CONSENT, _E.CONSENT_ACCEPTED): _S.AWAITING_BANK,
    (_S.AWAITING_CONSENT, _E.CONSENT_REFUSED): _S.DRAFT,
    # The bank asks again, and there too one can say no.
    (_S.AWAITING_BANK, _E.CONSENT_REFUSED): _S.DRAFT,
    (_S.AWAITING_BANK, _E.BANK_AUTHENTICATED): _S.CHOOSING_ACCOUNTS,
    (_S.CHOOSING_ACCOUNTS, _E.ACCOUNTS_MAPPED): _S.ACTIVE,
    # An update in place: the accounts are mapped already, and keep their ids.
    **{(state, _E.BANK_AUTHENTICATED): _S.ACTIVE for state in _SET_UP},
    **{(state, _E.RECONFIRMED): _S.ACTIVE for state in (_S.ACTIVE, _S.EXPIRING, _S.EXPIRED)},
    # What else is wrong is not mended by saying that it goes on.
    **{(state, _E.RECONFIRMED): state for state in (_S.ERROR, _S.NEEDS_LOGIN, _S.NEEDS_BANK_ACTION, _S.SUSPENDED)},
    # One more account, or one less, of a connection that is there.
    **{(state, _E.ACCOUNTS_MAPPED): _S.ACTIVE for state in (_S.ACTIVE, _S.EXPIRING, _S.EXPIRED)},
    **{(state, _E.ACCOUNTS_MAPPED): state for state in (_S.ERROR, _S.NEEDS_LOGIN, _S.NEEDS_BANK_ACTION, _S.SUSPENDED)},
    # Rows came in: that is how it is, whatever was thought of it. After the end of its consent none can.
    **{(state, _E.SYNCED): _S.ACTIVE for state in _SET_UP if state is not _S.EXPIRED},
    **{(state, _E.SYNC_FAILED): _S.ERROR for state in WORKING},
    **{(state, _E.SYNC_FAILED): state for state in (_S.NEEDS_LOGIN, _S.NEEDS_BANK_ACTION, _S.SUSPENDED)},
    # It goes on being shown as expired.
    (_S.EXPIRED, _E.SYNC_FAILED): _S.ERROR,
    **{(state, _E.SUSPEND): _S.SUSPENDED for state in (*WORKING, _S.EXPIRED)},
    **{(state, _E.SUSPEND): state for state in (_S.NEEDS_LOGIN, _S.NEEDS_BANK_ACTION, _S.SUSPENDED)},
    **{(state, _E.CREDENTIALS_CHANGED): _S.NEEDS_LOGIN for state in _SET_UP},
    **{(state, _E.ACTION_NEEDED): _S.NEEDS_BANK_ACTION for state in _SET_UP},
    **{(state, _E.REVOKED): _S.REVOKED for state in _LIVE if state is not _S.DRAFT},
    # It does not come back to life, and what a disconnect did to QuickBooks' rows has to stay known.
    (_S.DISCONNECTED, _E.REVOKED): _S.DISCONNECTED,
    **{(state, _E.DISCONNECTED): _S.DISCONNECTED for state in _LIVE},
    # One that works is updated in place: a second connection beside it would bring every row twice. An update that
    # failed leaves an error behind.
    **{(state, _E.RECONNECTED): _S.REPLACED for state in (*BROKEN, _S.ERROR, _S.DISCONNECTED)},
}

_HINT: Final = "Look at where the connection stands, and plan its repair from there."


def allowed(state: BankState) -> tuple[BankEvent, ...]:
    """Return what can happen in *state*."""
    return possible(TRANSITIONS, state)


def next_state(state: BankState, event: BankEvent, *, connection_id: str | None = None) -> BankState:
    """
    Return the state that *event* leads to; it is one that is kept, so neither ``expiring`` nor ``expired``.

    Args:
        state: As :func:`shown` on the day of the event.

    Raises:
        TransitionError: It cannot happen in *state*.
    """
    name = connection_id or "the bank connection"
    return follow(TRANSITIONS, state, event, name=name, hint=_HINT, connection_id=connection_id)


def failure(failures: int) -> BankEvent:
    """Return what a failed try is, the *failures*-th in a row: one too many suspends."""
    return BankEvent.SUSPEND if failures >= MOST_FAILURES else BankEvent.SYNC_FAILED


def shown(kept: BankState, consent_end: date | None, today: date, *, notice: Span = NOTICE) -> BankState:
    """
    Return *kept* as it is on *today*: one that works has expired the day after its consent's end, and expires soon
    before.

    Args:
        consent_end: The last good day; None where it is not known, and then nothing is concluded from it.
    """
    if kept not in WORKING or consent_end is None:
        return kept
    if today > consent_end:
        return BankState.EXPIRED
    return BankState.EXPIRING if kept is BankState.ACTIVE and today >= notice.before(consent_end) else kept


def seen_as(state: BankState) -> ConnectionState:
    """Return how a list of all kinds of connections shows *state*, where nobody has paused it."""
    if state in OVER:
        return ConnectionState.DISCONNECTED
    return ConnectionState.CONNECTED if state in WORKING else ConnectionState.NEEDS_RECONNECT
