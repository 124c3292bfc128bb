"""After a crash: what is found in the middle, what opening settles, what recovering carries on."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
from lifecycle_house import BAKERY, CLIENT_ID, GARAGE, JEAN, MARIE, House, down

import qbapps
from qbapps.domain.authorization import AuthorizationState
from qbapps.domain.recovery import InterruptedKind
from qbapps.errors import GrantUnverified, IntuitUnavailable, StateMismatch, WrongCompany
from qbapps.language import words
from qbapps.simulator import Fault

PATIENCE = timedelta(seconds=45)
"""What a call may take: the HTTP timeout and the lease's slack."""


class Crash(BaseException):
    """The process dies here."""


class Dying:
    """A port that works until the process dies at one of its calls."""

    def __init__(self, port: Any, call: str, after: int = 0) -> None:
        self._port, self._call, self._after = port, call, after

    def __getattr__(self, name: str) -> Any:
        if name == self._call:
            self._after -= 1
            if self._after < 0:
                raise Crash(name)
        return getattr(self._port, name)


def crash(house: House, port: str, call: str, verb: str, given: str, after: int = 0) -> None:
    """Let a process do a verb that dies at a call."""
    dying = house.with_ports(**{port: Dying(getattr(house.ports, port), call, after)})
    with pytest.raises(Crash):
        getattr(dying, verb)(given)


def interrupted(house: House) -> list[tuple[str, str]]:
    return [(str(one.kind), one.id) for one in house.qb.interrupted()]


def exchange_cut_off(house: House) -> tuple[str, str, str]:
    """Return the ids of a connection and of a transfer whose exchange was cut off, and the callback."""
    connection = house.connect()
    transfer = house.qb.begin_transfer(connection.id, to=MARIE)
    callback = house.agree(transfer, MARIE)
    crash(house, "oauth", "exchange", "complete", callback)
    return connection.id, transfer.id, callback


# What is found


def test_work_under_way_is_not_called_interrupted(house: House) -> None:
    connection_id, transfer_id, _ = exchange_cut_off(house)

    house.clock.advance(PATIENCE - timedelta(microseconds=1))
    assert house.qb.interrupted() == ()
    assert house.qb.recover() == qbapps.RecoveryReport()
    house.clock.advance(timedelta(microseconds=1))

    (found,) = house.qb.interrupted()
    assert found.kind is InterruptedKind.EXCHANGE
    assert (found.connection_id, found.transfer_id, found.realm_id) == (connection_id, transfer_id, BAKERY)
    assert found.since == house.clock.now() - PATIENCE


def test_each_kind_is_found_told_in_both_languages_and_carried_on(house: House) -> None:
    refreshing, ending = house.connect(), house.connect(realm_id=GARAGE)
    house.clock.advance(timedelta(hours=26))
    granted = house.agree(house.qb.begin_connect("dext"), JEAN, "9130350000000001")
    sent = house.agree(house.qb.begin_connect("dext"), JEAN, "9130350000000001")
    crash(house, "companies", "company_info", "complete", granted)
    crash(house, "oauth", "exchange", "complete", sent)
    crash(house, "oauth", "refresh", "access_token", refreshing.id)
    crash(house, "oauth", "revoke", "disconnect", ending.id)
    assert house.qb.interrupted() == (), "as far as anybody can know, it is under way"
    house.clock.advance(PATIENCE)

    found = house.qb.interrupted()

    assert [one.kind for one in found] == ["exchange", "refresh", "disconnect", "grant"]
    french = words("fr")
    for one in found:
        assert french.say(one.what) != one.what
        assert french.say(one.next_step) != one.next_step
    report = house.qb.recover()
    assert report.settled == found
    assert report.failed == ()
    assert house.qb.interrupted() == ()
    assert house.works(refreshing.id)
    assert house.qb.disconnections(ending.id)[0].proof == "refused_after_revoke"
    assert house.qb.unverified_grants() == ()
    assert len(list(house.qb.connections())) == 3
    assert house.qb.verify_events() == ()


def test_what_fails_is_reported_and_stops_nothing_else(house: House) -> None:
    refreshing, ending = house.connect(), house.connect(realm_id=GARAGE)
    house.clock.advance(timedelta(hours=26))
    crash(house, "oauth", "refresh", "access_token", refreshing.id)
    crash(house, "oauth", "revoke", "disconnect", ending.id)
    house.clock.advance(PATIENCE)
    house.intuit.inject(Fault("refresh", "unavailable"))

    report = house.qb.recover()

    assert [connection_id for connection_id, _ in report.failed] == [refreshing.id]
    assert [one.kind for one in report.settled] == ["disconnect"]


# Exchanges


def test_a_lost_exchange_is_told_once_and_its_transfer_gets_a_fresh_link(house: House) -> None:
    connection_id, transfer_id, callback = exchange_cut_off(house)
    house.clock.advance(PATIENCE)

    house.qb.recover()
    house.qb.recover()

    assert house.kinds(connection_id).count("exchange.lost") == 1
    assert house.qb.transfer(transfer_id).state == "pending"
    with pytest.raises(StateMismatch, match="no answer has come"):
        house.qb.complete(callback)
    again = house.qb.complete(house.agree(house.qb.renew_link(transfer_id), MARIE))
    assert again.id == connection_id
    assert house.qb.transfer(transfer_id).state == "completed"


def test_an_answer_that_comes_after_it_was_given_up_is_kept_all_the_same(house: House) -> None:
    connection = house.connect()
    transfer = house.qb.begin_transfer(connection.id, to=MARIE)
    real = house.ports.oauth

    class Slow:
        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

        def exchange(self, *args: Any) -> Any:
            answer = real.exchange(*args)
            house.clock.advance(PATIENCE)
            assert [one.kind for one in house.qb.recover().settled] == ["exchange"]
            return answer

    house.with_ports(oauth=Slow()).complete(house.agree(transfer, MARIE))

    assert house.qb.transfer(transfer.id).state == "completed"
    assert house.works(connection.id)
    assert house.qb.explain(connection.id).cause == "working"


def test_a_second_callback_during_the_exchange_changes_nothing(house: House) -> None:
    callback = house.agree(house.qb.begin_connect("dext"))
    real = house.ports.oauth

    class Slow:
        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

        def exchange(self, *args: Any) -> Any:
            with pytest.raises(StateMismatch, match="sent to Intuit already"):
                house.qb.complete(callback)
            return real.exchange(*args)

    assert house.works(house.with_ports(oauth=Slow()).complete(callback).id)
    assert house.count("exchange") == 1


def test_an_answer_lost_without_a_crash_is_recorded_at_once(house: House) -> None:
    connection = house.connect()
    callback = house.agree(house.qb.begin_transfer(connection.id, to=MARIE), MARIE)
    house.intuit.inject(Fault("exchange", "drop_after"))

    with pytest.raises(IntuitUnavailable):
        house.qb.complete(callback)

    assert house.ports.store.authorizations(state=AuthorizationState.EXCHANGING) == ()
    assert house.kinds(connection.id)[-1] == "exchange.lost"


# Grants


def test_a_grant_that_waits_for_a_decision_is_left_to_people(house: House) -> None:
    with pytest.raises(WrongCompany):
        house.qb.complete(house.agree(house.qb.begin_connect("dext", realm_id=BAKERY), JEAN, GARAGE))
    connection = house.connect()
    cancelled = house.qb.begin_transfer(connection.id, to=MARIE)
    callback = house.agree(cancelled, MARIE)
    house.qb.cancel_transfer(cancelled.id)
    with pytest.raises(qbapps.StateExpired):
        house.qb.complete(callback)
    house.clock.advance(PATIENCE)

    assert house.qb.interrupted() == ()
    assert len(house.qb.unverified_grants()) == 2
    assert all(grant.refused_at is not None for grant in house.qb.unverified_grants())


def test_a_grant_that_could_not_be_checked_is_checked_again(house: House) -> None:
    house.intuit.inject(*down("company"))
    with pytest.raises(GrantUnverified):
        house.connect()
    house.clock.advance(PATIENCE)

    (failed,) = house.qb.recover().failed
    assert failed[0] == house.qb.unverified_grants()[0].id
    house.intuit.clear_faults()
    assert house.qb.recover().failed == ()

    (connection,) = house.qb.connections()
    assert house.works(connection.id)


def test_a_grant_whose_refresh_was_cut_off_says_so_when_it_is_dead(house: House) -> None:
    house.intuit.inject(*down("company"))
    with pytest.raises(GrantUnverified) as kept:
        house.connect()
    house.intuit.clear_faults()
    house.clock.advance(timedelta(hours=2))
    crash(house, "oauth", "refresh", "adopt", str(kept.value.grant_id))
    house.intuit.disconnect(CLIENT_ID, BAKERY)
    house.clock.advance(PATIENCE)

    with pytest.raises(GrantUnverified, match="was never answered"):
        house.qb.adopt(str(kept.value.grant_id))

    assert house.qb.interrupted() == (), "it waits for somebody who discards it"


# Opening


def reopened(house: House) -> qbapps.QBApps:
    return qbapps.open(f"sqlite:///{house.path}", key=house.keys, clock=house.clock)


def test_opening_a_file_settles_what_needs_no_network_and_warns_once(
    filed: House, caplog: pytest.LogCaptureFixture
) -> None:
    connection_id, _, _ = exchange_cut_off(filed)
    filed.clock.advance(timedelta(hours=26))
    crash(filed, "oauth", "refresh", "access_token", connection_id)
    filed.clock.advance(PATIENCE)
    filed.intuit.clear_requests()

    with caplog.at_level(logging.WARNING), reopened(filed) as qb:
        assert [one.kind for one in qb.interrupted()] == ["refresh"]

    (warning,) = caplog.records
    assert warning.interrupted == {"exchange": 1, "refresh": 1}  # type: ignore[attr-defined]
    assert filed.intuit.requests == ()
    assert filed.kinds(connection_id).count("exchange.lost") == 1


def test_opening_a_file_where_nothing_was_cut_off_says_nothing(filed: House, caplog: pytest.LogCaptureFixture) -> None:
    filed.connect()
    filed.qb.begin_connect("dext")

    with caplog.at_level(logging.DEBUG, logger="qbapps"), reopened(filed):
        pass

    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_a_file_that_cannot_be_written_can_still_be_opened(filed: House, caplog: pytest.LogCaptureFixture) -> None:
    exchange_cut_off(filed)
    filed.clock.advance(PATIENCE)
    filed.sql("create trigger deaf before insert on events begin select raise(abort, 'deaf'); end")

    with caplog.at_level(logging.WARNING), reopened(filed) as qb:
        assert len(qb.interrupted()) == 1

    assert [record.message for record in caplog.records][-1] == "What a crash left could not be looked at."
