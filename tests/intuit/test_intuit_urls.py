"""Where secrets may go."""

from __future__ import annotations

import intuit_wire as wire
import pytest

from qbapps.errors import ConfigurationError
from qbapps.intuit import urls
from qbapps.values import Environment


@pytest.mark.parametrize(
    "url",
    [
        "https://auth.example/x",
        "https://auth.example:8443",
        "http://127.0.0.1:8000/x?y=z",
        "http://127.8.9.1/",
        "http://localhost:1",
        "http://LOCALHOST:1",
        "http://[::1]:9/",
    ],
)
def test_https_and_this_machine_are_secure(url: str) -> None:
    assert urls.is_secure(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://auth.example/",
        "http://localhost.evil.example/",
        "http://127.0.0.1.evil.example/",
        "http://0.0.0.0/",
        "http://[::]/",
        "http://[::ffff:127.0.0.1]/",
        "http://128.0.0.1/",
        "http://2130706433/",
        "http://127.0.0.1@evil.example/",
        "http://127.0.0.1\\@evil.example/",
        "https://user:secret@auth.example/",
        "https://auth.example/#part",
        "https:///x",
        "https://auth.example:port/",
        "https://[bad/",
        " https://auth.example/",
        "https://auth.example/\n",
        "https://auth.example/é",
        "ftp://auth.example/",
        "//auth.example/",
    ],
)
def test_anything_else_is_not(url: str) -> None:
    assert not urls.is_secure(url)
    with pytest.raises(ConfigurationError, match="api_url"):
        urls.require_secure(url, "api_url")


@pytest.mark.parametrize("given", ["", "/", "/v3", "/v3/"])
def test_the_root_of_the_api_is_the_same_however_it_is_written(given: str) -> None:
    assert urls.api_root(wire.credentials(api_url=f"http://127.0.0.1:8000{given}")) == "http://127.0.0.1:8000/v3"


def test_without_a_root_of_its_own_an_app_has_its_environments() -> None:
    for environment, host in (
        (Environment.SANDBOX, "sandbox-quickbooks.api.intuit.com"),
        (Environment.PRODUCTION, "quickbooks.api.intuit.com"),
    ):
        assert urls.api_root(wire.credentials(environment=environment)) == f"https://{host}/v3"
