"""What is kept of QuickBooks Desktop connections; it is changed by ``Store.save`` like everything else."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Protocol

import attrs

from qbapps.domain.connection import Connection
from qbapps.domain.desktop.apps import DesktopApp
from qbapps.domain.desktop.jobs import Job, JobState, Page
from qbapps.domain.desktop.kept import KeptCheck
from qbapps.domain.desktop.link import DesktopLink
from qbapps.domain.desktop.sessions import DesktopSession


@attrs.frozen(kw_only=True)
class Answering:
    """What it takes to answer a connector's login, as of one instant."""

    link: DesktopLink
    connection: Connection
    session: DesktopSession | None


class DesktopTables(Protocol):
    """Reads give ``None`` for what is not there; all methods may raise ``StoreError``."""

    def app(self, app_id: str) -> DesktopApp | None: ...
    def apps(self) -> tuple[DesktopApp, ...]: ...
    def link(self, connection_id: str) -> DesktopLink | None: ...
    def links(self) -> Iterator[DesktopLink]:
        """Stream in order of connection."""

    def links_of(self, app_id: str) -> tuple[DesktopLink, ...]: ...
    def answering(self, *, connection_id: str | None = None, username: str | None = None) -> Answering | None:
        """Return what a login needs in one statement, with the session that is not over; by id or by user name."""

    def in_session(self, session_id: str) -> Answering | None:
        """Return what it takes to answer in this session in one statement; the session may be over."""

    def session(self, session_id: str) -> DesktopSession | None: ...
    def open_session(self, connection_id: str) -> DesktopSession | None: ...
    def sessions(self, connection_id: str) -> tuple[DesktopSession, ...]:
        """Return them all, the latest last."""

    def job(self, job_id: str) -> Job | None: ...
    def job_by_key(self, connection_id: str, key: str) -> Job | None: ...
    def jobs(self, connection_id: str, states: Collection[JobState] = ()) -> Iterator[Job]:
        """Stream the jobs of a connection, or those in one of these states, in order of id."""

    def next_job(self, connection_id: str, at: datetime) -> Job | None:
        """
        Return the job to send next; None when none is due.

        Changes whose fate is unknown come first, then what comes in pages, then the rest in order of id.
        """

    def due_jobs(self, connection_id: str, at: datetime, most: int) -> int:
        """Count the jobs that could be sent now, up to *most*: the effort does not grow with those that wait."""

    def jobs_in(self, connection_id: str, states: Collection[JobState], most: int) -> int:
        """Count the jobs in one of these states, up to *most*: the effort does not grow with all there ever were."""

    def job_counts(self, connection_id: str) -> dict[JobState, int]:
        """Count all jobs by state: one that reads them all, for people who look."""

    def pages(self, job: Job) -> Iterator[Page]:
        """Stream the pieces of its present attempt, in order."""

    def discard(self, before: datetime, connection_id: str | None) -> int:
        """
        Let go of the answers of jobs that ended before then, and of sessions; the jobs stay. Of one connection or all.

        Returns:
            Of how many jobs the answers went.
        """

    def checks(self, connection_id: str) -> tuple[KeptCheck, ...]: ...
