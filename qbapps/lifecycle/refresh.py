"""Access tokens that are usable now, and the one refresh at a time that keeps them so."""

from __future__ import annotations

from qbapps.domain.parties import Reach
from qbapps.domain.states import ConnectionState
from qbapps.domain.tokens import AccessToken, Freshness, TokenSet, freshness
from qbapps.lifecycle import leasing, lookup, rotation, usable
from qbapps.lifecycle.saving import retry_stale
from qbapps.lifecycle.sealing import open_access
from qbapps.ports import Ports


def access_token(ports: Ports, connection_id: str) -> AccessToken:
    """Return a token that is usable now, refreshing the pair first when it is not."""
    connection = lookup.connection(ports.store, connection_id)
    usable.check_usable(ports, connection)
    sealed = usable.held_tokens(ports, connection)
    if freshness(sealed, ports.clock.now()) is Freshness.FRESH:
        return open_access(ports.vault, sealed)
    return renew(ports, connection_id, beyond=sealed.generation)


def renew(ports: Ports, connection_id: str, *, beyond: int) -> AccessToken:
    """
    Return the access token of a pair newer than generation *beyond*.

    The threads of this process share one refresh; processes and hosts meet at the connection's
    lease. Whoever waited gets the winner's token.
    """
    return ports.flight.join(connection_id, lambda: _lead(ports, connection_id, beyond))


def refresh_now(ports: Ports, connection_id: str) -> TokenSet:
    """
    Refresh the pair whether or not it is due, paused or thought dead; a disconnected one is left alone.

    A refresh that works revives a connection that an outage had seemed to kill.
    """
    lease = leasing.take_lease(ports, connection_id)
    try:
        connection = lookup.connection(ports.store, connection_id)
        if connection.reach is Reach.HAND or connection.state is ConnectionState.DISCONNECTED:
            usable.check_usable(ports, connection)
        return rotation.send(ports, connection, usable.held_tokens(ports, connection))
    finally:
        if lease is not None:
            ports.store.release_lease(lease)


def _lead(ports: Ports, connection_id: str, beyond: int) -> AccessToken:
    lease = leasing.take_lease(ports, connection_id, unless_beyond=beyond)

    def beat() -> AccessToken:
        connection = lookup.connection(ports.store, connection_id)
        usable.check_usable(ports, connection)
        sealed = usable.held_tokens(ports, connection)
        if sealed.generation > beyond and freshness(sealed, ports.clock.now()) is Freshness.FRESH:
            return open_access(ports.vault, sealed)
        tokens = rotation.send(ports, connection, sealed)
        return AccessToken(value=tokens.access_token, expires_at=tokens.access_expires_at, generation=tokens.generation)

    try:
        # A consent that comes in before anything was sent is simply seen on the next look.
        return retry_stale(beat)
    finally:
        if lease is not None:
            ports.store.release_lease(lease)
