"""A request for QuickBooks, before a session adds what belongs to the session."""

from __future__ import annotations

import hashlib

import attrs


@attrs.frozen(kw_only=True)
class Request:
    """
    One request in qbXML.

    Attributes:
        name: Such as ``CustomerQuery`` or ``TimeTrackingAdd``.
        xml: Its one element, ``<CustomerQueryRq>``, in ASCII. It may hold what the company would not show to all.
        is_write: Whether it may change the company file.
        page: How many records a page has; None when the answer is to come in one piece.
    """

    name: str
    xml: str = attrs.field(repr=False)
    is_write: bool
    page: int | None = None

    @property
    def fingerprint(self) -> str:
        """SHA-256 in hexadecimal: two requests with the same one ask for the same."""
        return hashlib.sha256("\n".join((self.name, str(self.page or ""), self.xml)).encode()).hexdigest()
