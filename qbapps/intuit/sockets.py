"""Connections that send a request in one piece, and read the answer in the sight of the watchdog."""

from __future__ import annotations

import ssl
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NewConnectionError

from qbapps.intuit.watchdog import WATCHDOG


class _OnePiece:
    """Sends the head and the body of a request together: one system call, one TLS record."""

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


class PlainConnection(_OnePiece, HTTPConnection):
    """Without TLS, to this machine only."""


class SecureConnection(_OnePiece, HTTPSConnection):
    """TLS; says of a failed handshake what it is: no connection, so that nothing was sent."""

    def connect(self) -> None:
        """Connect; anything but a refused certificate is a connection that was not made."""
        try:
            super().connect()
        except ssl.SSLCertVerificationError:
            raise
        except (OSError, ssl.SSLError) as failure:
            raise NewConnectionError(self, f"TLS handshake failed: {type(failure).__name__}") from failure
