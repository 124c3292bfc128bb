"""What belongs together is read in one statement, and what must stay as it was is held to the commit."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import attrs
import pytest
from samples import NOW, connection, event, full_connection, full_records, pair, save
from sqlalchemy import text

from qbapps.domain.connection import Connection
from qbapps.domain.record import revise
from qbapps.errors import StaleVersion
from qbapps.ports import Change, Glance, SealedSecret, Standing
from qbapps.store.sql import SqlStore

APP = full_records()[0]
MARKS = pair(1, intent_at=NOW, intent_by="host:1:a")


@contextmanager
def statements(store: SqlStore) -> Iterator[list[str]]:
    """Gather what SQLite is asked to read; its own word, whatever way it was asked."""
    sent: list[str] = []

    def note(statement: str) -> None:
        if statement.startswith("SELECT"):
            sent.append(statement)

    with store._engine.connect() as connection:
        driver = connection.connection.dbapi_connection
    driver.set_trace_callback(note)  # type: ignore[union-attr]
    yield sent
    driver.set_trace_callback(None)  # type: ignore[union-attr]


@pytest.fixture
def held(store: SqlStore) -> Connection:
    """A connection of the first app, with its pair."""
    save(store, APP, full_connection(), tokens=pair(1), parent_generation=0)
    return full_connection()


def test_a_glance_is_state_reach_and_pair(store: SqlStore, held: Connection) -> None:
    assert store.glance(held.id) == Glance(state=held.state, reach=held.reach, tokens=pair(1))


def test_a_glance_at_a_connection_without_a_pair(store: SqlStore, held: Connection) -> None:
    save(store, destroy_tokens_of=held.id)
    assert store.glance(held.id) == Glance(state=held.state, reach=held.reach, tokens=None)


def test_a_glance_sees_every_field_of_the_pair(store: SqlStore, held: Connection) -> None:
    every = pair(2, refresh_hard_expires_at=NOW, intent_at=NOW, intent_by="a", ambiguous_since=NOW, refused_at=NOW)
    save(store, tokens=every, parent_generation=1)
    seen = store.glance(held.id)
    assert seen is not None
    assert seen.tokens == every == store.tokens(held.id)


def test_a_standing_is_all_that_a_refresh_needs(store: SqlStore, held: Connection) -> None:
    save(store, secrets=(SealedSecret(app_id="dext", sealed=b"sealed"),))
    assert store.standing(held.id) == Standing(connection=held, tokens=pair(1), app=APP, client_secret=b"sealed")


def test_a_glance_and_a_standing_are_one_statement_each(opened: Callable[[str], SqlStore]) -> None:
    store = opened("sqlite://")
    save(store, APP, full_connection(), tokens=pair(1), parent_generation=0)
    for look in (store.glance, store.standing, store.connection):
        with statements(store) as sent:
            look("con_0001")
        assert len(sent) == 1, look


def test_a_standing_without_a_pair_or_a_client_secret(store: SqlStore, held: Connection) -> None:
    save(store, destroy_tokens_of=held.id)
    assert store.standing(held.id) == Standing(connection=held, tokens=None, app=APP, client_secret=None)


def test_a_standing_of_an_app_that_is_not_known_is_none(store: SqlStore) -> None:
    save(store, connection())
    assert store.standing("con_0001") is None
    assert store.glance("con_0001") is not None


def test_what_is_not_there_is_none(store: SqlStore, held: Connection) -> None:
    assert store.glance("con_9999") is None
    assert store.standing("con_9999") is None


def test_a_change_goes_through_while_what_must_be_unchanged_is(store: SqlStore, held: Connection) -> None:
    save(store, marks=MARKS, unchanged=held)
    assert store.tokens(held.id) == MARKS
    assert store.connection(held.id) == held


@pytest.mark.parametrize("moved", [revise(full_connection()), attrs.evolve(full_connection(), id="con_9999")])
def test_a_change_is_stale_when_what_must_be_unchanged_is_not(
    store: SqlStore,
    held: Connection,
    moved: Connection,
) -> None:
    with pytest.raises(StaleVersion) as refusal:
        save(store, marks=MARKS, unchanged=moved, events=(event(),))
    assert refusal.value.connection_id == moved.id
    assert store.tokens(held.id) == pair(1)
    assert not list(store.events())


def test_a_connection_cannot_be_replaced_and_stay_unchanged(store: SqlStore, held: Connection) -> None:
    with pytest.raises(ValueError, match="unchanged"):
        store.save(Change(records=(revise(held),), unchanged=held))


def test_what_must_be_unchanged_stays_so_until_the_commit(
    postgresql_url: str,
    opened: Callable[[str], SqlStore],
) -> None:
    store = opened(postgresql_url)
    save(store, APP, full_connection(), tokens=pair(1), parent_generation=0)
    pause = threading.Event()
    with ThreadPoolExecutor(2) as threads, store._writer.begin() as other, store._engine.connect() as watch:

        def wait_for(waiting: int) -> None:
            for _ in range(1000):
                if watch.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar_one() >= waiting:
                    return
                watch.rollback()
                pause.wait(0.01)
            other.rollback()
            pytest.fail(f"fewer than {waiting} came to wait")

        # The pair is locked elsewhere, so the change stops after it has looked at the connection.
        other.execute(text("SELECT * FROM tokens FOR UPDATE"))
        marking = threads.submit(save, store, marks=MARKS, unchanged=full_connection())
        wait_for(1)
        replacing = threads.submit(save, store, revise(full_connection()))
        wait_for(2)
        other.rollback()
        marking.result(60)
        replacing.result(60)
    assert store.tokens("con_0001") == MARKS
    with pytest.raises(StaleVersion):
        save(store, marks=pair(1), unchanged=full_connection())
