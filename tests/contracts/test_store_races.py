"""Races: threads and processes that save at once lose nothing and stop nobody."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier

import pytest
from samples import connection, event, save
from sqlalchemy import text

from qbapps.domain.record import revise
from qbapps.errors import StaleVersion
from qbapps.ports import ConnectionFilter
from qbapps.store.opening import open_store
from qbapps.store.sql import SqlStore


def test_of_many_threads_that_replace_one_version_one_wins(store: SqlStore) -> None:
    save(store, connection())
    together = threading.Barrier(8)

    def replace(number: int) -> bool:
        together.wait()
        try:
            save(store, revise(connection(), reference=str(number)))
        except StaleVersion:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(replace, range(8))) == 1


def count_up(url: str, together: Barrier, won: Queue[int]) -> None:
    """Make twenty changes of the first connection, each from what was read."""
    with closing(open_store(url)) as store:
        together.wait()
        won.put(change_twenty_times(store))


def change_twenty_times(store: SqlStore) -> int:
    """Return how many attempts were stale."""
    done = stale = 0
    while done < 20:
        before = store.connection("con_0001")
        assert before is not None
        try:
            save(store, revise(before, grant=before.grant + 1), events=(event(),))
            done += 1
        except StaleVersion:
            stale += 1
    return stale


def test_processes_that_change_one_record_lose_no_change(url: str, opened: Callable[[str], SqlStore]) -> None:
    store = opened(url)
    save(store, connection())
    context = multiprocessing.get_context("spawn")
    together, stale = context.Barrier(4), context.Queue()
    processes = [context.Process(target=count_up, args=(url, together, stale)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0] * 4
    after = store.connection("con_0001")
    assert after is not None
    assert (after.version, after.grant) == (81, 80)
    assert [one.sequence for one in store.events("con_0001")] == list(range(1, 81))


def test_threads_with_changes_in_contrary_order_do_not_lock_each_other(store: SqlStore) -> None:
    save(store, connection(1), connection(2))

    def swap(number: int) -> int:
        order = (1, 2) if number % 2 else (2, 1)
        stale = 0
        for _ in range(10):
            read_now = {one.id: one for one in store.connections(ConnectionFilter())}
            try:
                save(
                    store,
                    *(revise(read_now[f"con_{one:04}"]) for one in order),
                    events=tuple(event(f"con_{one:04}") for one in order),
                )
            except StaleVersion as error:
                assert "met" not in error.message  # noqa: PT017 - a deadlock would be told so
                stale += 1
        return stale

    with ThreadPoolExecutor(6) as threads:
        stale = sum(threads.map(swap, range(6)))
    found = store.connection("con_0001")
    assert found is not None
    assert found.version == 1 + 60 - stale


def test_a_deadlock_with_another_program_is_told_as_stale(
    postgresql_url: str,
    opened: Callable[[str], SqlStore],
) -> None:
    store = opened(postgresql_url)
    save(store, connection(1), connection(2))
    lock = "UPDATE connections SET cause = 'locked' WHERE id = :id"
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    pause = threading.Event()
    with ThreadPoolExecutor(1) as threads, store._engine.connect() as other, store._engine.connect() as watch:
        # The other program waits longer than the server's one second, so it is ours that is stopped.
        other.execute(text("SET deadlock_timeout = '1min'"))
        other.execute(text(lock), {"id": "con_0002"})
        saving = threads.submit(save, store, revise(connection(1)), revise(connection(2)))
        while not watch.execute(text(waiting)).scalar_one():
            watch.rollback()
            pause.wait(0.01)
        other.execute(text(lock), {"id": "con_0001"})
        with pytest.raises(StaleVersion, match="two changes met"):
            saving.result(60)
        other.rollback()
    assert store.connection("con_0001") == connection(1)
