"""Answers are read in small pieces: their heads, then their records, whatever their size and whoever made them."""

from __future__ import annotations

import pickle
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qbapps.desktop import qbxml

PAGE = """\ufeff
<?xml version="1.0" encoding="windows-1252" ?>
<QBXML>
<QBXMLMsgsRs newMessageSetID="m1" messageSetStatusCode="0">
<CustomerQueryRs requestID="7" statusCode="0" statusSeverity="Info" statusMessage="Status OK"
 iteratorRemainingCount="18" iteratorID="{eb05f701-e727-472f-8ade-6753c4f67a46}">
<CustomerRet>
<ListID>110000-1232697602</ListID>
<FullName>Durand &amp; Fils</FullName>
<ParentRet>not a record</ParentRet>
<BillAddress>
<Addr1>1 rue Neuve</Addr1>
<City>Orléans</City>
</BillAddress>
<DataExtRet><DataExtName>Zone</DataExtName><DataExtValue>Nord</DataExtValue></DataExtRet>
<DataExtRet><DataExtName>Tour</DataExtName><DataExtValue></DataExtValue></DataExtRet>
<Notes>line one
 line two</Notes>
</CustomerRet>
<CustomerRet><ListID>2</ListID></CustomerRet>
</CustomerQueryRs>
<CustomerAddRs requestID="8" statusCode="3100" statusSeverity="Error" statusMessage="Le nom existe." />
</QBXMLMsgsRs>
</QBXML>
"""

RECORDS = 125_000
RECORD = (
    "<CustomerRet><ListID>{n}-1232697602</ListID><FullName>Boulangerie {n} de l'été</FullName><BillAddress><Addr1>1 "
    "rue Neuve</Addr1><City>Orléans</City></BillAddress><Notes>Sans gluten, livraison le mardi matin avant six heures"
    "</Notes></CustomerRet>"
)


def wrapped(inner: str, attributes: str = 'statusCode="0"') -> str:
    return f"<QBXML><QBXMLMsgsRs><ThingQueryRs {attributes}>{inner}</ThingQueryRs></QBXMLMsgsRs></QBXML>"


def large(count: int = RECORDS) -> Iterator[str]:
    """Give an answer in pieces: of more than 30 MB, unless *count* says less."""
    yield '<QBXML><QBXMLMsgsRs><CustomerQueryRs statusCode="0">'
    for start in range(0, count, 1000):
        yield "".join(RECORD.format(n=number) for number in range(start, start + 1000))
    yield "</CustomerQueryRs></QBXMLMsgsRs></QBXML>"


# Heads


def test_the_head_says_what_became_of_each_request() -> None:
    assert qbxml.head(PAGE) == qbxml.ResponseHead(
        new_message_set_id="m1",
        message_set_status=0,
        responses=(
            qbxml.Response(
                name="CustomerQuery",
                request_id="7",
                status_code=0,
                severity="Info",
                message="Status OK",
                iterator_id="{eb05f701-e727-472f-8ade-6753c4f67a46}",
                remaining=18,
                records=2,
            ),
            qbxml.Response(
                name="CustomerAdd", request_id="8", status_code=3100, severity="Error", message="Le nom existe."
            ),
        ),
    )


def test_an_answer_about_the_message_set_alone_has_no_responses() -> None:
    head = qbxml.head('<QBXML><QBXMLMsgsRs messageSetStatusCode="9002" oldMessageSetID="a"/></QBXML>')

    assert head == qbxml.ResponseHead(message_set_status=9002, old_message_set_id="a")


def test_other_message_sets_are_passed_over() -> None:
    text = PAGE.replace("<QBXML>", "<QBXML><SignonMsgsRs><SignonRs><AppRet><a/></AppRet></SignonRs></SignonMsgsRs>")

    assert qbxml.head(text) == qbxml.head(PAGE)
    assert list(qbxml.records([text])) == list(qbxml.records([PAGE]))


@pytest.mark.parametrize(
    "text",
    [
        *("", "   ", "text", "\x00", "<QBXML>", "<html/>", "<QBXML/>", "<QBXML><QBXMLMsgsRq/></QBXML>", "\ud800"),
        *(PAGE[:400], PAGE + "<more/>", "<QBXML><QBXMLMsgsRs>&nothing;</QBXMLMsgsRs></QBXML>"),
        *(
            wrapped("", ""),
            wrapped("", 'statusCode="ok"'),
            wrapped("", 'statusCode="-1"'),
            wrapped("", 'statusCode="1²"'),
        ),
        wrapped("", 'statusCode="0" iteratorRemainingCount="364q34"'),
        wrapped("<a>" * 200 + "</a>" * 200),
        '<!DOCTYPE QBXML SYSTEM "http://durand.example/x.dtd">' + wrapped(""),
        '<!DOCTYPE QBXML [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>' + wrapped("<XRet>&b;</XRet>"),
        '<?xml version="1.0"?><!DOCTYPE QBXML [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + wrapped("&x;"),
    ],
)
def test_anything_else_is_not_qbxml(text: str) -> None:
    with pytest.raises(qbxml.NotQbxml) as caught:
        qbxml.head(text)

    assert caught.value.reason == str(caught.value)
    assert "Durand" not in caught.value.reason


def test_a_tag_that_never_ends_is_given_up_before_it_is_all_kept() -> None:
    taken = 0

    def endless() -> Iterator[str]:
        nonlocal taken
        yield "<QBXML><QBXMLMsgsRs><!--"
        while taken < 200:
            taken += 1
            yield "x" * 65_536

    with pytest.raises(qbxml.NotQbxml, match="does not end"):
        list(qbxml.records(endless()))
    assert taken < 30


@given(st.text(st.sampled_from("<>/QBXMLMsgsRs =\"'&;!-[]?é\x01"), max_size=60) | st.text(max_size=60))
def test_no_text_at_all_makes_another_error(text: str) -> None:
    for read in (qbxml.head, lambda text: list(qbxml.records([text])), lambda text: qbxml.read_facts(text, "{1}")):
        with suppress(qbxml.NotQbxml):
            read(text)


@given(st.integers(0, len(PAGE)))
def test_an_answer_that_was_cut_off_is_not_qbxml(end: int) -> None:
    if PAGE[end:].strip():
        with pytest.raises(qbxml.NotQbxml):
            qbxml.head(PAGE[:end])


# Records


def test_records_come_with_all_that_quickbooks_said() -> None:
    first, second = qbxml.records([PAGE])

    assert first.kind == "Customer"
    assert first.fields == {
        "ListID": "110000-1232697602",
        "FullName": "Durand & Fils",
        "ParentRet": "not a record",
        "BillAddress": {"Addr1": "1 rue Neuve", "City": "Orléans"},
        "DataExtRet": (
            {"DataExtName": "Zone", "DataExtValue": "Nord"},
            {"DataExtName": "Tour", "DataExtValue": ""},
        ),
        "Notes": "line one\n line two",
    }
    assert first["FullName"] == "Durand & Fils"
    assert first.get("Phone") is None
    assert first.get("Phone", "none") == "none"
    assert (first.id, second.id) == ("110000-1232697602", "2")
    with pytest.raises(KeyError):
        first["Phone"]


def test_one_and_several_are_asked_for_in_the_same_way() -> None:
    first, second = qbxml.records([PAGE])

    assert first.each("DataExtRet", "DataExtName") == ("Zone", "Tour")
    assert first.each("BillAddress", "City") == ("Orléans",)
    assert second.each("DataExtRet", "DataExtName") == ()
    assert first.text("BillAddress", "City") == "Orléans"
    assert first.text("BillAddress") is None
    assert first.text("DataExtRet", "DataExtName") == "Zone"


@pytest.mark.parametrize(
    ("inner", "found"),
    [
        ("<ListID>1</ListID><TxnID>2</TxnID>", "1"),
        ("<TxnLineID>3</TxnLineID><TxnID>2</TxnID>", "2"),
        ("<TxnLineID>3</TxnLineID>", "3"),
        ("<Name>a</Name>", None),
        ("", None),
    ],
)
def test_a_record_is_known_by_the_first_id_it_has(inner: str, found: str | None) -> None:
    (record,) = qbxml.records([wrapped(f"<ThingRet>{inner}</ThingRet>")])

    assert record.id == found


def test_attributes_are_kept_for_reports_have_nothing_else() -> None:
    (report,) = qbxml.records([wrapped('<ReportRet><Row n="1"/><Row n="2">text<!-- x --></Row></ReportRet>')])

    assert report.fields == {"Row": ({"@n": "1"}, {"@n": "2", "#text": "text"})}


def test_records_before_a_broken_end_are_given_first() -> None:
    reading = qbxml.records([PAGE[: PAGE.index("</QBXMLMsgsRs>")]])

    assert [next(reading).id, next(reading).id] == ["110000-1232697602", "2"]
    with pytest.raises(qbxml.NotQbxml):
        next(reading)


def test_a_record_does_not_show_itself_and_can_travel() -> None:
    record = next(qbxml.records([PAGE]))

    assert "Durand" not in repr(record)
    assert pickle.loads(pickle.dumps(record)) == record  # noqa: S301 - our own


@given(st.lists(st.integers(0, len(PAGE)), max_size=8))
def test_it_does_not_matter_where_an_answer_is_cut_into_pieces(cuts: list[int]) -> None:
    marks = [0, *sorted(cuts), len(PAGE)]
    pieces = [PAGE[start:end] for start, end in pairwise(marks)]

    assert list(qbxml.records(pieces)) == list(qbxml.records([PAGE]))


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="￾￿"), max_size=8),
    lambda inner: (
        st.dictionaries(st.sampled_from("ABCD"), inner, min_size=1, max_size=3)
        | st.lists(inner.filter(lambda one: not isinstance(one, tuple)), min_size=2, max_size=3).map(tuple)
    ),
    max_leaves=10,
)


def as_xml(name: str, value: Any) -> str:
    if isinstance(value, tuple):
        return "".join(as_xml(name, one) for one in value)
    inner = "".join(as_xml(*item) for item in value.items()) if isinstance(value, dict) else escape(value)
    return f"<{name}>{inner}</{name}>"


@given(st.dictionaries(st.sampled_from("ABCD"), VALUES, max_size=3))
def test_what_was_written_is_what_is_read(fields: dict[str, Any]) -> None:
    (record,) = qbxml.records([wrapped(as_xml("ThingRet", fields))])

    assert record.fields == fields


# Memory


def test_thirty_megabytes_of_records_are_read_in_little_memory() -> None:
    tracemalloc.start()
    try:
        count = sum(1 for _ in qbxml.records(large()))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert count == RECORDS
    assert peak < 3_000_000, peak


def test_the_head_of_thirty_megabytes_is_read_in_little_memory_besides_them() -> None:
    text = "".join(large())
    assert len(text) > 30_000_000
    tracemalloc.start()
    try:
        head = qbxml.head(text)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert head.responses[0].records == RECORDS
    assert peak < 1_000_000, peak


def test_an_answer_in_one_piece_is_read_record_by_record_too() -> None:
    text = "".join(large(20_000))
    assert len(text) > 4_900_000
    tracemalloc.start()
    try:
        count = sum(1 for _ in qbxml.records([text]))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert count == 20_000
    assert peak < 2_000_000, peak
