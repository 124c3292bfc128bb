"""What to ask QuickBooks next."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from qbapps.desktop import preflight, qbxml
from qbapps.desktop.beat import Beat
from qbapps.domain.desktop import jobs, passwords, sessions
from qbapps.domain.desktop import link as links
from qbapps.domain.desktop.jobs import MOST_TRIES, Job, JobState
from qbapps.domain.desktop.sessions import DesktopSession, Phase
from qbapps.domain.desktop.states import DesktopState

CUT_OFF: Final = "cut_off"

CHECKED_EVERY: Final = timedelta(hours=1)
"""How often QuickBooks is opened only to see whether people have a payroll item by now. Our choice."""

_MUST_TALK = frozenset({DesktopState.AUTHORISING, DesktopState.VERIFYING})


def is_needed(beat: Beat) -> bool:
    """Tell whether there is something to ask."""
    return is_check_needed(beat) or beat.left() > 0


def is_check_needed(beat: Beat) -> bool:
    """Tell whether QuickBooks has to be asked more than which company is open."""
    if beat.link.state in _MUST_TALK:
        return True
    # Somebody may have given the people without a payroll item one, in QuickBooks.
    if beat.link.state is not DesktopState.MAPPING_REQUIRED or not links.unmapped(beat.link):
        return False
    return beat.link.ok_at is None or not beat.link.ok_at <= beat.at < beat.link.ok_at + CHECKED_EVERY


def check_request(beat: Beat, session: DesktopSession, spoken: str | None) -> str:
    """
    Return the request that asks who this QuickBooks is and which company it has open.

    Args:
        spoken: The newest version of qbXML that the connector says this QuickBooks takes.
    """
    beat.session = sessions.waits(session, Phase.CHECKING, beat.at)
    return preflight.request(beat.ports, beat.link, spoken)


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
        if job.attempt > MOST_TRIES:
            beat.attend(CUT_OFF, job.id)
    text, sent = _written(beat, job, session)
    beat.put(job, sent)
    beat.session = sessions.waits(session, Phase.SENT, beat.at, job_id=job.id)
    return text


def same_request(beat: Beat, session: DesktopSession) -> str:
    """
    Return once more what was sent last: its connector asks again, so it never got it.

    Whether QuickBooks got it, nobody knows. A change is sent unaltered; of what comes in pages, QuickBooks may have
    given one already, so it is begun anew.
    """
    job = None if session.job_id is None else beat.ports.desktop.job(session.job_id)
    if job is None or job.state is not JobState.SENT:
        return ""
    job = beat.put(job, jobs.asked_again(job) if job.is_write else jobs.restarted(job))
    text, sent = _written(beat, job, session)
    beat.put(job, sent)
    beat.session = sessions.waits(session, Phase.SENT, beat.at, job_id=job.id)
    return text


def _written(beat: Beat, job: Job, session: DesktopSession) -> tuple[str, Job]:
    if not job.is_write:
        return _read(beat, job), jobs.sending(job, session.id, beat.at)
    if job.sent is not None:
        return job.sent, jobs.sending(job, session.id, beat.at, message_set=job.message_set, sent=job.sent)
    name = passwords.message_set(beat.ports.randomness.new_state().digest())
    text = qbxml.envelope(
        job.xml,
        request_id=jobs.request_id(job),
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
        job.xml, request_id=jobs.request_id(job), version=preflight.version(beat.ports, beat.link), iterator=iterator
    )
