"""Jobs: requests for QuickBooks that wait for its connector, and what became of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import attrs

from qbapps.domain import checks
from qbapps.domain.record import revise

MOST_TRIES: Final = 5
"""Sessions a job may fail in, for reasons that may pass, before a person has to look at it. Our choice."""

FIRST_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(hours=1)

NOT_BY_ITSELF: Final = timedelta(days=36_525)
"""When a change is sent again that waits for a person: it is not."""

LONGEST_NOTE: Final = 1_000
"""Characters that are kept of what QuickBooks said. Our choice."""


class JobState(StrEnum):
    """
    Where a job stands.

    ``paging``: a long answer comes in pages. ``unknown``: a change was sent, and nobody knows whether QuickBooks
    carried it out; it is sent again, byte for byte, before anything new.
    """

    QUEUED = "queued"
    SENT = "sent"
    PAGING = "paging"
    UNKNOWN = "unknown"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED: Final = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})
WAITING: Final = frozenset({JobState.QUEUED, JobState.PAGING, JobState.UNKNOWN})
OPEN: Final = WAITING | {JobState.SENT}


@attrs.frozen(kw_only=True)
class Job:
    """
    One request for QuickBooks.

    Attributes:
        name: Of the request, such as ``CustomerQuery``.
        xml: The request in qbXML, without what a session adds.
        is_write: Whether it changes the company file.
        page: Records a page at most; None for all at once.
        key: The caller's own: the same key twice makes one job.
        fingerprint: Tells requests apart.
        message_set: Under which QuickBooks keeps the answer to a change, 23 characters at most.
        sent: Exactly what was sent; kept for changes, which are sent again unaltered.
        session_id: The session that it was sent in last.
        iterator: Of the answer that comes in pages; worth nothing in another session.
        attempt: Counts how often it was begun anew; pages of former attempts are not given. Of a change, more than 1
            says that an earlier try may have been carried out.
        pages: Of the present attempt.
        records: Of the present attempt.
        remaining: Records that QuickBooks says are still to come.
        tries: Sessions that it failed in.
        not_before: When it may be tried again.
        code: QuickBooks' statusCode or HRESULT, when it said one.
        note: What QuickBooks said.
    """

    id: str
    connection_id: str
    name: str
    xml: str = attrs.field(repr=False)
    is_write: bool
    page: int | None = None
    key: str | None = None
    fingerprint: str
    state: JobState = JobState.QUEUED
    message_set: str | None = None
    sent: str | None = attrs.field(default=None, repr=False)
    session_id: str | None = None
    iterator: str | None = None
    attempt: int = 1
    pages: int = 0
    records: int = 0
    remaining: int | None = None
    tries: int = 0
    not_before: datetime | None = attrs.field(default=None, validator=checks.aware)
    code: str | None = None
    note: str | None = None
    created_at: datetime = attrs.field(validator=checks.aware)
    sent_at: datetime | None = attrs.field(default=None, validator=checks.aware)
    ended_at: datetime | None = attrs.field(default=None, validator=checks.aware)
    version: int = 1

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in ENDED


@attrs.frozen(kw_only=True)
class Page:
    """
    A piece of an answer as it is kept.

    Attributes:
        attempt: Of the job.
        number: Counts the pages of an attempt, from 1.
        piece: Counts the pieces of a page, from 1.
        data: A text, compressed with zlib.
    """

    job_id: str
    attempt: int
    number: int
    piece: int
    data: bytes = attrs.field(repr=False)


def request_id(job: Job) -> str:
    """
    Return what marks the request of *job* that is sent next, or was sent last, so that its answer can be told.

    A change is sent unaltered however often; of what comes in pages each request is another one.
    """
    return job.id if job.is_write else f"{job.id}-{job.attempt}-{job.pages + 1}"


def sending(job: Job, session_id: str, at: datetime, *, message_set: str | None = None, sent: str | None = None) -> Job:
    """Return *job* on its way; a change keeps exactly what is sent."""
    return revise(job, state=JobState.SENT, session_id=session_id, sent_at=at, message_set=message_set, sent=sent)


def answered(job: Job, at: datetime, *, records: int, code: str | None = None, note: str | None = None) -> Job:
    """Return *job* done; *code* and *note* are a warning's."""
    return revise(
        job,
        state=JobState.DONE,
        ended_at=at,
        pages=job.pages + 1,
        records=job.records + records,
        remaining=None,
        iterator=None,
        sent=None,
        code=code,
        note=_short(note),
        not_before=None,
    )


def paged(job: Job, *, iterator: str, remaining: int, records: int) -> Job:
    """Return *job* with one more page, and more to come."""
    return revise(
        job,
        state=JobState.PAGING,
        iterator=iterator,
        remaining=remaining,
        pages=job.pages + 1,
        records=job.records + records,
    )


def failed(job: Job, at: datetime, *, code: str | None, note: str | None) -> Job:
    """Return *job* ended without having been carried out."""
    return revise(
        job, state=JobState.FAILED, ended_at=at, code=code, note=_short(note), sent=None, iterator=None, not_before=None
    )


def restarted(job: Job) -> Job:
    """Return *job* at its beginning: an iterator does not outlive its session, and pages must not be mixed."""
    return revise(
        job,
        state=JobState.QUEUED,
        iterator=None,
        attempt=job.attempt + 1 if job.pages else job.attempt,
        pages=0,
        records=0,
        remaining=None,
    )


def asked_again(job: Job) -> Job:
    """Return a change that is sent a second time within a session: whether the first came through, nobody knows."""
    return revise(job, attempt=job.attempt + 1)


def lost(job: Job) -> Job:
    """Return *job* after its answer never came: of a change nobody knows whether it was carried out."""
    if not job.is_write:
        return restarted(job)
    return revise(job, state=JobState.UNKNOWN, attempt=job.attempt + 1)


def doubted(job: Job, at: datetime, *, code: str | None = None, note: str | None = None) -> Job:
    """
    Return *job* after a session that failed with it, so that nobody knows what became of it.

    A change goes first in the next session, to learn its fate; after several tries it waits longer and longer, and
    a person has to look. A question waits from the first, so that it keeps nothing else from being sent, and fails
    after as many.
    """
    code, note = code or job.code, note or job.note
    is_spent = job.tries + 1 >= MOST_TRIES
    if is_spent and not job.is_write:
        return failed(job, at, code=code, note=note)
    if is_spent or not job.is_write:
        return postponed(lost(job), at, code=code, note=note)
    return attrs.evolve(lost(job), tries=job.tries + 1, code=code, note=_short(note))


def set_aside(job: Job, at: datetime, *, code: str | None, note: str | None) -> Job:
    """Return a change whose fate sending it again cannot tell: a person has to look."""
    return attrs.evolve(
        lost(job), tries=max(job.tries, MOST_TRIES), not_before=at + NOT_BY_ITSELF, code=code, note=_short(note)
    )


def is_for_a_person(job: Job) -> bool:
    """Tell whether a person has to find out what became of a change."""
    return job.state is JobState.UNKNOWN and job.tries >= MOST_TRIES


def waiting(job: Job, at: datetime, *, code: str | None, note: str | None) -> Job:
    """Return *job* after a session that failed for another reason: QuickBooks did not even look at it."""
    return attrs.evolve(job, not_before=at + FIRST_PAUSE, code=code, note=_short(note))


def postponed(job: Job, at: datetime, *, code: str | None, note: str | None) -> Job:
    """Return *job*, waiting longer after each session that it failed in."""
    pause = min(FIRST_PAUSE * 2 ** min(job.tries, 10), LONGEST_PAUSE)
    return attrs.evolve(job, tries=job.tries + 1, not_before=at + pause, code=code, note=_short(note))


def not_carried_out(job: Job) -> Job:
    """Return *job* to be sent as something new: QuickBooks answered that it did not carry it out."""
    again = restarted(job)
    return attrs.evolve(again, attempt=1, message_set=None, sent=None) if job.is_write else again


def not_taken(job: Job) -> Job:
    """
    Return *job* to be sent again: QuickBooks did not take it this time.

    That says nothing of an earlier try of a change, which may have been carried out: it stays what it is.
    """
    if may_be_done(job):
        return revise(job, state=JobState.UNKNOWN)
    return not_carried_out(job)


def may_be_done(job: Job) -> bool:
    """Tell whether *job* is a change that was sent before, and may have been carried out then."""
    return job.is_write and job.attempt > 1


def settled(job: Job, at: datetime, *, carried_out: bool, note: str) -> Job:
    """Return a change whose fate nobody could learn, as a person who looked says."""
    state = JobState.DONE if carried_out else JobState.FAILED
    return revise(job, state=state, ended_at=at, note=_short(note), sent=None, not_before=None)


def _short(note: str | None) -> str | None:
    return None if note is None else note[:LONGEST_NOTE]
