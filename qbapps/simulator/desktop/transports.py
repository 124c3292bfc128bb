"""How the Web Connector reaches the server: over real HTTP, or straight into a function."""

import http.client
import ssl
from collections.abc import Callable
from typing import Protocol, TypeAlias
from urllib.parse import urlsplit

Post: TypeAlias = Callable[[str, bytes, dict[str, str]], tuple[int, bytes]]
Get: TypeAlias = Callable[[str], tuple[int, bytes]]


class Dispatch(Protocol):
    """A server without HTTP around it."""

    def __call__(self, body: bytes, *, path: str) -> tuple[int, bytes]:
        """Answer a body that came to *path*."""
        ...


class OverHttp:
    """
    Real HTTP or HTTPS, a new connection for each request.

    Args:
        context: For https; the system's authorities without it.

        timeout: In seconds, for each wait on the socket.
    """

    def __init__(self, context: ssl.SSLContext | None = None, *, timeout: float = 30) -> None:
        self._context = context
        self._timeout = timeout

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        """Send a body and give status and body of the answer."""
        return self._ask("POST", url, body, headers)

    def get(self, url: str) -> tuple[int, bytes]:
        """Fetch an address and give status and body of the answer."""
        return self._ask("GET", url, None, {})

    def _ask(self, method: str, url: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
        parts = urlsplit(url)
        wire: http.client.HTTPConnection
        if parts.scheme == "https":
            wire = http.client.HTTPSConnection(
                parts.hostname or "", parts.port, timeout=self._timeout, context=self._context
            )
        else:
            wire = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=self._timeout)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            wire.request(method, target, body, headers)
            answer = wire.getresponse()
            return answer.status, answer.read()
        finally:
            wire.close()


class InProcess:
    """
    Straight into a function of the same process.

    Args:
        base_url: The address the function is mounted at; it gets what follows.

        opened: Told the path of every GET; each is answered with 200.
    """

    def __init__(self, dispatch: Dispatch, base_url: str, *, opened: Callable[[str], object] | None = None) -> None:
        self._dispatch = dispatch
        self._base = base_url.rstrip("/")
        self._opened = opened

    def post(self, url: str, body: bytes, _: dict[str, str]) -> tuple[int, bytes]:
        """Hand a body over, or answer 404 for an address that is not below the base."""
        path = self._path(url)
        return (404, b"") if path is None else self._dispatch(body, path=path)

    def get(self, url: str) -> tuple[int, bytes]:
        """Tell that an address was opened."""
        path = self._path(url)
        if path is not None and self._opened is not None:
            self._opened(path)
        return 200, b""

    def _path(self, url: str) -> str | None:
        bare = url.partition("?")[0]
        return bare[len(self._base) :].lstrip("/") if f"{bare}/".startswith(f"{self._base}/") else None
