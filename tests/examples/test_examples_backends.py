"""The backends, started as their docstrings say and met by browsers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from subprocess import Popen

import pytest
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from qbapps.simulator import Fault, Intuit

FIRST_CLIENT = "9130350000000100"
JEAN = "j.durand@durand.example"


class Browser(requests.Session):
    """A browser with cookies of its own, which stops at each redirect."""

    def __init__(self, home: str) -> None:
        super().__init__()
        self._home = home
        # A person is slower than a program starts; this waits as long as it takes.
        self.mount(
            "http://", HTTPAdapter(max_retries=Retry(total=None, connect=240, backoff_factor=0.05, backoff_max=0.5))
        )

    def see(self, url: str) -> requests.Response:
        whole = url if url.startswith("http") else self._home + url
        return self.get(whole, allow_redirects=False, timeout=60)

    def agree(self, simulated: Intuit) -> requests.Response:
        """Connect the first client, and return what the callback answers."""
        there = self.see("/connect").headers["Location"]
        return self.see(simulated.consent(there, user=JEAN, realm_id=FIRST_CLIENT))


@pytest.fixture(params=["fastapi", "flask"])
def open_browser(
    request: pytest.FixtureRequest,
    port: int,
    running: Callable[..., AbstractContextManager[Popen[str]]],
) -> Iterator[Callable[[], Browser]]:
    """Opens browsers on each of the backends."""
    with running(f"examples/{request.param}_backend.py"):
        yield lambda: Browser(f"http://localhost:{port}")


@pytest.fixture
def browser(open_browser: Callable[[], Browser]) -> Browser:
    return open_browser()


def test_a_company_is_connected_and_its_customers_are_read(browser: Browser, simulated: Intuit) -> None:
    back = browser.agree(simulated)
    assert back.status_code == 303

    customers = browser.see(back.headers["Location"])
    assert customers.status_code == 200
    assert {"name", "balance"} == set(customers.json()[0])
    assert browser.see("/").json()["companies"] == {"Boulangerie Martin": back.headers["Location"]}


def test_the_callback_of_another_browser_is_refused(
    browser: Browser, open_browser: Callable[[], Browser], simulated: Intuit
) -> None:
    there = browser.see("/connect").headers["Location"]

    refused = open_browser().see(simulated.consent(there, user=JEAN, realm_id=FIRST_CLIENT))

    assert (refused.status_code, refused.json()["code"]) == (409, "state_mismatch")
    assert set(refused.json()) == {"code", "message", "hint"}
    assert browser.see("/").json()["companies"] == {}


def test_nobody_sees_the_company_of_another(
    browser: Browser, open_browser: Callable[[], Browser], simulated: Intuit
) -> None:
    back = browser.agree(simulated)
    other = open_browser()
    other.see("/connect")

    assert other.see(back.headers["Location"]).status_code == 404
    assert other.see("/").json()["companies"] == {}
    assert other.see("/customers/con_nobody").json()["code"] == "not_found"


def test_whoever_disconnected_in_quickbooks_is_met_and_nobody_else_is_believed(
    browser: Browser, open_browser: Callable[[], Browser], simulated: Intuit
) -> None:
    browser.agree(simulated)
    passer_by = open_browser()
    assert passer_by.see("/disconnected?realmId=9130350000000999").status_code == 200
    assert passer_by.see("/disconnected").status_code == 200
    assert browser.see("/").json()["companies"]

    simulated.disconnect("sim-dext", FIRST_CLIENT)
    met = browser.see(f"/disconnected?realmId={FIRST_CLIENT}")

    assert (met.status_code, met.json()["connect"]) == (200, "/connect")
    assert browser.see("/").json()["companies"] == {}


def test_an_outage_is_told_as_one(browser: Browser, simulated: Intuit) -> None:
    back = browser.agree(simulated)
    simulated.inject(Fault("query", "unavailable", times=None))

    answer = browser.see(back.headers["Location"])

    assert (answer.status_code, answer.json()["code"]) == (503, "intuit_unavailable")
