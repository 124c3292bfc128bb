"""What the use cases need from outside, as protocols, and ``Ports``, the bundle of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

import attrs

from qbapps.domain.authorization import Authorization
from qbapps.domain.connection import Connection
from qbapps.domain.disconnection import Disconnection
from qbapps.domain.events import Event
from qbapps.domain.grants import GrantState, UnverifiedGrant
from qbapps.domain.parties import (
    App,
    Client,
    CompanyFacts,
    Credentials,
    Firm,
    Identity,
    KnownIdentity,
    Level,
    Person,
    Reach,
)
from qbapps.domain.states import ConnectionState
from qbapps.domain.tasks import Task, TaskState
from qbapps.domain.tokens import SealedTokens, TokenGrant, Tombstone
from qbapps.domain.transfer import Transfer, TransferState
from qbapps.values import Environment, Secret

T = TypeVar("T")

Record = App | Firm | Client | Person | Connection | Authorization | UnverifiedGrant | Transfer | Disconnection | Task
"""What the store keeps under a version: version 1 is new, n + 1 replaces the n that was read."""


class Clock(Protocol):
    """Where time comes from."""

    def now(self) -> datetime:
        """Return the present, aware, in UTC."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class Randomness(Protocol):
    """Where ids and one-time states come from."""

    def new_id(self, prefix: str) -> str:
        """Return an id that was never used, such as ``con_…``; later ids sort after earlier ones."""

    def new_state(self) -> Secret:
        """Return a one-time state that nobody can guess."""


class Vault(Protocol):
    """Sealing of secrets at rest, bound to the row they belong to."""

    def seal(self, secret: Secret, binding: str) -> bytes:
        """Return *secret* sealed; it opens only with the same *binding*."""

    def open(self, sealed: bytes, binding: str) -> Secret:
        """
        Return the secret.

        Raises:
            UnknownKey: It was sealed with a key that is not in the ring.
            SealBroken: It was altered, or *binding* is not the one it was sealed with.
        """

    def needs_rotation(self, sealed: bytes) -> bool:
        """Tell whether *sealed* was sealed with another key than the first one."""


@attrs.frozen(kw_only=True)
class RevokeAnswer:
    """
    How Intuit answered a revoke.

    Attributes:
        accepted: True for 200, False for 400.
    """

    accepted: bool
    status: int
    intuit_tid: str | None = None


class OAuth(Protocol):
    """
    Intuit's authorization server.

    Every method does network (``authorization_url`` only for the discovery document, once a day)
    and may raise ``IntuitUnavailable``, ``IntuitRejected`` or ``IntuitProtocolError``. None writes
    anything here.
    """

    def authorization_url(self, credentials: Credentials, state: Secret) -> str:
        """Return the consent page's URL."""

    def exchange(self, credentials: Credentials, code: Secret) -> TokenGrant:
        """Exchange a code. Sent once: a code that is sent twice may revoke what it gave."""

    def refresh(self, credentials: Credentials, refresh_token: Secret) -> TokenGrant:
        """Refresh a pair. Sent once, unless it is certain that it was not processed."""

    def revoke(self, credentials: Credentials, token: Secret) -> RevokeAnswer:
        """Revoke a pair. Safe to repeat, so it is repeated when Intuit is unavailable."""

    def identify(
        self,
        credentials: Credentials,
        access_token: Secret,
        id_token: Secret | None,
        at: datetime,
    ) -> Identity:
        """Return who gave the consent: the validated id_token first, userinfo for the rest."""


class Companies(Protocol):
    """Intuit's accounting API."""

    def company_info(self, credentials: Credentials, realm_id: str, access_token: Secret) -> CompanyFacts:
        """Read CompanyInfo. One metered call, repeated when Intuit is unavailable."""

    def client(
        self,
        credentials: Credentials,
        realm_id: str,
        connection_id: str,
        current: Callable[[], Secret],
        renew: Callable[[int], Secret],
    ) -> Any:
        """
        Return a python-quickbooks client that takes its token at each request.

        Args:
            current: Gives a token that is usable now.

            renew: Called with the status when Intuit refused the token; gives another one.
        """


@attrs.frozen(kw_only=True)
class Lease:
    """
    The right to refresh one connection for a while.

    Attributes:
        fence: Grows each time the lease changes hands.
    """

    name: str
    holder: str
    fence: int
    expires_at: datetime


@attrs.frozen(kw_only=True)
class SealedSecret:
    """An app's client secret as the store keeps it."""

    app_id: str
    sealed: bytes = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class Change:
    """
    Everything one beat saves, in one transaction.

    Attributes:
        records: New records (version 1) and next versions of records that were read.
        tokens: A pair that becomes the connection's.
        parent_generation: The generation the new pair replaces: saving fails with
            ``StaleVersion`` when it is no longer the connection's. 0 when there is none yet.
        marks: The connection's present pair with its journal fields changed; same generation.
        destroy_tokens_of: Connection whose pair is destroyed.
        tombstones: What remains of pairs that go.
        secrets: Client secrets to replace.
        identities: Subjects seen.
        events: What happened; the store numbers and chains them.
        release: A lease that ends with this transaction.
    """

    records: tuple[Record, ...] = ()
    tokens: SealedTokens | None = None
    parent_generation: int | None = None
    marks: SealedTokens | None = None
    destroy_tokens_of: str | None = None
    tombstones: tuple[Tombstone, ...] = ()
    secrets: tuple[SealedSecret, ...] = ()
    identities: tuple[KnownIdentity, ...] = ()
    events: tuple[Event, ...] = ()
    release: Lease | None = None


@attrs.frozen(kw_only=True)
class ConnectionFilter:
    """
    Which connections are wanted; what is None does not matter, the rest combines with AND.

    Attributes:
        level: ``firm`` (its own books) or ``client``; needs ``firm_id``. With ``firm_id`` alone, both.
        client: Realm id of one client; needs ``firm_id``.
        owner: E-mail or sub.
    """

    app_id: str | None = None
    realm_id: str | None = None
    firm_id: str | None = None
    level: Level | None = None
    client: str | None = None
    owner: str | None = None
    state: ConnectionState | None = None
    reach: Reach | None = None
    reference: str | None = None


class Store(Protocol):
    """
    The database. Reads give ``None`` for what is not there; ``save`` is the only way to change.

    All methods may raise ``StoreError``.
    """

    def save(self, change: Change) -> None:
        """
        Save *change* whole or not at all.

        Raises:
            StaleVersion: A record, or the pair, is no longer what the change was made from.
        """

    def app(self, app_id: str) -> App | None: ...
    def app_by_client_id(self, environment: Environment, client_id: str) -> App | None: ...
    def apps(self) -> tuple[App, ...]: ...
    def client_secret(self, app_id: str) -> bytes | None: ...

    def firm(self, firm_id: str) -> Firm | None: ...
    def firms(self) -> tuple[Firm, ...]: ...
    def client(self, firm_id: str, realm_id: str) -> Client | None: ...
    def clients(self, firm_id: str) -> tuple[Client, ...]: ...
    def person(self, email: str, *, firm_id: str | None, realm_id: str | None) -> Person | None: ...
    def people(
        self,
        *,
        email: str | None = None,
        firm_id: str | None = None,
        realm_id: str | None = None,
    ) -> tuple[Person, ...]: ...

    def connection(self, connection_id: str) -> Connection | None: ...
    def connection_of(self, app_id: str, realm_id: str) -> Connection | None: ...
    def connections(self, wanted: ConnectionFilter) -> Iterator[Connection]:
        """Stream in order of id, without holding a transaction between pages."""

    def tokens(self, connection_id: str) -> SealedTokens | None: ...
    def tombstones(self, connection_id: str) -> tuple[Tombstone, ...]: ...
    def identity(self, app_id: str, *, email: str) -> KnownIdentity | None: ...

    def authorization(self, authorization_id: str) -> Authorization | None: ...
    def authorization_by_state(self, state_hash: str) -> Authorization | None: ...
    def authorizations_of(self, transfer_id: str) -> tuple[Authorization, ...]: ...
    def grant(self, grant_id: str) -> UnverifiedGrant | None: ...
    def grants(self, state: GrantState) -> tuple[UnverifiedGrant, ...]: ...
    def transfer(self, transfer_id: str) -> Transfer | None: ...
    def transfers(
        self,
        *,
        state: TransferState | None = None,
        connection_id: str | None = None,
    ) -> tuple[Transfer, ...]: ...
    def disconnection(self, disconnection_id: str) -> Disconnection | None: ...
    def disconnection_of(self, connection_id: str, grant: int) -> Disconnection | None:
        """Return the latest disconnection of that consent that was not undone."""

    def disconnections(self, *, connection_id: str | None = None) -> tuple[Disconnection, ...]: ...
    def task(self, task_id: str) -> Task | None: ...
    def tasks(
        self,
        *,
        state: TaskState | None = None,
        connection_id: str | None = None,
        firm_id: str | None = None,
    ) -> tuple[Task, ...]: ...
    def events(self, stream: str | None = None) -> Iterator[Event]:
        """Stream by stream, each in order of sequence."""

    def acquire_lease(self, name: str, holder: str, lasts_for: timedelta, at: datetime) -> Lease | None:
        """
        Take the lease *name* if it is free or over; None when another holder has it.

        Args:
            at: The caller's time; a database with a clock of its own goes by that instead.
        """

    def release_lease(self, lease: Lease) -> None:
        """End *lease* if it is still this holder's; nothing happens otherwise."""

    def close(self) -> None: ...


class Flight(Protocol):
    """Single flight between the threads of this process."""

    def join(self, name: str, lead: Callable[[], T]) -> T:
        """Run *lead*, or wait for the thread that is running it for *name* and share its outcome."""


@attrs.frozen(kw_only=True)
class Ports:
    """All of the outside that the use cases need."""

    store: Store
    vault: Vault
    oauth: OAuth
    companies: Companies
    clock: Clock
    randomness: Randomness
    flight: Flight
    http_timeout: timedelta
    holder: str
    announce: Callable[[Event], None]
