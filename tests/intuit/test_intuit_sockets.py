"""Connections: requests in one piece, and answers that break off."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import intuit_wire as wire
import pytest

from qbapps.errors import IntuitProtocolError, IntuitUnavailable
from qbapps.intuit.oauth import IntuitOAuth
from qbapps.intuit.sockets import PlainConnection
from qbapps.intuit.transport import Transport
from qbapps.values import Secret


def test_a_request_goes_out_in_one_piece() -> None:
    sent: list[bytes] = []

    class Recording:
        def sendall(self, data: bytes) -> None:
            sent.append(data)

        def settimeout(self, _: object) -> None: ...

        def close(self) -> None: ...

    connection = PlainConnection("127.0.0.1", 80)
    connection.sock = Recording()  # type: ignore[assignment]

    connection.request("POST", "/token", body=b"grant_type=refresh_token", headers={"Accept": "application/json"})

    assert len(sent) == 1
    assert sent[0].startswith(b"POST /token HTTP/1.1\r\n")
    assert sent[0].endswith(b"\r\n\r\ngrant_type=refresh_token")


@contextmanager
def answering(raw: bytes) -> Iterator[str]:
    """Answer the discovery document, then *raw* to a POST and hang up."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        root = f"http://127.0.0.1:{server.getsockname()[1]}"
        document = wire.as_json(200, {**dict.fromkeys(wire.DISCOVERY, f"{root}/x"), "issuer": "i"})[2]

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                while request := connection.recv(65536):
                    if request.startswith(b"GET"):
                        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(document)}\r\n\r\n"
                        connection.sendall(head.encode() + document)
                    else:
                        connection.sendall(raw)
                        return

        threading.Thread(target=serve, daemon=True).start()
        yield f"{root}/discovery"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"access_token"', IntuitUnavailable),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Encoding: gzip\r\n\r\nabc", IntuitProtocolError),
        (b"HTTP/1.1 2", IntuitUnavailable),
    ],
    ids=["cut off", "not what it says", "half a status"],
)
def test_an_answer_that_breaks_off_or_cannot_be_unpacked_may_have_been_processed(
    raw: bytes, expected: type[Exception], clock: wire.FakeClock
) -> None:
    carrier = Transport()
    with answering(raw) as url, pytest.raises(expected) as broken:
        IntuitOAuth(clock, timedelta(seconds=5), carrier).refresh(
            wire.credentials(discovery_url=url), Secret("canary-token")
        )
    carrier.close()

    assert getattr(broken.value, "processed", None) is None
    assert wire.spilled(broken.value, "canary") == []
