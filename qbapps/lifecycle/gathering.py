"""Gathering what the store knows about a connection that may not work; no network."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

from qbapps.domain import policies
from qbapps.domain.connection import Connection
from qbapps.domain.events import Event, EventKind
from qbapps.domain.evidence import Evidence
from qbapps.domain.grants import GrantState, UnverifiedGrant
from qbapps.domain.parties import Reach
from qbapps.domain.refusal import may_try_again as may_try_pair_again
from qbapps.domain.states import ConnectionState
from qbapps.domain.tokens import SealedTokens
from qbapps.domain.transfer import Transfer, TransferState
from qbapps.lifecycle import exchanging
from qbapps.ports import Ports, Pulse, Store

_CONSENTS = (EventKind.CONNECTED, EventKind.RECONNECTED, EventKind.TRANSFERRED, EventKind.TAKEN_OVER)


def gather(ports: Ports, connection: Connection) -> Evidence:
    """Return what is known about *connection*."""
    store = ports.store
    tokens, latest = store.tokens(connection.id), store.latest_events(connection.id)
    if connection.reach is Reach.HAND:
        return Evidence(connection=connection, tokens=tokens, latest=latest)
    pulse = _pulse(store, connection, tokens, ports.clock.now())
    keys_refused = latest_refusal_of_keys(store, connection.app_id, pulse)
    return Evidence(
        connection=connection,
        tokens=tokens,
        latest=latest,
        tombstones=store.tombstones(connection.id),
        newer_grant=_newer_grant(store, connection, tokens),
        unanswered_consent=exchanging.never_answered(ports, connection, latest.get(EventKind.EXCHANGE_LOST)),
        transfer=_unfinished_transfer(store, connection),
        imported=_is_imported(store, latest),
        keys_refused=keys_refused,
        keys_replaced=_are_replaced(store, keys_refused),
        others=sum(other != connection.id for other in pulse.refused),
    )


def may_try_again(ports: Ports, connection: Connection) -> bool:
    """Tell whether a connection that was marked because Intuit refused its pair may be tried once more now."""
    if connection.state is not ConnectionState.NEEDS_RECONNECT:
        return False
    tokens, at = ports.store.tokens(connection.id), ports.clock.now()
    if not may_try_pair_again(connection, tokens, None, at):
        # The pauses only grow: what is too early after the first refusal is too early after a later one.
        return False
    return may_try_pair_again(connection, tokens, last_refusal(ports.store, connection, tokens), at)


def last_refusal(store: Store, connection: Connection, tokens: SealedTokens | None) -> datetime | None:
    """Return when Intuit last refused the present pair, as far as the trail tells."""
    return Evidence(connection=connection, tokens=tokens, latest=store.latest_events(connection.id)).last_refusal


def latest_refusal_of_keys(store: Store, app_id: str, pulse: Pulse) -> Event | None:
    """Return Intuit's last refusal of an app's keys, unless a refresh or a consent has worked since."""
    found = store.latest_events(app_id).get(EventKind.KEYS_REFUSED)
    if found is None or (pulse.refreshed_at is not None and pulse.refreshed_at > found.at):
        return None
    return found


def keys_mark(store: Store, app_id: str) -> str | None:
    """Return what tells one registration of an app's keys from the next; nothing of the keys shows in it."""
    sealed = store.client_secret(app_id)
    return None if sealed is None else hashlib.sha256(sealed).hexdigest()[:16]


def _are_replaced(store: Store, refusal: Event | None) -> bool:
    return refusal is not None and refusal.details.get("keys") != keys_mark(store, refusal.stream)


def _pulse(store: Store, connection: Connection, tokens: SealedTokens | None, at: datetime) -> Pulse:
    first = at if tokens is None or tokens.refused_at is None else tokens.refused_at
    return store.pulse(connection.app_id, first - policies.OUTAGE_LONGEST)


def _newer_grant(store: Store, connection: Connection, tokens: SealedTokens | None) -> UnverifiedGrant | None:
    if tokens is None:
        return None
    return next(
        (
            grant
            for grant in store.grants(GrantState.UNVERIFIED)
            if grant.app_id == connection.app_id
            and (grant.realm_id or grant.claimed_realm_id) == connection.realm_id
            and grant.received_at >= tokens.obtained_at
        ),
        None,
    )


def _unfinished_transfer(store: Store, connection: Connection) -> Transfer | None:
    since = connection.refreshed_at
    found = [
        transfer
        for transfer in store.transfers(connection_id=connection.id)
        if transfer.state is not TransferState.COMPLETED and (since is None or transfer.created_at >= since)
    ]
    return max(found, key=lambda one: one.created_at, default=None)


def _is_imported(store: Store, latest: Mapping[EventKind, Event]) -> bool:
    told = [latest[kind] for kind in _CONSENTS if kind in latest]
    grant_id = max(told, key=lambda event: event.sequence).details.get("unverified_grant") if told else None
    grant = None if grant_id is None else store.grant(str(grant_id))
    return grant is not None and grant.authorization_id is None
