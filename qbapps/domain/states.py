"""The states of a connection, and the one table of what may be done in each."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from qbapps.domain.transitions import follow, possible


class ConnectionState(StrEnum):
    """Where a connection stands. A consent that has not come back is an Authorization, not a state."""

    CONNECTED = "connected"
    NEEDS_RECONNECT = "needs_reconnect"
    PAUSED = "paused"
    DISCONNECTED = "disconnected"


class Action(StrEnum):
    """What can happen to a connection."""

    USE = "use"
    CONNECT = "connect"
    TAKE_OVER = "take_over"
    REFRESH = "refresh"
    LOSE = "lose"
    PAUSE = "pause"
    RESUME = "resume"
    BEGIN_TRANSFER = "begin_transfer"
    BEGIN_RECONNECT = "begin_reconnect"
    DISCONNECT = "disconnect"


_C, _N, _P, _D = ConnectionState

TRANSITIONS: Final[dict[tuple[ConnectionState, Action], ConnectionState]] = {
    (_C, Action.USE): _C,
    (_C, Action.CONNECT): _C,
    (_C, Action.TAKE_OVER): _C,
    (_C, Action.REFRESH): _C,
    (_C, Action.LOSE): _N,
    (_C, Action.PAUSE): _P,
    (_C, Action.BEGIN_TRANSFER): _C,
    (_C, Action.BEGIN_RECONNECT): _C,
    (_C, Action.DISCONNECT): _D,
    (_N, Action.CONNECT): _C,
    (_N, Action.TAKE_OVER): _C,
    # A refusal during an outage is taken back by the first refresh that works.
    (_N, Action.REFRESH): _C,
    (_N, Action.LOSE): _N,
    (_N, Action.BEGIN_TRANSFER): _N,
    (_N, Action.BEGIN_RECONNECT): _N,
    (_N, Action.DISCONNECT): _D,
    # Pausing is ours alone: at Intuit the connection goes on, and so do refreshes and transfers.
    (_P, Action.CONNECT): _C,
    (_P, Action.TAKE_OVER): _P,
    (_P, Action.REFRESH): _P,
    (_P, Action.LOSE): _N,
    (_P, Action.PAUSE): _P,
    (_P, Action.RESUME): _C,
    (_P, Action.BEGIN_TRANSFER): _P,
    (_P, Action.BEGIN_RECONNECT): _P,
    (_P, Action.DISCONNECT): _D,
    (_D, Action.CONNECT): _C,
    (_D, Action.BEGIN_RECONNECT): _D,
}

_HINTS: Final[dict[ConnectionState, str]] = {
    _C: "Look at the connection's state before acting on it.",
    _N: "Send the owner a reconnect link, or transfer the connection.",
    _P: "Resume the connection first.",
    _D: "Begin a reconnect if the company wants the app back.",
}


def allowed(state: ConnectionState) -> tuple[Action, ...]:
    """Return the actions that *state* allows."""
    return possible(TRANSITIONS, state)


def next_state(
    state: ConnectionState,
    action: Action,
    *,
    connection_id: str | None = None,
    realm_id: str | None = None,
) -> ConnectionState:
    """
    Return the state that *action* leads to.

    Raises:
        TransitionError: *state* does not allow *action*; it says what is allowed.
    """
    name = connection_id or "the connection"
    return follow(
        TRANSITIONS, state, action, name=name, hint=_HINTS[state], connection_id=connection_id, realm_id=realm_id
    )
