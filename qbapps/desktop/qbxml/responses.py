"""The head of an answer: what QuickBooks says of each request, without the records."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from qbapps.desktop.qbxml.parsing import DEEPEST, NotQbxml, fed, parser


@attrs.frozen(kw_only=True)
class Response:
    """
    What QuickBooks says of one request.

    Attributes:
        name: Of the request, such as ``CustomerQuery``.
        status_code: 0 for done, 1 for nothing found; 500 to 999 are warnings that come with data, 1000 and more errors.
        severity: ``Info``, ``Warn`` or ``Error``.
        message: In the language of that QuickBooks. May name records of the company.
        iterator_id: To ask on with, in this session only.
        remaining: Records still to come; None when the answer came without an iterator.
        records: How many came.

    Source: Intuit, qbXML 13.0; QuickBooks SDK Programmer's Guide, "Status codes"
    """

    name: str
    request_id: str | None = None
    status_code: int
    severity: str | None = None
    message: str | None = attrs.field(default=None, repr=False)
    iterator_id: str | None = None
    remaining: int | None = None
    records: int = 0


@attrs.frozen(kw_only=True)
class ResponseHead:
    """
    What QuickBooks says of a set of requests.

    Attributes:
        new_message_set_id: Under which it keeps this answer.
        old_message_set_id: The one it was asked to forget.
        message_set_status: Of the recovery itself; 0 is good, None when no recovery was asked for.
        responses: One for each request that it came to, in order.

    Source: Intuit, QuickBooks SDK Programmer's Guide, "Error recovery"
    """

    new_message_set_id: str | None = None
    old_message_set_id: str | None = None
    message_set_status: int | None = None
    responses: tuple[Response, ...] = ()


def head(response: str) -> ResponseHead:
    """
    Return the head of *response*, a whole document. Errors of QuickBooks are part of it and are not raised.

    It is read once, piece by piece: little memory is needed besides it, however many records there are.

    Raises:
        NotQbxml: It is not the answer to a set of requests.
    """
    seen = _Head()
    reading = parser()
    reading.StartElementHandler = seen.start
    reading.EndElementHandler = seen.end
    for _ in fed(reading, (response,)):
        pass
    return seen.head()


class _Head:
    """What has been seen: QBXML, QBXMLMsgsRs, an answer to one request, its records, each within the one before."""

    def __init__(self) -> None:
        self._depth = 0
        self._set: Mapping[str, str] | None = None
        self._is_within = False
        self._responses: list[Response] = []
        self._records = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        check_depth(self._depth, name)
        if self._depth == 2:
            self._is_within = name == "QBXMLMsgsRs"
            if self._is_within and self._set is None:
                self._set = dict(attributes)
        elif not self._is_within:
            return
        elif self._depth == 3:
            self._records = 0
            self._responses.append(_response(name, attributes))
        elif self._depth == 4 and name.endswith("Ret"):
            self._records += 1

    def end(self, _name: str) -> None:
        if self._depth == 3 and self._is_within and self._records:
            self._responses[-1] = attrs.evolve(self._responses[-1], records=self._records)
        self._depth -= 1

    def head(self) -> ResponseHead:
        if self._set is None:
            raise NotQbxml("It has no QBXMLMsgsRs, so it answers nothing.")
        return ResponseHead(
            new_message_set_id=self._set.get("newMessageSetID"),
            old_message_set_id=self._set.get("oldMessageSetID"),
            message_set_status=_number(self._set, "messageSetStatusCode"),
            responses=tuple(self._responses),
        )


def check_depth(depth: int, name: str) -> None:
    """Refuse another document than qbXML, and elements too deep within each other."""
    if depth == 1 and name != "QBXML":
        raise NotQbxml("It is XML, but not qbXML.")
    if depth > DEEPEST:
        raise NotQbxml("Its elements lie too deep within each other.")


def _response(name: str, attributes: Mapping[str, str]) -> Response:
    status = _number(attributes, "statusCode")
    if not name.endswith("Rs") or status is None:
        raise NotQbxml("An answer in it has no status.")
    return Response(
        name=name.removesuffix("Rs"),
        request_id=attributes.get("requestID"),
        status_code=status,
        severity=attributes.get("statusSeverity"),
        message=attributes.get("statusMessage"),
        iterator_id=attributes.get("iteratorID") or None,
        remaining=_number(attributes, "iteratorRemainingCount"),
    )


def _number(attributes: Mapping[str, str], name: str) -> int | None:
    """Return that attribute as a number; None when it is missing or empty."""
    text = attributes.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise NotQbxml(f"Its {name} is no number.")
    return int(text)
