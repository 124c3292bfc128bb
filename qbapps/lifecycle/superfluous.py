"""
Whether a kept grant can be done without.

At Intuit a consent may end the pair that the company's connection had, at once or at its next refresh.
What that consent gave is then the only pair that works, even while it waits for a decision here.
"""

from __future__ import annotations

from qbapps.domain import policies
from qbapps.domain.connection import Connection
from qbapps.domain.grants import UnverifiedGrant
from qbapps.domain.parties import Reach
from qbapps.domain.states import ConnectionState
from qbapps.errors import GrantUnverified, ReconnectRequired, SealBroken, TransitionError, WrongCompany
from qbapps.lifecycle import checking, lookup
from qbapps.lifecycle.refresh import refresh_now
from qbapps.ports import ConnectionFilter, Ports

_LIVE = (ConnectionState.CONNECTED, ConnectionState.PAUSED)


def check(ports: Ports, grant: UnverifiedGrant) -> None:
    """
    Refresh the connections whose pair *grant* may have ended, to see that they work without it.

    Raises:
        TransitionError: One of them is refused; it needs a reconnect now, which adopting the grant may be.
        GrantUnverified: Intuit cannot be asked now which company the grant is for.
        IntuitUnavailable: Intuit cannot be asked now whether a connection works.
    """
    if not any(_endangered(ports, grant, grant.realm_id)):
        return
    try:
        endangered = _endangered(ports, grant, _company(ports, grant))
    except SealBroken:
        # Nobody can use it, so nothing is lost with it.
        return
    for connection in endangered:
        try:
            refresh_now(ports, connection.id)
        except ReconnectRequired:
            raise TransitionError(
                f"{grant.id} was not discarded: the pair of {connection.id} is refused, "
                "and what this grant gave may be the only one that works.",
                hint=f"adopt {grant.id} to go on with it; discard it again if the connection should end.",
                state=grant.state,
                action="discard",
                connection_id=connection.id,
                realm_id=connection.realm_id,
            ) from None


def _endangered(ports: Ports, grant: UnverifiedGrant, realm_id: str | None) -> list[Connection]:
    """Return the connections of that company, or of any, that have not been refreshed since the grant came."""
    since = grant.received_at + policies.CLOCK_TOLERANCE
    return [
        one
        for one in ports.store.connections(ConnectionFilter(app_id=grant.app_id, realm_id=realm_id))
        if one.reach is Reach.API and one.state in _LIVE and (one.refreshed_at is None or one.refreshed_at <= since)
    ]


def _company(ports: Ports, grant: UnverifiedGrant) -> str | None:
    """Return the company that the grant is for; None when it may be any, for the one that was claimed is not it."""
    if grant.realm_id is not None:
        return grant.realm_id
    app = lookup.app(ports.store, grant.app_id)
    try:
        return checking.check(ports, app, grant, checking.expectation(ports, grant)).realm_id
    except WrongCompany:
        return None
    except GrantUnverified as unverified:
        if unverified.retryable:
            raise
        # It is refused, as in an outage everything is; then the claim is all there is to go by.
        return grant.claimed_realm_id
