"""Each fault of Intuit's side, and what the library makes of it: the table of verdicts at work."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from lifecycle_house import BAKERY, CLIENT_ID, GARAGE, JEAN, MARIE, House, built, read_company
from quickbooks.exceptions import QuickbooksException
from quickbooks.objects.customer import Customer

from qbapps.domain.diagnosis import Cause
from qbapps.domain.signals import Bearing, Signal, Where
from qbapps.domain.states import ConnectionState
from qbapps.domain.verdicts import TABLE, verdict
from qbapps.errors import IntuitError, IntuitRejected, IntuitUnavailable, ReconnectRequired
from qbapps.simulator import Fault

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
REALMS = [f"91303500000002{number:02}" for number in range(6)]

REFRESH = {
    "reset": (Signal.NO_ANSWER, {}),
    "timeout": (Signal.NO_ANSWER, {}),
    "unavailable": (Signal.FAILED, {}),
    "server_error": (Signal.FAILED, {}),
    "throttled": (Signal.THROTTLED, {}),
    "html": (Signal.GARBLED, {}),
    "html 503": (Signal.FAILED, {"status": 503}),
    "html 404": (Signal.GARBLED, {"status": 404}),
    "invalid_client": (Signal.INVALID_CLIENT, {}),
    "invalid_request": (Signal.BAD_REQUEST, {}),
    "drop_after": (Signal.NO_ANSWER, {}),
    "drop_after_rotation": (Signal.NO_ANSWER, {}),
    "timeout_after": (Signal.NO_ANSWER, {}),
    "unavailable_after": (Signal.FAILED, {}),
    "html_after": (Signal.GARBLED, {}),
    "truncated": (Signal.GARBLED, {}),
    "no_refresh_token": (Signal.GARBLED, {}),
}


@pytest.mark.parametrize("kind", REFRESH)
def test_a_refresh_that_fails_does_what_its_row_says(house: House, kind: str) -> None:
    signal, details = REFRESH[kind]
    row = TABLE[Where.TOKEN, signal]
    connection = house.connect()
    house.clock.advance(2 * HOUR)
    house.intuit.inject(Fault("refresh", kind.split(maxsplit=1)[0], times=None, **details))

    with pytest.raises(IntuitError) as failure:
        house.qb.access_token(connection.id)

    assert verdict(Where.TOKEN, failure.value) is row
    assert row.connection is Bearing.UNSAID
    assert house.qb.connection(connection.id) == connection, "nothing is marked"
    left = house.ports.store.tokens(connection.id)
    assert left is not None
    assert (left.ambiguous_since is not None) == (row.processed is None)
    assert (left.intent_at, left.refused_at) == (None, None)
    if row.processed is None:
        assert house.count("refresh") == 1, "what may have been carried out is not repeated"


API = {
    "unauthorized": (Signal.TOKEN_REFUSED_AGAIN, {}),
    "forbidden": (Signal.NOT_AUTHORIZED, {}),
    "forbidden lower": (Signal.NOT_AUTHORIZED, {"lower_case": True}),
    "throttled": (Signal.THROTTLED, {}),
    "throttled xml": (Signal.THROTTLED, {"xml": True}),
    "unavailable": (Signal.FAILED, {}),
    "server_error": (Signal.FAILED, {}),
    "html": (Signal.PAGE, {}),
    "html 404": (Signal.GARBLED, {"status": 404}),
    "api_fault": (Signal.FAILED, {}),
    "reset": (Signal.NO_ANSWER, {}),
    "timeout": (Signal.NO_ANSWER, {}),
    "truncated": (Signal.GARBLED, {}),
}


@pytest.mark.parametrize("kind", API)
def test_a_request_of_the_client_that_fails_has_its_row_and_marks_nothing(house: House, kind: str) -> None:
    signal, details = API[kind]
    connection = house.connect()
    house.intuit.inject(Fault("company", kind.split(maxsplit=1)[0], times=None, **details))

    with pytest.raises(IntuitError) as failure:
        read_company(house.qb, connection)

    assert verdict(Where.API, failure.value, again=signal is Signal.TOKEN_REFUSED_AGAIN) is TABLE[Where.API, signal]
    assert house.qb.connection(connection.id).state is ConnectionState.CONNECTED


# invalid_client


def test_wrong_keys_are_told_once_on_the_apps_trail_and_mark_no_connection(house: House) -> None:
    first, second = house.connect(), house.connect(realm_id=GARAGE)
    house.clock.advance(2 * HOUR)
    house.intuit.add_app(CLIENT_ID, "rotated-at-intuit", redirect_uris=["http://localhost:8400/callback"])
    for one in (first, second, first):
        with pytest.raises(IntuitRejected, match="invalid_client"):
            house.qb.access_token(one.id)

    told = [event for event in house.qb.events("dext") if event.kind == "app.keys_refused"]
    assert [event.details["connection"] for event in told] == [first.id]
    assert told[0].details["intuit_tid"]
    for one in (first, second):
        assert house.qb.connection(one.id) == one
        assert house.qb.explain(one.id).cause is Cause.WRONG_KEYS
    house.register(secret="rotated-at-intuit")
    assert house.qb.explain(first.id).cause is Cause.WORKING
    house.token(first.id)
    assert house.qb.explain(second.id).cause is Cause.WORKING


# 429


def test_a_429_on_refresh_says_when_to_try_again_and_no_token_is_dead(house: House) -> None:
    connection = house.connect()
    house.clock.advance(2 * HOUR)
    house.intuit.inject(Fault("refresh", "throttled", times=None, retry_after=90))
    with pytest.raises(IntuitUnavailable) as failure:
        house.qb.access_token(connection.id)

    assert (failure.value.retry_after, failure.value.processed) == (timedelta(seconds=90), False)
    assert house.count("refresh") == 1, "what Intuit asked for is longer than one call may take"
    house.intuit.clear_faults()
    assert house.intuit.is_alive(house.token(connection.id))


def test_a_429_that_does_not_say_gets_intuits_usual_minute(house: House) -> None:
    connection = house.connect()
    house.clock.advance(2 * HOUR)
    house.intuit.inject(Fault("refresh", "throttled", times=None))

    with pytest.raises(IntuitUnavailable) as failure:
        house.qb.access_token(connection.id)

    assert failure.value.retry_after == MINUTE


# invalid_grant that nothing explains


def refused(house: House, connection_id: str) -> Exception:
    with pytest.raises((ReconnectRequired, IntuitUnavailable)) as failure:
        house.qb.access_token(connection_id)
    return failure.value


def test_what_an_outage_seemed_to_kill_comes_back_by_itself(house: House) -> None:
    connection = house.connect()
    heard: list[Any] = []
    for kind in ("connection.needs_reconnect", "connection.revived"):
        house.qb.on(kind, lambda event: heard.append(str(event.kind)))
    house.clock.advance(2 * HOUR)
    house.intuit.inject(Fault("refresh", "invalid_grant", times=None))
    assert isinstance(refused(house, connection.id), ReconnectRequired)
    house.clock.advance(MINUTE)
    assert isinstance(refused(house, connection.id), ReconnectRequired), "it was tried, and is still refused"
    assert house.count("refresh") == 4
    house.intuit.clear_faults()
    assert isinstance(refused(house, connection.id), ReconnectRequired), "it is too early to try again"
    assert house.count("refresh") == 4
    house.clock.advance(5 * MINUTE)

    assert house.intuit.is_alive(house.token(connection.id))

    assert house.qb.connection(connection.id).state is ConnectionState.CONNECTED
    assert heard == ["connection.needs_reconnect", "connection.revived"], "each is told once"
    assert house.kinds(connection.id)[-2:] == ["connection.refreshed", "connection.revived"]


def test_one_that_was_paused_is_brought_back_by_keep_alive_and_stays_paused(house: House) -> None:
    connection = house.connect()
    house.qb.pause(connection.id)
    house.clock.advance(80 * 24 * HOUR)
    house.intuit.inject(Fault("refresh", "invalid_grant", times=2))
    assert house.qb.refresh_due().failed
    house.clock.advance(MINUTE)
    assert isinstance(refused(house, connection.id), ReconnectRequired)

    report = house.qb.refresh_due()

    assert (report.refreshed, report.revived) == ((connection.id,), (connection.id,))
    assert house.qb.connection(connection.id).state is ConnectionState.PAUSED


@pytest.fixture
def busy() -> Iterator[tuple[House, list[str]]]:
    """A house with six companies."""
    with built(over_http=False) as house:
        for realm_id in REALMS:
            house.intuit.add_company(realm_id, name=realm_id, admins=[JEAN, MARIE])
        yield house, [house.connect(realm_id=realm_id).id for realm_id in REALMS]


def test_when_several_are_refused_an_outage_is_suspected_and_no_more_are_marked(busy: tuple[House, list[str]]) -> None:
    house, ids = busy
    house.clock.advance(2 * HOUR)
    house.intuit.inject(Fault("refresh", "invalid_grant", times=None))
    failures = [refused(house, connection_id) for connection_id in ids]

    assert [type(failure) for failure in failures] == [ReconnectRequired] * 2 + [IntuitUnavailable] * 4
    assert [house.qb.connection(one).state for one in ids[2:]] == [ConnectionState.CONNECTED] * 4
    assert {house.qb.explain(one).cause for one in ids} == {Cause.OUTAGE}
    suspected = failures[-1]
    assert isinstance(suspected, IntuitUnavailable)
    assert (suspected.retryable, suspected.retry_after, suspected.processed) == (True, MINUTE, False)
    assert "believed" in suspected.hint
    sent = house.count("refresh")
    refused(house, ids[-1])
    assert house.count("refresh") == sent, "nothing is sent before the pause is over"

    house.intuit.clear_faults()
    house.clock.advance(MINUTE)

    assert all(house.intuit.is_alive(house.token(one)) for one in ids)
    assert {house.qb.connection(one).state for one in ids} == {ConnectionState.CONNECTED}
    assert {house.qb.explain(one).cause for one in ids} == {Cause.WORKING}


def test_an_outage_of_half_an_hour_is_believed_and_what_comes_after_still_heals(busy: tuple[House, list[str]]) -> None:
    house, ids = busy
    house.clock.advance(2 * HOUR)
    house.intuit.inject(Fault("refresh", "invalid_grant", times=None))
    for one in ids[:3]:
        refused(house, one)
    house.clock.advance(29 * MINUTE)
    assert isinstance(refused(house, ids[2]), IntuitUnavailable)
    house.clock.advance(MINUTE)
    last = refused(house, ids[2])

    assert isinstance(last, ReconnectRequired)
    assert house.qb.connection(ids[2]).cause == Cause.REFUSED
    house.intuit.clear_faults()
    house.clock.advance(timedelta(days=1))
    assert all(house.intuit.is_alive(house.token(one)) for one in ids)


def test_one_refresh_that_works_ends_the_suspicion(busy: tuple[House, list[str]]) -> None:
    house, ids = busy
    for realm_id in REALMS[:4]:
        house.intuit.disconnect(CLIENT_ID, realm_id)
    house.clock.advance(2 * HOUR)
    refused(house, ids[0])
    refused(house, ids[1])
    house.clock.advance(MINUTE)
    house.token(ids[5])
    house.clock.advance(MINUTE)

    assert isinstance(refused(house, ids[2]), ReconnectRequired)
    assert house.qb.explain(ids[2]).cause is Cause.REFUSED


@pytest.mark.parametrize("idle", [timedelta(days=101), timedelta(days=1826)])
def test_what_its_dates_explain_is_believed_at_once_however_many_there_are(
    busy: tuple[House, list[str]], idle: timedelta
) -> None:
    house, ids = busy
    house.clock.advance(idle)

    assert {type(refused(house, one)) for one in ids} == {ReconnectRequired}
    sent = house.count("refresh")
    house.clock.advance(timedelta(days=2))
    assert isinstance(refused(house, ids[0]), ReconnectRequired)
    assert house.count("refresh") == sent, "what has run out is not tried again"


# The accounting API


def test_an_owner_who_lost_access_is_marked_by_the_client_until_a_transfer(house: House) -> None:
    connection = house.connect()
    client = house.qb.quickbooks(connection.id)
    house.intuit.remove_admin(BAKERY, JEAN)

    with pytest.raises(IntuitRejected, match="120") as refusal:
        Customer.all(qb=client)

    assert "begin_transfer" in refusal.value.hint
    assert house.qb.connection(connection.id).cause == Cause.OWNER_LOST_ACCESS
    with pytest.raises(ReconnectRequired, match="owner lost access") as closed:
        Customer.all(qb=client)
    assert "begin_transfer" in closed.value.hint
    assert house.kinds(connection.id).count("connection.needs_reconnect") == 1
    house.qb.complete(house.agree(house.qb.begin_transfer(connection.id, to=MARIE), MARIE))
    assert house.works(connection.id)


def test_a_refresh_does_not_give_a_lost_admin_the_company_back(house: House) -> None:
    connection = house.connect()
    house.intuit.remove_admin(BAKERY, JEAN)
    house.qb.probe(connection.id)
    house.clock.advance(timedelta(days=80))

    assert house.qb.refresh_due().refreshed == (connection.id,), "the pair is kept alive"

    assert house.qb.connection(connection.id).cause == Cause.OWNER_LOST_ACCESS


def test_a_lapsed_subscription_is_the_companys_matter(house: House) -> None:
    connection = house.connect()
    house.intuit.inject(Fault("write", "api_fault", status=400, code="6190", type="ValidationFault"))

    with pytest.raises(QuickbooksException) as fault:
        _write(house, connection.id)

    assert fault.value.error_code == 6190
    assert house.qb.connection(connection.id) == connection


def _write(house: House, connection_id: str) -> None:
    customer = Customer()
    customer.DisplayName = "Petit"
    customer.save(qb=house.qb.quickbooks(connection_id))
