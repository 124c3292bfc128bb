"""Why a Desktop connection does not work, from what its connector and QuickBooks told."""

from __future__ import annotations

from collections.abc import Iterator

from qbapps.desktop import codes, registering, standing
from qbapps.desktop.beat import Beat, load
from qbapps.domain.desktop import link as links
from qbapps.domain.desktop.jobs import JobState
from qbapps.domain.desktop.states import DesktopState
from qbapps.domain.diagnosis import Cause, Diagnosis
from qbapps.domain.states import ConnectionState
from qbapps.language import Phrase, words
from qbapps.ports import Ports


def explain(ports: Ports, connection_id: str, lang: str | None) -> Diagnosis:
    """Return why a connection does not work, or that it does, in words; no network."""
    _, told = words(lang), load(ports, connection_id)
    app = registering.app(ports, told.link.app_id)
    silent = standing.is_silent(told.link, app, told.at)
    found = standing.attention(told.link, lang, silent=silent)
    step = standing.next_step(ports, told, lang) if found is None else found.do
    return Diagnosis(
        cause=_cause(told, silent=silent),
        evidence=tuple(_.say(one) for one in _evidence(told)),
        next_step=step,
    )


def _cause(told: Beat, *, silent: bool) -> Cause:
    match told.connection.state:
        case ConnectionState.DISCONNECTED:
            return Cause.DISCONNECTED
        case ConnectionState.PAUSED if links.is_paused(told.connection, told.link, told.at):
            return Cause.PAUSED
        case ConnectionState.NEEDS_RECONNECT:
            return Cause(told.connection.cause or Cause.SETUP_UNFINISHED)
        case ConnectionState.CONNECTED | ConnectionState.PAUSED:
            if told.link.attention is not None:
                return Cause.NEEDS_ATTENTION
            return Cause.CONNECTOR_SILENT if silent else Cause.WORKING


def _evidence(told: Beat) -> Iterator[Phrase]:
    link = told.link
    if link.attention is not None and link.attention_at is not None:
        trouble = codes.trouble(link.attention)
        yield Phrase("{code}: {what}", code=trouble.code, what=Phrase(trouble.what))
        yield Phrase("It was met at {at}.", at=_when(link.attention_at))
        if link.attention_note:
            yield Phrase("It is about: {what}.", what=link.attention_note)
    if link.seen_at is None:
        yield Phrase("Its Web Connector has never called.")
    else:
        yield Phrase("Its Web Connector called last at {at}.", at=_when(link.seen_at))
    if link.ok_at is not None:
        yield Phrase("The last update that ended well was at {at}.", at=_when(link.ok_at))
    until = links.paused_until(told.connection, link)
    if links.is_paused(told.connection, link, told.at):
        yield (
            Phrase("Paused until somebody resumes it.")
            if until is None
            else Phrase("Paused until {until}.", until=_when(until))
        )
    if link.window is not None:
        yield Phrase("It may work in these hours only: {window}.", window=link.window)
    yield from _jobs(told)
    lacking = links.unmapped(link)
    if link.state is DesktopState.MAPPING_REQUIRED and lacking:
        yield Phrase("Without a payroll item: {names}.", names=", ".join(lacking))


def _jobs(told: Beat) -> Iterator[Phrase]:
    counts = told.job_counts()
    waiting = sum(counts.get(state, 0) for state in (JobState.QUEUED, JobState.PAGING, JobState.SENT))
    if waiting:
        yield Phrase("Requests that wait for it: {n}.", n=waiting)
    if counts.get(JobState.UNKNOWN):
        yield Phrase("Changes of which nobody knows whether QuickBooks made them: {n}.", n=counts[JobState.UNKNOWN])
    if counts.get(JobState.FAILED):
        yield Phrase("Requests that failed: {n}.", n=counts[JobState.FAILED])


def _when(at: object) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
