"""``qbapps desktop enqueue`` and what becomes of what it asks."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import click
import pytest
from cli_desktop import Shell

import qbapps
from qbapps.cli.desktop_values import read_fields
from qbapps.vault import new_key


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setenv("QBAPPS_KEY", new_key().reveal())
    monkeypatch.setenv("QBAPPS_STORE", f"sqlite:///{tmp_path / 'qbapps.db'}")
    monkeypatch.setenv("QBAPPS_LANG", "en")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    shell = Shell()
    shell.app()
    return shell


def xml(shell: Shell, *words: str) -> str:
    connection = shell.connected()
    made = shell.done("enqueue", connection, *words)
    return str(shell.done("job", made["id"], "--xml")["xml"])


def test_a_query_takes_filters_and_pages(shell: Shell) -> None:
    asked = xml(shell, "query", "Customer", "--page", "100", "--active", "All", "--since", "2026-01-05")

    assert asked == (
        "<CustomerQueryRq><MaxReturned>100</MaxReturned><ActiveStatus>All</ActiveStatus>"
        "<FromModifiedDate>2026-01-05T00:00:00</FromModifiedDate></CustomerQueryRq>"
    ), "what has no zone is by the clock of that computer"
    zoned = xml(shell, "query", "Customer", "--since", "2026-01-05T08:30+01:00", "--include", "FullName")
    assert "<FromModifiedDate>2026-01-05T08:30:00+01:00</FromModifiedDate>" in zoned
    assert xml(shell, "query", "Customer", "--id", "A-1", "--id", "B-2").count("<ListID>") == 2


def test_fields_are_typed_or_come_as_json_and_dots_lead_on(shell: Shell) -> None:
    asked = xml(
        shell,
        *("add", "Customer", "--field", "Name=Durand & Fils", "--field", "BillAddress.City=Québec"),
        *("--field", "BillAddress.Addr1=12, rue A=B"),
    )

    assert "<Name>Durand &amp; Fils</Name>" in asked
    assert "<BillAddress><Addr1>12, rue A=B</Addr1><City>Qu&#233;bec</City></BillAddress>" in asked


def test_a_json_number_stays_exact(tmp_path: Path) -> None:
    file = tmp_path / "fields.json"
    file.write_text('{"Rate": 19.90, "Count": 3, "Ref": {"FullName": "A"}}', encoding="utf-8")

    found = read_fields(str(file), ["Ref.ListID=80-1", "Note=a", "Note=b", "Note=c"])

    assert found == {
        "Rate": Decimal("19.90"),
        "Count": 3,
        "Ref": {"FullName": "A", "ListID": "80-1"},
        "Note": ["a", "b", "c"],
    }


@pytest.mark.parametrize("typed", [["Name"], ["=x"], ["A..B=x"], ["A=1", "A.B=2"], ["A.B=2", "A=1"]])
def test_a_field_that_fits_nowhere_is_bad_input(typed: list[str]) -> None:
    with pytest.raises(click.BadParameter):
        read_fields(None, typed)


def test_the_same_key_twice_is_one_job(shell: Shell) -> None:
    connection = shell.connected()
    words = ("enqueue", connection, "add", "TimeTracking", "--key", "shift-4711", "--field", "EntityRef=Jean Durand")

    first = shell.done(*words, "--field", "Duration=PT8H0M")
    again = shell.done(*words, "--fields", "-", stdin='{"Duration": "PT8H0M"}')
    assert (again["id"], again["state"], again["is_write"]) == (first["id"], "queued", True)
    assert shell.refused(*words, "--field", "Duration=PT9H0M", code=2)["code"] == "configuration_error"
    assert [one["key"] for one in shell.lines("jobs", connection)] == ["shift-4711"]


def test_a_request_as_it_stands_says_whether_it_changes_anything(shell: Shell, tmp_path: Path) -> None:
    connection = shell.connected()
    (tmp_path / "bill.xml").write_text("<BillAddRq><BillAdd/></BillAddRq>", encoding="utf-8")

    assert "--writes or --reads" in shell.refused("enqueue", connection, "raw", "bill.xml", code=2)["message"]
    assert shell.run("enqueue", connection, "raw", "bill.xml", "--reads").exit_code == 2
    assert shell.done("enqueue", connection, "raw", "bill.xml", "--writes")["name"] == "BillAdd"
    assert shell.done("enqueue", connection, "raw", "-", "--reads", stdin="<BillQueryRq/>")["is_write"] is False
    assert shell.run("enqueue", connection, "raw", "none.xml", "--writes").exit_code == 2
    assert shell.done("enqueue", connection, "delete", "Customer", "A-1")["name"] == "ListDel"
    assert shell.done("enqueue", connection, "void", "Invoice", "A-1")["name"] == "TxnVoid"


def test_help_on_a_request_needs_no_connection(shell: Shell) -> None:
    assert "--page" in shell.run("enqueue", "query", "--help").stdout
    assert "--page" in shell.run("enqueue", "con_1", "query", "--help").stdout
    assert "Commands:" in shell.run("enqueue", "con_1", "--help").stdout
    assert shell.run("enqueue", "con_1").exit_code == 2


def test_jobs_are_listed_shown_and_cancelled(shell: Shell) -> None:
    connection = shell.connected()
    assert shell.run("jobs", connection).exit_code == 4
    first = shell.done("enqueue", connection, "query", "Customer")
    second = shell.done("enqueue", connection, "query", "Vendor")

    assert [one["id"] for one in shell.lines("jobs", connection)] == [first["id"], second["id"]]
    assert shell.done("cancel", second["id"], "--by", "Marie")["state"] == "cancelled"
    assert [one["id"] for one in shell.lines("jobs", connection, "--state", "queued")] == [first["id"]]
    shown = shell.run("jobs", connection).stdout
    assert ("CustomerQuery  Waiting" in shown, "VendorQuery  Cancelled" in shown) == (True, True)
    assert shell.refused("results", second["id"], code=5)["code"] == "transition_refused"
    assert shell.done("job", first["id"]).keys() & {"xml", "sent", "fingerprint"} == set()
    assert shell.run("results", first["id"]).exit_code == 3, "nothing came yet"
    assert shell.run("job", "job_nobody").exit_code == 2
    assert shell.run("settle", first["id"], "--by", "Marie").exit_code == 2
    assert shell.run("settle", first["id"], "--by", "Marie", "--done").exit_code == 5, "there is nothing to settle"


def test_nothing_is_queued_for_a_connection_that_is_none(shell: Shell, tmp_path: Path) -> None:
    assert shell.refused("enqueue", "con_nobody", "query", "Customer", code=2)["code"] == "not_found"
    with qbapps.open(f"sqlite:///{tmp_path / 'qbapps.db'}") as qb:
        assert qb.desktop.apps()
    assert json.loads(shell.run("apps", "--json").stdout)["id"] == "time"


def test_what_ended_is_let_go_of_when_it_is_old_enough(shell: Shell) -> None:
    connection = shell.connected()
    job = shell.done("enqueue", connection, "query", "Customer")["id"]
    shell.done("cancel", job)

    assert shell.done("discard", "--older-than", "30d", code=4)["discarded"] == 0
    assert "<CustomerQueryRq" in shell.done("job", job, "--xml")["xml"]
    shell.done("discard", connection, "--older-than", "0s", code=4)
    told = shell.done("job", job, "--xml")
    assert (told["xml"], told["state"]) == ("", "cancelled")
