"""Heads of answers: read fast where they are ordinary, and always as the standard library reads them."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import intuit_wire as wire
import pytest

from qbapps.errors import IntuitProtocolError, IntuitUnavailable
from qbapps.intuit.oauth import IntuitOAuth
from qbapps.intuit.sockets import OrdinaryAnswer, PlainConnection
from qbapps.intuit.transport import Transport
from qbapps.values import Secret

ORDINARY = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nintuit_tid:1-2\r\nContent-Length: 7\r\n\r\n{"a":1}'

HEADS = {
    "ordinary": ORDINARY,
    "refused": b"HTTP/1.1 400 Bad Request\r\nConnection: Keep-Alive\r\ncontent-length:  2 \r\n\r\n{}",
    "no reason": b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\n{}",
    "twice the same header": b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 0\r\n\r\n",
    "an empty header": b"HTTP/1.1 503 Busy\r\nX-Nothing:\r\nRetry-After: 3\r\nContent-Length: 0\r\n\r\n",
    "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "chunked, with a length": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
    ),
    "closing": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
    "old": b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    "no length": b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nto the end",
    "no headers": b"HTTP/1.1 200 OK\r\n\r\nto the end",
    "no body": b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n",
    "continue first": b"HTTP/1.1 100 Continue\r\n\r\n" + ORDINARY,
    "folded": b"HTTP/1.1 200 OK\r\nX-Long: one\r\n two\r\nContent-Length: 2\r\n\r\n{}",
    "not ASCII": b"HTTP/1.1 200 OK\r\nX-Name: caf\xc3\xa9\r\nContent-Length: 2\r\n\r\n{}",
    "bare line feeds": b"HTTP/1.1 200 OK\nContent-Length: 2\n\n{}",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 4\r\n\r\n{}xx",
    "a length that is none": b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n{}",
    "a blank in a name": b"HTTP/1.1 200 OK\r\nBad Name: x\r\nContent-Length: 2\r\n\r\n{}",
}


def read(kind: type[http.client.HTTPResponse], pieces: list[bytes], method: str = "POST") -> dict[str, Any]:
    """Read an answer that comes in *pieces*, and tell all that callers look at."""
    ours, theirs = socket.socketpair()

    def serve() -> None:
        with theirs:
            for piece in pieces:
                theirs.sendall(piece)

    serving = threading.Thread(target=serve)
    serving.start()
    with ours:
        response = kind(ours, method=method)
        response.begin()
        found = {
            "status": response.status,
            "reason": response.reason,
            "version": response.version,
            "headers": list(response.headers.items()),
            "length": response.length,
            "chunked": response.chunked,
            "closes": response.will_close,
            "body": response.read(),
            "is_closed": response.isclosed(),
        }
        response.close()
    serving.join()
    return found


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_an_answer_is_read_as_the_standard_library_reads_it(head: bytes) -> None:
    assert read(OrdinaryAnswer, [head]) == read(http.client.HTTPResponse, [head])


@pytest.mark.parametrize("cut", [3, 20, len(ORDINARY) - 8, len(ORDINARY) - 3])
def test_an_answer_that_comes_in_two_pieces_is_read_whole(cut: int) -> None:
    assert read(OrdinaryAnswer, [ORDINARY[:cut], ORDINARY[cut:]])["body"] == b'{"a":1}'


def test_an_answer_to_head_has_no_body_whatever_its_length() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"

    assert read(OrdinaryAnswer, [head], "HEAD") == read(http.client.HTTPResponse, [head], "HEAD")


def test_an_ordinary_head_does_not_take_the_way_round(monkeypatch: pytest.MonkeyPatch) -> None:
    def parse_headers(*_: object) -> None:
        pytest.fail("the e-mail parser was asked")

    monkeypatch.setattr(http.client, "parse_headers", parse_headers)

    assert read(OrdinaryAnswer, [ORDINARY])["body"] == b'{"a":1}'


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
