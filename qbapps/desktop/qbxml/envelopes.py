"""The document around a request: what a session adds, letter by letter, so that it can be sent again unaltered."""

from __future__ import annotations

import re
from typing import Final, Literal

from qbapps.desktop.qbxml.filters import is_never_in_pages
from qbapps.desktop.qbxml.requests import Request
from qbapps.desktop.qbxml.writing import ascii_text
from qbapps.errors import ConfigurationError

CLEAR_ALL: Final = "ClearAllMessageSets"
"""As the old message set: QuickBooks forgets all answers it keeps for the app."""

LONGEST_MESSAGE_SET: Final = 23
"""Characters; a UUID does not fit. Source: Intuit's samples for error recovery, where 24 give status 9004."""

LONGEST_REQUEST_ID: Final = 50

_VERSION: Final = re.compile(r"[0-9]{1,2}\.[0-9]{1,2}")
_ID: Final = re.compile(r"[!#-%'-;=?-~]+")  # visible ASCII without what XML would escape
_BEGINNING: Final = re.compile(r"<(([A-Z][A-Za-z0-9]*)Rq)(?=[ />])")

Iterator = tuple[Literal["Start"], None] | tuple[Literal["Continue", "Stop"], str]


def envelope(
    request: Request | str,
    *,
    request_id: str,
    version: str = "13.0",
    on_error: Literal["stopOnError", "continueOnError"] = "stopOnError",
    iterator: Iterator | None = None,
    new_message_set_id: str | None = None,
    old_message_set_id: str | None = None,
) -> str:
    """
    Return the whole document for one *request*. The same arguments give the same text.

    Args:
        request: A request, or the text of its element.

        request_id: Comes back with the answer; 50 characters at most.

        iterator: ``("Start", None)``, then ``("Continue", id)`` with the id of the first answer, or ``("Stop", id)``.

        new_message_set_id: Under which QuickBooks keeps its answer, 23 characters at most.

        old_message_set_id: The one it may forget; :data:`CLEAR_ALL` for all.

    Raises:
        ConfigurationError: An id is too long or empty, or the request and the iterator do not go together.

    Source: Intuit, qbXML 13.0; QuickBooks SDK Programmer's Guide, "Error recovery"
    """
    xml = request if isinstance(request, str) else request.xml
    beginning = _BEGINNING.match(xml)
    if beginning is None:
        raise ConfigurationError("The request is no qbXML request.", hint="Give what qbxml.query or qbxml.add made.")
    if isinstance(request, Request) and (request.page is None) is not (iterator is None):
        raise ConfigurationError(
            f"{request.name} has {'a page but no iterator' if iterator is None else 'an iterator but no page'}.",
            hint="Give both, or none.",
        )
    if _VERSION.fullmatch(version) is None:
        raise ConfigurationError("That is no version of qbXML.", hint="Give one such as 13.0.")
    if on_error not in {"stopOnError", "continueOnError"}:
        raise ConfigurationError("QuickBooks knows no such onError.", hint="Give stopOnError or continueOnError.")
    own = _attribute("requestID", request_id, LONGEST_REQUEST_ID) + _iterator(beginning[2], iterator)
    sets = _attribute("newMessageSetID", new_message_set_id, LONGEST_MESSAGE_SET) + _attribute(
        "oldMessageSetID", old_message_set_id, LONGEST_MESSAGE_SET
    )
    return (
        f'<?xml version="1.0"?>\n<?qbxml version="{version}"?>\n<QBXML><QBXMLMsgsRq{sets} onError="{on_error}">'
        f"<{beginning[1]}{own}{xml[beginning.end() :]}</QBXMLMsgsRq></QBXML>\n"
    )


def _iterator(kind: str, iterator: Iterator | None) -> str:
    if iterator is None:
        return ""
    if not kind.endswith("Query") or is_never_in_pages(kind.removesuffix("Query")):
        raise ConfigurationError(f"{kind} has no iterator.", hint="Send it without one.")
    step, iterator_id = iterator
    if step not in {"Start", "Continue", "Stop"} or (iterator_id is None) is not (step == "Start"):
        raise ConfigurationError(
            "That is no step of an iterator.", hint='Give ("Start", None), ("Continue", id) or ("Stop", id).'
        )
    if iterator_id is None:
        return f' iterator="{step}"'
    return f' iterator="{step}" iteratorID="{ascii_text(iterator_id, "iteratorID")}"'


def _attribute(name: str, value: str | None, longest: int) -> str:
    if value is None:
        return ""
    if len(value) > longest or _ID.fullmatch(value) is None:
        raise ConfigurationError(
            f"That is no {name} for QuickBooks.",
            hint=f"Give 1 to {longest} letters, digits and signs, without blanks, quotes, & and angle brackets.",
        )
    return f' {name}="{value}"'
