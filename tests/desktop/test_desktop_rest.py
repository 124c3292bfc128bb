"""Letting QuickBooks be: pauses, and the hours in which a connector may work."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from desktop_house import ALL_OVER, QUARTER, House, house, talk
from hypothesis import assume, example, given
from hypothesis import strategies as st

from qbapps.desktop.resting import LOOK_AGAIN
from qbapps.domain.desktop import windows
from qbapps.domain.desktop.windows import Window
from qbapps.errors import ConfigurationError, TransitionError

HOUR = timedelta(hours=1)
ZONES = ["Europe/Paris", "America/Toronto", "Australia/Lord_Howe", "UTC", "Asia/Kathmandu", "America/St_Johns"]


def seen_by_quickbooks(there: House) -> int:
    return there.quickbooks._tickets


def test_a_pause_is_told_before_quickbooks_is_opened() -> None:
    with house() as there:
        there.update()
        there.add("monday")
        there.qb.desktop.pause(there.id, by="Marie")
        opened = seen_by_quickbooks(there)
        update = there.later()
        assert update.outcome == "no_work"
        assert update.called("authenticate")[0].result[1:] == ("none", str(int(LOOK_AGAIN.total_seconds())))  # type: ignore[index]
        assert seen_by_quickbooks(there) == opened, "QuickBooks was not held for a moment"
        status = there.status
        assert (status.is_paused, status.paused_until, status.state) == (True, None, "active")
        assert there.qb.connection(there.id).state == "paused"
        there.qb.desktop.resume(there.id)
        assert there.later().outcome == "done"
        assert there.hours() == ["monday"]


def test_a_pause_ends_by_itself_and_the_connector_comes_then() -> None:
    with house() as there:
        there.update()
        there.add("monday")
        until = there.clock.now() + timedelta(minutes=50)
        there.qb.desktop.pause(there.id, until=until)
        assert there.status.paused_until == until
        log = there.connector.run(49)
        assert set(log.outcomes) == {"no_work"}
        assert there.hours() == []
        log = there.connector.run(2)
        assert log.outcomes == ["done"], "not a quarter of an hour later"
        assert there.hours() == ["monday"]
        assert there.qb.connection(there.id).state == "connected"
        assert [event.kind for event in there.qb.events(there.id)].count("connection.resumed") == 1


def test_a_connector_without_auto_run_is_refused_each_time() -> None:
    with house() as there:
        there.update()
        there.connector.auto_run = False
        there.add("monday")
        there.qb.desktop.pause(there.id)
        for _ in range(5):
            assert there.later(timedelta(seconds=5)).outcome == "no_work"
        assert there.hours() == []


def test_resumed_early_it_comes_back_within_a_quarter_of_an_hour() -> None:
    with house() as there:
        there.update()
        there.add("monday")
        there.qb.desktop.pause(there.id, until=there.clock.now() + 24 * HOUR)
        there.connector.run(31)
        there.qb.desktop.resume(there.id)
        there.connector.run(15)
        assert there.hours() == ["monday"]


def test_a_pause_in_the_midst_of_a_session_finishes_what_quickbooks_is_at() -> None:
    with house() as there:
        there.update()
        first, second = there.add("monday"), there.add("tuesday")
        there.connector.before("process", lambda _: there.qb.desktop.pause(there.id))
        update = there.later()
        assert update.outcome == "stopped"
        assert "paused" in update.status.casefold()
        assert (there.job(first).state, there.job(second).state) == ("done", "queued")
        assert there.hours() == ["monday"]
        assert there.status.session is None
        assert there.later().outcome == "no_work"


def test_a_pause_that_comes_between_decision_and_save_is_heeded() -> None:
    with house() as there:
        there.update()
        there.add("monday")
        begun = talk(there)
        desk = there.qb.desktop._ports.desktop
        real = desk.next_job

        def next_job(*given: object) -> object:
            desk.next_job = real
            there.qb.desktop.pause(there.id)
            return real(*given)

        desk.next_job = next_job
        assert begun.ask() == "", "paused a moment before it would have been sent"
        assert there.status.jobs == {"queued": 1}


@pytest.mark.parametrize("how", ["deauthorize", "remove", "disconnect"])
def test_an_end_that_comes_between_decision_and_save_is_heeded(how: str) -> None:
    with house() as there:
        there.update()
        there.add("monday")
        begun = talk(there)
        desk = there.qb.desktop._ports.desktop
        real = desk.next_job

        def next_job(*given: object) -> object:
            desk.next_job = real
            if how == "disconnect":
                there.qb.disconnect(there.id)
            else:
                getattr(there.qb.desktop, how)(there.id)
            return real(*given)

        desk.next_job = next_job
        assert begun.ask() == ""
        assert there.hours() == []


def test_a_lost_session_is_noticed_during_a_pause() -> None:
    with house() as there:
        there.update()
        job = there.add("monday")
        there.connector.die_after("process")
        there.later()
        there.qb.desktop.pause(there.id)
        assert there.later(ALL_OVER).outcome == "no_work"
        assert there.status.session is None
        assert there.job(job).state == "unknown"
        there.qb.desktop.resume(there.id)
        there.later()
        assert there.hours() == ["monday"]


def test_a_pause_stays_while_quickbooks_lets_us_in_anew() -> None:
    with house() as there:
        there.update()
        there.add("monday")
        there.qb.desktop.pause(there.id)
        there.password = there.qb.desktop.reissue(there.id).reveal()
        there.connector.set_password(there.password)
        assert there.later().outcome in {"done", "stopped"}
        assert there.qb.connection(there.id).state == "paused"
        assert there.hours() == []
        there.qb.desktop.resume(there.id)
        there.later()
        assert there.hours() == ["monday"]


def test_only_what_is_connected_can_be_paused_and_not_until_yesterday() -> None:
    with house() as there:
        with pytest.raises(TransitionError):
            there.qb.desktop.pause(there.id)
        there.update()
        now = there.clock.now()
        for wrong in (now, now - HOUR, now.replace(tzinfo=None)):
            with pytest.raises(ConfigurationError):
                there.qb.desktop.pause(there.id, until=wrong)
        assert not there.status.is_paused


def test_a_window_over_midnight() -> None:
    with house() as there:
        there.update()
        there.qb.desktop.set_window(there.id, start=time(19), end=time(7), zone="Europe/Paris")
        there.add("monday")
        assert there.status.window == "19:00-07:00 Europe/Paris"
        # The clock stands at ten in the morning, in Paris.
        update = there.later(timedelta(0))
        assert update.outcome == "no_work"
        # Not nine hours: a window that is changed meanwhile would be heard of that late.
        assert update.called("authenticate")[0].result[2] == "900"  # type: ignore[index]
        assert not there.status.is_in_window
        there.connector.run(9 * 60 - 1)
        assert there.hours() == []
        there.connector.run(2)
        assert there.hours() == ["monday"]
        there.add("tuesday")
        there.connector.run(12 * 60)
        assert there.hours() == ["monday", "tuesday"]
        there.qb.desktop.set_window(there.id)
        assert there.status.window is None


def test_a_session_ends_when_its_window_shuts() -> None:
    with house() as there:
        there.update()
        there.qb.desktop.set_window(there.id, start=time(9), end=time(10, 30), zone="Europe/Paris")
        there.add("monday")
        there.add("tuesday")
        there.connector.after("process", lambda _: there.clock.advance(timedelta(minutes=31)))
        assert there.later(timedelta(0)).outcome == "stopped"
        assert there.hours() == ["monday"]
        assert there.later(QUARTER).outcome == "no_work"


windows_of = st.builds(
    Window,
    st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    st.sampled_from(ZONES),
)
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
# The days on which clocks are changed somewhere, and all the others.
DAYS_OF_CHANGE = [datetime(2026, *day, tzinfo=UTC) for day in ((3, 8), (3, 29), (4, 4), (10, 3), (10, 25), (11, 1))]
instants = st.one_of(
    st.builds(
        lambda day, minutes: day + timedelta(minutes=minutes), st.sampled_from(DAYS_OF_CHANGE), st.integers(-600, 2_400)
    ),
    st.builds(lambda minutes: NEW_YEAR + timedelta(minutes=minutes), st.integers(0, 525_600)),
)


@example(Window(time(2, 30), time(4), "Europe/Paris"), datetime(2026, 10, 25, 1, 10, tzinfo=UTC))
@example(Window(time(2, 30), time(2, 45), "Europe/Paris"), datetime(2026, 3, 29, 0, 10, tzinfo=UTC))
@given(windows_of, instants)
def test_a_window_that_is_shut_opens_when_it_says(window: Window, at: datetime) -> None:
    assume(window.start != window.end)
    shut_for = window.opens_in(at)
    if window.is_open(at):
        assert shut_for == timedelta(0)
        return
    assert timedelta(0) < shut_for <= timedelta(hours=49)
    # It is never open before; on a day without that hour it opens an hour late at most.
    step = shut_for / 20
    early = [at + step * n for n in range(1, 20) if window.is_open(at + step * n)]
    assert all(at + shut_for - one <= HOUR for one in early)
    opened = at + shut_for
    skipped = opened.astimezone(ZoneInfo(window.zone)).time() != window.start
    assert window.is_open(opened) or skipped


@given(windows_of)
def test_a_window_is_read_as_it_is_written(window: Window) -> None:
    assert windows.read(str(window)) == window


@given(windows_of, instants)
def test_an_instant_is_within_exactly_one_of_a_window_and_its_opposite(window: Window, at: datetime) -> None:
    assume(window.start != window.end)
    assert window.is_open(at) is not Window(window.end, window.start, window.zone).is_open(at)


@pytest.mark.parametrize(
    "given_",
    [
        {"start": time(9)},
        {"start": time(9), "end": time(9), "zone": "UTC"},
        {"start": time(9), "end": time(10), "zone": "Mars/Olympus"},
        {"start": time(9), "end": time(10), "zone": "../../etc/passwd"},
        {"zone": "UTC"},
    ],
)
def test_a_window_that_is_none_is_refused(given_: dict[str, object]) -> None:
    with house(is_installed=False) as there:
        with pytest.raises(ConfigurationError):
            there.qb.desktop.set_window(there.id, **given_)  # type: ignore[arg-type]
        assert there.status.window is None
