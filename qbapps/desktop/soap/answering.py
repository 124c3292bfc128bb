"""Writing what the Web Connector is answered: results and faults."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from qbapps.desktop.soap.escaping import escaped
from qbapps.desktop.soap.methods import ENVELOPE, METHODS, NAMESPACE, Kind

LEAST_STRINGS: Final = 2
"""
A list of texts never has fewer.

Source: peers' issues: with one, or with an empty one left out, the Web Connector fails with QBWC1012, "Index was
outside the bounds of the array" (SoapCore 248, quickbooks-js 28)
"""

_HEAD: Final = (
    '<?xml version="1.0" encoding="utf-8"?>\n'
    f'<soap:Envelope xmlns:soap="{ENVELOPE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:xsd="http://www.w3.org/2001/XMLSchema"><soap:Body>'
)
_TAIL: Final = "</soap:Body></soap:Envelope>"


def answer(method: str, result: str | int | Sequence[str] | None) -> bytes:
    """
    Return the SOAP message that says that *method* returned *result*.

    Args:
        method: One of ``METHODS``.

        result: A text, a number or some texts, as the method asks; None leaves a text out, which its reader takes
            for null. Lists are filled up with empty texts to ``LEAST_STRINGS``. Characters that cannot stand in XML
            become U+FFFD.

    Raises:
        KeyError: There is no such method.
        TypeError: The method returns something else.
    """
    said = _result(method, METHODS[method].result, result)
    return f'{_HEAD}<{method}Response xmlns="{NAMESPACE}">{said}</{method}Response>{_TAIL}'.encode()


def fault(reason: str, *, is_ours: bool) -> bytes:
    """
    Return the SOAP message that says that a call could not be carried out.

    Args:
        reason: For whoever reads the Web Connector's log; nothing of the request, no detail of ours.

        is_ours: Whether the fault is the server's; else it is the caller's.

    Source: W3C, "Simple Object Access Protocol (SOAP) 1.1", section 4.4
    """
    code = "soap:Server" if is_ours else "soap:Client"
    return (
        f"{_HEAD}<soap:Fault><faultcode>{code}</faultcode><faultstring>{escaped(reason)}</faultstring>"
        f"<detail></detail></soap:Fault>{_TAIL}"
    ).encode()


def _result(method: str, kind: Kind, result: str | int | Sequence[str] | None) -> str:
    if result is None and kind is Kind.STRING:
        return ""
    if kind is Kind.STRINGS and isinstance(result, Sequence) and not isinstance(result, str):
        texts = [*result, *[""] * (LEAST_STRINGS - len(result))]
        # Each has two tags: what is empty must not be taken for missing.
        content = "".join(f"<string>{escaped(text)}</string>" for text in texts)
    elif kind is Kind.INT and isinstance(result, int) and not isinstance(result, bool):
        content = str(int(result))
    elif kind is Kind.STRING and isinstance(result, str):
        content = escaped(result)
    else:
        raise TypeError(f"{method} returns {kind}, not {type(result).__name__}")
    return f"<{method}Result>{content}</{method}Result>"
