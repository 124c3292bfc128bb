"""An app that works with QuickBooks Desktop through the Web Connector."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import attrs

from qbapps.domain import checks

EVERY: Final = timedelta(minutes=15)
"""How often the connector asks, where the app does not say. Our choice; its user may change it."""


class QBType(StrEnum):
    """Which QuickBooks the connector works with: Financial Software, or Point of Sale."""

    FINANCIAL = "QBFS"
    POINT_OF_SALE = "QBPOS"


@attrs.frozen(kw_only=True)
class DesktopApp:
    """
    What an app is to the Web Connector; its name and its contact are those of the :class:`App` of the same id.

    Attributes:
        id: That of the app.
        owner_id: A GUID in braces, one per app, the same for ever: QuickBooks keeps what it let in under it.
        base_url: Where the connector calls; each connection has a path of its own below it.
        support_url: Where its user finds help; has to answer 200 or 202, on the same host.
        description: Shown to the user, 80 characters at most.
        every: How often the connector asks.
        unattended: Whether it has to work while QuickBooks is closed.
        personal_data: Whether it needs personal data, such as employees' details.
        editions: Editions it supports, such as ``pro``; none means all.
        qbxml: The newest version of qbXML it speaks.
        requires: Names of checks, beyond those of every connector, that it needs before the first sync.
        week_start: First day of its week, ``monday``; None when that does not matter.
        deletes_first: Whether its first sync deletes what its users had before, which somebody has to confirm.
        needs_mapping: Whether people have to be mapped to payroll items before it is in full use.

    Source: Intuit, QuickBooks Web Connector Programmer's Guide (2009), "QWC file"
    """

    id: str = attrs.field(validator=checks.not_empty)
    owner_id: str
    base_url: str
    support_url: str
    description: str
    every: timedelta = EVERY
    qbtype: QBType = QBType.FINANCIAL
    unattended: bool = True
    personal_data: bool = False
    editions: tuple[str, ...] = ()
    qbxml: str = "13.0"
    requires: tuple[str, ...] = ()
    week_start: str | None = None
    deletes_first: bool = False
    needs_mapping: bool = False
    registered_at: datetime = attrs.field(validator=checks.aware)
    version: int = 1


def address(app: DesktopApp, connection_id: str) -> str:
    """Return the address that the connector of one connection calls: a path of its own, so that tenants cannot mix."""
    return f"{app.base_url.rstrip('/')}/{connection_id}"
