"""Real HTTP on loopback: a thin layer that carries requests to `Intuit.handle`."""

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any, Protocol, cast

import uvicorn
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from qbapps.simulator.gates import MustWait
from qbapps.simulator.messages import NoAnswer, Reply, TimedOut

_START_WITHIN = 10.0
_MOST_HELD = 256


class Handle(Protocol):
    """What answers a request: `Intuit.handle`."""

    def __call__(
        self,
        method: str,
        url: str,
        headers: Iterable[tuple[Any, Any]],
        body: bytes,
        *,
        peer: str | None,
        may_wait: bool,
    ) -> Reply:
        """Answer one request."""
        ...


class _Protocol(H11Protocol):
    """Lets the application see its connection, so that it can really be broken."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.app_state = {**self.app_state, "transport": transport}
        super().connection_made(transport)


class _Server(uvicorn.Server):
    """A uvicorn that tells when it is ready and stops at once, whatever is still in flight."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self.loop: asyncio.AbstractEventLoop | None = None
        # Since Python 3.10 an event binds to the loop that first waits for it.
        self.stopping = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self.loop = asyncio.get_running_loop()
        await super().startup(sockets=sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        await self.stopping.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for listening in sockets or []:
            listening.close()
        for connection in list(self.server_state.connections):
            cast("_Protocol", connection).transport.abort()
        tasks = list(self.server_state.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class HttpServer:
    """Serves one simulator on one address, in a thread of its own."""

    def __init__(self, handle: Handle, host: str, port: int) -> None:
        self._handle = handle
        self._waiting_room = ThreadPoolExecutor(_MOST_HELD, thread_name_prefix="intuit-held")
        self._socket = _listen(host, port)
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(
            self._application,
            interface="asgi3",
            proxy_headers=False,
            http=_Protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            date_header=False,
            server_header=False,
        )
        self._server = _Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), name="intuit", daemon=True)

    def start(self) -> None:
        """Start serving; returns when requests are accepted."""
        self._thread.start()
        if not self._server.ready.wait(_START_WITHIN):
            raise RuntimeError(f"the simulator did not start on port {self.port}")

    def stop(self) -> None:
        """Stop serving and break every connection; returns when the port is free."""
        loop = self._server.loop
        if loop is not None and self._thread.is_alive():
            loop.call_soon_threadsafe(self._server.stopping.set)
            self._thread.join()
        self._waiting_room.shutdown(wait=False)

    def join(self) -> None:
        """Wait until the server has stopped."""
        # In slices, so that Ctrl+C is noticed on every platform.
        while self._thread.is_alive():
            self._thread.join(1.0)

    async def _application(self, scope: Scope, receive: Receive, send: Send) -> None:
        http = HttpRequest(scope, receive)
        body = await http.body()
        transport: asyncio.Transport = scope["state"]["transport"]
        url = scope["raw_path"].decode("latin-1") + "?" + scope["query_string"].decode("latin-1")
        peer = http.client.host if http.client else None
        ask = partial(self._handle, http.method, url, scope["headers"], body, peer=peer)
        try:
            reply = await self._answer(ask)
        except NoAnswer as silence:
            if isinstance(silence, TimedOut):
                with suppress(TimeoutError):
                    await asyncio.wait_for(_gone(receive), silence.hold)
            _reset(transport)
            await _gone(receive)
            return
        response = Response(reply.body, reply.status, dict(reply.headers))
        await response(scope, receive, send)

    async def _answer(self, ask: Callable[..., Reply]) -> Reply:
        # Answering on the event loop itself decides races by order of arrival; only a request
        # that a gate holds goes to a thread, where waiting harms nobody.
        try:
            return ask(may_wait=False)
        except MustWait:
            waiting = partial(ask, may_wait=True)
            return await asyncio.get_running_loop().run_in_executor(self._waiting_room, waiting)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio switches Nagle's algorithm off: 2 ms a request instead of 44.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(512)
    except OSError as error:
        listening.close()
        problem = f"the simulator cannot listen on {host}:{port}: {error.strerror}"
        raise OSError(error.errno, problem) from None
    return listening


def _reset(transport: asyncio.Transport) -> None:
    # Lingering for no time makes the kernel send RST instead of an orderly end.
    connection = transport.get_extra_info("socket")
    if connection is not None:
        with suppress(OSError):  # the caller may have closed it meanwhile
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
