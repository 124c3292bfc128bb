"""Calls that no well-behaved connector makes: unknown tickets, other tenants', out of order, twice."""

from __future__ import annotations

import pytest
from desktop_house import ALL_OVER, call, house, talk

from qbapps.simulator.desktop import ConnectorBehaviour, LostReply

HARMLESS = {
    "sendRequestXML": "",
    "receiveResponseXML": -1,
    "connectionError": "done",
    "closeConnection": "OK",
    "getInteractiveURL": "",
    "interactiveRejected": "",
    "interactiveDone": "Done",
}
NONE_KNOWN = ["", "x", "0" * 64, "con_1", "é" * 300, "' OR 1=1 --"]


@pytest.mark.parametrize("method", [*HARMLESS, "getLastError"])
def test_an_unknown_ticket_is_answered_harmlessly(method: str) -> None:
    with house() as there:
        there.add("monday")
        before = there.status
        for ticket in NONE_KNOWN:
            said = there.call(method, ticket=ticket, wcTicket=ticket, hresult="0x80040420", response="<QBXML/>")
            assert said == HARMLESS.get(method, said)
            if method == "getLastError":
                assert "not known" in said
        assert there.status == before


@pytest.mark.parametrize("method", [*HARMLESS, "getLastError"])
def test_a_ticket_is_worth_nothing_at_the_address_of_another_connection(method: str) -> None:
    with house() as there:
        other, _ = there.qb.desktop.connect("time", company="Boulangerie Martin")
        job = there.add("monday")
        ticket, *_ = there.log_in()
        there.call("sendRequestXML", ticket=ticket, strHCPResponse="", strCompanyFileName="")
        said = there.call(method, to=other.id, ticket=ticket, wcTicket=ticket, hresult="0x80040420", response="x")
        assert said == HARMLESS.get(method, said)
        assert there.job(job).state == "queued"
        assert there.status.session == "live"
        assert there.qb.desktop.status(other.id).last_seen_at is None


def test_a_password_is_worth_nothing_at_the_address_of_another_connection() -> None:
    with house() as there:
        other, _ = there.qb.desktop.connect("time", company="Boulangerie Martin")
        for to in (other.id, "con_unknown"):
            said = there.call("authenticate", to=to, strUserName=there.username, strPassword=there.password)
            assert said[1] == "nvu"
        assert call(there.qb, "authenticate", strUserName=there.username, strPassword=there.password)[1] == ""


def test_an_answer_that_comes_twice_counts_once() -> None:
    with house() as there:
        job = there.add("monday")
        begun = talk(there)
        answer = begun.process(begun.ask())
        assert begun.receive(answer) == 100
        assert begun.receive(answer) == 100
        assert there.job(job).pages == 1
        assert there.hours() == ["monday"]


@pytest.mark.parametrize("is_write", [False, True])
def test_an_answer_that_comes_again_after_the_next_request_changes_nothing(is_write: bool) -> None:
    with house() as there:
        first = there.add("monday") if is_write else there.ask(page=2)
        second = there.add("tuesday")
        begun = talk(there)
        answer = begun.process(begun.ask())
        begun.receive(answer)
        following = begun.process(begun.ask())
        assert 0 < begun.receive(answer) < 100, "it is not the answer to what was asked last"
        done = begun.receive(following)
        while done < 100:
            done = begun.exchange()
        assert there.job(first).state == there.job(second).state == "done"
        assert there.hours() == sorted(["monday", "tuesday"] if is_write else ["tuesday"])
        if not is_write:
            assert there.job(first).records == 6
            assert len(there.names(first)) == 6


def test_the_first_look_that_is_answered_again_changes_nothing() -> None:
    with house() as there:
        job = there.add("monday")
        begun = talk(there, is_known=False)
        look = begun.process(begun.ask())
        begun.receive(look)
        answer = begun.process(begun.ask())
        assert 0 < begun.receive(look) < 100
        assert begun.receive(answer) == 100
        assert there.job(job).state == "done"


def test_a_request_that_is_asked_for_twice_is_the_same_for_a_change() -> None:
    with house() as there:
        there.add("monday")
        begun = talk(there)
        first, second = begun.ask(), begun.ask()
        assert first == second
        assert begun.receive(begun.process(second)) == 100
        assert there.hours() == ["monday"]


def test_pages_that_are_asked_for_again_lose_no_record() -> None:
    with house() as there:
        job = there.ask(page=2)
        begun = talk(there)
        begun.exchange()
        # QuickBooks gives the second page, and the connector forgets it.
        begun.process(begun.ask())
        while begun.exchange() < 100:
            pass
        assert (there.job(job).records, len(there.names(job))) == (6, 6)


def test_calls_out_of_order_are_answered() -> None:
    with house() as there:
        there.add("monday")
        ticket, *_ = there.log_in()
        assert there.call("receiveResponseXML", ticket=ticket, response="<QBXML/>") >= 0, "nothing was asked"
        assert isinstance(there.call("getLastError", ticket=ticket), str)
        assert there.log_in()[1] == "busy"
        assert there.call("closeConnection", ticket=ticket)
        assert there.call("closeConnection", ticket=ticket)
        assert there.call("sendRequestXML", ticket=ticket, strHCPResponse="", strCompanyFileName="") == ""
        assert there.status.last_ok_at is None, "a session without a single request is no success"
        assert there.update().outcome == "done"


@pytest.mark.parametrize("code", ["0x80040416", "0x80040408", "0x80040420", "0x80040424"])
@pytest.mark.parametrize("is_write", [False, True])
def test_a_connection_error_in_the_midst_of_work_leaves_no_job_behind(code: str, is_write: bool) -> None:
    with house() as there:
        there.update()
        job = there.add("monday") if is_write else there.ask()
        begun = talk(there)
        begun.process(begun.ask())
        assert there.job(job).state == "sent"
        there.call("connectionError", ticket=begun.ticket, hresult=code, message="")
        assert there.job(job).state == ("unknown" if is_write else "queued")
        there.clock.advance(ALL_OVER)
        there.settle()
        assert there.job(job).state == "done"
        assert there.hours() == (["monday"] if is_write else [])


def test_a_file_is_named_a_few_times_only() -> None:
    with house() as there:
        there.update()
        there.add("monday")
        ticket, path, *_ = there.log_in()
        assert path == there.company.path
        said = [there.call("connectionError", ticket=ticket, hresult="0x80040416", message="") for _ in range(4)]
        assert said == [path, path, "done", "done"]
        assert there.attention == "0x80040416"


def test_a_session_whose_connector_fell_silent_is_taken_over_after_its_lease() -> None:
    with house() as there:
        there.add("monday")
        first, *_ = there.log_in()
        ticket, said, seconds = there.log_in()
        assert said == "busy"
        assert there.status.session == "live"
        there.clock.advance(ALL_OVER)
        assert there.status.session == "stale"
        assert there.log_in()[1] == ""
        assert there.call("sendRequestXML", ticket=first, strHCPResponse="", strCompanyFileName="") == ""
        assert int(seconds) <= 600
        assert ticket != first


def test_the_reply_to_a_login_that_got_lost_holds_the_connection_for_its_lease_only() -> None:
    with house(connector=ConnectorBehaviour(lost_reply=LostReply.GIVES_UP)) as there:
        there.add("monday")
        there.connector.lose_reply_of("authenticate")
        assert there.update().outcome == "failed"
        assert there.update().outcome == "busy"
        there.connector.run(30)
        assert there.hours() == ["monday"]


@pytest.mark.parametrize("version", ["", "1.4.0.9", "2.3.0.215", "x", "9" * 50, "١.٢"])
def test_only_very_old_connectors_are_turned_away(version: str) -> None:
    with house() as there:
        assert there.call("clientVersion", strVersion=version) == ("O:1.5" if version == "1.4.0.9" else "")
        assert "qbapps" in there.call("serverVersion")
