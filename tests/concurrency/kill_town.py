"""A company, its people and an app at Intuit over real HTTP, and the library that a killed process leaves behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import parse_qs

import attrs

from qbapps.bootstrap import assemble
from qbapps.domain import policies
from qbapps.intuit.transport import Transport
from qbapps.manager import QBApps
from qbapps.simulator import Behaviour, Intuit
from qbapps.store.opening import open_store
from qbapps.testing import FakeClock
from qbapps.testing_transport import InProcess
from qbapps.vault import new_key, parse_keys

JEAN = "jean@durand.example"
MARIE = "marie@durand.example"
REALM = "9130350000000002"
CLIENT_ID = "dext-client"
CALLBACK = "http://localhost:8400/callback"

LEASE = policies.HTTP_TIMEOUT + policies.LEASE_SLACK
A_MOMENT = timedelta(seconds=1)


@attrs.define
class Town:
    """
    What one case plays in.

    Attributes:
        saved: Every refresh token that was ever sealed in the store, in the order it was seen.
    """

    qb: QBApps
    intuit: Intuit
    clock: FakeClock
    url: str
    key: str
    saved: list[str] = attrs.field(factory=list)

    def agree(self, url: str | None, user: str) -> str:
        """Let *user* follow a link and return the callback URL."""
        assert url is not None
        return self.intuit.consent(url, user=user, realm_id=REALM)

    def connect(self) -> str:
        """Connect the app as Jean, and return the connection's id."""
        return self.qb.complete(self.agree(self.qb.begin_connect("dext").url, JEAN)).id

    def see(self) -> None:
        """Note the refresh tokens that the store holds now, grants' included."""
        ports = self.qb._ports
        found = []
        for connection in self.qb.connections():
            sealed = ports.store.tokens(connection.id)
            if sealed is not None:
                binding = f"connection/{connection.id}/{sealed.generation}/refresh"
                found.append(ports.vault.open(sealed.refresh, binding).reveal())
        for grant in self.qb.unverified_grants():
            assert grant.refresh is not None
            found.append(ports.vault.open(grant.refresh, f"grant/{grant.id}/refresh").reveal())
        self.saved.extend(token for token in found if token not in self.saved)

    @property
    def held(self) -> list[str]:
        """The refresh tokens that Intuit honours now, of those that were ever sealed here."""
        return [token for token in self.saved if self.intuit.is_alive(token)]

    def works(self, connection_id: str) -> bool:
        """Tell whether the token that is handed out now is honoured by Intuit."""
        return self.intuit.is_alive(self.qb.access_token(connection_id).value.reveal())

    def codes(self) -> list[str]:
        """Return the codes that were sent to Intuit."""
        sent = [record for record in self.intuit.requests if record.operation == "exchange"]
        return [parse_qs(record.body)["code"][0] for record in sent]


@contextmanager
def town(url: str, behaviour: Behaviour | None = None) -> Iterator[Town]:
    """Yield a town whose library keeps what it knows at *url*; nobody is connected yet."""
    clock, key = FakeClock(), new_key().reveal()
    with Intuit(behaviour=behaviour, clock=clock) as intuit:
        intuit.add_user(JEAN, name="Jean Durand")
        intuit.add_user(MARIE, name="Marie Morel")
        intuit.add_company(REALM, name="Boulangerie Martin", admins=[JEAN, MARIE])
        intuit.add_app(CLIENT_ID, "dext-secret", redirect_uris=[CALLBACK])
        qb = assemble(
            open_store(url),
            parse_keys(key),
            # Only the process that is killed goes over the network: the survivors are faster without.
            transport=Transport(adapter=InProcess(intuit)),
            clock=clock,
            token_cache_ttl=timedelta(0),
        )
        with qb:
            qb.register_app(
                "dext",
                client_id=CLIENT_ID,
                client_secret="dext-secret",
                redirect_uri=CALLBACK,
                discovery_url=intuit.discovery_url,
                api_url=intuit.api_url,
            )
            yield Town(qb, intuit, clock, url, key)
