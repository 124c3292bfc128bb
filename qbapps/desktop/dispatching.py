"""
The SOAP endpoint: bytes in, a status and bytes out, whatever comes.

No call faults for a bad ticket, and none for what is wrong on our side of the wire: the connector would show its user
a stack of words that help nobody. What could not be saved is not acknowledged: the next session begins with it.
"""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Callable, Mapping
from typing import Final

from qbapps.desktop import authenticating, ending, receiving, sending
from qbapps.desktop.passwords import Verifier
from qbapps.desktop.soap import answering, reading
from qbapps.errors import QBAppsError
from qbapps.ports import Ports

_log = logging.getLogger(__name__)

Answer = str | int | tuple[str, ...]

OK: Final = 200
UNAVAILABLE: Final = 503

OLDEST: Final = (1, 5)
"""Connectors before it do not know all that is answered here. Our choice."""


def dispatch(ports: Ports, verifier: Verifier, server: str, body: bytes, *, path: str) -> tuple[int, bytes]:
    """
    Answer one call of a connector.

    Args:
        server: What the connector shows as our version.

        path: What follows the address that this is reached at; it names the connection.

    Returns:
        The HTTP status, and a SOAP message in UTF-8. 400 and 413 are for what is no call at all; 503 for when the
        database failed, and the same call may be made again.
    """
    try:
        call = reading.read(body)
    except reading.NotSoap as problem:
        return problem.status, answering.fault(problem.reason, is_ours=False)
    try:
        answer = _ANSWERS[call.method](_Caller(ports, verifier, server, path), call.arguments)
        return OK, answering.answer(call.method, answer)
    except QBAppsError as error:
        _log.warning("A call of a Web Connector failed.", extra={"method": call.method, "error": error.code})
    except Exception as problem:  # noqa: BLE001 - a connector has no use for it; whoever runs us has
        # Where it was raised, without its message: that of a stranger's error may hold what was sent.
        where = "".join(traceback.format_tb(problem.__traceback__))
        told = {"method": call.method, "error": type(problem).__name__, "where": where}
        _log.error("A call of a Web Connector failed.", extra=told)
    return UNAVAILABLE, answering.fault("Not possible at the moment. Please try again later.", is_ours=True)


class _Caller:
    """Who answers, and at which address."""

    def __init__(self, ports: Ports, verifier: Verifier, server: str, path: str) -> None:
        self.ports = ports
        self.verifier = verifier
        self.server = server
        self.path = path


_Given = Mapping[str, str]


def _ticket(given: _Given) -> str:
    return given.get("ticket") or given.get("wcTicket") or ""


def _authenticate(to: _Caller, given: _Given) -> Answer:
    name, password = given.get("strUserName", ""), given.get("strPassword", "")
    return tuple(authenticating.authenticate(to.ports, to.verifier, name, password, to.path))


def _send(to: _Caller, given: _Given) -> Answer:
    first, file = given.get("strHCPResponse", ""), given.get("strCompanyFileName", "")
    return sending.send(to.ports, _ticket(given), first, file, to.path, _spoken(given))


def _spoken(given: _Given) -> str | None:
    """Return the newest version of qbXML that QuickBooks takes there, when the connector says one."""
    major, minor = given.get("qbXMLMajorVers", ""), given.get("qbXMLMinorVers", "")
    version = f"{major.strip()}.{minor.strip() or '0'}"
    return version if re.fullmatch(r"[1-9][0-9]?\.[0-9]", version) else None


def _receive(to: _Caller, given: _Given) -> Answer:
    said = given.get("hresult", ""), given.get("message", "")
    return receiving.receive(to.ports, _ticket(given), given.get("response", ""), *said, to.path)


def _connection_error(to: _Caller, given: _Given) -> Answer:
    said = given.get("hresult", ""), given.get("message", "")
    return ending.connection_error(to.ports, _ticket(given), *said, to.path)


def _client_version(to: _Caller, given: _Given) -> Answer:
    """Let every connector in but very old ones, which are told to be updated."""
    del to
    numbers = [
        part
        for part in given.get("strVersion", "").split(".")[:2]
        if part.isascii() and part.isdigit() and len(part) < 6
    ]
    if len(numbers) == len(OLDEST) and tuple(map(int, numbers)) < OLDEST:
        return f"O:{'.'.join(map(str, OLDEST))}"
    return ""


_ANSWERS: Final[Mapping[str, Callable[[_Caller, _Given], Answer]]] = {
    "serverVersion": lambda to, _: to.server,
    "clientVersion": _client_version,
    "authenticate": _authenticate,
    "sendRequestXML": _send,
    "receiveResponseXML": _receive,
    "connectionError": _connection_error,
    "getLastError": lambda to, given: ending.last_error(to.ports, _ticket(given), to.path),
    "closeConnection": lambda to, given: ending.close(to.ports, _ticket(given), to.path),
    # Nothing of ours is done while somebody waits in a window of Internet Explorer.
    "getInteractiveURL": lambda *_: "",
    "interactiveRejected": lambda *_: "",
    "interactiveDone": lambda *_: "Done",
}
