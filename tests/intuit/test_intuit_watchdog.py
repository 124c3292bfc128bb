"""Answers that come byte by byte: each wait is short, and the whole is bounded all the same."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta

import pytest
import requests

from qbapps.intuit.transport import Transport
from qbapps.intuit.watchdog import Watchdog

PATIENCE = 30
LIMIT = timedelta(seconds=0.5)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@contextmanager
def dripping(first: bytes, drip: bytes) -> Iterator[str]:
    """Serve *first* at once and then *drip* again and again, faster than any wait could run out."""
    stop = threading.Event()

    def serve(server: socket.socket) -> None:
        with ExitStack() as stack:
            connection, _ = server.accept()
            stack.enter_context(connection)
            connection.recv(65536)
            try:
                connection.sendall(first)
                while not stop.wait(0.05):
                    connection.sendall(drip)
            except OSError:
                return

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, args=(server,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        finally:
            stop.set()
            thread.join(PATIENCE)


@pytest.mark.parametrize(
    ("first", "drip"),
    [
        (b"HTTP/1.1 200 OK\r\nX: ", b"a"),
        (HEAD + b"Content-Length: 100000\r\n\r\n", b"a"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
        (HEAD + b"Connection: close\r\n\r\n", b"a"),
    ],
    ids=["head", "body", "chunks", "until-closed"],
)
def test_an_answer_that_drips_is_given_up_when_its_time_is_over(first: bytes, drip: bytes) -> None:
    transport = Transport()
    failed = threading.Event()
    with dripping(first, drip) as url:

        def ask() -> None:
            try:
                transport.session(LIMIT).get(url)
            except requests.RequestException:
                failed.set()

        asking = threading.Thread(target=ask)
        asking.start()
        assert failed.wait(PATIENCE)
        asking.join(PATIENCE)
    transport.close()


def test_the_watchdog_rests_when_there_is_nothing_to_watch() -> None:
    dog = Watchdog()
    with dog.watching(0.01) as watch:
        running = [thread for thread in threading.enumerate() if thread.name == "qbapps watchdog"]
        assert running
    for thread in running:
        thread.join(PATIENCE)
    assert not dog._watched
    assert not watch.barked
