"""One beat of a Desktop connection: what was loaded, what becomes of it, and one save."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

import attrs

from qbapps.domain.connection import Connection
from qbapps.domain.desktop import jobs, sessions
from qbapps.domain.desktop import link as links
from qbapps.domain.desktop.jobs import WAITING, Job, JobState, Page
from qbapps.domain.desktop.kept import KeptCheck
from qbapps.domain.desktop.link import DesktopLink
from qbapps.domain.desktop.sessions import DesktopSession, Ending
from qbapps.domain.desktop.states import OVER, WORKING, DesktopState, Move, seen_as
from qbapps.domain.events import Detail, Event, EventKind
from qbapps.domain.states import ConnectionState
from qbapps.errors import NotFoundError
from qbapps.lifecycle.saving import save
from qbapps.ports import Answering, Change, Ports
from qbapps.values import Secret

OUTCOME_UNKNOWN: Final = "outcome_unknown"
UNREADABLE: Final = "unreadable"

MANY: Final = 100
"""Requests that wait are counted up to here: enough for a percentage, however long the queue. Our choice."""

_CONNECTION: Final = re.compile(r"con_[0-9a-z]{1,60}")

R = TypeVar("R", Connection, DesktopLink, DesktopSession, Job)


class Beat:
    """
    What is to be saved together; records may change several times, and are saved once, as one version more.

    Attributes:
        at: When it happens; one instant for all of it.
    """

    def __init__(self, ports: Ports, found: Answering) -> None:
        self.ports = ports
        self.at: datetime = ports.clock.now()
        self.link = self._link = found.link
        self.connection = self._connection = found.connection
        self.session = self._session = found.session
        self.events: list[Event] = []
        self._jobs: dict[str, tuple[Job, Job]] = {}
        self._ended: list[tuple[DesktopSession, DesktopSession]] = []
        self._others: list[Any] = []
        self._pages: list[Page] = []
        self._fresh: Job | None = None
        self._checks: dict[str, KeptCheck] = {}
        self._known: dict[str, KeptCheck] | None = None

    @classmethod
    def of(cls, ports: Ports, link: DesktopLink, connection: Connection) -> Beat:
        """Return the beat of a connection without a session."""
        return cls(ports, Answering(link=link, connection=connection, session=None))

    def change(self, **changes: Any) -> None:
        """Change the link."""
        self.link = attrs.evolve(self.link, **changes)

    def move(self, move: Move, *, by: str | None = None, reason: str | None = None, **changes: Any) -> None:
        """
        Move the link, and the connection with it; what it means for lists is told as for other connections.

        Raises:
            TransitionError: Its state does not allow it.
        """
        before = self.link.state
        self.link = links.moved(self.link, move, **changes)
        after = self.link.state
        if after is before:
            return
        self.tell(EventKind.DESKTOP_MOVED, by=by, **{"from": before, "to": after, "move": move})
        was = self.connection
        self.connection = links.followed(was, before, after, self.at)
        self._told_of_all_kinds(was, after, by, reason)

    def attend(self, code: str, note: str | None = None) -> None:
        """Have somebody look at it; told once, for as long as it is the same. Of two, the later one is shown."""
        if self.link.attention != code:
            self.change(attention=code, attention_at=self.at, attention_note=note)
            self.tell(EventKind.DESKTOP_ATTENTION, code=code)
        elif code != OUTCOME_UNKNOWN:
            self.change(attention_note=note)

    def at_ease(self, *codes: str) -> None:
        """Take back what somebody should look at: any, or only one of *codes*; a change of unknown fate is left."""
        if self.link.attention is None or (codes and self.link.attention not in codes):
            return
        self.change(attention=None, attention_at=None, attention_note=None)
        waiting = None if self.link.state in OVER else self._for_a_person()
        if waiting is not None:
            self.change(attention=OUTCOME_UNKNOWN, attention_at=self.at, attention_note=waiting.id)

    def ease(self, job: Job) -> None:
        """Take back what somebody should look at because of *job*, or of one like it: it was carried out."""
        code, note = self.link.attention, self.link.attention_note
        if code == UNREADABLE or note == job.id:
            self.at_ease()
        elif code is not None and code.isdigit() and note is not None:
            other = self.ports.desktop.job(note)
            if other is not None and other.name == job.name:
                self.at_ease()

    def doubt(self, job: Job, code: str | None = None, note: str | None = None) -> None:
        """Note that nobody knows what became of *job*; after several tries, somebody has to look at a change."""
        self._look_at(self.put(job, jobs.doubted(job, self.at, code=code, note=note)))

    def set_aside(self, job: Job, code: str, note: str | None) -> None:
        """Leave it to a person what became of *job*, a change: sending it again would tell nothing, or make two."""
        self._look_at(self.put(job, jobs.set_aside(job, self.at, code=code, note=note)))

    def tell(self, kind: EventKind, *, by: str | None = None, **details: Detail) -> None:
        """Add an event."""
        self.events.append(Event(stream=self.link.connection_id, kind=kind, at=self.at, by=by, details=details))

    def put(self, before: Job, after: Job) -> Job:
        """Change a job; told when it failed, or nobody knows whether it was carried out."""
        original = self._jobs[before.id][0] if before.id in self._jobs else before
        self._jobs[before.id] = (original, after)
        if after.state is not before.state and after.state in (JobState.FAILED, JobState.UNKNOWN):
            is_failed = after.state is JobState.FAILED
            kind = EventKind.DESKTOP_JOB_FAILED if is_failed else EventKind.DESKTOP_JOB_UNKNOWN
            self.tell(kind, job=after.id, what=after.name, code=after.code)
        return after

    def add(self, *records: Any) -> None:
        """Save records of other rooms with it: their next versions, or new ones."""
        self._others.extend(records)

    def keep(self, pages: Sequence[Page], job: Job) -> None:
        """Keep pages of an answer; those of former attempts of *job* go."""
        self._pages.extend(pages)
        self._fresh = job if job.attempt > 1 else None

    def check(self, found: KeptCheck) -> None:
        """Keep what was found of an item of the checklist."""
        self._checks[found.item] = found

    def checks(self) -> tuple[KeptCheck, ...]:
        """Return what is known of the checklist, as this beat will leave it."""
        if self._known is None:
            self._known = {one.item: one for one in self.ports.desktop.checks(self.link.connection_id)}
        return tuple({**self._known, **self._checks}.values())

    def lose_outstanding(self, session: DesktopSession, *, is_ours: bool = False) -> None:
        """
        Note that the answer to what *session* asked will not come.

        Args:
            is_ours: It was ended here; else the request counts as one that failed, for it may be what broke it.
        """
        job = None if session.job_id is None else self.ports.desktop.job(session.job_id)
        if job is None or job.state is not JobState.SENT:
            return
        if is_ours:
            self.put(job, jobs.lost(job))
        else:
            self.doubt(job)

    def end_session(self, ending: Ending = Ending.STOPPED) -> None:
        """End the session under way: what its connector brings later is not taken."""
        if self.session is None:
            return
        self.lose_outstanding(self.session, is_ours=ending is Ending.STOPPED)
        self.session = sessions.over(self.session, ending, self.at)

    def open_session(self, opened: DesktopSession) -> None:
        """Open a session, after the one that was under way, if any, has ended."""
        if self.session is not None and self._session is not None:
            self._ended.append((self._session, self.session))
        self._session, self.session = None, opened

    def job_counts(self) -> dict[JobState, int]:
        """Count the connection's jobs by state, as this beat will leave them."""
        counts = dict(self.ports.desktop.job_counts(self.link.connection_id))
        for before, after in self._jobs.values():
            counts[before.state] = counts.get(before.state, 0) - 1
            counts[after.state] = counts.get(after.state, 0) + 1
        return counts

    def has_any(self, states: Collection[JobState]) -> bool:
        """Tell whether the connection has a job in one of *states*, as this beat will leave them."""
        if any(after.state in states for _, after in self._jobs.values()):
            return True
        left = sum(before.state in states for before, _ in self._jobs.values())
        return self.ports.desktop.jobs_in(self.link.connection_id, states, left + 1) > left

    def left(self) -> int:
        """Count the requests that could be sent now, as this beat will leave them, up to :data:`MANY`."""
        if self.link.state not in WORKING:
            return 0
        # Each that changes here may be one less.
        due = self.ports.desktop.due_jobs(self.link.connection_id, self.at, MANY + len(self._jobs))
        changed = sum(self._is_due(after) - self._is_due(before) for before, after in self._jobs.values())
        return min(MANY, due + changed)

    def _look_at(self, job: Job) -> None:
        if jobs.is_for_a_person(job):
            self.attend(OUTCOME_UNKNOWN, job.id)

    def _for_a_person(self) -> Job | None:
        """Return a change whose fate a person has to find out, as this beat will leave them."""
        unknown = self.ports.desktop.jobs(self.link.connection_id, (JobState.UNKNOWN,))
        kept = (one for one in unknown if one.id not in self._jobs)
        changed = (after for _, after in self._jobs.values())
        return next((one for one in (*changed, *kept) if jobs.is_for_a_person(one)), None)

    def _is_due(self, job: Job) -> bool:
        return job.state in WAITING and (job.not_before is None or job.not_before <= self.at)

    @property
    def has_changed(self) -> bool:
        """Whether there is anything to save."""
        return bool(self._records() or self.events or self._checks)

    def save(self) -> None:
        """
        Save all of it, if there is anything.

        Raises:
            StaleVersion: Somebody else saved in between.
        """
        records = (*self._records(), *self._others)
        if not records and not self.events and not self._checks:
            return
        save(
            self.ports,
            Change(
                records=records,
                pages=tuple(self._pages),
                fresh_pages_of=self._fresh,
                desktop_checks=tuple(self._checks.values()),
                events=tuple(self.events),
                # What is asked of QuickBooks was decided by whether the connection is paused, or has ended.
                unchanged=None if _differs(self._connection, self.connection) else self._connection,
            ),
        )

    def _records(self) -> list[Any]:
        pairs: list[tuple[Any, Any]] = [
            (self._connection, self.connection),
            (self._link, self.link),
            *self._ended,
            *self._jobs.values(),
        ]
        changed = [_next(before, after) for before, after in pairs if _differs(before, after)]
        if self.session is None:
            return changed
        if self._session is None:
            return [*changed, attrs.evolve(self.session, version=1)]
        return [*changed, _next(self._session, self.session)] if _differs(self._session, self.session) else changed

    def _told_of_all_kinds(self, was: Connection, after: DesktopState, by: str | None, reason: str | None) -> None:
        now = self.connection
        if after in OVER:
            if was.state is not ConnectionState.DISCONNECTED:
                self.tell(EventKind.DISCONNECTED, by=by, reason=reason, was=was.state, cause=was.cause)
        elif seen_as(after) is ConnectionState.NEEDS_RECONNECT:
            if was.state in (ConnectionState.CONNECTED, ConnectionState.PAUSED):
                self.tell(EventKind.NEEDS_RECONNECT, cause=now.cause)
        elif now.grant != was.grant:
            kind = EventKind.CONNECTED if now.grant == 1 else EventKind.RECONNECTED
            self.tell(kind, app=now.app_id, grant=now.grant, company=now.company_name)


def load(ports: Ports, connection_id: str) -> Beat:
    """
    Load a Desktop connection with its open session.

    Raises:
        NotFoundError: There is none of that id, or it is no Desktop connection.
    """
    found = ports.desktop.answering(connection_id=connection_id)
    if found is None:
        raise NotFoundError(
            f"There is no Desktop connection {connection_id!r}.",
            hint="Look for its id in connections(); a Desktop connection is made by desktop.connect.",
            connection_id=connection_id,
        )
    return Beat(ports, found)


def load_session(ports: Ports, ticket: str, path: str) -> Beat | None:
    """Load the session of a ticket; None when it is over, unknown, or another connection's than *path* names."""
    return under_way(ports, in_session(ports, ticket), path)


def in_session(ports: Ports, ticket: str) -> Answering | None:
    """Return what is known of the session of a ticket, which may be over."""
    return ports.desktop.in_session(session_id(ticket))


def under_way(ports: Ports, found: Answering | None, path: str) -> Beat | None:
    """Return the beat of a session that was found, on the terms of :func:`load_session`."""
    if found is None or found.session is None or found.session.is_over:
        return None
    if connection_named(path) not in (None, found.session.connection_id):
        return None
    return Beat(ports, found)


def session_id(ticket: str) -> str:
    """Return what a session is kept under: not the ticket, which whoever reads the database could use."""
    return Secret(ticket).digest()


def connection_named(path: str) -> str | None:
    """Return the connection that an address names, if it names one."""
    last = path.rstrip("/").rpartition("/")[2]
    return last if _CONNECTION.fullmatch(last) else None


def _differs(before: Any, after: Any) -> bool:
    return before is not None and attrs.evolve(after, version=before.version) != before


def _next(before: Any, after: Any) -> Any:
    return attrs.evolve(after, version=before.version + 1)
