"""INSERT with ON CONFLICT, which both databases have and SQLAlchemy spells once for each."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Table, and_, case, func, or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect

from qbapps.domain.parties import Source
from qbapps.store import schema
from qbapps.store.ready import Ready


def insert_for(dialect: Dialect, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT that knows ON CONFLICT."""
    return postgresql.insert(table) if dialect.name == "postgresql" else sqlite.insert(table)


def put(connection: Connection, table: Table, row: dict[str, Any]) -> None:
    """Insert *row*, of which every column is given, or replace the one with its key."""
    _putting(table).run(connection, row)


def put_if_new(connection: Connection, table: Table, row: dict[str, Any]) -> None:
    """Insert *row*, of which every column is given, unless there is one with its key."""
    _putting_if_new(table).run(connection, row)


def put_company(connection: Connection, row: dict[str, Any]) -> None:
    """
    Insert *row* of ``companies``, or replace what was said earlier, or by a list where this is Intuit's word.

    A country that is known stays where the new word names none, and a list may name one that Intuit has not.
    """
    _PUTTING_COMPANY.run(connection, row)


@cache
def _putting(table: Table) -> Ready:
    key = [column.name for column in table.primary_key]

    def build(dialect: Dialect) -> Any:
        insert = insert_for(dialect, table)
        rest = {column.name: insert.excluded[column.name] for column in table.c if column.name not in key}
        return insert.on_conflict_do_update(index_elements=key, set_=rest)

    return Ready(build, table.c.keys())


@cache
def _putting_if_new(table: Table) -> Ready:
    return Ready(lambda dialect: insert_for(dialect, table).on_conflict_do_nothing(), table.c.keys())


def _build_company(dialect: Dialect) -> Any:
    insert, known = insert_for(dialect, schema.companies), schema.companies.c
    said = insert.excluded
    rules = or_(known.source == Source.INVENTORY, said.source == Source.INTUIT)
    is_later = or_(said.seen_at >= known.seen_at, said.source != known.source)
    fills = and_(known.country.is_(None), said.country.is_not(None))
    taken = {
        name: case((rules, said[name]), else_=known[name]) for name in ("subscription_status", "seen_at", "source")
    }
    return insert.on_conflict_do_update(
        index_elements=[column.name for column in schema.companies.primary_key],
        set_={**taken, "country": case((rules, func.coalesce(said.country, known.country)), else_=said.country)},
        where=or_(and_(rules, is_later), and_(~rules, fills)),
    )


_PUTTING_COMPANY: Final = Ready(_build_company, schema.companies.c.keys())
