"""Keeping idle connections alive: spread, paced, resumable, and silent where nothing can be done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from lifecycle_house import CALLBACK, CLIENT_ID, JEAN, House, built

from qbapps.domain import policies
from qbapps.domain.connection import Connection
from qbapps.domain.events import Event
from qbapps.domain.reports import Progress
from qbapps.simulator import Fault

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
REALMS = [f"91303500000003{number:02}" for number in range(30)]


def furnish(house: House, count: int, app: str = "dext") -> list[Connection]:
    made = []
    for realm_id in REALMS[:count]:
        if app == "dext":
            house.intuit.add_company(realm_id, name=realm_id, admins=[JEAN])
        made.append(house.connect(realm_id=realm_id, app=app))
    return made


@pytest.fixture
def wide() -> Iterator[tuple[House, list[Connection]]]:
    """A house with eight idle companies that are due."""
    with built(over_http=False) as house:
        made = furnish(house, 8)
        house.clock.advance(75 * DAY)
        house.intuit.clear_requests()
        yield house, made


def test_every_connection_that_is_due_is_refreshed_once(wide: tuple[House, list[Connection]]) -> None:
    house, made = wide

    report = house.qb.refresh_due()

    assert set(report.refreshed) == {one.id for one in made}
    assert house.count("refresh") == len(made)
    again = house.qb.refresh_due()
    assert (again.refreshed, again.skipped) == ((), len(made))
    assert house.count("refresh") == len(made)


def test_a_run_is_paced(wide: tuple[House, list[Connection]]) -> None:
    house, made = wide
    before = house.clock.now()

    house.qb.refresh_due()

    assert house.clock.now() - before > policies.KEEP_ALIVE_PACE * (len(made) - 2)


def test_a_run_says_how_far_it_is(wide: tuple[House, list[Connection]]) -> None:
    house, made = wide
    house.intuit.disconnect(CLIENT_ID, made[0].realm_id or "")
    seen: list[Progress] = []

    house.qb.refresh_due(progress=seen.append)

    assert [now.done for now in seen] == list(range(9))
    assert {now.total for now in seen} == {8}
    assert (seen[0].eta, seen[-1].eta, seen[-1].failed) == (None, 0.0, 1)
    assert all(now.eta is not None and now.eta >= 0 for now in seen[1:])


@pytest.mark.parametrize("killed_after", [1, 3, 7])
def test_a_run_that_is_stopped_goes_on_where_it_was(wide: tuple[House, list[Connection]], killed_after: int) -> None:
    house, made = wide

    class Killed(BaseException):
        pass

    def stop(now: Progress) -> None:
        if now.done == killed_after:
            raise Killed

    with pytest.raises(Killed):
        house.qb.refresh_due(progress=stop)
    done = house.count("refresh")

    report = house.qb.refresh_due()

    assert killed_after <= done
    assert len(report.refreshed) == len(made) - done
    assert house.count("refresh") == len(made), "nothing was refreshed twice"


def test_what_somebody_else_refreshed_meanwhile_is_not_refreshed_again(wide: tuple[House, list[Connection]]) -> None:
    house, made = wide

    def other_run(now: Progress) -> None:
        if now.done == 0:
            house.qb.refresh_due()

    report = house.qb.refresh_due(progress=other_run)

    assert (report.refreshed, report.skipped) == ((), len(made))
    assert house.count("refresh") == len(made)


def test_connections_made_on_one_day_drift_apart(house: House) -> None:
    made = furnish(house, 30)
    per_day = []
    for _ in range(75):
        house.clock.advance(DAY)
        per_day.append(len(house.qb.refresh_due().refreshed))

    assert sum(count > 0 for count in per_day) >= 4
    assert max(per_day) < policies.KEEP_ALIVE_CROWD
    assert {house.qb.connection(one.id).generation for one in made} == {2}


# Apps that cannot be served


def test_wrong_keys_stop_their_app_after_the_first_answer_and_no_other(wide: tuple[House, list[Connection]]) -> None:
    house, made = wide
    house.register("zapier", "zapier-client")
    fine = furnish(house, 3, "zapier")
    house.clock.advance(75 * DAY)
    house.intuit.add_app(CLIENT_ID, "rotated-at-intuit", redirect_uris=[CALLBACK])
    house.intuit.clear_requests()

    report = house.qb.refresh_due()

    assert set(report.refreshed) == {one.id for one in fine}
    assert report.stopped == (("dext", "wrong_keys"),)
    assert 1 <= len(report.failed) <= policies.KEEP_ALIVE_WORKERS
    assert {one for one, _ in report.failed} | set(report.left) == {one.id for one in made}
    assert house.count("refresh") == len(report.failed) + len(fine)


def test_an_app_that_gets_no_answers_is_left_before_all_its_pairs_are_in_doubt(
    wide: tuple[House, list[Connection]],
) -> None:
    house, made = wide
    house.intuit.inject(Fault("refresh", "timeout", times=None))

    report = house.qb.refresh_due()

    assert report.stopped == (("dext", "outage"),)
    assert len(report.failed) < len(made)
    assert len(report.failed) + len(report.left) == len(made)
    house.intuit.clear_faults()
    assert set(house.qb.refresh_due().refreshed) == {one.id for one in made}


def test_refusals_in_a_row_are_an_outage_and_the_next_run_heals_what_they_marked(
    wide: tuple[House, list[Connection]],
) -> None:
    house, made = wide
    house.intuit.inject(Fault("refresh", "invalid_grant", times=None))

    report = house.qb.refresh_due()

    assert report.stopped == (("dext", "outage"),)
    house.intuit.clear_faults()
    house.clock.advance(5 * MINUTE)
    healed = house.qb.refresh_due()
    assert set(healed.refreshed) == {one.id for one in made}
    assert set(healed.revived) <= set(healed.refreshed)
    assert {house.qb.connection(one.id).state for one in made} == {"connected"}


def test_a_run_waits_as_long_as_intuit_asks(wide: tuple[House, list[Connection]]) -> None:
    house, made = wide
    house.intuit.inject(Fault("refresh", "throttled", retry_after=30))
    before = house.clock.now()

    report = house.qb.refresh_due()

    assert (len(report.refreshed), report.failed, report.stopped) == (len(made), (), ())
    assert house.clock.now() - before >= timedelta(seconds=30)


def test_a_run_does_not_wait_for_hours(wide: tuple[House, list[Connection]]) -> None:
    house, _ = wide
    house.intuit.inject(Fault("refresh", "throttled", times=None, retry_after=3600))

    report = house.qb.refresh_due()

    assert report.stopped == (("dext", "throttled"),)
    assert report.left


# Marked ones


def test_a_marked_one_that_stays_dead_is_no_failure_of_the_run(house: House) -> None:
    dead, idle = house.connect(), house.connect(realm_id="9130350000000003")
    house.intuit.disconnect(CLIENT_ID, dead.realm_id or "")
    house.clock.advance(75 * DAY)
    assert [one for one, _ in house.qb.refresh_due().failed] == [dead.id]
    house.clock.advance(7 * DAY)

    report = house.qb.refresh_due()

    assert (report.refused, report.failed, report.skipped) == ((dead.id,), (), 1)
    sent = house.count("refresh")
    assert house.qb.refresh_due().refused == ()
    assert house.count("refresh") == sent, "the pause is not over"
    assert house.qb.connection(idle.id).state == "connected"


# The five-year cap


def test_the_end_of_a_consent_is_told_once_at_each_lead(house: House) -> None:
    connection = house.connect()
    heard: list[Event] = []
    house.qb.on("connection.expiring", heard.append)
    reported = 0
    for _ in range(260):
        house.clock.advance(7 * DAY)
        reported += house.qb.refresh_due().expiring == (connection.id,)

    assert [event.details["days_left"] for event in heard] == [180, 26, 5]
    assert reported == 26, "the report names it each time"


def test_a_new_consent_is_told_of_its_own_end(house: House) -> None:
    connection = house.connect()
    for _ in range(24):
        house.clock.advance(70 * DAY)
        house.qb.refresh_due()
    house.qb.complete(house.agree(house.qb.reconnect(connection.id)))
    house.qb.refresh_due()
    for _ in range(24):
        house.clock.advance(70 * DAY)
        house.qb.refresh_due()

    assert house.kinds(connection.id).count("connection.expiring") == 2
