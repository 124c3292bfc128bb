"""``connectionError``, ``getLastError`` and ``closeConnection``: how a session goes wrong, and how it ends."""

from __future__ import annotations

from typing import Final

from qbapps.desktop import codes, preflight
from qbapps.desktop.beat import Beat, connection_named, in_session, load_session, under_way
from qbapps.domain.desktop import sessions
from qbapps.domain.desktop.sessions import MOST_PATHS, Ending, Phase
from qbapps.domain.desktop.states import OVER
from qbapps.domain.desktop.troubles import Reaction
from qbapps.language import words
from qbapps.lifecycle.saving import retry_stale
from qbapps.ports import Answering, Ports

DONE: Final = "done"
"""Do not try to reach QuickBooks again in this session."""

WHICHEVER_IS_OPEN: Final = ""

_OTHER_IS_OPEN: Final = "0x8004040A"
_OTHER_PLACE: Final = frozenset({"0x80040403", _OTHER_IS_OPEN})
"""What QuickBooks says when the file that was named is not there, or another one is open."""

_ANY_FILE: Final = MOST_PATHS + 1
"""What a session's ``paths`` are once whichever file is open was asked for."""

GOODBYE: Final = "OK"


def connection_error(ports: Ports, ticket: str, hresult: str, message: str, path: str) -> str:
    """
    Note why QuickBooks could not be reached.

    Returns:
        The path of the company file to try, when QuickBooks is closed and it is known; nothing for whichever is open,
        when the one that was named is not; else ``done``.
    """

    def beat() -> str:
        told = load_session(ports, ticket, path)
        if told is None or told.session is None:
            return DONE
        session, trouble = told.session, codes.met(hresult)
        told.change(seen_at=told.at)
        told.lose_outstanding(session)
        answer = DONE
        if trouble.reaction is Reaction.SEND_PATH and told.link.path and session.paths < MOST_PATHS:
            answer = told.link.path
            told.session = sessions.waits(session, Phase.OPENED, told.at, paths=session.paths + 1, job_id=None)
        elif trouble.code in _OTHER_PLACE and told.link.path and not session.paths:
            # The file may have been moved: whichever is open will do, for its stamp tells which it is.
            answer = WHICHEVER_IS_OPEN
            told.session = sessions.waits(session, Phase.OPENED, told.at, paths=_ANY_FILE, job_id=None)
        else:
            if session.paths == _ANY_FILE and trouble.reaction is Reaction.REAUTHORISE:
                # It is another company that does not let us in; of ours nothing was said.
                trouble = codes.hresult(_OTHER_IS_OPEN)
            preflight.trouble(told, trouble)
            told.session = sessions.over(session, Ending.FAILED, told.at, told=preflight.said(told, trouble))
        told.save()
        return answer

    del message  # QuickBooks' own words, which may name a company or a person; the code says it all
    return retry_stale(beat)


def last_error(ports: Ports, ticket: str, path: str) -> str:
    """Return why the session did not go on, for whoever looks at the connector."""
    found = in_session(ports, ticket)
    if found is None or found.session is None or connection_named(path) not in (None, found.link.connection_id):
        _ = words(None)
        return _("This session is not known any more. It begins anew at the next update.")
    _ = words(found.link.lang)
    if found.session.told is None and found.link.state in OVER:
        return _("The connection to {company} has ended.", company=found.connection.company_name)
    return found.session.told or _("There is nothing more to do.")


def close(ports: Ports, ticket: str, path: str) -> str:
    """End a session, and return what the connector shows."""

    def beat() -> str:
        found = in_session(ports, ticket)
        told = under_way(ports, found, path)
        if told is None or told.session is None:
            return _goodbye(found)
        answer = _closed(told)
        told.save()
        return answer

    return retry_stale(beat)


def _closed(beat: Beat) -> str:
    session = beat.session
    assert session is not None  # noqa: S101 - its caller has looked
    _ = words(beat.link.lang)
    beat.lose_outstanding(session)
    if session.phase is Phase.READY:
        ending = Ending.DONE
        said = _.plural("Done: {n} request.", "Done: {n} requests.", session.answered)
        if beat.left() == 0:
            beat.change(ok_at=beat.at)
    else:
        ending, said = Ending.FAILED, _("The update was interrupted; it goes on with the next one.")
    beat.session = sessions.over(session, ending, beat.at, told=said)
    return said


def _goodbye(found: Answering | None) -> str:
    return GOODBYE if found is None or found.session is None or found.session.told is None else found.session.told
