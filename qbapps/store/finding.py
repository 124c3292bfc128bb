"""What a ConnectionFilter means in SQL."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Select, and_, false, or_, select

from qbapps.domain.parties import Level
from qbapps.ports import ConnectionFilter
from qbapps.store import schema
from qbapps.values import fold_email

_table = schema.connections


def conditions(wanted: ConnectionFilter) -> Iterator[ColumnElement[bool]]:
    """Yield what a connection must satisfy; all of it must hold."""
    for name in ("app_id", "realm_id", "state", "reach", "reference", "kind"):
        value = getattr(wanted, name)
        if value is not None:
            yield _table.c[name] == value
    if wanted.owner is not None:
        yield or_(_table.c.owner_email_folded == fold_email(wanted.owner), _table.c.owner_sub == wanted.owner)
    if wanted.firm_id is not None:
        yield _seen_by(wanted.firm_id, wanted.level)
    if wanted.client is not None:
        yield _table.c.realm_id == wanted.client
        if wanted.firm_id is not None:
            yield _table.c.realm_id.in_(_clients(wanted.firm_id))


def _seen_by(firm_id: str, level: Level | None) -> ColumnElement[bool]:
    own_books = _table.c.realm_id.in_(_own_books(firm_id))
    of_clients = _table.c.realm_id.in_(_clients(firm_id))
    match level:
        case None:
            return or_(own_books, of_clients, _listed_without_number(firm_id))
        case Level.FIRM:
            return or_(own_books, _listed_without_number(firm_id, level))
        case Level.CLIENT:
            return or_(of_clients, _listed_without_number(firm_id, level))
        case Level.COMPANY:
            # A company without a firm is nothing that a firm sees.
            return false()


def _listed_without_number(firm_id: str, level: Level | None = None) -> ColumnElement[bool]:
    """
    Without the company's number, a connection is seen by the firm whose list names it.

    What an inventory names so is at no known level; what was connected for a firm is at the one that was said.
    """
    listed = select(schema.listings.c.connection_id).where(schema.listings.c.firm_id == firm_id)
    if level is not None:
        listed = listed.where(schema.listings.c.level == level)
    return and_(_table.c.realm_id.is_(None), _table.c.id.in_(listed))


def _own_books(firm_id: str) -> Select[tuple[str]]:
    return select(schema.firms.c.realm_id).where(schema.firms.c.id == firm_id)


def _clients(firm_id: str) -> Select[tuple[str]]:
    return select(schema.clients.c.realm_id).where(schema.clients.c.firm_id == firm_id)
