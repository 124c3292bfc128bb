"""The Web Connector's side of the benches: the messages of an update, posted into a function of this process."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping

import attrs

from qbapps.simulator.desktop.behaviour import EmptyStrings
from qbapps.simulator.desktop.envelopes import write

Post = Callable[[str, bytes], bytes]
"""Sends a body to an address of a service, and gives the body of the answer."""

PASSWORD = "bench-password"  # noqa: S105  # protects nothing
POLL = 4
"""Calls of an update that finds nothing to do."""

CUSTOMERS = 10
"""Records of the answer to a small query."""

_TICKET = "the-ticket"
_NOT_NOW = (b"none", b"nvu", b"busy")
_STRINGS = re.compile(rb"string(?:/>|>([^<]*)</)")
_REQUEST = re.compile(rb"sendRequestXMLResult>([^<]*)</")
_DONE = re.compile(rb"receiveResponseXMLResult>(-?[0-9]+)</")
_REQUEST_ID = re.compile(rb'requestID=(?:"|&quot;|&#34;)([^"&]+)')
_CUSTOMER = (
    "<CustomerRet><ListID>80000001-{0:010}</ListID><TimeCreated>2026-01-05T09:00:00-05:00</TimeCreated>"
    "<TimeModified>2026-01-05T09:00:00-05:00</TimeModified><EditSequence>{0:010}</EditSequence>"
    "<Name>Menuiserie {0}</Name><FullName>Menuiserie {0}</FullName><IsActive>true</IsActive><Sublevel>0</Sublevel>"
    "<CompanyName>Menuiserie {0} &amp; Fils</CompanyName><BillAddress><Addr1>{0} rue des Érables</Addr1>"
    "<City>Trois-Rivières</City><State>QC</State><PostalCode>G9A 1A1</PostalCode><Country>Canada</Country>"
    "</BillAddress><Phone>819-555-0100</Phone><Balance>0.00</Balance><TotalBalance>0.00</TotalBalance>"
    "<JobStatus>None</JobStatus></CustomerRet>"
)
_HOURS = (
    "<TimeTrackingRet><TxnID>1-1</TxnID><EditSequence>1</EditSequence><TxnNumber>1</TxnNumber>"
    "<TxnDate>2026-01-05</TxnDate><EntityRef><FullName>Jean Durand</FullName></EntityRef>"
    "<Duration>PT8H30M</Duration></TimeTrackingRet>"
)


class Unexpected(Exception):
    """A service did not answer as it should have."""


@attrs.frozen
class Caller:
    """
    A connector that has one app, its messages written beforehand.

    Attributes:
        path: What its address ends with.
        hello: What it sends first: its versions, and its login.
    """

    path: str
    hello: tuple[bytes, ...]

    @classmethod
    def of(cls, username: str, path: str) -> Caller:
        """Return the connector of *username*, with the password of all."""
        login = {"strUserName": username, "strPassword": PASSWORD}
        asked = (("serverVersion", {}), ("clientVersion", {"strVersion": "2.3.0.215"}), ("authenticate", login))
        return cls(path, tuple(message(method, arguments) for method, arguments in asked))


def message(method: str, arguments: Mapping[str, str]) -> bytes:
    """Write a call as the connector writes it."""
    return write(method, arguments, "Document", EmptyStrings.PAIR)


def poll(post: Post, caller: Caller) -> None:
    """
    Make an update that is to find nothing to do.

    Raises:
        Unexpected: The service has something to do, or refuses.
    """
    ticket, answer = _log_in(post, caller)
    if answer != b"none":
        raise Unexpected(f"authenticate was answered {answer!r}")
    _good(post(caller.path, _CLOSE.replace(_MARK, ticket)))


@attrs.define
class Stopwatch:
    """
    What the service itself took; what the connector's side does in between is left out.

    Attributes:
        seconds: On the clock.
        cpu: Of this process.
    """

    post: Post
    calls: int = 0
    seconds: float = 0.0
    cpu: float = 0.0

    def __call__(self, path: str, body: bytes) -> bytes:
        """Post, and add what it took."""
        cpu, began = time.process_time(), time.perf_counter()
        answer = self.post(path, body)
        self.seconds += time.perf_counter() - began
        self.cpu += time.process_time() - cpu
        self.calls += 1
        return answer


def work(post: Post, caller: Caller, first: str, most: int | None = None) -> int:
    """
    Make an update that works through all requests, or *most* of them; return how many QuickBooks got.

    Args:
        first: What QuickBooks says of itself with the first call.
    """
    ticket, answer = _log_in(post, caller)
    if answer in _NOT_NOW:
        raise Unexpected(f"authenticate was answered {answer!r}")
    ask = message("sendRequestXML", {**_ASKED, "strHCPResponse": first}).replace(_MARK, ticket)
    next_ask = _ASK.replace(_MARK, ticket)
    hours, customers = (one.replace(_MARK, ticket) for one in (_ADDED, _FOUND))
    sent = 0
    while True:
        request = _only(_REQUEST, post(caller.path, ask))
        name = _only(_REQUEST_ID, request)
        sent += 1
        template = hours if b"TimeTrackingAddRq" in request else customers
        done = int(_only(_DONE, post(caller.path, template.replace(_NAME, name))))
        if done == 100 or sent == most:
            break
        if done < 0:
            raise Unexpected("the service calls it off")
        ask = next_ask
    post(caller.path, _CLOSE.replace(_MARK, ticket))
    return sent


def begin(post: Post, caller: Caller, first: str) -> tuple[bytes, bytes]:
    """Log in and take the first request; return the ticket and the request's id."""
    ticket, _ = _log_in(post, caller)
    ask = message("sendRequestXML", {**_ASKED, "strHCPResponse": first}).replace(_MARK, ticket)
    return ticket, _only(_REQUEST_ID, _only(_REQUEST, post(caller.path, ask)))


def percent(answer: bytes) -> int | None:
    """Return what receiveResponseXML was answered; None for a fault."""
    found = _DONE.search(answer)
    return None if found is None else int(found[1])


def long_message(length: int) -> bytes:
    """Write an answer of *length* characters of qbXML, or a few more; see :func:`filled`."""
    each = len(_CUSTOMER.format(0))
    customers = "".join(_CUSTOMER.format(number) for number in range(length // each + 1))
    return _received(_answer("CustomerQuery", customers))


def filled(template: bytes, ticket: bytes, request_id: bytes) -> bytes:
    """Return a long message as the answer to a request."""
    return template.replace(_MARK, ticket, 1).replace(_NAME, request_id, 1)


def _log_in(post: Post, caller: Caller) -> tuple[bytes, bytes]:
    answer = b""
    for body in caller.hello:
        answer = _good(post(caller.path, body))
    found = _STRINGS.findall(answer)
    if len(found) < 2:
        raise Unexpected(answer.decode())
    return found[0], found[1]


def _good(answer: bytes) -> bytes:
    if b"Fault" in answer:
        raise Unexpected(answer.decode())
    return answer


def _only(pattern: re.Pattern[bytes], text: bytes) -> bytes:
    found = pattern.search(text)
    if found is None:
        raise Unexpected(text.decode())
    return found[1]


def _answer(name: str, records: str, recovery: str = "") -> str:
    return (
        f'<?xml version="1.0" ?><QBXML><QBXMLMsgsRs{recovery}><{name}Rs requestID="{{id}}" statusCode="0" '
        f'statusSeverity="Info" statusMessage="Status OK">{records}</{name}Rs></QBXMLMsgsRs></QBXML>'
    )


_MARK, _NAME = _TICKET.encode(), b"{id}"
_ASKED = {
    "ticket": _TICKET,
    "strHCPResponse": "",
    "strCompanyFileName": "C:\\Books\\petit.qbw",
    "qbXMLCountry": "CA",
    "qbXMLMajorVers": "13",
    "qbXMLMinorVers": "0",
}
_ASK = message("sendRequestXML", _ASKED)
_CLOSE = message("closeConnection", {"ticket": _TICKET})


def _received(response: str) -> bytes:
    return message("receiveResponseXML", {"ticket": _TICKET, "response": response, "hresult": "", "message": ""})


_FOUND = _received(_answer("CustomerQuery", "".join(_CUSTOMER.format(number) for number in range(CUSTOMERS))))
_ADDED = _received(_answer("TimeTrackingAdd", _HOURS, ' messageSetStatusCode="0"'))
