"""The fake Web Connector: the order of calls, the wire, and how strict it is."""

import pytest
from desktop_parts import HOURS, OWNER, Server, connected, each, envelope, qbxml, qwc, soap, workshop

from qbapps.simulator.desktop import CompanyFile, ConnectorBehaviour, FakeQuickBooks, FakeWebConnector, Outcome

START = ["serverVersion", "clientVersion", "authenticate"]


def test_a_session_in_the_documented_order():
    server = Server(sendRequestXML=each([qbxml(HOURS), qbxml(HOURS)]), receiveResponseXML=[50, 100])
    quickbooks = workshop()
    log = connected(server, quickbooks).update_selected()
    exchange = ["sendRequestXML", "receiveResponseXML"]
    assert log.methods == server.methods == [*START, *exchange, *exchange, "closeConnection"]
    assert (log.outcomes, log.codes, log.status) == ([Outcome.DONE], [], "OK")
    assert len(quickbooks.open_company.times) == 2
    assert quickbooks.sessions == []


def test_the_first_request_alone_carries_what_quickbooks_says_of_itself():
    server = Server(sendRequestXML=each([qbxml(HOURS)] * 2), receiveResponseXML=[50, 100])
    quickbooks = workshop(country="CA")
    connected(server, quickbooks).update_selected()
    first, second = server.said("sendRequestXML", "strHCPResponse")
    assert second == ""
    for part in ("<HostRet>", "<CompanyName>Menuiserie Petit<", "<FirstDayOfWeek>Monday<", "LOCKED:WORKSHOP-PC:6"):
        assert part in first
    assert server.said("sendRequestXML", "qbXMLMajorVers") == ["16", "16"]
    assert server.said("sendRequestXML", "qbXMLCountry") == ["CA", "CA"]
    assert server.said("sendRequestXML", "strCompanyFileName") == [quickbooks.open_company.path] * 2
    assert [one.name for one in quickbooks.executed] == ["TimeTrackingAdd"] * 2


@pytest.mark.parametrize(
    ("said", "outcome", "codes"),
    [("nvu", Outcome.BAD_LOGIN, ["QBWC1040"]), ("NONE", Outcome.NO_WORK, []), ("busy", Outcome.BUSY, [])],
)
def test_a_refusal_is_closed_with_the_ticket_and_quickbooks_is_left_alone(said, outcome, codes):
    server = Server(authenticate=("t9", said))
    quickbooks = FakeQuickBooks(open_company=CompanyFile.sample())
    connector = connected(server, quickbooks)
    quickbooks.has_dialog = True
    log = connector.update_selected()
    assert log.methods == [*START, "closeConnection"]
    assert server.said("closeConnection", "ticket") == ["t9"]
    assert (log.outcomes, log.codes) == ([outcome], codes)


def test_the_password_is_sent_and_not_logged():
    server = Server()
    log = connected(server).update_selected()
    assert server.said("authenticate", "strPassword") == ["open-sesame"]
    assert "open-sesame" not in repr(log)
    assert "open-sesame" not in repr(connected(Server()).application())


def test_without_a_password_nothing_is_called():
    server = Server()
    connector = connected(server)
    connector.set_password("")
    assert (connector.update_selected().codes, server.methods) == (["QBWC1030"], [])


@pytest.mark.parametrize("answer", [("ticket",), ()])
def test_fewer_than_two_strings_break_the_login(answer):
    server = Server(authenticate=answer)
    log = connected(server).update_selected()
    assert (log.codes, log.methods, log.outcomes) == (["QBWC1012"], START, [Outcome.FAILED])


@pytest.mark.parametrize("empty", [b"<string/>", b"<string></string>"])
def test_an_empty_string_counts_when_it_is_there(empty):
    answer = soap("authenticate", ("t", "xx")).replace(b"<string>xx</string>", empty)
    assert connected(Server(authenticate=answer)).update_selected().outcomes == [Outcome.STOPPED]
    stripped = soap("authenticate", ("t", "xx")).replace(b"<string>xx</string>", b"")
    assert connected(Server(authenticate=stripped)).update_selected().codes == ["QBWC1012"]


@pytest.mark.parametrize(
    "answer",
    [
        (500, envelope("<soap:Fault><faultcode>soap:Server</faultcode><faultstring>no</faultstring></soap:Fault>")),
        (404, b""),
        (202, soap("sendRequestXML", "")),
        b"",
        b"<html/>",
        soap("sendRequestXML", "").replace(b"sendRequestXMLResult", b"sendRequestXmlResult"),
        soap("sendRequestXML", "").replace(b"http://developer.intuit.com/", b"http://developer.intuit.com"),
        soap("getLastError", ""),
        soap("sendRequestXML", "x").replace(b">x<", b"><b/><"),
        b'<!DOCTYPE a [<!ENTITY b "c">]>' + soap("sendRequestXML", "").partition(b"?>")[2],
    ],
)
def test_an_answer_that_is_none_ends_the_session(answer):
    server = Server(sendRequestXML=[answer])
    log = connected(server).update_selected()
    assert (log.codes, log.outcomes) == (["QBWC1041"], [Outcome.FAILED])
    assert log.methods == [*START, "sendRequestXML", "closeConnection"]
    assert log.calls[3].fault
    assert log.calls[3].result is None


@pytest.mark.parametrize("answer", ["", "many", "100%"])
def test_progress_has_to_be_a_whole_number(answer):
    server = Server(sendRequestXML=qbxml(HOURS), receiveResponseXML=soap("receiveResponseXML", answer))
    assert connected(server).update_selected().codes == ["QBWC1042"]


def test_a_server_without_versions_is_no_matter():
    server = Server(serverVersion=(500, b""), clientVersion=(500, b""))
    assert connected(server).update_selected().outcomes == [Outcome.STOPPED]


@pytest.mark.parametrize(("said", "goes_on"), [("", True), ("W:old", True), ("E:too old", False), ("O:3.0", False)])
def test_what_the_server_says_of_the_version(said, goes_on):
    log = connected(Server(clientVersion=said)).update_selected()
    assert (log.methods == START[:2]) != goes_on


def test_nothing_to_do_shows_why():
    log = connected(Server(sendRequestXML="", getLastError="Paused until noon.", closeConnection="")).update_selected()
    assert log.methods == [*START, "sendRequestXML", "getLastError", "closeConnection"]
    assert log.status == "Paused until noon."


def test_a_negative_progress_asks_for_the_error():
    server = Server(sendRequestXML=qbxml(HOURS), receiveResponseXML=-1, getLastError="It went wrong.")
    log = connected(server).update_selected()
    assert log.methods[-4:] == ["sendRequestXML", "receiveResponseXML", "getLastError", "closeConnection"]
    assert (log.status, log.outcomes) == ("It went wrong. OK", [Outcome.STOPPED])


def test_a_refusal_of_quickbooks_is_handed_over():
    server = Server(sendRequestXML="<nonsense/>")
    log = connected(server).update_selected()
    assert server.said("receiveResponseXML", "hresult") == log.hresults == ["0x80040400"]
    assert server.said("receiveResponseXML", "response") == [""]
    assert server.said("receiveResponseXML", "message") != [""]


def test_connection_errors_until_a_file_opens_or_it_is_done():
    company, other = CompanyFile.sample(), CompanyFile("Boulangerie Martin")
    server = Server(authenticate=("t", other.path), connectionError=[r"C:\nowhere.qbw", company.path])
    quickbooks = workshop(company=company, files=[other])
    log = connected(server, quickbooks).update_selected()
    assert server.said("connectionError", "hresult") == ["0x8004040A", "0x8004040A"]
    assert (log.codes, log.outcomes) == (["QBWC1013"] * 2, [Outcome.STOPPED])
    refused = connected(Server(authenticate=("t", other.path)), quickbooks).update_selected()
    assert refused.methods == [*START, "connectionError", "closeConnection"]
    assert refused.outcomes == [Outcome.NO_QUICKBOOKS]


def test_the_wire_of_both_styles():
    server = Server()
    connected(server).update_selected()
    assert server.bodies[2] == (
        b'<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" '
        b'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"><soap:Body>'
        b'<authenticate xmlns="http://developer.intuit.com/"><strUserName>con_1</strUserName>'
        b"<strPassword>open-sesame</strPassword></authenticate></soap:Body></soap:Envelope>"
    )
    rpc = Server()
    connected(rpc, file=qwc(Style="RPC")).update_selected()
    assert (
        b'<q1:authenticate xmlns:q1="http://developer.intuit.com/"><strUserName xsi:type="xsd:string">' in rpc.bodies[2]
    )
    assert b'<qbXMLMajorVers xsi:type="xsd:int">16<' in rpc.bodies[3]
    assert rpc.methods == server.methods


def test_the_headers_of_a_call():
    seen = []
    quickbooks = workshop()

    def post(url, body, headers):
        seen.append((url, headers))
        return Server(authenticate=("t", "none")).dispatch(body, path="con_1")

    connector = FakeWebConnector(quickbooks, post)
    connector.add(qwc())
    connector.set_password("x")
    connector.update_selected()
    url, headers = seen[2]
    assert url == "https://books.durand.example/qbwc/con_1"
    assert headers["SOAPAction"] == '"http://developer.intuit.com/authenticate"'
    assert headers["Content-Type"] == "text/xml; charset=utf-8"


def test_several_apps_run_in_the_order_they_were_added():
    server = Server()
    connector = connected(server)
    connector.add(qwc(UserName="con_2", AppName="Other", OwnerID=OWNER.replace("57F3", "57F4")))
    connector.set_password("y", "con_2")
    log = connector.update_selected()
    assert [update.user_name for update in log.updates] == ["con_1", "con_2"]
    connector.application("con_1").is_ticked = False
    assert [update.user_name for update in connector.update_selected().updates] == ["con_2"]
    assert len(connector.sessions) == 3
    with pytest.raises(LookupError):
        connector.application()


def test_what_was_sent_can_be_read_again_whatever_is_in_it():
    server = Server(sendRequestXML=qbxml('<CustomerQueryRq requestID="&lt;1&gt; &amp; &quot;2&quot;"/>'))
    connected(server).update_selected()
    (response,) = server.said("receiveResponseXML", "response")
    assert 'requestID="&lt;1&gt; &amp; &quot;2&quot;"' in response
    assert "Caf&#233; Gagnon" in response


def test_the_lock_says_who_works_with_the_file():
    seen = []
    connector = connected(Server(), machine="BACK-OFFICE")
    stamps = connector.quickbooks.open_company.stamps
    connector.before("sendRequestXML", lambda _: seen.append(stamps.read(OWNER, "AppLock")))
    connector.update_selected()
    assert seen[0].startswith("LOCKED:BACK-OFFICE:")
    assert stamps.read(OWNER.lower(), "AppLock").startswith("UNLOCKED:")


def test_labels_name_the_switch_that_moved():
    assert ConnectorBehaviour().label == "defaults"
    assert ConnectorBehaviour(hcp="never", data_ext=False).label == "hcp=never data_ext=False"
