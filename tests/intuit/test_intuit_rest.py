"""A pooled connection that has rested too long is not trusted with a request."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from qbapps.intuit import transport


@contextmanager
def counting_server() -> Iterator[tuple[str, list[object]]]:
    """Serve over kept-alive connections, and list the connections that were accepted."""
    accepted: list[object] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            accepted.append(self.client_address)
            super().setup()

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", accepted
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def connections_for_two_requests() -> int:
    carrier = transport.Transport()
    with counting_server() as (url, accepted):
        for _ in range(2):
            assert carrier.session(timedelta(seconds=5)).get(url).text == "ok"
        carrier.close()
        return len(accepted)


def test_a_connection_that_has_just_been_used_is_used_again() -> None:
    assert connections_for_two_requests() == 1


def test_a_connection_that_has_rested_too_long_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "LONGEST_REST", timedelta(seconds=-1))
    assert connections_for_two_requests() == 2
