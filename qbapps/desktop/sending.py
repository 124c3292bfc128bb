"""``sendRequestXML``: what QuickBooks shall do next, once it is known to have the right company open."""

from __future__ import annotations

from typing import Final

from qbapps.desktop import asking, finishing, preflight, qbxml, resting
from qbapps.desktop.beat import Beat, load_session
from qbapps.domain.desktop import sessions
from qbapps.domain.desktop.sessions import DesktopSession, Ending, Phase
from qbapps.domain.desktop.states import OVER, WORKING, Move, may
from qbapps.language import words
from qbapps.lifecycle.saving import retry_stale
from qbapps.ports import Ports

NOTHING: Final = ""
"""No request: the connector asks for the reason, and says goodbye."""


def send(ports: Ports, ticket: str, first: str, company_path: str, path: str, spoken: str | None = None) -> str:
    """
    Return the next request in qbXML, noted as sent before it is; nothing when the session is to end.

    Args:
        first: What QuickBooks said of itself, of the company and of its preferences; with the first call only.

        company_path: The company file that is open.

        spoken: The newest version of qbXML that this QuickBooks takes, as the connector says.
    """

    def beat() -> str:
        told = load_session(ports, ticket, path)
        if told is None or told.session is None:
            return NOTHING
        answer = _answer(told, told.session, first, company_path, spoken)
        told.save()
        return answer

    return retry_stale(beat)


def _answer(beat: Beat, session: DesktopSession, first: str, company_path: str, spoken: str | None) -> str:
    _ = words(beat.link.lang)
    if beat.link.state in OVER:
        beat.lose_outstanding(session, is_ours=True)
        return stop(beat, session, _("The connection to {company} has ended.", company=beat.connection.company_name))
    if session.phase is Phase.SENT:
        return asking.same_request(beat, session)
    rest = resting.rest(beat)
    if rest is not None:
        return stop(beat, session, resting.said(rest, beat.link.lang))
    if session.phase is Phase.CHECKING:
        return asking.check_request(beat, session, spoken)
    if session.phase is Phase.OPENED and not _is_known(beat, session, first, company_path):
        is_over = beat.session is None or beat.session.is_over
        return NOTHING if is_over else asking.check_request(beat, session, spoken)
    if 0 < len(company_path) <= preflight.LONGEST_PATH:
        # The company is known to be the right one by now, so this is where its file is.
        beat.change(path=company_path)
    return proceed(beat, beat.session or session)


def proceed(beat: Beat, session: DesktopSession) -> str:
    """Return the next request of a session whose company is known to be the right one."""
    finishing.finish(beat)
    text = asking.next_request(beat, session) if beat.link.state in WORKING else NOTHING
    if text:
        return text
    _ = words(beat.link.lang)
    beat.change(ok_at=beat.at)
    return stop(beat, session, _("There is nothing more to do."), Ending.DONE)


def stop(beat: Beat, session: DesktopSession, why: str, ending: Ending = Ending.STOPPED) -> str:
    """End the session; its connector asks why, and shows it."""
    beat.session = sessions.over(session, ending, beat.at, told=why)
    return NOTHING


def _is_known(beat: Beat, session: DesktopSession, first: str, company_path: str) -> bool:
    """
    Tell whether what QuickBooks said of itself proves the right company; a session with the wrong one ends here.

    Where it does not say, or the connection is not checked yet, it has to be asked.
    """
    facts = None
    if first.strip():
        try:
            facts = preflight.facts(beat, first, company_path)
        except qbxml.NotQbxml:
            facts = None
    if facts is None:
        return False
    if may(beat.link.state, Move.ADMIT):
        beat.move(Move.ADMIT)
    preflight.remember(beat, facts)
    if facts.file_id is None:
        return False
    if not preflight.is_right_file(beat, facts):
        preflight.wrong_file(beat, session, facts)
        return False
    if asking.is_check_needed(beat):
        return False
    preflight.is_back(beat)
    beat.session = sessions.waits(session, Phase.READY, beat.at)
    return True
