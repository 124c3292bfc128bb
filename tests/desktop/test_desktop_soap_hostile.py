"""What is not a call is refused early, without showing what was sent."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qbapps.desktop.soap.methods import METHODS
from qbapps.desktop.soap.reading import DEEPEST, LONGEST_TAG, MOST_ELEMENTS, Call, NotSoap, read

CALL = "<getLastError><ticket>{}</ticket></getLastError>"
WHOLE = "<Envelope><Body>{}</Body></Envelope>"
BOMB = (
    '<!DOCTYPE Envelope [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(20))
    + "]>"
    + WHOLE.format(CALL.format("&u;"))
)


def refused(body: bytes | str, content_type: str | None = None) -> NotSoap:
    with pytest.raises(NotSoap) as caught:
        read(body.encode() if isinstance(body, str) else body, content_type)
    assert str(caught.value) == caught.value.reason
    return caught.value


@pytest.mark.parametrize(
    "body",
    [
        "<!DOCTYPE Envelope>" + WHOLE.format(CALL.format("")),
        '<!DOCTYPE Envelope SYSTEM "file:///etc/passwd">' + WHOLE.format(CALL.format("")),
        '<!DOCTYPE Envelope [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + WHOLE.format(CALL.format("&x;")),
        '<!DOCTYPE Envelope [<!ATTLIST ticket a CDATA "b">]>' + WHOLE.format(CALL.format("")),
        BOMB,
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused_before_anything_is_expanded(body: str, encoding: str) -> None:
    tracemalloc.start()
    try:
        problem = refused(body.encode(encoding))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert (problem.status, problem.reason) == (400, "The body declares a document type, which SOAP forbids.")
    assert peak < 1_000_000


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "no element found"),
        ("   \n", "no element found"),
        ("hello", "not well-formed"),
        (WHOLE.format(CALL.format(""))[:-4], "line 1"),
        (WHOLE.format(CALL.format("")) + "<again/>", "junk after document element"),
        (WHOLE.format(CALL.format("\x01")), "not well-formed"),
        (WHOLE.format(CALL.format("&undefined;")), "undefined entity"),
        (WHOLE.format(CALL.format("&#0;")), "reference to invalid character number"),
        ("<a:Envelope/>", "unbound prefix"),
        ("<html/>", "no SOAP envelope"),
        ("<Envelope/>", "missing or empty"),
        ("<Envelope><Header/></Envelope>", "missing or empty"),
        ("<Envelope><Body/></Envelope>", "missing or empty"),
        ("<Envelope><Body/><Body>" + CALL.format("") + "</Body></Envelope>", "more than one body"),
        (WHOLE.format(CALL.format("") * 2), "more than one element"),
        (WHOLE.format("<GetLastError/>"), "no such method"),
        (WHOLE.format("<Fault/>"), "no such method"),
        (WHOLE.format("<getLastError><ticket>1</ticket><ticket>2</ticket></getLastError>"), "comes twice"),
        (WHOLE.format(CALL.format("<QBXML/>")), "holds elements"),
        (WHOLE.format('<getLastError><ticket href="#id0"/></getLastError>'), "refers to another element"),
        (WHOLE.format("<getLastError>text</getLastError>"), "text outside"),
    ],
)
def test_what_no_web_connector_sends_is_refused(body: str, reason: str) -> None:
    problem = refused(body)

    assert problem.status == 400
    assert reason in problem.reason


@pytest.mark.parametrize(
    "body",
    [
        WHOLE.format("<getLastError>" + "".join(f"<p{n}/>" for n in range(MOST_ELEMENTS)) + "</getLastError>"),
        "<Envelope><Header>" + "<h/>" * MOST_ELEMENTS + "</Header></Envelope>",
        "<Envelope><Header>" + "<h>" * DEEPEST,
        "<Envelope>" * DEEPEST + "<Envelope>",
        "<Envelope a='" + "x" * 3 * LONGEST_TAG + "'/>",
        "<Envelope " + " ".join(f"a{n}=''" for n in range(100_000)) + "/>",
        "<Envelope><!--" + "x" * 3 * LONGEST_TAG + "--></Envelope>",
    ],
)
def test_too_much_of_anything_is_refused(body: str) -> None:
    assert refused(body).status == 413


def test_a_tag_that_does_not_end_costs_little() -> None:
    body = b"<Envelope " + b" ".join(b"a%d=''" % n for n in range(3_000_000))
    tracemalloc.start()
    try:
        problem = refused(body)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert problem.status == 413
    assert peak < 2_000_000


@pytest.mark.parametrize(
    "encoding", ["utf-7", "utf-32", "zlib", "idna", "punycode", "unicode_escape", "cp932", "x" * 99]
)
def test_an_encoding_that_is_not_read_is_refused(encoding: str) -> None:
    whole = WHOLE.format(CALL.format("x"))

    assert refused(f'<?xml version="1.0" encoding="{encoding}"?>{whole}').status == 400
    assert refused(whole, f"text/xml; charset={encoding}").status == 400


@pytest.mark.parametrize(
    "body",
    [
        WHOLE.format(CALL.format("été")).encode("latin-1"),
        b"\xff\xfe" + WHOLE.format(CALL.format("x")).encode(),
        b'<?xml version="1.0" encoding="windows-1252"?>' + WHOLE.format(CALL.format("\x81")).encode("latin-1"),
        b'<?xml version="1.0" encoding="utf-16"?>' + WHOLE.format(CALL.format("x")).encode(),
        WHOLE.format(CALL.format("\ud800")).encode("utf-8", "surrogatepass"),
        WHOLE.format(CALL.format("\ud800")).encode("utf-16", "surrogatepass"),
    ],
)
def test_bytes_that_are_not_in_their_encoding_are_refused(body: bytes) -> None:
    assert refused(body).status == 400


@pytest.mark.parametrize(
    "body", ["canary", WHOLE.format("<canary/>"), WHOLE.format(CALL.format("<canary/>")), "<canary>", "<a>&canary;</a>"]
)
def test_a_refusal_shows_nothing_of_the_body(body: str) -> None:
    problem = refused(body)

    assert "canary" not in f"{problem} {problem!r}"
    assert problem.__cause__ is None
    assert problem.__suppress_context__ or problem.__context__ is None


def calls(body: bytes, content_type: str | None = None) -> None:
    outcome: Call | NotSoap
    try:
        outcome = read(body, content_type)
    except NotSoap as problem:
        outcome = problem

    assert outcome.method in METHODS if isinstance(outcome, Call) else outcome.status in {400, 413}


@given(body=st.binary(max_size=200), content_type=st.none() | st.text(max_size=60))
def test_any_bytes_are_a_call_or_are_refused(body: bytes, content_type: str | None) -> None:
    calls(body, content_type)


TOKENS = st.sampled_from(
    ["<Envelope>", "</Envelope>", "<Body>", "</Body>", "<getLastError>", "</getLastError>", "<ticket>", "</ticket>",
     "<Header/>", "<!DOCTYPE a [", "]>", "<!ENTITY a 'b'>", "&a;", "&amp;", "<![CDATA[", "]]>", "<!--", "-->",
     "<?a b?>",     '<?xml version="1.0" encoding="utf-16"?>', "x", " ", "\r\n", "é",
     "\ud800", "<a:b ", "xmlns:a='c'", "/>", "\ufeff"]
)  # fmt: skip


@given(
    tokens=st.lists(TOKENS, max_size=15),
    encoding=st.sampled_from(["utf-8", "utf-16", "utf-16-le", "utf-16-be"]),
    charset=st.sampled_from([None, "text/xml; charset=utf-8", "text/xml; charset=utf-16", "text/xml; charset=cp1252"]),
)
def test_any_heap_of_markup_is_a_call_or_is_refused(tokens: list[str], encoding: str, charset: str | None) -> None:
    calls("".join(tokens).encode(encoding, "surrogatepass"), charset)


@given(at=st.integers(0, 78), put=st.binary(max_size=4), cut=st.integers(0, 4))
def test_a_call_that_was_altered_is_a_call_or_is_refused(at: int, put: bytes, cut: int) -> None:
    body = WHOLE.format(CALL.format("t")).encode()

    calls(body[:at] + put + body[at + cut :])
