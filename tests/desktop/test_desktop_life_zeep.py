"""A real SOAP client by the service's own description: in process, over ASGI, and by https."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
import trustme
import uvicorn
import zeep
from desktop_house import House, house
from starlette.applications import Starlette
from starlette.routing import Mount
from zeep.transports import AsyncTransport, Transport

from qbapps.desktop.soap.wsdl import wsdl

ADDRESS = "https://apps.example/qbwc"


class InProcess(Transport):  # type: ignore[misc]
    """Calls a house without HTTP."""

    def __init__(self, there: House) -> None:
        super().__init__()
        self._there = there

    def load(self, url: str) -> bytes:  # noqa: ARG002 - zeep's signature
        """Return the description."""
        return wsdl(ADDRESS)

    def post(self, address: str, message: bytes, headers: dict[str, str]) -> requests.Response:  # noqa: ARG002
        """Make a call."""
        answer = requests.Response()
        answer.status_code, answer._content = self._there.qb.desktop.dispatch(message, path=self._there.id)
        answer.headers["Content-Type"] = "text/xml; charset=utf-8"
        answer.encoding = "utf-8"
        return answer


def session(service: Any, there: House) -> None:
    """Lead one session, from the first greeting to the last, with hours and customers."""
    assert "qbapps" in service.serverVersion()
    assert service.clientVersion("2.3.0.215") in (None, "")
    refused = service.authenticate(there.username, "wrong")
    assert refused[1] == "nvu"
    ticket, path, *_ = service.authenticate(there.username, there.password)
    assert path in (None, "")
    assert service.authenticate(there.username, there.password)[1] == "busy"
    books = there.quickbooks.begin_session(there.connector.application().file.app)
    for _ in range(20):
        request = service.sendRequestXML(ticket, "", there.company.path, "US", 13, 0)
        answer = there.quickbooks.process(request, books.ticket)  # type: ignore[union-attr]
        done = service.receiveResponseXML(ticket, answer, "", "")
        if done == 100:
            break
        assert 0 < done < 100
    assert service.sendRequestXML(ticket, "", there.company.path, "US", 13, 0) in (None, "")
    assert service.getLastError(ticket)
    assert service.connectionError(ticket, "0x80040408", "QuickBooks could not be started.") == "done"
    assert service.closeConnection(ticket)
    assert service.sendRequestXML("nobody's", "", "", "US", 13, 0) in (None, "")
    assert service.receiveResponseXML("nobody's", "", "", "") == -1
    assert service.interactiveDone("nobody's") == "Done"


def prepare(there: House) -> None:
    there.add("Café – “Noël” & <co>")
    there.ask(page=4)


def check(there: House) -> None:
    assert there.hours() == ["Café – “Noël” & <co>"]
    assert set(there.jobs().values()) == {"done"}
    assert there.state == "active"


def test_zeep_leads_a_session_in_process() -> None:
    with house() as there:
        prepare(there)
        session(zeep.Client("described", transport=InProcess(there)).service, there)
        check(there)


class Waiting:
    """A service whose calls are awaited one by one, for those who do not wait."""

    def __init__(self, service: Any, run: Any) -> None:
        self._service, self._run = service, run

    def __getattr__(self, name: str) -> Any:
        return lambda *given: self._run(getattr(self._service, name)(*given))


def test_zeep_leads_a_session_over_asgi() -> None:
    with house() as there, asyncio.Runner() as runner:
        prepare(there)
        # Mounted as an application would, so that the address in the description is the one that is called.
        app = Starlette(routes=[Mount("/qbwc", app=there.qb.desktop.asgi(url=ADDRESS))])
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app))
        calling = zeep.AsyncClient("described", transport=AsyncInProcess(there, client))
        service = calling.service
        session(Waiting(service, runner.run), there)
        runner.run(client.aclose())
        check(there)


class AsyncInProcess(AsyncTransport):  # type: ignore[misc]
    """Calls over an ASGI transport; the description comes from this process."""

    def __init__(self, there: House, client: httpx.AsyncClient) -> None:
        super().__init__(client=client, wsdl_client=httpx.Client())
        self._there = there

    def load(self, url: str) -> bytes:  # noqa: ARG002 - zeep's signature
        """Return the description."""
        return wsdl(f"{ADDRESS}/{self._there.id}")


@contextmanager
def served(there: House, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Serve a house by https, on a port of its own."""
    authority = trustme.CA()
    certificate, trusted = tmp_path / "server.pem", tmp_path / "authority.pem"
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(certificate)
    authority.cert_pem.write_to_path(trusted)
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    config = uvicorn.Config(
        there.qb.desktop.asgi(), ssl_certfile=str(certificate), log_level="critical", lifespan="off"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield f"https://localhost:{listening.getsockname()[1]}", trusted
    finally:
        server.should_exit = True
        thread.join(30)
        listening.close()


def test_zeep_leads_a_session_by_https(tmp_path: Path) -> None:
    with house() as there, served(there, tmp_path) as (url, trusted), requests.Session() as wire:
        prepare(there)
        wire.verify, wire.trust_env = str(trusted), False
        client = zeep.Client(f"{url}/{there.id}?wsdl", transport=Transport(session=wire))
        session(client.service, there)
        check(there)
        with pytest.raises(ssl.SSLError), socket.create_connection(("localhost", int(url.rpartition(":")[2]))) as raw:
            ssl.create_default_context().wrap_socket(raw, server_hostname="localhost")
