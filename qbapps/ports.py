"""What the use cases need from outside, as protocols, and ``Ports``, the bundle of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

import attrs

from qbapps.domain.authorization import Authorization, AuthorizationState
from qbapps.domain.connection import Connection
from qbapps.domain.disconnection import Disconnection, DisconnectionState
from qbapps.domain.events import Event, EventKind
from qbapps.domain.grants import GrantState, UnverifiedGrant
from qbapps.domain.keys import SealedRow
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
from qbapps.domain.tokens import AccessToken, SealedTokens, TokenGrant, Tombstone
from qbapps.domain.transfer import Transfer, TransferState
from qbapps.errors import IntuitError
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

    def key_ids(self) -> tuple[str, ...]:
        """Return the names of the keys it has; the first one seals."""

    def key_id(self, sealed: bytes) -> str | None:
        """Return the name of the key that *sealed* names; None for bytes that were never sealed."""


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
        refused: Callable[[IntuitError], None] | None = None,
    ) -> Any:
        """
        Return a python-quickbooks client that takes its token at each request.

        Args:
            current: Gives a token that is usable now.

            renew: Called with the status when Intuit refused the token; gives another one.

            refused: Told of an answer that says something about the connection, before it is raised.
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
        unchanged: A connection that must still be in this very version, though it is not replaced.
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
    unchanged: Connection | None = None


@attrs.frozen(kw_only=True)
class Glance:
    """What it takes to hand out an access token: whether the connection may be used, and its pair."""

    state: ConnectionState
    reach: Reach
    tokens: SealedTokens | None


@attrs.frozen(kw_only=True)
class Standing:
    """What it takes to refresh, as of one instant: the connection, its pair, its app and the app's secret."""

    connection: Connection
    tokens: SealedTokens | None
    app: App
    client_secret: bytes | None = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class Pulse:
    """
    How refreshes of an app's connections have fared of late.

    Attributes:
        refreshed_at: When one of them last got a pair; None when none ever did.
        refused: Those whose pair was refused for the first time since then, for no known reason.
    """

    refreshed_at: datetime | None
    refused: tuple[str, ...] = ()


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

    def glance(self, connection_id: str) -> Glance | None:
        """Read state and pair in one statement: the fastest read there is."""

    def standing(self, connection_id: str) -> Standing | None:
        """Read all that a refresh needs in one statement."""

    def tokens(self, connection_id: str) -> SealedTokens | None: ...
    def unanswered(self) -> tuple[SealedTokens, ...]:
        """Return the pairs whose journal holds an open intent: a refresh under way, or one that was cut off."""

    def tombstones(self, connection_id: str) -> tuple[Tombstone, ...]: ...
    def identity(self, app_id: str, *, email: str) -> KnownIdentity | None: ...

    def authorization(self, authorization_id: str) -> Authorization | None: ...
    def authorization_by_state(self, state_hash: str) -> Authorization | None: ...
    def authorizations(self, *, state: AuthorizationState) -> tuple[Authorization, ...]: ...
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

    def disconnections(
        self,
        *,
        state: DisconnectionState | None = None,
        connection_id: str | None = None,
    ) -> tuple[Disconnection, ...]: ...
    def disconnections_due(self, at: datetime) -> tuple[Disconnection, ...]:
        """Return those whose time, set beforehand, has come; undone ones are left out."""

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

    def acquire_lease(
        self,
        name: str,
        holder: str,
        lasts_for: timedelta,
        at: datetime,
        *,
        change: Change | None = None,
    ) -> Lease | None:
        """
        Take the lease *name* if it is free or over; None when another holder has it.

        Args:
            at: The caller's time; a database with a clock of its own goes by that instead.

            change: Saved in the same transaction when the lease is won, and not at all otherwise.

        Raises:
            StaleVersion: *change* was made from what is no longer so. The lease is not taken either.
        """

    def lease(self, name: str, at: datetime) -> Lease | None:
        """Return the lease *name* as somebody has it now; None when it is free or over. Only reads."""

    def release_lease(self, lease: Lease) -> None:
        """End *lease* if it is still this holder's; nothing happens otherwise."""

    def sealed(self) -> Iterator[SealedRow]:
        """Stream every row that holds something sealed, without holding a transaction between pages."""

    def reseal(self, rows: Sequence[tuple[SealedRow, Mapping[str, bytes]]]) -> int:
        """Put the same secrets, sealed anew, into rows that are still what was read; return into how many."""

    def latest_events(self, stream: str) -> dict[EventKind, Event]:
        """Return the newest event of each kind in a stream."""

    def pulse(self, app_id: str, since: datetime) -> Pulse:
        """Tell how refreshes of an app's connections have fared; refusals before *since* do not count."""

    def close(self) -> None: ...


class Flight(Protocol):
    """Single flight between the threads of this process."""

    def join(self, name: str, lead: Callable[[], T]) -> T:
        """Run *lead*, or wait for the thread that is running it for *name* and share its outcome."""


class Memory(Protocol):
    """Tokens that were looked up a moment ago."""

    def recall(self, connection_id: str) -> AccessToken | None:
        """Return the token if it may still be handed out without a look at the store."""

    def ticket(self, connection_id: str) -> object:
        """Return what ``remember`` wants; to be taken before the store is read."""

    def remember(self, connection_id: str, token: AccessToken, *, ticket: object, fresh_for: timedelta) -> None:
        """Keep *token*, unless the connection has been forgotten since *ticket* was taken."""

    def forget(self, connection_id: str) -> None:
        """Let the next call look at the store: the connection or its pair has changed."""


@attrs.frozen(kw_only=True)
class Ports:
    """
    All of the outside that the use cases need.

    Attributes:
        elapsed: Seconds that do not go back when somebody sets the clock; those of one host agree.
        announce: Says that an event is saved, so that whoever listens is told.
        telling: Gives a context inside which this thread tells nobody: it has a lease or leads a flight,
            which a listener could wait for. They are told on the way out.
    """

    store: Store
    vault: Vault
    oauth: OAuth
    companies: Companies
    clock: Clock
    elapsed: Callable[[], float]
    randomness: Randomness
    flight: Flight
    memory: Memory
    http_timeout: timedelta
    holder: str
    announce: Callable[[Event], None]
    telling: Callable[[], AbstractContextManager[None]]
