"""
Tables of which a frame has only some columns, and some rows.

No password's hash, no request, no number of a bank account and no note on one is in any.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import BigInteger, Column, ColumnElement, MetaData, Table, select
from sqlalchemy.types import TypeEngine

from qbapps.domain.desktop.jobs import JobState
from qbapps.store import schema
from qbapps.store.columns import Duration


def _part(table: Table, *names: str) -> Table:
    """Return *table* with its key and these columns; durations are in seconds."""
    wanted = [column for column in table.c if column.primary_key or column.name in names]
    return Table(
        table.name,
        MetaData(),
        *(Column(one.name, _kind(one), primary_key=one.primary_key, nullable=one.nullable) for one in wanted),
    )


def _kind(column: Column[Any]) -> TypeEngine[Any]:
    return BigInteger() if isinstance(column.type, Duration) else column.type


_jobs: Final = _part(schema.desktop.jobs, "connection_id", "state", "tries", "ended_at")

PARTS: Final = {
    part.name: part
    for part in (
        _part(schema.desktop.apps, "every"),
        _part(
            schema.desktop.links,
            *("app_id", "mode", "state", "paused_until", "attention", "attention_at"),
            *("users", "mapped", "payable", "issued_at", "seen_at", "ok_at"),
        ),
        _jobs,
        _part(
            schema.banks.links,
            *("regime", "state", "authenticated_on", "confirmed_on", "stated_end", "ended_on"),
            *("recorded_on", "stopped_on", "failed_on", "failures", "update_failed", "in_review"),
        ),
    )
}
"""By the name of the table."""

ONLY: Final[dict[str, tuple[ColumnElement[bool], ...]]] = {
    _jobs.name: (
        # The index is by connection and state: without the first, all requests that ever were would be looked at.
        _jobs.c.connection_id.in_(select(schema.desktop.links.c.connection_id)),
        _jobs.c.state.in_([JobState.FAILED, JobState.UNKNOWN]),
    )
}
"""What rows must satisfy; of requests there are only those that went wrong."""
