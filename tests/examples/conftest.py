"""Runs the examples as their docstrings say, on a simulator and ports of their own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import pytest

from qbapps.simulator import Intuit

ROOT = Path(__file__).parents[2]
SECONDS = 120

Run = Callable[..., subprocess.CompletedProcess[str]]
Running = Callable[..., AbstractContextManager[subprocess.Popen[str]]]


@pytest.fixture
def simulated() -> Iterator[Intuit]:
    with Intuit.from_scenario(clients=6) as running:
        yield running


@pytest.fixture
def environment(simulated: Intuit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    key = "Zm9yIHRlc3RzIG9ubHksIDMyIGJ5dGVzIGxvbmchISE="
    ours = {"SIMULATOR": simulated.url, "QBAPPS_STORE": f"sqlite:///{tmp_path / 'examples.db'}", "QBAPPS_KEY": key}
    for name, value in ours.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": ""}


@pytest.fixture
def port(simulated: Intuit, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> int:
    """A free port where a backend may listen, known to Intuit's side; the one of the docstrings may be taken."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        number: int = free.getsockname()[1]
    simulated.add_app("sim-dext", "sim-dext-secret", redirect_uris=[f"http://localhost:{number}/callback"])
    environment["PORT"] = str(number)
    return number


@pytest.fixture
def run(environment: dict[str, str], tmp_path: Path) -> Run:
    """Runs an example to its end, and looks at its exit code."""

    def runs(name: str, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, f"examples/{name}", *arguments],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == code, done.stderr
        return done

    return runs


@pytest.fixture
def running(environment: dict[str, str], tmp_path: Path) -> Running:
    """Starts a program, and ends it with all its processes at the end of the block."""

    @contextmanager
    def starts(*command: str) -> Iterator[subprocess.Popen[str]]:
        log = tmp_path / "program.log"
        with log.open("w", encoding="utf-8") as file:
            process = subprocess.Popen(
                [sys.executable, *command],
                env=environment,
                cwd=tmp_path,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
            try:
                yield process
            except BaseException as error:
                error.add_note(log.read_text(encoding="utf-8"))
                raise
            finally:
                process.terminate()
                with suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=30)
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    return starts
