"""INSERT with ON CONFLICT, which both databases have and SQLAlchemy spells once for each."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect

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
