"""Jobs: queueing requests, looking at them, reading what came of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from qbapps.desktop import pages, qbxml
from qbapps.desktop.beat import Beat, load
from qbapps.domain.desktop import jobs
from qbapps.domain.desktop.jobs import Job, JobState
from qbapps.domain.desktop.link import Mode
from qbapps.domain.desktop.states import OVER
from qbapps.domain.events import EventKind
from qbapps.domain.record import revise
from qbapps.errors import ConfigurationError, NotFoundError, TransitionError
from qbapps.lifecycle.lists import choose
from qbapps.lifecycle.people import check_name
from qbapps.lifecycle.saving import retry_stale, save
from qbapps.ports import Change, Ports
from qbapps.values import as_utc

LONGEST_KEY: Final = 255


def enqueue(ports: Ports, connection_id: str, request: qbxml.Request, key: str | None) -> Job:
    """
    Queue a request; it is sent when the connector comes next and the connection may work.

    Raises:
        ConfigurationError: *key* stands for another request already.
        TransitionError: The connection has ended.
    """
    if not isinstance(request, qbxml.Request):
        raise ConfigurationError(
            f"{request!r} is no request.", hint="Build one with qbapps.desktop.qbxml: query, add, mod, delete or raw."
        )
    if key is not None:
        check_name("key", key)
        if len(key) > LONGEST_KEY:
            raise ConfigurationError(
                f"key has {len(key)} characters.", hint=f"Use one of at most {LONGEST_KEY}, such as a digest."
            )

    def beat() -> Job:
        if key is not None and (known := ports.desktop.job_by_key(connection_id, key)) is not None:
            return _same(known, request)
        told = load(ports, connection_id)
        if told.link.state in OVER:
            raise TransitionError(
                f"{connection_id} is {told.link.state}: nothing is sent any more.",
                hint="Give it a new password with desktop.reissue and set its connector up again, or make another.",
                state=told.link.state,
                action="enqueue",
                connection_id=connection_id,
            )
        job = Job(
            id=ports.randomness.new_id("job_"),
            connection_id=connection_id,
            name=request.name,
            xml=request.xml,
            is_write=request.is_write,
            page=request.page,
            key=key,
            fingerprint=request.fingerprint,
            created_at=told.at,
        )
        if told.link.mode is Mode.ONCE:
            # It ends by itself when nothing is left to ask: of that and of this, one finds that it came second.
            save(ports, Change(records=(job, revise(told.link))))
        else:
            save(ports, Change(records=(job,), unchanged=told.connection))
        return job

    return retry_stale(beat)


def _may_be_settled(found: Job, told: Beat) -> bool:
    """Tell whether nobody will find out by itself what became of a change."""
    is_lost = told.session is None or told.session.is_lost(told.at)
    if found.state is JobState.SENT and found.is_write and is_lost:
        return True
    return found.state is JobState.UNKNOWN and (jobs.is_for_a_person(found) or told.link.state in OVER)


def _same(known: Job, request: qbxml.Request) -> Job:
    if known.fingerprint != request.fingerprint:
        raise ConfigurationError(
            f"The key {known.key!r} stands for another request, {known.id}.",
            hint="Use the same key for the same request only; a corrected one needs a key of its own.",
            connection_id=known.connection_id,
        )
    return known


def job(ports: Ports, job_id: str) -> Job:
    """Return a job as it stands."""
    found = ports.desktop.job(job_id)
    if found is None:
        raise NotFoundError(f"There is no job {job_id!r}.", hint="Look for its id in desktop.jobs().")
    return found


def listed(ports: Ports, connection_id: str, state: str | None) -> Iterator[Job]:
    """Stream the jobs of a connection, or those in one state, in the order in which they were queued."""
    load(ports, connection_id)
    wanted = choose(JobState, state, "state")
    return ports.desktop.jobs(connection_id, () if wanted is None else (wanted,))


def results(ports: Ports, job_id: str) -> Iterator[qbxml.Record]:
    """
    Stream the records that came of a job, as far as they have come.

    Raises:
        TransitionError: It failed, or was cancelled: there are none.
        NotFoundError: They were discarded.
    """
    found = job(ports, job_id)
    if found.state in (JobState.FAILED, JobState.CANCELLED):
        raise TransitionError(
            f"{job_id} has {found.state}: {found.code or ''} {found.note or ''}".rstrip(" :") + ".",
            hint="Look at its code with desktop.explain_code, correct the request and queue it again.",
            state=found.state,
            action="results",
            connection_id=found.connection_id,
        )
    if found.pages and next(ports.desktop.pages(found), None) is None:
        raise NotFoundError(
            f"The answer to {job_id} was discarded.",
            hint="Queue the request again, without its key or with a new one.",
            connection_id=found.connection_id,
        )
    return pages.records(ports, found)


def discard(ports: Ports, before: datetime, connection_id: str | None) -> int:
    """
    Let go of the answers of jobs that ended before then; the jobs themselves stay.

    Raises:
        ConfigurationError: *before* has no time zone.
    """
    if connection_id is not None:
        load(ports, connection_id)
    try:
        instant = as_utc(before)
    except (ValueError, OverflowError):
        raise ConfigurationError("before has no time zone.", hint="Pass an aware datetime.") from None
    return ports.desktop.discard(instant, connection_id)


def cancel(ports: Ports, job_id: str, *, by: str | None) -> Job:
    """
    Cancel a job that was not sent.

    Raises:
        TransitionError: It was: QuickBooks may have carried it out.
    """

    def beat() -> Job:
        found = job(ports, job_id)
        if found.state is JobState.CANCELLED:
            return found
        if found.state is not JobState.QUEUED or (found.is_write and found.sent is not None):
            raise TransitionError(
                f"{job_id} is {found.state}: it was sent already.",
                hint="Wait for its answer; what nobody knows can be settled by hand.",
                state=found.state,
                action="cancel",
                connection_id=found.connection_id,
            )
        ended = revise(found, state=JobState.CANCELLED, ended_at=ports.clock.now(), note=by)
        save(ports, Change(records=(ended,)))
        return ended

    return retry_stale(beat)


def settle(ports: Ports, job_id: str, *, carried_out: bool, by: str, note: str | None) -> Job:
    """
    Take somebody's word for whether QuickBooks carried a change out, where nobody could learn it.

    Raises:
        TransitionError: Its fate is known, or it is still being found out.
    """
    check_name("by", by)

    def beat() -> Job:
        found = job(ports, job_id)
        told = load(ports, found.connection_id)
        if not _may_be_settled(found, told):
            raise TransitionError(
                f"{job_id} is {found.state}: there is nothing to settle.",
                hint="Look at desktop.job; what is unknown is sent again first when the connector calls, to learn it.",
                state=found.state,
                action="settle",
                connection_id=found.connection_id,
            )
        ended = jobs.settled(found, told.at, carried_out=carried_out, note=note or by)
        told.put(found, ended)
        told.tell(EventKind.DESKTOP_JOB_SETTLED, by=by, job=job_id, carried_out=carried_out, note=note)
        if told.link.attention_note == job_id:
            told.at_ease()
        told.save()
        return ended

    return retry_stale(beat)
