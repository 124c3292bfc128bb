"""
Reading what the Web Connector asks: the method and its arguments out of a SOAP message.

The message comes from the network, mostly from somebody who has not said yet who they are. It is read once, piece by
piece, and given up at the first thing that no Web Connector sends.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Mapping
from typing import Final
from xml.parsers import expat

import attrs

from qbapps.desktop.soap.methods import METHODS

MOST_ELEMENTS: Final = 1_000
"""How many elements a message may have. A call has at most a dozen; the rest would be headers."""

DEEPEST: Final = 32
"""How many elements may lie within each other."""

LONGEST_TAG: Final = 65_536
"""How many bytes may pass without anything to be read: a tag with its attributes, or a comment."""

_PIECE: Final = 65_536

_SPACE: Final = re.compile(rb"[ \t\r\n]*")
# A mark at the very beginning says more than the message's header does (RFC 7303, section 3.3).
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8", _SPACE),
    (codecs.BOM_UTF16_LE, "utf-16le", re.compile(rb"(?:[ \t\r\n]\x00)*")),
    (codecs.BOM_UTF16_BE, "utf-16be", re.compile(rb"(?:\x00[ \t\r\n])*")),
)
_CHARSET: Final = re.compile(r";\s*charset\s*=\s*\"?([\w.:-]+)", re.IGNORECASE)
# expat asks Python's codecs for encodings of one byte; some codecs are no such thing.
_ENCODINGS: Final = re.compile(r"utf-8|utf-16(?:le|be)?|us-ascii|(?:iso-8859-|windows-|cp)\d{1,4}", re.IGNORECASE)


LONGEST_ARGUMENT: Final = 64 * 1024
"""Characters of any parameter that brings no answer of QuickBooks. Our choice."""

_LONG: Final = frozenset({"response", "strHCPResponse"})


class NotSoap(Exception):
    """
    The body is not a call that the Web Connector makes.

    Attributes:
        status: The HTTP status that says so: 400, or 413 where there is too much of something.
        reason: What is wrong with it, in English; nothing of the body.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(status, reason)
        self.status = status
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


@attrs.frozen(kw_only=True)
class Call:
    """
    One call of the Web Connector.

    Attributes:
        method: A name out of ``METHODS``.
        arguments: Texts by the names of the parameters. All of the method's are there, empty where nothing was sent;
            others that came are there too. May hold a password and QuickBooks data, so it is never shown.
    """

    method: str
    arguments: Mapping[str, str] = attrs.field(repr=False)


def read(body: bytes, content_type: str | None = None) -> Call:
    """
    Return the call that *body* is.

    Names are compared without their namespaces, and the ``SOAPAction`` header is not needed: by the ``Style`` of its
    configuration file the Web Connector may write the wrapper and its parts with or without prefixes, typed or not.
    Arguments are texts as they were sent, with the line ends that XML makes of them (``\\n``); numbers are left for
    the caller to read.

    Args:
        body: The message, in UTF-8, UTF-16 or an encoding of one byte. Twice the memory of its longest argument, and
            up to a quarter more, is needed besides it.

        content_type: The HTTP header; its ``charset`` overrides what the XML declares.

    Raises:
        NotSoap: It is no XML, no SOAP or no such method; it declares a document type; or there is too much of it.
    """
    encoding, start = _beginning(body, content_type)
    message = _Message()
    try:
        parser = expat.ParserCreate(encoding, " ")
        parser.buffer_text = True
        parser.buffer_size = _PIECE
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.StartElementHandler = message.start
        parser.EndElementHandler = message.end
        parser.CharacterDataHandler = message.text
        if encoding is None:
            parser.XmlDeclHandler = _check_declaration
        _feed(parser, memoryview(body)[start:])
    except expat.ExpatError as problem:
        what = expat.ErrorString(problem.code)
        raise NotSoap(400, f"The body is not well-formed XML: {what}, line {problem.lineno}.") from None
    except (LookupError, ValueError):
        raise NotSoap(400, "The body is not in the encoding that it names.") from None
    return message.call()


def _beginning(body: bytes, content_type: str | None) -> tuple[str | None, int]:
    """Return the encoding, if something but the XML itself says it, and where the XML begins."""
    for mark, encoding, space in _MARKS:
        if body.startswith(mark):
            return encoding, _end_of(space, body, len(mark))
    named = _CHARSET.search(content_type or "")
    if named is not None:
        _check_encoding(named[1])
    return named[1] if named is not None else None, _end_of(_SPACE, body, 0)


def _end_of(space: re.Pattern[bytes], body: bytes, start: int) -> int:
    found = space.match(body, start)
    return found.end() if found is not None else start


def _feed(parser: expat.XMLParserType, body: memoryview) -> None:
    fed = 0
    while fed < len(body):
        piece = body[fed : fed + _PIECE]
        parser.Parse(piece, False)
        fed += len(piece)
        # What is one piece for XML is kept whole until it ends.
        if fed - parser.CurrentByteIndex > LONGEST_TAG + _PIECE:
            raise NotSoap(413, "The body has a tag or a comment that does not end.")
    parser.Parse(b"", True)


def _check_declaration(_version: str, encoding: str | None, _standalone: int) -> None:
    if encoding is not None:
        _check_encoding(encoding)


def _check_encoding(name: str) -> None:
    if _ENCODINGS.fullmatch(name) is None:
        raise NotSoap(400, "The body is in an encoding that is not read; use UTF-8.")


def _refuse_doctype(*_: object) -> None:
    raise NotSoap(400, "The body declares a document type, which SOAP forbids.")


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


class _Message:
    """What has been seen of the message: Envelope, Body, method, parameter, each within the one before."""

    def __init__(self) -> None:
        self._depth = 0
        self._elements = 0
        self._skipped_from = 0  # depth of a header, whose content is nobody's concern
        self._bodies = 0
        self._method: str | None = None
        self._arguments: dict[str, str] = {}
        self._parameter = ""
        self._is_nil = False
        self._said = io.StringIO(newline="")  # keeps one text, where a list would keep the pieces and then their sum

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        self._elements += 1
        if self._elements > MOST_ELEMENTS:
            raise NotSoap(413, "The body has too many elements.")
        if self._depth > DEEPEST:
            raise NotSoap(413, "The body has elements too deep within each other.")
        if self._skipped_from:
            return
        local = _local(name)
        match self._depth:
            case 1:
                if local != "Envelope":
                    raise NotSoap(400, "The body is XML, but no SOAP envelope.")
            case 2:
                self._open_part(local)
            case 3:
                self._open_method(local)
            case 4:
                self._open_parameter(local, attributes)
            case _:
                raise NotSoap(400, "A parameter holds elements, where text belongs.")

    def end(self, _name: str) -> None:
        if self._skipped_from == self._depth:
            self._skipped_from = 0
        elif self._depth == 4 and not self._skipped_from:
            self._arguments[self._parameter] = "" if self._is_nil else self._said.getvalue()
            self._said = io.StringIO(newline="")
        self._depth -= 1

    def text(self, data: str) -> None:
        if self._skipped_from:
            return
        if self._depth == 4:
            self._said.write(data)
            if self._said.tell() > LONGEST_ARGUMENT and self._parameter not in _LONG:
                raise NotSoap(413, "A parameter is too long.")
        elif not data.isspace():
            raise NotSoap(400, "The body has text outside of its parameters.")

    def call(self) -> Call:
        if self._method is None:
            raise NotSoap(400, "The SOAP body is missing or empty.")
        blank = dict.fromkeys((name for name, _ in METHODS[self._method].parameters), "")
        return Call(method=self._method, arguments={**blank, **self._arguments})

    def _open_part(self, local: str) -> None:
        if local != "Body":
            self._skipped_from = self._depth
            return
        self._bodies += 1
        if self._bodies > 1:
            raise NotSoap(400, "The envelope has more than one body.")

    def _open_method(self, local: str) -> None:
        if self._method is not None:
            raise NotSoap(400, "The SOAP body has more than one element.")
        if local not in METHODS:
            raise NotSoap(400, "The Web Connector has no such method.")
        self._method = local

    def _open_parameter(self, local: str, attributes: Mapping[str, str]) -> None:
        if local in self._arguments:
            raise NotSoap(400, "A parameter comes twice.")
        named = {_local(name): value for name, value in attributes.items()}
        if "href" in named:
            raise NotSoap(400, "A parameter refers to another element, which is not read.")
        self._parameter = local
        self._is_nil = named.get("nil") in {"true", "1"}
