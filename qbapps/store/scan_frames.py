"""What a database gives of a table, as a frame: with the same types whichever database and way it was."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from typing import Any, Final

import polars as pl
from sqlalchemy import Boolean, Column, Date, Integer, String, Table, Text

from qbapps.store.columns import Absent, Details, Instant, Texts, Word
from qbapps.store.scan_texts import SEPARATOR, may_be_absent

INSTANT: Final = pl.Datetime("us", "UTC")
_WRITTEN: Final = "%Y-%m-%d %H:%M:%S.%6f"
_LISTS: Final = pl.List(pl.String)
_DAYS: Final = 10_957  # from 1970 to 2000
_MOST: Final = 2_932_897  # days from 1970 to the year 10,000
_DAY: Final = 86_400_000_000  # microseconds
_SENT: Final[dict[Any, tuple[int, str, int, int]]] = {
    pl.Datetime: (8, "q", _DAYS * _DAY, _MOST * _DAY),
    pl.Date: (4, "i", _DAYS, _MOST),
}


def schema_of(table: Table) -> dict[str, pl.DataType]:
    """Return the types of a frame of *table*."""
    return {column.name: kind(column) for column in table.c}


def kind(column: Column[Any]) -> pl.DataType:
    """
    Return the type of *column* in a frame.

    Raises:
        TypeError: Nobody has said what such a column becomes.
    """
    match column.type:
        case Instant():
            return INSTANT
        case Texts():
            return _LISTS
        case Date():
            return pl.Date()
        case Boolean():
            return pl.Boolean()
        case Integer():
            return pl.Int64()
        case Absent() | Word() | Details() | String() | Text():
            return pl.String()
    raise TypeError(f"{column} has no type in a frame")


def from_joined(table: Table, count: int, columns: Sequence[str | bytes | None]) -> pl.DataFrame:
    """
    Return *count* rows of *table*, whose columns are one value each, as ``scan_texts.joined`` has it.

    Raises:
        ValueError: A value is not what the column is for.
    """
    if count == 0:
        return pl.DataFrame(schema=schema_of(table))
    return pl.DataFrame(
        [
            _sent(column, joined) if isinstance(joined, bytes) else _typed(column, _apart(joined or "", count))
            for column, joined in zip(table.c, columns, strict=True)
        ]
    )


def from_rows(table: Table, rows: Sequence[Sequence[str]]) -> pl.DataFrame:
    """
    Return *rows* of *table*, whose values are texts.

    Raises:
        ValueError: A value is not what the column is for.
    """
    columns = zip(*rows, strict=True) if rows else ([] for _ in table.c)
    return pl.DataFrame(
        [
            _typed(column, pl.Series(values, dtype=pl.String))
            for column, values in zip(table.c, map(list, columns), strict=True)
        ]
    )


def _apart(text: str, count: int) -> pl.Series:
    first = text.partition(SEPARATOR)[0]
    one = first + SEPARATOR
    # All alike, as the words of many columns are, and what is never there.
    if len(text) + 1 == count * len(one) and text.count(one) == count - 1 and text.endswith(first):
        return pl.repeat(first, count, dtype=pl.String, eager=True)
    return pl.Series([text], dtype=pl.String).str.split(SEPARATOR).explode()


def _sent(column: Column[Any], joined: bytes) -> pl.Series:
    """Return what PostgreSQL sends of instants, as microseconds, or of days, both since the year 2000."""
    wanted = kind(column)
    size, code, since, most = _SENT[wanted.base_type()]
    count = len(joined) // size
    absent = -(2 ** (8 * size - 1))
    if joined == struct.pack(f">{code}", absent) * count:
        return pl.repeat(None, count, dtype=wanted, eager=True).alias(column.name)
    numbers = pl.Series(column.name, struct.unpack(f">{count}{code}", joined), dtype=pl.Int64)
    known = pl.select(pl.when(numbers != absent).then(numbers + since).alias(column.name)).to_series()
    if not known.drop_nulls().is_between(-most, most).all():
        raise ValueError(f"{column} holds what is no instant or day of ours")
    return known.cast(pl.Int32).cast(wanted) if wanted == pl.Date else known.cast(wanted)


def _typed(column: Column[Any], values: pl.Series) -> pl.Series:
    """Return *values*, which are texts, in the type of *column*."""
    found = values.alias(column.name)
    if may_be_absent(column):
        found = pl.select(pl.when(found != "").then(found).alias(column.name)).to_series()
    try:
        return _cast(found, kind(column))
    except pl.exceptions.PolarsError as error:
        raise ValueError(f"{column} holds what it is not for: {type(error).__name__}") from None


def _cast(values: pl.Series, wanted: pl.DataType) -> pl.Series:
    if wanted == INSTANT:
        return values.str.to_datetime(_WRITTEN, time_unit="us", time_zone="UTC")
    if wanted == pl.Date:
        return values.str.to_date("%Y-%m-%d")
    if wanted == pl.Boolean:
        return values.cast(pl.Int64).cast(pl.Boolean)
    if wanted == _LISTS:
        return _lists(values)
    return values.cast(wanted)


def _lists(values: pl.Series) -> pl.Series:
    """Decode each text once: most rows have the same few lists."""
    name = values.name
    texts = values.drop_nulls().unique()
    decoded = pl.Series(name, [_list(text) for text in texts], dtype=_LISTS)
    if len(texts) == 1 and not values.has_nulls():
        return decoded.new_from_index(0, len(values))
    known = pl.DataFrame({name: texts, "decoded": decoded})
    found = values.to_frame().join(known, on=name, how="left", maintain_order="left")
    return found["decoded"].alias(name)


def _list(text: str) -> list[str]:
    found = json.loads(text)
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise ValueError("not a list of texts")
    return found
