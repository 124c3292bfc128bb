"""What the fake Web Connector accepts as a .qwc file, and what adding one leaves behind."""

import pytest
from desktop_parts import BASE, FILE, OWNER, Server, connected, qwc, workshop

from qbapps.simulator.desktop import CompanyFile, ConnectorBehaviour, ConnectorError, FakeWebConnector, InProcess
from qbapps.simulator.desktop.stamps import FILE_ID

OTHER_FILE = FILE.replace("90a4", "90a5")


def beside(quickbooks, server=None, **more):
    wire = InProcess((server or Server()).dispatch, BASE)
    return FakeWebConnector(quickbooks, wire.post, wire.get, **more)


def refused(content, quickbooks=None, **more):
    connector = beside(quickbooks or workshop(), **more)
    with pytest.raises(ConnectorError) as error:
        connector.add(content)
    assert connector.applications == {}
    return error.value.code


def test_adding_stamps_the_open_file_and_asks_the_person():
    server = Server()
    connector = connected(server)
    company = connector.quickbooks.open_company
    assert company.stamps.read(OWNER, FILE_ID) == FILE
    assert company.certificate(OWNER).app.name == "Hours"
    assert connector.application("con_1").company_path == company.path
    assert server.opened == ["support", "con_1"]
    assert (server.calls, connector.quickbooks.sessions) == ([], [])


@pytest.mark.parametrize(
    "name", ["AppName", "AppID", "AppURL", "AppDescription", "AppSupport", "UserName", "OwnerID", "FileID", "QBType"]
)
def test_each_of_nine_elements_is_needed(name):
    assert refused(qwc(**{name: None})) == "QBWC1039"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"AppURL": "http://books.durand.example/qbwc/con_1"}, "QBWC1001"),
        ({"AppURL": "https://192.0.2.7/qbwc/con_1"}, "QBWC1002"),
        ({"AppURL": "books.durand.example/qbwc/con_1"}, "QBWC1010"),
        ({"AppSupport": "https://help.durand.example/"}, "QBWC1004"),
        ({"OwnerID": OWNER.strip("{}")}, "QBWC1039"),
        ({"FileID": "{1}"}, "QBWC1039"),
        ({"QBType": "QBO"}, "QBWC1039"),
        ({"Style": "Rpc"}, "QBWC1039"),
        ({"UserName": ""}, "QBWC1039"),
        ({"Password": "open-sesame"}, "QBWC1039"),
        ({"AuthFlags": "Pro"}, "QBWC1039"),
        ({"Scheduler": "<RunEveryNHours>1</RunEveryNHours>"}, "QBWC1039"),
        ({"Scheduler": "<RunEveryNMinutes>0</RunEveryNMinutes>"}, "QBWC1039"),
        ({"AuthFlags": "0x8"}, "QBWC1013"),
    ],
)
def test_what_is_refused(changes, code):
    assert refused(qwc(**changes)) == code


@pytest.mark.parametrize("content", [b"", b"<QBWCXML>", b"<Other/>", b"<!DOCTYPE QBWCXML>" + qwc()[21:]])
def test_what_is_no_qwc_file(content):
    assert refused(content) == "QBWC1039"


def test_no_element_comes_twice():
    assert refused(qwc().replace(b"<AppID>", b"<AppName>Again</AppName><AppID>")) == "QBWC1039"


def test_localhost_may_do_without_tls():
    local = {"AppURL": "http://localhost:8400/qbwc/con_1", "AppSupport": "http://localhost:8400/"}
    assert beside(workshop()).add(qwc(**local)).user_name == "con_1"


@pytest.mark.parametrize(("good", "path", "code"), [(202, "support", None), (500, "support", "QBWC1003")])
def test_the_support_page_has_to_answer(good, path, code):
    connector = FakeWebConnector(workshop(), None, lambda url: (good if url.endswith(path) else 200, b""))
    if code is None:
        assert connector.add(qwc())
    else:
        with pytest.raises(ConnectorError, match=code):
            connector.add(qwc())


def test_the_address_has_to_answer_a_get():
    connector = FakeWebConnector(workshop(), None, lambda url: (405 if url.endswith("con_1") else 200, b""))
    with pytest.raises(ConnectorError, match="QBWC1048"):
        connector.add(qwc())
    assert connector.quickbooks.open_company.stamps.of(OWNER) == []


def test_a_connector_that_never_probes_asks_nothing():
    server = Server()
    connected(server, behaviour=ConnectorBehaviour(probe="never"))
    assert server.opened == []


def test_quickbooks_has_to_be_open():
    quickbooks = workshop()
    quickbooks.close()
    assert refused(qwc(), quickbooks) == "QBWC1013"


def test_another_file_id_of_the_same_owner_clashes_and_the_case_of_the_owner_does_not_hide_it():
    quickbooks = workshop()
    beside(quickbooks).add(qwc())
    assert refused(qwc(FileID=OTHER_FILE, OwnerID=OWNER.lower()), quickbooks) == "QBWC1026"
    quickbooks.open_company.stamps.remove(OWNER)
    assert beside(quickbooks).add(qwc(FileID=OTHER_FILE))


@pytest.mark.parametrize(("switch", "code"), [("accepted", None), ("refused_1039", "QBWC1039")])
def test_the_same_file_on_a_second_computer(switch, code):
    quickbooks, behaviour = workshop(), ConnectorBehaviour(same_stamp=switch)
    first = beside(quickbooks, behaviour=behaviour)
    first.add(qwc())
    assert first.add(qwc())  # the same computer replaces its line
    if code:
        assert refused(qwc(), quickbooks, behaviour=behaviour) == code
    else:
        assert beside(quickbooks, behaviour=behaviour).add(qwc())


def test_two_companies_take_the_same_owner():
    quickbooks = workshop()
    connector = beside(quickbooks)
    connector.add(qwc())
    quickbooks.open(CompanyFile("Boulangerie Martin"))
    connector.add(qwc(UserName="con_2", FileID=OTHER_FILE))
    assert set(connector.applications) == {"con_1", "con_2"}
    with pytest.raises(ConnectorError, match="QBWC1026"):
        connector.add(qwc(UserName="con_2", FileID=FILE))


@pytest.mark.parametrize(
    ("scheduler", "seconds"),
    [
        ("<RunEveryNSeconds>90</RunEveryNSeconds>", 90),
        ("<RunEveryNMinutes>2</RunEveryNMinutes><RunEveryNSeconds>5</RunEveryNSeconds>", 120),
    ],
)
def test_the_first_interval_wins(scheduler, seconds):
    assert beside(workshop()).add(qwc(Scheduler=scheduler)).every.total_seconds() == seconds


def test_adding_again_asks_for_the_password_again():
    connector = connected(Server())
    assert connector.add(qwc()).password == ""
