"""
Tables, kinds of columns, and short names for the usual ones.

Instants in UTC, closed sets of words, texts kept as JSON, and absence kept as an empty text.
"""

# ruff: noqa: ARG002 - the signatures are SQLAlchemy's

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TextClause,
)
from sqlalchemy import text as sql
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeDecorator

from qbapps.values import as_utc

metadata: Final = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """An aware instant: kept in UTC, given back in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else as_utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC)

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        return _written if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        return _read if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _written(value: datetime | None) -> str | None:
    """Return an instant as SQLite keeps it: a text without its time zone, in the form of SQLAlchemy's own."""
    return None if value is None else as_utc(value).isoformat(" ", "microseconds")[:-6]


def _read(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value).replace(tzinfo=UTC)


class Word(TypeDecorator[StrEnum]):
    """A member of a closed set, kept as its own text."""

    impl = String
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else self.words(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.words(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        known: dict[Any, StrEnum | None] = {None: None, **{word.value: word for word in self.words}}

        def process(value: Any) -> StrEnum | None:
            # Calling the class costs ten times a look-up; it is what refuses a word that it does not know.
            return known[value] if value in known else self.words(value)

        return process


class Texts(TypeDecorator[tuple[str, ...]]):
    """A tuple of texts, kept as a JSON array."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...] | None:
        return None if value is None else _texts(value)


@lru_cache(maxsize=256)
def _texts(value: str) -> tuple[str, ...]:
    """Return what was kept; most rows keep the same few scopes."""
    return tuple(json.loads(value))


class Details(TypeDecorator[Mapping[str, Any]]):
    """The facts of an event, kept as a JSON object."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Mapping[str, Any] | None, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(dict(value), sort_keys=True)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Mapping[str, Any] | None:
        return None if value is None else dict(json.loads(value))


class Duration(TypeDecorator[timedelta]):
    """A duration, kept in whole seconds."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> int | None:
        return None if value is None else int(value.total_seconds())

    def process_result_value(self, value: int | None, dialect: Dialect) -> timedelta | None:
        return None if value is None else timedelta(seconds=value)


class Absent(TypeDecorator[str]):
    """A text that may be None, kept as an empty one: to both databases, NULLs are never equal in a unique key."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str:
        return value or ""

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return value or None


class Sealed(LargeBinary):
    """Sealed bytes. SQLite keeps texts and numbers there too; as bytes they are refused where they are opened."""

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], bytes | None]:
        def process(value: Any) -> bytes | None:
            if isinstance(value, str | int | float):
                return str(value).encode()
            return None if value is None else bytes(value)

        return process


def table(name: str, *items: SchemaItem) -> Table:
    """Return a table of the one schema."""
    return Table(name, metadata, *items)


def key(name: str, *more: ForeignKey) -> Column[str]:
    """Return a text that is part of the primary key."""
    return Column(name, String, *more, primary_key=True)


def text(name: str, *more: ForeignKey) -> Column[str]:
    """Return a text that is always there."""
    return Column(name, String, *more, nullable=False)


def texts(*names: str) -> list[Column[str]]:
    """Return texts that are always there."""
    return [text(name) for name in names]


def optional_texts(*names: str) -> list[Column[str]]:
    """Return texts that may be NULL."""
    return [Column(name, String) for name in names]


def word(name: str, words: type[StrEnum]) -> Column[StrEnum]:
    """Return a member of *words* that is always there."""
    return Column(name, Word(words), nullable=False)


def counts(*names: str) -> list[Column[int]]:
    """Return whole numbers that are always there."""
    return [Column(name, BigInteger, nullable=False) for name in names]


def instants(*names: str) -> list[Column[datetime]]:
    """Return instants that are always there."""
    return [Column(name, Instant, nullable=False) for name in names]


def optional_instants(*names: str) -> list[Column[datetime]]:
    """Return instants that may be NULL."""
    return [Column(name, Instant) for name in names]


def next_number(table: str, column: str) -> TextClause:
    """Return what numbers the rows of a table as they are inserted; two transactions at once may get the same."""
    return sql(f"(SELECT coalesce(max({column}), 0) + 1 FROM {table})")  # noqa: S608 - both are names of ours


def to(target: str) -> ForeignKey:
    """Return a foreign key that is checked at commit, so that one change may come in any order."""
    return ForeignKey(target, deferrable=True, initially="DEFERRED")


def indexes(*names: str) -> list[Index]:
    """Return an index on each column."""
    return [Index(None, name) for name in names]


def index_where_set(name: str) -> Index:
    """Return an index on the rows whose column is not NULL: small where that is rare."""
    return Index(None, name, sqlite_where=sql(f"{name} IS NOT NULL"), postgresql_where=sql(f"{name} IS NOT NULL"))
