"""Requests are what qbXML wants: in its order, in its spelling, or refused before anything is queued."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qbapps.desktop import qbxml
from qbapps.desktop.qbxml.sequences import BODIES
from qbapps.errors import ConfigurationError

LEGAL = st.text(
    st.characters(exclude_categories=["Cs"]).filter(lambda one: one in "\t\n\r" or (one >= " " and one not in "￾￿"))
)
SUMMER = timezone(timedelta(hours=-4))


class Status(StrEnum):
    BILLABLE = "Billable"


class Count(IntEnum):
    TWO = 2


def written(value: Any, name: str = "Field") -> str:
    """Return what stands between the tags of a custom add."""
    text = qbxml.add("Thing", {name: value}).xml
    return text.removeprefix("<ThingAddRq><ThingAdd>").removesuffix("</ThingAdd></ThingAddRq>")


def refusal(value: Any, name: str = "Field") -> str:
    with pytest.raises(ConfigurationError) as caught:
        written(value, name)
    assert caught.value.hint
    return caught.value.message


# Changes


def test_time_is_written_in_the_order_of_the_schema_whatever_order_it_comes_in() -> None:
    request = qbxml.add(
        "TimeTracking",
        {
            "BillableStatus": Status.BILLABLE,
            "Notes": "Pose d'étagères < 2 m & finition",
            "PayrollItemWageRef": None,
            "ClassRef": {"FullName": "ignored by QuickBooks", "ListID": "80-1"},
            "Duration": timedelta(hours=8, minutes=30),
            "ItemServiceRef": "Labour",
            "CustomerRef": "Durand:Kitchen",
            "EntityRef": "Jean",
            "TxnDate": date(2026, 7, 1),
        },
    )

    assert request.name == "TimeTrackingAdd"
    assert request.is_write
    assert request.xml == (
        "<TimeTrackingAddRq><TimeTrackingAdd><TxnDate>2026-07-01</TxnDate><EntityRef><FullName>Jean</FullName>"
        "</EntityRef><CustomerRef><FullName>Durand:Kitchen</FullName></CustomerRef><ItemServiceRef>"
        "<FullName>Labour</FullName></ItemServiceRef><Duration>PT8H30M</Duration><ClassRef><ListID>80-1</ListID>"
        "<FullName>ignored by QuickBooks</FullName></ClassRef>"
        "<Notes>Pose d'&#233;tag&#232;res &lt; 2 m &amp; finition</Notes>"
        "<BillableStatus>Billable</BillableStatus></TimeTrackingAdd></TimeTrackingAddRq>"
    )


def test_what_lies_within_is_put_in_order_too() -> None:
    fields = {
        "BillAddress": {"City": "Lyon", "Addr1": "1 rue Neuve"},
        "AdditionalContactRef": [{"ContactValue": "04", "ContactName": "Fax"}],
        "Name": "Petit",
    }

    assert qbxml.add("Customer", fields).xml == (
        "<CustomerAddRq><CustomerAdd><Name>Petit</Name><BillAddress><Addr1>1 rue Neuve</Addr1><City>Lyon</City>"
        "</BillAddress><AdditionalContactRef><ContactName>Fax</ContactName><ContactValue>04</ContactValue>"
        "</AdditionalContactRef></CustomerAdd></CustomerAddRq>"
    )


@given(st.sampled_from(sorted(BODIES)), st.randoms())
def test_a_known_request_is_the_same_in_any_order_of_its_fields(path: str, random: Any) -> None:
    order = BODIES[path].order
    shuffled = random.sample(order, len(order))
    build = qbxml.add if path.endswith("Add") else qbxml.mod
    fields = {name: {} if name.endswith("Ref") else "" for name in shuffled}
    fields |= dict.fromkeys(BODIES[path].required, "x")
    root = ET.fromstring(build(path[:-3], fields).xml)  # noqa: S314 - our own

    assert tuple(child.tag for child in root[0]) == order


@pytest.mark.parametrize(
    ("kind", "fields", "said"),
    [
        ("TimeTracking", {"EntityRef": "Jean", "Duration": timedelta(1), "Hours": 3}, "no element 'Hours'"),
        ("TimeTracking", {"Duration": timedelta(1)}, "needs EntityRef"),
        ("TimeTracking", {"EntityRef": "Jean", "Duration": None}, "needs Duration"),
        ("Customer", {"Name": ""}, "needs Name"),
        ("Customer", {"Name": "Petit", "BillAddress": {"Street": "1"}}, "CustomerAdd.BillAddress has no element"),
        ("Customer", {"Name": "Petit", "TermsRef": {"Name": "30"}}, "CustomerAdd.TermsRef has no element"),
        ("Customer", {"Name": "Petit", "AdditionalContactRef": "Fax"}, "AdditionalContactRef is no name"),
        ("Customer", {"Name": "Petit", "TermsRef": ""}, "TermsRef is empty"),
        ("Customer", [("Name", "Petit")], "takes a mapping"),
        ("ListDisplay", {}, "built otherwise"),
    ],
)
def test_an_add_that_quickbooks_would_refuse_is_refused_here(kind: str, fields: Any, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        qbxml.add(kind, fields)


def test_other_kinds_keep_the_order_given() -> None:
    assert qbxml.add(
        "Bill", {"VendorRef": "Petit", "Memo": "x", "ExpenseLineAdd": [{"Amount": 1}, {"Amount": 2}]}
    ).xml == (
        "<BillAddRq><BillAdd><VendorRef><FullName>Petit</FullName></VendorRef><Memo>x</Memo><ExpenseLineAdd>"
        "<Amount>1</Amount></ExpenseLineAdd><ExpenseLineAdd><Amount>2</Amount></ExpenseLineAdd></BillAdd></BillAddRq>"
    )


def test_a_mod_begins_with_its_id_and_its_edit_sequence() -> None:
    fields = {"Phone": "", "EditSequence": "17", "Name": "Petit", "ListID": "80-1"}

    assert qbxml.mod("Customer", fields).xml == (
        "<CustomerModRq><CustomerMod><ListID>80-1</ListID><EditSequence>17</EditSequence><Name>Petit</Name>"
        "<Phone></Phone></CustomerMod></CustomerModRq>"
    )
    assert qbxml.mod("Bill", {"Memo": "x", "EditSequence": "17", "TxnID": "1-2"}).xml == (
        "<BillModRq><BillMod><TxnID>1-2</TxnID><EditSequence>17</EditSequence><Memo>x</Memo></BillMod></BillModRq>"
    )


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("Customer", {"ListID": "80-1", "Name": "Petit"}),
        ("Customer", {"EditSequence": "1"}),
        ("Customer", {"TxnID": "80-1", "EditSequence": "1"}),
        ("Bill", {"EditSequence": "1", "TxnID": ""}),
        ("DataExt", {"TxnID": "1", "EditSequence": "1"}),
        ("Customer", None),
    ],
)
def test_a_mod_without_id_or_edit_sequence_is_refused(kind: str, fields: Any) -> None:
    with pytest.raises(ConfigurationError):
        qbxml.mod(kind, fields)


def test_deleting_and_voiding_name_the_kind_and_the_id() -> None:
    assert qbxml.delete("Customer", "80-1") == qbxml.Request(
        name="ListDel",
        xml="<ListDelRq><ListDelType>Customer</ListDelType><ListID>80-1</ListID></ListDelRq>",
        is_write=True,
    )
    assert qbxml.delete("TimeTracking", "1-2").xml == (
        "<TxnDelRq><TxnDelType>TimeTracking</TxnDelType><TxnID>1-2</TxnID></TxnDelRq>"
    )
    assert qbxml.void("Invoice", "1-2").xml == (
        "<TxnVoidRq><TxnVoidType>Invoice</TxnVoidType><TxnID>1-2</TxnID></TxnVoidRq>"
    )


@pytest.mark.parametrize(
    ("verb", "kind", "record_id"),
    [("delete", "Company", "1"), ("void", "TimeTracking", "1"), ("delete", "Customer", ""), ("void", "Bill", None)],
)
def test_what_cannot_be_deleted_or_voided_is_refused(verb: str, kind: str, record_id: Any) -> None:
    with pytest.raises(ConfigurationError):
        getattr(qbxml, verb)(kind, record_id)


# Values


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (Count.TWO, "2"),
        (Status.BILLABLE, "Billable"),
        (Decimal("0.10"), "0.10"),
        (Decimal("1E+5"), "100000"),
        (Decimal("-0.00"), "0.00"),
        (Decimal("-12.5"), "-12.5"),
        (date(2026, 2, 3), "2026-02-03"),
        (datetime.fromisoformat("2026-02-03T04:05:06.000700"), "2026-02-03T04:05:06"),
        (datetime(2026, 2, 3, 4, 5, tzinfo=UTC), "2026-02-03T04:05:00+00:00"),
        (datetime(1900, 1, 1, tzinfo=timezone(timedelta(minutes=9, seconds=21))), "1899-12-31T23:50:39+00:00"),
        (timedelta(0), "PT0H0M"),
        (timedelta(days=2, minutes=5), "PT48H5M"),
        ("a\r\n\tb", "a&#13;\n\tb"),
        ('"]]>', "&quot;]]&gt;"),
        ("", ""),
    ],
)
def test_each_value_has_one_form(value: Any, text: str) -> None:
    assert written(value) == f"<Field>{text}</Field>"


def test_lists_repeat_and_none_is_left_out() -> None:
    assert written(["a", None, "b"]) == "<Field>a</Field><Field>b</Field>"
    assert written([]) == ""
    assert written(None) == ""
    assert written({"A": None}) == "<Field></Field>"
    assert written(["Jean", {"ListID": "8"}], "PersonRef") == (
        "<PersonRef><FullName>Jean</FullName></PersonRef><PersonRef><ListID>8</ListID></PersonRef>"
    )


@pytest.mark.parametrize(
    "value",
    [
        *(1.5, float("nan"), Decimal("NaN"), Decimal("Infinity"), Decimal("1E+999999"), b"x", {"a"}, object(), 1j),
        *(timedelta(seconds=-60), timedelta(seconds=90), [["a"]], {1: "a"}, {"a b": "c"}, {"": "c"}),
        *("a\x00", "\x0b", "\ud800", "￾", {"Within": "\x1b"}),
    ],
)
def test_what_has_no_form_is_refused_with_the_name_of_the_field(value: Any) -> None:
    assert "ThingAdd.Field" in refusal(value)


def test_a_refusal_never_shows_the_value() -> None:
    assert "Durand" not in refusal("Durand\x00")
    assert "ThingAdd.Field.Within" in refusal({"Within": "\x00"})


def test_a_mapping_that_holds_itself_is_refused() -> None:
    endless: dict[str, Any] = {}
    endless["Again"] = endless

    assert "too deep" in refusal(endless)


@given(LEGAL)
def test_any_text_comes_back_as_it_was_and_travels_in_ascii(text: str) -> None:
    request = qbxml.add("Thing", {"Field": text})

    assert request.xml.isascii()
    assert (ET.fromstring(request.xml)[0][0].text or "") == text  # noqa: S314 - the same


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=5))
def test_any_amount_comes_back_exactly_and_without_exponent(amount: Decimal) -> None:
    text = written(amount).removeprefix("<Field>").removesuffix("</Field>")

    assert Decimal(text) == amount
    assert "E" not in text


@given(st.datetimes(timezones=st.none() | st.timezones()))
def test_any_instant_comes_back_to_the_second(instant: datetime) -> None:
    text = written(instant).removeprefix("<Field>").removesuffix("</Field>")

    assert datetime.fromisoformat(text) == instant.replace(microsecond=0) or instant.tzinfo is not None
    if instant.tzinfo is not None:
        assert abs(datetime.fromisoformat(text).astimezone(UTC) - instant.astimezone(UTC)) < timedelta(seconds=1)


# Written by hand


def test_raw_is_written_anew_in_one_way() -> None:
    xml = """
      <?xml version="1.0" encoding="windows-1252"?>
      <BillAddRq>  <!-- the rent -->
        <BillAdd defMacro="TxnID:é">
          <Memo>Loyer d'été &amp; <![CDATA[<charges>]]></Memo><Note/>
        </BillAdd>
      </BillAddRq>
    """

    assert qbxml.raw(xml, writes=True) == qbxml.Request(
        name="BillAdd",
        xml='<BillAddRq><BillAdd defMacro="TxnID:&#233;"><Memo>Loyer d\'&#233;t&#233; &amp; &lt;charges&gt;</Memo>'
        "<Note></Note></BillAdd></BillAddRq>",
        is_write=True,
    )


@pytest.mark.parametrize(
    "xml",
    [
        *(
            "",
            "text",
            "<BillAddRq>",
            "<BillAddRq/><BillAddRq/>",
            "<BillAdd/>",
            "<Rq/>",
            "<QBXMLMsgsRq/>",
            None,
            b"<ARq/>",
        ),
        *('<BillAddRq requestID="1"/>', '<CustomerQueryRq iterator="Start"/>', '<CustomerQueryRq iteratorID="1"/>'),
        *("<BillAddRq>a<B/></BillAddRq>", "<BillAddRq><B/>a</BillAddRq>", "<BillAddRq><é/></BillAddRq>"),
        *("<!DOCTYPE a><BillAddRq/>", "<x:BillAddRq xmlns:x='y'/>", "<BillAddRq>&x;</BillAddRq>", "\ud800"),
        "<BillAddRq>" + "<a>" * 100 + "</a>" * 100 + "</BillAddRq>",
    ],
)
def test_raw_that_is_not_one_request_is_refused(xml: Any) -> None:
    with pytest.raises(ConfigurationError):
        qbxml.raw(xml, writes=True)


def test_only_a_query_can_be_said_to_change_nothing() -> None:
    assert not qbxml.raw("<BillToPayQueryRq/>", writes=False).is_write
    with pytest.raises(ConfigurationError, match="BillAdd is no query"):
        qbxml.raw("<BillAddRq/>", writes=False)


@given(LEGAL)
def test_what_was_built_is_left_alone_by_raw(text: str) -> None:
    built = qbxml.add("Thing", {"Field": text, "Within": {"A": [text, "b"]}})

    assert qbxml.raw(built.xml, writes=True) == built


# Telling requests apart


def test_the_same_request_has_the_same_fingerprint_and_another_has_another() -> None:
    made = [
        qbxml.query("Customer", page=100),
        qbxml.query("Customer", most=100),
        qbxml.query("Customer", page=10),
        qbxml.query("Vendor", page=100),
        qbxml.add("Class", {"Name": "a"}),
        qbxml.add("Class", {"Name": "b"}),
    ]

    assert len({request.fingerprint for request in made}) == len(made)
    assert qbxml.query("Customer", page=100).fingerprint == made[0].fingerprint
    assert len(made[0].fingerprint) == 64


def test_a_request_does_not_show_what_it_holds() -> None:
    assert "Durand" not in repr(qbxml.add("Class", {"Name": "Durand"}))
