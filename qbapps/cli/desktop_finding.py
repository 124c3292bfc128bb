"""Which connections are meant: those of QuickBooks Desktop, by the filters of their list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs

from qbapps.cli.session import Session
from qbapps.domain.connection import Connection, Kind
from qbapps.domain.desktop.status import DesktopStatus


def found(session: Session, **filters: str | None) -> Iterator[Connection]:
    """Stream the Desktop connections that fit."""
    return session.qb.connections(kind=Kind.DESKTOP, **filters)


def document(one: Connection, status: DesktopStatus) -> dict[str, Any]:
    """Return what JSON says of a connection and how it stands."""
    known = {"app_id": one.app_id, "company_name": one.company_name, "reference": one.reference}
    return {**known, **attrs.asdict(status, recurse=False)}
