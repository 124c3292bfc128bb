"""``connectionError``, ``getLastError`` and ``closeConnection``: how a session goes wrong, and how it ends."""

from __future__ import annotations

from typing import Final

from qbapps.desktop import codes, preflight
from qbapps.desktop.beat import Beat, connection_named, load_session, session_id
from qbapps.domain.desktop import sessions
from qbapps.domain.desktop.sessions import MOST_PATHS, Ending, Phase
from qbapps.domain.desktop.troubles import Reaction
from qbapps.language import words
from qbapps.lifecycle.saving import retry_stale
from qbapps.ports import Ports

DONE: Final = "done"
"""Do not try to reach QuickBooks again in this session."""

GOODBYE: Final = "OK"


def connection_error(ports: Ports, ticket: str, hresult: str, message: str, path: str) -> str:
    """
    Note why QuickBooks could not be reached.

    Returns:
        The path of the company file to try, when QuickBooks is closed and it is known; else ``done``.
    """

    def beat() -> str:
        told = load_session(ports, ticket, path)
        if told is None or told.session is None:
            return DONE
        session, trouble = told.session, codes.hresult(hresult)
        told.change(seen_at=told.at)
        answer = DONE
        if trouble.reaction is Reaction.SEND_PATH and told.link.path and session.paths < MOST_PATHS:
            answer = told.link.path
            told.session = sessions.waits(session, Phase.OPENED, told.at, paths=session.paths + 1)
        else:
            _ = words(told.link.lang)
            preflight.trouble(told, trouble)
            said = f"{_.text(trouble.what)} {_.text(trouble.do)}"
            told.session = sessions.over(session, Ending.FAILED, told.at, told=said)
        told.save()
        return answer

    del message  # QuickBooks' own words, which may name a company or a person; the code says it all
    return retry_stale(beat)


def last_error(ports: Ports, ticket: str, path: str) -> str:
    """Return why the session did not go on, for whoever looks at the connector."""
    session = ports.desktop.session(session_id(ticket))
    if session is not None and connection_named(path) not in (None, session.connection_id):
        session = None
    link = None if session is None else ports.desktop.link(session.connection_id)
    if session is None or link is None:
        _ = words(None)
        return _("This session is not known any more. It begins anew at the next update.")
    _ = words(link.lang)
    return session.told or _("There is nothing more to do.")


def close(ports: Ports, ticket: str, path: str) -> str:
    """End a session, and return what the connector shows."""

    def beat() -> str:
        told = load_session(ports, ticket, path)
        if told is None or told.session is None:
            return _goodbye(ports, ticket)
        answer = _closed(told)
        told.save()
        return answer

    return retry_stale(beat)


def _closed(beat: Beat) -> str:
    session = beat.session
    assert session is not None  # noqa: S101 - its caller has looked
    _ = words(beat.link.lang)
    beat.lose_outstanding(session)
    if session.phase in (Phase.SENT, Phase.CHECKING):
        ending, said = Ending.FAILED, session.told or _("The update was interrupted; it goes on with the next one.")
    elif session.told:
        ending, said = Ending.FAILED, session.told
    else:
        ending = Ending.DONE
        said = _.plural("Done: {n} request.", "Done: {n} requests.", session.answered)
        if beat.link.ok_at is None or beat.left() == 0:
            beat.change(ok_at=beat.at)
    beat.session = sessions.over(session, ending, beat.at, told=said)
    return said


def _goodbye(ports: Ports, ticket: str) -> str:
    session = ports.desktop.session(session_id(ticket))
    return GOODBYE if session is None or session.told is None else session.told
