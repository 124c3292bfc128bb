"""Whether a connection may be used, and the error that says why not."""

from __future__ import annotations

from qbapps.domain.connection import Connection
from qbapps.domain.parties import Reach
from qbapps.domain.states import Action, ConnectionState
from qbapps.domain.tokens import SealedTokens
from qbapps.errors import ReconnectRequired, TransitionError
from qbapps.lifecycle import explaining
from qbapps.ports import Ports


def check_usable(ports: Ports, connection: Connection) -> None:
    """
    Check that the connection may be used.

    Raises:
        TransitionError: It is paused, or kept by hand.
        ReconnectRequired: It needs a reconnect, or is disconnected.
    """
    if connection.reach is Reach.HAND:
        raise TransitionError(
            f"{connection.id} is kept by hand: we hold no token for it.",
            hint="Connect it with begin_connect if you hold the app's credentials.",
            state=connection.state,
            action=Action.USE,
            connection_id=connection.id,
            realm_id=connection.realm_id,
        )
    if connection.state in (ConnectionState.NEEDS_RECONNECT, ConnectionState.DISCONNECTED):
        raise reconnect_required(ports, connection)
    connection.may(Action.USE)


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


def held_tokens(ports: Ports, connection: Connection) -> SealedTokens:
    """Return the connection's pair, still sealed."""
    sealed = ports.store.tokens(connection.id)
    if sealed is None:
        raise reconnect_required(ports, connection)
    return sealed
