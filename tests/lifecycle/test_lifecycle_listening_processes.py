"""Across crashes, forks and threads: who is killed loses nothing, and a thread looks for what others left."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any

import attrs
import pytest
from lifecycle_house import House

import qbapps
from qbapps.domain.deliveries import CLAIM_LASTS
from qbapps.domain.events import Event
from qbapps.listening import Listeners
from qbapps.manager import QBApps
from qbapps.testing import FakeClock
from qbapps.vault import new_key

ENDED, PAUSED, RESUMED = "connection.disconnected", "connection.paused", "connection.resumed"

KILLED = """
import os, signal, sys
from pathlib import Path
from typing import Any
from lifecycle_house import built

def die(event):
    if event.kind == "connection.disconnected":
        print(event.stream, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

with built(path=Path(sys.argv[1]), over_http=False) as house:
    connection = house.connect()
    if sys.argv[2] == "telling":
        house.qb.on("connection.disconnected", die, name="crm")
        house.qb.disconnect(connection.id)
    else:
        house.qb.on("connection.disconnected", print, name="crm")
        house.with_ports(announce=die).disconnect(connection.id)
"""


def killed(path: Path, when: str) -> str:
    """Run a process that disconnects and is killed then; return the connection's id."""
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(path), when],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
        timeout=120,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    return done.stdout.strip()


pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has neither SIGKILL nor fork")


def test_what_was_saved_when_the_process_was_killed_is_told_after_the_restart(tmp_path: Path) -> None:
    connection_id = killed(tmp_path / "store.db", "between the commit and the telling")
    heard: list[Event] = []

    with qbapps.open(f"sqlite:///{tmp_path / 'store.db'}", key=new_key(), clock=FakeClock()) as restarted:
        restarted.on(ENDED, heard.append, name="crm")

    assert [event.stream for event in heard] == [connection_id]


def test_a_listener_in_whose_midst_the_process_was_killed_is_told_again(tmp_path: Path) -> None:
    connection_id = killed(tmp_path / "store.db", "telling")
    heard: list[Event] = []
    clock = FakeClock()

    with qbapps.open(f"sqlite:///{tmp_path / 'store.db'}", key=new_key(), clock=clock) as restarted:
        restarted.on(ENDED, heard.append, name="crm")
        assert heard == []
        clock.advance(CLAIM_LASTS)
        restarted.apps()

    assert [event.stream for event in heard] == [connection_id]


# The thread


class Looks:
    """The outbox, which says each time that it is looked into."""

    def __init__(self, outbox: Any) -> None:
        self._outbox = outbox
        self.done = threading.Semaphore(0)

    def waiting(self, *args: Any, **wanted: Any) -> Any:
        found = self._outbox.waiting(*args, **wanted)
        self.done.release()
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._outbox, name)


def watched(house: House, every: timedelta, looks: Looks | None = None) -> QBApps:
    """Return another process's QBApps on the same store, with a thread that looks, as on the machine's own clock."""
    ports: Any = house.ports
    listeners = Listeners(looks or ports.store.outbox, ports.clock, ports.elapsed, watch_every=every)
    ports = attrs.evolve(ports, announce=listeners.announce, telling=listeners.held)
    return QBApps(ports, listeners=listeners, close=listeners.close)


def looking() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "qbapps listeners"]


def test_a_thread_tells_what_other_processes_saved(filed: House) -> None:
    connection = filed.connect()
    told = threading.Event()
    heard: list[tuple[str, threading.Thread]] = []

    def hear(event: Event) -> None:
        heard.append((event.kind, threading.current_thread()))
        if len(heard) == 2:
            told.set()

    with watched(filed, timedelta(milliseconds=10)) as qb:
        assert looking() == []
        for kind in (PAUSED, RESUMED):
            qb.on(kind, hear)
        (thread,) = looking()
        assert thread.daemon
        # Where nobody listens.
        filed.qb.pause(connection.id)
        filed.qb.resume(connection.id)
        filed.clock.advance(timedelta(minutes=1))
        assert told.wait(60)
    assert not thread.is_alive()
    assert heard == [(PAUSED, thread), (RESUMED, thread)]


def test_what_a_verb_has_saved_is_left_to_it_by_the_thread(filed: House) -> None:
    connection = filed.connect()
    heard: list[threading.Thread] = []
    looks = Looks(filed.ports.store.outbox)  # type: ignore[attr-defined]
    with watched(filed, timedelta(milliseconds=1), looks) as qb:
        qb.on(PAUSED, lambda _: heard.append(threading.current_thread()))
        with qb._ports.telling():
            qb.pause(connection.id)
            while looks.done.acquire(blocking=False):
                pass
            # The second look from now began after the pause was saved.
            assert looks.done.acquire(timeout=60)
            assert looks.done.acquire(timeout=60)
            assert heard == []
    assert heard == [threading.current_thread()]


def test_the_thread_ends_with_the_last_who_could_be_told(filed: House) -> None:
    qb = watched(filed, timedelta(milliseconds=1))
    qb.on(PAUSED, print)
    (thread,) = looking()
    del qb
    thread.join(60)
    assert not thread.is_alive()


@pytest.mark.parametrize("url", ["sqlite://", "file"])
def test_there_is_no_thread_for_a_store_in_memory_nor_by_a_clock_of_ones_own(tmp_path: Path, url: str) -> None:
    clock = None if url == "sqlite://" else FakeClock()
    place = url if clock is None else f"sqlite:///{tmp_path / 'store.db'}"
    with qbapps.open(place, key=new_key(), clock=clock) as qb:
        qb.on(PAUSED, print)
        assert looking() == []


def test_a_store_that_others_write_to_is_watched_until_it_is_closed(tmp_path: Path) -> None:
    with qbapps.open(f"sqlite:///{tmp_path / 'store.db'}", key=new_key()) as qb:
        assert looking() == []
        qb.on(PAUSED, print)
        (thread,) = looking()
    assert not thread.is_alive()
    assert looking() == []


def test_closing_from_a_listener_does_not_wait_for_itself(filed: House) -> None:
    connection = filed.connect()
    closed = threading.Event()
    qb = watched(filed, timedelta(milliseconds=1))

    def close(_: Event) -> None:
        qb.close()
        closed.set()

    qb.on(PAUSED, close)
    filed.qb.pause(connection.id)
    filed.clock.advance(timedelta(minutes=1))
    assert closed.wait(60)
    for thread in looking():
        thread.join(60)
    assert looking() == []


# Forks


def listen_in_child(qb: QBApps, answers: Queue[object]) -> None:
    answers.put(len(looking()))
    qb.apps()
    answers.put(len(looking()))
    qb.close()


def test_a_forked_process_looks_by_itself(filed: House) -> None:
    context = multiprocessing.get_context("fork")
    answers: Queue[object] = context.Queue()
    with watched(filed, timedelta(seconds=5)) as qb:
        qb.on(PAUSED, print)
        child = context.Process(target=listen_in_child, args=(qb, answers))
        child.start()
        child.join(60)
        assert child.exitcode == 0
        assert [answers.get(timeout=60), answers.get(timeout=60)] == [0, 1]
        assert len(looking()) == 1
