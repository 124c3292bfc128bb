"""Reads of what is kept of QuickBooks Desktop connections; see ``ports.DesktopTables``."""

from __future__ import annotations

import functools
import operator
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Engine,
    Select,
    String,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)

from qbapps.domain.desktop.apps import DesktopApp
from qbapps.domain.desktop.jobs import WAITING, Job, JobState, Page
from qbapps.domain.desktop.kept import KeptCheck
from qbapps.domain.desktop.link import DesktopLink
from qbapps.domain.desktop.sessions import DesktopSession
from qbapps.ports import Answering
from qbapps.store import faults, rows, schema
from qbapps.store.columns import Instant
from qbapps.store.reading import PAGE, Reader
from qbapps.store.ready import Ready
from qbapps.store.writing import Writer

_links, _connections = schema.desktop.links, schema.connections
_sessions, _jobs = schema.desktop.sessions, schema.desktop.jobs

_ANSWERING: Final = select(*_links.c, *_connections.c, *_sessions.c).select_from(
    _links.join(_connections, _connections.c.id == _links.c.connection_id).outerjoin(
        _sessions, and_(_sessions.c.connection_id == _links.c.connection_id, _sessions.c.ended_at.is_(None))
    )
)
_wanted: Final[Any] = bindparam("wanted", type_=String())
_BY: Final = {name: Ready(_ANSWERING.where(_links.c[name] == _wanted)) for name in ("connection_id", "username")}
_IN_SESSION: Final = Ready(
    select(*_links.c, *_connections.c, *_sessions.c)
    .select_from(
        _sessions.join(_links, _links.c.connection_id == _sessions.c.connection_id).join(
            _connections, _connections.c.id == _sessions.c.connection_id
        )
    )
    .where(_sessions.c.id == _wanted)
)
_CONNECTION: Final = len(_links.c)
_SESSION: Final = _CONNECTION + len(_connections.c)

_of: Final[Any] = bindparam("of_connection_id", type_=String())
_at: Final[Any] = bindparam("at", type_=Instant())
_most: Final[Any] = bindparam("most", type_=BigInteger())
_is_due: Final[ColumnElement[bool]] = or_(_jobs.c.not_before.is_(None), _jobs.c.not_before <= _at)
_FIRST_TO_LAST: Final = (JobState.UNKNOWN, JobState.PAGING, JobState.QUEUED)


def _in(state: JobState, *conditions: ColumnElement[bool]) -> Select[str]:
    """Select in order of id, along the index: however many wait, only as many are read as are taken."""
    return (
        select(_jobs.c.id).where(_jobs.c.connection_id == _of, _jobs.c.state == state, *conditions).order_by(_jobs.c.id)
    )


def _up_to(most: Any, states: Iterable[JobState], *conditions: ColumnElement[bool]) -> Ready:
    """Count the jobs in each of *states*, none of them beyond *most*, and add them up."""
    counts = [
        select(func.count()).select_from(_in(state, *conditions).limit(most).subquery()).scalar_subquery()
        for state in sorted(states)
    ]
    return Ready(select(functools.reduce(operator.add, counts)))


_NEXT: Final = Ready(
    select(_jobs).where(
        _jobs.c.id == func.coalesce(*(_in(state, _is_due).limit(1).scalar_subquery() for state in _FIRST_TO_LAST))
    )
)
_DUE: Final = _up_to(_most, WAITING, _is_due)
_COUNTED: Final = functools.cache(functools.partial(_up_to, _most))
_COUNTS: Final = Ready(select(_jobs.c.state, func.count()).where(_jobs.c.connection_id == _of).group_by(_jobs.c.state))


class SqlDesktop:
    """
    Reads of QuickBooks Desktop connections on an engine.

    Args:
        writer: For what is let go of.
    """

    def __init__(self, engine: Engine, writer: Writer) -> None:
        self._engine = engine
        self._writer = writer
        self._read = Reader(engine)

    def app(self, app_id: str) -> DesktopApp | None:
        return self._read.one(rows.DESKTOP_APPS, id=app_id)

    def apps(self) -> tuple[DesktopApp, ...]:
        return self._read.all(rows.DESKTOP_APPS)

    def link(self, connection_id: str) -> DesktopLink | None:
        return self._read.one(rows.DESKTOP_LINKS, connection_id=connection_id)

    def links(self) -> Iterator[DesktopLink]:
        """Stream in order of connection, without holding a transaction between pages."""
        yield from self._read.pages(rows.DESKTOP_LINKS)

    def links_of(self, app_id: str) -> tuple[DesktopLink, ...]:
        return self._read.all(rows.DESKTOP_LINKS, app_id=app_id)

    def answering(self, *, connection_id: str | None = None, username: str | None = None) -> Answering | None:
        """Return what a login needs in one statement, by id or by user name."""
        by, wanted = ("username", username) if connection_id is None else ("connection_id", connection_id)
        return self._read.first(_BY[by], {"wanted": wanted}, _answering, "desktop_links")

    def in_session(self, session_id: str) -> Answering | None:
        """Return what it takes to answer in a session in one statement; the session may be over."""
        return self._read.first(_IN_SESSION, {"wanted": session_id}, _answering, "desktop_sessions")

    def session(self, session_id: str) -> DesktopSession | None:
        return self._read.one(rows.DESKTOP_SESSIONS, id=session_id)

    def open_session(self, connection_id: str) -> DesktopSession | None:
        found = self._read.matching(
            rows.DESKTOP_SESSIONS, _sessions.c.connection_id == connection_id, _sessions.c.ended_at.is_(None)
        )
        return found[0] if found else None

    def sessions(self, connection_id: str) -> tuple[DesktopSession, ...]:
        """Return them all, the latest last."""
        found = self._read.all(rows.DESKTOP_SESSIONS, connection_id=connection_id)
        return tuple(sorted(found, key=lambda one: one.opened_at))

    def job(self, job_id: str) -> Job | None:
        return self._read.one(rows.DESKTOP_JOBS, id=job_id)

    def job_by_key(self, connection_id: str, key: str) -> Job | None:
        return self._read.one(rows.DESKTOP_JOBS, connection_id=connection_id, key=key)

    def jobs(self, connection_id: str, states: Collection[JobState] = ()) -> Iterator[Job]:
        """Stream in order of id, without holding a transaction between pages."""
        conditions = [_jobs.c.connection_id == connection_id]
        if states:
            conditions.append(_jobs.c.state.in_(sorted(states)))
        yield from self._read.pages(rows.DESKTOP_JOBS, *conditions)

    def next_job(self, connection_id: str, at: datetime) -> Job | None:
        """Return the job to send next; changes of unknown fate first, then what comes in pages."""
        asked = {"of_connection_id": connection_id, "at": at}
        return self._read.first(_NEXT, asked, rows.DESKTOP_JOBS.read, "desktop_jobs")

    def due_jobs(self, connection_id: str, at: datetime, most: int) -> int:
        """Count the jobs that could be sent now, up to *most*."""
        return self._up_to(_DUE, most, of_connection_id=connection_id, at=at)

    def jobs_in(self, connection_id: str, states: Collection[JobState], most: int) -> int:
        """Count the jobs in one of these states, up to *most*."""
        return self._up_to(_COUNTED(frozenset(states)), most, of_connection_id=connection_id)

    def job_counts(self, connection_id: str) -> dict[JobState, int]:
        """Count the jobs of a connection by state."""
        with faults.told("counting jobs"), self._engine.connect() as connection:
            return {row[0]: row[1] for row in _COUNTS.rows(connection, {"of_connection_id": connection_id})}

    def pages(self, job: Job) -> Iterator[Page]:
        """Stream the pieces of its present attempt, in order."""
        table = schema.desktop.pages.c
        yield from self._read.pages(rows.DESKTOP_PAGES, table.job_id == job.id, table.attempt == job.attempt)

    def discard(self, before: datetime, connection_id: str | None) -> int:
        """Let go of answers and sessions that ended before then."""
        ended = [_jobs.c.ended_at < before, *_only(_jobs, connection_id)]
        over = [_sessions.c.ended_at < before, *_only(_sessions, connection_id)]
        pages = schema.desktop.pages

        def work(connection: Connection) -> int:
            with_pages = select(_jobs.c.id).where(*ended, exists().where(pages.c.job_id == _jobs.c.id))
            found = [row[0] for row in connection.execute(with_pages)]
            for start in range(0, len(found), PAGE):
                connection.execute(delete(pages).where(pages.c.job_id.in_(found[start : start + PAGE])))
            # What was asked holds the company's data too; its fingerprint is enough for its key.
            connection.execute(update(_jobs).where(*ended).values(xml=""))
            connection.execute(delete(_sessions).where(*over))
            return len(found)

        with faults.told("letting go of answers"):
            return self._writer.write(work)

    def checks(self, connection_id: str) -> tuple[KeptCheck, ...]:
        return self._read.all(rows.DESKTOP_CHECKS, connection_id=connection_id)

    def _up_to(self, statement: Ready, most: int, **asked: Any) -> int:
        return min(most, self._read.first(statement, {**asked, "most": most}, lambda row: int(row[0]), "jobs") or 0)


def _only(table: Table, connection_id: str | None) -> list[ColumnElement[bool]]:
    return [] if connection_id is None else [table.c.connection_id == connection_id]


def _answering(row: Sequence[Any]) -> Answering:
    session = row[_SESSION:]
    return Answering(
        link=rows.DESKTOP_LINKS.read(row[:_CONNECTION]),
        connection=rows.CONNECTIONS.read(row[_CONNECTION:_SESSION]),
        session=None if session[0] is None else rows.DESKTOP_SESSIONS.read(session),
    )
