"""
SOAP 1.1 as the Web Connector writes and reads it.

It is a fixed client: results count by their exact names, and it never looks at a WSDL here.

Source: Intuit, QBWC Programmer's Guide; captured traffic for the prefixes.
"""

from collections.abc import Mapping
from typing import TypeAlias
from xml.etree.ElementTree import Element

from qbapps.simulator.desktop.behaviour import EmptyStrings
from qbapps.simulator.desktop.reading import parse

NAMESPACE = "http://developer.intuit.com/"
_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_XSD = "http://www.w3.org/2001/XMLSchema"
_MARKUP = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#xD;"})
_INTEGERS = frozenset({"qbXMLMajorVers", "qbXMLMinorVers"})
_STRINGS = "authenticate"
_INTEGER = "receiveResponseXML"

Result: TypeAlias = "str | int | tuple[str, ...]"


class NotAnAnswer(Exception):
    """What came back is not the result of the call."""


def headers(method: str) -> dict[str, str]:
    """Give the HTTP headers of a call."""
    return {
        "Content-Type": "text/xml; charset=utf-8",
        "SOAPAction": f'"{NAMESPACE}{method}"',
        "User-Agent": "Mozilla/4.0 (compatible; MSIE 6.0; MS Web Services Client Protocol 4.0.30319.42000)",
    }


def write(method: str, arguments: Mapping[str, str], style: str, empty: EmptyStrings) -> bytes:
    """Write a call; *style* is that of the .qwc file: `Document`, `DocWrapped` or `RPC`."""
    is_rpc = style == "RPC"
    inside = "".join(_argument(name, value, is_rpc, empty) for name, value in arguments.items())
    if is_rpc:
        encoding = ' soap:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"'
        call = f'<q1:{method} xmlns:q1="{NAMESPACE}">{inside}</q1:{method}>'
    else:
        encoding = ""
        call = f'<{method} xmlns="{NAMESPACE}">{inside}</{method}>' if inside else f'<{method} xmlns="{NAMESPACE}" />'
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<soap:Envelope xmlns:soap="{_SOAP}" xmlns:xsi="{_XSI}" xmlns:xsd="{_XSD}">'
        f"<soap:Body{encoding}>{call}</soap:Body></soap:Envelope>"
    ).encode()


def read(method: str, status: int, body: bytes, style: str) -> Result:
    """
    Read the result of a call.

    Raises:
        NotAnAnswer: The HTTP status is not 200, or the body is not the answer to this call.
    """
    if status != 200:
        raise NotAnAnswer(f"HTTP {status}{_fault(body)}")
    try:
        root = parse(body)
    except ValueError as error:
        raise NotAnAnswer(str(error)) from error
    answers = root.findall(f"{{{_SOAP}}}Body/*") if root.tag == f"{{{_SOAP}}}Envelope" else []
    if len(answers) != 1 or answers[0].tag != f"{{{NAMESPACE}}}{method}Response":
        raise NotAnAnswer(f"no {method}Response in the answer{_fault(body)}")
    result = answers[0].find(f"{{{NAMESPACE}}}{method}Result")
    if result is None and style == "RPC":
        result = answers[0].find(f"{method}Result")
    if result is None:
        if method == "clientVersion":
            return ""  # null means "go on"
        raise NotAnAnswer(f"no {method}Result in the answer")
    return _value(method, result)


def _value(method: str, result: Element) -> Result:
    if method == _STRINGS:
        return tuple(child.text or "" for child in result if child.tag == f"{{{NAMESPACE}}}string")
    if len(result):
        raise NotAnAnswer(f"{method}Result holds elements, not text")
    text = result.text or ""
    if method != _INTEGER:
        return text
    try:
        return int(text)
    except ValueError as error:
        raise NotAnAnswer(f"{method}Result is not a whole number") from error


def _argument(name: str, value: str, is_rpc: bool, empty: EmptyStrings) -> str:
    kind = f' xsi:type="xsd:{"int" if name in _INTEGERS else "string"}"' if is_rpc else ""
    if value:
        return f"<{name}{kind}>{value.translate(_MARKUP)}</{name}>"
    match empty:
        case EmptyStrings.SELF_CLOSED:
            return f"<{name}{kind} />"
        case EmptyStrings.PAIR:
            return f"<{name}{kind}></{name}>"
        case _:
            return ""


def _fault(body: bytes) -> str:
    try:
        said = parse(body).findtext(f"{{{_SOAP}}}Body/{{{_SOAP}}}Fault/faultstring")
    except ValueError:
        said = None
    return f": {said}" if said else ""
