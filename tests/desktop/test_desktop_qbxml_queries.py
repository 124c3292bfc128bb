"""Queries are what qbXML wants: filters in its order, in pages where it can, or refused before anything is queued."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from qbapps.desktop import qbxml
from qbapps.desktop.qbxml.filters import FILTERS, IN_PAGES, REPORTS
from qbapps.errors import ConfigurationError

SUMMER = timezone(timedelta(hours=-4))


def test_a_query_without_filters_asks_for_all() -> None:
    request = qbxml.query("Customer")

    assert request == qbxml.Request(
        name="CustomerQuery", xml="<CustomerQueryRq></CustomerQueryRq>", is_write=False, page=None
    )


def test_filters_of_a_list_stand_in_the_order_of_the_schema() -> None:
    request = qbxml.query(
        "Customer",
        page=100,
        owner_ids=["0", "{6F1C0BD3-5D0B-4F2B-8A3E-0C9A3A2B1C4D}"],
        include=("ListID", "Name"),
        fields={"ClassFilter": {"FullName": "Kitchens"}, "NameFilter": {"MatchCriterion": "Contains", "Name": "É"}},
        modified_until=datetime(2026, 7, 2, 10, tzinfo=SUMMER),
        modified_since=datetime.fromisoformat("2026-07-01T09:30:05.000999"),
        active="All",
    )

    assert request.page == 100
    assert request.xml == (
        "<CustomerQueryRq><MaxReturned>100</MaxReturned><ActiveStatus>All</ActiveStatus>"
        "<FromModifiedDate>2026-07-01T09:30:05</FromModifiedDate>"
        "<ToModifiedDate>2026-07-02T10:00:00-04:00</ToModifiedDate>"
        "<NameFilter><MatchCriterion>Contains</MatchCriterion><Name>&#201;</Name></NameFilter>"
        "<ClassFilter><FullName>Kitchens</FullName></ClassFilter>"
        "<IncludeRetElement>ListID</IncludeRetElement><IncludeRetElement>Name</IncludeRetElement>"
        "<OwnerID>0</OwnerID><OwnerID>{6F1C0BD3-5D0B-4F2B-8A3E-0C9A3A2B1C4D}</OwnerID></CustomerQueryRq>"
    )


def test_transactions_have_ids_and_dates_of_their_own() -> None:
    since = datetime.fromisoformat("2026-07-01T09:00:00")

    assert qbxml.query("Invoice", ids="1A-2", fields={"IncludeLineItems": True}).xml == (
        "<InvoiceQueryRq><TxnID>1A-2</TxnID><IncludeLineItems>true</IncludeLineItems></InvoiceQueryRq>"
    )
    assert qbxml.query("TimeTracking", most=5, modified_since=since).xml == (
        "<TimeTrackingQueryRq><MaxReturned>5</MaxReturned><ModifiedDateRangeFilter>"
        "<FromModifiedDate>2026-07-01T09:00:00</FromModifiedDate></ModifiedDateRangeFilter></TimeTrackingQueryRq>"
    )
    assert qbxml.query("Transaction", modified_since=since, fields={"RefNumber": "12"}, most=3).xml == (
        "<TransactionQueryRq><MaxReturned>3</MaxReturned><RefNumber>12</RefNumber>"
        "<TransactionModifiedDateRangeFilter><FromModifiedDate>2026-07-01T09:00:00</FromModifiedDate>"
        "</TransactionModifiedDateRangeFilter></TransactionQueryRq>"
    )


def test_ids_names_and_an_id_given_as_text() -> None:
    assert qbxml.query("Lead", names="Petit").xml == "<LeadQueryRq><Name>Petit</Name></LeadQueryRq>"
    assert qbxml.query("Customer", names=("Durand", "Durand:Kitchen")).xml == (
        "<CustomerQueryRq><FullName>Durand</FullName><FullName>Durand:Kitchen</FullName></CustomerQueryRq>"
    )
    assert qbxml.query("Vendor", ids="8000-1").xml == "<VendorQueryRq><ListID>8000-1</ListID></VendorQueryRq>"


def test_deleted_records_and_reports_take_fields() -> None:
    since = {"FromDeletedDate": datetime.fromisoformat("2026-07-01")}

    assert qbxml.query("TxnDeleted", fields={"DeletedDateRangeFilter": since, "TxnDelType": ["Bill", "Check"]}).xml == (
        "<TxnDeletedQueryRq><TxnDelType>Bill</TxnDelType><TxnDelType>Check</TxnDelType><DeletedDateRangeFilter>"
        "<FromDeletedDate>2026-07-01T00:00:00</FromDeletedDate></DeletedDateRangeFilter></TxnDeletedQueryRq>"
    )
    assert qbxml.query("TimeReport", fields={"TimeReportType": "TimeByName", "DisplayReport": False}).xml == (
        "<TimeReportQueryRq><TimeReportType>TimeByName</TimeReportType>"
        "<DisplayReport>false</DisplayReport></TimeReportQueryRq>"
    )


NEVER = [
    "Employee",
    "Class",
    "PayrollItemWage",
    "Account",
    "Preferences",
    "Company",
    "Host",
    "TxnDeleted",
    "TimeReport",
]


@pytest.mark.parametrize("kind", NEVER)
def test_a_query_without_iterator_is_refused_in_pages(kind: str) -> None:
    with pytest.raises(ConfigurationError, match=f"{kind}Query has no iterator"):
        qbxml.query(kind, page=100)


def test_102_queries_less_four_of_another_message_set_are_known_and_46_come_in_pages() -> None:
    assert len(FILTERS) + len(REPORTS) == 102 - 4
    assert len(IN_PAGES) == 46
    assert set(FILTERS) > IN_PAGES


@pytest.mark.parametrize("kind", sorted(IN_PAGES - {"BarCode"}))
def test_the_others_are_given_in_pages(kind: str) -> None:
    assert "<MaxReturned>7</MaxReturned>" in qbxml.query(kind, page=7).xml


def test_a_query_of_a_later_version_may_have_pages() -> None:
    request = qbxml.query("Novelty", page=10, fields={"Colour": "red"}, include="Name")

    assert request.xml == (
        "<NoveltyQueryRq><MaxReturned>10</MaxReturned><Colour>red</Colour>"
        "<IncludeRetElement>Name</IncludeRetElement></NoveltyQueryRq>"
    )


@pytest.mark.parametrize(
    "arguments",
    [
        {"ids": "1", "names": "Durand"},
        {"ids": "1", "page": 10},
        {"names": "Durand", "active": "All"},
        {"ids": "1", "modified_since": datetime(2026, 1, 1, tzinfo=UTC)},
        {"ids": "1", "fields": {"NameFilter": {"MatchCriterion": "Contains", "Name": "a"}}},
        {"fields": {"NameFilter": {"Name": "a"}, "NameRangeFilter": {"FromName": "a"}}},
        {"page": 10, "most": 5},
        {"page": 10, "fields": {"MaxReturned": 5}},
        {"include": "Name", "fields": {"IncludeRetElement": "Name"}},
        {"page": 0},
        {"page": True},
        {"most": -1},
        {"active": "active"},
        {"modified_since": date(2026, 1, 1)},
        {"fields": {"PaidStatus": "All"}},
        {"fields": {"bad name": "x"}},
    ],
)
def test_filters_that_exclude_each_other_or_are_none_are_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        qbxml.query("Customer", **arguments)


@pytest.mark.parametrize(
    "kind", ["", "customer", "Customer Query", "CustomerQuery", "CustomerQueryRq", "BillAdd", None]
)
def test_what_is_no_kind_of_record_is_refused(kind: Any) -> None:
    with pytest.raises(ConfigurationError):
        qbxml.query(kind)


def test_a_transaction_has_no_active_status_and_says_what_it_has() -> None:
    with pytest.raises(ConfigurationError, match="no element 'ActiveStatus'") as caught:
        qbxml.query("Invoice", active="All")

    assert "PaidStatus" in caught.value.hint
