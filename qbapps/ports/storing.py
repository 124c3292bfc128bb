"""The database: what can be read, and the one way to write."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

import attrs

from qbapps.domain.authorization import Authorization, AuthorizationState
from qbapps.domain.connection import Connection, Kind
from qbapps.domain.disconnection import Disconnection, DisconnectionState
from qbapps.domain.events import Event, EventKind
from qbapps.domain.grants import GrantState, UnverifiedGrant
from qbapps.domain.inventory import Confirmation, Listing
from qbapps.domain.keys import SealedRow
from qbapps.domain.parties import (
    App,
    Client,
    Firm,
    KnownCompany,
    KnownIdentity,
    Level,
    Person,
    Reach,
)
from qbapps.domain.plan import Outcome, PlanHead, PlanItem
from qbapps.domain.states import ConnectionState
from qbapps.domain.tasks import Task, TaskState
from qbapps.domain.tokens import SealedTokens, Tombstone
from qbapps.domain.trail import Line
from qbapps.domain.transfer import Transfer, TransferState
from qbapps.ports.changes import Change, Lease
from qbapps.values import Environment

T = TypeVar("T")


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
    kind: Kind | None = None


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
    def company(self, environment: Environment, realm_id: str) -> KnownCompany | None: ...
    def listings(self, firm_id: str) -> tuple[Listing, ...]: ...
    def listing(self, firm_id: str, connection_id: str) -> Listing | None: ...
    def confirmation(self, connection_id: str) -> Confirmation | None: ...

    def authorization(self, authorization_id: str) -> Authorization | None: ...
    def authorization_by_state(self, state_hash: str) -> Authorization | None: ...
    def authorizations(self, *, state: AuthorizationState) -> tuple[Authorization, ...]: ...
    def authorizations_of(self, transfer_id: str) -> tuple[Authorization, ...]: ...
    def grant(self, grant_id: str) -> UnverifiedGrant | None: ...
    def grants(self, state: GrantState) -> tuple[UnverifiedGrant, ...]: ...
    def is_overtaken(self, grant_id: str, connection_id: str) -> bool:
        """Tell whether one that was kept later has been promoted to the connection, whatever clocks say."""

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
    def plan(self, plan_id: str) -> PlanHead | None: ...
    def plans(self) -> tuple[PlanHead, ...]: ...
    def plan_item(self, plan_id: str, number: int) -> PlanItem | None: ...
    def plan_items(self, plan_id: str, outcomes: Collection[Outcome] = ()) -> Iterator[PlanItem]:
        """Stream the rows of a plan, or those with one of these outcomes, in order of number."""

    def plan_outcomes(self, plan_id: str) -> dict[Outcome, int]:
        """Count the rows of a plan by outcome."""

    def events(self, stream: str | None = None) -> Iterator[Event]:
        """Stream by stream, each in order of sequence; one that cannot be read is a ``StoreError`` that names it."""

    def trail(self, stream: str | None = None) -> Iterator[Line]:
        """Give the same events, and what can be read of those that cannot be read, to be checked."""

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

    def step(self, name: str, advance: Callable[[tuple[str, ...]], tuple[tuple[str, ...], T]]) -> T:
        """
        Replace a few texts that all callers share by what *advance* makes of them, and return what else it gives.

        Nobody else does so meanwhile. *advance* is given none the first time; it may be called more than once.
        """

    def close(self) -> None: ...
