"""``doctor``: what a crash left in the middle is shown, and carried on when it is asked to."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

import qbapps
from qbapps.cli.program import cli
from qbapps.simulator import Intuit
from qbapps.vault import new_key

BAKERY = "9130350000000002"
JEAN = "jean@durand.example"


@pytest.fixture
def cut_off(tmp_path: Path, intuit: Intuit, monkeypatch: pytest.MonkeyPatch) -> str:
    """The id of a connection whose refresh was cut off, long ago."""
    path = tmp_path / "qbapps.db"
    monkeypatch.setenv("QBAPPS_KEY", new_key().reveal())
    monkeypatch.setenv("QBAPPS_STORE", f"sqlite:///{path}")
    intuit.add_app("cid", "sec", redirect_uris=["http://localhost:8400/callback"])
    intuit.add_user(JEAN)
    intuit.add_company(BAKERY, admins=[JEAN])
    with qbapps.open() as qb:
        qb.register_app(
            "dext",
            client_id="cid",
            client_secret="sec",
            redirect_uri="http://localhost:8400/callback",
            discovery_url=intuit.discovery_url,
            api_url=intuit.api_url,
        )
        request = qb.begin_connect("dext")
        connection = qb.complete(intuit.consent(request.url, user=JEAN, realm_id=BAKERY))
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("update tokens set intent_at = '2020-02-03 04:05:06.000000', intent_by = 'nobody'")
    return connection.id


def checks(out: str, what: str) -> list[dict[str, object]]:
    return [check for check in json.loads(out)["checks"] if check["what"] == what]


def test_what_a_crash_interrupted_is_shown_and_carried_on_when_asked(cut_off: str) -> None:
    run = CliRunner()
    ill = run.invoke(cli, ["--json", "doctor"])
    assert ill.exit_code == 1
    (found,) = checks(ill.stdout, "Interrupted")
    assert found["good"] is False
    assert cut_off in str(found["found"])
    assert "2020-02-03 04:05 UTC" in str(found["found"])
    assert "--recover" in str(found["hint"])

    french = run.invoke(cli, ["--lang", "fr", "--json", "doctor"])
    assert "Un renouvellement allait partir" in str(checks(french.stdout, "Interrompu")[0]["found"])

    healed = run.invoke(cli, ["--json", "doctor", "--recover"])
    assert healed.exit_code == 0, healed.stdout
    assert [check["found"] for check in checks(healed.stdout, "Recovery")] == ["1 thing carried on"]
    (none,) = checks(healed.stdout, "Interrupted")
    assert none["good"] is True


def test_what_could_not_be_carried_on_is_shown_with_why(cut_off: str, intuit: Intuit) -> None:
    intuit.disconnect("cid", BAKERY)

    failed = CliRunner().invoke(cli, ["--json", "doctor", "--recover"])

    assert failed.exit_code == 1
    told = [check for check in checks(failed.stdout, "Recovery") if check["good"] is False]
    assert [cut_off in str(check["found"]) for check in told] == [True]
