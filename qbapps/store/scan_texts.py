"""
Whole columns as one text each, written by the database.

To fetch a million rows as rows makes tens of millions of Python objects. Here the database joins the values of a
column to one text, in C and without the interpreter's lock, and polars takes it apart. That comes near the loaders
made for it, ADBC and connectorx, and needs neither. Those bring an SQLite of their own, and two of them in one process
must never open the same file: when one closes it, the system drops the locks of the other, and another process may
write in the midst of our transaction.

On PostgreSQL, instants and days are written as the bytes that the server sends: to make texts of them costs it as
much as all the rest.

Source: sqlite.org, "How To Corrupt An SQLite Database File", 2.2 and 2.2.1
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Date,
    Integer,
    LargeBinary,
    Select,
    String,
    Table,
    cast,
    func,
    literal,
    literal_column,
    select,
    tuple_,
    type_coerce,
)

from qbapps.store.columns import Absent, Instant

SEPARATOR: Final = "\x1f"
"""Between two values of a column; a value that has it inside is found by their number."""

# Not bound: SQLite would look the value up for every row.
_BETWEEN: Final[ColumnElement[str]] = literal_column(f"'{SEPARATOR}'")

Key = tuple[Any, ...]


def may_be_absent(column: Column[Any]) -> bool:
    """Tell whether an empty text of *column* means that there is none."""
    return bool(column.nullable) or isinstance(column.type, Absent)


def bound(table: Table, seen: Sequence[ColumnElement[bool]], after: Key | None, rows: int) -> Select[Any]:
    """Return what gives the key of the row that is *rows* rows behind *after*; nothing when there are fewer."""
    key = [_raw(column) for column in table.primary_key]
    found: Select[Any] = select(*key).where(*seen, *_range(table, after, None))
    return found.order_by(*key).limit(1).offset(rows - 1)


def joined(
    table: Table, dialect: str, seen: Sequence[ColumnElement[bool]], after: Key | None, last: Key | None
) -> Select[Any]:
    """
    Return what gives how many rows come behind *after*, up to *last*, and each column of theirs as one value.

    Every column is fed the same rows in the same order, whichever that is.
    """
    columns: list[Any] = [func.count(), *(_joined(column, dialect) for column in table.c)]
    return select(*columns).select_from(table).where(*seen, *_range(table, after, last))


def apart(
    table: Table, dialect: str, seen: Sequence[ColumnElement[bool]], after: Key | None, last: Key | None
) -> Select[Any]:
    """Return what gives the same values row by row."""
    columns: list[Any] = [_text(column, dialect) for column in table.c]
    return select(*columns).where(*seen, *_range(table, after, last))


def can_be_parted(count: int, columns: Sequence[str | bytes | None]) -> bool:
    """Tell whether no value has the separator inside."""
    texts = [column for column in columns if isinstance(column, str)]
    return all(text.count(SEPARATOR) == count - 1 for text in texts)


def _range(table: Table, after: Key | None, last: Key | None) -> list[ColumnElement[bool]]:
    key = [_raw(column) for column in table.primary_key]
    conditions: list[ColumnElement[bool]] = []
    if after is not None:
        conditions.append(tuple_(*key) > _bound_as(key, after) if len(key) > 1 else key[0] > after[0])
    if last is not None:
        conditions.append(tuple_(*key) <= _bound_as(key, last) if len(key) > 1 else key[0] <= last[0])
    return conditions


def _bound_as(key: Sequence[ColumnElement[Any]], values: Key) -> ColumnElement[Any]:
    return tuple_(*(literal(value, column.type) for column, value in zip(key, values, strict=True)))


def _raw(column: Column[Any]) -> ColumnElement[Any]:
    """Return *column* as it lies in the database."""
    return column if isinstance(column.type, Integer) else type_coerce(column, String())


def _joined(column: Column[Any], dialect: str) -> ColumnElement[Any]:
    if dialect != "postgresql":
        return func.group_concat(_text(column, dialect), _BETWEEN, type_=String())
    match column.type:
        case Instant():
            sent, absent = func.timestamptz_send(column), "'\\x8000000000000000'::bytea"
        case Date():
            sent, absent = func.date_send(column), "'\\x80000000'::bytea"
        case _:
            return func.string_agg(_text(column, dialect), _BETWEEN, type_=String())
    return func.string_agg(
        func.coalesce(sent, literal_column(absent)), literal_column("''::bytea"), type_=LargeBinary()
    )


def _text(column: Column[Any], dialect: str) -> ColumnElement[str]:
    text = _always(column, dialect)
    return func.coalesce(text, literal_column("''")) if column.nullable else text


def _always(column: Column[Any], dialect: str) -> ColumnElement[str]:
    is_postgresql = dialect == "postgresql"
    match column.type:
        case Instant() if is_postgresql:
            return func.to_char(func.timezone("UTC", column), literal_column("'YYYY-MM-DD HH24:MI:SS.US'"))
        case Date() if is_postgresql:
            return func.to_char(column, literal_column("'YYYY-MM-DD'"))
        case Boolean() if is_postgresql:
            return cast(cast(column, Integer), String)
        case Boolean() | Integer():
            return cast(column, String)
        case _:
            return type_coerce(column, String())
