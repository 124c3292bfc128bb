"""One of each thing of the domain, to vary."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
from hypothesis import strategies as st

from qbapps.domain.authorization import Authorization, Purpose, digest
from qbapps.domain.connection import Connection
from qbapps.domain.parties import App, Owner, Reach, Role
from qbapps.domain.states import ConnectionState
from qbapps.domain.tokens import SealedTokens, TokenGrant, TokenSet
from qbapps.values import DEFAULT_SCOPES, Environment, Secret

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)
REALM = "9130350000000002"
OTHER_REALM = "9130350000000003"
JEAN = "jean@durand.example"
MARIE = "marie@durand.example"

APP = App(
    id="dext",
    name="Dext",
    environment=Environment.SANDBOX,
    client_id="dext-client",
    redirect_uri="http://localhost:8400/callback",
    registered_at=NOON,
)

instants = st.timedeltas(min_value=-2000 * DAY, max_value=5000 * DAY).map(lambda later: NOON + later)
lifetimes = st.timedeltas(min_value=INSTANT, max_value=timedelta(days=2000))


def connection(**changes: Any) -> Connection:
    """Jean's connection of Dext to a company, living."""
    made = Connection(
        id="con_1",
        app_id="dext",
        environment=Environment.SANDBOX,
        realm_id=REALM,
        company_name="Boulangerie Martin",
        owner=Owner(sub="sub-jean", email=JEAN, role=Role.ADMIN),
        state=ConnectionState.CONNECTED,
        reach=Reach.API,
        grant=1,
        generation=1,
        connected_at=NOON,
    )
    return attrs.evolve(made, **changes)


def grant(**changes: Any) -> TokenGrant:
    """An answer of the token endpoint."""
    made = TokenGrant(
        access_token=Secret("access"),
        refresh_token=Secret("refresh"),
        expires_in=HOUR,
        refresh_expires_in=100 * DAY,
    )
    return attrs.evolve(made, **changes)


def pair(**changes: Any) -> TokenSet:
    """A pair that was obtained at noon."""
    made = TokenSet(
        access_token=Secret("access"),
        refresh_token=Secret("refresh"),
        generation=1,
        obtained_at=NOON,
        access_expires_at=NOON + HOUR,
        refresh_expires_at=NOON + 100 * DAY,
    )
    return attrs.evolve(made, **changes)


def authorization(**changes: Any) -> Authorization:
    """A pending consent, asked for at noon, open for ten minutes."""
    made = Authorization(
        id="aut_1",
        app_id="dext",
        purpose=Purpose.CONNECT,
        state_hash=digest("st4te"),
        scopes=DEFAULT_SCOPES,
        created_at=NOON,
        expires_at=NOON + timedelta(minutes=10),
    )
    return attrs.evolve(made, **changes)


def sealed(obtained_at: datetime = NOON, **changes: Any) -> SealedTokens:
    """A pair as the store keeps it."""
    made = SealedTokens(
        connection_id="con_1",
        generation=1,
        access=b"access",
        refresh=b"refresh",
        digest="digest-1",
        obtained_at=obtained_at,
        access_expires_at=obtained_at + HOUR,
        refresh_expires_at=obtained_at + 100 * DAY,
    )
    return attrs.evolve(made, **changes)
