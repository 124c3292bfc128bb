"""What QuickBooks says of itself is understood where it is there, and unknown where it is not."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qbapps.desktop import qbxml
from qbapps.desktop.qbxml import questions
from qbapps.domain.desktop import facts
from qbapps.domain.desktop.facts import Employee, PayrollItem, QuickBooksFacts, Vendor

OURS = "{87EDAAF8-637E-4203-867F-4BA79C2F8998}"
FILE = "{ca1c3eb8-1b61-4747-a743-8d5b438b83ac}"

HOST = """<HostQueryRs requestID="0" statusCode="0" statusSeverity="Info" statusMessage="Status OK"><HostRet>
<ProductName>QuickBooks Enterprise Solutions 24.0 </ProductName><MajorVersion>34</MajorVersion>
<MinorVersion>0</MinorVersion><Country>CA</Country><SupportedQBXMLVersion>2.1</SupportedQBXMLVersion>
<SupportedQBXMLVersion>CA3.0</SupportedQBXMLVersion><SupportedQBXMLVersion>16.0</SupportedQBXMLVersion>
<SupportedQBXMLVersion>9.0</SupportedQBXMLVersion><IsAutomaticLogin>false</IsAutomaticLogin>
<QBFileMode>SingleUser</QBFileMode></HostRet></HostQueryRs>"""
COMPANY = """<CompanyQueryRs requestID="1" statusCode="0" statusSeverity="Info"><CompanyRet>
<CompanyName>Menuiserie Petit</CompanyName><LegalCompanyName>Petit SARL</LegalCompanyName>
<DataExtRet><OwnerID>{00000000-0000-0000-0000-000000000001}</OwnerID><DataExtName>FileID</DataExtName>
<DataExtType>STR255TYPE</DataExtType><DataExtValue>{another}</DataExtValue></DataExtRet>
<DataExtRet><OwnerID>{87edaaf8-637e-4203-867f-4ba79c2f8998}</OwnerID><DataExtName>AppLock</DataExtName>
<DataExtType>STR255TYPE</DataExtType><DataExtValue>LOCKED:ATELIER-PC:635289565906618390</DataExtValue></DataExtRet>
<DataExtRet><OwnerID>{87edaaf8-637e-4203-867f-4ba79c2f8998}</OwnerID><DataExtName>FileID</DataExtName>
<DataExtType>STR255TYPE</DataExtType><DataExtValue>{CA1C3EB8-1B61-4747-A743-8D5B438B83AC}</DataExtValue></DataExtRet>
</CompanyRet></CompanyQueryRs>"""
PREFERENCES = """<PreferencesQueryRs requestID="2" statusCode="0" statusSeverity="Info"><PreferencesRet>
<TimeTrackingPreferences><FirstDayOfWeek>Monday</FirstDayOfWeek></TimeTrackingPreferences><CurrentAppAccessRights>
<IsAutomaticLoginAllowed>true</IsAutomaticLoginAllowed><AutomaticLoginUserName>Admin</AutomaticLoginUserName>
<IsPersonalDataAccessAllowed>false</IsPersonalDataAccessAllowed></CurrentAppAccessRights>
</PreferencesRet></PreferencesQueryRs>"""


def answer(*parts: str) -> str:
    return f'<?xml version="1.0" ?><QBXML><QBXMLMsgsRs>{"".join(parts)}</QBXMLMsgsRs></QBXML>'


WHOLE = QuickBooksFacts(
    product="QuickBooks Enterprise Solutions 24.0",
    major="34",
    minor="0",
    country="CA",
    qbxml_versions=("2.1", "CA3.0", "16.0", "9.0"),
    is_automatic_login=False,
    file_mode="SingleUser",
    company_name="Menuiserie Petit",
    company_path=r"C:\Petit\petit.qbw",
    file_id="{CA1C3EB8-1B61-4747-A743-8D5B438B83AC}",
    app_lock="ATELIER-PC",
    first_day_of_week="Monday",
    time_tracking_on=True,
    automatic_login_allowed=True,
    automatic_login_user="Admin",
    personal_data_allowed=False,
)


def test_the_first_call_tells_all_of_this() -> None:
    hcp = answer(HOST, COMPANY, PREFERENCES)

    assert qbxml.read_facts(hcp, OURS, company_path=r"C:\Petit\petit.qbw") == WHOLE
    assert WHOLE.newest_qbxml == "16.0"


def test_only_our_own_stamps_count() -> None:
    found = qbxml.read_facts(answer(COMPANY), "{11111111-0000-0000-0000-000000000000}")

    assert found.company_name == "Menuiserie Petit"
    assert (found.file_id, found.app_lock) == (None, None)


@pytest.mark.parametrize("value", ["", "UNLOCKED", "LOCKED:", "LOCKED::1", "LOCKED:PC", "LOCKED:PC:x"])
def test_a_lock_that_names_no_computer_is_none(value: str) -> None:
    company = COMPANY.replace("LOCKED:ATELIER-PC:635289565906618390", value)

    assert qbxml.read_facts(answer(company), OURS).app_lock is None


@pytest.mark.parametrize(
    "parts", [(), ("<HostQueryRs statusCode='3250'/>",), ('<HostQueryRs statusCode="0"><HostRet/></HostQueryRs>',)]
)
def test_what_is_missing_is_unknown(parts: tuple[str, ...]) -> None:
    assert qbxml.read_facts(answer(*parts), OURS) == QuickBooksFacts()


def test_strange_values_are_unknown_too() -> None:
    host = HOST.replace("false", "perhaps").replace("<Country>CA</Country>", "<Country><A/></Country>")
    found = qbxml.read_facts(answer(host), OURS)

    assert found.is_automatic_login is None
    assert found.country is None
    assert found.time_tracking_on is None


@pytest.mark.parametrize("text", ["", "nothing", "<html></html>", answer(HOST)[:-9]])
def test_garbage_is_not_qbxml(text: str) -> None:
    with pytest.raises(qbxml.NotQbxml):
        qbxml.read_facts(text, OURS)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (FILE, FILE.upper(), True),
        (FILE, FILE.strip("{}"), True),
        (FILE, f" {FILE}\n", True),
        (FILE, OURS, False),
        (FILE, None, False),
        (None, None, False),
        ("", "", False),
    ],
)
def test_guids_are_compared_as_guids(one: str | None, other: str | None, same: bool) -> None:
    assert facts.same_guid(one, other) is same


@pytest.mark.parametrize(
    ("offered", "wanted", "spoken"),
    [
        (("1.0", "13.0", "16.0"), "13.0", "13.0"),
        (("1.0", "9.0", "11.0"), "13.0", "11.0"),
        (("2.1", "2.0", "10.0", "9.0"), "16.0", "10.0"),
        ((), "13.0", "13.0"),
        (("CA3.0", "x", ""), "13.0", "13.0"),
        (("13.0",), "4.1", "4.1"),
    ],
)
def test_the_version_spoken_is_the_newest_both_know(offered: tuple[str, ...], wanted: str, spoken: str) -> None:
    assert qbxml.newest_common(offered, wanted=wanted) == spoken


def test_a_version_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="no version"):
        qbxml.newest_common((), wanted="thirteen")


# Keeping them


def test_facts_are_restored_as_they_were_kept() -> None:
    assert facts.restored(facts.kept(WHOLE)) == WHOLE
    assert facts.restored(facts.kept(QuickBooksFacts())) == QuickBooksFacts()
    assert facts.kept(QuickBooksFacts()) == {}
    assert facts.restored({"unheard of": 1, "major": 34, "time_tracking_on": "yes"}) == QuickBooksFacts()


@given(
    st.builds(
        QuickBooksFacts,
        **{
            field.name: st.none() | (st.booleans() if "bool" in str(field.type) else st.text(max_size=5))
            for field in attrs.fields(QuickBooksFacts)
            if field.name != "qbxml_versions"
        },
        qbxml_versions=st.lists(st.sampled_from(["1.0", "13.0", "CA3.0"])).map(tuple),
    )
)
def test_any_facts_are_restored_as_they_were_kept(some: QuickBooksFacts) -> None:
    assert facts.restored(facts.kept(some)) == some


# The library's own questions


def test_the_questions_are_these_requests() -> None:
    assert questions.ask_host().xml == "<HostQueryRq></HostQueryRq>"
    assert questions.ask_preferences().xml == "<PreferencesQueryRq></PreferencesQueryRq>"
    assert questions.ask_company(OURS).xml == f"<CompanyQueryRq><OwnerID>{OURS}</OwnerID></CompanyQueryRq>"
    assert questions.ask_employees().xml == (
        "<EmployeeQueryRq><ActiveStatus>ActiveOnly</ActiveStatus><IncludeRetElement>ListID</IncludeRetElement>"
        "<IncludeRetElement>Name</IncludeRetElement><IncludeRetElement>IsActive</IncludeRetElement>"
        "<IncludeRetElement>EmployeePayrollInfo</IncludeRetElement></EmployeeQueryRq>"
    )
    assert questions.ask_payroll_items().name == "PayrollItemWageQuery"
    assert questions.ask_vendors().page == 500
    assert "<MaxReturned>" not in questions.ask_vendors(page=None).xml


def test_employees_are_read_with_how_they_are_paid() -> None:
    earning = "<Earnings><PayrollItemWageRef><FullName>{}</FullName></PayrollItemWageRef><Rate>20</Rate></Earnings>"
    uses = "<UseTimeDataToCreatePaychecks>{}</UseTimeDataToCreatePaychecks>"
    both = earning.format("Hourly") + earning.format("Overtime")
    people = (
        ("Jean", f"<EmployeePayrollInfo>{earning.format('Hourly')}{uses.format('UseTimeData')}</EmployeePayrollInfo>"),
        ("Marie", f"<EmployeePayrollInfo>{both}{uses.format('DoNotUseTimeData')}</EmployeePayrollInfo>"),
        ("Paul", f"<EmployeePayrollInfo>{uses.format('NotSet')}</EmployeePayrollInfo>"),
        ("Anne", ""),
    )
    rows = "".join(
        f"<EmployeeRet><ListID>{name}-1</ListID><Name>{name}</Name><IsActive>true</IsActive>{info}</EmployeeRet>"
        for name, info in people
    )

    assert list(questions.read_employees([answer(f'<EmployeeQueryRs statusCode="0">{rows}</EmployeeQueryRs>')])) == [
        Employee(name="Jean", id="Jean-1", is_active=True, uses_time_data=True, payroll_items=("Hourly",)),
        Employee(
            name="Marie", id="Marie-1", is_active=True, uses_time_data=False, payroll_items=("Hourly", "Overtime")
        ),
        Employee(name="Paul", id="Paul-1", is_active=True),
        Employee(name="Anne", id="Anne-1", is_active=True),
    ]


def test_payroll_items_and_vendors_are_read() -> None:
    text = answer(
        '<PayrollItemWageQueryRs statusCode="0"><PayrollItemWageRet><ListID>1</ListID><Name>Hourly</Name>'
        "<IsActive>false</IsActive><WageType>HourlyRegular</WageType></PayrollItemWageRet></PayrollItemWageQueryRs>"
        '<VendorQueryRs statusCode="0"><VendorRet><Name>Boulangerie Martin</Name></VendorRet></VendorQueryRs>'
    )

    assert list(questions.read_payroll_items([text])) == [
        PayrollItem(name="Hourly", id="1", is_active=False, wage_type="HourlyRegular")
    ]
    assert list(questions.read_vendors([text])) == [Vendor(name="Boulangerie Martin")]
