"""``grant`` and ``reconnect``, and what an error tells a program."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import qbapps
from qbapps.cli.program import cli
from qbapps.simulator import Intuit
from qbapps.vault import new_key

BAKERY, GARAGE = "9130350000000002", "9130350000000003"


@pytest.fixture
def store(tmp_path: Path, intuit: Intuit, monkeypatch: pytest.MonkeyPatch) -> str:
    """A store that knows one app, and the settings that open it."""
    url = f"sqlite:///{tmp_path}/qbapps.db"
    monkeypatch.setenv("QBAPPS_KEY", new_key().reveal())
    monkeypatch.setenv("QBAPPS_STORE", url)
    intuit.add_app("cid", "sec", redirect_uris=["http://localhost:8400/callback"])
    intuit.add_user("jean@durand.example")
    for realm_id in (BAKERY, GARAGE):
        intuit.add_company(realm_id, admins=["jean@durand.example"])
    with qbapps.open(url) as qb:
        qb.register_app(
            "dext",
            client_id="cid",
            client_secret="sec",
            redirect_uri="http://localhost:8400/callback",
            discovery_url=intuit.discovery_url,
            api_url=intuit.api_url,
        )
    return url


def test_a_consent_for_another_company_is_listed_and_discarded(store: str, intuit: Intuit) -> None:
    run = CliRunner()
    assert run.invoke(cli, ["grant", "list"]).exit_code == 4
    asked = json.loads(run.invoke(cli, ["--json", "connect", "dext", "--realm", BAKERY]).stdout)
    callback = intuit.consent(asked["url"], user="jean@durand.example", realm_id=GARAGE)
    refused = run.invoke(cli, ["--json", "complete", callback])
    assert refused.exit_code == 5
    error = json.loads(refused.stderr)
    assert (error["code"], error["realm_id"]) == ("wrong_company", GARAGE)
    listed = [json.loads(line) for line in run.invoke(cli, ["--json", "grant", "list"]).stdout.splitlines()]
    assert [one["id"] for one in listed] == [error["grant_id"]]
    assert run.invoke(cli, ["grant", "discard", error["grant_id"]]).exit_code == 0
    assert run.invoke(cli, ["grant", "adopt", error["grant_id"]]).exit_code == 5
    assert run.invoke(cli, ["grant", "list"]).exit_code == 4


def test_a_connection_is_reconnected_from_the_command_line(store: str, intuit: Intuit) -> None:
    run = CliRunner()
    asked = json.loads(run.invoke(cli, ["--json", "connect", "dext"]).stdout)
    made = run.invoke(
        cli, ["--json", "complete", intuit.consent(asked["url"], user="jean@durand.example", realm_id=BAKERY)]
    )
    connection = json.loads(made.stdout)
    again = json.loads(run.invoke(cli, ["--json", "reconnect", connection["id"]]).stdout)
    done = run.invoke(
        cli, ["--json", "complete", intuit.consent(again["url"], user="jean@durand.example", realm_id=BAKERY)]
    )
    assert (json.loads(done.stdout)["id"], json.loads(done.stdout)["grant"]) == (connection["id"], 2)
