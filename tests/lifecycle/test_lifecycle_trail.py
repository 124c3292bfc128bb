"""Those who listen, the chain of events, and changing the key of a store in use."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from lifecycle_house import BAKERY, CLIENT_ID, GARAGE, MARIE, House, built, down

import qbapps
from qbapps.domain.events import Event
from qbapps.errors import ConfigurationError, GrantUnverified, IntuitUnavailable, NotFoundError, UnknownKey
from qbapps.simulator import Fault
from qbapps.vault import new_key


def test_listeners_hear_of_what_is_saved_and_of_nothing_else(house: House) -> None:
    heard: list[Event] = []
    for kind in ("connected", "needs_reconnect", "transferred", "disconnected"):
        house.qb.on(f"connection.{kind}", heard.append)

    connection = house.connect()
    house.qb.complete(house.agree(house.qb.begin_transfer(connection.id, to=MARIE), MARIE))
    house.qb.note_disconnect(BAKERY, app="dext")
    house.intuit.disconnect(CLIENT_ID, BAKERY)
    house.clock.advance(timedelta(hours=1))
    house.qb.note_disconnect(BAKERY, app="dext")

    assert [event.kind for event in heard] == [
        "connection.connected",
        "connection.transferred",
        "connection.needs_reconnect",
        "connection.disconnected",
    ]
    assert {event.connection_id for event in heard} == {connection.id}


def test_a_listener_can_look_at_what_it_hears_of(house: House) -> None:
    states: list[str] = []
    house.qb.on("connection.disconnected", lambda event: states.append(house.qb.connection(event.stream).state))

    house.qb.disconnect(house.connect().id)

    assert states == ["disconnected"]


def test_a_listener_that_fails_stops_nobody_and_is_logged(house: House, caplog: pytest.LogCaptureFixture) -> None:
    heard: list[Event] = []

    def fail(_: Event) -> None:
        raise ValueError("listener")

    house.qb.on("connection.connected", fail)
    house.qb.on("connection.connected", heard.append)
    with caplog.at_level(logging.ERROR):
        connection = house.connect()

    assert [event.stream for event in heard] == [connection.id]
    assert [record.message for record in caplog.records] == ["A listener failed."]


def test_an_event_that_does_not_exist_cannot_be_listened_to(house: House) -> None:
    with pytest.raises(ConfigurationError, match=r"no event 'connection\.conected'"):
        house.qb.on("connection.conected", print)


def test_a_connection_that_will_end_in_half_a_year_is_told(house: House) -> None:
    connection = house.connect()
    heard: list[Event] = []
    house.qb.on("connection.expiring", heard.append)
    for _ in range(19):
        house.clock.advance(timedelta(days=90))
        report = house.qb.refresh_due()

    assert report.expiring == (connection.id,)
    assert {event.stream for event in heard} == {connection.id}


# The chain


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("update events set details = '{}' where stream = ? and sequence = 2", "altered"),
        ("update events set at = '2020-01-01 00:00:00.000000' where stream = ? and sequence = 2", "altered"),
        (
            "update events set kind = 'connection.paused' where stream = ? and sequence = 2",
            "altered: only its kind, which was connection.refreshed",
        ),
        ("delete from events where stream = ? and sequence = 2", "missing"),
    ],
)
def test_a_tampered_line_is_named(filed: House, statement: str, what: str) -> None:
    connection, other = filed.connect(), filed.connect(realm_id=GARAGE)
    for _ in range(3):
        filed.clock.advance(timedelta(hours=26))
        filed.token(connection.id)
        filed.token(other.id)
    assert filed.qb.verify_events() == ()
    filed.sql(statement.replace("at =", '"at" ='), connection.id)

    breaks = filed.qb.verify_events()

    assert {found.stream for found in breaks} == {connection.id}
    assert [(found.sequence, found.what) for found in breaks] == [(2, what)]


def test_a_stream_that_was_moved_is_missed_and_found(filed: House) -> None:
    connection = filed.connect()
    filed.qb.pause(connection.id)
    filed.sql("update events set stream = 'con_other' where stream = ?", connection.id)

    assert {(found.stream, found.sequence, found.what) for found in filed.qb.verify_events()} == {
        (connection.id, 1, "missing: the whole stream"),
        ("con_other", 1, f"moved: it was written as event 1 of {connection.id}"),
        ("con_other", 2, f"moved: it was written as event 2 of {connection.id}"),
    }


def test_a_connection_or_plan_without_any_event_is_missed(filed: House) -> None:
    connection = filed.connect()
    plan = filed.qb.plan_disconnect(app="dext")
    assert filed.qb.verify_events() == ()
    filed.sql("delete from events")

    assert [(found.stream, found.what) for found in filed.qb.verify_events()] == [
        (connection.id, "missing: the whole stream"),
        (plan.id, "missing: the whole stream"),
    ]


def test_the_events_of_one_connection_are_its_own_and_in_order(house: House) -> None:
    connection, other = house.connect(), house.connect(realm_id=GARAGE)
    house.qb.pause(connection.id)
    house.qb.resume(connection.id)
    house.qb.pause(other.id)

    found = list(house.qb.events(connection.id))

    assert [event.sequence for event in found] == [1, 2, 3]
    assert [str(event.kind) for event in found] == [
        "connection.connected",
        "connection.paused",
        "connection.resumed",
    ]
    with pytest.raises(NotFoundError):
        house.qb.events("con_nobody")


# Keys


def test_the_keys_of_a_store_in_use_are_changed_and_the_old_one_dropped(filed: House) -> None:
    connection, ended = filed.connect(), filed.connect(realm_id=GARAGE)
    filed.qb.disconnect(ended.id)
    filed.intuit.inject(*down("company"))
    with pytest.raises(GrantUnverified) as refusal:
        filed.connect(MARIE, GARAGE)
    filed.intuit.clear_faults()
    old, new = filed.keys[0], new_key().reveal()
    url, before = f"sqlite:///{filed.path}", filed.refresh_token(connection.id)
    filed.qb.close()

    with qbapps.open(url, key=[new, old], clock=filed.clock) as both:
        # One client secret, one pair, one grant.
        assert both.rotate_keys() == 3
        assert both.rotate_keys() == 0
    with qbapps.open(url, key=new, clock=filed.clock) as opened:
        filed.qb = opened
        assert filed.refresh_token(connection.id) == before
        assert filed.intuit.is_alive(filed.token(connection.id))
        ports = opened._ports
        (grant,) = opened.unverified_grants()
        assert grant.id == refusal.value.grant_id
        assert ports.vault.open(grant.refresh or b"", f"grant/{grant.id}/refresh").reveal()
        assert opened.verify_events() == ()
    with qbapps.open(url, key=old, clock=filed.clock) as locked, pytest.raises(UnknownKey):
        locked.access_token(connection.id)


def test_the_journal_of_a_pair_survives_a_change_of_keys(filed: House) -> None:
    connection = filed.connect()
    filed.clock.advance(timedelta(hours=2))
    filed.intuit.inject(Fault("refresh", "drop_after_rotation"))
    with pytest.raises(IntuitUnavailable):
        filed.qb.access_token(connection.id)
    before = filed.ports.store.tokens(connection.id)
    filed.qb.close()

    with qbapps.open(f"sqlite:///{filed.path}", key=[new_key().reveal(), *filed.keys], clock=filed.clock) as again:
        again.rotate_keys()
        after = again._ports.store.tokens(connection.id)

    assert before is not None
    assert after is not None
    assert (after.ambiguous_since, after.generation) == (before.ambiguous_since, before.generation)
    assert after.ambiguous_since is not None
    assert after.refresh != before.refresh


def test_two_stores_with_one_key_do_not_open_each_others_rows(filed: House) -> None:
    first, second = filed.connect(), filed.connect(realm_id=GARAGE)
    row = filed.sql("select refresh from tokens where connection_id = ?", first.id)[0][0]
    filed.sql("update tokens set refresh = ? where connection_id = ?", row, second.id)
    filed.clock.advance(timedelta(hours=2))

    with pytest.raises(qbapps.SealBroken):
        filed.qb.access_token(second.id)

    with built(over_http=False) as other, pytest.raises(NotFoundError):
        other.qb.access_token(first.id)
