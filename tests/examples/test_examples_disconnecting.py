"""A firm disconnects an app everywhere: nothing without being told to, and nothing twice."""

from __future__ import annotations

import csv
import sqlite3
from contextlib import closing
from pathlib import Path

from qbapps.simulator import Fault, Intuit

SCRIPT = "firm_disconnect_everywhere.py"
FIRM_REALM = "9130350000000001"
SECOND_CLIENT, LAST_CLIENT = "9130350000000101", "9130350000000105"


def rows(folder: Path) -> list[dict[str, str]]:
    text = (folder / "disconnect-durand-dext.csv").read_text(encoding="utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


def ended(simulated: Intuit) -> set[str]:
    return {one.realm_id for one in simulated.connections if one.client_id == "sim-dext" and not one.connected}


def revoked(simulated: Intuit) -> list[str | None]:
    return [one.realm_id for one in simulated.requests if one.operation == "revoke"]


def test_it_shows_first_and_carries_out_when_told_to(run, simulated: Intuit, tmp_path: Path) -> None:
    run("sample_store.py")

    shown = run(SCRIPT, "durand", "dext", "--by", "j.durand@durand.example", "--deadline", "2040-01-01")
    assert "6 connections, 0 of them by hand; about" in shown.stdout
    assert "Nothing was done" in shown.stdout
    assert (tmp_path / "disconnect-durand-dext.json").exists()
    assert not ended(simulated)

    done = run(SCRIPT, "durand", "dext", "--yes")
    assert "6 done; 6 proven." in done.stdout
    assert "[6/6] 0 failed" in done.stderr
    assert len(ended(simulated)) == 6
    assert FIRM_REALM not in ended(simulated), "the firm's own books are no client"
    assert len(rows(tmp_path)) == 6
    pages = (tmp_path / "disconnect-durand-dext.html").read_text(encoding="utf-8")
    assert pages.count("Boulangerie Martin") > 1

    asked = len(simulated.requests)
    again = run(SCRIPT, "durand", "dext", "--yes")
    assert "6 done; 6 proven." in again.stdout
    assert len(simulated.requests) == asked, "nothing is sent twice"


def test_what_fails_is_left_to_the_next_run(run, simulated: Intuit) -> None:
    run("sample_store.py")
    simulated.inject(Fault("revoke", "unavailable", times=None, realm_id=SECOND_CLIENT))

    partly = run(SCRIPT, "durand", "dext", "--yes", code=3)
    assert "5 done" in partly.stdout

    simulated.clear_faults()
    assert "6 done" in run(SCRIPT, "durand", "dext", "--yes").stdout


def test_killed_half_way_it_goes_on_where_it_was(run, running, simulated: Intuit, tmp_path: Path) -> None:
    run("sample_store.py")
    with simulated.hold("revoke", realm_id=LAST_CLIENT) as gate:
        with running(f"examples/{SCRIPT}", "durand", "dext", "--yes") as process:
            gate.wait_arrived()
            process.kill()
            process.wait()
        before = ended(simulated)
        assert LAST_CLIENT not in before
    let_leases_end(tmp_path / "examples.db")

    done = run(SCRIPT, "durand", "dext", "--yes")

    assert "6 done" in done.stdout
    assert len(ended(simulated)) == 6
    assert sorted(one for one in revoked(simulated) if one in before) == sorted(before), "nothing is sent twice"


def let_leases_end(path: Path) -> None:
    """Let pass what a killed process held, without waiting for it."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("update leases set expires_at = '1970-01-01 00:00:00.000000'")
