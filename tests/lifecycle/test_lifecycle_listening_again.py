"""Telling again: after a failure, after a restart, and what other processes saved."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import attrs
import pytest
from lifecycle_house import GARAGE, House

import qbapps
from qbapps.domain.deliveries import CLAIM_LASTS, FIRST_PAUSE, HEAD_START, KEPT_FOR, LONGEST_PAUSE, pause_after
from qbapps.domain.events import Event
from qbapps.listening import LOOK_EVERY
from qbapps.manager import QBApps
from qbapps.testing import FakeClock

ENDED, PAUSED, RESUMED = "connection.disconnected", "connection.paused", "connection.resumed"
MOMENT = timedelta(microseconds=1)


@attrs.define
class Listener:
    """
    Writes down what it is told, and fails as often as it should.

    Attributes:
        failing: How many times it still fails.
        heard: What it was told and did not fail at.
    """

    failing: int = 0
    asked: int = 0
    heard: list[Event] = attrs.Factory(list)

    def hear(self, event: Event) -> None:
        self.asked += 1
        if self.failing:
            self.failing -= 1
            raise ConnectionError("the mail server is down")
        self.heard.append(event)

    @property
    def kinds(self) -> list[str]:
        return [str(event.kind) for event in self.heard]


@pytest.fixture
def another(filed: House) -> Iterator[Callable[[], QBApps]]:
    """Opens the same file once more, as another process does."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(qbapps.open(f"sqlite:///{filed.path}", key=filed.keys[0], clock=filed.clock))


# Failing


def test_a_listener_that_fails_is_told_again_and_nobody_else_is(house: House, caplog: pytest.LogCaptureFixture) -> None:
    failing, other = Listener(failing=1), Listener()
    house.qb.on(ENDED, failing.hear)
    house.qb.on(ENDED, other.hear)
    connection = house.connect()

    with caplog.at_level(logging.ERROR):
        assert house.qb.disconnect(connection.id).proof == "refused_after_revoke"
    (record,) = caplog.records
    assert (record.message, record.stream, record.attempts) == ("A listener failed.", connection.id, 1)  # type: ignore[attr-defined]
    assert "the mail server is down" in caplog.text
    assert (failing.kinds, other.kinds) == ([], [ENDED])

    house.clock.advance(FIRST_PAUSE - MOMENT)
    assert house.qb.deliver_events() == 0
    house.clock.advance(MOMENT)
    assert house.qb.deliver_events() == 1
    assert house.qb.deliver_events() == 0
    assert (failing.kinds, failing.asked) == ([ENDED], 2)
    assert other.asked == 1
    assert failing.heard == other.heard


def test_the_pause_grows_to_an_hour_and_nobody_gives_up(house: House) -> None:
    failing = Listener(failing=12)
    house.qb.on(ENDED, failing.hear)
    house.qb.disconnect(house.connect().id)
    pauses = []
    while not failing.heard:
        asked, began = failing.asked, house.clock.now()
        while failing.asked == asked:
            house.clock.advance(timedelta(seconds=10))
            house.qb.deliver_events()
        pauses.append(house.clock.now() - began)

    assert pauses == [min(FIRST_PAUSE * 2**number, LONGEST_PAUSE) for number in range(12)]
    assert pause_after(100_000) == LONGEST_PAUSE


def test_what_is_due_is_told_at_the_end_of_any_verb(house: House) -> None:
    failing = Listener(failing=1)
    house.qb.on(ENDED, failing.hear)
    house.qb.disconnect(house.connect().id)
    house.clock.advance(FIRST_PAUSE)

    house.qb.apps()

    assert failing.kinds == [ENDED]


def test_a_connections_later_events_wait_for_the_listener_that_failed_and_for_nobody_else(house: House) -> None:
    failing, other = Listener(), Listener()
    connection, neighbour = house.connect(), house.connect(realm_id=GARAGE)
    for kind in (PAUSED, RESUMED):
        house.qb.on(kind, failing.hear)
        house.qb.on(kind, other.hear)
    # Bound methods of two listeners have one name: they are numbered.
    failing.failing = 1
    house.qb.pause(connection.id)
    house.qb.resume(connection.id)
    house.qb.pause(neighbour.id)

    assert [(event.stream, event.kind) for event in failing.heard] == [(neighbour.id, PAUSED)]
    assert other.kinds == [PAUSED, RESUMED, PAUSED]

    house.clock.advance(FIRST_PAUSE)
    assert house.qb.deliver_events() == 2
    assert [(event.stream, event.kind) for event in failing.heard[1:]] == [
        (connection.id, PAUSED),
        (connection.id, RESUMED),
    ]


def test_a_coroutine_that_a_listener_returns_counts_as_a_failure(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[Event] = []

    async def hear(event: Event) -> None:
        heard.append(event)

    house.qb.on(ENDED, lambda event: hear(event))  # noqa: PLW0108 - it is no coroutine function itself
    house.qb.disconnect(house.connect().id)

    assert heard == []
    assert "returned a coroutine, which nobody awaits" in caplog.text


def test_a_listener_that_stops_the_process_is_told_again_at_once(house: House) -> None:
    stops: list[BaseException] = [KeyboardInterrupt()]
    heard: list[Event] = []

    def stop(event: Event) -> None:
        if stops:
            raise stops.pop()
        heard.append(event)

    connection = house.connect()
    house.qb.on(ENDED, stop)
    with pytest.raises(KeyboardInterrupt):
        house.qb.disconnect(connection.id)

    assert house.qb.connection(connection.id).state == "disconnected"
    assert house.qb.deliver_events() == 1
    assert [event.stream for event in heard] == [connection.id]


def test_a_database_that_fails_while_telling_fails_no_verb(filed: House, caplog: pytest.LogCaptureFixture) -> None:
    listener = Listener()
    connection = filed.connect()
    filed.qb.on(ENDED, listener.hear)
    filed.sql("create trigger broken before update on outbox begin select raise(abort, 'broken'); end")

    with caplog.at_level(logging.WARNING):
        assert filed.qb.disconnect(connection.id).state == "done"
    assert [record.message for record in caplog.records] == ["Listeners could not be told yet."]
    assert listener.heard == []
    with pytest.raises(qbapps.StoreError):
        filed.qb.deliver_events()

    filed.sql("drop trigger broken")
    assert filed.qb.deliver_events() == 1
    assert listener.kinds == [ENDED]


# Restarts


def test_what_was_left_is_told_when_its_listener_is_back(filed: House, another: Callable[[], QBApps]) -> None:
    connection = filed.connect()
    filed.qb.on(ENDED, Listener(failing=1).hear, name="crm")
    filed.qb.disconnect(connection.id)
    filed.qb.close()
    filed.clock.advance(FIRST_PAUSE)

    restarted, listener = another(), Listener()
    restarted.on(PAUSED, listener.hear, name="crm")
    restarted.on(ENDED, listener.hear, name="mail")
    assert listener.heard == []
    restarted.on(ENDED, listener.hear, name="crm")

    assert [(event.stream, event.kind) for event in listener.heard] == [(connection.id, ENDED)]


def test_a_process_where_nobody_listens_keeps_what_others_listen_to(
    filed: House, another: Callable[[], QBApps]
) -> None:
    listener, cron = Listener(), another()
    filed.qb.on(ENDED, listener.hear)
    connection = filed.connect()
    # Another process: its own listeners, and what it does goes to Intuit as ours does.
    ports = attrs.evolve(filed.ports, store=cron._ports.store, announce=cron._ports.announce)
    QBApps(ports, listeners=cron._listeners, close=lambda: None).disconnect(connection.id)

    assert cron.deliver_events() == 0
    filed.qb.apps()
    assert listener.heard == []
    filed.clock.advance(HEAD_START)
    filed.qb.apps()
    assert [event.stream for event in listener.heard] == [connection.id]


def test_verbs_look_for_what_others_saved_every_few_seconds_only(filed: House, another: Callable[[], QBApps]) -> None:
    listener, cron = Listener(), another()
    filed.qb.on(PAUSED, listener.hear)
    connection = filed.connect()
    cron.pause(connection.id)
    filed.clock.advance(HEAD_START - timedelta(seconds=1))
    filed.qb.apps()
    filed.clock.advance(timedelta(seconds=1))
    filed.qb.apps()
    assert listener.heard == []
    filed.clock.advance(LOOK_EVERY)
    filed.qb.apps()
    assert listener.kinds == [PAUSED]


def test_what_a_listener_does_about_anothers_event_is_told_in_the_same_verb(
    filed: House, another: Callable[[], QBApps]
) -> None:
    listener, cron = Listener(), another()
    filed.qb.on(PAUSED, lambda event: filed.qb.resume(event.stream))
    filed.qb.on(RESUMED, listener.hear)
    cron.pause(filed.connect().id)
    filed.clock.advance(HEAD_START)
    filed.qb.apps()

    assert listener.kinds == [RESUMED]


def test_of_two_processes_with_one_listener_each_event_is_told_in_the_one_that_saved_it(
    filed: House, another: Callable[[], QBApps]
) -> None:
    here, there, second = Listener(), Listener(), another()
    first, other = filed.connect(), filed.connect(realm_id=GARAGE)
    filed.qb.on(PAUSED, here.hear)
    second.on(PAUSED, there.hear)
    filed.qb.pause(first.id)
    second.pause(other.id)

    for qb in (filed.qb, second):
        assert qb.deliver_events() == 0
    assert [event.stream for event in here.heard] == [first.id]
    assert [event.stream for event in there.heard] == [other.id]


def test_what_fails_in_one_process_is_told_by_another_of_the_same_name(
    filed: House, another: Callable[[], QBApps]
) -> None:
    here, there, second = Listener(failing=1), Listener(), another()
    filed.qb.on(PAUSED, here.hear)
    second.on(PAUSED, there.hear)
    filed.qb.pause(filed.connect().id)
    filed.clock.advance(FIRST_PAUSE)

    assert second.deliver_events() == 1
    assert filed.qb.deliver_events() == 0
    assert (here.kinds, there.kinds) == ([], [PAUSED])


def test_a_process_that_dies_while_it_tells_leaves_its_claim_to_end(
    filed: House, another: Callable[[], QBApps]
) -> None:
    listener, second = Listener(), another()
    second.on(PAUSED, listener.hear, name="crm")

    def stand_still(_: Event) -> None:
        # For the other process this one might as well be dead.
        assert second.deliver_events() == 0
        filed.clock.advance(CLAIM_LASTS)
        assert second.deliver_events() == 1

    filed.qb.on(PAUSED, stand_still, name="crm")
    filed.qb.pause(filed.connect().id)

    assert listener.kinds == [PAUSED]
    assert filed.sql("select * from outbox") == []


# Growing old


def test_what_nobody_heard_for_thirty_days_is_dropped_with_a_warning(
    filed: House, caplog: pytest.LogCaptureFixture
) -> None:
    failing = Listener(failing=10**9)
    filed.qb.on(ENDED, failing.hear, name="crm")
    filed.qb.disconnect(filed.connect().id)
    filed.clock.advance(KEPT_FOR)
    filed.qb.apps()
    assert len(filed.sql("select * from outbox")) == 1
    caplog.clear()
    filed.clock.advance(timedelta(hours=1))
    with caplog.at_level(logging.WARNING):
        filed.qb.apps()

    assert filed.sql("select * from outbox") == []
    (record,) = [record for record in caplog.records if record.message == "Events were dropped untold."]
    assert (record.listener, record.count, record.days) == ("crm", 1, 30)  # type: ignore[attr-defined]


def test_a_listener_hears_on_after_months_in_which_nothing_happened(house: House) -> None:
    listener = Listener()
    house.qb.on(PAUSED, listener.hear)
    connection = house.connect()
    house.clock.advance(timedelta(days=90))

    house.qb.pause(connection.id)

    assert listener.kinds == [PAUSED]


def test_a_listener_whose_program_is_gone_lets_the_store_grow_for_thirty_days_only(
    filed: House, tmp_path: Path
) -> None:
    with qbapps.open(f"sqlite:///{filed.path}", key=filed.keys[0], clock=FakeClock(filed.clock.now())) as gone:
        gone.on(PAUSED, print)
    connection = filed.connect()
    filed.qb.pause(connection.id)
    filed.qb.resume(connection.id)
    assert len(filed.sql("select * from outbox")) == 1
    filed.clock.advance(KEPT_FOR)
    filed.qb.pause(connection.id)

    assert len(filed.sql("select * from outbox")) == 1
