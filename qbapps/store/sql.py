"""The store: every read and the one write of ``ports.Store``, on SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeVar

from sqlalchemy import Connection, Engine

from qbapps.domain import connection as connections
from qbapps.domain.authorization import Authorization, AuthorizationState
from qbapps.domain.disconnection import Disconnection, DisconnectionState
from qbapps.domain.events import Event, EventKind
from qbapps.domain.grants import GrantState, UnverifiedGrant
from qbapps.domain.inventory import Confirmation, Listing
from qbapps.domain.keys import SealedRow
from qbapps.domain.parties import App, Client, Firm, KnownCompany, KnownIdentity, Person
from qbapps.domain.plan import Outcome, PlanHead, PlanItem
from qbapps.domain.tasks import Task, TaskState
from qbapps.domain.tokens import SealedTokens, Tombstone
from qbapps.domain.trail import Line
from qbapps.domain.transfer import Transfer, TransferState
from qbapps.ports import Change, ConnectionFilter, Glance, Lease, Pulse, Standing
from qbapps.store import (
    arrivals,
    counting,
    engines,
    evidence,
    faults,
    finding,
    leases,
    rows,
    saving,
    schema,
    sealed,
    together,
    trail,
)
from qbapps.store.banks import SqlBanks
from qbapps.store.desktop import SqlDesktop
from qbapps.store.engines import WRITING
from qbapps.store.grouping import Grouped
from qbapps.store.outbox import SqlOutbox
from qbapps.store.reading import PAGE, Reader
from qbapps.store.scanning import SqlTables
from qbapps.store.writing import Alone, Writer
from qbapps.values import Environment, fold_email

R = TypeVar("R")


class SqlStore:
    """The store on an SQLAlchemy engine whose schema is up to date; see ``opening.open_store``."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(**{WRITING: True})
        self._read = Reader(engine)
        is_sqlite = engine.dialect.name == "sqlite"
        self._writing: Writer = Grouped(self._writer) if is_sqlite else Alone(self._writer)
        self.outbox: Final = SqlOutbox(engine, self._writer)
        self.tables: Final = SqlTables(engine)
        self.desktop: Final = SqlDesktop(engine, self._writing)
        self.banks: Final = SqlBanks(engine)
        self.is_in_memory: Final = engines.is_in_memory(engine.url)
        self.is_file: Final = engine.dialect.name == "sqlite" and not self.is_in_memory

    def save(self, change: Change) -> None:
        """
        Save *change* whole or not at all.

        Raises:
            StaleVersion: A record, or the pair, is no longer what the change was made from.
            StoreError: The database failed; nothing was changed, unless the connection to it broke
                at the very moment of the commit.
        """
        saving.check(change)
        self._write("saving a change", lambda connection: saving.save(connection, change))

    def app(self, app_id: str) -> App | None:
        return self._read.one(rows.APPS, id=app_id)

    def app_by_client_id(self, environment: Environment, client_id: str) -> App | None:
        return self._read.one(rows.APPS, environment=environment, client_id=client_id)

    def apps(self) -> tuple[App, ...]:
        return self._read.all(rows.APPS)

    def client_secret(self, app_id: str) -> bytes | None:
        found = self._read.one(rows.SECRETS, app_id=app_id)
        return None if found is None else found.sealed

    def firm(self, firm_id: str) -> Firm | None:
        return self._read.one(rows.FIRMS, id=firm_id)

    def firms(self) -> tuple[Firm, ...]:
        return self._read.all(rows.FIRMS)

    def client(self, firm_id: str, realm_id: str) -> Client | None:
        return self._read.one(rows.CLIENTS, firm_id=firm_id, realm_id=realm_id)

    def clients(self, firm_id: str) -> tuple[Client, ...]:
        return self._read.all(rows.CLIENTS, firm_id=firm_id)

    def person(self, email: str, *, firm_id: str | None, realm_id: str | None) -> Person | None:
        return self._read.one(rows.PEOPLE, email=fold_email(email), firm_id=firm_id, realm_id=realm_id)

    def people(
        self,
        *,
        email: str | None = None,
        firm_id: str | None = None,
        realm_id: str | None = None,
    ) -> tuple[Person, ...]:
        folded = None if email is None else fold_email(email)
        return self._read.where(rows.PEOPLE, email=folded, firm_id=firm_id, realm_id=realm_id)

    def connection(self, connection_id: str) -> connections.Connection | None:
        return self._read.one(rows.CONNECTIONS, id=connection_id)

    def connection_of(self, app_id: str, realm_id: str) -> connections.Connection | None:
        return self._read.one(rows.CONNECTIONS, app_id=app_id, realm_id=realm_id)

    def connections(self, wanted: ConnectionFilter) -> Iterator[connections.Connection]:
        """Stream in order of id, without holding a transaction between pages."""
        yield from self._read.pages(rows.CONNECTIONS, *finding.conditions(wanted))

    def glance(self, connection_id: str) -> Glance | None:
        """Read state and pair in one statement."""
        return self._read.first(together.GLANCE, {"connection_id": connection_id}, together.glance, "connections")

    def standing(self, connection_id: str) -> Standing | None:
        """Read all that a refresh needs in one statement; None too when the connection's app is not known here."""
        return self._read.first(together.STANDING, {"connection_id": connection_id}, together.standing, "connections")

    def tokens(self, connection_id: str) -> SealedTokens | None:
        return self._read.one(rows.TOKENS, connection_id=connection_id)

    def unanswered(self) -> tuple[SealedTokens, ...]:
        """Return the pairs of which a refresh was about to be sent, and that nobody has noted anything of since."""
        return self._read.matching(rows.TOKENS, schema.tokens.c.intent_at.is_not(None))

    def tombstones(self, connection_id: str) -> tuple[Tombstone, ...]:
        return self._read.all(rows.TOMBSTONES, connection_id=connection_id)

    def identity(self, app_id: str, *, email: str) -> KnownIdentity | None:
        return self._read.one(rows.IDENTITIES, app_id=app_id, email=fold_email(email))

    def company(self, environment: Environment, realm_id: str) -> KnownCompany | None:
        return self._read.one(rows.COMPANIES, environment=environment, realm_id=realm_id)

    def listings(self, firm_id: str) -> tuple[Listing, ...]:
        return self._read.all(rows.LISTINGS, firm_id=firm_id)

    def listing(self, firm_id: str, connection_id: str) -> Listing | None:
        return self._read.one(rows.LISTINGS, firm_id=firm_id, connection_id=connection_id)

    def confirmation(self, connection_id: str) -> Confirmation | None:
        return self._read.one(rows.CONFIRMATIONS, connection_id=connection_id)

    def authorization(self, authorization_id: str) -> Authorization | None:
        return self._read.one(rows.AUTHORIZATIONS, id=authorization_id)

    def authorization_by_state(self, state_hash: str) -> Authorization | None:
        return self._read.one(rows.AUTHORIZATIONS, state_hash=state_hash)

    def authorizations_of(self, transfer_id: str) -> tuple[Authorization, ...]:
        return self._read.all(rows.AUTHORIZATIONS, transfer_id=transfer_id)

    def authorizations(self, *, state: AuthorizationState) -> tuple[Authorization, ...]:
        return self._read.all(rows.AUTHORIZATIONS, state=state)

    def grant(self, grant_id: str) -> UnverifiedGrant | None:
        return self._read.one(rows.GRANTS, id=grant_id)

    def grants(self, state: GrantState) -> tuple[UnverifiedGrant, ...]:
        return self._read.all(rows.GRANTS, state=state)

    def is_overtaken(self, grant_id: str, connection_id: str) -> bool:
        """Go by the order in which the database took the grants; by their times where two came at once."""
        values = {"grant_id": grant_id, "connection_id": connection_id}
        return self._read.first(arrivals.OVERTAKING, values, bool, "grants") is not None

    def transfer(self, transfer_id: str) -> Transfer | None:
        return self._read.one(rows.TRANSFERS, id=transfer_id)

    def transfers(
        self,
        *,
        state: TransferState | None = None,
        connection_id: str | None = None,
    ) -> tuple[Transfer, ...]:
        return self._read.where(rows.TRANSFERS, state=state, connection_id=connection_id)

    def disconnection(self, disconnection_id: str) -> Disconnection | None:
        return self._read.one(rows.DISCONNECTIONS, id=disconnection_id)

    def disconnection_of(self, connection_id: str, grant: int) -> Disconnection | None:
        """Return the latest disconnection of that consent that was not undone."""
        found = self._read.all(rows.DISCONNECTIONS, connection_id=connection_id, grant=grant)
        held = [one for one in found if one.state is not DisconnectionState.UNDONE]
        return max(held, key=lambda one: (one.requested_at, one.id), default=None)

    def disconnections(
        self,
        *,
        state: DisconnectionState | None = None,
        connection_id: str | None = None,
    ) -> tuple[Disconnection, ...]:
        return self._read.where(rows.DISCONNECTIONS, state=state, connection_id=connection_id)

    def disconnections_due(self, at: datetime) -> tuple[Disconnection, ...]:
        """Return those whose time, set beforehand, has come; undone ones are left out."""
        table = schema.disconnections.c
        return self._read.matching(rows.DISCONNECTIONS, table.due_at <= at, table.state != DisconnectionState.UNDONE)

    def task(self, task_id: str) -> Task | None:
        return self._read.one(rows.TASKS, id=task_id)

    def tasks(
        self,
        *,
        state: TaskState | None = None,
        connection_id: str | None = None,
        firm_id: str | None = None,
    ) -> tuple[Task, ...]:
        return self._read.where(rows.TASKS, state=state, connection_id=connection_id, firm_id=firm_id)

    def plan(self, plan_id: str) -> PlanHead | None:
        return self._read.one(rows.PLANS, id=plan_id)

    def plans(self) -> tuple[PlanHead, ...]:
        return self._read.all(rows.PLANS)

    def plan_item(self, plan_id: str, number: int) -> PlanItem | None:
        return self._read.one(rows.PLAN_ITEMS, plan_id=plan_id, number=number)

    def plan_items(self, plan_id: str, outcomes: Collection[Outcome] = ()) -> Iterator[PlanItem]:
        """Stream in order of number, without holding a transaction between pages."""
        yield from self._read.pages(rows.PLAN_ITEMS, *counting.conditions(plan_id, outcomes))

    def plan_outcomes(self, plan_id: str) -> dict[Outcome, int]:
        """Count the rows of a plan by outcome."""
        with faults.told("counting rows of a plan"), self._engine.connect() as connection:
            return counting.outcomes(connection, plan_id)

    def events(self, stream: str | None = None) -> Iterator[Event]:
        """Stream by stream, each in order of sequence, without holding a transaction between pages."""
        yield from trail.read(self._engine, stream)

    def trail(self, stream: str | None = None) -> Iterator[Line]:
        """Stream the same, and what can be read of events that cannot be read."""
        yield from trail.lines(self._engine, stream)

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
        Take the lease *name* if it is free or over; None while anybody has it, this holder included.

        Args:
            at: The caller's time; PostgreSQL goes by its own.

            change: Saved in the same transaction when the lease is won, and not at all otherwise.

        Raises:
            StaleVersion: *change* was made from what is no longer so. The lease is not taken either.
        """
        if change is not None:
            saving.check(change)

        def take(connection: Connection) -> Lease | None:
            won = leases.acquire(connection, name, holder, lasts_for, at)
            if won is not None and change is not None:
                saving.save(connection, change)
            return won

        return self._write("taking a lease", take)

    def lease(self, name: str, at: datetime) -> Lease | None:
        """Return the lease *name* as somebody has it now; None when it is free or over. Only reads."""
        return self._read.first(leases.CURRENT, leases.asked(name, at), lambda row: leases.current(name, row), "leases")

    def release_lease(self, lease: Lease) -> None:
        """End *lease* if it is still this holder's; nothing happens otherwise."""
        self._write("releasing a lease", lambda connection: leases.release(connection, lease))

    def sealed(self) -> Iterator[SealedRow]:
        """Stream every row that holds something sealed, without holding a transaction between pages."""
        for place in sealed.PLACES:
            after: str | None = ""
            while after is not None:
                with faults.told(f"reading {place.table.name}"), self._engine.connect() as connection:
                    found = sealed.page(connection, place, after=after, size=PAGE)
                yield from found
                after = found[-1].id if len(found) == PAGE else None

    def reseal(self, rows: Sequence[tuple[SealedRow, Mapping[str, bytes]]]) -> int:
        """Put the same secrets, sealed anew, into rows that are still what was read; return into how many."""

        def put(connection: Connection) -> int:
            return sum(sealed.replace(connection, row, values) for row, values in rows)

        return self._write("sealing anew", put)

    def latest_events(self, stream: str) -> dict[EventKind, Event]:
        """Return the newest event of each kind in a stream."""
        with faults.told("reading events"), self._engine.connect() as connection:
            return evidence.latest_events(connection, stream)

    def pulse(self, app_id: str, since: datetime) -> Pulse:
        """Tell how refreshes of an app's connections have fared; refusals before *since* do not count."""
        with faults.told("reading connections"), self._engine.connect() as connection:
            return evidence.pulse(connection, app_id, since)

    def step(self, name: str, advance: Callable[[tuple[str, ...]], tuple[tuple[str, ...], R]]) -> R:
        """Replace what is kept under *name* by what *advance* makes of it, in one transaction."""
        return self._write("keeping pace", lambda connection: counting.step(connection, name, advance))

    def close(self) -> None:
        """Close the pooled connections."""
        self._engine.dispose()

    def _write(self, doing: str, work: Callable[[Connection], R]) -> R:
        with faults.told(doing):
            return self._writing.write(work)
