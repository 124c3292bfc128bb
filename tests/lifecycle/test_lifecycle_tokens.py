"""Access tokens: fresh from the store, refreshed once, and every way in which a refresh can go."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from lifecycle_house import BAKERY, CALLBACK, CLIENT_ID, JEAN, MARIE, House, built, down, read_company
from quickbooks.objects.customer import Customer

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


def test_a_fresh_token_comes_from_the_store_without_a_request(online: House) -> None:
    connection = online.connect()
    online.intuit.clear_requests()

    token = online.qb.access_token(connection.id)

    assert online.intuit.requests == ()
    assert online.intuit.is_alive(token.value.reveal())
    assert token.expires_at == online.clock.now() + HOUR


@pytest.mark.parametrize(
    ("after", "refreshes"),
    [(timedelta(minutes=55) - timedelta(microseconds=1), 0), (timedelta(minutes=55), 1)],
)
def test_a_token_is_refreshed_five_minutes_before_its_end(house: House, after: timedelta, refreshes: int) -> None:
    connection = house.connect()
    house.clock.advance(after)

    house.qb.access_token(connection.id)

    assert house.count("refresh") == refreshes


def test_thirty_two_threads_share_one_refresh(online: House) -> None:
    connection = online.connect()
    online.clock.advance(2 * HOUR)
    barrier = threading.Barrier(32)

    def ask(_: int) -> str:
        barrier.wait()
        return online.token(connection.id)

    with online.intuit.hold("refresh") as gate, ThreadPoolExecutor(32) as pool:
        asked = [pool.submit(ask, number) for number in range(32)]
        gate.wait_arrived()
        gate.release()
        tokens = {future.result() for future in asked}

    assert len(tokens) == 1
    assert online.count("refresh") == 1
    assert online.qb.connection(connection.id).generation == 2


def test_the_refreshed_pair_is_the_connections_and_counts_on(house: House) -> None:
    connection = house.connect()
    house.clock.advance(25 * HOUR)

    token = house.qb.access_token(connection.id)

    after = house.qb.connection(connection.id)
    assert (token.generation, after.generation, after.grant) == (2, 2, 1)
    assert after.refreshed_at == house.clock.now()
    assert after.refresh_expires_at == house.clock.now() + timedelta(days=100)
    assert house.intuit.is_alive(house.refresh_token(connection.id))
    assert house.kinds(connection.id)[-1] == "connection.refreshed"


def test_a_rotated_pair_is_saved_before_anybody_gets_its_token(house: House) -> None:
    connection = house.connect()
    house.clock.advance(25 * HOUR)

    class Dies(BaseException):
        pass

    class Store:
        def __getattr__(self, name: str) -> Any:
            return getattr(house.ports.store, name)

        def save(self, change: Any) -> None:
            house.ports.store.save(change)
            if change.tokens is not None:
                raise Dies

    with pytest.raises(Dies):
        house.with_ports(store=Store()).access_token(connection.id)

    assert house.intuit.is_alive(house.refresh_token(connection.id))
    assert house.count("refresh") == 1
    assert house.intuit.is_alive(house.token(connection.id))
    assert house.count("refresh") == 1


def test_a_process_that_dies_before_it_saves_leaves_a_pair_that_is_known_to_be_ambiguous(house: House) -> None:
    connection = house.connect()
    house.clock.advance(2 * HOUR)

    class Dies(BaseException):
        pass

    class Store:
        def __getattr__(self, name: str) -> Any:
            return getattr(house.ports.store, name)

        def save(self, change: Any) -> None:
            if change.tokens is not None:
                raise Dies
            house.ports.store.save(change)

        def release_lease(self, lease: Any) -> None:
            """It cannot: it is dead."""

    with pytest.raises(Dies):
        house.with_ports(store=Store()).access_token(connection.id)

    left = house.ports.store.tokens(connection.id)
    assert left is not None
    assert left.intent_at == house.clock.now()
    # The next one waits the lease out, and the value did not rotate: it lives on.
    assert house.intuit.is_alive(house.token(connection.id))
    settled = house.ports.store.tokens(connection.id)
    assert settled is not None
    assert (settled.generation, settled.intent_at, settled.ambiguous_since) == (2, None, None)


def test_a_clock_that_went_back_does_not_take_a_dead_token_for_a_fresh_one(house: House) -> None:
    connection = house.connect()
    house.clock.advance(-timedelta(days=2))

    assert house.intuit.is_alive(house.token(connection.id))
    assert house.count("refresh") == 1


# The ready-made client


def test_the_client_refreshes_once_and_repeats_when_its_token_is_refused(house: House) -> None:
    connection = house.connect()
    house.intuit.clear_requests()
    house.intuit.inject(Fault("company", "unauthorized"))

    assert read_company(house.qb, connection) == "Boulangerie Martin"

    assert [record.operation for record in house.intuit.requests if record.operation != "discovery"] == [
        "company",
        "refresh",
        "company",
    ]


def test_the_client_goes_on_over_days(online: House) -> None:
    connection = online.connect()
    client = online.qb.quickbooks(connection.id)

    for _ in range(5):
        online.clock.advance(26 * HOUR)
        assert len(Customer.all(qb=client)) > 0

    assert online.qb.connection(connection.id).generation == 6


def test_the_client_stops_after_one_refresh_that_did_not_help(house: House) -> None:
    connection = house.connect()
    house.intuit.inject(Fault("company", "unauthorized", times=None))

    with pytest.raises(IntuitRejected) as refusal:
        read_company(house.qb, connection)

    assert refusal.value.error == "3200"
    assert (house.count("company"), house.count("refresh")) == (3, 1)


def test_a_client_of_a_connection_that_is_dead_says_what_to_do(house: House) -> None:
    connection = house.connect()
    client = house.qb.quickbooks(connection.id)
    house.intuit.disconnect(CLIENT_ID, BAKERY)

    with pytest.raises(ReconnectRequired):
        Customer.all(qb=client)

    with pytest.raises(ReconnectRequired):
        house.qb.quickbooks(connection.id)


def test_an_owner_who_lost_access_is_named_and_nothing_is_refreshed_in_vain(house: House) -> None:
    connection = house.connect()
    house.intuit.remove_admin(BAKERY, JEAN)

    with pytest.raises(IntuitRejected) as refusal:
        read_company(house.qb, connection)

    assert refusal.value.error == "120"
    assert refusal.value.realm_id == BAKERY
    assert house.count("refresh") == 0
    health = house.qb.probe(connection.id)
    assert (health.alive, health.cause) == (False, Cause.OWNER_LOST_ACCESS)
    assert house.qb.connection(connection.id).state is ConnectionState.NEEDS_RECONNECT


def test_a_token_that_does_not_open_the_company_is_told_apart(house: House) -> None:
    connection = house.connect()
    house.intuit.inject(Fault("company", "forbidden", times=None))

    with pytest.raises(IntuitRejected) as refusal:
        read_company(house.qb, connection)

    assert refusal.value.error == "3100"
    assert house.count("refresh") == 0


def test_throttling_says_how_long_to_wait_and_blames_nobody(house: House) -> None:
    connection = house.connect()
    house.intuit.inject(Fault("company", "throttled", retry_after=7))

    with pytest.raises(IntuitUnavailable) as failure:
        read_company(house.qb, connection)

    assert (failure.value.status, failure.value.retry_after) == (429, timedelta(seconds=7))
    assert house.qb.connection(connection.id).state is ConnectionState.CONNECTED


@pytest.mark.parametrize("kind", ["server_error", "unavailable", "html", "reset"])
def test_a_failure_of_intuits_own_leaves_the_connection_as_it_was(house: House, kind: str) -> None:
    connection = house.connect()
    house.intuit.inject(Fault("company", kind, times=None))

    with pytest.raises(IntuitUnavailable):
        read_company(house.qb, connection)
    assert house.qb.probe(connection.id).alive is None

    assert house.qb.connection(connection.id) == connection
    house.intuit.clear_faults()
    assert house.qb.probe(connection.id).alive is True


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
