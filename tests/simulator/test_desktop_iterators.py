"""Iterators of the fake QuickBooks."""

from datetime import timedelta

import pytest
from desktop_parts import messages, qbxml, said, statuses, workshop

from qbapps.simulator.desktop import App, CompanyFile, HResult, QuickBooksBehaviour

APP = App(name="Hours", owner_id="{57F3B9B1-86F1-4FCC-B1EE-566DE1813D20}")
NAMES = "CustomerQueryRs/CustomerRet/FullName"


def opened(customers=25, **switches):
    company = CompanyFile("Boulangerie Martin").with_many(customers=customers)
    quickbooks = workshop(QuickBooksBehaviour(**switches), company=company)
    quickbooks.begin_session(APP)
    return quickbooks


def start(most=10, inside=""):
    return qbxml(f'<CustomerQueryRq iterator="Start"><MaxReturned>{most}</MaxReturned>{inside}</CustomerQueryRq>')


def following(answer, most=10, kind="Continue", inside="", request="CustomerQueryRq"):
    iterator_id = messages(answer)[0].get("iteratorID")
    return qbxml(
        f'<{request} iterator="{kind}" iteratorID="{iterator_id}"><MaxReturned>{most}</MaxReturned>{inside}</{request}>'
    )


def remaining(answer):
    return messages(answer)[0].get("iteratorRemainingCount")


def test_pages_hold_every_row_once_and_count_down():
    quickbooks = opened()
    answers = [quickbooks.process(start())]
    while remaining(answers[-1]) != "0":
        answers.append(quickbooks.process(following(answers[-1])))
    names = [name for answer in answers for name in said(answer, NAMES)]
    assert [remaining(answer) for answer in answers] == ["15", "5", "0"]
    assert len(names) == len(set(names)) == 25


def test_an_exhausted_iterator_is_3391():
    quickbooks = opened(customers=5)
    assert statuses(quickbooks.process(following(quickbooks.process(start())))) == ["3391"]


def test_an_iterator_dies_with_its_session():
    quickbooks = opened()
    first = quickbooks.process(start())
    quickbooks.crash()
    quickbooks.begin_session(APP)
    assert statuses(quickbooks.process(following(first))) == ["3391"]


def test_where_iterators_live_ten_minutes_the_next_session_continues():
    quickbooks = opened(iterators="live_10_minutes")
    first = quickbooks.process(start())
    quickbooks.crash()
    quickbooks.begin_session(APP)
    quickbooks.clock.advance(timedelta(minutes=9))
    second = quickbooks.process(following(first))
    assert (statuses(second), remaining(second)) == (["0"], "5")
    quickbooks.clock.advance(timedelta(minutes=11))
    assert statuses(quickbooks.process(following(second))) == ["3391"]


@pytest.mark.parametrize("lives", ["die_with_session", "live_10_minutes"])
def test_another_app_cannot_continue(lives):
    quickbooks = opened(iterators=lives)
    first = quickbooks.process(start())
    other = quickbooks.begin_session(App(name="Other", owner_id="{1}"))
    assert statuses(quickbooks.process(following(first), other.ticket)) == ["3391"]


@pytest.mark.parametrize(
    "changed", [{"inside": "<ActiveStatus>All</ActiveStatus>"}, {"request": "VendorQueryRq"}], ids=["filter", "list"]
)
def test_another_query_cannot_continue(changed):
    quickbooks = opened()
    assert statuses(quickbooks.process(following(quickbooks.process(start()), **changed))) == ["3391"]


def test_a_page_may_have_another_size():
    quickbooks = opened()
    assert remaining(quickbooks.process(following(quickbooks.process(start()), most=3))) == "12"


def test_stop_ends_it():
    quickbooks = opened()
    first = quickbooks.process(start())
    assert statuses(quickbooks.process(following(first, kind="Stop"))) == ["0"]
    assert statuses(quickbooks.process(following(first))) == ["3391"]


def test_nothing_to_page_through_is_no_match():
    quickbooks = opened(customers=0)
    assert statuses(quickbooks.process(start())) == ["1"]


@pytest.mark.parametrize("name", ["Employee", "Class", "PayrollItemWage", "Account", "Preferences", "Company", "Host"])
def test_some_queries_have_no_iterators(name):
    quickbooks = opened()
    assert quickbooks.process(qbxml(f'<{name}QueryRq iterator="Start"/>')) == HResult(
        "0x80040400", "QuickBooks could not parse the XML text it was given."
    )


def test_ten_thousand_customers_come_in_a_hundred_pages():
    quickbooks = opened(customers=10_000)
    answer, pages, rows = quickbooks.process(start(most=100)), 1, 100
    while remaining(answer) != "0":
        answer = quickbooks.process(following(answer, most=100))
        pages, rows = pages + 1, rows + len(said(answer, NAMES))
    assert (pages, rows) == (100, 10_000)
