"""``receiveResponseXML``: what QuickBooks answered, kept before it is acknowledged."""

from __future__ import annotations

from typing import Final

from qbapps.desktop import codes, finishing, pages, preflight, qbxml
from qbapps.desktop.beat import UNREADABLE, Beat, load_session
from qbapps.domain.desktop import jobs, sessions
from qbapps.domain.desktop.jobs import MOST_TRIES, Job, JobState
from qbapps.domain.desktop.sessions import DesktopSession, Ending, Phase
from qbapps.domain.desktop.states import OVER
from qbapps.domain.desktop.troubles import Category, Reaction, Trouble
from qbapps.lifecycle.saving import retry_stale
from qbapps.ports import Ports

FAILED: Final = -1
"""The connector asks why, shows it, and says goodbye."""

_BAD_ITERATOR: Final = 3391
_NOT_SAME: Final = 9001


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
        if told.link.state in OVER:
            if session.phase is Phase.SENT and not hresult.strip():
                # What QuickBooks has done is known, although nobody wants more of it.
                split = split or pages.split(response)
                _taken(told, session, split)
            told.end_session()
            done = FAILED
        elif session.phase not in (Phase.SENT, Phase.CHECKING):
            return sessions.percent(session.answered, told.left())
        elif hresult.strip() and not _is_zero(hresult):
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


def _is_zero(hresult: str) -> bool:
    """Tell whether a code says that all is well."""
    return hresult.strip().removeprefix("0x").strip("0") == ""


def _taken(beat: Beat, session: DesktopSession, split: pages.Split) -> int:
    job = None if session.job_id is None else beat.ports.desktop.job(session.job_id)
    if job is None or job.state is not JobState.SENT:
        return sessions.percent(session.answered, beat.left())
    asked = jobs.request_id(job)
    answer = next((one for one in split.responses if one.request_id == asked), None)
    if answer is None and split.set_status and not split.responses:
        return _not_kept(beat, session, job, split.set_status)
    if answer is None and _is_late(split):
        return sessions.percent(session.answered, beat.left() + 1)
    if answer is None:
        return _unreadable(beat, session, job, split.problem or "no answer to this request")
    trouble = codes.status(answer.status_code)
    note = answer.message or None
    if job.is_write:
        # Whatever it says is kept here from now on: QuickBooks may forget it at the next change.
        beat.change(acked=job.message_set)
    if trouble.is_success:
        _keep(beat, job, split, answer, trouble, note)
    else:
        _not_done(beat, job, trouble, answer.status_code, note)
    beat.session = sessions.waits(session, Phase.READY, beat.at, job_id=None, answered=session.answered + 1)
    return finishing.advance(beat)


def _is_late(split: pages.Split) -> bool:
    """Tell whether it answers another request of ours, a job's or the first one: it was sent twice on its way."""
    named = [one.request_id or "" for one in split.responses]
    return bool(named) and all(name.startswith("job_") or name in preflight.NAMES for name in named)


def _keep(beat: Beat, job: Job, split: pages.Split, answer: qbxml.Response, trouble: Trouble, note: str | None) -> None:
    code = str(answer.status_code) if trouble.category is Category.WARNING else None
    if job.page is not None and answer.iterator_id and answer.remaining:
        kept = jobs.paged(job, iterator=answer.iterator_id, remaining=answer.remaining, records=answer.records)
    else:
        kept = jobs.answered(job, beat.at, records=answer.records, code=code, note=note if code else None)
    beat.keep(pages.of(kept, split), kept)
    beat.put(job, kept)
    beat.ease(job)


def _not_done(beat: Beat, job: Job, trouble: Trouble, status: int, note: str | None) -> None:
    """QuickBooks answered that it did not do it: now, or ever."""
    code = str(status)
    if job.is_write and not trouble.not_processed:
        # It keeps this very answer under the name of the change: asked again, it would only repeat it.
        beat.set_aside(job, code, note)
    elif trouble.reaction is Reaction.TRY_AGAIN and job.tries < MOST_TRIES:
        again = jobs.restarted(job) if status == _BAD_ITERATOR else jobs.not_carried_out(job)
        beat.put(job, jobs.postponed(again, beat.at, code=code, note=note))
    else:
        beat.put(job, jobs.failed(job, beat.at, code=code, note=note))
        if trouble.needs_person:
            beat.attend(code, job.id)


def _not_kept(beat: Beat, session: DesktopSession, job: Job, status: int) -> int:
    """QuickBooks did not answer the change, but says what it made of its name."""
    trouble, code = codes.status(status), str(status)
    if trouble.reaction is Reaction.IGNORE and jobs.may_be_done(job):
        beat.change(acked=None)
        beat.doubt(job, code, None)
    elif trouble.reaction is Reaction.IGNORE:
        # It was asked to forget what it does not know, or knows nothing under this name: nothing was carried out.
        beat.change(acked=None)
        beat.put(job, jobs.postponed(jobs.not_taken(job), beat.at, code=code, note=None))
    elif status == _NOT_SAME or not trouble.not_processed:
        beat.set_aside(job, code, None)
    else:
        beat.put(job, jobs.failed(job, beat.at, code=code, note=None))
    return _fail(beat, session, trouble)


def _refused(beat: Beat, session: DesktopSession, hresult: str, message: str) -> int:
    """QuickBooks gave no answer; what it says instead tells whether it may have carried the request out."""
    trouble = codes.met(hresult)
    note = message or None
    job = None if session.job_id is None else beat.ports.desktop.job(session.job_id)
    if job is not None and job.state is JobState.SENT:
        if trouble.reaction is Reaction.GIVE_UP and jobs.may_be_done(job):
            beat.set_aside(job, trouble.code, note)
        elif trouble.reaction is Reaction.GIVE_UP:
            beat.put(job, jobs.failed(job, beat.at, code=trouble.code, note=note))
        elif trouble.not_processed:
            beat.put(job, jobs.waiting(jobs.not_taken(job), beat.at, code=trouble.code, note=note))
        else:
            beat.doubt(job, trouble.code, note)
    preflight.trouble(beat, trouble)
    if session.phase is Phase.CHECKING:
        beat.attend(trouble.code)
    return _fail(beat, session, trouble)


def _unreadable(beat: Beat, session: DesktopSession, job: Job, problem: str) -> int:
    beat.doubt(job, UNREADABLE, problem)
    return _fail(beat, session, codes.ours(UNREADABLE))


def _fail(beat: Beat, session: DesktopSession, trouble: Trouble) -> int:
    """End the session: nothing may be asked of a QuickBooks that has just failed, or was never known to be right."""
    beat.session = sessions.over(session, Ending.FAILED, beat.at, told=preflight.said(beat, trouble))
    return FAILED
