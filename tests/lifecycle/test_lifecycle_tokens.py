"""Access tokens and the ready-made client."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from lifecycle_house import BAKERY, CLIENT_ID, JEAN, House, read_company
from quickbooks.objects.customer import Customer

from qbapps.domain.diagnosis import Cause
from qbapps.domain.states import ConnectionState
from qbapps.errors import (
    IntuitRejected,
    IntuitUnavailable,
    ReconnectRequired,
)
from qbapps.simulator import Fault

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
