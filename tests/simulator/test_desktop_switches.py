"""Every switch of the fake Web Connector, in each of its positions."""

from datetime import timedelta

import attrs
import pytest
from desktop_parts import FILE, HOURS, NOON, OWNER, Server, connected, each, qbxml, workshop

from qbapps.simulator.desktop import CompanyFile, ConnectorBehaviour, Outcome, QuickBooksBehaviour


def played(server=None, quickbooks=None, **switches):
    server = server or Server()
    connector = connected(server, quickbooks, behaviour=ConnectorBehaviour(**switches))
    return connector, server, connector.update_selected()


@pytest.mark.parametrize(
    ("switch", "arguments"), [("no_parameter", {}), ("with_parameter", {"strVersion": "2.3.0.215"})]
)
def test_server_version_comes_with_a_parameter_or_without(switch, arguments):
    _, server, _ = played(server_version=switch)
    assert server.calls[0] == ("serverVersion", arguments)


@pytest.mark.parametrize(
    ("switch", "sent"),
    [("self_closed", b"<strHCPResponse />"), ("pair", b"<strHCPResponse></strHCPResponse>"), ("left_out", None)],
)
def test_empty_strings_are_written_in_three_ways(switch, sent):
    _, server, log = played(empty_strings=switch, hcp="never")
    body = server.bodies[3]
    assert (b"strHCPResponse" not in body) if sent is None else (sent in body)
    assert log.outcomes == [Outcome.STOPPED]


def test_no_op_may_come_instead_of_a_request():
    server = Server(sendRequestXML=["NoOp", ""], getLastError=["NoOp", "Done."])
    connector, _, log = played(server, no_op="instead_of_request")
    assert log.hresults == []
    assert connector.quickbooks.clock.now() == NOON + timedelta(seconds=5)
    _, _, log = played(Server(sendRequestXML=["NoOp", ""], receiveResponseXML=100), no_op="after_empty")
    assert log.hresults == ["0x80040400"]


@pytest.mark.parametrize(
    ("switch", "path", "comes"),
    [
        ("always", "", True),
        ("always", "path", True),
        ("never", "path", False),
        ("with_company_path", "", False),
        ("with_company_path", "path", True),
    ],
)
def test_what_quickbooks_says_of_itself_comes_or_not(switch, path, comes):
    quickbooks = workshop()
    server = Server(authenticate=("t", quickbooks.open_company.path if path else ""))
    played(server, quickbooks, hcp=switch)
    assert ("HostRet" in server.said("sendRequestXML", "strHCPResponse")[0]) == comes


@pytest.mark.parametrize("comes", [True, False])
def test_the_stamps_come_or_not(comes):
    _, server, _ = played(data_ext=comes)
    assert (FILE in server.said("sendRequestXML", "strHCPResponse")[0]) == comes


@pytest.mark.parametrize(("switch", "spelled"), [("as_given", FILE), ("upper", FILE.upper()), ("lower", FILE.lower())])
def test_the_file_id_is_spelled_in_three_ways(switch, spelled):
    _, server, _ = played(file_id_case=switch)
    assert f"<DataExtValue>{spelled}<" in server.said("sendRequestXML", "strHCPResponse")[0]


@pytest.mark.parametrize(("switch", "outcome"), [(False, Outcome.STOPPED), (True, Outcome.FAILED)])
def test_a_file_without_the_stamp_is_noticed_or_left_to_the_server(switch, outcome):
    server = Server()
    connector = connected(server, behaviour=ConnectorBehaviour(checks_file_id=switch))
    other = CompanyFile("Boulangerie Martin")
    connector.quickbooks.open(other)
    log = connector.update_selected()
    assert log.outcomes == [outcome]
    assert (log.codes == ["QBWC1026"]) == switch
    if not switch:
        assert FILE not in server.said("sendRequestXML", "strHCPResponse")[0]
        assert "Boulangerie Martin" in server.said("sendRequestXML", "strHCPResponse")[0]
    assert other.stamps.read(OWNER, "FileID") is None


@pytest.mark.parametrize("behaviour", ConnectorBehaviour.each(), ids=lambda behaviour: behaviour.label)
def test_a_session_works_in_every_position(behaviour):
    server = Server(sendRequestXML=each([qbxml(HOURS)]))
    connector = connected(server, behaviour=behaviour)
    assert connector.update_selected().outcomes == [Outcome.DONE]
    assert len(connector.quickbooks.open_company.times) == 1


@pytest.mark.parametrize("kind", [ConnectorBehaviour, QuickBooksBehaviour])
def test_each_position_is_played_once(kind):
    played = kind.each()
    positions = 0
    for field in attrs.fields(kind):
        positions += 1 if isinstance(field.default, bool) else len(type(field.default)) - 1
    assert len(played) == len(set(played)) == positions + 1
    assert len({one.label for one in played}) == positions + 1


@pytest.mark.parametrize(
    ("kind", "wrong"), [(ConnectorBehaviour, {"hcp": "often"}), (QuickBooksBehaviour, {"times": "x"})]
)
def test_a_position_that_does_not_exist_is_refused_with_those_that_do(kind, wrong):
    with pytest.raises(ValueError, match="it is one of"):
        kind(**wrong)
