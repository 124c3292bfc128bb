"""Leases: one holder at a time, a fence that grows, and an end that always comes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import attrs
import pytest
from samples import NOW, connection, event, pair, save
from sqlalchemy import func, select

from qbapps.domain import policies
from qbapps.domain.record import revise
from qbapps.errors import StaleVersion
from qbapps.ports import Change, Lease
from qbapps.store import schema
from qbapps.store.sql import SqlStore

LASTS = timedelta(seconds=45)
NEVER = timedelta(0)


@pytest.fixture(params=["file", "memory"])
def by_callers_time(
    request: pytest.FixtureRequest,
    new_url: Callable[[str], str],
    opened: Callable[[str], SqlStore],
) -> SqlStore:
    """A store whose leases go by the caller's time."""
    return opened(new_url(request.param))


def test_a_lease_has_one_holder_at_a_time(store: SqlStore) -> None:
    first = store.acquire_lease("con_1", "a", LASTS, NOW)
    assert first is not None
    assert (first.name, first.holder, first.fence) == ("con_1", "a", 1)
    assert store.acquire_lease("con_1", "b", LASTS, NOW) is None
    assert store.acquire_lease("con_1", "a", LASTS, NOW) is None
    other = store.acquire_lease("con_2", "b", LASTS, NOW)
    assert other is not None
    assert other.fence == 1


def test_a_released_lease_is_free_and_its_fence_grows(store: SqlStore) -> None:
    first = store.acquire_lease("con_1", "a", LASTS, NOW)
    assert first is not None
    store.release_lease(first)
    second = store.acquire_lease("con_1", "a", LASTS, NOW)
    assert second is not None
    assert second.fence == 2


def test_a_lease_that_is_over_goes_to_the_next(store: SqlStore) -> None:
    first = store.acquire_lease("con_1", "a", NEVER, NOW)
    second = store.acquire_lease("con_1", "b", LASTS, NOW)
    assert first is not None
    assert second is not None
    assert second.fence == 2
    store.release_lease(first)
    assert store.acquire_lease("con_1", "c", LASTS, NOW) is None


def test_an_earlier_lease_of_the_same_holder_does_not_end_the_present_one(store: SqlStore) -> None:
    first = store.acquire_lease("con_1", "a", NEVER, NOW)
    assert first is not None
    assert store.acquire_lease("con_1", "a", LASTS, NOW) is not None
    store.release_lease(first)
    save(store, release=first)
    assert store.acquire_lease("con_1", "b", LASTS, NOW) is None


def test_a_lease_ends_with_the_change_that_says_so(store: SqlStore) -> None:
    lease = store.acquire_lease("con_1", "a", LASTS, NOW)
    assert lease is not None
    save(store, release=lease)
    assert store.acquire_lease("con_1", "b", LASTS, NOW) is not None
    save(store, release=lease)
    assert store.acquire_lease("con_1", "c", LASTS, NOW) is None


def test_a_change_that_fails_keeps_its_lease(store: SqlStore) -> None:
    lease = store.acquire_lease("con_1", "a", LASTS, NOW)
    with pytest.raises(StaleVersion):
        store.save(Change(marks=pair(1), release=lease))
    assert store.acquire_lease("con_1", "b", LASTS, NOW) is None


@pytest.fixture
def connected(store: SqlStore) -> SqlStore:
    """A store with one connection and its pair."""
    save(store, connection(), tokens=pair(1), parent_generation=0)
    return store


MARKS = pair(1, intent_at=NOW, intent_by="a")


def test_a_lease_is_won_together_with_its_change(connected: SqlStore) -> None:
    won = connected.acquire_lease("con_1", "a", LASTS, NOW, change=Change(marks=MARKS, unchanged=connection()))
    assert won is not None
    assert (won.holder, won.fence) == ("a", 1)
    assert connected.tokens("con_0001") == MARKS
    assert connected.lease("con_1", NOW) == won


def test_whoever_does_not_win_the_lease_saves_nothing(connected: SqlStore) -> None:
    held = connected.acquire_lease("con_1", "a", LASTS, NOW)
    stale = Change(marks=pair(7))
    assert connected.acquire_lease("con_1", "b", LASTS, NOW, change=Change(marks=MARKS, events=(event(),))) is None
    assert connected.acquire_lease("con_1", "b", LASTS, NOW, change=stale) is None
    assert connected.tokens("con_0001") == pair(1)
    assert not list(connected.events())
    assert connected.lease("con_1", NOW) == held


@pytest.mark.parametrize("taken_before", [False, True])
def test_a_lease_is_not_taken_when_its_change_is_stale(connected: SqlStore, taken_before: bool) -> None:
    if taken_before:
        assert connected.acquire_lease("con_1", "a", NEVER, NOW) is not None
    for stale in (Change(marks=pair(2)), Change(marks=MARKS, unchanged=revise(connection()))):
        with pytest.raises(StaleVersion):
            connected.acquire_lease("con_1", "b", LASTS, NOW, change=stale)
        assert connected.lease("con_1", NOW) is None
    won = connected.acquire_lease("con_1", "c", LASTS, NOW)
    assert won is not None
    assert won.fence == 1 + taken_before
    assert connected.tokens("con_0001") == pair(1)


def test_a_change_that_contradicts_itself_takes_no_lease(connected: SqlStore) -> None:
    with pytest.raises(ValueError, match="pair"):
        connected.acquire_lease("con_1", "a", LASTS, NOW, change=Change(tokens=pair(2)))
    assert connected.lease("con_1", NOW) is None


def test_of_many_threads_with_the_same_change_one_wins_and_none_is_stale(connected: SqlStore) -> None:
    together = threading.Barrier(8)

    def take(number: int) -> bool:
        marks = pair(1, intent_at=NOW, intent_by=str(number))
        together.wait()
        return connected.acquire_lease("con_1", str(number), LASTS, NOW, change=Change(marks=marks)) is not None

    with ThreadPoolExecutor(8) as threads:
        won = list(threads.map(take, range(8)))
    assert sum(won) == 1
    assert connected.tokens("con_0001") == pair(1, intent_at=NOW, intent_by=str(won.index(True)))


def test_a_lease_is_seen_while_somebody_has_it(store: SqlStore) -> None:
    assert store.lease("con_1", NOW) is None
    taken = store.acquire_lease("con_1", "a", LASTS, NOW)
    assert taken is not None
    assert store.lease("con_1", NOW) == taken
    assert store.lease("con_2", NOW) is None
    store.release_lease(taken)
    assert store.lease("con_1", NOW) is None
    assert store.acquire_lease("con_1", "b", NEVER, NOW) is not None
    assert store.lease("con_1", NOW) is None


def test_looking_at_a_lease_waits_for_no_writer(tmp_path: Path, opened: Callable[[str], SqlStore]) -> None:
    store = opened(f"sqlite:///{tmp_path / 'store.db'}")
    taken = store.acquire_lease("con_1", "a", LASTS, NOW)
    with store._writer.begin(), ThreadPoolExecutor(1) as threads:
        assert threads.submit(store.lease, "con_1", NOW).result(10) == taken


def test_of_many_threads_one_takes_the_lease(store: SqlStore) -> None:
    together = threading.Barrier(8)

    def take(number: int) -> Lease | None:
        together.wait()
        return store.acquire_lease("con_1", str(number), LASTS, NOW)

    with ThreadPoolExecutor(8) as threads:
        assert sum(one is not None for one in threads.map(take, range(8))) == 1


def test_a_lease_ends_at_its_end(by_callers_time: SqlStore) -> None:
    store = by_callers_time
    lease = store.acquire_lease("con_1", "a", LASTS, NOW)
    assert lease is not None
    assert lease.expires_at == NOW + LASTS
    assert store.acquire_lease("con_1", "b", LASTS, NOW + LASTS - timedelta(microseconds=1)) is None
    assert store.lease("con_1", NOW + LASTS - timedelta(microseconds=1)) == lease
    assert store.lease("con_1", NOW + LASTS) is None
    assert store.acquire_lease("con_1", "b", LASTS, NOW + LASTS) is not None


def test_a_lease_from_a_future_that_the_clock_left_is_over(by_callers_time: SqlStore) -> None:
    store = by_callers_time
    for years in (10, 1):
        taken = store.acquire_lease(f"con_{years}", "a", LASTS, NOW + timedelta(days=365 * years))
        assert taken is not None
        assert store.lease(f"con_{years}", NOW) is None
        assert store.acquire_lease(f"con_{years}", "b", LASTS, NOW) is not None


def test_a_lease_from_a_clock_that_is_a_little_ahead_holds(by_callers_time: SqlStore) -> None:
    store = by_callers_time
    taken = store.acquire_lease("con_1", "a", LASTS, NOW + policies.CLOCK_TOLERANCE)
    assert store.lease("con_1", NOW) == taken
    assert store.lease("con_1", NOW - timedelta(microseconds=1)) is None
    assert store.acquire_lease("con_1", "b", LASTS, NOW) is None
    assert store.acquire_lease("con_1", "b", LASTS, NOW - timedelta(microseconds=1)) is not None


def test_postgresql_goes_by_its_own_clock(postgresql_url: str, opened: Callable[[str], SqlStore]) -> None:
    store = opened(postgresql_url)
    with store._engine.connect() as connection:
        before = connection.execute(select(func.clock_timestamp())).scalar_one()
    lease = store.acquire_lease("con_1", "a", LASTS, NOW)
    assert lease is not None
    assert before <= lease.expires_at - LASTS < before + timedelta(minutes=5)
    assert store.acquire_lease("con_1", "b", LASTS, NOW + timedelta(days=1000)) is None
    assert store.lease("con_1", NOW + timedelta(days=1000)) == lease
    stale = attrs.evolve(lease, fence=lease.fence + 1)
    store.release_lease(stale)
    assert store.acquire_lease("con_1", "b", LASTS, NOW) is None
    with store._engine.begin() as connection:
        connection.execute(schema.leases.update().values(expires_at=before))
    assert store.acquire_lease("con_1", "b", LASTS, NOW) is not None
