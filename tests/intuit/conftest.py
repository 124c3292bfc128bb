"""The simulator over real HTTP, and the adapters under test."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import intuit_wire as wire
import pytest

from qbapps.domain.parties import Credentials
from qbapps.domain.tokens import TokenGrant
from qbapps.intuit.company import IntuitCompanies
from qbapps.intuit.oauth import IntuitOAuth
from qbapps.intuit.transport import Transport
from qbapps.simulator import Intuit

TIMEOUT = timedelta(seconds=5)


@pytest.fixture
def clock() -> wire.FakeClock:
    return wire.FakeClock()


@pytest.fixture
def intuit(clock: wire.FakeClock) -> Iterator[Intuit]:
    with Intuit(clock=clock) as simulator:
        simulator.add_app(wire.CLIENT_ID, wire.CLIENT_SECRET, [wire.REDIRECT_URI])
        simulator.add_user(wire.JEAN, name="Jean Durand")
        simulator.add_company(wire.REALM, name="Boulangerie Martin", admins=[wire.JEAN])
        yield simulator


@pytest.fixture
def transport() -> Iterator[Transport]:
    shared = Transport()
    yield shared
    shared.close()


@pytest.fixture
def app(intuit: Intuit) -> Credentials:
    return wire.credentials(intuit)


@pytest.fixture
def oauth(clock: wire.FakeClock, transport: Transport) -> IntuitOAuth:
    return IntuitOAuth(clock, TIMEOUT, transport)


@pytest.fixture
def companies(clock: wire.FakeClock, transport: Transport) -> IntuitCompanies:
    return IntuitCompanies(clock, TIMEOUT, transport)


@pytest.fixture
def grant(oauth: IntuitOAuth, intuit: Intuit, app: Credentials) -> TokenGrant:
    return wire.granted(oauth, intuit, app)
