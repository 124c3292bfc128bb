"""Whether a connection may be used, and the error that says why not."""

from __future__ import annotations

from typing import Final

from qbapps.domain.connection import Connection, Kind
from qbapps.domain.parties import Reach
from qbapps.domain.states import Action, ConnectionState
from qbapps.domain.tokens import SealedTokens
from qbapps.errors import ReconnectRequired, TransitionError
from qbapps.lifecycle import explaining, gathering, lookup
from qbapps.ports import Ports


def pair(ports: Ports, connection_id: str) -> SealedTokens:
    """
    Return the connection's pair, still sealed, if it may be used.

    Raises:
        NotFoundError: There is no such connection.
        TransitionError: It is paused, or kept by hand.
        ReconnectRequired: It needs a reconnect, or is disconnected.
    """
    seen = ports.store.glance(connection_id)
    if seen is not None and seen.state is ConnectionState.CONNECTED and seen.reach is Reach.API and seen.tokens:
        return seen.tokens
    standing = lookup.standing(ports.store, connection_id)
    check_usable(ports, standing.connection)
    return held(ports, standing.connection, standing.tokens)


_WITHOUT_TOKEN: Final = {
    Kind.DESKTOP: ("a connection to QuickBooks Desktop", "Queue requests with desktop.enqueue."),
    Kind.BANK: (
        "a bank connection",
        "Read the company's books with an online connection to it; what is known of the bank says banks.status.",
    ),
}


def check_usable(ports: Ports, connection: Connection) -> None:
    """
    Check that the connection may be used.

    Raises:
        TransitionError: It is paused, or kept by hand.
        ReconnectRequired: It needs a reconnect and may not be tried again yet, or is disconnected.
    """
    if connection.kind in _WITHOUT_TOKEN:
        what, hint = _WITHOUT_TOKEN[connection.kind]
        raise TransitionError(
            f"{connection.id} is {what}: it has no token.",
            hint=hint,
            state=connection.state,
            action=Action.USE,
            connection_id=connection.id,
            realm_id=connection.realm_id,
        )
    if connection.reach is Reach.HAND:
        raise TransitionError(
            f"{connection.id} is kept by hand: we hold no token for it.",
            hint="Connect it with begin_connect if you hold the app's credentials.",
            state=connection.state,
            action=Action.USE,
            connection_id=connection.id,
            realm_id=connection.realm_id,
        )
    # What an outage seemed to kill is tried again, ever more seldom; one that was paused, by keep-alive only.
    if connection.paused_at is None and gathering.may_try_again(ports, connection):
        return
    if connection.state in (ConnectionState.NEEDS_RECONNECT, ConnectionState.DISCONNECTED):
        raise reconnect_required(ports, connection)
    connection.may(Action.USE)


def check_not_ended(ports: Ports, connection: Connection) -> None:
    """
    Check that the connection is one whose pair may still live: paused or thought dead will do.

    Raises:
        TransitionError: It is kept by hand.
        ReconnectRequired: It is disconnected.
    """
    if connection.reach is Reach.HAND or connection.state is ConnectionState.DISCONNECTED:
        check_usable(ports, connection)


def held(ports: Ports, connection: Connection, tokens: SealedTokens | None) -> SealedTokens:
    """Return *tokens*; without any, the error that says why there are none."""
    if tokens is None:
        raise reconnect_required(ports, connection)
    return tokens


def reconnect_required(ports: Ports, connection: Connection) -> ReconnectRequired:
    """Return the error for a connection that only a new consent can revive."""
    diagnosis = explaining.explain(ports, connection.id)
    return ReconnectRequired(
        f"{connection.id} is {connection.state.replace('_', ' ')} ({diagnosis.cause.replace('_', ' ')}).",
        hint=diagnosis.next_step,
        diagnosis=diagnosis,
        connection_id=connection.id,
        realm_id=connection.realm_id,
    )
