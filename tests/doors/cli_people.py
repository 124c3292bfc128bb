"""A terminal and a browser for tests of the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import attrs
import requests

from qbapps.vault import new_key

ROOT = Path(__file__).parents[2]
FIRM_REALM = "9130350000000001"
CLIENT_REALM = "9130350000000100"
JEAN = "j.durand@durand.example"
SOPHIE = "s.morel@durand.example"


@attrs.frozen
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


@attrs.define
class Terminal:
    """A shell in a folder of its own, with a key of its own and an empty home."""

    folder: Path
    key: str = attrs.field(factory=lambda: new_key().reveal())
    lang: str = "en"

    @property
    def environ(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "PYTHONUTF8": "1",
            "HOME": str(self.folder / "nobody"),
            "QBAPPS_STORE": f"sqlite:///{self.folder / 'qbapps.db'}",
            "QBAPPS_KEY": self.key,
            "QBAPPS_LANG": self.lang,
        }

    def run(self, *arguments: str, stdin: str = "", **environ: str) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "qbapps", *arguments],
            cwd=self.folder,
            env={**self.environ, **environ},
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            timeout=120,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    @contextmanager
    def running(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        process = subprocess.Popen(
            [sys.executable, "-m", "qbapps", *arguments],
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        try:
            yield process
        finally:
            process.terminate()
            process.communicate(timeout=20)


def agree(url: str, *, user: str, realm_id: str, decision: str = "allow") -> str:
    """Decide on the simulator's consent page over HTTP, and return where the browser is sent."""
    choice = urlencode({"as_user": user, "realm_id": realm_id, "decision": decision})
    answer = requests.get(f"{url}&{choice}", allow_redirects=False, timeout=20)
    assert answer.status_code == 302, answer.status_code
    return answer.headers["Location"]
