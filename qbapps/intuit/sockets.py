"""Connections that send a request in one piece and read an ordinary answer without detours."""

from __future__ import annotations

import http.client
import re
import ssl
from typing import Any, Final

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NewConnectionError

from qbapps.intuit.watchdog import WATCHDOG

_HEAD: Final = re.compile(rb"HTTP/1\.1 ([2-5][0-9]{2}) ?([ -~]*)\r\n((?:[!#-'*+.0-9A-Z^-z|~-]+:[ -~\t]*\r\n)+)\r\n")
_UNUSUAL: Final = frozenset({"transfer-encoding", "connection", "keep-alive", "upgrade", "trailer"})
_BODILESS: Final = (204, 304)


class OrdinaryAnswer(http.client.HTTPResponse):
    """
    An answer whose head, when it is an ordinary one, is read in one go.

    The standard library reads it line by line and by way of its e-mail parser, which takes longer
    than the rest of a call. Ordinary is: HTTP/1.1, arrived whole, plain ASCII, one length, and a
    connection that stays open. Anything else is left to the standard library, byte for byte.
    """

    def begin(self) -> None:
        """Read the status and the headers."""
        before: object = self.headers
        head = self._ordinary_head() if before is None else None
        if head is None:
            super().begin()
            return
        found, headers, length = head
        self.fp.read(found.end())
        self.status = self.code = int(found[1])
        self.reason = found[2].decode().strip()
        self.version = 11
        self.headers = self.msg = headers
        self.chunked, self.chunk_left = False, None
        self.will_close = False
        self.length = length

    def _ordinary_head(self) -> tuple[re.Match[bytes], http.client.HTTPMessage, int] | None:
        # Looks without taking: one read at most, and the reader still holds all of it.
        found = _HEAD.match(self.fp.peek())
        if found is None or int(found[1]) in _BODILESS or getattr(self, "_method", "") == "HEAD":
            return None
        headers = http.client.HTTPMessage()
        length: int | None = None
        for line in found[3].decode().split("\r\n")[:-1]:
            name, _, value = line.partition(":")
            folded = name.lower()
            if folded == "content-length":
                if length is not None or not value.strip().isdigit():
                    return None
                length = int(value)
            elif folded in _UNUSUAL and (folded, value.strip().lower()) != ("connection", "keep-alive"):
                return None
            headers[name] = value.lstrip(" \t")
        return None if length is None else (found, headers, length)


class _OnePiece:
    """Sends the head and the body of a request together: one system call, one TLS record."""

    response_class = OrdinaryAnswer
    _held: list[bytes] | None = None

    def request(self, *args: Any, **kwargs: Any) -> None:
        """Send a request; see urllib3."""
        self._held = []
        try:
            super().request(*args, **kwargs)  # type: ignore[misc]
        finally:
            held, self._held = self._held, None
        super().send(b"".join(held))  # type: ignore[misc]

    def send(self, data: Any) -> None:
        """Send, or keep until the request is whole; see ``http.client``."""
        if self._held is None:
            super().send(data)  # type: ignore[misc]
        else:
            self._held.append(data)

    def getresponse(self) -> Any:
        """Read the answer, in the sight of the watchdog; see urllib3."""
        WATCHDOG.met(self.sock)  # type: ignore[attr-defined]
        return super().getresponse()  # type: ignore[misc]


class PlainConnection(_OnePiece, HTTPConnection):  # type: ignore[misc]  # urllib3 says its own class, and hands on any
    """Without TLS, to this machine only."""


class SecureConnection(_OnePiece, HTTPSConnection):  # type: ignore[misc]  # the same
    """TLS; says of a failed handshake what it is: no connection, so that nothing was sent."""

    def connect(self) -> None:
        """Connect; anything but a refused certificate is a connection that was not made."""
        try:
            super().connect()
        except ssl.SSLCertVerificationError:
            raise
        except (OSError, ssl.SSLError) as failure:
            raise NewConnectionError(self, f"TLS handshake failed: {type(failure).__name__}") from failure
