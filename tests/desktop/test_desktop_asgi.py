"""The Web Connector's address: calls in threads, a page for people, nothing of ours in any error."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any
from xml.etree import ElementTree as ET

import attrs
import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from qbapps.desktop import asgi
from qbapps.desktop.soap.answering import answer
from qbapps.desktop.soap.reading import read
from qbapps.desktop.soap.wsdl import wsdl
from qbapps.language import words

BODY = b"<Envelope><Body><getLastError><ticket>t-1</ticket></getLastError></Body></Envelope>"
ORIGIN = "https://apps.example"


@attrs.define
class FakeDesk:
    """Answers with the ticket, and remembers who asked."""

    calls: list[tuple[bytes, str]] = attrs.field(factory=list)
    looks: list[str] = attrs.field(factory=list)
    threads: set[int] = attrs.field(factory=set)
    fails: Exception | None = None
    status: int = 200

    def dispatch(self, body: bytes, *, path: str = "") -> tuple[int, bytes]:
        self.threads.add(threading.get_ident())
        self.calls.append((body, path))
        if self.fails is not None:
            raise self.fails
        return self.status, answer("getLastError", read(body).arguments["ticket"])

    def opened(self, path: str) -> None:
        self.threads.add(threading.get_ident())
        self.looks.append(path)
        if self.fails is not None:
            raise self.fails

    def wsdl(self, url: str) -> bytes:
        if self.fails is not None:
            raise self.fails
        return wsdl(url)


@pytest.fixture
def desk() -> FakeDesk:
    return FakeDesk()


def ask(app: Any, method: str, path: str, *, origin: str = ORIGIN, **arguments: Any) -> httpx.Response:
    async def main() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url=origin) as client:
            return await client.request(method, path, **arguments)

    return asyncio.run(main())


def is_fault(reply: httpx.Response, code: str) -> bool:
    assert reply.headers["content-type"] == "text/xml; charset=utf-8"
    return ET.fromstring(reply.content).findtext(".//faultcode") == code  # noqa: S314 - our own


PLACES: list[tuple[Callable[[Starlette], Any], str]] = [
    (lambda app: app, "/"),
    (lambda app: Starlette(routes=[Mount("/qbwc", app=app)]), "/qbwc/"),
    (lambda app: Starlette(routes=[Mount("/a", routes=[Mount("/{firm}", app=app)])]), "/a/durand/"),
]


@pytest.mark.parametrize(("placed", "prefix"), PLACES)
@pytest.mark.parametrize("path", ["", "con_1", "con_1/more", "con%201"])
def test_a_call_is_handed_on_with_what_follows_the_mount_point(
    desk: FakeDesk, placed: Callable[[Starlette], Any], prefix: str, path: str
) -> None:
    reply = ask(placed(asgi.application(desk)), "POST", prefix + path, content=BODY)

    assert reply.status_code == 200
    assert reply.headers["content-type"] == "text/xml; charset=utf-8"
    assert reply.content == answer("getLastError", "t-1")
    assert desk.calls == [(BODY, path.replace("%20", " "))]
    assert threading.get_ident() not in desk.threads


def test_the_desks_status_is_the_replys(desk: FakeDesk) -> None:
    desk.status = 400

    assert ask(asgi.application(desk), "POST", "/", content=BODY).status_code == 400


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("fr-CA,fr;q=0.9,en;q=0.8", "fr"),
        ("en-US,fr;q=0.9", "en"),
        ("de, fr;q=0.5, en;q=0.4", "fr"),
        ("en;q=0.1, fr;q=0.2", "fr"),
        ("fr;q=0, de", "en"),
        ("*", "en"),
        (";;q=,fr;q=x," + "fr;q=1," * 5_000, "fr"),
        ("\x00\xff", "en"),
    ],
)
def test_a_look_gets_a_page_in_the_readers_language(desk: FakeDesk, accepted: str | None, language: str) -> None:
    headers = {} if accepted is None else {"Accept-Language": accepted.encode("latin-1")}
    reply = ask(asgi.application(desk), "GET", "/con_1", headers=headers)

    assert reply.status_code == 200
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert reply.headers["content-language"] == language
    assert f'<html lang="{language}">' in reply.text
    assert words(language)(asgi.TITLE) in reply.text
    assert desk.looks == ["con_1"]


def test_the_page_loads_nothing_and_repeats_nothing(desk: FakeDesk) -> None:
    reply = ask(asgi.application(desk), "GET", "/<canary>?a=canary")

    assert "canary" not in reply.text
    assert not [word for word in ("script", "http:", "https:", "src=", "href=", "style") if word in reply.text]
    assert reply.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"


def test_head_is_answered_and_is_no_look(desk: FakeDesk) -> None:
    assert ask(asgi.application(desk), "HEAD", "/con_1").status_code == 200
    assert desk.looks == []


@pytest.mark.parametrize("query", ["wsdl", "WSDL", "Wsdl=", "a=b&wsdl"])
def test_the_description_names_the_address_that_was_asked(desk: FakeDesk, query: str) -> None:
    reply = ask(Starlette(routes=[Mount("/qbwc", app=asgi.application(desk))]), "GET", f"/qbwc/con_1?{query}")

    assert reply.headers["content-type"] == "text/xml; charset=utf-8"
    assert reply.content == wsdl("https://apps.example/qbwc/con_1")
    assert desk.looks == []


def test_the_description_names_the_public_address_where_it_is_known(desk: FakeDesk) -> None:
    app = asgi.application(desk, url="https://public.example/qbwc/")

    assert ask(app, "GET", "/con_1?wsdl", origin="http://10.0.0.1:8000").content == wsdl(
        "https://public.example/qbwc/con_1"
    )


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH"])
def test_other_methods_are_refused(desk: FakeDesk, method: str) -> None:
    reply = ask(asgi.application(desk), method, "/con_1", content=BODY)

    assert reply.status_code == 405
    assert (desk.calls, desk.looks) == ([], [])


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "identity, br"])
def test_a_compressed_call_is_refused(desk: FakeDesk, encoding: str) -> None:
    reply = ask(asgi.application(desk), "POST", "/", content=BODY, headers={"Content-Encoding": encoding})

    assert reply.status_code == 415
    assert is_fault(reply, "soap:Client")
    assert desk.calls == []


def test_a_call_as_long_as_it_may_be_is_taken(desk: FakeDesk) -> None:
    app = asgi.application(desk, most=len(BODY))

    assert ask(app, "POST", "/", content=BODY, headers={"Content-Encoding": "identity"}).status_code == 200
    assert ask(app, "POST", "/", content=BODY + b" ").status_code == 413
    assert len(desk.calls) == 1


@pytest.mark.parametrize("headers", [{}, {"Content-Length": "10000"}, {"Content-Length": "9" * 400}])
def test_the_rest_of_a_call_that_is_too_long_is_not_read(desk: FakeDesk, headers: dict[str, str]) -> None:
    sent = []

    async def pieces() -> AsyncIterator[bytes]:
        for n in range(1_000):
            sent.append(n)
            yield b"x" * 10

    reply = ask(asgi.application(desk, most=25), "POST", "/", content=pieces(), headers=headers)

    assert reply.status_code == 413
    assert is_fault(reply, "soap:Client")
    assert len(sent) <= (0 if headers else 3)
    assert desk.calls == []


def test_a_call_that_breaks_off_is_not_handed_on(desk: FakeDesk) -> None:
    arriving = [
        {"type": "http.request", "body": BODY, "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return arriving.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": [], "scheme": "https",
             "server": ("apps.example", 443)}  # fmt: skip
    asyncio.run(asgi.application(desk)(scope, receive, send))

    assert sent[0]["status"] == 400
    assert desk.calls == []


@pytest.mark.parametrize(("method", "path"), [("POST", "/con_1"), ("GET", "/con_1?wsdl")])
def test_a_failure_of_ours_is_a_fault_without_details_and_is_logged(
    desk: FakeDesk, caplog: pytest.LogCaptureFixture, method: str, path: str
) -> None:
    desk.fails = ValueError("canary: a password")
    with caplog.at_level(logging.DEBUG):
        reply = ask(asgi.application(desk), method, path, content=BODY if method == "POST" else None)

    assert reply.status_code == 500
    assert is_fault(reply, "soap:Server")
    assert not [word for word in ("canary", "Traceback", "ValueError", "fails") if word in reply.text]
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert (record.__dict__["error"], record.__dict__["path"]) == ("ValueError", "con_1")
    assert "raise self.fails" in record.__dict__["where"]
    assert "canary" not in caplog.text + str(record.__dict__)


def test_a_look_that_cannot_be_noted_still_gets_its_page(desk: FakeDesk, caplog: pytest.LogCaptureFixture) -> None:
    desk.fails = ValueError("canary")

    assert ask(asgi.application(desk), "GET", "/con_1").status_code == 200
    assert [record.__dict__["error"] for record in caplog.records if record.levelno >= logging.ERROR] == ["ValueError"]


@pytest.mark.parametrize(
    ("origin", "headers", "advised"),
    [
        ("http://apps.example", {}, 1),
        ("https://apps.example", {}, 0),
        ("http://localhost:8000", {}, 0),
        ("http://127.0.0.1:8000", {}, 0),
        ("http://apps.example", {"X-Forwarded-Proto": "https"}, 0),
    ],
)
def test_plain_http_is_served_with_one_warning(
    desk: FakeDesk, caplog: pytest.LogCaptureFixture, origin: str, headers: dict[str, str], advised: int
) -> None:
    app = asgi.application(desk)
    for _ in range(3):
        assert ask(app, "POST", "/", origin=origin, content=BODY, headers=headers).status_code == 200

    assert len([record for record in caplog.records if record.name == asgi.__name__]) == advised


class Served(uvicorn.Server):
    """A real server in this event loop."""

    def __init__(self, app: Any) -> None:
        super().__init__(uvicorn.Config(app, log_config=None, lifespan="off"))
        self.is_up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_up.set()


def test_it_works_under_a_real_server(desk: FakeDesk) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield b"x" * 65_536

    async def main(listening: socket.socket) -> list[httpx.Response]:
        server = Served(asgi.application(desk, most=1_000_000))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        await server.is_up.wait()
        origin = f"http://127.0.0.1:{listening.getsockname()[1]}"
        try:
            async with httpx.AsyncClient(base_url=origin) as client:
                return [
                    await client.post("/con_1", content=BODY),
                    await client.head("/con_1"),
                    await client.get("/con_1"),
                    await client.post("/con_1", content=pieces()),
                    await client.post("/con_1", content=BODY),
                ]
        finally:
            server.should_exit = True
            await serving

    with socket.create_server(("127.0.0.1", 0)) as listening:
        replies = asyncio.run(main(listening))

    assert [reply.status_code for reply in replies] == [200, 200, 200, 413, 200]
    assert replies[0].content == answer("getLastError", "t-1")
    assert replies[1].content == b""
    assert desk.looks == ["con_1"]
