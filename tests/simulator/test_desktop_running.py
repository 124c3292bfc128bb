"""Auto-Run of the fake Web Connector, on a clock that is moved by hand."""

from datetime import timedelta

import pytest
from desktop_parts import NOON, OWNER, Server, connected, qwc, workshop

from qbapps.simulator.desktop import Outcome


class Hands:
    """A clock of the caller's."""

    def __init__(self):
        self.at = NOON

    def now(self):
        return self.at

    def advance(self, by):
        self.at += by


def minutes(log):
    return [int((update.began_at - NOON).total_seconds() // 60) for update in log.updates]


def test_it_runs_every_n_minutes():
    connector = connected(Server())
    assert minutes(connector.run(minutes=35)) == [10, 20, 30]
    assert connector.quickbooks.clock.now() == NOON + timedelta(minutes=35)
    assert minutes(connector.run(minutes=5)) == [40]
    assert all(update.is_scheduled for update in connector.sessions)


def test_without_auto_run_only_clicks_count():
    connector = connected(Server(), auto_run=False)
    assert connector.run(minutes=60).updates == ()
    assert connector.update_selected().outcomes == [Outcome.STOPPED]


def test_a_box_without_a_tick_and_an_app_without_a_password_do_not_run():
    connector = connected(Server())
    connector.application().is_ticked = False
    assert connector.run(minutes=60).updates == ()
    connector.application().is_ticked = True
    connector.set_password("")
    assert connector.run(minutes=60).updates == ()


def test_an_app_without_a_schedule_runs_when_the_user_sets_one():
    connector = connected(Server(), file=qwc(Scheduler=None))
    assert connector.run(minutes=60).updates == ()
    connector.set_every(30)
    assert minutes(connector.run(minutes=60)) == [90, 120]
    with pytest.raises(ValueError, match="minute"):
        connector.set_every(0)


def test_a_click_moves_the_next_run():
    connector = connected(Server())
    connector.run(minutes=5)
    connector.update_selected()
    assert minutes(connector.run(minutes=15)) == [15]


@pytest.mark.parametrize("said", ["none", "busy", "nvu"])
def test_a_refusal_with_seconds_postpones(said):
    server = Server(authenticate=[("t", said, "1800", ""), ("t", said)])
    assert minutes(connected(server).run(minutes=60)) == [10, 40, 50, 60]


def test_a_least_interval_makes_it_slower_and_never_faster():
    server = Server(authenticate=("t", "none", "", "1200"))
    assert minutes(connected(server).run(minutes=60)) == [10, 30, 50]
    quick = Server(authenticate=("t", "none", "", "60"))
    assert minutes(connected(quick).run(minutes=30)) == [10, 20, 30]


def test_without_auto_run_seconds_are_ignored():
    server = Server(authenticate=("t", "none", "1800", "3600"))
    connector = connected(server, auto_run=False)
    connector.update_selected()
    connector.auto_run = True
    assert minutes(connector.run(minutes=12)) == [10]


def test_two_apps_take_turns():
    connector = connected(Server())
    connector.add(qwc(UserName="con_2", OwnerID=OWNER.replace("57F3", "57F4"), AppName="Other"))
    connector.set_password("y", "con_2")
    connector.set_every(15, "con_2")
    log = connector.run(minutes=30)
    assert sorted((at, update.user_name) for at, update in zip(minutes(log), log.updates, strict=True)) == [
        (10, "con_1"),
        (15, "con_2"),
        (20, "con_1"),
        (30, "con_1"),
        (30, "con_2"),
    ]


def test_a_killed_connector_stays_away_until_it_is_started():
    connector = connected(Server())
    connector.die_after("authenticate")
    assert minutes(connector.run(minutes=60)) == [10]
    connector.restart()
    assert minutes(connector.run(minutes=20)) == [60, 60 + 10, 60 + 20]


def test_a_clock_that_can_be_moved_is_shared():
    hands = Hands()
    connector = connected(Server(), workshop(clock=hands))
    connector.run(minutes=25)
    assert hands.at == NOON + timedelta(minutes=25)


def test_a_server_that_says_noop_is_asked_again_after_five_seconds():
    server = Server(sendRequestXML="", getLastError=["NoOp", "noop", "Done."])
    connector = connected(server)
    log = connector.update_selected()
    assert log.methods[3:] == ["sendRequestXML", "getLastError"] * 3 + ["closeConnection"]
    assert connector.quickbooks.clock.now() == NOON + timedelta(seconds=10)
    assert log.updates[0].ended_at == NOON + timedelta(seconds=10)
