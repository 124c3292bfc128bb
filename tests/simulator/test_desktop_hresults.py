"""When the fake QuickBooks lets an app in, and with which code it does not."""

import pytest
from desktop_parts import HOURS, qbxml, workshop

from qbapps.simulator.desktop import (
    Access,
    App,
    CompanyFile,
    Consent,
    FakeQuickBooks,
    HResult,
    QuickBooksBehaviour,
    Session,
)

APP = App(name="Hours", owner_id="{57F3B9B1-86F1-4FCC-B1EE-566DE1813D20}")
OTHER = CompanyFile("Boulangerie Martin")


def closed(access=None, **more):
    quickbooks = workshop(**more)
    company = quickbooks.open_company
    if access:
        quickbooks.consent = Consent(access=access)
        quickbooks.end_session(quickbooks.begin_session(APP).ticket)
    quickbooks.close()
    return quickbooks, company


def code(answer):
    return answer.code if isinstance(answer, HResult) else answer


def test_the_open_file_is_entered_without_a_path_and_with_its_own():
    quickbooks = workshop()
    for path in ("", quickbooks.open_company.path, quickbooks.open_company.path.upper()):
        assert isinstance(quickbooks.begin_session(APP, path), Session)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"is_starting": True}, "0x80040424"),
        ({"has_dialog": True}, "0x80040414"),
        ({"other_app_inside": True}, "0x80040422"),
    ],
)
def test_conditions_of_an_open_quickbooks(condition, expected):
    quickbooks = workshop()
    for name, value in condition.items():
        setattr(quickbooks, name, value)
    assert code(quickbooks.begin_session(APP)) == expected


def test_another_file_is_open():
    quickbooks = workshop(files=[OTHER])
    assert code(quickbooks.begin_session(APP, OTHER.path)) == "0x8004040A"


def test_another_mode_is_insisted_on():
    assert code(workshop().begin_session(APP, mode="MultiUser")) == "0x80040410"


def test_a_closed_quickbooks_needs_a_path_that_exists():
    quickbooks, company = closed("always")
    assert code(quickbooks.begin_session(APP)) == "0x80040416"
    assert code(quickbooks.begin_session(APP, r"C:\nowhere.qbw")) == "0x80040403"
    assert isinstance(quickbooks.begin_session(APP, company.path), Session)


def test_a_quickbooks_that_does_not_start():
    quickbooks, company = closed("always")
    quickbooks.can_start = False
    assert code(quickbooks.begin_session(APP, company.path)) == "0x80040408"


def test_a_file_of_a_newer_quickbooks():
    newer = CompanyFile("Menuiserie Petit", made_with="2024")
    assert code(FakeQuickBooks("2021", files=[newer]).begin_session(APP, newer.path)) == "0x80040409"


def test_the_first_access_needs_the_admin_in_the_open_file():
    quickbooks, company = closed()
    assert code(quickbooks.begin_session(APP, company.path)) == "0x80040418"
    quickbooks.open(company, user="Marie")
    assert code(quickbooks.begin_session(APP)) == "0x80040418"
    quickbooks.open(company)
    assert isinstance(quickbooks.begin_session(APP), Session)


@pytest.mark.parametrize(
    ("access", "while_open", "while_closed"),
    [
        ("always", None, None),
        ("while_open", None, "0x8004041D"),
        ("once", None, "0x80040418"),
        ("no", "0x80040420", "0x80040420"),
        ("no_permission", "0x8004041A", "0x8004041A"),
        ("removed", "0x80040420", "0x80040420"),
    ],
)
def test_what_the_certificate_allows(access, while_open, while_closed):
    quickbooks, company = closed("always")
    company.certificate(APP).access = access
    unattended = quickbooks.begin_session(APP, company.path)
    quickbooks.open(company)
    attended = quickbooks.begin_session(APP)
    for answer, expected in ((attended, while_open), (unattended, while_closed)):
        assert isinstance(answer, Session) if expected is None else code(answer) == expected


def test_no_is_remembered():
    quickbooks = workshop()
    quickbooks.consent = Consent(access="no")
    assert code(quickbooks.begin_session(APP)) == "0x80040420"
    quickbooks.consent = Consent(access="always")
    assert code(quickbooks.begin_session(APP)) == "0x80040420"


@pytest.mark.parametrize(
    ("switch", "expected"), [("0x80040420", "0x80040420"), ("0x8004041A", "0x8004041A"), ("asked_again", None)]
)
def test_a_removed_certificate(switch, expected):
    quickbooks = workshop(QuickBooksBehaviour(removed_certificate=switch))
    quickbooks.begin_session(APP)
    quickbooks.open_company.remove_certificate("Hours")
    answer = quickbooks.begin_session(APP)
    assert isinstance(answer, Session) if expected is None else code(answer) == expected


def test_the_person_is_asked_with_the_app_and_once():
    asked = []
    quickbooks = workshop()
    quickbooks.consent = lambda app: asked.append(app) or Consent(access="while_open")
    for _ in range(2):
        quickbooks.begin_session(APP)
    assert asked == [APP]
    assert quickbooks.open_company.certificate(APP).access == Access.WHILE_OPEN


def test_the_case_of_the_owner_does_not_make_another_app():
    quickbooks = workshop()
    quickbooks.begin_session(APP)
    quickbooks.open_company.certificate(APP).access = "no"
    assert code(quickbooks.begin_session(App(name="Hours", owner_id=APP.owner_id.lower()))) == "0x80040420"


def test_an_edition_that_the_app_excludes():
    assert code(workshop(edition="Pro").begin_session(App(name="Hours", auth_flags=0x8))) == "0x80040401"
    assert isinstance(workshop(edition="Pro").begin_session(App(name="Hours", auth_flags=0x2 | 0x8)), Session)


def test_any_code_can_be_played():
    quickbooks = workshop()
    quickbooks.refuse_with("80040438", times=2)
    codes = [code(quickbooks.begin_session(APP)) for _ in range(2)]
    assert codes == ["0x80040438"] * 2
    assert isinstance(quickbooks.begin_session(APP), Session)


def test_a_dead_session_does_nothing():
    quickbooks = workshop()
    session = quickbooks.begin_session(APP)
    quickbooks.crash()
    assert code(quickbooks.process(qbxml(HOURS), session.ticket)) == "0x8004040D"
    assert quickbooks.open_company.times == []


def test_a_dialog_stops_requests_of_an_attended_session():
    quickbooks = workshop()
    quickbooks.begin_session(APP)
    quickbooks.has_dialog = True
    assert code(quickbooks.process(qbxml(HOURS))) == "0x80040414"


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        qbxml(HOURS)[:-5],
        qbxml(HOURS).replace('<?qbxml version="13.0"?>', ""),
        qbxml(HOURS, version="17.0"),
        qbxml(HOURS, on_error="rollbackOnError"),
        qbxml(HOURS).replace("<QBXML>", '<!DOCTYPE QBXML [<!ENTITY a "b">]><QBXML>'),
        qbxml(HOURS).replace("Duration", "Length"),
        qbxml(HOURS.replace("<Duration>PT8H30M</Duration>", "")),
        qbxml(HOURS.replace("<Duration>", "<Notes>first</Notes><Duration>")),
        qbxml(HOURS.replace("</TimeTrackingAdd>", "<BillableStatus>Perhaps</BillableStatus></TimeTrackingAdd>")),
        qbxml(HOURS.replace("<TimeTrackingAddRq ", "<TimeTrackingAddRq iterator='Start' ")),
        qbxml("<TimeTravelAddRq/>"),
        qbxml("<CustomerQueryRq><ListID>1</ListID><FullName>both</FullName></CustomerQueryRq>"),
        qbxml(HOURS, "<CustomerQueryRq><Unknown/></CustomerQueryRq>"),
    ],
)
def test_what_does_not_parse_is_not_carried_out_at_all(text):
    quickbooks = workshop()
    quickbooks.begin_session(APP)
    assert code(quickbooks.process(text)) == "0x80040400"
    assert (quickbooks.open_company.times, quickbooks.executed) == ([], [])
