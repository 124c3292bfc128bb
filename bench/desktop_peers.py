"""
What else answers a Web Connector, as its documentation has it used, in process and without a socket.

Each knows as many users as it is given, with their passwords as they are, compared in constant time. None keeps
anything beyond its process: what a request is, and what came of it, is left to their users.
"""

# ruff: noqa: ARG002, N802, N803, N805  # spyne names what is on the wire after functions and their arguments
from __future__ import annotations

import io
import itertools
import logging
import secrets  # noqa: TID251  # as the peers' users do
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import attrs
from web_connector import CUSTOMERS, PASSWORD, Post

from qbapps.desktop import qbxml
from qbapps.desktop.soap import answering, reading

NAMESPACE = "http://developer.intuit.com/"
LARGEST = 64 * 1024 * 1024
"""Bytes of a message that spyne is told to take, as qbapps takes by default; its own default is 2 MiB."""


def soap_alone() -> Post:
    """Return what reads each call with qbapps' SOAP, and answers it the same each time: nothing stands behind it."""
    said: dict[str, Any] = {
        "authenticate": ("ticket", "none"),
        "receiveResponseXML": 100,
        "sendRequestXML": _query("1"),
    }

    def post(_path: str, body: bytes) -> bytes:
        call = reading.read(body)
        return answering.answer(call.method, said.get(call.method, ""))

    return post


@attrs.frozen
class Login:
    """
    Who may log in, and what there is to do: pairs of a query and a write.

    Attributes:
        users: Passwords by name.
        pairs: Of requests; none means that there is nothing to do.
        seen: How many records came with each query, where they are read.
    """

    users: dict[str, str]
    pairs: int = 0
    seen: list[int] = attrs.field(factory=list)

    @classmethod
    def of(cls, names: Iterable[str], pairs: int = 0) -> Login:
        """Return logins of *names*, with the password of all."""
        return cls(dict.fromkeys(names, PASSWORD), pairs)

    def authenticate(self, username: str, password: str) -> bool:
        """Tell whether the password is right."""
        return secrets.compare_digest(self.users.get(username, "").encode(), password.encode())

    def tasks_for(self, _username: str) -> list[Any]:
        """Return what qbwc-kit is to do."""
        return [_Pairs(self)] if self.pairs else []


class _Pairs:
    """A task of qbwc-kit that reads what came, and keeps nothing of it."""

    name = "pairs"

    def __init__(self, login: Login) -> None:
        self._login = login

    def run(self, _ctx: Any) -> Iterator[Any]:
        from qbwc_kit import qbxml as kit  # noqa: PLC0415  # a peer

        hours = {"TxnDate": "2026-01-05", "EntityRef": {"FullName": "Jean Durand"}, "Duration": "PT8H30M"}
        for number in range(self._login.pairs):
            asked = kit.query("Customer", request_id=f"q{number}", max_returned=CUSTOMERS)
            found = yield kit.QBXMLRequest([asked])
            self._login.seen.append(len(found.first().raise_for_status().records))
            made = yield kit.QBXMLRequest([kit.add("TimeTracking", hours, request_id=f"a{number}")])
            made.first().raise_for_status()


def kit(login: Login) -> Post:
    """Return qbwc-kit's service, whose sessions live in memory."""
    from qbwc_kit import QBWCService  # noqa: PLC0415  # a peer, and only here

    logging.getLogger("qbwc_kit").setLevel(logging.CRITICAL)
    dispatch = QBWCService(authenticator=login).dispatch
    return lambda _path, body: dispatch(body).encode()


def spyne(login: Login, *, largest: int | None = LARGEST, huge_tree: bool = False) -> Post | None:
    """
    Return a service made with spyne as its examples are; None where spyne cannot be imported.

    Args:
        largest: Bytes of a message; None for what spyne itself takes.

        huge_tree: Whether lxml is told to take texts of more than 10 MB.
    """
    try:
        from spyne import Application  # noqa: PLC0415  # a peer, and not for every Python
        from spyne.protocol.soap import Soap11  # noqa: PLC0415
        from spyne.server.wsgi import WsgiApplication  # noqa: PLC0415
    except ImportError:
        return None
    logging.getLogger("spyne").setLevel(logging.CRITICAL + 1)
    application = Application(
        [_connector(login)],
        NAMESPACE,
        in_protocol=Soap11(validator="lxml", huge_tree=huge_tree),
        out_protocol=Soap11(),
    )
    limits = {} if largest is None else {"max_content_length": largest}
    return _over_wsgi(WsgiApplication(application, **limits))


def _connector(login: Login) -> Any:
    """Return the service: the callbacks with a work list in memory, texts handed through as they are."""
    from spyne import Array, Integer, ServiceBase, Unicode, rpc  # noqa: PLC0415  # a peer

    sessions: dict[str, Iterator[str]] = {}
    left: dict[str, int] = {}

    class Connector(ServiceBase):
        @rpc(_returns=Unicode)
        def serverVersion(ctx):
            return "bench"

        @rpc(Unicode, _returns=Unicode)
        def clientVersion(ctx, strVersion):
            return ""

        @rpc(Unicode, Unicode, _returns=Array(Unicode))
        def authenticate(ctx, strUserName, strPassword):
            ticket = secrets.token_hex(16)
            if not login.authenticate(strUserName, strPassword):
                return [ticket, "nvu"]
            if not login.pairs:
                return [ticket, "none"]
            sessions[ticket], left[ticket] = _requests(login.pairs), 2 * login.pairs
            return [ticket, ""]

        @rpc(Unicode, Unicode, Unicode, Unicode, Integer, Integer, _returns=Unicode)
        def sendRequestXML(
            ctx, ticket, strHCPResponse, strCompanyFileName, qbXMLCountry, qbXMLMajorVers, qbXMLMinorVers
        ):
            return next(sessions[ticket], "")

        @rpc(Unicode, Unicode, Unicode, Unicode, _returns=Integer)
        def receiveResponseXML(ctx, ticket, response, hresult, message):
            left[ticket] -= 1
            return 50 if left[ticket] else 100

        @rpc(Unicode, _returns=Unicode)
        def closeConnection(ctx, ticket):
            sessions.pop(ticket, None)
            left.pop(ticket, None)
            return "OK"

    return Connector


def _requests(pairs: int) -> Iterator[str]:
    return itertools.chain.from_iterable((_query(f"q{n}"), _hours(f"a{n}")) for n in range(pairs))


def _query(request_id: str) -> str:
    return qbxml.envelope(qbxml.query("Customer", most=CUSTOMERS), request_id=request_id)


def _hours(request_id: str) -> str:
    return qbxml.envelope(qbxml.raw(_ADD, writes=True), request_id=request_id)


_ADD = (
    "<TimeTrackingAddRq><TimeTrackingAdd><TxnDate>2026-01-05</TxnDate><EntityRef><FullName>Jean Durand</FullName>"
    "</EntityRef><Duration>PT8H30M</Duration></TimeTrackingAdd></TimeTrackingAddRq>"
)


def _over_wsgi(application: Callable[..., Iterable[bytes]]) -> Post:
    fixed = {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_TYPE": "text/xml; charset=utf-8",
        "wsgi.url_scheme": "http",
    }

    def post(path: str, body: bytes) -> bytes:
        asked = {**fixed, "PATH_INFO": f"/{path}", "CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body)}
        return b"".join(application(asked, lambda *_: None))

    return post
