"""Reading records: by the values of columns, in pages, or by a statement of one's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, Engine, select, tuple_

from qbapps.store import faults, ready
from qbapps.store.ready import Ready, Values
from qbapps.store.rows import Shape

R = TypeVar("R")

PAGE: Final = 500
"""Rows per page of what is streamed."""


class Reader:
    """Reads from the database behind *engine*; whatever fails is a ``StoreError``."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def one(self, shape: Shape[R], **same: Any) -> R | None:
        """Return the record whose columns have these values."""
        return self.first(shape.select(*same), same, shape.read, shape.table.name)

    def all(self, shape: Shape[R], **same: Any) -> tuple[R, ...]:
        """Return the records whose columns have these values, in order of key."""
        with faults.told(f"reading {shape.table.name}"):
            return tuple(map(shape.read, ready.fetch(self._engine, shape.select(*same), same)))

    def where(self, shape: Shape[R], **wanted: Any) -> tuple[R, ...]:
        """Return the records whose columns have these values; what is None does not matter."""
        return self.all(shape, **{name: value for name, value in wanted.items() if value is not None})

    def first(self, statement: Ready, values: Values, make: Callable[[Sequence[Any]], R], what: str) -> R | None:
        """Return what *make* makes of the one row that *statement* gives; None when there is none."""
        with faults.told(f"reading {what}"):
            found = ready.fetch(self._engine, statement, values)
            return make(found[0]) if found else None

    def matching(self, shape: Shape[R], *conditions: ColumnElement[bool]) -> tuple[R, ...]:
        """Return the records that satisfy *conditions*, in order of key."""
        statement = select(shape.table).where(*conditions).order_by(*shape.table.primary_key)
        with faults.told(f"reading {shape.table.name}"), self._engine.connect() as connection:
            return tuple(map(shape.read, connection.execute(statement)))

    def pages(self, shape: Shape[R], *conditions: ColumnElement[bool]) -> Iterator[R]:
        """Stream the records that satisfy *conditions*, in order of key, holding nothing between pages."""
        key = tuple_(*shape.table.primary_key)
        statement = select(shape.table).where(*conditions).order_by(*shape.table.primary_key).limit(PAGE)
        page = statement
        while True:
            with faults.told(f"reading {shape.table.name}"), self._engine.connect() as connection:
                found = list(map(shape.read, connection.execute(page)))
            yield from found
            if len(found) < PAGE:
                return
            last = found[-1]
            page = statement.where(key > tuple(getattr(last, name) for name in shape.key))
