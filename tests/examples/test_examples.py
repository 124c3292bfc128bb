"""The examples do what they say, on the simulator."""

from __future__ import annotations

import asyncio
import csv
import importlib.util
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType

import httpx
import pytest
from fastapi import FastAPI

import qbapps
from qbapps.simulator import Intuit

EXAMPLES = Path(__file__).parents[2] / "examples"
FIRST_CLIENT = "9130350000000100"


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"example_{name}", EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Browser:
    """A browser with cookies, which stops at each redirect."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self.cookies = httpx.Cookies()

    def get(self, url: str) -> httpx.Response:
        return asyncio.run(self._get(url))

    async def _get(self, url: str) -> httpx.Response:
        transport = httpx.ASGITransport(app=self._app)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://localhost:8400", cookies=self.cookies
        ) as client:
            answer = await client.get(url)
            self.cookies = client.cookies
            return answer


@pytest.fixture
def backend(environment: dict[str, str], simulated: Intuit) -> Iterator[Browser]:
    module = load("fastapi_backend")
    with qbapps.open() as qb:
        yield Browser(module.create_app(qb))


def agree(simulated: Intuit, url: str) -> str:
    return simulated.consent(url, user="j.durand@durand.example", realm_id=FIRST_CLIENT)


def test_the_backend_connects_a_company_and_reads_its_customers(backend: Browser, simulated: Intuit) -> None:
    there = backend.get("/connect").headers["location"]
    back = backend.get(agree(simulated, there))
    assert back.status_code == 303

    customers = backend.get(back.headers["location"])
    assert customers.status_code == 200
    assert {"name", "balance"} == set(customers.json()[0])
    assert backend.get("/").json()["companies"] == {"Boulangerie Martin": back.headers["location"]}


def test_the_backend_refuses_the_callback_of_another_browser(backend: Browser, simulated: Intuit) -> None:
    there = backend.get("/connect").headers["location"]
    backend.cookies.clear()

    refused = backend.get(agree(simulated, there))

    assert (refused.status_code, refused.json()["code"]) == (409, "state_mismatch")


def test_the_backend_shows_nobody_the_company_of_another(backend: Browser, simulated: Intuit) -> None:
    back = backend.get(agree(simulated, backend.get("/connect").headers["location"]))
    backend.cookies.clear()

    assert backend.get(back.headers["location"]).status_code == 404
    assert backend.get("/").json()["companies"] == {}


def test_a_firm_disconnects_an_app_everywhere_and_may_run_it_again(run, simulated: Intuit, tmp_path: Path) -> None:
    run("sample_store.py")

    shown = run("firm_disconnect_everywhere.py", "durand", "dext")
    assert "6 connections. Nothing was done" in shown.stdout
    assert all(connection.connected for connection in simulated.connections)

    done = run("firm_disconnect_everywhere.py", "durand", "dext", "--yes")
    assert "6 disconnected, 0 left to people, 0 failed." in done.stdout
    assert "[6/6]" in done.stderr
    first = (tmp_path / "receipts.csv").read_text(encoding="utf-8")
    assert {row["proof"] for row in csv.DictReader(first.splitlines())} == {"refused_after_revoke"}
    ended = {c.realm_id for c in simulated.connections if c.client_id == "sim-dext" and not c.connected}
    assert len(ended) == 6
    assert "9130350000000001" not in ended, "the firm's own books are no client"

    asked = len(simulated.requests)
    run("firm_disconnect_everywhere.py", "durand", "dext", "--yes")
    again = (tmp_path / "receipts.csv").read_text(encoding="utf-8")
    assert sorted(again.splitlines()) == sorted(first.splitlines())
    assert len(simulated.requests) == asked, "nothing is sent twice"


def test_owners_are_listed_with_what_they_leave_behind(run) -> None:
    run("sample_store.py")
    with qbapps.open() as qb:
        yesterday = date.today() - timedelta(days=1)  # noqa: DTZ011 - as the example's reader would
        qb.add_person("s.morel@durand.example", role="admin", firm="durand", left_on=yesterday)

    listed = run("list_owners.py").stdout

    assert "  11  j.durand@durand.example" in listed
    assert "   3  s.morel@durand.example" in listed
    assert "0 end within 30 days; 3 are owned by somebody who left." in listed
