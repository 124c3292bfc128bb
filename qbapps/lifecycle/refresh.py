"""Access tokens that are usable now, and the one refresh at a time that keeps them so."""

from __future__ import annotations

from collections.abc import Callable

from qbapps.domain import policies
from qbapps.domain.connection import Connection
from qbapps.domain.tokens import AccessToken, Freshness, SealedTokens, TokenSet, freshness
from qbapps.errors import StaleVersion
from qbapps.lifecycle import lookup, rotation, usable
from qbapps.lifecycle.leasing import Queue
from qbapps.lifecycle.sealing import open_access, open_pair
from qbapps.ports import Change, Ports


def access_token(ports: Ports, connection_id: str, *, is_use: bool = True) -> AccessToken:
    """
    Return a token that is usable now: from memory, else from the store, else by a refresh.

    Args:
        is_use: Whether a refresh counts as the connection's last use; a look at it does not.
    """
    return ports.memory.recall(connection_id) or _look(ports, connection_id, is_use=is_use)


def renew(ports: Ports, connection_id: str, *, beyond: int, is_use: bool = True) -> AccessToken:
    """
    Return the access token of a pair newer than generation *beyond*.

    The threads of this process share one refresh; processes and hosts meet at the connection's
    lease. Whoever waited gets the winner's token.

    Args:
        is_use: Whether a refresh that this call leads counts as the connection's last use.
    """
    while True:
        token = ports.flight.join(connection_id, lambda: _lead(ports, connection_id, beyond, is_use=is_use))
        # Who joined a flight for an older pair may have been given the very one that was refused.
        if token.generation > beyond:
            return token


def refresh_now(ports: Ports, connection_id: str) -> TokenSet:
    """
    Refresh the pair whether or not it is due, paused or thought dead; a disconnected one is left alone.

    A refresh that works revives a connection that an outage had seemed to kill. A pair that another
    caller has brought meanwhile will do.
    """
    seen = ports.store.tokens(connection_id)
    beyond = 0 if seen is None else seen.generation
    with ports.telling():
        found = _newer(
            ports, connection_id, usable.check_not_ended, lambda sealed: sealed.generation > beyond, is_use=False
        )
    return open_pair(ports.vault, found) if isinstance(found, SealedTokens) else found


def _look(ports: Ports, connection_id: str, *, is_use: bool) -> AccessToken:
    ticket = ports.memory.ticket(connection_id)
    sealed = usable.pair(ports, connection_id)
    if freshness(sealed, ports.clock.now()) is Freshness.FRESH:
        return _remembered(ports, connection_id, open_access(ports.vault, sealed), ticket)
    return renew(ports, connection_id, beyond=sealed.generation, is_use=is_use)


def _lead(ports: Ports, connection_id: str, beyond: int, *, is_use: bool) -> AccessToken:
    ticket = ports.memory.ticket(connection_id)

    def is_wanted(sealed: SealedTokens) -> bool:
        return sealed.generation > beyond and freshness(sealed, ports.clock.now()) is Freshness.FRESH

    found = _newer(ports, connection_id, usable.check_usable, is_wanted, is_use=is_use)
    if isinstance(found, SealedTokens):
        return _remembered(ports, connection_id, open_access(ports.vault, found), ticket)
    # Not remembered: what else was done to the connection since it was saved, only a look at the store tells.
    return AccessToken(value=found.access_token, expires_at=found.access_expires_at, generation=found.generation)


def _newer(
    ports: Ports,
    connection_id: str,
    check: Callable[[Ports, Connection], None],
    is_wanted: Callable[[SealedTokens], bool],
    *,
    is_use: bool,
) -> TokenSet | SealedTokens:
    """
    Return the pair that is wanted: another caller's as the store has it, or one of our own refresh.

    Each round decides on what the store holds now. The lease is taken and the intent recorded in
    one transaction, which fails if anything decided on has changed.
    """
    queue = Queue(ports, connection_id)
    changed: StaleVersion | None = None
    for _ in range(policies.REFRESH_ROUNDS):
        standing = lookup.standing(ports.store, connection_id)
        check(ports, standing.connection)
        sealed = usable.held(ports, standing.connection, standing.tokens)
        if is_wanted(sealed):
            return sealed
        attempt = rotation.prepare(ports, standing, sealed, is_use=is_use)
        try:
            turn = queue.take(Change(marks=attempt.noted, unchanged=standing.connection))
        except StaleVersion as stale:
            changed = stale
            continue
        if turn is not None:
            return rotation.send(ports, attempt, turn)
        queue.wait(unless_beyond=sealed.generation)
    raise changed or AssertionError("a queue that never moved did not run out of patience")


def _remembered(ports: Ports, connection_id: str, token: AccessToken, ticket: object) -> AccessToken:
    fresh_for = token.expires_at - policies.ACCESS_MARGIN - ports.clock.now()
    ports.memory.remember(connection_id, token, ticket=ticket, fresh_for=fresh_for)
    return token
