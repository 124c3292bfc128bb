"""A firm, its companies and its people at Intuit, and the library that connects apps there."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit, urlunsplit

import attrs
import requests
from quickbooks.objects.company_info import CompanyInfo
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

import qbapps
from qbapps.domain.authorization import AuthorizationRequest
from qbapps.domain.connection import Connection
from qbapps.domain.transfer import Transfer
from qbapps.intuit.company import IntuitCompanies
from qbapps.intuit.oauth import IntuitOAuth
from qbapps.intuit.transport import Transport
from qbapps.manager import QBApps
from qbapps.ports import Ports
from qbapps.simulator import Behaviour, Dropped, Fault, Intuit, Record, TimedOut
from qbapps.testing import FakeClock
from qbapps.vault import new_key

JEAN = "jean@durand.example"
MARIE = "marie@durand.example"
PAUL = "paul@elsewhere.example"

BAKERY = "9130350000000002"
GARAGE = "9130350000000003"
FIRM_REALM = "9130350000000001"

CLIENT_ID = "dext-client"
CLIENT_SECRET = "dext-canary-secret"
CALLBACK = "http://localhost:8400/callback"

TOKEN_CALLS = ("exchange", "refresh", "revoke")


class InMemory(BaseAdapter):
    """Hands requests to the simulator without a socket, for tests that play many worlds."""

    def __init__(self, intuit: Intuit) -> None:
        super().__init__()
        self._intuit = intuit

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        try:
            reply = self._intuit.handle(request.method or "", request.url or "", dict(request.headers), request.body)
        except TimedOut:
            raise requests.ReadTimeout("no answer") from None
        except Dropped:
            raise requests.ConnectionError("dropped") from None
        response = requests.Response()
        response.status_code = reply.status
        response.headers = CaseInsensitiveDict(reply.headers)
        response.raw = io.BytesIO(reply.body)
        response.url = request.url or ""
        response.request = request
        return response

    def close(self) -> None:
        """Nothing is open."""


@attrs.define
class House:
    """
    The library and Intuit's side, going by one clock.

    Attributes:
        path: The database file; None for a store in memory.
        keys: The keys the store is opened with.
    """

    qb: QBApps
    intuit: Intuit
    clock: FakeClock
    path: Path | None = None
    keys: tuple[str, ...] = ()

    def register(self, app_id: str = "dext", client_id: str = CLIENT_ID, secret: str = CLIENT_SECRET) -> None:
        """Declare an app on both sides."""
        self.intuit.add_app(client_id, secret, redirect_uris=[CALLBACK])
        self.qb.register_app(
            app_id,
            name=app_id.title(),
            client_id=client_id,
            client_secret=secret,
            redirect_uri=CALLBACK,
            discovery_url=self.intuit.discovery_url,
            api_url=self.intuit.api_url,
            developer_contact=f"privacy@{app_id}.example",
        )

    def agree(
        self, link: AuthorizationRequest | Transfer, user: str = JEAN, realm_id: str = BAKERY, decision: str = "allow"
    ) -> str:
        """Let *user* follow a link and return the callback URL."""
        assert link.url is not None
        return self.intuit.consent(link.url, user=user, realm_id=realm_id, decision=decision)

    def connect(self, user: str = JEAN, realm_id: str = BAKERY, app: str = "dext", **wanted: Any) -> Connection:
        """Connect an app to a company."""
        return self.qb.complete(self.agree(self.qb.begin_connect(app, **wanted), user, realm_id))

    def sent(self, *operations: str) -> list[Record]:
        """Return what was asked of Intuit, of some operations."""
        return [record for record in self.intuit.requests if record.operation in operations]

    def count(self, *operations: str) -> int:
        """Count what was asked of Intuit."""
        return len(self.sent(*operations))

    def kinds(self, stream: str) -> list[str]:
        """Return the kinds of a stream's events, in order."""
        return [str(event.kind) for event in self.qb.events(stream)]

    def token(self, connection_id: str) -> str:
        """Return a usable access token, in the open."""
        return self.qb.access_token(connection_id).value.reveal()

    def refresh_token(self, connection_id: str) -> str:
        """Return the refresh token that is kept, in the open."""
        ports = self.ports
        sealed = ports.store.tokens(connection_id)
        assert sealed is not None
        binding = f"connection/{connection_id}/{sealed.generation}/refresh"
        return ports.vault.open(sealed.refresh, binding).reveal()

    def works(self, connection_id: str) -> bool:
        """Tell whether the connection serves a real read of its own company, after a refresh too."""
        connection = self.qb.connection(connection_id)
        name = read_company(self.qb, connection)
        self.qb.refresh_due(within=timedelta(days=400))
        return name == read_company(self.qb, connection) and self.intuit.is_alive(self.token(connection_id))

    @property
    def ports(self) -> Ports:
        """What the facade works with."""
        return self.qb._ports

    def with_ports(self, **changes: Any) -> QBApps:
        """Return the same house with other ports, as a process that fails in one of them."""
        return QBApps(attrs.evolve(self.ports, **changes), listeners=self.qb._listeners, close=lambda: None)

    def sql(self, statement: str, *values: object) -> list[Any]:
        """Run one statement on the database file, as somebody with a shell would."""
        assert self.path is not None
        with sqlite3.connect(self.path) as database:
            found = database.execute(statement, values).fetchall()
        database.close()
        return found

    def dump(self) -> list[tuple[str, Any]]:
        """Return every row of every table."""
        tables = [name for (name,) in self.sql("select name from sqlite_master where type = 'table' order by name")]
        return [(table, row) for table in tables for row in sorted(self.sql(f'select * from "{table}"'), key=repr)]  # noqa: S608

    def raw_bytes(self) -> bytes:
        """Return the database file with its write-ahead log, as they lie on the disk."""
        assert self.path is not None
        return b"".join(part.read_bytes() for part in sorted(self.path.parent.glob(self.path.name + "*")))


def read_company(qb: QBApps, connection: Connection) -> str:
    """Read a company's name through the ready-made client."""
    return str(CompanyInfo.get(connection.realm_id, qb=qb.quickbooks(connection.id)).CompanyName)


def populate(intuit: Intuit) -> None:
    """Declare who exists at Intuit."""
    for email, name in ((JEAN, "Jean Durand"), (MARIE, "Marie Morel"), (PAUL, "Paul Roux")):
        intuit.add_user(email, name=name)
    intuit.add_company(BAKERY, name="Boulangerie Martin", admins=[JEAN, MARIE, PAUL])
    intuit.add_company(GARAGE, name="Garage Étoile", admins=[JEAN, MARIE])
    intuit.add_company(FIRM_REALM, name="Cabinet Durand", admins=[JEAN, MARIE])


@contextmanager
def built(behaviour: Behaviour | None = None, path: Path | None = None, *, over_http: bool = True) -> Iterator[House]:
    """Yield a house with the app Dext; over real HTTP unless a test plays many of them."""
    clock = FakeClock()
    key = new_key().reveal()
    url = "sqlite://" if path is None else f"sqlite:///{path}"
    intuit = Intuit(behaviour=behaviour, clock=clock)
    populate(intuit)
    with qbapps.open(url, key=key, clock=clock) as qb:
        house = House(qb, intuit, clock, path, (key,))
        if over_http:
            with intuit:
                house.register()
                yield house
            return
        ports = house.ports
        transport = Transport(adapter=InMemory(intuit))
        house.qb = house.with_ports(
            oauth=IntuitOAuth(clock, ports.http_timeout, transport),
            companies=IntuitCompanies(clock, ports.http_timeout, transport),
        )
        house.register()
        yield house


def without(url: str, *names: str) -> str:
    """Return a callback URL without some parameters."""
    parts = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name not in names]
    return urlunsplit(parts._replace(query=urlencode(kept)))


def altered(url: str, **values: str) -> str:
    """Return a callback URL with some parameters replaced or added."""
    parts = urlsplit(without(url, *values))
    joint = "&" if parts.query else ""
    return urlunsplit(parts._replace(query=f"{parts.query}{joint}{urlencode(values)}"))


def parameter(url: str, name: str) -> str:
    """Return one parameter of a URL."""
    return parse_qs(urlsplit(url).query)[name][0]


def down(*operations: str) -> list[Fault]:
    """Return the faults by which Intuit answers 503 to some operations until they are cleared."""
    return [Fault(operation, "unavailable", times=None) for operation in operations]
