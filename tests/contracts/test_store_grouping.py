"""Group commit: threads that save at once share commits, and neither refusals nor failures of others."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import attrs
import pytest
from samples import connection, event, full_records, pair, save
from sqlalchemy import event as engine_event
from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DatabaseError

from qbapps.domain.record import revise
from qbapps.errors import StaleVersion, StoreError
from qbapps.ports import ConnectionFilter
from qbapps.store.grouping import MOST, Grouped
from qbapps.store.sql import SqlStore

CROWD = 12


@pytest.fixture
def file_store(tmp_path: Path, opened: Callable[[str], SqlStore]) -> SqlStore:
    return opened(f"sqlite:///{tmp_path / 'store.db'}")


def group(store: SqlStore) -> Grouped:
    assert isinstance(store._writing, Grouped)
    return store._writing


@contextmanager
def crowded(store: SqlStore) -> Iterator[Callable[[Callable[[], object]], Future[object]]]:
    """Give a way to submit work that has to queue, because one thread is writing until the end of the block."""
    begun, go_on = threading.Event(), threading.Event()

    def keep(_connection: Connection) -> None:
        begun.set()
        assert go_on.wait(60)

    with ThreadPoolExecutor(CROWD + 1) as threads:
        first = threads.submit(group(store).write, keep)
        assert begun.wait(60)
        submitted = []

        def submit(work: Callable[[], object]) -> Future[object]:
            submitted.append(threads.submit(work))
            wait_until(lambda: len(group(store)._queue) == len(submitted))
            return submitted[-1]

        try:
            yield submit
        finally:
            go_on.set()
        first.result(60)


def wait_until(so: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(6000):
        if so():
            return
        pause.wait(0.01)
    raise AssertionError("it did not come about within a minute")


def commits(store: SqlStore) -> list[object]:
    """Gather the commits from now on."""
    made: list[object] = []
    engine_event.listen(store._engine, "commit", made.append)
    return made


def test_who_waits_together_is_committed_together(file_store: SqlStore) -> None:
    made = commits(file_store)
    with crowded(file_store) as submit:
        saving = [submit(lambda place=place: save(file_store, connection(place))) for place in range(CROWD)]
    assert [one.result(60) for one in saving] == [None] * CROWD
    assert len(list(file_store.connections(ConnectionFilter()))) == CROWD
    assert len(made) == 2


def test_a_save_that_is_alone_is_one_commit_without_a_savepoint(file_store: SqlStore) -> None:
    said: list[str] = []
    with file_store._engine.connect() as one:
        one.connection.dbapi_connection.set_trace_callback(said.append)  # type: ignore[union-attr]
    save(file_store, connection())
    assert [line for line in said if line.split()[0] not in ("PRAGMA", "INSERT", "SELECT")] == [
        "BEGIN IMMEDIATE",
        "COMMIT",
    ]


def test_one_that_is_stale_does_not_touch_the_others(file_store: SqlStore) -> None:
    save(file_store, *(connection(place) for place in range(3)))
    with crowded(file_store) as submit:
        before = submit(lambda: save(file_store, revise(connection(0), reference="saved")))
        stale = submit(
            lambda: save(
                file_store,
                connection(7),
                revise(connection(1), reference="half"),
                attrs.evolve(connection(2), version=9),
                events=(event("con_0001"),),
            )
        )
        after = submit(lambda: save(file_store, revise(connection(2), reference="saved too")))
    assert before.result(60) is after.result(60) is None
    with pytest.raises(StaleVersion):
        stale.result(60)
    found = {one.id: one.reference for one in file_store.connections(ConnectionFilter())}
    assert found == {"con_0000": "saved", "con_0001": None, "con_0002": "saved too"}
    assert not list(file_store.events())


def test_two_that_replace_one_version_meet_in_one_group_and_one_wins(file_store: SqlStore) -> None:
    save(file_store, connection())
    with crowded(file_store) as submit:
        both = [submit(lambda name=name: save(file_store, revise(connection(), reference=name))) for name in "ab"]
    assert both[0].result(60) is None
    with pytest.raises(StaleVersion):
        both[1].result(60)


def test_a_reference_that_leads_nowhere_fails_its_own_save_alone(file_store: SqlStore) -> None:
    nowhere = attrs.evolve(full_records()[-1], connection_id="con_9999")
    with crowded(file_store) as submit:
        good = submit(lambda: save(file_store, connection(1)))
        bad = submit(lambda: save(file_store, nowhere))
        fine = submit(lambda: save(file_store, connection(2)))
    assert good.result(60) is fine.result(60) is None
    with pytest.raises(StoreError, match="refused"):
        bad.result(60)
    assert [one.id for one in file_store.connections(ConnectionFilter())] == ["con_0001", "con_0002"]


def test_a_commit_that_fails_fails_all_of_its_group_and_nobody_after(file_store: SqlStore) -> None:
    failing = [True, False]

    def fail(_connection: Connection) -> None:
        # The commit of the one that holds the others up, then theirs.
        if not failing.pop():
            raise DatabaseError("COMMIT", None, OSError("disk I/O error"))

    engine_event.listen(file_store._engine, "commit", fail)
    with crowded(file_store) as submit:
        failing[:] = [False, True]
        saving = [submit(lambda place=place: save(file_store, connection(place))) for place in range(3)]
    engine_event.remove(file_store._engine, "commit", fail)
    for one in saving:
        with pytest.raises(StoreError):
            one.result(60)
    assert not list(file_store.connections(ConnectionFilter()))
    save(file_store, connection(1))
    assert file_store.connection("con_0001") == connection(1)


def test_a_leader_that_is_broken_off_tells_those_it_led(file_store: SqlStore) -> None:
    class Stop(BaseException):
        """What ends a thread."""

    def stop(_connection: Connection) -> None:
        raise Stop

    with crowded(file_store) as submit:
        stopped = submit(lambda: group(file_store).write(stop))
        led = submit(lambda: save(file_store, connection(1)))
    with pytest.raises(Stop):
        stopped.result(60)
    with pytest.raises(StoreError, match="broken off") as refusal:
        led.result(60)
    assert refusal.value.retryable
    save(file_store, connection(1))


def test_more_than_fit_in_one_transaction_are_all_saved(file_store: SqlStore) -> None:
    count = 2 * MOST + 3
    made = commits(file_store)
    together = threading.Barrier(count)

    def bring(place: int) -> None:
        together.wait(60)
        save(file_store, connection(place))

    with ThreadPoolExecutor(count) as threads:
        assert list(threads.map(bring, range(count), timeout=60)) == [None] * count
    assert len(list(file_store.connections(ConnectionFilter()))) == count
    assert len(made) < count


def test_threads_that_save_all_the_time_are_all_served(store: SqlStore) -> None:
    save(store, *(connection(place) for place in range(CROWD)))

    def change(place: int) -> int:
        one = connection(place)
        for _ in range(20):
            one = revise(one, grant=one.grant + 1)
            save(store, one, events=(event(one.id),))
        return one.version

    with ThreadPoolExecutor(CROWD) as threads:
        assert list(threads.map(change, range(CROWD), timeout=120)) == [21] * CROWD
    assert len(list(store.events())) == 20 * CROWD


def test_what_one_saves_is_on_the_disk_for_others_when_it_returns(url: str, opened: Callable[[str], SqlStore]) -> None:
    first, second = opened(url), opened(url)

    def bring(place: int) -> bool:
        number = 100 + place
        save(first, connection(number), tokens=pair(connection_id=f"con_{number:04}"), parent_generation=0)
        return second.tokens(f"con_{number:04}") is not None

    with ThreadPoolExecutor(CROWD) as threads:
        assert all(threads.map(bring, range(4 * CROWD), timeout=60))


def save_in_child(store: SqlStore) -> None:
    save(store, connection(2))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_process_forked_while_others_queue_saves_by_itself(file_store: SqlStore) -> None:
    save(file_store, connection(0))
    parent, begun, go_on = os.getpid(), threading.Event(), threading.Event()

    def before_it_begins(*_: object) -> None:
        if os.getpid() == parent:
            begun.set()
            assert go_on.wait(60)

    engine_event.listen(file_store._engine, "checkout", before_it_begins)
    with ThreadPoolExecutor(2) as threads:
        saving = [threads.submit(save, file_store, connection(1))]
        assert begun.wait(60)
        saving.append(threads.submit(save, file_store, connection(3)))
        wait_until(lambda: len(group(file_store)._queue) == 1)
        child = multiprocessing.get_context("fork").Process(target=save_in_child, args=(file_store,), daemon=True)
        child.start()
        child.join(60)
        go_on.set()
        assert [one.result(60) for one in saving] == [None, None]
    assert child.exitcode == 0
    assert len(list(file_store.connections(ConnectionFilter()))) == 4


def test_another_program_that_writes_is_waited_for(file_store: SqlStore, opened: Callable[[str], SqlStore]) -> None:
    other = opened(str(file_store._engine.url))
    with ThreadPoolExecutor(2) as threads, other._writer.begin() as theirs:
        theirs.execute(text("SELECT 1"))
        saving = [threads.submit(save, file_store, connection(place)) for place in range(2)]
        wait_until(lambda: file_store._writing._is_led)  # type: ignore[attr-defined]
        assert not any(one.done() for one in saving)
        theirs.rollback()
        assert [one.result(60) for one in saving] == [None, None]
