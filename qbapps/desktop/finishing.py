"""When a first sync is over, and what comes then."""

from __future__ import annotations

from typing import Final

from qbapps.desktop.beat import Beat
from qbapps.domain.desktop import jobs, sessions
from qbapps.domain.desktop import link as links
from qbapps.domain.desktop.apps import DesktopApp
from qbapps.domain.desktop.jobs import JobState
from qbapps.domain.desktop.link import Mode
from qbapps.domain.desktop.states import DesktopState, Move

ONE_TIME: Final = "one_time"
"""Why a connection that was wanted for one sync ends."""


def finish(beat: Beat) -> None:
    """
    Move on where all first requests were answered.

    A connection that was wanted once ends, when at least one of its requests was carried out; the others go on,
    into full use or to the people who have no payroll item yet.
    """
    if beat.link.state not in (DesktopState.FIRST_SYNC, DesktopState.MAPPING_REQUIRED, DesktopState.ACTIVE):
        return
    is_first = beat.link.state is DesktopState.FIRST_SYNC
    if not is_first and beat.link.mode is Mode.CONTINUOUS:
        return
    if beat.has_any(jobs.OPEN):
        return
    app = beat.ports.desktop.app(beat.link.app_id)
    if app is not None and app.deletes_first and is_first and not beat.has_any({JobState.DONE}):
        # What was confirmed is deleted for what the first sync brings: it has brought nothing yet.
        return
    if beat.link.mode is Mode.ONCE:
        if _has_served(beat):
            beat.move(Move.FINISH_ONCE, reason=ONE_TIME, synced_at=beat.link.synced_at or beat.at)
        return
    move = Move.LACK_MAPPING if app is not None and lacks_mapping(beat, app) else Move.FINISH
    beat.move(move, synced_at=beat.link.synced_at or beat.at)


def _has_served(beat: Beat) -> bool:
    """Tell whether a request was carried out since the connection was set up, or set up anew."""
    if beat.session is not None and beat.session.answered and beat.has_any({JobState.DONE}):
        return True
    since = beat.link.issued_at
    done = beat.ports.desktop.jobs(beat.link.connection_id, (JobState.DONE,))
    return any(since is None or (job.ended_at is not None and job.ended_at > since) for job in done)


def lacks_mapping(beat: Beat, app: DesktopApp) -> bool:
    """Tell whether somebody has no payroll item, or the app has not said yet whose hours it sends."""
    return app.needs_mapping and (not beat.link.users or bool(links.unmapped(beat.link)))


def advance(beat: Beat) -> int:
    """Return how much of the session is done, in percent, after an answer that may have been the last one."""
    assert beat.session is not None  # noqa: S101 - its callers have one
    left = beat.left()
    if left == 0:
        finish(beat)
        beat.change(ok_at=beat.at)
    return sessions.percent(beat.session.answered, left)
