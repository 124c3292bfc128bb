"""What to ask QuickBooks next."""

from __future__ import annotations

from qbapps.desktop import preflight, qbxml
from qbapps.desktop.beat import Beat
from qbapps.domain.desktop import jobs, passwords, sessions
from qbapps.domain.desktop.jobs import Job, JobState
from qbapps.domain.desktop.sessions import DesktopSession, Phase
from qbapps.domain.desktop.states import DesktopState

_MUST_TALK = frozenset({DesktopState.AUTHORISING, DesktopState.VERIFYING})


def is_needed(beat: Beat) -> bool:
    """Tell whether there is something to ask."""
    if beat.link.state in _MUST_TALK:
        return True
    return beat.left() > 0


def check_request(beat: Beat, session: DesktopSession) -> str:
    """Return the request that asks who this QuickBooks is and which company it has open."""
    beat.session = sessions.waits(session, Phase.CHECKING, beat.at)
    return preflight.request(beat.ports, beat.link)


def next_request(beat: Beat, session: DesktopSession) -> str:
    """
    Return the next request, noted as sent before it is; an empty text when there is none.

    A change whose fate nobody knows is sent again exactly as it was: QuickBooks finds its name and returns the
    answer that it kept, or carries it out now.

    Source: Intuit, QuickBooks Web Connector Programmer's Guide (2009), p. 41, error recovery
    """
    job = beat.ports.desktop.next_job(beat.link.connection_id, beat.at)
    if job is None:
        return ""
    if job.state is JobState.PAGING and job.session_id != session.id:
        job = beat.put(job, jobs.restarted(job))
    text, sent = _written(beat, job, session)
    beat.put(job, sent)
    beat.session = sessions.waits(session, Phase.SENT, beat.at, job_id=job.id)
    return text


def same_request(beat: Beat, session: DesktopSession) -> str:
    """Return once more what was sent last: its connector asks again, so it never got it."""
    job = None if session.job_id is None else beat.ports.desktop.job(session.job_id)
    if job is None or job.state is not JobState.SENT:
        return ""
    if job.is_write:
        return job.sent or ""
    return _read(beat, job)


def _written(beat: Beat, job: Job, session: DesktopSession) -> tuple[str, Job]:
    if not job.is_write:
        return _read(beat, job), jobs.sending(job, session.id, beat.at)
    if job.sent is not None:
        return job.sent, jobs.sending(job, session.id, beat.at, message_set=job.message_set, sent=job.sent)
    name = passwords.message_set(beat.ports.randomness.new_state().digest())
    text = qbxml.envelope(
        job.xml,
        request_id=job.id,
        version=preflight.version(beat.ports, beat.link),
        new_message_set_id=name,
        old_message_set_id=beat.link.acked,
    )
    return text, jobs.sending(job, session.id, beat.at, message_set=name, sent=text)


def _read(beat: Beat, job: Job) -> str:
    iterator: qbxml.Iterator | None = None
    if job.page is not None:
        iterator = ("Start", None) if job.iterator is None else ("Continue", job.iterator)
    return qbxml.envelope(
        job.xml, request_id=job.id, version=preflight.version(beat.ports, beat.link), iterator=iterator
    )
