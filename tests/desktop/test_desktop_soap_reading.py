"""Calls of the Web Connector, in every way it may write them."""

from __future__ import annotations

import codecs
import tracemalloc
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qbapps.desktop.soap.methods import METHODS
from qbapps.desktop.soap.reading import Call, NotSoap, read

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
OURS = "http://developer.intuit.com/"

# As the Web Connector writes it: prefix soap, and a default namespace on the wrapper.
AUTHENTICATE = (
    '<?xml version="1.0" encoding="utf-8"?>'
    f'<soap:Envelope xmlns:soap="{ENVELOPE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:xsd="http://www.w3.org/2001/XMLSchema"><soap:Body>'
    f'<authenticate xmlns="{OURS}"><strUserName>petit-7</strUserName><strPassword>été &amp; hiver</strPassword>'
    "</authenticate></soap:Body></soap:Envelope>"
)

LEGAL = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters=[chr(c) for c in (*range(32), 0xFFFE, 0xFFFF)])
    | st.sampled_from("\t\n&<>\"'"),
    max_size=40,
)


def message(content: str, head: str = "") -> bytes:
    return f'<s:Envelope xmlns:s="{ENVELOPE}">{head}<s:Body>{content}</s:Body></s:Envelope>'.encode()


def ticket(value: str) -> bytes:
    return message(f'<getLastError xmlns="{OURS}"><ticket>{value}</ticket></getLastError>')


def test_a_call_is_read_as_it_comes_on_the_wire() -> None:
    call = read(AUTHENTICATE.encode())

    assert call == Call(method="authenticate", arguments={"strUserName": "petit-7", "strPassword": "été & hiver"})


def test_a_call_does_not_show_its_arguments() -> None:
    assert "hiver" not in repr(read(AUTHENTICATE.encode()))


@pytest.mark.parametrize("name", METHODS)
def test_every_method_is_read_with_the_parameters_that_were_sent(name: str) -> None:
    sent = {parameter: f"value {n}" for n, (parameter, _) in enumerate(METHODS[name].parameters)}
    content = "".join(f"<{parameter}>{value}</{parameter}>" for parameter, value in sent.items())

    assert read(message(f'<{name} xmlns="{OURS}">{content}</{name}>')) == Call(method=name, arguments=sent)


@pytest.mark.parametrize("name", METHODS)
def test_what_was_not_sent_is_empty(name: str) -> None:
    blank = {parameter: "" for parameter, _ in METHODS[name].parameters}

    assert read(message(f'<{name} xmlns="{OURS}"/>')).arguments == blank


def test_a_call_in_the_rpc_style_is_read_too() -> None:
    body = (
        f'<SOAP-ENV:Envelope xmlns:SOAP-ENV="{ENVELOPE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xmlns:xsd="http://www.w3.org/2001/XMLSchema" SOAP-ENV:encodingStyle="{ENVELOPE}"><SOAP-ENV:Body>'
        f'<ns1:sendRequestXML xmlns:ns1="{OURS}"><ticket xsi:type="xsd:string">t-1</ticket>'
        '<qbXMLMajorVers xsi:type="xsd:int"> 13 </qbXMLMajorVers></ns1:sendRequestXML>'
        "</SOAP-ENV:Body></SOAP-ENV:Envelope>"
    )

    call = read(body.encode())

    assert call.method == "sendRequestXML"
    assert call.arguments["ticket"] == "t-1"
    assert call.arguments["qbXMLMajorVers"] == " 13 "
    assert call.arguments["strHCPResponse"] == ""


def test_no_namespace_is_needed() -> None:
    assert read(b"<Envelope><Body><getLastError><ticket>t</ticket></getLastError></Body></Envelope>").method == (
        "getLastError"
    )


def test_parameters_nobody_knows_are_kept() -> None:
    assert read(message("<serverVersion><extra>1</extra></serverVersion>")).arguments == {
        "strVersion": "",
        "extra": "1",
    }


def test_a_nil_parameter_is_empty() -> None:
    content = '<getLastError xmlns:i="urn:x"><ticket i:nil="true"> </ticket></getLastError>'

    assert read(message(content)).arguments == {"ticket": ""}


def test_headers_and_comments_are_passed_over() -> None:
    head = "<s:Header><Security><Body>text</Body></Security></s:Header>"
    content = "<!-- a --><getLastError>\n<ticket>t<!-- b -->u</ticket>\n</getLastError>"

    assert read(message(content, head)).arguments == {"ticket": "tu"}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),  # XML has one line end
        ("a&#13;&#10;b", "a\r\nb"),
        ("<![CDATA[<a> &amp; ]]>b", "<a> &amp; b"),
        ("  a\t ", "  a\t "),
        ("&#x1F600;&apos;", "😀'"),
    ],
)
def test_text_is_kept_to_the_letter(written: str, meant: str) -> None:
    assert read(ticket(written)).arguments == {"ticket": meant}


@given(value=LEGAL)
def test_any_text_comes_back_as_it_was_sent(value: str) -> None:
    assert read(ticket(escape(value))).arguments == {"ticket": value}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1252", "iso-8859-1"])
@pytest.mark.parametrize("value", ["été", "Zoé & fils"])
def test_the_encoding_that_is_declared_is_read(encoding: str, value: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>' + ticket(escape(value)).decode()

    assert read(text.encode(encoding)).arguments == {"ticket": value}


@pytest.mark.parametrize("content_type", ["text/xml; charset=windows-1252", 'text/xml;Charset="iso-8859-1"; x=y'])
def test_the_encoding_of_the_header_is_read(content_type: str) -> None:
    text = ticket("été").decode()

    assert read(text.encode("latin-1"), content_type).arguments == {"ticket": "été"}
    with pytest.raises(NotSoap):
        read(text.encode("latin-1"), "text/xml")


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (b"", "utf-8"),
    ],
)
def test_blanks_and_marks_before_the_xml_do_no_harm(mark: bytes, encoding: str) -> None:
    text = f' \r\n\t<?xml version="1.0" encoding="{encoding[:6].rstrip("-")}"?>' + ticket("été").decode()

    assert read(mark + text.encode(encoding), "text/xml; charset=utf-8").arguments == {"ticket": "été"}


@pytest.mark.parametrize(
    "response", ["<CustomerRet>\n<FullName>Menuiserie Petit</FullName>\n</CustomerRet>\n", "<A>l’été</A>"]
)
def test_thirty_megabytes_of_answer_take_little_more_than_twice_their_size(
    response: str, capsys: pytest.CaptureFixture[str]
) -> None:
    wide = 1 if response.isascii() else 2  # bytes that Python keeps for a character
    text = response * (30_000_000 // len(response))
    body = message(f"<receiveResponseXML><response>{escape(text)}</response></receiveResponseXML>")
    tracemalloc.start()
    try:
        call = read(body)
        kept, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert call.arguments["response"] == text
    with capsys.disabled():
        print(f" [kept {kept / 1e6:.0f} MB, peak {peak / 1e6:.0f} MB]", end="")  # noqa: T201 - shown for who tunes it
    # Once as it grows, in steps of up to a quarter (which steps, is Python's own affair), and once as it is returned.
    assert peak < (1.25 + 1.03) * wide * len(text)
