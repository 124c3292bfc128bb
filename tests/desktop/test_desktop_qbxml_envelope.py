"""The document around a request is exactly known: letter by letter, so that it can be sent again unaltered."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qbapps.desktop import qbxml
from qbapps.errors import ConfigurationError

PAGED = qbxml.query("Customer", page=100)
WHOLE = qbxml.add("Class", {"Name": "Été"})


def test_a_change_with_recovery_is_this_text() -> None:
    text = qbxml.envelope(
        WHOLE,
        request_id="job_1",
        version="16.0",
        on_error="continueOnError",
        new_message_set_id="m" * 23,
        old_message_set_id=qbxml.CLEAR_ALL,
    )

    assert text == (
        '<?xml version="1.0"?>\n'
        '<?qbxml version="16.0"?>\n'
        '<QBXML><QBXMLMsgsRq newMessageSetID="mmmmmmmmmmmmmmmmmmmmmmm" oldMessageSetID="ClearAllMessageSets" '
        'onError="continueOnError"><ClassAddRq requestID="job_1"><ClassAdd><Name>&#201;t&#233;</Name></ClassAdd>'
        "</ClassAddRq></QBXMLMsgsRq></QBXML>\n"
    )


@pytest.mark.parametrize(
    ("step", "attributes"),
    [
        (("Start", None), 'iterator="Start"'),
        (("Continue", "{eb05f701-e727}"), 'iterator="Continue" iteratorID="{eb05f701-e727}"'),
        (("Stop", '"<&'), 'iterator="Stop" iteratorID="&quot;&lt;&amp;"'),
    ],
)
def test_a_page_is_asked_for_on_the_request_itself(step: Any, attributes: str) -> None:
    assert qbxml.envelope(PAGED, request_id="1", iterator=step) == (
        '<?xml version="1.0"?>\n<?qbxml version="13.0"?>\n<QBXML><QBXMLMsgsRq onError="stopOnError">'
        f'<CustomerQueryRq requestID="1" {attributes}><MaxReturned>100</MaxReturned></CustomerQueryRq>'
        "</QBXMLMsgsRq></QBXML>\n"
    )


@pytest.mark.parametrize(
    ("xml", "within"),
    [
        ("<HostQueryRq/>", '<HostQueryRq requestID="1"/>'),
        ("<HostQueryRq />", '<HostQueryRq requestID="1" />'),
        ('<CustomerQueryRq metaData="NoMetaData">', '<CustomerQueryRq requestID="1" metaData="NoMetaData">'),
    ],
)
def test_the_text_of_a_request_is_taken_as_it_is(xml: str, within: str) -> None:
    assert f">{within}</QBXMLMsgsRq>" in qbxml.envelope(xml, request_id="1")


@given(
    st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="\"&'<>"), min_size=1, max_size=23)
)
def test_ids_come_back_as_they_were_and_the_text_is_the_same_each_time(own: str) -> None:
    text = qbxml.envelope(WHOLE, request_id=own, new_message_set_id=own)
    messages = ET.fromstring(text)[0]  # noqa: S314 - our own

    assert messages.get("newMessageSetID") == own
    assert messages[0].get("requestID") == own
    assert text == qbxml.envelope(WHOLE, request_id=own, new_message_set_id=own)
    assert text.isascii()


@pytest.mark.parametrize(
    "arguments",
    [
        {"request_id": ""},
        {"request_id": "r" * 51},
        {"request_id": 'a"b'},
        {"request_id": "é"},
        {"new_message_set_id": "m" * 24},
        {"new_message_set_id": ""},
        {"old_message_set_id": "a b"},
        {"version": "13"},
        {"version": '13.0"?><'},
        {"on_error": "rollbackOnError"},
        {"iterator": ("Start", None)},
    ],
)
def test_what_quickbooks_would_refuse_is_refused_here(arguments: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        qbxml.envelope(WHOLE, **{"request_id": "1", **arguments})


@pytest.mark.parametrize("step", [None, ("Start", "1"), ("Continue", None), ("Next", "1")])
def test_a_paged_request_needs_a_whole_step(step: Any) -> None:
    with pytest.raises(ConfigurationError):
        qbxml.envelope(PAGED, request_id="1", iterator=step)


@pytest.mark.parametrize("xml", ["", "text", "<Customer/>", "<CustomerQueryRqs/>", " <HostQueryRq/>"])
def test_what_is_no_request_is_refused(xml: str) -> None:
    with pytest.raises(ConfigurationError):
        qbxml.envelope(xml, request_id="1")


def test_text_of_a_query_without_iterator_gets_none() -> None:
    with pytest.raises(ConfigurationError, match="EmployeeQuery has no iterator"):
        qbxml.envelope("<EmployeeQueryRq/>", request_id="1", iterator=("Start", None))
