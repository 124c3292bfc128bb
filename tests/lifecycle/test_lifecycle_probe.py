"""What a look at a connection finds, records and costs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from lifecycle_house import BAKERY, CALLBACK, CLIENT_ID, JEAN, House

from qbapps.domain.diagnosis import Cause
from qbapps.domain.states import ConnectionState
from qbapps.simulator import Fault

HOUR = timedelta(hours=1)


def test_a_look_at_a_living_connection_costs_one_metered_call(house: House) -> None:
    connection = house.connect()
    house.intuit.clear_requests()

    health = house.qb.probe(connection.id)

    assert (health.alive, health.cause, health.cost) == (True, None, 1)
    assert house.count("company") == 1


def test_a_stale_pair_is_refreshed_first_which_costs_nothing(house: House) -> None:
    connection = house.connect()
    house.clock.advance(2 * HOUR)
    house.intuit.clear_requests()

    assert house.qb.probe(connection.id).cost == 1
    assert (house.count("company"), house.count("refresh")) == (1, 1)


def test_a_token_that_is_refused_is_renewed_once_and_the_look_costs_two(house: House) -> None:
    connection = house.connect()
    house.intuit.inject(Fault("company", "unauthorized"))

    health = house.qb.probe(connection.id)

    assert (health.alive, health.cost) == (True, 2)


def test_new_tokens_that_are_refused_too_are_not_held_against_the_connection(house: House) -> None:
    connection = house.connect()
    house.intuit.inject(Fault("company", "unauthorized", times=None))

    health = house.qb.probe(connection.id)

    assert (health.alive, health.cause, health.cost) == (None, "3200", 2)
    assert house.qb.connection(connection.id).state is ConnectionState.CONNECTED


def test_a_dead_pair_costs_one_call_and_says_why(house: House) -> None:
    connection = house.connect()
    house.intuit.disconnect(CLIENT_ID, BAKERY)

    health = house.qb.probe(connection.id)

    assert (health.alive, health.cause, health.cost) == (False, Cause.REFUSED, 1)
    assert house.qb.probe(connection.id).cost == 0, "what is known to be dead is not asked about"


LOST_ADMIN = {"status": 401, "code": "120", "type": "AuthorizationFault"}


@pytest.mark.parametrize(
    ("kind", "details", "cause"),
    [("forbidden", {}, Cause.ACCESS_GONE), ("api_fault", LOST_ADMIN, Cause.OWNER_LOST_ACCESS)],
)
def test_a_company_that_is_closed_to_us_is_marked_and_one_that_opens_again_comes_back(
    house: House, kind: str, details: dict[str, Any], cause: Cause
) -> None:
    connection = house.connect()
    house.intuit.inject(Fault("company", kind, times=2, **details))

    first, again = house.qb.probe(connection.id), house.qb.probe(connection.id)

    assert (first.alive, first.cause, again.cause) == (False, cause, cause)
    assert house.qb.connection(connection.id).cause == cause
    assert house.kinds(connection.id).count("connection.needs_reconnect") == 1
    house.clock.advance(2 * HOUR)
    assert house.qb.probe(connection.id).alive is True
    assert house.qb.connection(connection.id).state is ConnectionState.CONNECTED
    assert house.kinds(connection.id)[-1] == "connection.revived"
    assert house.works(connection.id)


def test_a_lapsed_company_is_alive_and_says_so(house: House) -> None:
    connection = house.connect()
    house.intuit.inject(Fault("company", "api_fault", status=400, code="6190", type="ValidationFault"))

    health = house.qb.probe(connection.id)

    assert (health.alive, health.cause) == (True, Cause.COMPANY_INACTIVE)
    assert house.qb.connection(connection.id) == connection


def test_a_company_whose_subscription_ended_is_alive_and_says_so(house: House) -> None:
    house.intuit.add_company("9130350000000077", name="Fini", admins=[JEAN], subscription_status="EXPIRED")
    connection = house.connect(realm_id="9130350000000077")

    health = house.qb.probe(connection.id)

    assert (health.alive, health.cause) == (True, Cause.COMPANY_INACTIVE)


@pytest.mark.parametrize("kind", ["throttled", "unavailable", "html", "reset"])
def test_what_is_intuits_own_trouble_says_nothing(house: House, kind: str) -> None:
    connection = house.connect()
    house.intuit.inject(Fault("company", kind, times=None))

    health = house.qb.probe(connection.id)

    assert health.alive is None
    assert house.qb.connection(connection.id) == connection


def test_wrong_keys_say_nothing_about_the_connection(house: House) -> None:
    connection = house.connect()
    house.clock.advance(2 * HOUR)
    house.intuit.add_app(CLIENT_ID, "rotated-at-intuit", redirect_uris=[CALLBACK])

    health = house.qb.probe(connection.id)

    assert (health.alive, health.cause, health.cost) == (None, "invalid_client", 0)
