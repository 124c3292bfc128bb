"""The walk by hand in README works line by line, with the browser played where a person is asked."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlencode

import pages
import pytest
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from qbapps.simulator import scenario

PEOPLE = {"Jean Durand": "j.durand@durand.example", "Sophie Morel": "s.morel@durand.example"}
COMPANY = "9130350000000100"
SECONDS = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def commands(text: str) -> list[str]:
    return [line for line in text.replace("\\\n", " ").splitlines() if line.strip()]


class Terminal:
    """
    A shell as its reader uses it: variables stay, ``&`` runs on, and a comment is something to do.

    Each command is one ``bash -c`` with what was exported and set before.
    """

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.environment = environment
        self.said = ""
        self.behind: list[subprocess.Popen[str]] = []

    def start(self, command: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["bash", "-c", command],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def type(self, line: str) -> str:
        command, _, comment = line.partition("  # ")
        assigned = re.fullmatch(r"(\w+)=(\$\(.*\))", command)
        if command == "kill %1":
            self.close()
        elif command.endswith("&"):
            self._start_behind(command.rstrip("& "))
        elif command.startswith("export "):
            names = re.findall(r"(\w+)=", command)
            shown = " ".join(f'"${name}"' for name in names)
            values = self._run(f"{command}; printf '%s\\0' {shown}")
            self.environment.update(zip(names, values.split("\0"), strict=False))
        elif assigned:
            self.environment[assigned[1]] = self._run(f"printf %s {assigned[2]}")
            assert self.environment[assigned[1]], line
        elif "--wait" in command:
            return self._wait(command, comment)
        else:
            answer = self._agree(comment) if comment else ""
            self.said = self._run(command, answer)
        return self.said

    def close(self) -> None:
        for running in self.behind:
            os.killpg(running.pid, signal.SIGTERM)  # as kill does; SIGINT is ignored where tests run in the background
            running.communicate(timeout=SECONDS)
        self.behind.clear()

    def _start_behind(self, command: str) -> None:
        self.behind.append(self.start(command))
        port = re.findall(r"--port (\d+)", command)[0]
        # A person is slower than a program starts; this waits as long as it takes.
        http = requests.Session()
        http.mount("http://", HTTPAdapter(max_retries=Retry(connect=40, backoff_factor=0.05, backoff_max=0.5)))
        http.get(f"http://127.0.0.1:{port}/", timeout=SECONDS)

    def _run(self, command: str, answer: str = "") -> str:
        running = self.start(command)
        said, complaint = running.communicate(answer, timeout=SECONDS)
        assert running.returncode == 0, f"{command}\n{said}\n{complaint}"
        return said

    def _wait(self, command: str, comment: str) -> str:
        running = self.start(command)
        assert running.stdout is not None
        self.said = running.stdout.readline()
        requests.get(self._agree(comment), timeout=SECONDS)
        self.said, complaint = running.communicate(timeout=SECONDS)
        assert running.returncode == 0, f"{command}\n{self.said}\n{complaint}"
        return self.said

    def _agree(self, comment: str) -> str:
        """Open the link that was printed last, agree there, and return the address one ends on."""
        person = next(email for name, email in PEOPLE.items() if name in comment)
        link = re.findall(r"http://\S+state=\S+", self.said)[-1]
        chosen = urlencode({"as_user": person, "realm_id": COMPANY})
        return requests.get(f"{link}&{chosen}", allow_redirects=False, timeout=SECONDS).headers["Location"]


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    program = tmp_path / ".venv" / "bin" / "qbapps"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m qbapps "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "LD_LIBRARY_PATH") if name in os.environ}
    opened = Terminal(
        tmp_path, {**kept, "HOME": str(tmp_path), "PYTHONPATH": str(pages.ROOT), "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}
    )
    yield opened
    opened.close()


def test_the_walk_by_hand_works_line_by_line(terminal: Terminal) -> None:
    walk = next(block.text for block in pages.blocks(pages.ROOT / "README.md") if block.language == "sh")
    assert walk.count("\n") < 30
    # The ports of the page may be taken on this machine; what is played behind them stays the same.
    simulator, callback = str(free_port()), str(free_port())
    described = scenario.load("cabinet-durand")
    for app in described["apps"]:
        app["redirect_uris"] = [uri.replace("8400", callback) for uri in app["redirect_uris"]]
    (terminal.folder / "scenario.json").write_text(json.dumps(described), encoding="utf-8")
    walk = walk.replace("simulate --port 8300", "simulate --port 8300 --scenario scenario.json")
    walk = walk.replace("8300", simulator).replace("8400", callback)

    said = {line: terminal.type(line) for line in commands(walk)}

    def of(beginning: str) -> str:
        return next(text for line, text in said.items() if line.startswith(beginning))

    assert "Boulangerie Martin" in of("qbapps list --firm")
    assert "j.durand@durand.example" in of("qbapps list --firm")
    assert "Boulangerie Martin" in of("qbapps list --owner s.morel")
    assert "connection.transferred" in of('qbapps events "$CONNECTION"')
    assert "whole" in of("qbapps events --verify")
    assert not terminal.behind
