"""A qbXML request as QuickBooks reads it: all of it, or nothing."""

import re
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser, tostring

import attrs

from qbapps.simulator.desktop import schema

_VERSION = re.compile(r'<\?qbxml\s+version\s*=\s*["\'](\d+\.\d+)["\']\s*\?>')
_SET_ATTRIBUTES = {"onError", "responseData", "newMessageSetID", "oldMessageSetID"}
_ON_ERROR = {"stopOnError", "continueOnError"}
_ITERATORS = {"Start", "Continue", "Stop"}


@attrs.frozen(kw_only=True)
class MessageSet:
    """One `QBXMLMsgsRq`; `text` is the document as it came."""

    text: str
    stops_on_error: bool
    requests: tuple[Element, ...]
    has_data: bool = True
    new_id: str | None = None
    old_id: str | None = None

    @property
    def has_recovery(self) -> bool:
        """Tell whether the attributes of error recovery were given."""
        return self.new_id is not None or self.old_id is not None

    @property
    def requests_text(self) -> str:
        """Write the requests alone."""
        return "".join(tostring(request, encoding="unicode") for request in self.requests)


class _NoDoctype(TreeBuilder):
    def doctype(self, *_: str | None) -> None:
        raise ValueError("a DTD has no place in qbXML")


def parse(text: str | bytes) -> Element:
    """
    Parse XML without any DTD.

    Raises:
        ValueError: It is not such XML.
    """
    parser = XMLParser(target=_NoDoctype())  # noqa: S314 - no DTD, hence no entities
    try:
        parser.feed(text)
        root: Element = parser.close()
    except (ParseError, LookupError) as error:
        raise ValueError(f"not well-formed: {error}") from error
    return root


def read(text: str, newest: str) -> MessageSet:
    """
    Read a request document.

    Args:
        newest: The newest version of qbXML this QuickBooks speaks, such as `16.0`.

    Raises:
        ValueError: QuickBooks would answer 0x80040400 and carry out nothing; the message says why.
    """
    version = _VERSION.search(text)
    if version is None:
        raise ValueError("the processing instruction with the qbXML version is missing")
    if numbers(version[1]) > numbers(newest):
        raise ValueError(f"qbXML {version[1]} is newer than {newest}")
    root = parse(text)
    if root.tag != "QBXML" or [child.tag for child in root] != ["QBXMLMsgsRq"]:
        raise ValueError("not a QBXML document with one QBXMLMsgsRq")
    messages = root[0]
    if set(messages.attrib) - _SET_ATTRIBUTES or messages.get("onError") not in _ON_ERROR:
        raise ValueError(f"QBXMLMsgsRq with {messages.attrib}")
    for request in messages:
        _check(request)
    return MessageSet(
        text=text,
        stops_on_error=messages.get("onError") == "stopOnError",
        requests=tuple(messages),
        has_data=messages.get("responseData") != "includeNone",
        new_id=messages.get("newMessageSetID"),
        old_id=messages.get("oldMessageSetID"),
    )


def numbers(version: str) -> tuple[int, ...]:
    """Make a version comparable."""
    return tuple(int(part) for part in version.split("."))


def _check(request: Element) -> None:
    name = str(request.tag)
    if not schema.is_request(name):
        raise ValueError(f"there is no {name}")
    allowed = {"requestID", "metaData"} if name.endswith("QueryRq") else {"requestID"}
    if name.removesuffix("Rq") in schema.ITERABLE:
        allowed |= {"iterator", "iteratorID"}
    if set(request.attrib) - allowed or request.get("iterator", "Start") not in _ITERATORS:
        raise ValueError(f"{name} with {request.attrib}")
    if not schema.follows(request):
        raise ValueError(f"the elements of {name} are unknown, or out of order")
