"""``receiveResponseXML``: what QuickBooks answered, kept before it is acknowledged."""

from __future__ import annotations

from typing import Final

import attrs

from qbapps.desktop import codes, finishing, pages, preflight, qbxml
from qbapps.desktop.beat import Beat, load_session
from qbapps.domain.desktop import jobs, sessions
from qbapps.domain.desktop.jobs import MOST_TRIES, Job, JobState
from qbapps.domain.desktop.sessions import DesktopSession, Phase
from qbapps.domain.desktop.troubles import Category, Reaction, Trouble
from qbapps.language import words
from qbapps.lifecycle.saving import retry_stale
from qbapps.ports import Ports

FAILED: Final = -1
"""The connector asks why, shows it, and says goodbye."""

OUTCOME_UNKNOWN: Final = "outcome_unknown"
UNREADABLE: Final = "unreadable"

_BAD_ITERATOR: Final = 3391
_UNKNOWN_OLD_NAME: Final = 600
_NOT_SAME: Final = 9001
_NOTHING_KEPT: Final = 9002


def receive(ports: Ports, ticket: str, response: str, hresult: str, message: str, path: str) -> int:
    """
    Keep an answer, and return how much is done, in percent; negative when the session is to end.

    An answer that comes twice, or to what was not asked, changes nothing.
    """
    split: pages.Split | None = None

    def beat() -> int:
        nonlocal split
        told = load_session(ports, ticket, path)
        if told is None or told.session is None:
            return FAILED
        session = told.session
        told.change(seen_at=told.at)
        if session.phase not in (Phase.SENT, Phase.CHECKING):
            return sessions.percent(session.answered, told.left())
        if hresult.strip():
            done = _refused(told, session, hresult, message)
        elif session.phase is Phase.CHECKING:
            done = preflight.settle(told, session, response)
        else:
            # Taken apart once, however often somebody else saves first.
            split = split or pages.split(response)
            done = _taken(told, session, split)
        told.save()
        return done

    return retry_stale(beat)


def _taken(beat: Beat, session: DesktopSession, split: pages.Split) -> int:
    job = None if session.job_id is None else beat.ports.desktop.job(session.job_id)
    if job is None or job.state is not JobState.SENT:
        return sessions.percent(session.answered, beat.left())
    answer = next((one for one in split.responses if one.request_id == job.id), None)
    if answer is None and job.is_write and split.set_status:
        return _not_kept(beat, session, job, split.set_status)
    if answer is None:
        return _unreadable(beat, session, job, split.problem or "no answer to this request")
    trouble = codes.status(answer.status_code)
    note = answer.message or None
    if job.is_write:
        # Whatever it says is kept here from now on: QuickBooks may forget it at the next change.
        beat.change(acked=job.message_set)
    if trouble.is_success:
        _keep(beat, job, split, answer, trouble, note)
        beat.at_ease(OUTCOME_UNKNOWN, UNREADABLE)
    else:
        _not_done(beat, job, trouble, answer.status_code, note)
    beat.session = sessions.waits(session, Phase.READY, beat.at, job_id=None, answered=session.answered + 1)
    return finishing.advance(beat)


def _keep(beat: Beat, job: Job, split: pages.Split, answer: qbxml.Response, trouble: Trouble, note: str | None) -> None:
    code = str(answer.status_code) if trouble.category is Category.WARNING else None
    if job.page is not None and answer.iterator_id and answer.remaining:
        kept = jobs.paged(job, iterator=answer.iterator_id, remaining=answer.remaining, records=answer.records)
    else:
        kept = jobs.answered(job, beat.at, records=answer.records, code=code, note=note if code else None)
    beat.keep(pages.of(kept, split), kept)
    beat.put(job, kept)


def _not_done(beat: Beat, job: Job, trouble: Trouble, status: int, note: str | None) -> None:
    """QuickBooks answered that it did not do it: now, or ever."""
    code = str(status)
    if status == _BAD_ITERATOR and job.tries < MOST_TRIES:
        beat.put(job, jobs.postponed(jobs.restarted(job), beat.at, code=code, note=note))
    elif status == _NOT_SAME:
        # It has an answer to something else under this name: what became of this one has to be looked up.
        beat.put(job, jobs.failed(job, beat.at, code=code, note=note))
        beat.attend(OUTCOME_UNKNOWN, job.id)
    elif trouble.reaction is Reaction.TRY_AGAIN and not trouble.not_processed and job.is_write:
        _doubt(beat, job, code, note or "")
    elif trouble.reaction is Reaction.TRY_AGAIN and job.tries < MOST_TRIES:
        beat.put(job, jobs.postponed(jobs.not_carried_out(job), beat.at, code=code, note=note))
    else:
        beat.put(job, jobs.failed(job, beat.at, code=code, note=note))
        if trouble.needs_person:
            beat.attend(code, job.id)


def _refused(beat: Beat, session: DesktopSession, hresult: str, message: str) -> int:
    """QuickBooks gave no answer; what it says instead tells whether it may have carried the request out."""
    trouble = codes.hresult(hresult)
    job = None if session.job_id is None else beat.ports.desktop.job(session.job_id)
    if job is not None and job.state is JobState.SENT:
        if trouble.reaction is Reaction.GIVE_UP:
            beat.put(job, jobs.failed(job, beat.at, code=trouble.code, note=message or None))
        elif trouble.not_processed:
            again = jobs.not_carried_out(job)
            beat.put(job, jobs.postponed(again, beat.at, code=trouble.code, note=message or None))
        else:
            _doubt(beat, job, trouble.code, message)
    preflight.trouble(beat, trouble)
    return _fail(beat, session, trouble)


def _doubt(beat: Beat, job: Job, code: str, note: str) -> None:
    """Nobody knows what became of a job; tried again for a while, then somebody has to look."""
    lost = jobs.lost(job)
    if job.tries + 1 < MOST_TRIES:
        # A change goes first in the next session, whenever that is: only what failed often waits.
        soon = lost if job.is_write else jobs.postponed(lost, beat.at, code=code, note=note or None)
        beat.put(job, _counted(soon, job, code, note))
    elif job.is_write:
        beat.put(job, jobs.postponed(lost, beat.at, code=code, note=note or None))
        beat.attend(OUTCOME_UNKNOWN, job.id)
    else:
        beat.put(job, jobs.failed(job, beat.at, code=code, note=note or None))


def _counted(job: Job, before: Job, code: str, note: str) -> Job:
    return attrs.evolve(job, tries=before.tries + 1, code=code, note=note or None)


def _not_kept(beat: Beat, session: DesktopSession, job: Job, status: int) -> int:
    """QuickBooks did not answer the change, but says what it made of its name."""
    trouble, code = codes.status(status), str(status)
    if status == _UNKNOWN_OLD_NAME:
        beat.change(acked=None)
    if status in (_UNKNOWN_OLD_NAME, _NOTHING_KEPT):
        beat.put(job, jobs.postponed(jobs.not_carried_out(job), beat.at, code=code, note=None))
    elif status == _NOT_SAME or not trouble.not_processed:
        _doubt(beat, job, code, "")
        beat.attend(code, job.id)
    else:
        beat.put(job, jobs.failed(job, beat.at, code=code, note=None))
    return _fail(beat, session, trouble)


def _unreadable(beat: Beat, session: DesktopSession, job: Job, problem: str) -> int:
    _doubt(beat, job, UNREADABLE, problem)
    return _fail(beat, session, codes.ours(UNREADABLE))


def _fail(beat: Beat, session: DesktopSession, trouble: Trouble) -> int:
    _ = words(beat.link.lang)
    told = f"{_.text(trouble.what)} {_.text(trouble.do)}"
    beat.session = sessions.waits(session, Phase.READY, beat.at, job_id=None, told=told)
    return FAILED
