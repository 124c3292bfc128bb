"""Codes wherever they stand: kept beside a connection, or in a sentence that somebody reads out."""

from __future__ import annotations

import re
from typing import Final

from qbapps.desktop.codes import hresults, qbwc, statuses
from qbapps.desktop.codes.own import OURS
from qbapps.domain.desktop.troubles import Trouble

_HRESULT: Final = re.compile(
    r"(?<![0-9a-z])(?:(?:0x|&h)\s?[0-9a-f]{4}\s?[0-9a-f]{4}|8004\s?[0-9a-f]{4})(?![0-9a-z])", re.IGNORECASE
)
_DECIMAL: Final = re.compile(r"(?<![\d.,])(?:-21\d{8}|21\d{8})(?!\d)")
_CONNECTOR: Final = re.compile(r"Q\s?B\s?W\s?C[\s:#-]*(\d{4})(?!\d)", re.IGNORECASE)
_STATUS: Final = re.compile(r"\bstatus(?:\s?code)?\s*[=:#]?\s*[\"']?(\d{1,5})(?!\w)", re.IGNORECASE)
_ANY: Final = re.compile(
    r"(?:\b(?:code|error|erreur|statut|état|number|numéro)|n°)(?:\s+(?:code|d[’']erreur))?\s*[=:#]?\s*[\"'(]?"
    r"(\d{3,4})(?!\w)",
    re.IGNORECASE,
)


def trouble(code: str) -> Trouble:
    """
    Return what a kept code means: a ``Trouble.code`` of any of the tables, or another spelling of it.

    A bare number is a ``statusCode``. What is in no table is ``unknown``.
    """
    name = code.strip()
    if name in OURS:
        return OURS[name]
    if re.match(r"QBWC", name, re.IGNORECASE):
        return qbwc.connector(name)
    return hresults.hresult(name) if hresults.spelled(name) else statuses.status(name)


def met(text: str) -> Trouble:
    """Return what an HRESULT means as a connector says it: the code alone, or within a sentence."""
    found = None if hresults.spelled(text) else find(text)
    return found if found is not None and found.code.startswith("0x") else hresults.hresult(text)


def find(text: str) -> Trouble | None:
    """
    Return what the code in *text* means; None when there is none.

    The Web Connector wraps what QuickBooks said into a message of its own, so an HRESULT comes first, then a number
    of the connector, then a status. Of several HRESULTs a known one is taken. A number that is only called an error
    is the connector's where it has such a number.
    """
    names = [hresults.spelled(found) for pattern in (_HRESULT, _DECIMAL) for found in pattern.findall(text)]
    numbers = [name for name in names if name]
    if known := next((name for name in numbers if name in hresults.HRESULTS), None):
        return hresults.hresult(known)
    if found := _CONNECTOR.search(text):
        return qbwc.connector(found[1])
    if found := _STATUS.search(text):
        return statuses.status(found[1])
    if found := _ANY.search(text):
        return _numbered(found[1])
    return hresults.hresult(numbers[0]) if numbers else None


def _numbered(number: str) -> Trouble:
    wrapped = qbwc.spelled(number)
    return qbwc.CODES[wrapped] if wrapped in qbwc.CODES else statuses.status(number)
