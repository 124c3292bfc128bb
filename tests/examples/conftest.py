"""Runs the examples as their docstrings say, on a simulator and ports of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from qbapps.simulator import Intuit

EXAMPLES = Path(__file__).parents[2] / "examples"

Run = Callable[..., subprocess.CompletedProcess[str]]


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
    return {**os.environ, "PYTHONPATH": str(EXAMPLES.parent)}


@pytest.fixture
def run(environment: dict[str, str], tmp_path: Path) -> Run:
    def runs(name: str, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, str(EXAMPLES / name), *arguments],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == code, done.stderr
        return done

    return runs
