"""Answers as they stand on the wire."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qbapps.desktop.soap.answering import answer, fault
from qbapps.desktop.soap.methods import METHODS

OURS = "{http://developer.intuit.com/}"
SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
HEAD = (
    b'<?xml version="1.0" encoding="utf-8"?>\n'
    b'<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" '
    b'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"><soap:Body>'
)
TAIL = b"</soap:Body></soap:Envelope>"

WIRE = [
    (
        "authenticate",
        ["{t-1}", "none", "60"],
        b"<authenticateResult><string>{t-1}</string><string>none</string><string>60</string></authenticateResult>",
    ),
    ("authenticate", ["t", ""], b"<authenticateResult><string>t</string><string></string></authenticateResult>"),
    ("authenticate", ["t"], b"<authenticateResult><string>t</string><string></string></authenticateResult>"),
    ("authenticate", [], b"<authenticateResult><string></string><string></string></authenticateResult>"),
    ("receiveResponseXML", 100, b"<receiveResponseXMLResult>100</receiveResponseXMLResult>"),
    ("receiveResponseXML", -1, b"<receiveResponseXMLResult>-1</receiveResponseXMLResult>"),
    ("clientVersion", "", b"<clientVersionResult></clientVersionResult>"),
    ("clientVersion", None, b""),
    (
        "sendRequestXML",
        '<?xml version="1.0"?>\r\n<QBXML/>',
        b"<sendRequestXMLResult>&lt;?xml version=&quot;1.0&quot;?&gt;&#13;\n&lt;QBXML/&gt;</sendRequestXMLResult>",
    ),
    ("getLastError", "é ’ 😀", "<getLastErrorResult>é ’ 😀</getLastErrorResult>".encode()),
]


@pytest.mark.parametrize(("method", "result", "content"), WIRE)
def test_an_answer_stands_on_the_wire_as_the_web_connector_expects_it(
    method: str, result: str | int | list[str] | None, content: bytes
) -> None:
    name = method.encode()
    wrapped = b'<%sResponse xmlns="http://developer.intuit.com/">%s</%sResponse>' % (name, content, name)

    assert answer(method, result) == HEAD + wrapped + TAIL


def said(message: bytes) -> list[str]:
    """What a reader finds: the texts of a list, or the one text."""
    body = ET.fromstring(message).find(f"{SOAP}Body")  # noqa: S314 - our own
    assert body is not None
    result = body[0][0]
    return [element.text or "" for element in ([*result] or [result])]


LEGAL = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff") | st.sampled_from("\t\r\n")
)


@given(texts=st.lists(LEGAL, max_size=5))
def test_a_list_comes_back_as_it_was_given_and_never_shorter_than_two(texts: list[str]) -> None:
    assert said(answer("authenticate", texts)) == texts + [""] * (2 - len(texts))


@given(text=LEGAL)
def test_a_text_comes_back_as_it_was_given(text: str) -> None:
    assert said(answer("sendRequestXML", text)) == [text]


@given(text=st.text())
def test_what_cannot_stand_in_xml_is_replaced(text: str) -> None:
    (found,) = said(answer("getLastError", text + "\x00\x0b\ud800\uffff"))

    assert found.endswith("\ufffd" * 4)
    assert len(found) == len(text) + 4


@pytest.mark.parametrize(
    ("method", "result"),
    [
        ("authenticate", "ticket"),
        ("authenticate", None),
        ("receiveResponseXML", "100"),
        ("receiveResponseXML", True),
        ("receiveResponseXML", None),
        ("sendRequestXML", 1),
        ("sendRequestXML", ["a"]),
    ],
)
def test_a_result_of_another_kind_is_a_mistake(method: str, result: str | int | list[str] | None) -> None:
    with pytest.raises(TypeError, match=method):
        answer(method, result)


def test_a_method_that_there_is_not_has_no_answer() -> None:
    assert "nothing" not in METHODS
    with pytest.raises(KeyError):
        answer("nothing", "")


@pytest.mark.parametrize(("is_ours", "code"), [(True, b"soap:Server"), (False, b"soap:Client")])
def test_a_fault_says_whose_it_is_and_why(is_ours: bool, code: bytes) -> None:
    content = b"<faultcode>%s</faultcode><faultstring>a &amp; b</faultstring><detail></detail>" % code

    assert fault("a & b", is_ours=is_ours) == HEAD + b"<soap:Fault>" + content + b"</soap:Fault>" + TAIL
