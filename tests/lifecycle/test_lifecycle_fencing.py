"""Holders of the lease that die, that come late, and clocks that go back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
from lifecycle_house import House, built

import qbapps
from qbapps.domain import policies
from qbapps.domain.tokens import AccessToken
from qbapps.errors import ReconnectRequired
from qbapps.manager import QBApps
from qbapps.simulator import Behaviour

PATIENCE = 30
LEASE = policies.HTTP_TIMEOUT + policies.LEASE_SLACK


class Held:
    """Intuit's authorization server, whose answers to refreshes reach the library when they are let go."""

    def __init__(self, oauth: Any) -> None:
        self._oauth = oauth
        self.answered = threading.Event()
        self.go = threading.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._oauth, name)

    def refresh(self, *args: Any) -> Any:
        answer = self._oauth.refresh(*args)
        self.answered.set()
        assert self.go.wait(PATIENCE)
        return answer


@attrs.define
class Rivals:
    """Two processes on one store, whose connection is stale; the answers to the slow one can be held."""

    house: House
    slow: QBApps
    fast: QBApps
    held: Held
    connection_id: str
    threads: ThreadPoolExecutor

    def begin(self) -> Future[AccessToken]:
        """Let the slow one send its refresh, and outlive its lease."""
        begun = self.threads.submit(self.slow.access_token, self.connection_id)
        assert self.held.answered.wait(PATIENCE)
        self.house.clock.advance(LEASE)
        return begun

    def kept(self) -> str:
        return self.house.refresh_token(self.connection_id)


@pytest.fixture
def rivals(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rivals]:
    with ExitStack() as stack:
        house = stack.enter_context(built(path=tmp_path / "house.db", over_http=True))
        house.intuit.behaviour = Behaviour(rotation="each_refresh", **request.param)
        slow = stack.enter_context(qbapps.open(f"sqlite:///{house.path}", key=list(house.keys), clock=house.clock))
        held = Held(slow._ports.oauth)
        slow._ports = attrs.evolve(slow._ports, oauth=held)
        connection = house.connect()
        house.clock.advance(timedelta(hours=2))
        threads = stack.enter_context(ThreadPoolExecutor(2))
        stack.callback(held.go.set)
        yield Rivals(house, slow, house.qb, held, connection.id, threads)


DEAD = {"replaced_refresh_token": "dead_at_once"}
ALIVE = {"replaced_refresh_token": "alive_24h"}


@pytest.mark.parametrize("rivals", [DEAD, {**DEAD, "replay": "kills_chain"}], indirect=True)
def test_a_late_holder_that_brings_the_only_living_pair_is_kept(rivals: Rivals) -> None:
    late = rivals.begin()
    with pytest.raises(ReconnectRequired) as lost:
        rivals.fast.access_token(rivals.connection_id)
    assert lost.value.diagnosis is not None
    assert lost.value.diagnosis.cause == "lost_answer"
    rivals.held.go.set()
    assert late.result(PATIENCE).generation == 2
    assert rivals.fast.connection(rivals.connection_id).state == "connected"


@pytest.mark.parametrize("rivals", [ALIVE], indirect=True)
def test_a_late_holder_that_brings_an_older_pair_never_wins(rivals: Rivals) -> None:
    late = rivals.begin()
    winner = rivals.fast.access_token(rivals.connection_id)
    ruling = rivals.kept()
    rivals.held.go.set()
    assert late.result(PATIENCE) == winner, "it is given the pair that rules"
    assert rivals.kept() == ruling
    assert rivals.fast.connection(rivals.connection_id).generation == 2
    assert rivals.house.count("refresh") == 2


@pytest.mark.parametrize("rivals", [ALIVE], indirect=True)
def test_an_answer_that_was_asked_for_later_is_kept_although_an_older_one_was_saved_first(rivals: Rivals) -> None:
    first = rivals.begin()
    second_held = Held(rivals.fast._ports.oauth)
    rivals.fast._ports = attrs.evolve(rivals.fast._ports, oauth=second_held)
    second = rivals.threads.submit(rivals.fast.access_token, rivals.connection_id)
    assert second_held.answered.wait(PATIENCE)
    rivals.held.go.set()
    assert first.result(PATIENCE).generation == 2
    older = rivals.kept()
    second_held.go.set()
    assert second.result(PATIENCE).generation == 3
    assert rivals.kept() != older
    assert rivals.house.intuit.is_alive(rivals.kept())


def test_a_holder_that_died_is_replaced_when_its_lease_ends(filed: House) -> None:
    connection = filed.connect()
    filed.clock.advance(timedelta(hours=2))
    began = filed.clock.now()
    lease = filed.ports.store.acquire_lease(f"refresh/{connection.id}", "dead", LEASE, began)
    assert lease is not None
    assert filed.qb.access_token(connection.id).generation == 2
    assert LEASE <= filed.clock.now() - began < LEASE + timedelta(seconds=1)
    again = filed.ports.store.acquire_lease(f"refresh/{connection.id}", "next", LEASE, filed.clock.now())
    assert again is not None
    assert again.fence == lease.fence + 2


def test_a_clock_that_goes_back_makes_no_lease_eternal(filed: House) -> None:
    connection = filed.connect()
    filed.clock.advance(timedelta(hours=2))
    assert filed.ports.store.acquire_lease(f"refresh/{connection.id}", "dead", LEASE, filed.clock.now())
    filed.clock.advance(-timedelta(days=30))
    before = filed.clock.now()
    assert filed.qb.access_token(connection.id).generation == 2
    assert filed.clock.now() - before < LEASE


def test_a_clock_that_goes_back_makes_no_token_look_fresh(house: House) -> None:
    connection = house.connect()
    house.clock.advance(-timedelta(hours=3))
    assert house.qb.access_token(connection.id).generation == 2


def test_nothing_is_locked_while_intuit_answers(online: House) -> None:
    connection = online.connect()
    online.clock.advance(timedelta(hours=2))
    with online.intuit.hold("refresh") as gate, ThreadPoolExecutor(2) as threads:
        refreshing = threads.submit(online.qb.access_token, connection.id)
        gate.wait_arrived()
        writing = threads.submit(online.qb.add_firm, "durand", name="Cabinet Durand")
        assert writing.result(PATIENCE).id == "durand"
        assert not refreshing.done()
        gate.release()
        assert refreshing.result(PATIENCE).generation == 2


@pytest.mark.parametrize("rivals", [ALIVE], indirect=True)
def test_a_pair_that_comes_after_its_connection_was_disconnected_is_revoked(rivals: Rivals) -> None:
    late = rivals.begin()
    receipt = rivals.fast.disconnect(rivals.connection_id)
    assert receipt.proof is not None
    revokes = rivals.house.count("revoke")
    rivals.held.go.set()
    with pytest.raises(ReconnectRequired):
        late.result(PATIENCE)
    assert rivals.house.count("revoke") == revokes + 1
    assert rivals.house.ports.store.tokens(rivals.connection_id) is None
