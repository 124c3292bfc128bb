"""Losses and crashes at the fake Web Connector: who knows what afterwards."""

import pytest
from desktop_parts import HOURS, Server, connected, each, qbxml, workshop

from qbapps.simulator.desktop import ConnectorBehaviour, Outcome
from qbapps.simulator.desktop.mishaps import METHODS

START = ["serverVersion", "clientVersion", "authenticate"]


def writing(count=2):
    progress = [50, 100] if count > 1 else 100
    return Server(sendRequestXML=each([qbxml(HOURS)] * count), receiveResponseXML=progress)


def test_a_reply_that_is_lost_was_given():
    server = writing()
    connector = connected(server)
    connector.lose_reply_of("receiveResponseXML")
    log = connector.update_selected()
    assert server.methods == log.methods == [*START, "sendRequestXML", "receiveResponseXML", "closeConnection"]
    assert (log.codes, log.outcomes) == (["QBWC1042"], [Outcome.FAILED])
    assert len(connector.quickbooks.open_company.times) == 1


def test_a_request_that_is_lost_never_arrived():
    server = writing()
    connector = connected(server)
    connector.lose_request_of("receiveResponseXML")
    log = connector.update_selected()
    assert "receiveResponseXML" not in server.methods
    assert "receiveResponseXML" in log.methods
    assert len(connector.quickbooks.open_company.times) == 1


def test_the_nth_call_is_the_one_that_is_lost():
    server = writing()
    connector = connected(server)
    connector.lose_reply_of("sendRequestXML", 2)
    connector.update_selected()
    assert server.methods.count("sendRequestXML") == 2
    assert len(connector.quickbooks.open_company.times) == 1


@pytest.mark.parametrize(("switch", "asked", "done"), [("gives_up", 1, False), ("asks_once_more", 2, True)])
def test_a_lost_reply_may_be_asked_for_once_more(switch, asked, done):
    server = writing(count=1)
    connector = connected(server, behaviour=ConnectorBehaviour(lost_reply=switch))
    connector.lose_reply_of("authenticate")
    log = connector.update_selected()
    assert server.methods.count("authenticate") == asked
    assert (log.codes == []) == done


@pytest.mark.parametrize(("closes", "methods"), [(True, ["closeConnection"]), (False, [])])
def test_an_error_is_followed_by_a_close_or_by_nothing(closes, methods):
    server = Server()
    connector = connected(server, behaviour=ConnectorBehaviour(closes_after_error=closes))
    connector.lose_reply_of("sendRequestXML")
    assert connector.update_selected().methods == [*START, "sendRequestXML", *methods]


@pytest.mark.parametrize(
    ("method", "told", "added"),
    [("authenticate", 0, 0), ("sendRequestXML", 0, 0), ("process", 0, 1), ("receiveResponseXML", 1, 1)],
)
def test_a_killed_connector_closes_nothing_and_starts_afresh(method, told, added):
    server = writing(count=3)
    connector = connected(server)
    company = connector.quickbooks.open_company
    connector.die_after(method)
    log = connector.update_selected()
    assert log.outcomes == [Outcome.KILLED]
    assert "closeConnection" not in server.methods
    assert (server.methods.count("receiveResponseXML"), len(company.times)) == (told, added)
    assert connector.quickbooks.sessions == []
    with pytest.raises(RuntimeError, match="restart"):
        connector.update_selected()
    connector.restart()
    assert connector.update_selected().outcomes == [Outcome.DONE]


def test_a_killed_connector_leaves_its_lock():
    connector = connected(writing())
    connector.die_after("process")
    connector.update_selected()
    company = connector.quickbooks.open_company
    assert company.stamps.of(connector.application().file.owner_id)[0][2].startswith("LOCKED:")


def test_tests_look_in_before_and_after_a_call():
    seen = []
    server = writing(count=1)
    connector = connected(server)
    connector.before("sendRequestXML", lambda call: seen.append(("before", call.result, len(server.calls))))
    connector.after("sendRequestXML", lambda call: seen.append(("after", bool(call.result), len(server.calls))))
    connector.after("process", lambda call: seen.append(("process", "TimeTrackingRet" in call.result, 4)))
    connector.update_selected()
    assert seen == [("before", None, 3), ("after", True, 4), ("process", True, 4)]


def test_quickbooks_may_crash_between_two_calls():
    server = writing()
    connector = connected(server)
    connector.after("sendRequestXML", lambda _: connector.quickbooks.crash())
    log = connector.update_selected()
    assert server.said("receiveResponseXML", "hresult")[0] == "0x8004040D"
    assert log.hresults == ["0x8004040D", "0x8004040D"]
    assert connector.quickbooks.executed == []


def test_an_answer_of_quickbooks_may_be_lost_after_the_work():
    quickbooks = workshop()
    server = writing(count=1)
    connector = connected(server, quickbooks)
    quickbooks.lose_answer()
    connector.update_selected()
    assert server.said("receiveResponseXML", "hresult") == ["0x80040402"]
    assert len(quickbooks.open_company.times) == 1


def test_only_calls_that_exist_can_go_wrong():
    connector = connected(Server())
    for plan in (connector.lose_reply_of, connector.lose_request_of, connector.die_after):
        with pytest.raises(ValueError, match="has no call"):
            plan("sendRequestXml")
        with pytest.raises(ValueError, match="from 1"):
            plan(METHODS[0], 0)
