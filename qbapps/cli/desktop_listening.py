"""A web server for Web Connectors, that ends cleanly when it is told to."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any, Final

import attrs

from qbapps.errors import ConfigurationError, QBAppsError
from qbapps.guides.steps import one_line
from qbapps.system import SystemClock

_WAITING: Final = 128
"""Callers that the system lets wait. Our choice; uvicorn's own is 2048, which systems cut to this as a rule."""

_LAST_CALLS: Final = 15
"""Seconds in which calls that are under way may end. Our choice."""

_SLICE: Final = 0.5
"""Seconds after which signals are looked for, on systems that do not interrupt a wait."""

_METHODS: Final = frozenset(
    {
        *("serverVersion", "clientVersion", "authenticate", "sendRequestXML", "receiveResponseXML", "connectionError"),
        *("getLastError", "closeConnection", "getInteractiveURL", "interactiveRejected", "interactiveDone"),
    }
)

_Scope = MutableMapping[str, Any]
_Message = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[_Message]]
_Send = Callable[[_Message], Awaitable[None]]
Application = Callable[[_Scope, _Receive, _Send], Awaitable[None]]


@attrs.frozen
class Door:
    """
    What https needs.

    Attributes:
        certificate: The certificate and its chain, in PEM.
        key: Its private key; None where it is in the same file.
    """

    certificate: Path
    key: Path | None


def listen(host: str, port: int) -> list[socket.socket]:
    """
    Take a port; of ``localhost`` on both kinds of address, where there are both.

    Raises:
        ConfigurationError: There is no such host here, or the port is taken.
    """
    taken: list[socket.socket] = []
    for one in ("127.0.0.1", "::1") if host == "localhost" else (host,):
        family = socket.AF_INET6 if ":" in one else socket.AF_INET
        try:
            taken.append(socket.create_server((one, port), family=family, backlog=_WAITING))
        except OSError as error:
            if taken and one == "::1":
                continue
            raise ConfigurationError(
                f"Nothing can listen on {one}, port {port}: {error.strerror}.",
                hint="Stop what uses the port, or choose another --host or --port.",
            ) from None
        port = taken[0].getsockname()[1]
    return taken


class Server:
    """
    Serves an application on sockets, until it is told to stop.

    Raises:
        ConfigurationError: The certificate and its key cannot be used. The sockets are closed.
    """

    def __init__(
        self,
        application: Application,
        sockets: list[socket.socket],
        *,
        certificate: Door | None,
        behind_proxy: bool,
    ) -> None:
        import uvicorn  # noqa: PLC0415 - only who serves pays for a web server

        self._sockets = sockets
        config = uvicorn.Config(
            application,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            proxy_headers=behind_proxy,
            timeout_graceful_shutdown=_LAST_CALLS,
            ssl_certfile=None if certificate is None else str(certificate.certificate),
            ssl_keyfile=None if certificate is None or certificate.key is None else str(certificate.key),
        )
        try:
            config.load()
        except OSError as error:
            for one in sockets:
                one.close()
            raise ConfigurationError(
                f"The certificate or its key cannot be used: {error.strerror or error}.",
                hint="Give --certificate and --key in PEM, the key without a password.",
            ) from None
        self._server = uvicorn.Server(config)

    def run(self) -> None:
        """
        Serve until SIGINT or SIGTERM; calls that are under way end first, and a second signal leaves them.

        To be called in the main thread.

        Raises:
            QBAppsError: It ended by itself.
        """
        stopped = threading.Event()

        def stop(_number: int, _frame: object) -> None:
            self._server.force_exit = stopped.is_set()
            self._server.should_exit = True
            stopped.set()

        # Not uvicorn's own handling: it ends the process by the signal once it is done.
        before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
        thread = threading.Thread(target=self._server.run, args=(self._sockets,), name="web-connectors", daemon=True)
        thread.start()
        try:
            while thread.is_alive():
                thread.join(_SLICE)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        if not stopped.is_set():
            raise QBAppsError("The web server ended by itself.", hint="Start it again, and look at what it says.")


def logged(application: Application, say: Callable[[str], None]) -> Application:
    """
    Return *application* with a line said for each request: when, from where, what, how it ended and how long it took.

    Nothing of what is sent either way is in it, and of an address the path alone.
    """
    clock = SystemClock()

    async def answer(scope: _Scope, receive: _Receive, send: _Send) -> None:
        if scope["type"] != "http":
            await application(scope, receive, send)
            return
        began, status = clock.now(), 0

        async def watched(message: _Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await application(scope, receive, watched)
        finally:
            took = (clock.now() - began).total_seconds() * 1000
            client = scope.get("client") or ("?",)
            # On one line, whatever the path: nobody adds a line of their own.
            told = one_line(f"{client[0]} {_asked(scope)} {scope['path']}")
            say(f"{began:%Y-%m-%d %H:%M:%S} {told} {status} {took:.0f} ms")

    return answer


def _asked(scope: _Scope) -> str:
    """Return the method that a call says it is for, where it is one; what is answered is what its body says."""
    for name, value in scope["headers"]:
        if name == b"soapaction":
            called = str(value, "latin-1").strip("\"' ").rpartition("/")[2]
            if called in _METHODS:
                return called
    return str(scope["method"])
