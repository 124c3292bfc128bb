"""Waiting on this machine for the browser to come back from a consent."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import attrs

from qbapps.domain.connection import Connection
from qbapps.errors import ConfigurationError, QBAppsError, StateMismatch
from qbapps.language import Words
from qbapps.values import is_loopback

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

RESULT_PATH: Final = "/qbapps/result"
_GRACE: Final = 3.0
"""Seconds in which the browser may still fetch its result page. Our choice."""

_PAGE: Final = (
    "<!doctype html><html lang={lang}><meta charset=utf-8><title>qbapps</title>"
    "<style>body{{font:1.1rem system-ui;max-width:34rem;margin:15vh auto;padding:0 1rem}}</style>"
    "<h1>{title}</h1><p>{text}</p></html>"
)


@attrs.define
class Callback:
    """
    A listener on the redirect URI of an app, for one consent.

    Attributes:
        complete: Given the callback URL, finishes the consent.
    """

    redirect_uri: str
    complete: Callable[[str], Connection]
    words: Words
    outcome: Connection | QBAppsError | None = None
    answered: threading.Event = attrs.field(factory=threading.Event)
    shown: threading.Event = attrs.field(factory=threading.Event)
    _sockets: list[socket.socket] = attrs.field(factory=list)

    def listen(self) -> None:
        """
        Take the port of the redirect URI.

        Raises:
            ConfigurationError: The redirect URI is not on this machine, or its port is taken.
        """
        parts = urlsplit(self.redirect_uri)
        host = parts.hostname or ""
        if parts.scheme != "http" or not is_loopback(host):
            raise ConfigurationError(
                f"The redirect URI {self.redirect_uri} is not on this machine: nothing can wait for it here.",
                hint="Leave --wait out, and give the callback URL to: qbapps complete URL",
            )
        hosts = ("127.0.0.1", "::1") if host == "localhost" else (host,)
        for one in hosts:
            try:
                self._sockets.append(_listen(one, parts.port or 80))
            except OSError as error:
                if one == "::1" and self._sockets:
                    continue
                raise ConfigurationError(
                    f"Nothing can listen on {one}, port {parts.port or 80}: {error.strerror}.",
                    hint="Stop what uses the port, or leave --wait out and use: qbapps complete URL",
                ) from None

    def wait(self, seconds: float) -> Connection | None:
        """
        Serve until the consent has come back; None when it has not within *seconds*.

        Raises:
            QBAppsError: The consent gave no working connection.
        """
        import uvicorn  # noqa: PLC0415 - only who waits pays for a web server

        server = uvicorn.Server(
            uvicorn.Config(self.application(), log_config=None, access_log=False, server_header=False, lifespan="off")
        )
        thread = threading.Thread(target=server.run, args=(self._sockets,), name="callback", daemon=True)
        thread.start()
        try:
            # In slices, so that Ctrl+C is noticed on every platform.
            while seconds > 0 and not self.answered.wait(min(seconds, 1.0)):
                seconds -= 1.0
            if self.answered.is_set():
                self.shown.wait(_GRACE)
        finally:
            server.should_exit = True
            thread.join(_GRACE)
        if isinstance(self.outcome, QBAppsError):
            raise self.outcome
        return self.outcome

    def application(self) -> Starlette:
        """Return what answers the browser."""
        from starlette.applications import Starlette  # noqa: PLC0415
        from starlette.routing import Route  # noqa: PLC0415

        path = urlsplit(self.redirect_uri).path or "/"
        return Starlette(routes=[Route(path, self._callback), Route(RESULT_PATH, self._result)])

    def _callback(self, request: Request) -> Response:
        _ = self.words
        from starlette.responses import HTMLResponse, RedirectResponse  # noqa: PLC0415

        if not self.answered.is_set():
            try:
                self.outcome = self.complete(str(request.url))
            except StateMismatch as stray:
                # Not our consent: whoever sent this does not end the waiting.
                return HTMLResponse(self._page(_("Not this link"), stray.message), 400)
            except QBAppsError as error:
                self.outcome = error
            self.answered.set()
        # The code leaves the address bar and the history.
        return RedirectResponse(
            RESULT_PATH, 302, headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        )

    def _result(self, _request: Request) -> Response:
        from starlette.background import BackgroundTask  # noqa: PLC0415
        from starlette.responses import HTMLResponse  # noqa: PLC0415

        _ = self.words
        match self.outcome:
            case None:
                return HTMLResponse(self._page(_("Waiting"), _("The consent has not come back yet.")))
            case QBAppsError() as error:
                page = self._page(_("Not connected"), f"{error.message} {error.hint}")
            case connection:
                name = connection.company_name or connection.realm_id or connection.id
                page = self._page(_("Connected"), _("{company} is connected. You can close this page.", company=name))
        return HTMLResponse(page, background=BackgroundTask(self.shown.set))

    def _page(self, title: str, text: str) -> str:
        return _PAGE.format(lang=self.words.language, title=escape(title), text=escape(text))


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio spares the browser Nagle's delay only on sockets that say they are TCP.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        # Already now: a browser may be faster than the server starts.
        listening.listen(16)
    except OSError:
        listening.close()
        raise
    return listening
