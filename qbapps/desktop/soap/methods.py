"""
The methods that the QuickBooks Web Connector calls: their parameters, in order, and what they return.

Reading, answering and the WSDL all go by this one table.

Source: Intuit, "QuickBooks Web Connector Programmer's Guide" 2.0, chapter 10; the order and the names of the
parameters are those of messages on the wire. No published description has the three interactive ones; they are as the
guide has them.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import attrs

NAMESPACE: Final = "http://developer.intuit.com/"
"""
The namespace of the methods; the slash at its end belongs to it.

Source: Intuit, "QuickBooks Web Connector Programmer's Guide" 2.0, page 41
"""

ENVELOPE: Final = "http://schemas.xmlsoap.org/soap/envelope/"
"""The namespace of SOAP 1.1."""


class Kind(StrEnum):
    """What a value is on the wire, as XML Schema names it; ``STRINGS`` is a list of texts."""

    STRING = "string"
    INT = "int"
    STRINGS = "ArrayOfString"


@attrs.frozen(kw_only=True)
class Method:
    """
    One thing the Web Connector asks.

    Attributes:
        parameters: Names, in the order they are sent in, each with its kind.
        result: What it returns.
    """

    name: str
    parameters: tuple[tuple[str, Kind], ...]
    result: Kind = Kind.STRING


def _method(name: str, *texts: str, result: Kind = Kind.STRING, ints: tuple[str, ...] = ()) -> Method:
    parameters = (*((text, Kind.STRING) for text in texts), *((number, Kind.INT) for number in ints))
    return Method(name=name, parameters=parameters, result=result)


_METHODS: Final = (
    # Comes with no parameter; descriptions in circulation give it one.
    _method("serverVersion", "strVersion"),
    _method("clientVersion", "strVersion"),
    _method("authenticate", "strUserName", "strPassword", result=Kind.STRINGS),
    _method(
        "sendRequestXML",
        "ticket",
        "strHCPResponse",
        "strCompanyFileName",
        "qbXMLCountry",
        ints=("qbXMLMajorVers", "qbXMLMinorVers"),
    ),
    _method("receiveResponseXML", "ticket", "response", "hresult", "message", result=Kind.INT),
    _method("connectionError", "ticket", "hresult", "message"),
    _method("getLastError", "ticket"),
    _method("closeConnection", "ticket"),
    _method("getInteractiveURL", "wcTicket", "sessionID"),
    _method("interactiveRejected", "wcTicket", "reason"),
    _method("interactiveDone", "wcTicket"),
)

METHODS: Final = {method.name: method for method in _METHODS}
"""All of them by name."""
