"""Records as a frame: whatever the library returns, a row each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

import attrs

from qbapps.errors import ConfigurationError
from qbapps.export.extras import needed
from qbapps.values import Secret

if TYPE_CHECKING:
    import polars as pl

_PLAIN: Final = (str, int, float, bool, date, timedelta)


def frame(records: Iterable[Any]) -> pl.DataFrame:
    """
    Return *records* as a polars frame, a row each: connections, tasks, transfers, receipts, rows of plans, events.

        qbapps.frame(qb.worklist())
        qbapps.frame(plan.items)

    A record within a record gives columns of its own, such as ``owner_email``; details of events become JSON texts.
    Members of closed sets are texts, instants are in UTC, and secrets are ``***``. Records of several kinds may
    be mixed: what one does not have is null. Without records the frame has no columns.

    Raises:
        ConfigurationError: Something in *records* is no record, or polars is not installed.
    """
    with needed():
        import polars as pl  # noqa: PLC0415 - it takes as long to import as all of qbapps
    rows = [_row(record) for record in records]
    names = dict.fromkeys(name for row in rows for name in row)
    columns = {name: [row.get(name) for row in rows] for name in names}
    return pl.DataFrame([_series(pl, name, values) for name, values in columns.items()])


def _series(pl: Any, name: str, values: list[Any]) -> Any:
    if any(isinstance(value, datetime) for value in values):
        return pl.Series(name, values, dtype=pl.Datetime("us", "UTC"))
    return pl.Series(name, values)


def _row(record: Any, prefix: str = "") -> dict[str, Any]:
    if not attrs.has(type(record)):
        raise ConfigurationError(
            f"{type(record).__name__} is no record of qbapps.", hint="Give what its methods return, or a list of those."
        )
    row: dict[str, Any] = {}
    for field in attrs.fields(type(record)):
        value = getattr(record, field.name)
        if attrs.has(type(value)):
            row |= _row(value, f"{prefix}{field.name}_")
        else:
            row[f"{prefix}{field.name}"] = _plain(value)
    return row


def _plain(value: Any) -> Any:
    if isinstance(value, Secret | bytes):
        return "***"
    if isinstance(value, Enum):
        return str(value.value)
    if value is None or isinstance(value, _PLAIN):
        return value
    if isinstance(value, Mapping):
        return json.dumps({str(name): _plain(one) for name, one in value.items()}, default=str, ensure_ascii=False)
    return [str(_plain(one)) for one in value]
