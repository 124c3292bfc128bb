"""Connections that are lost: nothing is half saved, and the next call finds its way by itself."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from databases import OWN_SERVER, Server
from postgresql import PostgreSQL
from samples import NOW, connection, event, pair, save
from sqlalchemy import Connection, make_url, text
from sqlalchemy import event as engine_event

from qbapps.domain.record import revise
from qbapps.errors import StaleVersion, StoreError
from qbapps.ports import Change
from qbapps.store import engines
from qbapps.store.sql import SqlStore

LASTS = timedelta(seconds=45)
OURS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'ours'"
WAITING = "SELECT pid FROM pg_locks WHERE NOT granted"


@pytest.fixture
def store(postgresql_url: str, opened: Callable[[str], SqlStore]) -> SqlStore:
    """A store on PostgreSQL with two connections, the first with its pair."""
    made = opened(
        make_url(postgresql_url).update_query_dict({"application_name": "ours"}).render_as_string(hide_password=False)
    )
    save(made, connection(1), connection(2), tokens=pair(1), parent_generation=0)
    return made


@pytest.fixture
def other(postgresql_url: str, opened: Callable[[str], SqlStore]) -> SqlStore:
    """The same store as another process has it."""
    return opened(postgresql_url)


def end_sessions(other: SqlStore, which: str = OURS) -> int:
    """End sessions of the database, all but the one that says so, and return how many."""
    with other._engine.connect() as connection:
        ended = connection.execute(text(f"SELECT pg_terminate_backend(pid, 10000) FROM ({which}) AS found"))  # noqa: S608
        return len(ended.all())


def test_a_read_after_its_session_was_ended_is_answered(store: SqlStore, other: SqlStore) -> None:
    for read in (
        lambda: store.connection("con_0001") == connection(1),
        lambda: store.glance("con_0001") is not None,
        lambda: store.lease("con_1", NOW) is None,
        lambda: len(store.apps()) == 0,
    ):
        assert read()
        assert end_sessions(other) >= 1
        assert read()


def test_a_session_that_was_idle_is_asked_for_a_sign_of_life(
    store: SqlStore,
    other: SqlStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engines, "IDLE_SECONDS", 0)
    assert store.latest_events("con_0001") == {}
    assert end_sessions(other) >= 1
    assert store.latest_events("con_0001") == {}
    assert list(store.events()) == []


def test_a_save_after_its_session_was_ended_is_saved_once(store: SqlStore, other: SqlStore) -> None:
    assert end_sessions(other) >= 1
    save(store, revise(connection(1), grant=1), events=(event(),))
    found = store.connection("con_0001")
    assert found is not None
    assert (found.grant, len(list(store.events()))) == (1, 1)


def fill_pool(store: SqlStore) -> None:
    """Let the pool have several connections."""
    with ExitStack() as held:
        for _ in range(5):
            held.enter_context(store._engine.connect())


@pytest.mark.parametrize("threads", [1, 8])
def test_all_connections_of_a_pool_may_be_lost_at_once(store: SqlStore, other: SqlStore, threads: int) -> None:
    together = threading.Barrier(threads)

    def call(number: int) -> bool:
        together.wait(60)
        save(store, connection(number), events=(event(f"con_{number:04}"),))
        return store.connection(f"con_{number:04}") is not None

    for place in range(3):
        fill_pool(store)
        assert end_sessions(other) >= 5
        with ThreadPoolExecutor(threads) as crowd:
            assert all(crowd.map(call, range(10 * place + 10, 10 * place + 10 + threads), timeout=60))


class Holder:
    """Somebody who keeps the second connection locked."""

    def __init__(self, other: SqlStore, session: Connection) -> None:
        self._other = other
        self._session = session
        session.execute(text("SELECT * FROM connections WHERE id = 'con_0002' FOR UPDATE"))

    def wait(self) -> None:
        """Wait until somebody waits for the lock."""
        pause = threading.Event()
        with self._other._engine.connect() as watch:
            for _ in range(1000):
                if watch.execute(text(WAITING)).all():
                    return
                watch.rollback()
                pause.wait(0.01)
        self.let_go()
        pytest.fail("nobody came to wait")

    def let_go(self) -> None:
        self._session.rollback()


@pytest.fixture
def holder(store: SqlStore, other: SqlStore) -> Iterator[Holder]:
    with other._writer.connect() as session:
        yield Holder(other, session)


def test_a_session_that_ends_in_mid_transaction_saves_all_of_it_once(
    store: SqlStore,
    other: SqlStore,
    holder: Holder,
) -> None:
    change = Change(
        records=(revise(connection(1), grant=1), revise(connection(2), grant=2)),
        tokens=pair(2),
        parent_generation=1,
        events=(event(),),
    )
    fill_pool(store)
    with ThreadPoolExecutor(1) as threads:
        saving = threads.submit(store.save, change)
        holder.wait()
        assert end_sessions(other) >= 5
        holder.wait()
        assert (other.connection("con_0001"), other.tokens("con_0001")) == (connection(1), pair(1))
        assert not list(other.events())
        holder.let_go()
        assert saving.result(60) is None
    assert other.connection("con_0001") == revise(connection(1), grant=1)
    assert other.tokens("con_0001") == pair(2)
    assert len(list(other.events())) == 1


def test_a_session_that_ends_twice_is_told_and_leaves_nothing(
    store: SqlStore,
    other: SqlStore,
    holder: Holder,
) -> None:
    taking = Change(marks=pair(1, intent_at=NOW), records=(revise(connection(2)),))
    with ThreadPoolExecutor(1) as threads:
        lease = threads.submit(store.acquire_lease, "con_1", "a", LASTS, NOW, change=taking)
        for _ in range(2):
            holder.wait()
            assert end_sessions(other, WAITING) == 1
        with pytest.raises(StoreError) as refusal:
            lease.result(60)
    assert refusal.value.retryable
    assert not isinstance(refusal.value, StaleVersion)
    assert store.lease("con_1", NOW) is None
    assert store.tokens("con_0001") == pair(1)
    assert store.acquire_lease("con_1", "b", LASTS, NOW) is not None


def test_a_session_that_ends_at_the_commit_is_told_and_not_tried_again(store: SqlStore, other: SqlStore) -> None:
    tried = []

    def end_it(_connection: Connection) -> None:
        tried.append(end_sessions(other))

    engine_event.listen(store._engine, "commit", end_it)
    with pytest.raises(StoreError) as refusal:
        save(store, revise(connection(1), grant=1))
    engine_event.remove(store._engine, "commit", end_it)
    assert refusal.value.retryable
    assert len(tried) == 1
    assert store.connection("con_0001") == connection(1)
    save(store, revise(connection(1), grant=2))


def test_a_lease_outlives_the_session_that_took_it(store: SqlStore, other: SqlStore) -> None:
    taken = store.acquire_lease("con_1", "a", LASTS, NOW)
    assert taken is not None
    end_sessions(other)
    assert store.lease("con_1", NOW) == taken
    assert other.acquire_lease("con_1", "b", LASTS, NOW) is None
    save(store, release=taken)
    assert other.acquire_lease("con_1", "b", LASTS, NOW) is not None


@pytest.fixture
def own_server() -> Iterator[tuple[PostgreSQL, str]]:
    """A server for one test, which may stop it, and the URL of a migrated database."""
    with TemporaryDirectory(prefix="qbapps-") as folder:
        made = PostgreSQL(Path(folder))
        made.make()
        databases = Server(made.url, folder)
        try:
            yield made, databases.migrated()
        finally:
            databases.forget()
            made.stop()


@pytest.mark.parametrize("how", ["fast", "immediate"])
@OWN_SERVER
def test_a_server_that_was_started_again_is_found_again(
    own_server: tuple[PostgreSQL, str],
    how: str,
    opened: Callable[[str], SqlStore],
) -> None:
    server, url = own_server
    store = opened(url)
    save(store, connection(1), tokens=pair(1), parent_generation=0)
    taken = store.acquire_lease("con_1", "a", LASTS, NOW, change=Change(marks=pair(1, intent_at=NOW)))
    assert taken is not None

    server.stop(how)
    for call in (lambda: store.glance("con_0001"), lambda: save(store, connection(2))):
        with pytest.raises(StoreError) as refusal:
            call()
        assert refusal.value.retryable

    server.start()
    assert store.connection("con_0001") == connection(1)
    assert store.lease("con_1", NOW) == taken
    assert store.tokens("con_0001") == pair(1, intent_at=NOW)
    save(store, connection(2), tokens=pair(2), parent_generation=1, release=taken)
    assert store.lease("con_1", NOW) is None
