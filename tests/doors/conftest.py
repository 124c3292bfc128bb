from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_people import FIRM_REALM, Terminal


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


@pytest.fixture
def simulated(terminal: Terminal) -> Iterator[dict[str, Any]]:
    """What ``qbapps simulate`` says of itself, while it runs in a process of its own."""
    with terminal.running("--json", "simulate", "--clients", "3") as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())


@pytest.fixture
def firm(terminal: Terminal, simulated: dict[str, Any]) -> Terminal:
    """A terminal where Dext is registered with the simulator, and a firm with its clients is recorded."""
    app = simulated["apps"][0]
    added = terminal.run(
        *("app", "add", "dext", "--name", "Dext", "--client-id", app["client_id"], "--client-secret", "-"),
        *("--redirect-uri", app["redirect_uris"][0], "--developer-contact", "privacy@dext.example"),
        *("--discovery-url", simulated["discovery_url"], "--api-url", simulated["api_url"]),
        stdin=app["client_secret"] + "\n",
    )
    assert added.code == 0, added.err
    assert terminal.run("firm", "add", "durand", "--name", "Cabinet Durand", "--realm", FIRM_REALM).code == 0
    for company in simulated["companies"][1:]:
        done = terminal.run("client", "add", "durand", "--realm", company["realm_id"], "--name", company["name"])
        assert done.code == 0, done.err
    return terminal
