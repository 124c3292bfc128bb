"""
qbXML, the language of QuickBooks Desktop: requests to build, and answers to read.

    from qbapps.desktop import qbxml

    qbxml.query("Customer", page=100)
    qbxml.add("TimeTracking", {"EntityRef": "Jean", "Duration": timedelta(hours=8, minutes=30)})
"""

from qbapps.desktop.qbxml.building import add, delete, mod, query, raw, void
from qbapps.desktop.qbxml.envelopes import CLEAR_ALL, Iterator, envelope
from qbapps.desktop.qbxml.hosts import read_facts
from qbapps.desktop.qbxml.parsing import NotQbxml
from qbapps.desktop.qbxml.records import Record, records
from qbapps.desktop.qbxml.requests import Request
from qbapps.desktop.qbxml.responses import Response, ResponseHead, head
from qbapps.domain.desktop.facts import QuickBooksFacts, newest_common

__all__ = [
    "CLEAR_ALL",
    "Iterator",
    "NotQbxml",
    "QuickBooksFacts",
    "Record",
    "Request",
    "Response",
    "ResponseHead",
    "add",
    "delete",
    "envelope",
    "head",
    "mod",
    "newest_common",
    "query",
    "raw",
    "read_facts",
    "records",
    "void",
]
