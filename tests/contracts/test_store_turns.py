"""Turns: processes that write to one file all the time are all served, and nobody's death stops the others."""

from __future__ import annotations

import multiprocessing
import signal
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier, Event
from pathlib import Path

import pytest
from samples import connection, event, save

from qbapps.domain.record import revise
from qbapps.errors import StoreError
from qbapps.store import engines, turns
from qbapps.store.opening import open_store
from qbapps.store.sql import SqlStore

PROCESSES, THREADS = 6, 2


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'store.db'}"


def write_until_told(url: str, first: int, together: Barrier, served: Queue[int], enough: Event) -> None:
    """Change a connection per thread again and again, tell of each thread's tenth change, and go on until told."""
    with closing(open_store(url)) as store:

        def change(number: int) -> None:
            one = connection(number)
            while not enough.is_set():
                one = revise(one, grant=one.grant + 1)
                save(store, one, events=(event(one.id),))
                if one.grant == 10:
                    served.put(number)

        together.wait(60)
        with ThreadPoolExecutor(THREADS) as threads:
            list(threads.map(change, range(first, first + THREADS)))


def test_all_are_served_while_the_others_write_all_the_time(url: str, opened: Callable[[str], SqlStore]) -> None:
    save(opened(url), *(connection(number) for number in range(PROCESSES * THREADS)))
    context = multiprocessing.get_context("spawn")
    together, served, enough = context.Barrier(PROCESSES), context.Queue(), context.Event()
    processes = [
        context.Process(target=write_until_told, args=(url, place * THREADS, together, served, enough))
        for place in range(PROCESSES)
    ]
    for process in processes:
        process.start()
    try:
        told = {served.get(timeout=120) for _ in range(PROCESSES * THREADS)}
    finally:
        enough.set()
        for process in processes:
            process.join(60)
    assert told == set(range(PROCESSES * THREADS))
    assert [process.exitcode for process in processes] == [0] * PROCESSES


def test_who_has_waited_for_long_tries_as_often_as_who_has_just_come(
    url: str,
    monkeypatch: pytest.MonkeyPatch,
    opened: Callable[[str], SqlStore],
) -> None:
    store = opened(url)
    save(store, connection(1))
    waits: list[float] = []
    with closing(sqlite3.connect(store._engine.url.database or "", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        def wait(seconds: float) -> None:
            waits.append(seconds)
            if len(waits) == 500:
                other.execute("ROLLBACK")

        monkeypatch.setattr(time, "sleep", wait)
        save(store, connection(2))
    # SQLite's own waiting grows to a tenth of a second, and the one who waited longest is served last.
    assert waits == [turns.STEP_SECONDS] * 500


def keep_writing(path: str, begun: Event) -> None:
    """Begin to write and never end."""
    with closing(sqlite3.connect(path, isolation_level=None)) as driver:
        driver.execute("BEGIN IMMEDIATE")
        begun.set()
        signal.pause()


def test_who_was_killed_while_writing_holds_up_nobody(url: str, opened: Callable[[str], SqlStore]) -> None:
    store = opened(url)
    save(store, connection(1))
    context = multiprocessing.get_context("spawn")
    begun = context.Event()
    process = context.Process(target=keep_writing, args=(store._engine.url.database, begun))
    process.start()
    assert begun.wait(60)
    with ThreadPoolExecutor(1) as threads:
        saving = threads.submit(save, store, connection(2))
        process.kill()
        process.join(60)
        assert saving.result(60) is None


def test_who_writes_for_too_long_is_told_about(
    url: str,
    monkeypatch: pytest.MonkeyPatch,
    opened: Callable[[str], SqlStore],
) -> None:
    monkeypatch.setattr(engines, "BUSY_SECONDS", 1)
    store = opened(url)
    with closing(sqlite3.connect(store._engine.url.database or "", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked") as refusal:
            save(store, connection(1))
        assert refusal.value.retryable
        other.execute("ROLLBACK")
    save(store, connection(1))


def test_reading_waits_for_no_turn(url: str, opened: Callable[[str], SqlStore]) -> None:
    store = opened(url)
    save(store, connection(1))
    with closing(sqlite3.connect(store._engine.url.database or "", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with ThreadPoolExecutor(1) as threads:
            assert threads.submit(store.connection, "con_0001").result(10) == connection(1)
