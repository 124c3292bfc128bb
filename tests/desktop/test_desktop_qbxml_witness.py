"""The fake QuickBooks, which knows nothing of this package, takes its requests, and its answers are read."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from qbapps.desktop import qbxml
from qbapps.desktop.qbxml import questions
from qbapps.simulator.desktop import CompanyFile, FakeQuickBooks
from qbapps.simulator.desktop.certificates import App

OWNER = "{87EDAAF8-637E-4203-867F-4BA79C2F8998}"


@pytest.fixture
def quickbooks() -> FakeQuickBooks:
    company = CompanyFile.sample("Menuiserie Petit")
    company.with_many(customers=250)
    made = FakeQuickBooks(open_company=company)
    made.begin_session(App(name="Hours", owner_id=OWNER, personal_data="pdpOptional"))
    return made


def answered(quickbooks: FakeQuickBooks, request: qbxml.Request, iterator: qbxml.Iterator | None = None) -> str:
    text = quickbooks.process(qbxml.envelope(request, request_id="r1", iterator=iterator))
    assert isinstance(text, str), text
    return text


def test_it_says_what_it_is(quickbooks: FakeQuickBooks) -> None:
    told = qbxml.read_facts(answered(quickbooks, questions.ask_host()), OWNER)
    company = qbxml.read_facts(answered(quickbooks, questions.ask_company(OWNER)), OWNER)
    preferences = qbxml.read_facts(answered(quickbooks, questions.ask_preferences()), OWNER)

    assert told.file_mode in {"SingleUser", "MultiUser"}
    assert told.newest_qbxml is not None
    assert company.company_name == "Menuiserie Petit"
    assert preferences.first_day_of_week == "Monday"
    assert preferences.automatic_login_allowed is not None


def test_pages_follow_each_other_to_the_last(quickbooks: FakeQuickBooks) -> None:
    request = qbxml.query("Customer", page=100, active="All")
    text = answered(quickbooks, request, ("Start", None))
    found = [record.id for record in qbxml.records([text])]
    while (response := qbxml.head(text).responses[0]).remaining:
        assert response.records == 100
        assert response.iterator_id is not None
        text = answered(quickbooks, request, ("Continue", response.iterator_id))
        found += [record.id for record in qbxml.records([text])]

    assert len(found) == len(set(found)) >= 250


def test_hours_are_added_deleted_and_refused_in_words_that_are_read(quickbooks: FakeQuickBooks) -> None:
    (employee, *_) = questions.read_employees([answered(quickbooks, questions.ask_employees())])
    hours = {"Duration": timedelta(hours=8, minutes=30), "EntityRef": employee.name, "TxnDate": date(2026, 11, 2)}
    text = answered(quickbooks, qbxml.add("TimeTracking", {**hours, "Notes": "Pose <à Orléans> & finition"}))
    (record,) = qbxml.records([text])

    assert qbxml.head(text).responses[0].status_code == 0
    assert record["Notes"] == "Pose <à Orléans> & finition"
    assert record["Duration"] == "PT8H30M"
    assert record.id is not None
    deleted = answered(quickbooks, qbxml.delete("TimeTracking", record.id))
    assert qbxml.head(deleted).responses[0].status_code == 0
    nobody = answered(quickbooks, qbxml.add("TimeTracking", {**hours, "EntityRef": "Nobody"}))
    assert qbxml.head(nobody).responses[0].status_code == 3140
    assert qbxml.head(nobody).responses[0].records == 0


def test_the_setup_learns_who_is_paid_how(quickbooks: FakeQuickBooks) -> None:
    people = list(questions.read_employees([answered(quickbooks, questions.ask_employees())]))
    items = list(questions.read_payroll_items([answered(quickbooks, questions.ask_payroll_items())]))
    vendors = list(questions.read_vendors([answered(quickbooks, questions.ask_vendors(page=None))]))

    assert people
    assert {name for one in people for name in one.payroll_items} <= {item.name for item in items}
    assert items
    assert vendors
