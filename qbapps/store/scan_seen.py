"""Which rows of a table a firm sees, in SQL."""

from __future__ import annotations

from typing import Final

from sqlalchemy import ColumnElement, Select, Table, and_, or_, select

from qbapps.ports import ConnectionFilter
from qbapps.store import finding, schema

EVERYBODYS: Final = frozenset({"apps", "desktop_apps"})
"""Tables whose rows belong to no firm."""


def seen(table: Table, firm_id: str) -> list[ColumnElement[bool]]:
    """
    Return what a row of *table* must satisfy for the firm to see it; nothing when everybody sees all of it.

    Raises:
        ValueError: Nothing in *table* says whose a row is.
    """
    if table.name in EVERYBODYS:
        return []
    if table is schema.connections:
        return list(finding.conditions(ConnectionFilter(firm_id=firm_id)))
    if table is schema.people:
        # Its own, and those who work in one of its companies for no firm.
        return [or_(table.c.firm_id == firm_id, and_(table.c.firm_id == "", _companies(table, firm_id)))]
    if table is schema.firms:
        return [table.c.id == firm_id]
    if table is schema.events:
        return [table.c.stream.in_(_connections(firm_id))]
    return [_by_column(table, firm_id)]


def _by_column(table: Table, firm_id: str) -> ColumnElement[bool]:
    if "firm_id" in table.c:
        belongs: ColumnElement[bool] = table.c.firm_id == firm_id
        return belongs
    if "connection_id" in table.c:
        return table.c.connection_id.in_(_connections(firm_id))
    if "realm_id" in table.c:
        return _companies(table, firm_id)
    raise ValueError(f"nothing in {table.name} says which firm sees it")


def _companies(table: Table, firm_id: str) -> ColumnElement[bool]:
    own_books = select(schema.firms.c.realm_id).where(schema.firms.c.id == firm_id)
    of_clients = select(schema.clients.c.realm_id).where(schema.clients.c.firm_id == firm_id)
    return or_(table.c.realm_id.in_(own_books), table.c.realm_id.in_(of_clients))


def _connections(firm_id: str) -> Select[tuple[str]]:
    return select(schema.connections.c.id).where(*finding.conditions(ConnectionFilter(firm_id=firm_id)))
