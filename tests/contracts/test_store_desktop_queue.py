"""The queue of QuickBooks Desktop: the next job, how many are left, and what a session's calls read, at any length."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from samples import LATER, NOW, save
from sqlalchemy import event
from sqlalchemy.pool import Pool
from test_store_desktop import APP, a_connection, a_job, a_link, a_session, over

from qbapps.domain.desktop.jobs import ENDED, OPEN, WAITING, JobState
from qbapps.domain.parties import App
from qbapps.store.opening import open_store
from qbapps.store.sql import SqlStore
from qbapps.values import Environment

DONE = frozenset({JobState.DONE})


def settled(store: SqlStore) -> SqlStore:
    save(store, App(id="time", name="Time", environment=Environment.PRODUCTION, registered_at=NOW), APP)
    save(store, a_connection(1), a_connection(2), a_link(1), a_link(2))
    return store


@pytest.fixture
def kept(store: SqlStore) -> SqlStore:
    """A store with two connections of an app."""
    return settled(store)


@pytest.mark.parametrize(("most", "counted"), [(1, 1), (4, 4), (7, 7), (8, 8), (100, 8)])
def test_what_is_due_is_counted_up_to_a_number(kept: SqlStore, most: int, counted: int) -> None:
    states = [JobState.QUEUED] * 5 + [JobState.PAGING, JobState.UNKNOWN, JobState.UNKNOWN, JobState.SENT, *ENDED]
    save(kept, *(a_job(number, state=state) for number, state in enumerate(states, 1)))
    save(kept, a_job(50, not_before=LATER), a_job(60, of=2))
    assert kept.desktop.due_jobs("con_0001", NOW, most) == counted


@pytest.mark.parametrize("state", JobState)
def test_jobs_in_some_states_are_counted_up_to_a_number(kept: SqlStore, state: JobState) -> None:
    save(kept, *(a_job(number, state=state, not_before=LATER) for number in range(1, 4)), a_job(9, of=2, state=state))
    for states in (WAITING, OPEN, ENDED, DONE):
        counted = [kept.desktop.jobs_in("con_0001", states, most) for most in (1, 3, 100)]
        assert counted == ([1, 3, 3] if state in states else [0, 0, 0])
    assert kept.desktop.jobs_in("con_0003", frozenset(JobState), 100) == 0


def test_the_first_that_is_due_goes_next_whatever_waits_before_it(kept: SqlStore) -> None:
    save(kept, *(a_job(number, state=JobState.UNKNOWN, not_before=LATER) for number in range(1, 4)))
    save(kept, a_job(4, state=JobState.PAGING, not_before=LATER), a_job(5, not_before=LATER), a_job(7), a_job(6))
    for at, first in ((NOW, "job_0006"), (LATER - timedelta(microseconds=1), "job_0006"), (LATER, "job_0001")):
        found = kept.desktop.next_job("con_0001", at)
        assert found is not None
        assert found.id == first


def test_a_session_is_found_with_its_connection_also_when_it_is_over(kept: SqlStore) -> None:
    save(kept, a_session(1), a_session(2, of=2))
    save(kept, over(a_session(1)), a_session(3))
    for session in (over(a_session(1)), a_session(2, of=2), a_session(3)):
        found = kept.desktop.in_session(session.id)
        assert found is not None
        number = int(session.connection_id[-1])
        assert (found.session, found.link, found.connection) == (session, a_link(number), a_connection(number))
    assert kept.desktop.in_session("x") is None


def _steps(call: Callable[[], Any]) -> int:
    """Count the steps of SQLite's machine that *call* takes."""
    call()  # what is compiled once is compiled now
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    def begun(connection: sqlite3.Connection, *_: object) -> None:
        connection.set_progress_handler(step, 1)

    def ended(connection: sqlite3.Connection | None, *_: object) -> None:
        if connection is not None:
            connection.set_progress_handler(None, 1)

    event.listen(Pool, "checkout", begun)
    event.listen(Pool, "checkin", ended)
    try:
        call()
    finally:
        event.remove(Pool, "checkout", begun)
        event.remove(Pool, "checkin", ended)
    return steps


@pytest.mark.parametrize("state", sorted(WAITING))
def test_the_effort_does_not_grow_with_the_queue(tmp_path: Path, migrated_file: Path, state: JobState) -> None:
    shutil.copy(migrated_file, tmp_path / "store.db")  # with the indexes that the migrations make
    store = settled(open_store(f"sqlite:///{tmp_path / 'store.db'}"))
    desktop = store.desktop
    calls: list[Callable[[], Any]] = [
        lambda: desktop.next_job("con_0001", NOW),
        lambda: desktop.due_jobs("con_0001", NOW, 10),
        lambda: desktop.jobs_in("con_0001", OPEN, 1),
        lambda: desktop.jobs_in("con_0001", DONE, 1),
    ]

    def add(numbers: range) -> None:
        save(store, *(a_job(number, state=state) for number in numbers))
        save(store, *(a_job(5_000 + number, state=JobState.DONE) for number in numbers))

    add(range(20))
    before = [_steps(call) for call in calls]
    add(range(20, 500))
    assert [_steps(call) for call in calls] == before
    assert min(before) > 0
    store.close()
