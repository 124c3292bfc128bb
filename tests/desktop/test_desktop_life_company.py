"""The right company, and no other: the stamp in the file decides, however the connector tells of it."""

from __future__ import annotations

from itertools import product

import pytest
from desktop_house import COMPANY, House, house, talk

from qbapps.simulator.desktop import Access, CompanyFile, ConnectorBehaviour, Consent, FileIdCase, Hcp
from qbapps.simulator.desktop.stamps import FILE_ID

TELLING = [
    pytest.param(ConnectorBehaviour(hcp=hcp, data_ext=ext, file_id_case=case), id=f"{hcp}-{ext}-{case}")
    for hcp, ext, case in product(Hcp, (True, False), FileIdCase)
]
SAYING = [
    pytest.param(ConnectorBehaviour(hcp=hcp, data_ext=ext), id=f"{hcp}-{ext}")
    for hcp, ext in product(Hcp, (True, False))
]


def stamp(there: House) -> tuple[str, str]:
    """Return OwnerID and FileID of the connection."""
    file = there.connector.application().file
    return file.owner_id, file.file_id


def queries_of(there: House) -> list[str]:
    """Return what was asked of QuickBooks, but for the first look."""
    looks = {"CompanyQuery", "HostQuery", "PreferencesQuery"}
    return [one.name for one in there.quickbooks.executed if one.name not in looks]


@pytest.mark.parametrize("behaviour", TELLING)
def test_the_right_company_is_known_by_its_stamp(behaviour: ConnectorBehaviour) -> None:
    with house(connector=behaviour) as there:
        there.add("monday")
        there.update()
        there.add("tuesday")
        there.later()
        assert there.hours() == ["monday", "tuesday"]
        assert there.status.facts["company_name"] == COMPANY


@pytest.mark.parametrize("behaviour", SAYING)
@pytest.mark.parametrize("stamped", ["never", "by another connection", "by another app"])
def test_another_company_is_asked_for_nothing(behaviour: ConnectorBehaviour, stamped: str) -> None:
    with house(connector=behaviour) as there:
        there.add("monday")
        there.update()
        other = CompanyFile.sample("Boulangerie Martin")
        owner, _ = stamp(there)
        if stamped == "by another connection":
            other.stamps.write(owner, FILE_ID, "{11111111-2222-4333-8444-555555555555}")
        elif stamped == "by another app":
            other.stamps.write("{99999999-2222-4333-8444-555555555555}", FILE_ID, stamp(there)[1])
        there.quickbooks.open(other)
        there.add("tuesday")
        before, asked = len(other.times), queries_of(there)
        # QuickBooks says that another file is open, and the stamp that it is not ours under another name.
        assert there.later().outcome == "stopped"
        assert queries_of(there) == asked
        assert len(other.times) == before
        found = there.status.attention
        assert found is not None
        assert found.code == ("wrong_company" if stamped == "by another connection" else "not_stamped")
        assert found.note == "Boulangerie Martin"
        assert there.job(next(iter(there.qb.desktop.jobs(there.id, state="queued")))).tries == 0
        # Nothing has to be done here once the right one is open again.
        there.quickbooks.open(there.company)
        assert there.later().outcome == "done"
        assert there.hours() == ["monday", "tuesday"]
        assert there.attention is None


def move_file(there: House) -> None:
    """Move the company file to another folder."""
    there.quickbooks.files.clear()
    there.company.path = r"D:\Books\Petit.qbw"
    there.quickbooks.files[there.company.path.casefold()] = there.company


@pytest.mark.parametrize("behaviour", SAYING)
def test_a_file_that_was_moved_is_the_right_company_and_its_place_is_learnt(behaviour: ConnectorBehaviour) -> None:
    with house(connector=behaviour) as there:
        there.add("first")
        there.update()
        there.add("monday")
        move_file(there)
        there.quickbooks.open(there.company)
        assert there.later().outcome == "done"
        there.quickbooks.close()
        there.add("tuesday")
        assert there.later().outcome == "done", "opened by itself, from where it lies now"
        assert there.hours() == ["first", "monday", "tuesday"]


def test_a_file_that_was_moved_while_quickbooks_is_closed_is_for_a_person() -> None:
    with house() as there:
        there.update()
        there.add("monday")
        move_file(there)
        there.quickbooks.close()
        assert there.later().outcome == "no_quickbooks"
        assert there.attention == "0x80040416"
        there.quickbooks.open(there.company)
        assert there.later().outcome == "done"
        assert there.attention is None


@pytest.mark.parametrize("user", ["Admin", "Nina"])
def test_another_company_that_does_not_let_us_in_takes_no_permission_of_ours_away(user: str) -> None:
    with house() as there:
        there.update()
        other = CompanyFile("Boulangerie Martin", users=("Nina",))
        there.quickbooks.consent = Consent(access=Access.NO)
        there.quickbooks.open(other, user=user)
        there.add("monday")
        assert there.later().outcome == "no_quickbooks"
        assert (there.state, there.attention) == ("active", "0x8004040A")
        assert there.qb.connection(there.id).state == "connected"
        there.quickbooks.open(there.company)
        assert there.later().outcome == "done"


@pytest.mark.parametrize("behaviour", SAYING)
def test_quickbooks_that_is_closed_is_opened_by_the_path_that_was_learnt(behaviour: ConnectorBehaviour) -> None:
    with house(connector=behaviour) as there:
        there.add("monday")
        there.update()
        there.quickbooks.close()
        there.add("tuesday")
        assert there.later().outcome == "done"
        assert there.hours() == ["monday", "tuesday"]


def test_a_company_that_is_not_said_is_not_taken_for_another() -> None:
    with house() as there:
        there.add("monday")
        ticket, *_ = there.log_in()
        assert there.call("sendRequestXML", ticket=ticket, strHCPResponse="", strCompanyFileName="x")
        host = '<HostQueryRs requestID="host" statusCode="0"/>'
        answer = f'<?xml version="1.0"?><QBXML><QBXMLMsgsRs>{host}</QBXMLMsgsRs></QBXML>'
        assert there.call("receiveResponseXML", ticket=ticket, response=answer, hresult="", message="") == -1
        assert there.attention == "unreadable", "neither the wrong one, nor without a stamp"
        assert there.update().outcome == "done"
        assert there.attention is None


@pytest.mark.parametrize("said", [{"hresult": "0x80040402"}, {"hresult": "0x80040414"}, {"response": "no XML"}])
def test_a_connector_that_goes_on_after_the_first_look_failed_gets_nothing(said: dict[str, str]) -> None:
    with house() as there:
        there.update()
        there.add("monday")
        begun = talk(there, is_known=False)
        begun.ask()
        assert begun.receive(said.get("response", ""), said.get("hresult", "")) == -1
        assert begun.ask() == "", "nothing shows that it is the right company"
        assert set(there.jobs().values()) == {"queued"}
        assert there.later().outcome == "done"
