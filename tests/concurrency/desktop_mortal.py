"""
Servers of the Web Connector's address that end by SIGKILL at the n-th call they get.

Run as a program, this waits for jobs, one JSON line each, and forks a server for each of them, which serves by https
on a port of its own until it is killed: a server starts in milliseconds, and its death is a real one.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import datetime
from pathlib import Path
from typing import Any

import attrs
import uvicorn

import qbapps
from qbapps.simulator.desktop import OverHttp
from qbapps.testing import FakeClock

HOST = "https://localhost"


@attrs.frozen(kw_only=True)
class Death:
    """
    Where a server ends.

    Attributes:
        call: Which call, counted from 1.
        moment: ``before`` it does anything, or ``after`` it did all, its reply unsent.
    """

    call: int
    moment: str


class SharedClock(FakeClock):
    """A clock that stands where *path* says, for all processes."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        path.write_text(super().now().isoformat())

    def now(self) -> datetime:
        """Return the time it shows."""
        return datetime.fromisoformat(self._path.read_text())

    def advance(self, by: Any) -> None:
        """Move on."""
        whole = self._path.with_suffix(".new")
        whole.write_text((self.now() + by).isoformat())
        whole.replace(self._path)


class ReadClock(FakeClock):
    """The same clock, in a server."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = Path(path)

    def now(self) -> datetime:
        """Return the time it shows."""
        return datetime.fromisoformat(self._path.read_text())


class Mortals:
    """The program that forks servers; one serves a whole test session."""

    def __init__(self, certificate: Path, authority: Any) -> None:
        self._program = subprocess.Popen(
            [sys.executable, __file__, str(certificate)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._over = OverHttp(authority, timeout=60)
        self._job: dict[str, Any] = {}
        self._pid = 0
        self._port = 0
        assert self._read() == {"ready": True}

    def serve(self, url: str, key: str, clock: Path, death: Death | None = None) -> None:
        """Start a server; the one before is gone."""
        self.stop()
        self._job = {"url": url, "key": key, "clock": str(clock)}
        self._start(death)

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        """Call the server of the day."""
        return self._over.post(self._at(url), body, headers)

    def get(self, url: str) -> tuple[int, bytes]:
        """Look at the server of the day."""
        return self._over.get(self._at(url)) if "/qbwc" in url else (200, b"")

    def revive(self) -> None:
        """Wait until the server is dead, and start it again."""
        self._write({"wait": self._pid})
        assert self._read()["signal"] == signal.SIGKILL
        self._pid = 0
        self._start(None)

    def stop(self) -> None:
        """Kill the server, if there is one."""
        if self._pid:
            self._write({"kill": self._pid})
            self._read()
            self._pid = 0

    def close(self) -> None:
        """End the program."""
        self.stop()
        self._program.communicate(timeout=60)

    def _start(self, death: Death | None) -> None:
        self._write({**self._job, "death": None if death is None else [death.call, death.moment]})
        told = self._read()
        self._pid, self._port = told["pid"], told["port"]

    def _at(self, url: str) -> str:
        return url.replace(HOST, f"{HOST}:{self._port}")

    def _write(self, job: dict[str, Any]) -> None:
        assert self._program.stdin is not None
        self._program.stdin.write(json.dumps(job) + "\n")
        self._program.stdin.flush()

    def _read(self) -> Any:
        assert self._program.stdout is not None
        line = self._program.stdout.readline()
        assert line, "the program of the servers has ended"
        return json.loads(line)


Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Counted:
    """An ASGI application that kills its process at one of its calls."""

    def __init__(self, app: Any, death: tuple[int, str]) -> None:
        self._app, self._death, self._calls = app, death, 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        self._calls += 1
        self._die_if("before")

        async def after(message: Message) -> None:
            self._die_if("after")
            await send(message)

        await self._app(scope, receive, after)

    def _die_if(self, moment: str) -> None:
        if (self._calls, moment) == self._death:
            os.kill(os.getpid(), signal.SIGKILL)


def _live(job: dict[str, Any], certificate: str, listening: socket.socket) -> None:
    with qbapps.open(job["url"], key=job["key"], clock=ReadClock(job["clock"])) as qb:
        app = Counted(qb.desktop.asgi(), tuple(job["death"] or (0, "")))
        config = uvicorn.Config(app, ssl_certfile=certificate, log_level="critical", lifespan="off", access_log=False)
        uvicorn.Server(config).run(sockets=[listening])


def _born(job: dict[str, Any], certificate: str) -> None:
    """Live, and never come back."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    answer({"pid": os.getpid(), "port": listening.getsockname()[1]})
    try:
        _live(job, certificate, listening)
    finally:
        os._exit(1)


def _load() -> None:
    """Load what is loaded on use before the first fork, so that no server pays for it."""
    with qbapps.open("sqlite://") as qb:
        qb.desktop.dispatch(b"")
        uvicorn.Config(qb.desktop.asgi(), lifespan="off").load()


def _serve(certificate: str) -> None:
    _load()
    answer({"ready": True})
    for line in sys.stdin:
        job = json.loads(line)
        if "kill" in job:
            os.kill(job["kill"], signal.SIGKILL)
            os.waitpid(job["kill"], 0)
            answer({"killed": True})
        elif "wait" in job:
            _, status = os.waitpid(job["wait"], 0)
            answer({"signal": os.WTERMSIG(status)})
        elif os.fork() == 0:
            _born(job, certificate)


def answer(what: dict[str, Any]) -> None:
    """Write one line to whoever started this program."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _serve(sys.argv[1])
