"""Reading: each filter alone and together with others, in pages that hold nothing up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import combinations
from pathlib import Path
from typing import Any

import attrs
import pytest
from samples import NOW, connection, full_records, pair, save
from sqlalchemy import event

from qbapps.domain.connection import Connection
from qbapps.domain.grants import GrantState
from qbapps.domain.parties import Client, Firm, Level, Owner, Person, Reach
from qbapps.domain.states import ConnectionState
from qbapps.domain.tasks import TaskState
from qbapps.domain.transfer import TransferState
from qbapps.errors import StoreError
from qbapps.ports import Change, ConnectionFilter
from qbapps.store import engines, reading, schema
from qbapps.store.sql import SqlStore
from qbapps.values import Environment

OWN_BOOKS, BAKER, JOINER, STRANGER = "100", "101", "102", "103"
JEAN = Owner(sub="sub-jean", email="Jean@Durand.example")
MARIE = Owner(sub="sub-marie", email="marie@durand.example")


def varied() -> list[Connection]:
    """Connections that differ in all that can be asked for."""
    made = []
    for place, (app, realm) in enumerate((app, realm) for app in ("dext", "xero") for realm in (100, 101, 102, 103)):
        made.append(
            connection(
                place + 1,
                app_id=app,
                realm_id=str(realm),
                owner=(JEAN, MARIE, None)[place % 3],
                state=list(ConnectionState)[place % 4],
                reach=list(Reach)[place % 2],
                reference=("tenant-1", None)[place // 4],
            )
        )
    return [*made, connection(9, realm_id=None, owner=Owner(email="jean@durand.example"), reach=Reach.HAND)]


@pytest.fixture
def filled(store: SqlStore) -> SqlStore:
    save(
        store,
        Firm(id="durand", name="Durand", realm_id=OWN_BOOKS),
        Firm(id="other", name="Other"),
        Client(firm_id="durand", realm_id=BAKER, name="Baker"),
        Client(firm_id="durand", realm_id=JOINER, name="Joiner"),
        Client(firm_id="other", realm_id=JOINER, name="Joiner"),
        Client(firm_id="other", realm_id=OWN_BOOKS, name="Durand"),
        *reversed(varied()),
    )
    return store


def found(store: SqlStore, **wanted: Any) -> list[int]:
    """Return the numbers of the connections that a filter finds, in order."""
    return [int(one.id[-4:]) for one in store.connections(ConnectionFilter(**wanted))]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        ({"app_id": "dext"}, [1, 2, 3, 4, 9]),
        ({"realm_id": BAKER}, [2, 6]),
        ({"firm_id": "durand"}, [1, 2, 3, 5, 6, 7]),
        ({"firm_id": "durand", "level": Level.FIRM}, [1, 5]),
        ({"firm_id": "durand", "level": Level.CLIENT}, [2, 3, 6, 7]),
        ({"firm_id": "durand", "level": Level.COMPANY}, []),
        ({"firm_id": "other"}, [1, 3, 5, 7]),
        ({"firm_id": "other", "level": Level.FIRM}, []),
        ({"firm_id": "nobody"}, []),
        ({"firm_id": "durand", "client": BAKER}, [2, 6]),
        ({"firm_id": "durand", "client": BAKER, "level": Level.CLIENT}, [2, 6]),
        ({"firm_id": "durand", "client": BAKER, "level": Level.FIRM}, []),
        ({"firm_id": "durand", "client": OWN_BOOKS}, []),
        ({"firm_id": "durand", "client": STRANGER}, []),
        ({"owner": "jean@durand.example"}, [1, 4, 7, 9]),
        ({"owner": " JEAN@DURAND.EXAMPLE"}, [1, 4, 7, 9]),
        ({"owner": "sub-marie"}, [2, 5, 8]),
        ({"owner": "SUB-MARIE"}, []),
        ({"state": ConnectionState.PAUSED}, [3, 7]),
        ({"reach": Reach.HAND}, [2, 4, 6, 8, 9]),
        ({"reference": "tenant-1"}, [1, 2, 3, 4]),
    ],
)
def test_a_filter_finds_what_it_names(filled: SqlStore, wanted: dict[str, Any], expected: list[int]) -> None:
    assert found(filled, **wanted) == expected


FILTERS: dict[str, Any] = {
    "app_id": "dext",
    "realm_id": BAKER,
    "firm_id": "durand",
    "owner": "sub-marie",
    "state": ConnectionState.NEEDS_RECONNECT,
    "reach": Reach.HAND,
    "reference": "tenant-1",
}


def test_filters_combine_with_and(filled: SqlStore) -> None:
    alone = {name: set(found(filled, **{name: value})) for name, value in FILTERS.items()}
    for names in (pick for size in (2, 3, 7) for pick in combinations(FILTERS, size)):
        together = set(found(filled, **{name: FILTERS[name] for name in names}))
        assert together == set.intersection(*(alone[name] for name in names)), names
    assert set(found(filled, **FILTERS)) == {2}


def test_connections_come_back_whole(filled: SqlStore) -> None:
    assert list(filled.connections(ConnectionFilter())) == varied()


def test_listing_connections_never_touches_the_pairs(filled: SqlStore) -> None:
    filled.save(Change(tokens=pair(1), parent_generation=0))
    said: list[str] = []
    event.listen(filled._engine, "before_cursor_execute", lambda *sent: said.append(sent[2]))
    found(filled, firm_id="durand", owner="x@y.example")
    assert said
    assert not any("tokens" in statement for statement in said)


@pytest.fixture
def many(store: SqlStore) -> SqlStore:
    save(store, *(connection(number) for number in range(1, 2 * reading.PAGE + 1)))
    return store


def test_streaming_crosses_pages_exactly(many: SqlStore) -> None:
    assert found(many) == list(range(1, 2 * reading.PAGE + 1))


def test_streaming_holds_no_transaction_while_the_caller_works(many: SqlStore) -> None:
    stream = many.connections(ConnectionFilter())
    next(stream)
    assert many._engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    with ThreadPoolExecutor(1) as other:
        last = connection(2 * reading.PAGE, version=2, company_name="changed meanwhile")
        other.submit(save, many, last, connection(2 * reading.PAGE + 1)).result(60)
    rest = list(stream)
    assert rest[-2] == last
    assert len(rest) == 2 * reading.PAGE


def test_saving_while_streaming_in_one_thread_works(many: SqlStore) -> None:
    for one in many.connections(ConnectionFilter()):
        if int(one.id[-4:]) % 100 == 0:
            save(many, attrs.evolve(one, version=2, state=ConnectionState.PAUSED))
    assert len(found(many, state=ConnectionState.PAUSED)) == 2 * reading.PAGE // 100


def test_apps_are_found_by_environment_and_client_id(store: SqlStore) -> None:
    app = full_records()[0]
    save(store, app)
    assert store.app_by_client_id(Environment.PRODUCTION, "client-1") == app
    assert store.app_by_client_id(Environment.SANDBOX, "client-1") is None


def test_people_are_found_by_each_of_their_traits(store: SqlStore) -> None:
    people = [
        Person(id=f"per_{place}", email=email, firm_id=firm, realm_id=realm)
        for place, (email, firm, realm) in enumerate(
            (email, firm, realm)
            for email in ("jean@x.example", "marie@x.example")
            for firm, realm in (("durand", None), (None, BAKER), (None, None))
        )
    ]
    save(store, *people)
    assert store.people() == tuple(people)
    assert [one.id for one in store.people(email="JEAN@x.example")] == ["per_0", "per_1", "per_2"]
    assert [one.id for one in store.people(firm_id="durand")] == ["per_0", "per_3"]
    assert [one.id for one in store.people(realm_id=BAKER, email="marie@x.example")] == ["per_4"]
    assert store.person("marie@x.example", firm_id=None, realm_id=None) == people[5]
    assert store.person("marie@x.example", firm_id="other", realm_id=None) is None


def variants() -> Iterator[Any]:
    """Records of the first two connections, in two states each."""
    _, _, _, _, _, authorization, grant, transfer, disconnection, task = full_records()
    for number, state in enumerate((0, 1, 0, 1)):
        to = {"id": f"one_{number}", "connection_id": f"con_000{1 + number // 2}"}
        yield attrs.evolve(authorization, **to, state_hash=str(number), transfer_id=f"trf_{state}")
        yield attrs.evolve(grant, **to, state=list(GrantState)[state])
        yield attrs.evolve(transfer, **to, state=list(TransferState)[state])
        yield attrs.evolve(disconnection, **to)
        yield attrs.evolve(task, **to, state=list(TaskState)[state], firm_id=f"firm_{state}")


@pytest.mark.parametrize(
    ("listed", "wanted", "expected"),
    [
        ("authorizations_of", {"transfer_id": "trf_1"}, [1, 3]),
        ("grants", {"state": GrantState.UNVERIFIED}, [0, 2]),
        ("transfers", {}, [0, 1, 2, 3]),
        ("transfers", {"state": TransferState.COMPLETED}, [1, 3]),
        ("transfers", {"connection_id": "con_0002"}, [2, 3]),
        ("transfers", {"connection_id": "con_0002", "state": TransferState.COMPLETED}, [3]),
        ("disconnections", {}, [0, 1, 2, 3]),
        ("disconnections", {"connection_id": "con_0001"}, [0, 1]),
        ("tasks", {}, [0, 1, 2, 3]),
        ("tasks", {"state": TaskState.OPEN}, [0, 2]),
        ("tasks", {"connection_id": "con_0001"}, [0, 1]),
        ("tasks", {"firm_id": "firm_1"}, [1, 3]),
        ("tasks", {"firm_id": "firm_1", "connection_id": "con_0001", "state": TaskState.DONE}, [1]),
    ],
)
def test_lists_are_filtered(store: SqlStore, listed: str, wanted: dict[str, Any], expected: list[int]) -> None:
    save(store, connection(1), connection(2), *variants())
    assert [int(one.id[-1]) for one in getattr(store, listed)(**wanted)] == expected


def test_firms_and_clients_are_listed(filled: SqlStore) -> None:
    assert [one.id for one in filled.firms()] == ["durand", "other"]
    assert [one.realm_id for one in filled.clients("durand")] == [BAKER, JOINER]
    authorization = attrs.evolve(full_records()[5], created_at=NOW)
    save(filled, authorization)
    assert filled.authorization_by_state(authorization.state_hash) == authorization
    assert filled.connection_of("xero", BAKER) == varied()[5]


def test_a_row_that_holds_what_must_never_exist_is_named(store: SqlStore) -> None:
    save(store, connection(1))
    with store._engine.begin() as behind:
        behind.execute(schema.connections.update().values(realm_id="no realm id"))
    with pytest.raises(StoreError, match="row con_0001 of connections cannot be read"):
        store.connection("con_0001")


def hold(store: SqlStore, count: int) -> list[object]:
    """Take *count* connections to the database at once and give them back; return them as the driver has them."""
    with ExitStack() as held:
        taken = [held.enter_context(store._engine.connect()) for _ in range(count)]
        return [one.connection.dbapi_connection for one in taken]


def test_many_threads_that_read_a_file_at_once_open_it_once_each(
    tmp_path: Path, opened: Callable[[str], SqlStore]
) -> None:
    store = opened(f"sqlite:///{tmp_path / 'store.db'}")
    hold(store, engines.KEPT)
    made: list[object] = []
    event.listen(store._engine, "connect", lambda driver, _record: made.append(driver))
    hold(store, engines.KEPT)
    assert not made
    assert engines.KEPT >= 64


def test_a_file_is_read_through_the_connection_that_was_used_last(
    tmp_path: Path, opened: Callable[[str], SqlStore]
) -> None:
    store = opened(f"sqlite:///{tmp_path / 'store.db'}")
    hold(store, 3)
    assert hold(store, 1) == hold(store, 1)
