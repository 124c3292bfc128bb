"""
The Web Connector's address as an ASGI application: calls, the service's description, and a page for people.

It stands alone, under any server, or mounted in another application::

    Starlette(routes=[Mount("/qbwc", app=qb.desktop.asgi())])
"""

from __future__ import annotations

import io
import logging
import traceback
from html import escape
from typing import Final, Protocol

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from qbapps.desktop.soap.answering import fault
from qbapps.errors import ConfigurationError
from qbapps.language import N_, pick, words
from qbapps.values import is_loopback

_log = logging.getLogger(__name__)

MOST: Final = 64 * 1024 * 1024
"""Bytes of a call. Our choice: answers of QuickBooks come in pages of some megabytes at the most."""

_LONGEST_HEADER: Final = 1_000

_XML: Final = "text/xml"
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

TITLE: Final = N_("An address for the QuickBooks Web Connector")
SENTENCES: Final = (
    N_("It works: the QuickBooks Web Connector calls here to exchange data with QuickBooks Desktop."),
    N_(
        "There is nothing to do in a browser. To connect a company, open the .qwc file that you were given, on the "
        "computer where QuickBooks Desktop is installed."
    ),
)


class Desk(Protocol):
    """What answers behind the address. Called in threads, several at a time."""

    def dispatch(self, body: bytes, *, path: str = "") -> tuple[int, bytes]:
        """Return the HTTP status and the SOAP message that answer the call *body*."""

    def opened(self, path: str) -> None:
        """Hear that somebody looked at the address: the configuration file may have been opened."""

    def wsdl(self, url: str) -> bytes:
        """Return the description of the service at *url*."""


def application(desk: Desk, *, most: int = MOST, url: str | None = None) -> Starlette:
    """
    Return the application that lets the Web Connector reach *desk*.

    Any path is served: what follows the mount point is handed on. POST is a call; GET with ``?wsdl`` is the
    description, and any other GET a small page, for the Web Connector looks for one before it takes a configuration
    file.

    Args:
        most: Bytes that a call may have. What is longer is refused with 413 before the rest is read.

        url: The public address of the mount point, for the description; None takes the one that was asked for, which
            behind a proxy is right only if the server is told to trust the proxy's headers.

    Source: Intuit, connector errors QBWC1003, QBWC1004 and QBWC1048: addresses must answer, with a good certificate
    """
    door = _Door(desk, most, url)
    # HEAD comes with GET.
    return Starlette(routes=[Route("/{path:path}", door.answer, methods=["GET", "POST"])])


class _TooLong(Exception):
    """The body is longer than it may be; the rest was not read."""


class _Door:
    def __init__(self, desk: Desk, most: int, url: str | None) -> None:
        self._desk = desk
        self._most = most
        self._url = None if url is None else url.rstrip("/")
        self._has_advised = False

    async def answer(self, request: Request) -> Response:
        path: str = request.path_params["path"]
        try:
            self._advise(request)
            if request.method == "POST":
                return await self._call(request, path)
            if any(name.lower() == "wsdl" for name in request.query_params):
                return Response(self._desk.wsdl(self._address(request, path)), media_type=_XML)
        except Exception as problem:  # noqa: BLE001 - nothing of it may reach the caller
            _report("A call of the Web Connector failed.", problem, path)
            return _refused(500, "The service could not answer; try again later.", is_ours=True)
        if request.method == "GET":
            await self._tell(path)
        return _page(request)

    async def _call(self, request: Request, path: str) -> Response:
        if request.headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
            return _refused(415, "The call is compressed, which is not read.")
        try:
            body = await self._body(request)
        except _TooLong:
            return _refused(413, "The call is too long.")
        except ClientDisconnect:
            return _refused(400, "The call ended too early.")
        status, content = await run_in_threadpool(self._desk.dispatch, body, path=path)
        return Response(content, status, media_type=_XML)

    async def _body(self, request: Request) -> bytes:
        announced = request.headers.get("content-length", "")
        if announced.isdecimal() and int(announced[:20]) > self._most:
            raise _TooLong
        read = io.BytesIO()  # gives its bytes away without another copy
        async for piece in request.stream():
            if read.tell() + len(piece) > self._most:
                raise _TooLong
            read.write(piece)
        return read.getvalue()

    async def _tell(self, path: str) -> None:
        try:
            await run_in_threadpool(self._desk.opened, path)
        except Exception as problem:  # noqa: BLE001 - the page does not need it
            _report("A look at the Web Connector's address could not be noted.", problem, path)

    def _address(self, request: Request, path: str) -> str:
        return f"{self._url}/{path}" if self._url is not None else str(request.url.replace(query=""))

    def _advise(self, request: Request) -> None:
        if self._has_advised or "https" in {request.url.scheme, request.headers.get("x-forwarded-proto")}:
            return
        if not is_loopback(request.url.hostname):
            self._has_advised = True
            # Only advice: a proxy may speak https for us and not say so.
            _log.warning(
                "The Web Connector's address is served by http; the connector takes https only, except on localhost.",
                extra={"host": request.url.hostname},
            )


def _refused(status: int, reason: str, *, is_ours: bool = False) -> Response:
    return Response(fault(reason, is_ours=is_ours), status, media_type=_XML)


def _report(what: str, problem: Exception, path: str) -> None:
    # Where it was raised, without its message: that of a stranger's error may hold what was sent.
    where = "".join(traceback.format_tb(problem.__traceback__))
    _log.error(what, extra={"error": type(problem).__name__, "path": path, "where": where})


def _page(request: Request) -> Response:
    _ = words(_language(request.headers.get("accept-language", "")))
    title = escape(_(TITLE))
    said = "".join(f"<p>{escape(_(sentence))}</p>" for sentence in SENTENCES)
    return HTMLResponse(
        f'<!doctype html>\n<html lang="{_.language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{title}</title></head><body><h1>{title}</h1>{said}</body></html>\n",
        headers={**_HEADERS, "Content-Language": str(_.language), "Vary": "Accept-Language"},
    )


def _language(accepted: str) -> str:
    """Return the language that the reader likes best among those we speak; English if none."""
    wanted = []
    for item in accepted[:_LONGEST_HEADER].split(","):
        name, _, weight = item.partition(";")
        try:
            liking = float(weight.strip().removeprefix("q=") or "1")
            wanted.append((liking, str(pick(name)) if name.strip() else ""))
        except (ValueError, ConfigurationError):
            continue
    best = max(
        ((liking, -place, name) for place, (liking, name) in enumerate(wanted) if name and liking > 0), default=None
    )
    return "en" if best is None else best[2]
