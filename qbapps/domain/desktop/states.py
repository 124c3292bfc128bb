"""The states of a Desktop connection, from the first draft to the connector's removal, and the one table of moves."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from qbapps.domain.states import ConnectionState
from qbapps.domain.transitions import follow, possible


class DesktopState(StrEnum):
    """Where a Desktop connection stands. Pause, sync window, attention and session lie over it."""

    DRAFT = "draft"
    CONFIG_ISSUED = "config_issued"
    AWAITING_LOGIN = "awaiting_login"
    AUTHORISING = "authorising"
    VERIFYING = "verifying"
    AWAITING_CONFIRMATION = "awaiting_confirmation"
    FIRST_SYNC = "first_sync"
    MAPPING_REQUIRED = "mapping_required"
    ACTIVE = "active"
    DEAUTHORIZED = "deauthorized"
    REMOVING = "removing"
    REMOVED = "removed"


class Move(StrEnum):
    """
    What can happen to a Desktop connection.

    ``issue``: its .qwc was written. ``open``: somebody fetched its address. ``log_in``: the first good login.
    ``admit``: QuickBooks let us in. ``verify``: it is the right company, and all that can be checked is right.
    ``hold``: what the first sync would delete has to be confirmed. ``finish``: all first requests were answered.
    ``finish_once``: the same, and nothing more is wanted. ``lack_mapping`` and ``map``: people without, or with,
    payroll items. ``refuse``: QuickBooks does not let us in any more. ``reissue``: a new password. ``call``: the
    connector of one that has ended still asks.
    """

    ISSUE = "issue"
    OPEN = "open"
    LOG_IN = "log_in"
    ADMIT = "admit"
    VERIFY = "verify"
    HOLD = "hold"
    CONFIRM = "confirm"
    GO_ON = "go_on"
    FINISH = "finish"
    FINISH_ONCE = "finish_once"
    LACK_MAPPING = "lack_mapping"
    MAP = "map"
    REFUSE = "refuse"
    REISSUE = "reissue"
    DEAUTHORIZE = "deauthorize"
    REMOVE = "remove"
    GONE = "gone"
    CALL = "call"


_S = DesktopState
_M = Move

SETTING_UP: Final = frozenset({_S.DRAFT, _S.CONFIG_ISSUED, _S.AWAITING_LOGIN, _S.AUTHORISING, _S.VERIFYING})
"""QuickBooks has not let us in yet, or no more, or what it said is not checked."""

WORKING: Final = frozenset({_S.FIRST_SYNC, _S.MAPPING_REQUIRED, _S.ACTIVE})
"""Requests may be sent."""

OVER: Final = frozenset({_S.DEAUTHORIZED, _S.REMOVING, _S.REMOVED})
"""Denied here."""

_ALL_BUT_OVER: Final = tuple(state for state in DesktopState if state not in OVER)
_BEFORE_LOGIN: Final = (_S.DRAFT, _S.CONFIG_ISSUED, _S.AWAITING_LOGIN)

TRANSITIONS: Final[dict[tuple[DesktopState, Move], DesktopState]] = {
    (_S.DRAFT, _M.ISSUE): _S.CONFIG_ISSUED,
    # Somebody may write the .qwc anew whenever the connection lives: for a new computer, say.
    **{(state, _M.ISSUE): state for state in _ALL_BUT_OVER if state is not _S.DRAFT},
    **{(state, _M.OPEN): _S.AWAITING_LOGIN for state in _BEFORE_LOGIN},
    **{(state, _M.LOG_IN): _S.AUTHORISING for state in _BEFORE_LOGIN},
    **{(state, _M.REISSUE): _S.AWAITING_LOGIN for state in DesktopState if state is not _S.DRAFT},
    (_S.DRAFT, _M.REISSUE): _S.DRAFT,
    (_S.AUTHORISING, _M.ADMIT): _S.VERIFYING,
    (_S.VERIFYING, _M.ADMIT): _S.VERIFYING,
    (_S.VERIFYING, _M.VERIFY): _S.FIRST_SYNC,
    (_S.VERIFYING, _M.GO_ON): _S.ACTIVE,
    (_S.VERIFYING, _M.HOLD): _S.AWAITING_CONFIRMATION,
    (_S.AWAITING_CONFIRMATION, _M.HOLD): _S.AWAITING_CONFIRMATION,
    (_S.AWAITING_CONFIRMATION, _M.CONFIRM): _S.FIRST_SYNC,
    # What would be deleted is not what was confirmed any more.
    (_S.FIRST_SYNC, _M.HOLD): _S.AWAITING_CONFIRMATION,
    (_S.FIRST_SYNC, _M.FINISH): _S.ACTIVE,
    (_S.FIRST_SYNC, _M.FINISH_ONCE): _S.DEAUTHORIZED,
    **{(state, _M.LACK_MAPPING): _S.MAPPING_REQUIRED for state in (_S.FIRST_SYNC, _S.MAPPING_REQUIRED, _S.ACTIVE)},
    (_S.MAPPING_REQUIRED, _M.MAP): _S.ACTIVE,
    (_S.MAPPING_REQUIRED, _M.FINISH_ONCE): _S.DEAUTHORIZED,
    (_S.ACTIVE, _M.MAP): _S.ACTIVE,
    (_S.ACTIVE, _M.FINISH_ONCE): _S.DEAUTHORIZED,
    **{
        (state, _M.REFUSE): _S.AUTHORISING
        for state in (_S.AUTHORISING, _S.VERIFYING, _S.AWAITING_CONFIRMATION, *WORKING)
    },
    **{(state, _M.DEAUTHORIZE): _S.DEAUTHORIZED for state in _ALL_BUT_OVER},
    **{(state, _M.REMOVE): _S.REMOVING for state in DesktopState if state is not _S.REMOVED},
    (_S.REMOVING, _M.GONE): _S.REMOVED,
    (_S.DEAUTHORIZED, _M.CALL): _S.DEAUTHORIZED,
    (_S.REMOVING, _M.CALL): _S.REMOVING,
    (_S.REMOVED, _M.CALL): _S.REMOVING,
}

_HINT: Final = "Look at qb.desktop.status for where it stands and what comes next."


def may(state: DesktopState, move: Move) -> bool:
    """Tell whether *state* allows *move*."""
    return (state, move) in TRANSITIONS


def allowed(state: DesktopState) -> tuple[Move, ...]:
    """Return the moves that *state* allows."""
    return possible(TRANSITIONS, state)


def next_state(state: DesktopState, move: Move, *, connection_id: str | None = None) -> DesktopState:
    """
    Return the state that *move* leads to.

    Raises:
        TransitionError: *state* does not allow it.
    """
    name = connection_id or "the Desktop connection"
    return follow(TRANSITIONS, state, move, name=name, hint=_HINT, connection_id=connection_id)


def seen_as(state: DesktopState) -> ConnectionState:
    """Return how a list of all kinds of connections shows *state*, where nobody has paused it."""
    if state in SETTING_UP:
        return ConnectionState.NEEDS_RECONNECT
    return ConnectionState.DISCONNECTED if state in OVER else ConnectionState.CONNECTED
