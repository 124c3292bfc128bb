"""Passwords that are wrong, too often wrong, lost; and a new computer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from desktop_house import House, call, house, plug

from qbapps.desktop.authenticating import FREE_TRIES, LONGEST_LOCK
from qbapps.simulator.desktop import FakeQuickBooks


def wrong(there: House, times: int = 1) -> list[str]:
    return [there.call("authenticate", strUserName=there.username, strPassword=f"wrong {n}")[1] for n in range(times)]


def test_a_wrong_password_is_told_and_forgotten_when_it_is_right() -> None:
    with house() as there:
        there.connector.set_password("1234")
        update = there.update()
        assert (update.outcome, update.codes) == ("bad_login", ["QBWC1040"])
        assert (there.state, there.attention) == ("awaiting_login", "QBWC1040")
        there.connector.set_password(there.password)
        assert there.update().outcome == "done"
        assert there.attention is None


def test_too_many_wrong_passwords_and_even_the_right_one_has_to_wait() -> None:
    with house() as there:
        assert wrong(there, FREE_TRIES) == ["nvu"] * FREE_TRIES
        assert there.attention == "locked_out"
        ticket, said, seconds = there.log_in()
        assert (said, seconds) == ("none", "60")
        assert there.call("closeConnection", ticket=ticket) == "OK"
        there.clock.advance(timedelta(seconds=60))
        assert there.log_in()[1] == ""
        assert there.attention is None


def test_each_further_wrong_password_locks_for_longer_up_to_a_limit() -> None:
    with house() as there:
        wrong(there, FREE_TRIES)
        waits = []
        for _ in range(8):
            seconds = int(there.log_in()[2])
            waits.append(seconds)
            there.clock.advance(timedelta(seconds=seconds))
            assert wrong(there) == ["nvu"]
        assert waits == [60, 120, 240, 480, 900, 900, 900, 900]
        assert max(waits) == LONGEST_LOCK.total_seconds()


def test_passwords_that_are_tried_while_locked_are_not_looked_at() -> None:
    with house() as there:
        wrong(there, FREE_TRIES)
        assert {call(there.qb, "authenticate", to=there.id, strUserName=there.username, strPassword="x")[1]} == {"none"}
        there.clock.advance(timedelta(seconds=60))
        assert there.log_in()[1] == "", "they did not make it longer"


@pytest.mark.parametrize("to", ["", "con_unknown", "its own"])
def test_a_user_that_there_is_not_is_refused_like_a_wrong_password(to: str) -> None:
    with house() as there:
        there_or_not = there.id if to == "its own" else to
        ticket, said = there.call("authenticate", to=there_or_not, strUserName="nobody", strPassword="x")
        assert said == "nvu"
        assert len(ticket) == 64
        assert there.attention is None, "nobody's attempt is no matter of this connection"


def test_what_else_needs_a_person_is_not_forgotten_over_a_wrong_password() -> None:
    with house() as there:
        there.update()
        job = there.add("monday")
        text = '<?xml version="1.0"?><QBXML><QBXMLMsgsRs messageSetStatusCode="9001"></QBXMLMsgsRs></QBXML>'
        real = there.quickbooks.process
        there.quickbooks.process = lambda request, *a, **k: (
            text if "TimeTrackingAdd" in request else real(request, *a, **k)
        )  # type: ignore[method-assign]
        there.later()
        assert there.attention == "outcome_unknown"
        wrong(there)
        assert there.attention == "outcome_unknown"
        there.later()
        found = there.status.attention
        assert found is not None
        assert (found.code, found.note) == ("outcome_unknown", job.id)


def test_a_new_password_replaces_the_old_one_and_nothing_has_to_be_let_in_anew() -> None:
    with house() as there:
        there.add("monday")
        there.update()
        new = there.qb.desktop.reissue(there.id, by="Jean").reveal()
        assert there.state == "awaiting_login"
        connection = there.qb.connection(there.id)
        assert (connection.state, connection.cause) == ("needs_reconnect", "access_withdrawn")
        there.add("tuesday")
        assert there.later().outcome == "bad_login"
        there.connector.set_password(new)
        assert there.later().outcome == "done"
        assert there.state == "active"
        assert there.hours() == ["monday", "tuesday"]
        assert len(there.company.certificates) == 1


def test_a_new_password_ends_the_session_under_way_and_no_change_is_made_twice() -> None:
    with house() as there:
        there.update()
        job = there.add("monday")
        there.connector.after("process", lambda _: there.qb.desktop.reissue(there.id))
        assert there.later().outcome == "stopped"
        assert there.job(job).state == "unknown"
        assert there.job(job).tries == 0, "it was no fault of the job"
        there.connector.set_password(there.qb.desktop.reissue(there.id).reveal())
        there.connector._mishaps._after.clear()
        assert there.later().outcome == "done"
        assert there.job(job).state == "done"
        assert there.hours() == ["monday"]


@pytest.mark.parametrize("is_asked_again", [False, True], ids=["a computer", "a computer with the old password"])
def test_a_new_computer_takes_over_with_the_same_stamp(is_asked_again: bool) -> None:
    with house() as there:
        there.add("monday")
        there.update()
        old = there.connector
        new = there.qb.desktop.reissue(there.id).reveal()
        there.company.path = r"E:\QuickBooks\Petit.qbw"
        elsewhere = FakeQuickBooks(open_company=there.company, clock=there.clock)
        there.connector = plug(there.qb, elsewhere)
        there.connector.machine = "OFFICE-PC"
        there.connector.add(there.qb.desktop.qwc(there.id))
        there.connector.set_password(there.password if is_asked_again else new)
        there.add("tuesday")
        update = there.later()
        if is_asked_again:
            assert update.outcome == "bad_login"
            return
        assert update.outcome == "done"
        assert there.hours() == ["monday", "tuesday"]
        assert there.status.facts["company_path"] == r"E:\QuickBooks\Petit.qbw"
        item = next(one for one in there.qb.desktop.checklist(there.id) if one.item == "one_computer")
        assert item.state == "failed", "two computers are a warning"
        # The old one is shut out by its old password.
        there.clock.advance(timedelta(minutes=15))
        assert old.update_selected().updates[0].outcome == "bad_login"


def test_two_computers_do_not_get_in_each_others_way() -> None:
    with house() as there:
        there.update()
        second = plug(there.qb, FakeQuickBooks(open_company=there.company, clock=there.clock))
        second.add(there.qb.desktop.qwc(there.id))
        second.set_password(there.password)
        there.add("monday")
        seen = []
        there.connector.before("receiveResponseXML", lambda _: seen.append(second.update_selected().updates[0].outcome))
        assert there.later().outcome == "done"
        assert seen == ["busy"]
        assert there.hours() == ["monday"]
