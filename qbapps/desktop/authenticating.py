"""
``authenticate``: who calls, and whether there is something to do now.

Everything that asks QuickBooks to wait is answered here, before it is opened: so nobody is held by a pause.

Source: Intuit, QuickBooks Web Connector Programmer's Guide (2009), "authenticate", for the answers and their order
"""

from __future__ import annotations

import hmac
import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from qbapps.desktop import asking, finishing, removing, resting
from qbapps.desktop.beat import Beat, connection_named, session_id
from qbapps.desktop.passwords import Verifier
from qbapps.domain.desktop import sessions
from qbapps.domain.desktop.sessions import DesktopSession, Ending
from qbapps.domain.desktop.states import OVER, DesktopState, Move, may
from qbapps.domain.events import EventKind
from qbapps.lifecycle.saving import retry_stale
from qbapps.ports import Answering, Ports

BAD_LOGIN: Final = "nvu"
NO_WORK: Final = "none"
BUSY: Final = "busy"

FREE_TRIES: Final = 5
"""Wrong passwords before logins are not looked at for a while. Our choice."""

FIRST_LOCK: Final = timedelta(minutes=1)
LONGEST_LOCK: Final = timedelta(minutes=15)

ASK_AGAIN: Final = timedelta(minutes=5)
"""When a connector looks again while a person has to do something on our side first. Our choice."""

LONG: Final = timedelta(days=1)
"""How long the connector of a connection that has ended is sent away. Our choice."""

NOTED_EVERY: Final = timedelta(seconds=30)
"""A login that finds nothing to do is noted no more often than this."""

STILL_CALLS: Final = "still_calls"
LOCKED_OUT: Final = "locked_out"
WRONG_PASSWORD: Final = "QBWC1040"  # noqa: S105 - the connector's own code


def authenticate(ports: Ports, verifier: Verifier, username: str, password: str, path: str) -> Sequence[str]:
    """
    Answer a login; saves what it learns before it answers.

    Even who is refused gets a ticket, because the connector says goodbye with it.

    Returns:
        Ticket, answer and, where the connector shall stay away for a while, for how many seconds.
    """
    ticket = ports.randomness.new_state().digest()
    typed = password.strip()
    found = _known(ports, username, path)
    if found is None:
        return (ticket, BAD_LOGIN) if verifier.refuse(typed) else _later(ticket, NO_WORK, FIRST_LOCK)
    remembered = verifier.remembers(typed, found.link.password)
    locked = _locked_for(found, ports.clock.now())
    if locked is not None and not remembered:
        # Whether the password is right is not said; and a connector that is refused would forget a right one. One
        # that was found right before is let in: whoever guesses cannot keep it out.
        return _later(ticket, NO_WORK, locked)
    right = remembered or verifier.is_right(typed, found.link.password)
    if right is None:
        return _later(ticket, NO_WORK, FIRST_LOCK)
    # To compare it with a hash takes so long that what was read before may be old.
    fresh = found if remembered else None

    def beat() -> Sequence[str]:
        nonlocal fresh
        now, fresh = fresh or _known(ports, username, path), None
        if now is None or now.link.password != found.link.password:
            return ticket, BAD_LOGIN
        told = Beat(ports, now)
        answer = _admitted(told, ticket) if right else _refused(told, ticket)
        told.save()
        return answer

    return retry_stale(beat)


def _locked_for(found: Answering, at: datetime) -> timedelta | None:
    """Return for how long logins are not looked at; a lock from a clock that was ahead is none."""
    until = found.link.locked_until
    return until - at if until is not None and at < until <= at + LONGEST_LOCK else None


def _known(ports: Ports, username: str, path: str) -> Answering | None:
    """Return the connection that calls; by its own address, if it has one, and always by its user name."""
    named = connection_named(path)
    if named is None:
        return ports.desktop.answering(username=username)
    found = ports.desktop.answering(connection_id=named)
    if found is None or not hmac.compare_digest(_bytes(found.link.username), _bytes(username)):
        return None
    return found


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _refused(beat: Beat, ticket: str) -> Sequence[str]:
    failures = beat.link.failures + 1
    pause = min(FIRST_LOCK * 2 ** min(failures - FREE_TRIES, 10), LONGEST_LOCK) if failures >= FREE_TRIES else None
    beat.change(failures=failures, locked_until=None if pause is None else beat.at + pause)
    if beat.link.state not in OVER and beat.link.attention in (None, WRONG_PASSWORD, LOCKED_OUT):
        beat.attend(WRONG_PASSWORD if pause is None else LOCKED_OUT)
    return ticket, BAD_LOGIN


def _admitted(beat: Beat, ticket: str) -> Sequence[str]:
    _note(beat)
    if beat.link.failures:
        beat.change(failures=0, locked_until=None)
        beat.at_ease(WRONG_PASSWORD, LOCKED_OUT)
    if beat.session is not None and beat.session.is_lost(beat.at):
        beat.end_session(Ending.LOST)
    away = _sent_away(beat)
    if away is not None:
        return _later(ticket, *away)
    # Counted after what was lost is waiting again.
    if not asking.is_needed(beat):
        return ticket, NO_WORK
    beat.open_session(_opened(beat, ticket))
    return ticket, beat.link.path or ""


def _sent_away(beat: Beat) -> tuple[str, timedelta] | None:
    """Return why the connector shall come back later, and when; None when it may stay."""
    if beat.link.state in OVER:
        return _ended(beat)
    rest = resting.rest(beat)
    if rest is not None:
        return NO_WORK, rest.lasts
    if beat.session is not None and not beat.session.is_over:
        return BUSY, beat.session.lease_until - beat.at
    if may(beat.link.state, Move.LOG_IN):
        beat.move(Move.LOG_IN)
    finishing.finish(beat)
    if beat.link.state in OVER:
        return NO_WORK, LONG
    return (NO_WORK, ASK_AGAIN) if beat.link.state is DesktopState.AWAITING_CONFIRMATION else None


def _opened(beat: Beat, ticket: str) -> DesktopSession:
    return DesktopSession(
        id=session_id(ticket),
        connection_id=beat.link.connection_id,
        opened_at=beat.at,
        # QuickBooks has to start, and may ask its user, before the next call comes.
        lease_until=beat.at + sessions.WORKING_LEASE,
    )


def _ended(beat: Beat) -> tuple[str, timedelta]:
    """Send the connector of a connection that has ended away; one that was removed is there again."""
    if beat.session is not None and not beat.session.is_over:
        beat.end_session()
    beat.attend(STILL_CALLS)
    if beat.link.state is DesktopState.REMOVED:
        beat.move(Move.CALL)
        beat.tell(EventKind.DESKTOP_STILL_CALLS)
        removing.ask(beat)
    return NO_WORK, LONG


def _note(beat: Beat) -> None:
    last: datetime | None = beat.link.login_at
    if last is None or beat.at - last >= NOTED_EVERY or beat.at < last:
        beat.change(login_at=beat.at, seen_at=beat.at)


def _later(ticket: str, answer: str, lasts: timedelta) -> Sequence[str]:
    return ticket, answer, str(max(1, math.ceil(lasts.total_seconds())))
