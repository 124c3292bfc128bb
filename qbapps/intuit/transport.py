"""One pool of connections and one trust store, whoever calls and however often."""

from __future__ import annotations

import math
import os
import ssl
import threading
import time
from datetime import timedelta
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any, Final

import requests
import urllib3
from requests.adapters import DEFAULT_CA_BUNDLE_PATH, BaseAdapter, HTTPAdapter
from requests.utils import get_encoding_from_headers
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from qbapps import deadlines
from qbapps.errors import ConfigurationError
from qbapps.intuit.answers import Answer
from qbapps.intuit.sockets import PlainConnection, SecureConnection
from qbapps.intuit.watchdog import WATCHDOG

POOL_SIZE: Final = 64
"""Connections to one host at most. Our choice: as many threads as one process usefully runs."""

POOL_HOSTS: Final = 16
"""Hosts whose connections are kept. Intuit has at most four for each environment."""

POOL_WAIT: Final = timedelta(seconds=3)
"""How long a call waits for a free connection. Our choice: short, for a lease may be running."""

LONGEST_REST: Final = timedelta(seconds=4)
"""
How long an idle connection may rest before it is closed instead of used again.

Our choice: common servers close theirs after 5 seconds or more.
"""

CONNECT_TIMEOUT: Final = timedelta(seconds=5)
"""How long one address has to accept a connection. Our choice."""


SHORTEST_WAIT: Final = 0.001
"""Seconds: a caller whose deadline has passed still gets an error from the socket rather than none."""


class Transport:
    """
    What carries requests: one blocking pool over one ``SSLContext``, shared by all calls.

    Building an ``SSLContext`` parses the whole trust store (about 15 ms), so it happens once.
    Certificates and host names are always verified, environment variables and ``.netrc`` are
    never read.

    Args:
        pool_size: Connections to one host at most; a call that finds none free waits a little.

        ca_file: PEM file of the authorities to trust instead of certifi's, for a network
            whose proxy signs with its own.

        adapter: What to send with instead; the other arguments then play no part. Lets a
            test answer in memory.

    Raises:
        ConfigurationError: The CA file cannot be read.
    """

    def __init__(
        self,
        *,
        pool_size: int = POOL_SIZE,
        ca_file: str | Path | None = None,
        adapter: BaseAdapter | None = None,
    ) -> None:
        self.adapter: BaseAdapter = PooledAdapter(_trust(ca_file), pool_size) if adapter is None else adapter

    def session(self, timeout: timedelta) -> Session:
        """Return a session over the shared pool; it costs next to nothing and needs no closing."""
        return Session(self.adapter, timeout)

    def close(self) -> None:
        """Close the pooled connections."""
        self.adapter.close()


def exchange(
    adapter: BaseAdapter, timeout: float, method: str, url: str, headers: dict[str, str], body: str | None
) -> Answer:
    """
    Send one request over *adapter* and return the answer; follows no redirect and keeps no cookies.

    What a requests session does besides takes longer than the rest of the call.

    Args:
        timeout: In seconds.

        url: One that has been checked: it is sent as it is.

        headers: All but the body's length.

    Raises:
        requests.RequestException: There was no answer.
    """
    request = requests.PreparedRequest()
    request.method, request.url = method, url
    request.body = None if body is None else body.encode()
    length = {} if request.body is None else {"Content-Length": str(len(request.body))}
    request.headers = {**headers, **length}  # type: ignore[assignment]  # a dict will do
    with WATCHDOG.watching(timeout):
        response = adapter.send(request, timeout=timeout, verify=True)
        return Answer.of(response)


class Session(requests.Session):
    """A requests session that owns no connections, follows no redirect and keeps no cookies."""

    def __init__(self, adapter: BaseAdapter, timeout: timedelta) -> None:
        # Before requests' constructor, which already mounts.
        self.shared = adapter
        self.timeout = timeout.total_seconds()
        super().__init__()
        # Otherwise proxies, CA bundles and a netrc entry that replaces the Basic header come from the environment.
        self.trust_env = False
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def mount(self, prefix: str | bytes, adapter: BaseAdapter) -> None:
        """Mount nothing: connections belong to the shared pool."""

    def get_adapter(self, url: str) -> BaseAdapter:  # noqa: ARG002  # requests' signature
        """Return the shared pool, whatever the URL."""
        return self.shared

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Find no redirect: a token, a code or a secret goes nowhere but where it was sent."""

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a request with our timeout, verification on and redirects off, whatever was asked."""
        left = deadlines.remaining()
        timeout = self.timeout if left is None else max(min(self.timeout, left), SHORTEST_WAIT)
        kwargs |= {"timeout": timeout, "allow_redirects": False, "verify": True}
        with WATCHDOG.watching(timeout) as watch:
            try:
                response = super().request(method, url, *args, **kwargs)
            except requests.ConnectionError as cut:
                if not watch.barked:
                    raise
                # Seen as a lost connection; it was ended because its time was over.
                raise requests.ReadTimeout("the answer was given up", request=cut.request) from None
        if watch.barked:
            # Without a stated length a cut answer looks like a whole one.
            raise requests.ReadTimeout("the answer was given up", request=response.request)
        return response


class PooledAdapter(HTTPAdapter):
    """
    An adapter whose pool blocks when it is full and whose trust store is loaded once.

    Args:
        context: The one ``SSLContext``.

        pool_size: Connections to one host at most.
    """

    def __init__(self, context: ssl.SSLContext, pool_size: int) -> None:
        self._context = context
        self._size = pool_size
        self._process = os.getpid()
        self._forked = threading.Lock()
        super().__init__(pool_connections=POOL_HOSTS, pool_maxsize=pool_size, max_retries=0, pool_block=True)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any) -> None:  # noqa: FBT001, FBT002, RUF100  # requests' signature
        """Build the pools over the one context."""
        super().init_poolmanager(connections, maxsize, block, ssl_context=self._context, **pool_kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[Any, Any]:
        """Choose the connection by host and by the one context: some versions of requests put theirs first."""
        host, tls = super().build_connection_pool_key_attributes(request, verify, cert)
        return host, {**tls, "ssl_context": self._context}

    def get_connection_with_tls_context(
        self,
        request: requests.PreparedRequest,
        verify: Any,
        proxies: Any = None,  # noqa: ARG002  # requests' signature
        cert: Any = None,
    ) -> HTTPConnectionPool:
        """Return the host's pool; there are no proxies to look for."""
        host, tls = self.build_connection_pool_key_attributes(request, verify, cert)
        pool: HTTPConnectionPool = self.poolmanager.connection_from_host(**host, pool_kwargs=tls)
        return pool

    def request_url(self, request: requests.PreparedRequest, proxies: Any) -> str:  # noqa: ARG002  # requests' signature
        """Return what is asked of the host: without a proxy always the path."""
        return request.path_url

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:  # noqa: ARG002  # requests' signature
        """
        Leave verification to the context, which always verifies.

        The inherited method names a CA file here, which urllib3 then parses for each connection.
        """
        conn.cert_reqs = "CERT_REQUIRED"

    def send(  # type: ignore[override]  # the parameters are passed by keyword, as requests does
        self,
        request: requests.PreparedRequest,
        *,
        timeout: float | None = None,
        **kwargs: Any,
    ) -> requests.Response:
        """Send *request* within *timeout* seconds: connecting included, each wait for more of the answer."""
        self._leave_sockets_to_parent()
        connect = CONNECT_TIMEOUT.total_seconds()
        limits = urllib3.Timeout(total=timeout, connect=connect if timeout is None else min(timeout, connect))
        kwargs |= {"verify": True, "proxies": {}}
        return super().send(request, timeout=limits, **kwargs)  # type: ignore[arg-type]  # the stubs lack Timeout

    def build_response(self, req: requests.PreparedRequest, resp: urllib3.BaseHTTPResponse) -> requests.Response:
        """Return *resp*, which the pool has read to its end, as requests' own, without the cookies."""
        response = _Read()
        response.status_code = resp.status
        response.reason = resp.reason  # type: ignore[assignment]  # None as in requests' own
        response.headers = resp.headers  # type: ignore[assignment]  # as deaf to case as requests' own
        response.encoding = get_encoding_from_headers(response.headers)
        response.raw = resp
        response.url = req.url or ""
        response.request = req
        return response

    def _leave_sockets_to_parent(self) -> None:
        # Two processes on one socket would read each other's answers, that is, another company's tokens.
        if self._process == os.getpid():
            return
        with self._forked:
            if self._process != os.getpid():
                self.init_poolmanager(POOL_HOSTS, self._size, block=True)
                self._process = os.getpid()


class _Read(requests.Response):
    """An answer that was read to its end before it was handed on, so that its connection is free again."""

    @property
    def content(self) -> bytes:
        """The body."""
        body: bytes = self.raw.data
        return body


class _Rested:
    """
    Closes a connection that has rested for too long before it is used again.

    A server may be closing it at that very moment; the request is then lost without a trace, and
    nobody can know whether it was processed.
    """

    def _put_conn(self, conn: Any) -> None:
        if conn is not None:
            conn.rests_since = time.monotonic()
        super()._put_conn(conn)  # type: ignore[misc]

    def _get_conn(self, timeout: float | None = None) -> Any:
        conn = super()._get_conn(timeout)  # type: ignore[misc]
        rested = time.monotonic() - getattr(conn, "rests_since", math.inf)
        if rested > LONGEST_REST.total_seconds():
            conn.close()
        return conn


class _Whole:
    """Reads each answer at once and to its end, and does not let a caller wait for ever for a connection."""

    def urlopen(self, *args: Any, **kwargs: Any) -> Any:
        """Send a request; ``EmptyPoolError`` when no connection came free in time."""
        kwargs |= {"pool_timeout": POOL_WAIT.total_seconds(), "preload_content": True, "decode_content": True}
        return super().urlopen(*args, **kwargs)  # type: ignore[misc]


class _Pool(_Whole, _Rested, HTTPConnectionPool):
    """Connections without TLS."""

    ConnectionCls = PlainConnection


class _SecurePool(_Whole, _Rested, HTTPSConnectionPool):
    """Connections with TLS."""

    ConnectionCls = SecureConnection


def _trust(ca_file: str | Path | None) -> ssl.SSLContext:
    bundle = str(DEFAULT_CA_BUNDLE_PATH if ca_file is None else ca_file)
    problem: str | None = None
    try:
        return ssl.create_default_context(cafile=bundle)
    except OSError as failure:
        problem = failure.strerror or type(failure).__name__
    raise ConfigurationError(
        f"The CA file {bundle} cannot be read: {problem}.",
        hint="Give a PEM file of the authorities to trust, or none to trust certifi's.",
    )
