"""INSERT with ON CONFLICT, which both databases have and SQLAlchemy spells once for each."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_into(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT that knows ON CONFLICT."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def put(connection: Connection, table: Table, row: dict[str, Any]) -> None:
    """Insert *row*, or replace the one with its key."""
    key = [column.name for column in table.primary_key]
    rest = {name: value for name, value in row.items() if name not in key}
    connection.execute(
        insert_into(connection, table).values(row).on_conflict_do_update(index_elements=key, set_=rest),
    )


def put_if_new(connection: Connection, table: Table, row: dict[str, Any]) -> None:
    """Insert *row* unless there is one with its key."""
    connection.execute(insert_into(connection, table).values(row).on_conflict_do_nothing())
