"""
Processes that kill themselves at the n-th call that crosses a port.

Run as a program, this waits for jobs, one JSON line each, and forks a child for each of them: a child
starts in milliseconds, and its SIGKILL is a real one. What a child wrote of its calls is handed back
when it is gone.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Literal

import attrs

# Loaded before the first fork, so that no child pays for it.
import qbapps.intuit.company
import qbapps.intuit.oauth
import qbapps.listening
import qbapps.memory  # noqa: F401
from qbapps.bootstrap import assemble
from qbapps.errors import QBAppsError
from qbapps.intuit.transport import Transport
from qbapps.manager import QBApps
from qbapps.store.opening import open_store
from qbapps.testing import FakeClock
from qbapps.vault import parse_keys

Moment = Literal["before", "after"]

PORTS = ("store", "oauth", "companies")


@attrs.frozen(kw_only=True)
class Death:
    """
    Where a process ends.

    Attributes:
        call: Which call, counted from 1.
        moment: ``before`` the call does anything, or ``after`` it did all, its result unseen.
    """

    call: int
    moment: Moment


@attrs.frozen(kw_only=True)
class End:
    """
    How a child ended.

    Attributes:
        killed: It died by SIGKILL.
        calls: The calls that crossed a port, by name; the last one is where it died.
        error: Code of the error that its verb raised, if it did.
    """

    killed: bool
    calls: tuple[str, ...]
    error: str | None


class Mortals:
    """The program that forks them; one serves a whole test session."""

    def __init__(self) -> None:
        self._program = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._read() == {"ready": True}

    def start(
        self,
        *,
        url: str,
        key: str,
        now: datetime,
        verb: str,
        given: str,
        death: Death | None,
        more: dict[str, Any] | None = None,
    ) -> int:
        """Start a child and return its process id."""
        job = {
            "url": url,
            "key": key,
            "now": now.isoformat(),
            "verb": verb,
            "given": given,
            "more": more or {},
            "death": None if death is None else [death.call, death.moment],
        }
        assert self._program.stdin is not None
        self._program.stdin.write(json.dumps(job) + "\n")
        self._program.stdin.flush()
        return int(self._read()["pid"])

    def end(self) -> End:
        """Wait until the child is gone."""
        told = self._read()
        return End(
            killed=os.WIFSIGNALED(told["status"]) and os.WTERMSIG(told["status"]) == signal.SIGKILL,
            calls=tuple(told["calls"]),
            error=told["error"],
        )

    def run(self, **job: Any) -> End:
        """Start a child and wait until it is gone."""
        self.start(**job)
        return self.end()

    def close(self) -> None:
        """End the program."""
        self._program.communicate(timeout=60)

    def _read(self) -> Any:
        assert self._program.stdout is not None
        line = self._program.stdout.readline()
        assert line, "the program of the mortals has ended"
        return json.loads(line)


class Counted:
    """A port whose calls are counted, and at one of which this process dies."""

    def __init__(self, name: str, port: Any, count: Callable[[str], None], after: Callable[[], None]) -> None:
        self._name, self._port, self._count, self._after = name, port, count, after

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if not callable(found):
            return found

        def call(*args: Any, **kwargs: Any) -> Any:
            self._count(f"{self._name}.{name}")
            result = found(*args, **kwargs)
            self._after()
            return result

        return call


def _live(job: dict[str, Any], tell: Callable[[str], None]) -> None:
    """Do what the job says; this is the child."""
    clock = FakeClock(datetime.fromisoformat(job["now"]))
    store = open_store(job["url"])
    ring = parse_keys(job["key"])
    qb = assemble(store, ring, transport=Transport(), clock=clock, token_cache_ttl=timedelta(0))
    deadly, moment = job["death"] or (0, "")
    called = 0

    def die_if(here: Moment) -> None:
        if (called, here) == (deadly, moment):
            os.kill(os.getpid(), signal.SIGKILL)

    def before(name: str) -> None:
        nonlocal called
        called += 1
        tell(f"call {name}")
        die_if("before")

    ports = qb._ports
    counted = {name: Counted(name, getattr(ports, name), before, lambda: die_if("after")) for name in PORTS}
    mortal = QBApps(attrs.evolve(ports, **counted), listeners=qb._listeners, close=lambda: None)
    try:
        getattr(mortal, job["verb"])(job["given"], **job["more"])
    except QBAppsError as error:
        tell(f"error {error.code}")


def _born(job: dict[str, Any], into: int) -> None:
    """Live, tell into the pipe, and never come back."""
    try:
        _live(job, lambda line: os.write(into, f"{line}\n".encode()) and None)
    except BaseException as error:  # noqa: BLE001 - whatever it is, the parent has to hear of it
        os.write(into, f"error {type(error).__name__}: {error}\n".encode())
    os._exit(0)


def _serve() -> None:
    answer({"ready": True})
    for line in sys.stdin:
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            _born(json.loads(line), writing)
        os.close(writing)
        answer({"pid": pid})
        with os.fdopen(reading) as told:
            lines = [line.strip().partition(" ") for line in told if line.strip()]
        _, status = os.waitpid(pid, 0)
        calls = [what for kind, _, what in lines if kind == "call"]
        error = next((what for kind, _, what in lines if kind == "error"), None)
        answer({"status": status, "calls": calls, "error": error})


def answer(what: dict[str, Any]) -> None:
    """Write one line to whoever started this program."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _serve()
