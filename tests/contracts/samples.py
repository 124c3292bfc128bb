"""Records to keep: one of each kind, with every field filled, and smaller ones to vary."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs

from qbapps.domain.authorization import Authorization, AuthorizationState, Purpose
from qbapps.domain.connection import Connection, Kind
from qbapps.domain.disconnection import Disconnection, DisconnectionState, Proof, Reason
from qbapps.domain.events import Event, EventKind
from qbapps.domain.grants import GrantState, UnverifiedGrant
from qbapps.domain.parties import App, Client, Firm, Level, Owner, Person, Reach, Role
from qbapps.domain.record import revise
from qbapps.domain.states import ConnectionState
from qbapps.domain.tasks import Task, TaskKind, TaskState
from qbapps.domain.tokens import SealedTokens, Tombstone
from qbapps.domain.transfer import Transfer, TransferState
from qbapps.ports import Change, Record
from qbapps.store.sql import SqlStore
from qbapps.values import Environment

NOW = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)
LATER = NOW + timedelta(days=100)
REALM = "9130350000000001"


def connection(number: int = 1, **changes: Any) -> Connection:
    """A connection of Dext, to a company of its own."""
    made = Connection(
        id=f"con_{number:04}",
        app_id="dext",
        environment=Environment.SANDBOX,
        realm_id=str(9130350000000000 + number),
        state=ConnectionState.CONNECTED,
        reach=Reach.API,
    )
    return attrs.evolve(made, **changes)


def pair(generation: int = 1, **changes: Any) -> SealedTokens:
    """A sealed pair of the first connection."""
    made = SealedTokens(
        connection_id="con_0001",
        generation=generation,
        access=b"access %d" % generation,
        refresh=b"refresh %d" % generation,
        digest=f"digest {generation}",
        obtained_at=NOW,
        access_expires_at=NOW + timedelta(hours=1),
        refresh_expires_at=LATER,
    )
    return attrs.evolve(made, **changes)


def tombstone(generation: int = 1, **changes: Any) -> Tombstone:
    """What remains of a pair of the first connection."""
    made = Tombstone(
        connection_id="con_0001",
        generation=generation,
        digest=f"digest {generation}",
        retired_at=NOW,
        why="disconnected",
    )
    return attrs.evolve(made, **changes)


def event(stream: str = "con_0001", **changes: Any) -> Event:
    """Something that happened to the first connection."""
    made = Event(stream=stream, kind=EventKind.REFRESHED, at=NOW, details={"generation": 2, "why": "é", "last": None})
    return attrs.evolve(made, **changes)


def full_records() -> tuple[Record, ...]:
    """One of each kind of record, with no field left at its default."""
    return (
        App(
            id="dext",
            name="Dext",
            environment=Environment.PRODUCTION,
            client_id="client-1",
            redirect_uri="https://you.example/callback",
            scopes=("a", "b"),
            discovery_url="http://127.0.0.1:1/discovery",
            api_url="http://127.0.0.1:1",
            developer_contact="privacy@dext.example",
            registered_at=NOW,
            category="Reçus",
            is_bank=True,
        ),
        Firm(id="durand", name="Cabinet Durand", realm_id=REALM),
        Client(firm_id="durand", realm_id="9130350000000002", name="Boulangerie Martin"),
        Person(
            id="per_1",
            email="jean@durand.example",
            name="Jean",
            role=Role.ADMIN,
            firm_id="durand",
            realm_id=REALM,
            left_on=date(2026, 2, 1),
        ),
        full_connection(),
        Authorization(
            id="aut_1",
            app_id="dext",
            purpose=Purpose.TRANSFER,
            state_hash="5" * 64,
            bind_hash="6" * 64,
            realm_id=REALM,
            owner="marie@durand.example",
            reference="tenant-42",
            connection_id="con_0001",
            transfer_id="trf_1",
            scopes=("a",),
            state=AuthorizationState.ANSWERED,
            created_at=NOW,
            expires_at=LATER,
            taken_at=NOW,
            claimed_realm_id=REALM,
            grant_id="grt_1",
        ),
        UnverifiedGrant(
            id="grt_1",
            app_id="dext",
            authorization_id="aut_1",
            claimed_realm_id=REALM,
            realm_id=REALM,
            company_name="Cabinet Durand",
            sub="sub-1",
            email="marie@durand.example",
            state=GrantState.PROMOTED,
            why="Intuit was down.",
            connection_id="con_0001",
            received_at=NOW,
            access_expires_at=NOW + timedelta(hours=1),
            refresh_expires_at=LATER,
            refresh_hard_expires_at=LATER + timedelta(days=1),
            obtained_at=NOW,
            intent_at=NOW,
            refused_at=LATER,
            access=b"\x00sealed",
            refresh=b"\xffsealed",
            id_token=b"sealed",
        ),
        Transfer(
            id="trf_1",
            connection_id="con_0001",
            app_id="dext",
            realm_id=REALM,
            company_name="Cabinet Durand",
            to="marie@durand.example",
            from_owner="Jean@durand.example",
            by="jean",
            state=TransferState.CANCELLED,
            created_at=NOW,
            expires_at=LATER,
            ended_at=LATER,
            task_id="tsk_1",
        ),
        Disconnection(
            id="dis_1",
            connection_id="con_0001",
            app_id="dext",
            realm_id=REALM,
            company_name="Cabinet Durand",
            owner="Jean@durand.example",
            grant=3,
            reason=Reason.SWITCHING_APP,
            comment="n'est plus utile",
            by="jean",
            state=DisconnectionState.DONE,
            proof=Proof.REFUSED_AFTER_REVOKE,
            intuit_tid="1-abc",
            revoke_status=200,
            task_id="tsk_1",
            requested_at=NOW,
            due_at=LATER,
            ended_at=LATER,
        ),
        Task(
            id="tsk_1",
            kind=TaskKind.CHECK_GONE,
            connection_id="con_0001",
            app_id="dext",
            app_name="Dext",
            realm_id=REALM,
            company_name="Cabinet Durand",
            firm_id="durand",
            level=Level.FIRM,
            person="marie@durand.example",
            steps=("Open QuickBooks.", "Look under “Apps”."),
            subject_id="dis_1",
            state=TaskState.DONE,
            note="fait",
            confirmed_by="marie",
            created_at=NOW,
            ended_at=LATER,
        ),
    )


def full_connection() -> Connection:
    """A connection with no field left at its default."""
    return Connection(
        id="con_0001",
        kind=Kind.DESKTOP,
        app_id="dext",
        environment=Environment.PRODUCTION,
        realm_id=REALM,
        company_name="Cabinet Durand",
        owner=Owner(sub="sub-1", email="Jean.Straße@Durand.example", name="Jean", role=Role.PRIMARY_ADMIN),
        state=ConnectionState.NEEDS_RECONNECT,
        reach=Reach.HAND,
        reference="tenant-42",
        scopes=("a", "b"),
        grant=3,
        generation=12_345_678_901,
        connected_at=NOW,
        refreshed_at=NOW,
        access_expires_at=NOW,
        refresh_expires_at=LATER,
        refresh_hard_expires_at=LATER,
        disconnected_at=LATER,
        cause="refused",
        last_used_on=date(2026, 2, 3),
        probed_at=NOW,
        paused_at=NOW,
    )


READERS: dict[type, Callable[[SqlStore, Any], Record | None]] = {
    App: lambda store, record: store.app(record.id),
    Firm: lambda store, record: store.firm(record.id),
    Client: lambda store, record: store.client(record.firm_id, record.realm_id),
    Person: lambda store, record: store.person(record.email, firm_id=record.firm_id, realm_id=record.realm_id),
    Connection: lambda store, record: store.connection(record.id),
    Authorization: lambda store, record: store.authorization(record.id),
    UnverifiedGrant: lambda store, record: store.grant(record.id),
    Transfer: lambda store, record: store.transfer(record.id),
    Disconnection: lambda store, record: store.disconnection(record.id),
    Task: lambda store, record: store.task(record.id),
}


def read(store: SqlStore, record: Record) -> Record | None:
    """Read the record of the same kind and key back."""
    return READERS[type(record)](store, record)


def save(store: SqlStore, *records: Record, **rest: Any) -> None:
    """Save *records* and whatever else."""
    store.save(Change(records=records, **rest))


def next_version(record: Record) -> Record:
    """Return *record* with a name changed and its version grown."""
    names = ("name", "company_name", "reference")
    name = next(one for one in names if hasattr(record, one))
    return revise(record, **{name: "changed"})
