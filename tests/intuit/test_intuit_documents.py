"""Documents that are read once: for all threads, for a day, and used on when they are gone."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import intuit_wire as wire
import pytest

from qbapps.intuit import documents
from qbapps.intuit.documents import Documents, Unread
from qbapps.intuit.transport import Transport

URL = "https://auth.example/document"


def read(document: Mapping[str, Any]) -> int:
    if "n" not in document:
        raise ValueError("it has no n")
    return int(document["n"])


class Server:
    """Counts what it is asked; can be broken."""

    def __init__(self, clock: wire.FakeClock) -> None:
        self.asked = 0
        self.broken: wire.Reply | Exception | None = None
        self.adapter = wire.Scripted(self.answer)
        self.kept = Documents(Transport(adapter=self.adapter), clock, timedelta(seconds=30), "The document", read)

    def answer(self, _: wire.Sent) -> wire.Reply | Exception:
        self.asked += 1
        return self.broken or wire.as_json(200, {"n": self.asked})


@pytest.fixture
def server(clock: wire.FakeClock) -> Server:
    return Server(clock)


def test_a_document_is_read_once_a_day(server: Server, clock: wire.FakeClock) -> None:
    assert [server.kept.get(URL) for _ in range(3)] == [1, 1, 1]
    clock.advance(timedelta(hours=23, minutes=59))
    assert server.kept.get(URL) == 1
    clock.advance(timedelta(minutes=1))
    assert server.kept.get(URL) == 2


def test_a_document_is_asked_for_with_little_patience(server: Server) -> None:
    server.kept.get(URL)

    assert server.adapter.sent[0].timeout == documents.TIMEOUT.total_seconds()


def test_a_clock_that_went_back_makes_it_read_again(server: Server, clock: wire.FakeClock) -> None:
    server.kept.get(URL)
    clock.advance(timedelta(days=-1))

    assert server.kept.get(URL) == 2


@pytest.mark.parametrize(
    "broken", [wire.as_json(503, {"n": 9}), (200, {}, b"<html>"), wire.as_json(200, {}), OSError("canary")]
)
def test_an_old_document_is_used_on_and_asked_for_once_a_minute(
    server: Server, clock: wire.FakeClock, broken: wire.Reply | Exception
) -> None:
    server.kept.get(URL)
    clock.advance(timedelta(days=30))
    server.broken = broken

    assert [server.kept.get(URL) for _ in range(5)] == [1] * 5
    assert server.asked == 2
    clock.advance(documents.PAUSE)
    server.kept.get(URL)
    assert server.asked == 3


def test_a_document_that_is_needed_is_asked_for_each_time_one_that_is_not_once_a_minute(server: Server) -> None:
    server.broken = wire.as_json(503, {})

    for is_needed, asked in ((False, 1), (False, 1), (True, 2), (True, 3), (False, 3)):
        found = server.kept.get(URL, is_needed=is_needed)
        assert isinstance(found, Unread)
        assert found.status == 503
        assert server.asked == asked


class Announcing:
    """A lock that lets the one who has it wait until everybody has come to it."""

    def __init__(self, expected: int) -> None:
        self.lock = threading.Lock()
        self.everybody = threading.Barrier(expected + 1)

    def acquire(self, blocking: bool = True) -> bool:
        if self.lock.acquire(blocking=False):
            threading.Thread(target=self.everybody.wait, daemon=True).start()
            return True
        self.everybody.wait(5)
        return self.lock.acquire(blocking=blocking)

    def release(self) -> None:
        self.lock.release()


@pytest.mark.parametrize("broken", [None, wire.as_json(503, {})], ids=["read", "broken"])
def test_threads_that_come_at_once_share_one_reading_or_one_failure(server: Server, broken: wire.Reply | None) -> None:
    server.broken = broken
    lock = Announcing(8)
    server.kept._kept[URL] = documents._Kept(lock=lock)  # type: ignore[arg-type]

    def slowly(sent: wire.Sent) -> wire.Reply | Exception:
        lock.everybody.wait(5)
        return server.answer(sent)

    server.adapter.answer = slowly
    with ThreadPoolExecutor(8) as threads:
        results = {future.result() for future in [threads.submit(server.kept.get, URL) for _ in range(8)]}

    assert len(results) == 1
    assert server.asked == 1


def test_nobody_waits_for_a_new_reading_of_what_is_there(server: Server, clock: wire.FakeClock) -> None:
    server.kept.get(URL)
    clock.advance(timedelta(days=2))
    asked, answered = threading.Event(), threading.Event()

    def slowly(sent: wire.Sent) -> wire.Reply | Exception:
        asked.set()
        assert answered.wait(5)
        return server.answer(sent)

    server.adapter.answer = slowly
    with ThreadPoolExecutor(1) as threads:
        renewing = threads.submit(server.kept.get, URL)
        assert asked.wait(5)
        assert server.kept.get(URL) == 1
        answered.set()
        assert renewing.result() == 2


def test_why_it_cannot_be_had_holds_nothing_of_the_request(server: Server) -> None:
    server.broken = OSError("canary")

    found = server.kept.get(URL)

    assert isinstance(found, Unread)
    assert wire.spilled(found.error(), "canary") == []
    assert found.error().__context__ is None
