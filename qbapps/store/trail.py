"""
Reading events as they stand in the database, also those that nobody could have written.

SQLite keeps any value in any column, and text that is none; PostgreSQL has instants that Python has not.
Neither stops the reading: what is no event comes as ``Unreadable``, and the next ones follow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    LargeBinary,
    Row,
    Text,
    case,
    cast,
    literal,
    select,
    tuple_,
    type_coerce,
)
from sqlalchemy.types import NullType

from qbapps.domain import trail_lines
from qbapps.domain.events import Event
from qbapps.domain.trail import Line
from qbapps.domain.trail_lines import FIELDS
from qbapps.errors import StoreError
from qbapps.store import faults, schema
from qbapps.store.reading import PAGE

_EVENTS: Final = schema.events
_EARLIEST: Final = datetime(1, 1, 3, tzinfo=UTC)
_LATEST: Final = datetime(9999, 12, 29, tzinfo=UTC)
"""Between these an instant is a ``datetime`` in every time zone that the driver may give it in."""


def lines(engine: Engine, stream: str | None) -> Iterator[Line]:
    """
    Stream the events of one stream or of all, each in order of sequence, holding nothing between pages.

    Raises:
        StoreError: The database failed.
    """
    is_sqlite = engine.dialect.name == "sqlite"
    statement = select(*_columns(is_sqlite=is_sqlite)).order_by(*_EVENTS.primary_key).limit(PAGE)
    if stream is not None:
        statement = statement.where(_EVENTS.c.stream == stream)
    page = statement
    while True:
        with faults.told("reading events"), engine.connect() as connection, _any_text(connection):
            found = connection.execute(page).all()
        yield from map(_line, found)
        if len(found) < PAGE:
            return
        bound = _bound if is_sqlite else _as_it_is
        last = found[-1]
        page = statement.where(tuple_(*_EVENTS.primary_key) > tuple_(bound(last.stream), bound(last.sequence)))


def read(engine: Engine, stream: str | None) -> Iterator[Event]:
    """
    Stream the same events where all can be read.

    Raises:
        StoreError: The database failed, or an event cannot be read; it is named as far as it can be.
    """
    for line in lines(engine, stream):
        if not isinstance(line, Event):
            which = f"Event {line.sequence}" if line.is_numbered else "An event whose number cannot be read,"
            raise StoreError(
                f"{which} of {line.stream} could not be understood while reading events.",
                hint="Run verify_events() to see what else was altered, and restore the row from a backup.",
                connection_id=line.stream if line.stream.startswith("con_") else None,
            )
        yield line


def _columns(*, is_sqlite: bool) -> list[ColumnElement[Any]]:
    """Return the columns as the driver gives them; instants that it has no value for come as None."""
    at = _EVENTS.c.at
    known: dict[str, ColumnElement[Any]] = {} if is_sqlite else {"at": case((at.between(_EARLIEST, _LATEST), at))}
    return [type_coerce(known.get(name, _EVENTS.c[name]), NullType()).label(name) for name in FIELDS]


def _line(row: Row[Any]) -> Line:
    values = dict(zip(FIELDS, row, strict=True))
    values["at"] = _instant(values["at"])
    values["details"] = trail_lines.read_object(values["details"])
    return trail_lines.line_of(values)


def _instant(value: object) -> datetime | None:
    """Return an instant as either database gives it; SQLite keeps the text of one in UTC, without its time zone."""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return None if found is None or found.tzinfo is not None else found.replace(tzinfo=UTC)


@contextmanager
def _any_text(connection: Connection) -> Iterator[None]:
    """Let SQLite give text that is no UTF-8, with surrogates for what is none, while this connection is ours."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.dbapi_connection
    usual: Callable[[bytes], Any] = driver.text_factory
    driver.text_factory = _decoded
    try:
        yield
    finally:
        driver.text_factory = usual


def _decoded(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")


def _bound(value: Any) -> ColumnElement[Any]:
    """Return a value that SQLite gave, as it was; the driver takes no text that is none."""
    if isinstance(value, str):
        return cast(literal(value.encode("utf-8", "surrogateescape"), LargeBinary()), Text())
    return literal(value, LargeBinary() if isinstance(value, bytes) else NullType())


def _as_it_is(value: Any) -> ColumnElement[Any]:
    return literal(value)
