"""Access tokens that are usable now, and the one refresh at a time that keeps them so."""

from __future__ import annotations

import contextlib

import attrs

from qbapps.domain import policies
from qbapps.domain.connection import Connection, lost, refreshed
from qbapps.domain.events import Event, EventKind
from qbapps.domain.parties import Credentials, Reach
from qbapps.domain.states import Action, ConnectionState
from qbapps.domain.tokens import (
    AccessToken,
    Freshness,
    SealedTokens,
    TokenGrant,
    TokenSet,
    freshness,
    rotate,
)
from qbapps.errors import (
    IntuitError,
    IntuitProtocolError,
    IntuitRejected,
    IntuitUnavailable,
    LeaseTimeout,
    ReconnectRequired,
    StaleVersion,
    TransitionError,
)
from qbapps.lifecycle import explaining, lookup
from qbapps.lifecycle.saving import retry_stale, save
from qbapps.lifecycle.sealing import credentials, open_access, open_pair, seal_pair, tombstone
from qbapps.ports import Change, Lease, Ports


def access_token(ports: Ports, connection_id: str) -> AccessToken:
    """Return a token that is usable now, refreshing the pair first when it is not."""
    connection = lookup.connection(ports.store, connection_id)
    check_usable(ports, connection)
    sealed = held_tokens(ports, connection)
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
    lease = take_lease(ports, connection_id)
    try:
        connection = lookup.connection(ports.store, connection_id)
        if connection.reach is Reach.HAND or connection.state is ConnectionState.DISCONNECTED:
            check_usable(ports, connection)
        return send(ports, connection, held_tokens(ports, connection))
    finally:
        if lease is not None:
            ports.store.release_lease(lease)


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


def take_lease(ports: Ports, connection_id: str, *, unless_beyond: int | None = None) -> Lease | None:
    """
    Wait for the right to touch the connection's pair at Intuit.

    Args:
        unless_beyond: Stop waiting, with None, as soon as a pair newer than this generation is saved.

    Raises:
        LeaseTimeout: Another holder kept it for longer than any call may take.
    """
    lasts_for = ports.http_timeout + policies.LEASE_SLACK
    deadline = ports.clock.now() + lasts_for + policies.LEASE_SLACK
    while True:
        lease = ports.store.acquire_lease(f"refresh/{connection_id}", ports.holder, lasts_for, ports.clock.now())
        if lease is not None:
            return lease
        if unless_beyond is not None:
            sealed = ports.store.tokens(connection_id)
            if sealed is not None and sealed.generation > unless_beyond:
                return None
        if ports.clock.now() >= deadline:
            raise LeaseTimeout(
                f"Another caller has been refreshing {connection_id} for too long.",
                hint="Try again; the lease ends by itself.",
                connection_id=connection_id,
            )
        ports.clock.sleep(policies.LEASE_POLL.total_seconds())


def _lead(ports: Ports, connection_id: str, beyond: int) -> AccessToken:
    lease = take_lease(ports, connection_id, unless_beyond=beyond)

    def beat() -> AccessToken:
        connection = lookup.connection(ports.store, connection_id)
        check_usable(ports, connection)
        sealed = held_tokens(ports, connection)
        if sealed.generation > beyond and freshness(sealed, ports.clock.now()) is Freshness.FRESH:
            return open_access(ports.vault, sealed)
        tokens = send(ports, connection, sealed)
        return AccessToken(value=tokens.access_token, expires_at=tokens.access_expires_at, generation=tokens.generation)

    try:
        # A consent that comes in before anything was sent is simply seen on the next look.
        return retry_stale(beat)
    finally:
        if lease is not None:
            ports.store.release_lease(lease)


def send(ports: Ports, connection: Connection, sealed: SealedTokens) -> TokenSet:
    """
    Refresh *sealed* at Intuit and save what comes back before anyone sees it.

    The caller holds the lease. The intent is recorded before the request goes out, so that a
    process killed in between leaves a pair that is known to be ambiguous.

    Raises:
        StaleVersion: Another pair has come in; nothing was sent.
    """
    tokens = open_pair(ports.vault, sealed)
    keys = credentials(ports, lookup.app(ports.store, connection.app_id))
    noted = note_intent(ports, sealed)
    try:
        return _send(ports, connection, noted, tokens, keys)
    except IntuitError as error:
        error.connection_id, error.realm_id = connection.id, connection.realm_id
        raise


def _send(ports: Ports, connection: Connection, noted: SealedTokens, tokens: TokenSet, keys: Credentials) -> TokenSet:
    for last_try in (False, True):
        try:
            answer = ports.oauth.refresh(keys, tokens.refresh_token)
        except IntuitRejected as rejected:
            if rejected.error != "invalid_grant":
                note_failure(ports, noted, sent=False)
                raise
            tid = rejected.intuit_tid
        except IntuitUnavailable as unavailable:
            note_failure(ports, noted, sent=unavailable.processed is not False)
            raise
        except IntuitProtocolError:
            note_failure(ports, noted, sent=True)
            raise
        else:
            return _save(ports, connection.id, noted, rotate(tokens, answer, ports.clock.now()), answer)
        newer = ports.store.tokens(connection.id)
        if newer is not None and newer.generation > noted.generation:
            return open_pair(ports.vault, newer)
        if not last_try:
            # An outage answers invalid_grant too, so one refusal is not believed.
            ports.clock.sleep(policies.INVALID_GRANT_PAUSE.total_seconds())
    raise _lose(ports, connection.id, noted, tid)


def note_intent(ports: Ports, sealed: SealedTokens) -> SealedTokens:
    """Record that a refresh of *sealed* is about to be sent."""
    at = ports.clock.now()
    ambiguous = sealed.ambiguous_since
    if sealed.intent_at is not None and ambiguous is None:
        # Somebody was about to send this pair and never said how it went.
        ambiguous = sealed.intent_at
    noted = attrs.evolve(sealed, intent_at=at, intent_by=ports.holder, ambiguous_since=ambiguous)
    save(ports, Change(marks=noted))
    return noted


def note_failure(ports: Ports, noted: SealedTokens, *, sent: bool) -> None:
    """Record that the refresh of *noted* gave no pair; ambiguous from now on if it may have been carried out."""
    since = noted.ambiguous_since
    if sent and since is None:
        since = noted.intent_at
    # Where another pair has come in meanwhile, how this one fared matters no more.
    with contextlib.suppress(StaleVersion):
        save(ports, Change(marks=attrs.evolve(noted, intent_at=None, intent_by=None, ambiguous_since=since)))


def _save(ports: Ports, connection_id: str, parent: SealedTokens, tokens: TokenSet, answer: TokenGrant) -> TokenSet:
    """Save the pair over its parent, whatever else happened to the connection meanwhile."""

    def beat() -> TokenSet:
        connection = lookup.connection(ports.store, connection_id)
        current = ports.store.tokens(connection_id)
        if current is not None and current.generation != parent.generation:
            # A consent came in between: its pair rules, and ours belongs to the grant before.
            return open_pair(ports.vault, current)
        gone = connection.state is ConnectionState.DISCONNECTED
        at = tokens.obtained_at
        same_value = parent.digest == tokens.refresh_token.digest()
        save(
            ports,
            Change(
                records=() if gone else (refreshed(connection, tokens),),
                tokens=seal_pair(ports.vault, connection_id, tokens),
                parent_generation=parent.generation,
                tombstones=() if same_value else (tombstone(parent, at, "rotated"),),
                events=(
                    Event(
                        stream=connection_id,
                        kind=EventKind.REFRESHED,
                        at=at,
                        details={
                            "generation": tokens.generation,
                            "rotated": not same_value,
                            "intuit_tid": answer.intuit_tid,
                        },
                    ),
                ),
            ),
        )
        return tokens

    return retry_stale(beat)


def _lose(ports: Ports, connection_id: str, noted: SealedTokens, intuit_tid: str | None) -> Exception:
    """Record that Intuit refuses the pair, and return the error that says why."""
    at = ports.clock.now()
    cause = explaining.why_refused(noted, at)

    def beat() -> Connection:
        connection = lookup.connection(ports.store, connection_id)
        if connection.state is ConnectionState.DISCONNECTED:
            return connection
        dead = lost(connection, cause)
        save(
            ports,
            Change(
                records=(dead,),
                marks=attrs.evolve(noted, intent_at=None, intent_by=None, refused_at=at),
                events=(
                    Event(
                        stream=connection_id,
                        kind=EventKind.NEEDS_RECONNECT,
                        at=at,
                        details={
                            "cause": cause,
                            "generation": noted.generation,
                            "intuit_tid": intuit_tid,
                        },
                    ),
                ),
            ),
        )
        return dead

    try:
        connection = retry_stale(beat)
    except StaleVersion as stale:
        return stale
    return reconnect_required(ports, connection)
