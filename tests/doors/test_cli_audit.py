"""``audit``: what it shows, what it writes, and what its exit code says."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import icalendar
import polars as pl
import pytest
from cli_plans import JEAN, Cabinet, built, with_hand
from click.testing import Result

import qbapps
from qbapps.simulator import Intuit
from qbapps.vault import new_key


@pytest.fixture
def cabinet(tmp_path: Path, intuit: Intuit, monkeypatch: pytest.MonkeyPatch) -> Cabinet:
    monkeypatch.setenv("QBAPPS_KEY", new_key().reveal())
    monkeypatch.setenv("QBAPPS_STORE", f"sqlite:///{tmp_path}/qbapps.db")
    monkeypatch.setenv("QBAPPS_LANG", "en")
    return built(tmp_path, intuit)


def flat(done: Result) -> str:
    """Return what a command printed, to either stream, on one line."""
    return " ".join((done.stdout + done.stderr).split())


def leave(cabinet: Cabinet, email: str = JEAN) -> None:
    done = cabinet.run("person", "add", email, "--firm", "durand", "--role", "admin", "--left-on", "2024-01-31")
    assert done.exit_code == 0, done.output


def test_the_table_says_what_is_about_to_break_and_what_to_do(cabinet: Cabinet) -> None:
    leave(cabinet)

    done = cabinet.run("audit", "--firm", "durand")

    assert done.exit_code == 0
    told = flat(done)
    assert f"{JEAN} left on 31 January 2024 and still owns Dext at Client" in told
    assert f"qbapps plan transfer --to WHOM --firm durand --owner {JEAN}" in told


def test_it_fails_on_what_is_that_grave_and_not_on_less(cabinet: Cabinet) -> None:
    skip = ("--skip", "edition_ended")
    assert cabinet.run("audit", *skip, "--fail-on", "high").exit_code == 0
    leave(cabinet)

    failed = cabinet.run("audit", *skip, "--fail-on", "high")

    assert failed.exit_code == 1
    assert "findings are that grave." in flat(failed)
    assert cabinet.run("audit", *skip, "--skip", "owner_gone", "--fail-on", "high").exit_code == 0


def test_the_json_is_one_document_with_every_finding(cabinet: Cabinet) -> None:
    leave(cabinet)

    document = cabinet.json("audit", "--firm", "durand")

    assert set(document) == {"taken_at", "firm", "summary", "findings"}
    assert document["firm"] == "durand"
    gone = next(one for one in document["findings"] if one["rule"] == "owner_gone")
    assert gone["severity"] == "high"
    assert gone["plan"].startswith("qbapps plan transfer ")
    assert gone["evidence"]["owner_left_on"] == "2024-01-31"
    assert document["summary"]["severities"]["high"] >= 4


@pytest.mark.parametrize("form", ["csv", "json"])
def test_what_goes_to_the_screen_can_be_piped(cabinet: Cabinet, form: str) -> None:
    leave(cabinet)

    done = cabinet.run("audit", "--format", form)

    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(done.stdout.lstrip("\ufeff"))))
    else:
        rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["severity"] for row in rows] == ["high"] * len(rows)
    assert "owner_gone" in rows[0]["findings"]
    assert len(cabinet.run("audit", "--format", form, "--of", "connections").stdout.splitlines()) in (
        len(rows),
        len(rows) + 1,
    )


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.json", "a.parquet", "a.html", "a.ics"])
def test_a_file_is_written_in_the_form_that_its_name_says(cabinet: Cabinet, name: str, tmp_path: Path) -> None:
    path = tmp_path / name

    done = cabinet.run("audit", "-o", str(path))

    assert done.exit_code == 0
    assert f"The audit is in {path}" in flat(done)
    made = path.read_bytes()
    match path.suffix:
        case ".parquet":
            assert {"severity", "findings", "id"} <= set(pl.read_parquet(path).columns)
        case ".ics":
            assert icalendar.Calendar.from_ical(made).walk("VEVENT")
        case ".html":
            assert made.lower().startswith(b"<!doctype html>")
        case ".csv":
            assert made.startswith("\ufeffseverity,findings,id,".encode())
        case _:
            assert json.loads(made.splitlines()[0])["id"].startswith("con_")


def test_what_changed_since_a_snapshot_is_shown(cabinet: Cabinet, tmp_path: Path) -> None:
    snapshot = str(tmp_path / "before.parquet")
    assert cabinet.run("audit", "--of", "connections", "-o", snapshot).exit_code == 0
    assert "Nothing." in flat(cabinet.run("audit", "--since", snapshot))
    ended = cabinet.connections[0]
    with qbapps.open(cabinet.url) as qb:
        qb.disconnect(ended)

    shown = flat(cabinet.run("audit", "--since", snapshot))
    changes = cabinet.json("audit", "--since", snapshot)["changes"]

    assert "What changed since" in shown
    assert "Gone (1)" in shown
    assert [one["connection_id"] for one in changes["gone"]] == [ended]
    assert changes["new"] == changes["changed_owner"] == changes["changed_state"] == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--format", "parquet"), "add -o FILE"),
        (("-o", "audit.xls"), "say with --format"),
        (("-o", "audit.csv", "--format", "table"), "a table is for the screen"),
        (("-o", "nowhere/audit.csv"), "there is no folder 'nowhere'"),
        (("--since", "nowhere.parquet"), "there is no file 'nowhere.parquet'"),
        (("--skip", "nonsense"), "There is no rule nonsense to skip."),
        (("--firm", "nobody"), "There is no firm 'nobody'."),
        (("--fail-on", "terrible"), "terrible"),
        (("--unused", "-1"), "-1"),
    ],
)
def test_what_cannot_be_done_is_said(cabinet: Cabinet, arguments: tuple[str, ...], told: str) -> None:
    done = cabinet.run("audit", *arguments)

    assert done.exit_code == 2
    assert told in flat(done)


def test_a_snapshot_that_is_none_is_refused(cabinet: Cabinet, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_text("nonsense")

    done = cabinet.run("audit", "--since", str(path))

    assert done.exit_code == 2
    assert "is no snapshot of connections" in flat(done)


def test_thresholds_are_options(cabinet: Cabinet) -> None:
    def found(*arguments: str) -> set[str]:
        return {one["rule"] for one in cabinet.json("audit", *arguments)["findings"]}

    assert "owns_many" in found("--owned", "2")
    assert "owns_many" not in found("--owned", "3")
    assert "unused" in found("--unused", "0")


def test_in_a_store_without_connections_there_is_nothing_to_do(cabinet: Cabinet, tmp_path: Path) -> None:
    done = cabinet.run("--store", f"sqlite:///{tmp_path}/empty.db", "audit")

    assert done.exit_code == 4
    assert "There is no connection to look at." in flat(done)


def test_it_speaks_french(cabinet: Cabinet) -> None:
    leave(cabinet)
    with_hand(cabinet)

    told = flat(cabinet.run("--lang", "fr", "audit"))

    assert "en départ depuis le 31 janvier 2024" in told
    assert "left on" not in told
