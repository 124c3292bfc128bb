"""Single flight: one thread does it, all have it, and nobody waits for ever."""

from __future__ import annotations

import gc
import multiprocessing
import os
import threading
import traceback
import weakref
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

from qbapps.errors import LeaseTimeout
from qbapps.flight import Flight

FOLLOWERS = 7
PATIENCE = 60


class Outing:
    """A leader that ends only when everybody else waits for it, and its followers."""

    def __init__(self, flight: Flight, name: str = "con_1") -> None:
        self.flight = flight
        self.name = name
        self.led = 0
        self.begun = threading.Event()

    def lead(self, end: Callable[[], Any]) -> Any:
        """Lead until all followers wait, then end so."""
        self.led += 1
        self.begun.set()
        pause = threading.Event()
        while self.flight._trips[self.name].followers < FOLLOWERS:
            pause.wait(0.001)
        return end()

    def run(self, end: Callable[[], Any], *, after: Callable[[], Any] | None = None) -> list[Future[Any]]:
        """Return the outcomes: the leader's first; *after* is what a follower does when it has to lead."""
        with ThreadPoolExecutor(FOLLOWERS + 1) as threads:
            leader = threads.submit(self.flight.join, self.name, lambda: self.lead(end))
            assert self.begun.wait(PATIENCE)
            followers = [threads.submit(self.flight.join, self.name, after or never) for _ in range(FOLLOWERS)]
        return [leader, *followers]


def never() -> Any:
    raise AssertionError("a follower had to lead")


def fail(error: BaseException) -> Callable[[], Any]:
    def end() -> Any:
        raise error

    return end


@pytest.fixture
def flight() -> Flight:
    return Flight()


def test_followers_share_the_leaders_result(flight: Flight) -> None:
    result = object()
    outing = Outing(flight)
    assert all(one.result() is result for one in outing.run(lambda: result))
    assert outing.led == 1


def test_none_is_a_result_like_any_other(flight: Flight) -> None:
    assert [one.result() for one in Outing(flight).run(lambda: None)] == [None] * (FOLLOWERS + 1)


def test_followers_share_the_leaders_exception(flight: Flight) -> None:
    error = LeaseTimeout("con_1 is busy.", hint="Try again.")
    assert all(one.exception() is error for one in Outing(flight).run(fail(error)))


def test_a_shared_exception_keeps_its_origin_and_does_not_grow(flight: Flight) -> None:
    error = LeaseTimeout("con_1 is busy.", hint="Try again.")
    Outing(flight).run(fail(error))
    names = [frame.name for frame in traceback.extract_tb(error.__traceback__)]
    assert names.count("end") == 1
    assert names.count("join") <= 2


def test_a_leader_that_is_stopped_makes_a_follower_lead(flight: Flight) -> None:
    led = []

    def after() -> str:
        led.append(threading.get_ident())
        return "again"

    leader, *followers = Outing(flight).run(fail(KeyboardInterrupt()), after=after)
    assert isinstance(leader.exception(), KeyboardInterrupt)
    assert [one.result() for one in followers] == ["again"] * FOLLOWERS
    assert led


def test_nothing_is_remembered_when_the_leader_has_ended(flight: Flight) -> None:
    assert flight.join("con_1", lambda: 1) == 1
    assert flight.join("con_1", lambda: 2) == 2
    for error in (ValueError("no"), KeyboardInterrupt()):
        with pytest.raises(type(error)):
            flight.join("con_1", fail(error))
    assert flight.join("con_1", lambda: 3) == 3
    assert flight._trips == {}


def test_different_names_fly_at_once(flight: Flight) -> None:
    both = threading.Barrier(2, timeout=PATIENCE)
    with ThreadPoolExecutor(2) as threads:
        outcomes = [threads.submit(flight.join, name, both.wait) for name in ("con_1", "con_2")]
    assert sorted(one.result() for one in outcomes) == [0, 1]


def test_a_leader_that_joins_itself_is_told_so(flight: Flight) -> None:
    with pytest.raises(RuntimeError, match="already leading con_1"):
        flight.join("con_1", lambda: flight.join("con_1", never))
    assert flight.join("con_1", lambda: "still works") == "still works"


def test_a_leader_may_lead_another_flight_within(flight: Flight) -> None:
    assert flight.join("con_1", lambda: flight.join("con_2", lambda: "inner")) == "inner"


class Watched(Exception):
    """An exception that can be watched."""


def raise_watched(watched: list[weakref.ref[Watched]]) -> None:
    error = Watched()
    watched.append(weakref.ref(error))
    try:
        raise error
    finally:
        del error


def test_a_leaders_exception_is_gone_when_its_caller_has_handled_it(flight: Flight) -> None:
    watched: list[weakref.ref[Watched]] = []
    gc.collect()
    gc.disable()
    try:
        with suppress(Watched):
            flight.join("con_1", lambda: raise_watched(watched))
        assert watched[0]() is None
    finally:
        gc.enable()


def test_a_shared_exception_is_gone_when_all_have_handled_it(flight: Flight) -> None:
    watched: list[weakref.ref[Watched]] = []
    outing = Outing(flight)

    def handle(lead: Callable[[], Any]) -> None:
        with suppress(Watched):
            flight.join("con_1", lead)

    gc.collect()
    gc.disable()
    try:
        leader = threading.Thread(target=handle, args=(lambda: outing.lead(lambda: raise_watched(watched)),))
        followers = [threading.Thread(target=handle, args=(never,)) for _ in range(FOLLOWERS)]
        leader.start()
        assert outing.begun.wait(PATIENCE)
        for one in followers:
            one.start()
        for one in (leader, *followers):
            one.join(PATIENCE)
        assert watched[0]() is None
    finally:
        gc.enable()


def in_child(flight: Flight) -> None:
    assert flight.join("con_1", lambda: "child") == "child"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_process_does_not_wait_for_its_parents_leaders(flight: Flight) -> None:
    child = multiprocessing.get_context("fork").Process(target=in_child, args=(flight,))

    def lead() -> int | None:
        child.start()
        child.join(PATIENCE)
        return child.exitcode

    assert flight.join("con_1", lead) == 0


def test_under_contention_no_call_is_lost(flight: Flight) -> None:
    counted = []

    def call(number: int) -> int:
        return flight.join(f"con_{number % 3}", lambda: counted.append(number) or number % 3)

    with ThreadPoolExecutor(16) as threads:
        assert list(threads.map(call, range(3000))) == [number % 3 for number in range(3000)]
    assert flight._trips == {}
