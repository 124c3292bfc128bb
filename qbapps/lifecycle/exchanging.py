"""Exchanges whose answer never came: the code is spent, a takeover may have happened, and only a fresh link helps."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta

from qbapps.domain import authorization as authorizations
from qbapps.domain import policies
from qbapps.domain.authorization import Authorization, AuthorizationState
from qbapps.domain.connection import Connection
from qbapps.domain.events import Event, EventKind
from qbapps.errors import StaleVersion
from qbapps.lifecycle.saving import save
from qbapps.ports import Change, Ports, Store


def lose(ports: Ports, taken: Authorization) -> bool:
    """
    Record that the answer to *taken* is lost; False when somebody recorded something else meanwhile.

    Its transfer stays pending: ``renew_link`` gives it a link that works.
    """
    connection = affected(ports.store, taken)
    event = Event(
        stream=taken.app_id if connection is None else connection.id,
        kind=EventKind.EXCHANGE_LOST,
        at=ports.clock.now(),
        details={
            "authorization": taken.id,
            "purpose": taken.purpose,
            "sent_at": None if taken.taken_at is None else taken.taken_at.isoformat(),
            "transfer": taken.transfer_id,
            "claimed_realm_id": taken.claimed_realm_id,
        },
    )
    lost = authorizations.closed(taken, AuthorizationState.LOST)
    with contextlib.suppress(StaleVersion):
        save(ports, Change(records=(lost,), events=(event,)))
        return True
    return False


def affected(store: Store, taken: Authorization) -> Connection | None:
    """Return the connection that the exchange may have taken over at Intuit, as far as link and callback tell."""
    if taken.connection_id is not None:
        return store.connection(taken.connection_id)
    realm_id = taken.claimed_realm_id or taken.realm_id
    return None if realm_id is None else store.connection_of(taken.app_id, realm_id)


def overdue(ports: Ports) -> tuple[Authorization, ...]:
    """Return the authorizations whose exchange has lasted longer than any call may."""
    ago = ports.clock.now() - patience(ports)
    found = ports.store.authorizations(state=AuthorizationState.EXCHANGING)
    return tuple(taken for taken in found if _sent_at(taken) <= ago)


def patience(ports: Ports) -> timedelta:
    """Return how long a call to Intuit and what is saved of it may take; whatever is older was cut off."""
    return ports.http_timeout + policies.LEASE_SLACK


def never_answered(ports: Ports, connection: Connection, last_lost: Event | None) -> datetime | None:
    """
    Return when the last exchange was sent that may have taken *connection* over, and was never answered.

    None when there is none since the present consent.

    Args:
        last_lost: The newest ``exchange.lost`` event of the connection, if there is one.
    """
    sent = [_sent_at(taken) for taken in overdue(ports) if _is_about(ports.store, taken, connection)]
    if last_lost is not None:
        taken = ports.store.authorization(str(last_lost.details["authorization"]))
        if taken is not None and taken.state is AuthorizationState.LOST:
            sent.append(_sent_at(taken))
    since = connection.connected_at
    return max((at for at in sent if since is None or at >= since), default=None)


def _is_about(store: Store, taken: Authorization, connection: Connection) -> bool:
    about = affected(store, taken)
    return about is not None and about.id == connection.id


def _sent_at(taken: Authorization) -> datetime:
    # Those taken before this was noted have only the time their link was made.
    return taken.taken_at or taken.created_at
