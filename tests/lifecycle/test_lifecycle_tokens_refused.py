"""Refreshes that are refused or unanswered, and what brings a connection back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from lifecycle_house import BAKERY, CALLBACK, CLIENT_ID, JEAN, MARIE, House, built, down

from qbapps.domain.diagnosis import Cause
from qbapps.domain.events import Event
from qbapps.domain.states import ConnectionState
from qbapps.errors import (
    IntuitProtocolError,
    IntuitRejected,
    IntuitUnavailable,
    ReconnectRequired,
    TransitionError,
)
from qbapps.simulator import Behaviour, Fault

HOUR = timedelta(hours=1)


# Refresh refused, or unanswered


def test_a_refusal_is_checked_once_more_before_it_is_believed(house: House) -> None:
    connection = house.connect()
    house.clock.advance(2 * HOUR)
    house.intuit.inject(Fault("refresh", "invalid_grant"))
    before = house.clock.now()

    assert house.intuit.is_alive(house.token(connection.id))

    assert house.clock.now() - before == timedelta(seconds=2)
    assert house.qb.connection(connection.id).state is ConnectionState.CONNECTED


def test_a_pair_that_intuit_refuses_twice_needs_a_reconnect_and_everybody_hears_of_it(house: House) -> None:
    connection = house.connect()
    heard: list[Event] = []
    house.qb.on("connection.needs_reconnect", heard.append)
    house.intuit.disconnect(CLIENT_ID, BAKERY)
    house.clock.advance(2 * HOUR)

    with pytest.raises(ReconnectRequired) as refusal:
        house.qb.access_token(connection.id)

    assert refusal.value.connection_id == connection.id
    assert refusal.value.diagnosis.cause is Cause.REFUSED  # type: ignore[attr-defined]
    assert house.count("refresh") == 2
    dead = house.qb.connection(connection.id)
    assert (dead.state, dead.cause) == (ConnectionState.NEEDS_RECONNECT, Cause.REFUSED)
    assert [event.stream for event in heard] == [connection.id]
    house.intuit.clear_requests()
    with pytest.raises(ReconnectRequired):
        house.qb.access_token(connection.id)
    assert house.intuit.requests == ()


@pytest.mark.parametrize(
    ("idle", "cause"),
    [(timedelta(days=101), Cause.IDLE_TOO_LONG), (timedelta(days=1826), Cause.HARD_CAP)],
)
def test_a_pair_that_ran_out_says_of_what(house: House, idle: timedelta, cause: Cause) -> None:
    connection = house.connect()
    house.clock.advance(idle)

    with pytest.raises(ReconnectRequired) as refusal:
        house.qb.access_token(connection.id)

    assert refusal.value.diagnosis.cause is cause  # type: ignore[attr-defined]


def test_wrong_keys_of_ours_mark_nothing(house: House) -> None:
    connection = house.connect()
    house.clock.advance(2 * HOUR)
    house.intuit.add_app(CLIENT_ID, "rotated-at-intuit", redirect_uris=[CALLBACK])

    with pytest.raises(IntuitRejected, match="invalid_client"):
        house.qb.access_token(connection.id)

    assert house.qb.connection(connection.id) == connection
    house.register(secret="rotated-at-intuit")
    assert house.intuit.is_alive(house.token(connection.id))


def test_a_paused_connection_gives_no_token_and_still_lives(house: House) -> None:
    connection = house.connect()
    house.qb.pause(connection.id)
    house.intuit.clear_requests()

    with pytest.raises(TransitionError) as refusal:
        house.qb.access_token(connection.id)
    with pytest.raises(TransitionError):
        house.qb.quickbooks(connection.id)

    assert (refusal.value.state, refusal.value.action) == ("paused", "use")
    assert "resume" in refusal.value.allowed
    assert house.intuit.requests == ()
    house.clock.advance(timedelta(days=80))
    assert house.qb.refresh_due().refreshed == (connection.id,)
    assert house.qb.connection(connection.id).state is ConnectionState.PAUSED
    assert house.qb.resume(connection.id).state is ConnectionState.CONNECTED
    assert house.works(connection.id)


@pytest.mark.parametrize("kind", ["drop_after", "unavailable_after", "truncated"])
def test_a_refresh_whose_answer_is_lost_is_ambiguous_and_a_later_one_heals_it(house: House, kind: str) -> None:
    connection = house.connect()
    house.clock.advance(2 * HOUR)
    house.intuit.inject(Fault("refresh", kind))

    with pytest.raises((IntuitUnavailable, IntuitProtocolError)):
        house.qb.access_token(connection.id)

    assert house.count("refresh") == 1, "nobody knows whether it was done, so it is not repeated"
    left = house.ports.store.tokens(connection.id)
    assert left is not None
    assert left.ambiguous_since == house.clock.now()
    assert house.qb.connection(connection.id).state is ConnectionState.CONNECTED
    assert house.intuit.is_alive(house.token(connection.id))
    healed = house.ports.store.tokens(connection.id)
    assert healed is not None
    assert healed.ambiguous_since is None


def test_a_lost_rotation_is_named_as_the_cause_of_death(house: House) -> None:
    connection = house.connect()
    house.clock.advance(2 * HOUR)
    house.intuit.inject(Fault("refresh", "drop_after_rotation"))
    with pytest.raises(IntuitUnavailable):
        house.qb.access_token(connection.id)

    with pytest.raises(ReconnectRequired) as refusal:
        house.qb.access_token(connection.id)

    assert refusal.value.diagnosis.cause is Cause.LOST_ANSWER  # type: ignore[attr-defined]


def test_intuit_being_down_before_anything_was_done_leaves_no_doubt(house: House) -> None:
    connection = house.connect()
    house.clock.advance(2 * HOUR)
    house.intuit.inject(Fault("refresh", "throttled", times=None))

    with pytest.raises(IntuitUnavailable):
        house.qb.access_token(connection.id)

    left = house.ports.store.tokens(connection.id)
    assert left is not None
    assert (left.intent_at, left.ambiguous_since) == (None, None)
    house.intuit.clear_faults()
    assert house.intuit.is_alive(house.token(connection.id))


def test_the_leases_end_with_every_outcome(house: House) -> None:
    connection = house.connect()
    house.clock.advance(2 * HOUR)
    house.intuit.inject(*down("refresh"))
    with pytest.raises(IntuitUnavailable):
        house.qb.access_token(connection.id)
    house.intuit.clear_faults()
    before = house.clock.now()

    house.qb.access_token(connection.id)

    assert house.clock.now() == before, "nobody had to wait for a lease"


# Back to life


def test_a_reconnect_revives_the_same_connection(house: House) -> None:
    connection = house.connect()
    house.intuit.disconnect(CLIENT_ID, BAKERY)
    house.clock.advance(2 * HOUR)
    with pytest.raises(ReconnectRequired):
        house.qb.access_token(connection.id)

    again = house.qb.complete(house.agree(house.qb.reconnect(connection.id), MARIE))

    assert (again.id, again.state, again.cause) == (connection.id, ConnectionState.CONNECTED, None)
    assert (again.grant, again.generation) == (2, 2)
    assert house.kinds(connection.id)[-1] == "connection.reconnected"
    assert house.works(connection.id)


def test_a_reconnect_for_another_company_is_refused(house: House) -> None:
    connection = house.connect()
    link = house.qb.reconnect(connection.id)
    callback = house.agree(link, JEAN, "9130350000000003")

    with pytest.raises(Exception, match="is for company 9130350000000003"):
        house.qb.complete(callback)

    assert house.works(connection.id)


def test_keep_alive_takes_an_outages_refusal_back(house: House) -> None:
    connection = house.connect()
    house.clock.advance(2 * HOUR)
    house.intuit.inject(Fault("refresh", "invalid_grant", times=2))
    with pytest.raises(ReconnectRequired):
        house.qb.access_token(connection.id)

    # A Disconnect-URL hit makes the library look again, and the look finds it alive.
    assert house.qb.note_disconnect(BAKERY, app="dext") is None

    assert house.qb.connection(connection.id).state is ConnectionState.CONNECTED
    assert house.works(connection.id)


def test_keep_alive_refreshes_what_is_due_and_goes_on_after_a_failure(house: House) -> None:
    dead, idle = house.connect(), house.connect(realm_id="9130350000000003")
    house.intuit.disconnect(CLIENT_ID, BAKERY)
    house.clock.advance(timedelta(days=69))
    assert house.qb.refresh_due().skipped == 2
    house.clock.advance(timedelta(days=2))

    report = house.qb.refresh_due()

    assert report.refreshed == (idle.id,)
    assert [failed for failed, _ in report.failed] == [dead.id]
    house.clock.advance(timedelta(days=60))
    assert house.intuit.is_alive(house.token(idle.id))


@pytest.mark.parametrize("rotation", ["each_refresh", "when_older_than_24h"])
@pytest.mark.parametrize("replaced", ["dead_at_once", "alive_24h", "alive_until_new_used"])
@pytest.mark.parametrize("replay", ["invalid_grant", "kills_chain"])
def test_a_connection_lives_on_however_intuit_rotates(rotation: str, replaced: str, replay: str) -> None:
    behaviour = Behaviour(rotation=rotation, replaced_refresh_token=replaced, replay=replay)
    with built(behaviour, over_http=False) as house:
        connection = house.connect()
        for _ in range(6):
            house.clock.advance(9 * HOUR)
            assert house.intuit.is_alive(house.token(connection.id))

        assert house.qb.connection(connection.id).generation == 7
