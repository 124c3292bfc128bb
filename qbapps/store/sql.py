"""The store: every read and the one write of ``ports.Store``, on SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, Connection, Engine, select, tuple_

from qbapps.domain import connection as connections
from qbapps.domain.authorization import Authorization
from qbapps.domain.disconnection import Disconnection, DisconnectionState
from qbapps.domain.events import Event
from qbapps.domain.grants import GrantState, UnverifiedGrant
from qbapps.domain.parties import App, Client, Firm, KnownIdentity, Person
from qbapps.domain.tasks import Task, TaskState
from qbapps.domain.tokens import SealedTokens, Tombstone
from qbapps.domain.transfer import Transfer, TransferState
from qbapps.ports import Change, ConnectionFilter, Lease
from qbapps.store import faults, finding, leases, rows, saving, schema
from qbapps.store.engines import WRITING
from qbapps.values import Environment, fold_email

R = TypeVar("R")

PAGE: Final = 500
"""Rows per page of what is streamed."""


class SqlStore:
    """The store on an SQLAlchemy engine whose schema is up to date; see ``opening.open_store``."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(**{WRITING: True})

    def save(self, change: Change) -> None:
        """
        Save *change* whole or not at all.

        Raises:
            StaleVersion: A record, or the pair, is no longer what the change was made from.
            StoreError: The database failed; nothing was changed, unless the connection to it broke
                at the very moment of the commit.
        """
        saving.check(change)
        with self._writing("saving a change") as connection:
            saving.save(connection, change)

    def app(self, app_id: str) -> App | None:
        return self._one(rows.APPS, schema.apps.c.id == app_id)

    def app_by_client_id(self, environment: Environment, client_id: str) -> App | None:
        table = schema.apps.c
        return self._one(rows.APPS, table.environment == environment, table.client_id == client_id)

    def apps(self) -> tuple[App, ...]:
        return self._all(rows.APPS)

    def client_secret(self, app_id: str) -> bytes | None:
        found = self._one(rows.SECRETS, schema.app_secrets.c.app_id == app_id)
        return None if found is None else found.sealed

    def firm(self, firm_id: str) -> Firm | None:
        return self._one(rows.FIRMS, schema.firms.c.id == firm_id)

    def firms(self) -> tuple[Firm, ...]:
        return self._all(rows.FIRMS)

    def client(self, firm_id: str, realm_id: str) -> Client | None:
        table = schema.clients.c
        return self._one(rows.CLIENTS, table.firm_id == firm_id, table.realm_id == realm_id)

    def clients(self, firm_id: str) -> tuple[Client, ...]:
        return self._all(rows.CLIENTS, schema.clients.c.firm_id == firm_id)

    def person(self, email: str, *, firm_id: str | None, realm_id: str | None) -> Person | None:
        table = schema.people.c
        return self._one(
            rows.PEOPLE,
            table.email == fold_email(email),
            table.firm_id == (firm_id or ""),
            table.realm_id == (realm_id or ""),
        )

    def people(
        self,
        *,
        email: str | None = None,
        firm_id: str | None = None,
        realm_id: str | None = None,
    ) -> tuple[Person, ...]:
        folded = None if email is None else fold_email(email)
        return self._where(rows.PEOPLE, email=folded, firm_id=firm_id, realm_id=realm_id)

    def connection(self, connection_id: str) -> connections.Connection | None:
        return self._one(rows.CONNECTIONS, schema.connections.c.id == connection_id)

    def connection_of(self, app_id: str, realm_id: str) -> connections.Connection | None:
        table = schema.connections.c
        return self._one(rows.CONNECTIONS, table.app_id == app_id, table.realm_id == realm_id)

    def connections(self, wanted: ConnectionFilter) -> Iterator[connections.Connection]:
        """Stream in order of id, without holding a transaction between pages."""
        yield from self._pages(rows.CONNECTIONS, *finding.conditions(wanted))

    def tokens(self, connection_id: str) -> SealedTokens | None:
        return self._one(rows.TOKENS, schema.tokens.c.connection_id == connection_id)

    def tombstones(self, connection_id: str) -> tuple[Tombstone, ...]:
        return self._all(rows.TOMBSTONES, schema.tombstones.c.connection_id == connection_id)

    def identity(self, app_id: str, *, email: str) -> KnownIdentity | None:
        table = schema.identities.c
        return self._one(rows.IDENTITIES, table.app_id == app_id, table.email == fold_email(email))

    def authorization(self, authorization_id: str) -> Authorization | None:
        return self._one(rows.AUTHORIZATIONS, schema.authorizations.c.id == authorization_id)

    def authorization_by_state(self, state_hash: str) -> Authorization | None:
        return self._one(rows.AUTHORIZATIONS, schema.authorizations.c.state_hash == state_hash)

    def authorizations_of(self, transfer_id: str) -> tuple[Authorization, ...]:
        return self._all(rows.AUTHORIZATIONS, schema.authorizations.c.transfer_id == transfer_id)

    def grant(self, grant_id: str) -> UnverifiedGrant | None:
        return self._one(rows.GRANTS, schema.grants.c.id == grant_id)

    def grants(self, state: GrantState) -> tuple[UnverifiedGrant, ...]:
        return self._all(rows.GRANTS, schema.grants.c.state == state)

    def transfer(self, transfer_id: str) -> Transfer | None:
        return self._one(rows.TRANSFERS, schema.transfers.c.id == transfer_id)

    def transfers(
        self,
        *,
        state: TransferState | None = None,
        connection_id: str | None = None,
    ) -> tuple[Transfer, ...]:
        return self._where(rows.TRANSFERS, state=state, connection_id=connection_id)

    def disconnection(self, disconnection_id: str) -> Disconnection | None:
        return self._one(rows.DISCONNECTIONS, schema.disconnections.c.id == disconnection_id)

    def disconnection_of(self, connection_id: str, grant: int) -> Disconnection | None:
        """Return the latest disconnection of that consent that was not undone."""
        table = schema.disconnections.c
        found = self._all(
            rows.DISCONNECTIONS,
            table.connection_id == connection_id,
            table.grant == grant,
            table.state != DisconnectionState.UNDONE,
        )
        return max(found, key=lambda one: (one.requested_at, one.id), default=None)

    def disconnections(self, *, connection_id: str | None = None) -> tuple[Disconnection, ...]:
        return self._where(rows.DISCONNECTIONS, connection_id=connection_id)

    def task(self, task_id: str) -> Task | None:
        return self._one(rows.TASKS, schema.tasks.c.id == task_id)

    def tasks(
        self,
        *,
        state: TaskState | None = None,
        connection_id: str | None = None,
        firm_id: str | None = None,
    ) -> tuple[Task, ...]:
        return self._where(rows.TASKS, state=state, connection_id=connection_id, firm_id=firm_id)

    def events(self, stream: str | None = None) -> Iterator[Event]:
        """Stream by stream, each in order of sequence."""
        yield from self._pages(rows.EVENTS, *([] if stream is None else [schema.events.c.stream == stream]))

    def acquire_lease(self, name: str, holder: str, lasts_for: timedelta, at: datetime) -> Lease | None:
        """Take the lease *name* if it is free or over; None while anybody has it, this holder included."""
        with self._writing("taking a lease") as connection:
            return leases.acquire(connection, name, holder, lasts_for, at)

    def release_lease(self, lease: Lease) -> None:
        """End *lease* if it is still this holder's; nothing happens otherwise."""
        with self._writing("releasing a lease") as connection:
            leases.release(connection, lease)

    def close(self) -> None:
        """Close the pooled connections."""
        self._engine.dispose()

    @contextmanager
    def _writing(self, doing: str) -> Iterator[Connection]:
        with faults.told(doing), self._writer.begin() as connection:
            yield connection

    def _one(self, shape: rows.Shape[R], *conditions: ColumnElement[bool]) -> R | None:
        with faults.told(f"reading {shape.table.name}"), self._engine.connect() as connection:
            row = connection.execute(select(shape.table).where(*conditions)).one_or_none()
            return None if row is None else shape.record(row)

    def _all(self, shape: rows.Shape[R], *conditions: ColumnElement[bool]) -> tuple[R, ...]:
        statement = select(shape.table).where(*conditions).order_by(*shape.table.primary_key)
        with faults.told(f"reading {shape.table.name}"), self._engine.connect() as connection:
            return tuple(shape.record(row) for row in connection.execute(statement))

    def _where(self, shape: rows.Shape[R], **wanted: Any) -> tuple[R, ...]:
        return self._all(shape, *(shape.table.c[name] == value for name, value in wanted.items() if value is not None))

    def _pages(self, shape: rows.Shape[R], *conditions: ColumnElement[bool]) -> Iterator[R]:
        key = tuple_(*shape.table.primary_key)
        statement = select(shape.table).where(*conditions).order_by(*shape.table.primary_key).limit(PAGE)
        page = statement
        while True:
            with faults.told(f"reading {shape.table.name}"), self._engine.connect() as connection:
                found = [shape.record(row) for row in connection.execute(page)]
            yield from found
            if len(found) < PAGE:
                return
            last = found[-1]
            page = statement.where(key > tuple(getattr(last, name) for name in shape.key))
