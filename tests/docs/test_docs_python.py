"""Every Python block of README and docs runs as pasted, in order, and prints what the page says."""

from __future__ import annotations

import contextlib
import doctest
import importlib
import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pages
import pytest

import qbapps
from qbapps.domain.plan import Outcome
from qbapps.simulator import Intuit
from qbapps.testing import FakeClock
from qbapps.vault import new_key

JEAN = "j.durand@durand.example"
COMPANY = "9130350000000100"
ALONE = {"README.md", "docs/quickstart.md"}
"""Pages that a reader starts with: their blocks find nothing ready."""

WITH_PYTHON = [page for page in pages.PAGES if any(block.language == "python" for block in pages.blocks(page))]
SOURCES = sorted((pages.ROOT / "qbapps").rglob("*.py"))
WITH_DOCTESTS = [source for source in SOURCES if ">>> " in source.read_text(encoding="utf-8")]


class Reader:
    """Somebody who works through a page; consents asked for by one block are given before the next."""

    def __init__(self, names: dict[str, Any], intuit: Intuit | None) -> None:
        self.names = names
        self._intuit = intuit
        self._opened: set[str] = set()

    def run(self, page: Path, block: pages.Block) -> str:
        code = compile("\n" * (block.line - 1) + block.text, pages.named(page), "exec")
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(code, self.names)  # noqa: S102 - this is the test
        self._consent()
        return printed.getvalue()

    def _consent(self) -> None:
        request = self.names.get("request")
        if self._intuit is None or request is None or request.url in self._opened:
            return
        self._opened.add(request.url)
        self.names["callback_url"] = self._intuit.consent(request.url, user=JEAN, realm_id=COMPANY)


def _register(qb: qbapps.QBApps, intuit: Intuit) -> None:
    qb.register_app(
        "dext",
        name="Dext",
        client_id="sim-dext",
        client_secret="sim-dext-secret",
        redirect_uri="http://localhost:8400/callback",
        discovery_url=intuit.discovery_url,
        api_url=intuit.api_url,
    )


def _connect(qb: qbapps.QBApps, intuit: Intuit, realm_id: str) -> qbapps.Connection:
    return qb.complete(intuit.consent(qb.begin_connect("dext").url, user=JEAN, realm_id=realm_id))


def _old_pair(intuit: Intuit, realm_id: str, clock: FakeClock) -> str:
    """Let somebody else's program connect a company; return the refresh token that it holds."""
    with qbapps.open("sqlite://", clock=clock) as other:
        _register(other, intuit)
        _connect(other, intuit, realm_id)
    return intuit.connection("sim-dext", realm_id).refresh_tokens[0]


@pytest.fixture
def prepared(tmp_path: Path) -> Iterator[tuple[dict[str, Any], Intuit]]:
    """Yield the names that a page about a running program takes for granted."""
    clock = FakeClock()
    with (
        Intuit.from_scenario("cabinet-durand", clients=6, clock=clock) as intuit,
        qbapps.open("sqlite://", clock=clock) as qb,
    ):
        _register(qb, intuit)
        old_realm_id = "9130350000000105"
        yield (
            {
                "qb": qb,
                "connection": _connect(qb, intuit, COMPANY),
                "intuit": intuit,
                "clock": clock,
                "now": clock.now(),
                "timedelta": timedelta,
                "folder": tmp_path,
                "key": new_key().reveal(),
                "session_cookie": "a session of this browser",
                "old_realm_id": old_realm_id,
                "old_refresh_token": _old_pair(intuit, old_realm_id, clock),
            },
            intuit,
        )


@pytest.mark.parametrize("page", WITH_PYTHON, ids=pages.named)
def test_the_python_of_a_page_prints_what_the_page_says(
    page: Path, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("QBAPPS_KEY", new_key().reveal())
    names, intuit = ({}, None) if pages.named(page) in ALONE else request.getfixturevalue("prepared")
    reader = Reader({"__name__": "page", **names}, intuit)

    for block in pages.blocks(page):
        if block.language == "python":
            printed = reader.run(page, block)
            assert printed == (block.output or ""), f"{pages.named(page)}, line {block.line}"
    if intuit is not None:
        check_events(request.getfixturevalue("prepared")[0]["qb"])


def check_events(qb: qbapps.QBApps) -> None:
    """Fail unless what happened has the details that the reference says, and no other."""
    said = pages.generating("tables.events").MEANINGS
    for event in qb.events():
        assert set(event.details) <= {*said[event.kind][1].replace("OUTCOMES", " ".join(Outcome)).split()}, event.kind


@pytest.mark.parametrize("source", WITH_DOCTESTS, ids=pages.named)
def test_the_examples_of_docstrings_hold(source: Path) -> None:
    module = importlib.import_module(".".join(source.relative_to(pages.ROOT).with_suffix("").parts))
    outcome = doctest.testmod(module)
    assert outcome.attempted > 0
    assert outcome.failed == 0
