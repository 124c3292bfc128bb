"""When listeners are told: after the commit, at the end of the verb, in order; and what they may do then."""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from lifecycle_house import BAKERY, CLIENT_ID, GARAGE, House, read_company

from qbapps.domain.connection import Connection
from qbapps.domain.events import Event
from qbapps.errors import ConfigurationError, ReconnectRequired
from qbapps.manager import QBApps
from qbapps.testing import FakeClock

ENDED, PAUSED, RESUMED = "connection.disconnected", "connection.paused", "connection.resumed"


def test_who_listens_has_heard_when_the_verb_returns(house: House) -> None:
    connection = house.connect()
    seen: list[Event] = []
    house.qb.on(ENDED, seen.append)

    house.qb.disconnect(connection.id)

    (kept,) = [event for event in house.qb.events(connection.id) if event.kind == ENDED]
    assert seen == [kept]
    assert kept.hash


def test_a_store_keeps_nothing_that_nobody_listens_to(filed: House) -> None:
    filed.qb.disconnect(filed.connect().id)
    filed.qb.on(PAUSED, print)
    filed.connect(realm_id=GARAGE)

    assert filed.sql("select * from outbox") == []


def test_it_is_told_when_all_that_the_verb_saves_is_saved(house: House) -> None:
    connection = house.connect()
    proofs: list[str | None] = []
    house.qb.on(ENDED, lambda _: proofs.extend(receipt.proof for receipt in house.qb.disconnections()))

    house.qb.disconnect(connection.id)

    # The connection is denied first and revoked then; by the time it is told the receipt is complete.
    assert proofs == ["refused_after_revoke"]


@pytest.mark.parametrize("ask", [lambda qb, connection: qb.access_token(connection.id), read_company])
def test_a_call_that_fails_tells_what_it_saved(house: House, ask: Callable[[QBApps, Connection], object]) -> None:
    connection = house.connect()
    house.intuit.disconnect(CLIENT_ID, BAKERY)
    states: list[str] = []
    house.qb.on("connection.needs_reconnect", lambda event: states.append(house.qb.connection(event.stream).state))
    house.clock.advance(timedelta(hours=2))

    with pytest.raises(ReconnectRequired):
        ask(house.qb, connection)

    assert states == ["needs_reconnect"]


class Stopped:
    """An authorization server that the process is stopped while asking."""

    def __getattr__(self, _: str) -> Callable[..., Any]:
        def stop(*_: object) -> None:
            raise KeyboardInterrupt

        return stop


def test_a_verb_that_is_being_stopped_tells_nobody_on_its_way_out(house: House) -> None:
    connection = house.connect()
    seen: list[str] = []
    house.qb.on(ENDED, lambda event: seen.append(event.stream))

    with pytest.raises(KeyboardInterrupt):
        house.with_ports(oauth=Stopped()).disconnect(connection.id)

    assert seen == []
    house.qb.apps()
    assert seen == [connection.id]


# What a listener may do


def test_a_listener_may_refresh_the_pair_whose_refresh_it_hears_of(house: House) -> None:
    connection = house.connect()
    tokens: list[str] = []

    def ask(event: Event) -> None:
        if len(tokens) < 3:
            house.clock.advance(timedelta(hours=2))
            tokens.append(house.token(event.stream))

    house.qb.on("connection.refreshed", ask)
    house.clock.advance(timedelta(hours=2))
    first = house.token(connection.id)

    assert len({first, *tokens}) == 4
    assert house.count("refresh") == 4


def test_a_listener_may_look_at_the_connection_whose_loss_it_hears_of(house: House) -> None:
    connection = house.connect()
    house.intuit.disconnect(CLIENT_ID, BAKERY)
    refusals: list[str] = []

    def ask(event: Event) -> None:
        with pytest.raises(ReconnectRequired) as refusal:
            house.qb.access_token(event.stream)
        refusals.append(refusal.value.code)
        house.qb.complete(house.agree(house.qb.reconnect(event.stream)))

    house.qb.on("connection.needs_reconnect", ask)
    house.clock.advance(timedelta(hours=2))
    with pytest.raises(ReconnectRequired):
        house.qb.access_token(connection.id)

    assert len(refusals) == 1
    assert house.works(connection.id)


def test_what_a_listener_does_is_told_when_it_has_returned(house: House) -> None:
    connection, other = house.connect(), house.connect(realm_id=GARAGE)
    heard: list[str] = []

    def first(event: Event) -> None:
        heard.append(f"{event.kind} begins")
        house.qb.resume(event.stream)
        house.qb.disconnect(other.id)
        heard.append(f"{event.kind} ends")

    house.qb.on(PAUSED, first)
    for kind in (PAUSED, RESUMED, ENDED):
        house.qb.on(kind, lambda event: heard.append(event.kind))
    house.qb.pause(connection.id)

    assert heard[:2] == [f"{PAUSED} begins", f"{PAUSED} ends"]
    assert sorted(heard[2:]) == [ENDED, PAUSED, RESUMED]
    assert heard.index(PAUSED) < heard.index(RESUMED)


def test_an_event_that_comes_while_another_thread_tells_is_told_there_in_its_turn(house: House) -> None:
    connection = house.connect()
    heard: list[tuple[str, int]] = []
    begun, go_on = threading.Event(), threading.Event()

    def slow(event: Event) -> None:
        heard.append((event.kind, threading.get_ident()))
        begun.set()
        assert go_on.wait(60)

    for kind in (PAUSED, RESUMED):
        house.qb.on(kind, slow)
    with ThreadPoolExecutor(1) as thread:
        telling = thread.submit(lambda: (house.qb.pause(connection.id), threading.get_ident())[1])
        assert begun.wait(60)
        house.qb.resume(connection.id)
        assert [kind for kind, _ in heard] == [PAUSED]
        go_on.set()
        there = telling.result(60)

    assert heard == [(PAUSED, there), (RESUMED, there)]


def test_threads_that_act_at_once_tell_each_event_once_and_each_connections_in_order(filed: House) -> None:
    ids = [filed.connect().id, filed.connect(realm_id=GARAGE).id]
    heard: list[tuple[str, int]] = []
    for kind in (PAUSED, RESUMED):
        filed.qb.on(kind, lambda event: heard.append((event.stream, event.sequence)), name="crm")
    together = threading.Barrier(2)

    def act(connection_id: str) -> None:
        together.wait()
        for _ in range(5):
            filed.qb.pause(connection_id)
            filed.qb.resume(connection_id)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(act, ids))

    assert len(heard) == 20
    for connection_id in ids:
        assert [sequence for stream, sequence in heard if stream == connection_id] == list(range(2, 12))


# Who can listen


async def awaited(_: Event) -> None: ...
async def generated(_: Event) -> AsyncIterator[None]:
    yield


class Awaited:
    async def __call__(self, _: Event) -> None: ...


@pytest.mark.parametrize(
    "callback", [awaited, generated, functools.partial(awaited), Awaited(), functools.partial(Awaited())]
)
def test_what_nobody_would_await_is_refused(house: House, callback: Callable[[Event], object]) -> None:
    with pytest.raises(ConfigurationError, match="is asynchronous, and nobody would await it") as refusal:
        house.qb.on(ENDED, callback)

    assert "run_coroutine_threadsafe" in refusal.value.hint
    assert house.qb.deliver_events() == 0


def test_what_cannot_be_called_is_refused(house: House) -> None:
    with pytest.raises(ConfigurationError, match="cannot be called"):
        house.qb.on(ENDED, None)  # type: ignore[arg-type]


def test_a_name_is_a_text_and_names_one_listener_of_a_kind(house: House) -> None:
    for name in ("", "  ", 7):
        with pytest.raises(ConfigurationError, match="name"):
            house.qb.on(ENDED, print, name=name)  # type: ignore[arg-type]
    house.qb.on(ENDED, print, name="crm")
    house.qb.on(PAUSED, print, name="crm")

    with pytest.raises(ConfigurationError, match=r"listens to connection\.disconnected as 'crm' already"):
        house.qb.on(ENDED, print, name="crm")


def test_a_listener_is_called_after_its_function_and_numbered_among_its_like(filed: House) -> None:
    first: list[Event] = []
    second: list[Event] = []
    for callback in (print, first.append, second.append, functools.partial(print, "ended"), FakeClock().advance):
        filed.qb.on(ENDED, callback)  # type: ignore[arg-type]

    assert [name for (name,) in filed.sql("select listener from subscriptions order by 1")] == [
        "builtins.print",
        "builtins.print#2",
        "list.append",
        "list.append#2",
        "qbapps.testing.FakeClock.advance",
    ]


def test_a_listener_that_is_taken_back_hears_no_more(house: House) -> None:
    seen: list[Event] = []
    heard: list[Event] = []
    take_back = house.qb.on(PAUSED, seen.append)
    house.qb.on(PAUSED, heard.append)
    connection = house.connect()
    house.qb.pause(connection.id)
    take_back()
    take_back()
    house.qb.resume(connection.id)
    house.qb.pause(connection.id)

    assert (len(seen), len(heard)) == (1, 2)


# What surrounds the verbs


def test_every_verb_is_surrounded_but_the_quickest_and_the_last() -> None:
    verbs = {name for name, method in inspect.getmembers(QBApps, inspect.isfunction) if not name.startswith("_")}
    bare = {name for name in verbs if not hasattr(getattr(QBApps, name), "__wrapped__")}

    assert {"access_token", "close"} <= bare
    assert {"complete", "disconnect", "refresh_due", "connections", "on", "deliver_events"} <= verbs - bare


def test_an_iterator_is_read_after_its_verb_is_over(house: House) -> None:
    connection = house.connect()
    seen: list[str] = []
    house.qb.on(PAUSED, lambda event: seen.append(event.stream))
    found = house.qb.connections()

    assert next(found).id == connection.id
    house.qb.pause(connection.id)
    assert seen == [connection.id]
    assert list(found) == []
