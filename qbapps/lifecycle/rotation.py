"""One refresh: its intent recorded, sent, and what came back saved before anyone sees it."""

from __future__ import annotations

import contextlib

import attrs

from qbapps.domain import policies
from qbapps.domain.connection import Connection, lost, refreshed
from qbapps.domain.events import Event, EventKind
from qbapps.domain.parties import Credentials
from qbapps.domain.states import ConnectionState
from qbapps.domain.tokens import SealedTokens, TokenGrant, TokenSet, rotate
from qbapps.errors import IntuitError, IntuitProtocolError, IntuitRejected, IntuitUnavailable, StaleVersion
from qbapps.lifecycle import explaining, lookup, usable
from qbapps.lifecycle.saving import retry_stale, save
from qbapps.lifecycle.sealing import credentials, open_pair, seal_pair, tombstone
from qbapps.ports import Change, Ports


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
    return usable.reconnect_required(ports, connection)
