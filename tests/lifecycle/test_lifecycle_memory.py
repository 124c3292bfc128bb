"""The fast way to a fresh token: from memory, and how soon it learns of what was done elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
import pytest
from lifecycle_house import House, built

import qbapps
from qbapps.domain import policies
from qbapps.domain.tokens import AccessToken
from qbapps.errors import ConfigurationError, ReconnectRequired, TransitionError
from qbapps.manager import QBApps
from qbapps.memory import Memory
from qbapps.values import Secret

TTL = policies.TOKEN_CACHE_TTL


@attrs.define
class Pair:
    """Two processes on one store, of which one has just handed out a token."""

    house: House
    here: QBApps
    there: QBApps
    connection_id: str


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    with ExitStack() as stack:
        house = stack.enter_context(built(path=tmp_path / "house.db"))
        there = stack.enter_context(qbapps.open(f"sqlite:///{house.path}", key=list(house.keys), clock=house.clock))
        connection = house.connect()
        house.qb.access_token(connection.id)
        yield Pair(house, house.qb, there, connection.id)


def reads(qb: QBApps) -> list[str]:
    """Return a list that grows with each look at the store."""
    seen: list[str] = []
    store = qb._ports.store
    glance = store.glance

    def counted(connection_id: str) -> object:
        seen.append(connection_id)
        return glance(connection_id)

    store.glance = counted  # type: ignore[method-assign]
    return seen


def test_a_fresh_token_comes_from_memory_until_the_bound(pair: Pair) -> None:
    seen = reads(pair.here)
    first = pair.here.access_token(pair.connection_id)
    assert pair.here.access_token(pair.connection_id) is first
    pair.house.clock.advance(TTL - timedelta(milliseconds=1))
    assert pair.here.access_token(pair.connection_id) is first
    assert seen == []
    pair.house.clock.advance(timedelta(milliseconds=1))
    pair.here.access_token(pair.connection_id)
    assert seen == [pair.connection_id]


@pytest.mark.parametrize("ended", [ReconnectRequired, TransitionError])
def test_what_another_process_does_shows_within_the_bound(pair: Pair, ended: type[Exception]) -> None:
    if ended is TransitionError:
        pair.there.pause(pair.connection_id)
    else:
        pair.there.disconnect(pair.connection_id)
    pair.here.access_token(pair.connection_id)
    pair.house.clock.advance(TTL)
    with pytest.raises(ended):
        pair.here.access_token(pair.connection_id)


def test_a_rotation_done_elsewhere_shows_within_the_bound(pair: Pair) -> None:
    pair.there.refresh_due(within=timedelta(days=200))
    pair.house.clock.advance(TTL)
    assert pair.here.access_token(pair.connection_id).generation == 2


def test_what_this_process_does_shows_at_once(pair: Pair) -> None:
    pair.here.pause(pair.connection_id)
    with pytest.raises(TransitionError):
        pair.here.access_token(pair.connection_id)
    pair.here.resume(pair.connection_id)
    assert pair.here.access_token(pair.connection_id).generation == 1
    pair.here.refresh_due(within=timedelta(days=200))
    assert pair.here.access_token(pair.connection_id).generation == 2
    pair.here.disconnect(pair.connection_id)
    with pytest.raises(ReconnectRequired):
        pair.here.access_token(pair.connection_id)


def test_a_token_leaves_memory_when_it_is_about_to_end(pair: Pair) -> None:
    token = pair.here.access_token(pair.connection_id)
    last = token.expires_at - policies.ACCESS_MARGIN
    pair.house.clock.advance(last - pair.house.clock.now() - timedelta(seconds=1))
    assert pair.here.access_token(pair.connection_id).generation == 1
    pair.house.clock.advance(timedelta(seconds=1))
    assert pair.here.access_token(pair.connection_id).generation == 2


def test_with_a_bound_of_zero_each_call_looks(tmp_path: Path) -> None:
    with built(path=tmp_path / "house.db") as house:
        connection = house.connect()
        with qbapps.open(
            f"sqlite:///{house.path}", key=list(house.keys), clock=house.clock, token_cache_ttl=timedelta(0)
        ) as qb:
            seen = reads(qb)
            qb.access_token(connection.id)
            qb.access_token(connection.id)
            assert len(seen) == 2
            house.qb.pause(connection.id)
            with pytest.raises(TransitionError):
                qb.access_token(connection.id)


def test_a_bound_that_is_none_is_refused() -> None:
    for wrong in (timedelta(seconds=-1), 5):
        with pytest.raises(ConfigurationError, match="token_cache_ttl"):
            qbapps.open("sqlite://", token_cache_ttl=wrong)  # type: ignore[arg-type]


def token(generation: int) -> AccessToken:
    return AccessToken(value=Secret("t"), expires_at=datetime(2030, 1, 1, tzinfo=UTC), generation=generation)


def test_who_looked_before_a_change_does_not_bring_back_what_it_saw() -> None:
    memory = Memory(lambda: 0.0, TTL)
    ticket = memory.ticket("con_1")
    memory.forget("con_1")
    memory.remember("con_1", token(1), ticket=ticket, fresh_for=timedelta(hours=1))
    assert memory.recall("con_1") is None


def test_a_clock_that_goes_back_makes_memory_look_again() -> None:
    now = [1000.0]
    memory = Memory(lambda: now[0], TTL)
    memory.remember("con_1", token(1), ticket=memory.ticket("con_1"), fresh_for=timedelta(hours=1))
    assert memory.recall("con_1") is not None
    now[0] = 999.0
    assert memory.recall("con_1") is None


def test_a_change_in_the_very_moment_of_remembering_is_not_missed() -> None:
    memory = Memory(lambda: 0.0, TTL)

    class Racing(dict[str, tuple[float, float, AccessToken]]):
        def __setitem__(self, name: str, kept: tuple[float, float, AccessToken]) -> None:
            memory.forget(name)
            super().__setitem__(name, kept)

    memory._kept = Racing()
    memory.remember("con_1", token(1), ticket=memory.ticket("con_1"), fresh_for=timedelta(hours=1))
    assert memory.recall("con_1") is None


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qbapps.memory.CAPACITY", 3)
    memory = Memory(lambda: 0.0, TTL)
    for number in range(5):
        name = f"con_{number}"
        memory.remember(name, token(1), ticket=memory.ticket(name), fresh_for=timedelta(hours=1))
    assert [number for number in range(5) if memory.recall(f"con_{number}")] == [2, 3, 4]
