"""What the fake QuickBooks makes of requests: queries, adds, changes, deletions, and their status codes."""

from datetime import UTC, datetime, timedelta

import pytest
from desktop_parts import HOURS, messages, qbxml, said, statuses, workshop

from qbapps.simulator.desktop import App, CompanyFile, Consent, Employee, QuickBooksBehaviour

APP = App(name="Hours", owner_id="{57F3B9B1-86F1-4FCC-B1EE-566DE1813D20}", personal_data="pdpOptional")
SUMMER = datetime(2026, 7, 1, 14, 0, tzinfo=UTC)


def opened(behaviour=None, **more):
    quickbooks = workshop(behaviour, **more)
    quickbooks.begin_session(APP)
    return quickbooks, quickbooks.open_company


def hours(**changes):
    text = HOURS
    for name, value in changes.items():
        text = text.replace(name, value)
    return qbxml(text)


def with_field(element):
    return hours(**{"</Duration>": f"</Duration>{element}"})


def test_hours_are_added_and_returned():
    quickbooks, company = opened()
    answer = quickbooks.process(
        qbxml(
            "<TimeTrackingAddRq requestID='9'><TimeTrackingAdd><TxnDate>2026-11-02</TxnDate><EntityRef><FullName>"
            "Jean Durand</FullName></EntityRef><CustomerRef><FullName>Durand &amp; Fils:Kitchen</FullName>"
            "</CustomerRef><ItemServiceRef><FullName>Repair</FullName></ItemServiceRef><Duration>PT2H15M</Duration><ClassRef>"
            "<FullName>Site</FullName></ClassRef><PayrollItemWageRef><FullName>Regular Pay</FullName>"
            "</PayrollItemWageRef><Notes>hinge &#233;</Notes><BillableStatus>Billable</BillableStatus>"
            "</TimeTrackingAdd></TimeTrackingAddRq>"
        )
    )
    (time,) = company.times
    named = [str(one) for one in (time.entity, time.customer, time.item)]
    assert named == ["Jean Durand", "Durand & Fils:Kitchen", "Repair"]
    assert (time.duration, time.billable_status, time.app) == ("PT2H15M", "Billable", "Hours")
    response = "TimeTrackingAddRs/TimeTrackingRet/"
    assert said(answer, response + "TxnID") == [time.txn_id]
    assert said(answer, response + "CustomerRef/FullName") == ["Durand & Fils:Kitchen"]
    assert said(answer, response + "Notes") == ["hinge é"]
    assert messages(answer)[0].get("requestID") == "9"
    assert answer.isascii()


def test_a_vendor_works_hours_too_and_a_customer_does_not():
    quickbooks, _ = opened()
    assert statuses(quickbooks.process(hours(**{"Jean Durand": "Lapointe Lumber"}))) == ["0"]
    assert statuses(quickbooks.process(hours(**{"Jean Durand": "Tremblay"}))) == ["3140"]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (with_field("<ClassRef><FullName>Nowhere</FullName></ClassRef>"), "3140"),
        (hours(**{"2026-11-02": "02/11/2026"}), "3020"),
        (hours(PT8H30M="8.5"), "3035"),
        (with_field("<ExternalGUID>shift-1</ExternalGUID>"), "3045"),
        (with_field(f"<Notes>{'n' * 4096}</Notes>"), "3070"),
        (hours(**{"requestID='1'": f"requestID='{'1' * 51}'"}), "1060"),
    ],
)
def test_values_that_are_refused_one_by_one(text, status):
    quickbooks, company = opened()
    assert statuses(quickbooks.process(text)) == [status]
    assert company.times == []


def change(time, sequence=None, hours="PT1H"):
    return qbxml(
        f"<TimeTrackingModRq><TimeTrackingMod><TxnID>{time.txn_id}</TxnID><EditSequence>"
        f"{sequence or time.edit_sequence}</EditSequence><Duration>{hours}</Duration></TimeTrackingMod>"
        "</TimeTrackingModRq>"
    )


def test_a_change_needs_the_present_edit_sequence():
    quickbooks, company = opened()
    quickbooks.process(qbxml(HOURS))
    (time,) = company.times
    stale = time.edit_sequence
    assert statuses(quickbooks.process(change(time))) == ["0"]
    assert statuses(quickbooks.process(change(time, stale, "PT2H"))) == ["3200"]
    assert time.duration == "PT1H"


def test_hours_are_deleted_once():
    quickbooks, company = opened()
    quickbooks.process(qbxml(HOURS))
    txn_id = company.times[0].txn_id
    delete = qbxml(f"<TxnDelRq><TxnDelType>TimeTracking</TxnDelType><TxnID>{txn_id}</TxnID></TxnDelRq>")
    assert [statuses(quickbooks.process(delete)) for _ in range(2)] == [["0"], ["3120"]]
    assert company.times == []


def test_names_of_people_are_used_once():
    quickbooks, company = opened()

    def add(kind, name):
        return statuses(
            quickbooks.process(qbxml(f"<{kind}AddRq><{kind}Add><Name>{name}</Name></{kind}Add></{kind}AddRq>"))
        )

    assert add("Customer", "New") == ["0"]
    assert add("Customer", "new") == ["3100"]
    assert add("Vendor", "Jean Durand") == ["3100"]
    assert add("Vendor", "x" * 42) == ["3070"]
    assert company.named("Customer", "New").is_active


def test_a_customer_is_renamed_with_its_jobs():
    quickbooks, company = opened()
    above = company.named("Customer", "Durand & Fils")
    answer = quickbooks.process(
        qbxml(
            f"<CustomerModRq><CustomerMod><ListID>{above.list_id}</ListID><EditSequence>{above.edit_sequence}"
            "</EditSequence><Name>Durand</Name></CustomerMod></CustomerModRq>"
        )
    )
    assert statuses(answer) == ["0"]
    assert company.named("Customer", "Durand:Kitchen").parent == above.list_id


def test_a_list_entry_in_use_is_not_deleted():
    quickbooks, company = opened()
    quickbooks.process(hours(**{"Jean Durand": "Lapointe Lumber"}))

    def delete(kind, name):
        list_id = company.named(kind, name).list_id
        return statuses(
            quickbooks.process(
                qbxml(f"<ListDelRq><ListDelType>{kind}</ListDelType><ListID>{list_id}</ListID></ListDelRq>")
            )
        )

    assert delete("Vendor", "Lapointe Lumber") == ["3175"]
    assert delete("Customer", "Durand & Fils") == ["3175"]
    assert delete("Vendor", "Gagnon Hardware") == ["0"]


def test_stop_on_error_skips_the_rest_and_continue_does_not():
    bad = HOURS.replace("Jean Durand", "Nobody")
    quickbooks, company = opened()
    assert statuses(quickbooks.process(qbxml(HOURS, bad, HOURS))) == ["0", "3140", "3231"]
    assert statuses(quickbooks.process(qbxml(HOURS, bad, HOURS, on_error="continueOnError"))) == ["0", "3140", "0"]
    assert len(company.times) == 3
    assert [one.status for one in quickbooks.executed] == [0, 3140, 0, 3140, 0]


KITCHENS = "<NameFilter><MatchCriterion>EndsWith</MatchCriterion><Name>kitchen</Name></NameFilter>"
QUERIES = [
    ("<CustomerQueryRq/>", ["0"], 6),
    ("<CustomerQueryRq><MaxReturned>2</MaxReturned></CustomerQueryRq>", ["0"], 2),
    ("<CustomerQueryRq><FullName>durand &amp; fils:kitchen</FullName></CustomerQueryRq>", ["0"], 1),
    ("<CustomerQueryRq><FullName>Tremblay</FullName><FullName>Nobody</FullName></CustomerQueryRq>", ["500"], 1),
    ("<CustomerQueryRq><ListID>1-1</ListID></CustomerQueryRq>", ["500"], 0),
    ("<CustomerQueryRq><ActiveStatus>InactiveOnly</ActiveStatus></CustomerQueryRq>", ["1"], 0),
    ("<EmployeeQueryRq/>", ["0"], 2),
    ("<EmployeeQueryRq><ActiveStatus>All</ActiveStatus></EmployeeQueryRq>", ["0"], 3),
    ("<CustomerQueryRq><FromModifiedDate>2026-01-05T09:00:00</FromModifiedDate></CustomerQueryRq>", ["0"], 6),
    ("<CustomerQueryRq><FromModifiedDate>2026-01-05T09:00:01</FromModifiedDate></CustomerQueryRq>", ["1"], 0),
    ("<CustomerQueryRq><ToModifiedDate>2026-01-05T14:00:00Z</ToModifiedDate></CustomerQueryRq>", ["0"], 6),
    ("<CustomerQueryRq><FromModifiedDate>yesterday</FromModifiedDate></CustomerQueryRq>", ["3020"], 0),
    (
        f"<CustomerQueryRq>{KITCHENS}</CustomerQueryRq>",
        ["0"],
        1,
    ),
    ("<ItemQueryRq/>", ["0"], 3),
    ("<ClassQueryRq/>", ["0"], 2),
    ("<PayrollItemWageQueryRq/>", ["0"], 2),
    ("<AccountQueryRq/>", ["0"], 2),
    ("<VendorQueryRq/>", ["0"], 2),
    ("<OtherNameQueryRq/>", ["1"], 0),
    ("<TimeTrackingQueryRq/>", ["1"], 0),
]


@pytest.mark.parametrize(("query", "expected", "count"), QUERIES)
def test_queries_of_the_sample(query, expected, count):
    quickbooks, _ = opened()
    answer = quickbooks.process(qbxml(query))
    assert (statuses(answer), len(messages(answer)[0])) == (expected, count)


def test_hours_are_found_by_day_person_and_id():
    quickbooks, company = opened()
    quickbooks.process(qbxml(HOURS, HOURS.replace("11-02", "11-03").replace("Jean Durand", "Marie Lavoie")))

    def found(inside):
        answer = quickbooks.process(qbxml(f"<TimeTrackingQueryRq>{inside}</TimeTrackingQueryRq>"))
        return said(answer, "TimeTrackingQueryRs/TimeTrackingRet/TxnDate")

    day = "<TxnDateRangeFilter><FromTxnDate>2026-11-03</FromTxnDate></TxnDateRangeFilter>"
    who = "<TimeTrackingEntityFilter><FullName>jean durand</FullName></TimeTrackingEntityFilter>"
    assert found(day) == ["2026-11-03"]
    assert found(who) == ["2026-11-02"]
    assert found(day + who) == []
    assert found(f"<TxnID>{company.times[1].txn_id}</TxnID>") == ["2026-11-03"]


def test_names_can_be_asked_for_by_their_range_and_beginning():
    quickbooks, _ = opened()

    def found(inside):
        answer = quickbooks.process(qbxml(f"<VendorQueryRq>{inside}</VendorQueryRq>"))
        return said(answer, "VendorQueryRs/VendorRet/Name")

    assert found("<NameRangeFilter><FromName>h</FromName></NameRangeFilter>") == ["Lapointe Lumber"]
    assert found("<NameRangeFilter><ToName>h</ToName></NameRangeFilter>") == ["Gagnon Hardware"]
    for criterion in ("StartsWith", "Contains"):
        inside = f"<NameFilter><MatchCriterion>{criterion}</MatchCriterion><Name>LAP</Name></NameFilter>"
        assert found(inside) == ["Lapointe Lumber"]


def test_only_the_elements_that_were_asked_for_come_back():
    quickbooks, _ = opened()
    answer = quickbooks.process(qbxml("<VendorQueryRq><IncludeRetElement>Name</IncludeRetElement></VendorQueryRq>"))
    assert [child.tag for child in messages(answer)[0][0]] == ["Name"]


def test_employees_show_their_earnings_and_whether_hours_make_paycheques():
    company = CompanyFile(
        "Boulangerie Martin",
        payroll_items=["Regular Pay"],
        employees=[
            "Jean Durand",
            Employee(name="Marie Lavoie", uses_time_data=False),
            Employee(name="X", uses_time_data=None),
        ],
    )
    quickbooks, _ = opened(company=company)
    info = "EmployeeQueryRs/EmployeeRet/EmployeePayrollInfo/"
    answer = quickbooks.process(qbxml("<EmployeeQueryRq/>"))
    assert said(answer, info + "Earnings/PayrollItemWageRef/FullName") == ["Regular Pay"]
    assert said(answer, info + "UseTimeDataToCreatePaychecks") == ["UseTimeData", "DoNotUseTimeData", "NotSet"]


@pytest.mark.parametrize(
    ("feature", "query"),
    [("payroll", "PayrollItemWageQuery"), ("class_tracking", "ClassQuery"), ("time_tracking", "TimeTrackingQuery")],
)
def test_a_feature_that_is_off_is_3250(feature, query):
    quickbooks, _ = opened(company=CompanyFile("Boulangerie Martin", **{feature: False}))
    assert statuses(quickbooks.process(qbxml(f"<{query}Rq/>"))) == ["3250"]


def test_permissions_of_the_user_and_of_the_app():
    quickbooks, company = opened()
    company.user_may_not.add("TimeTracking")
    assert statuses(quickbooks.process(qbxml(HOURS))) == ["3260"]
    company.user_may_not.clear()
    company.certificate(APP).is_read_only = True
    assert statuses(quickbooks.process(qbxml(HOURS))) == ["3261"]
    assert statuses(quickbooks.process(qbxml("<VendorQueryRq/>"))) == ["0"]


@pytest.mark.parametrize(("switch", "status"), [("left_out", "0"), ("refused_3261", "3261")])
def test_without_access_to_personal_data(switch, status):
    quickbooks = workshop(QuickBooksBehaviour(personal_data=switch))
    quickbooks.consent = Consent(personal_data=False)
    quickbooks.begin_session(APP)
    answer = quickbooks.process(qbxml("<EmployeeQueryRq/>"))
    assert statuses(answer) == [status]
    assert messages(answer).findall(".//EmployeePayrollInfo") == []


@pytest.mark.parametrize(
    ("times", "written"),
    [
        ("true_offset", "2026-07-01T10:00:00-04:00"),
        ("standard_offset", "2026-07-01T10:00:00-05:00"),
        ("no_offset", "2026-07-01T10:00:00"),
    ],
)
def test_an_instant_in_summer_can_be_asked_for_as_it_was_written(times, written):
    quickbooks, _ = opened(QuickBooksBehaviour(times=times), clock=SUMMER)
    answer = quickbooks.process(qbxml(HOURS))
    assert said(answer, "TimeTrackingAddRs/TimeTrackingRet/TimeModified") == [written]
    quickbooks.clock.advance(timedelta(hours=3))

    def since(text):
        inside = f"<ModifiedDateRangeFilter><FromModifiedDate>{text}</FromModifiedDate></ModifiedDateRangeFilter>"
        return statuses(quickbooks.process(qbxml(f"<TimeTrackingQueryRq>{inside}</TimeTrackingQueryRq>")))

    assert (since(written), since(written.replace("10:00:00", "10:00:01"))) == (["0"], ["1"])


def test_the_host_tells_versions_country_and_mode():
    quickbooks = workshop(edition="Enterprise", country="CA")
    quickbooks.begin_session(APP)
    host = messages(quickbooks.process(qbxml("<HostQueryRq/>")))[0][0]
    assert [one.text for one in host.findall("SupportedQBXMLVersion")][-2:] == ["15.0", "16.0"]
    assert (host.findtext("Country"), host.findtext("QBFileMode"), host.findtext("MajorVersion")) == (
        "CA",
        "SingleUser",
        "34",
    )
