"""``plan``: what is shown before anything happens, and what it says to programs."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import click
import pytest
from cli_plans import BY_HAND, JEAN, MARIE, Cabinet, built, flat, realm, with_hand

import qbapps
from qbapps.cli.plan_options import Deadline
from qbapps.simulator import Intuit
from qbapps.vault import new_key


@pytest.fixture
def cabinet(tmp_path: Path, intuit: Intuit, monkeypatch: pytest.MonkeyPatch) -> Cabinet:
    monkeypatch.setenv("QBAPPS_KEY", new_key().reveal())
    monkeypatch.setenv("QBAPPS_STORE", f"sqlite:///{tmp_path}/qbapps.db")
    monkeypatch.setenv("QBAPPS_LANG", "en")
    return built(tmp_path, intuit)


def test_a_plan_shows_what_it_would_do_to_whom_and_does_nothing(cabinet: Cabinet) -> None:
    with_hand(cabinet)
    calls = len(cabinet.intuit.requests)
    path = cabinet.folder / "plan.json"

    done = cabinet.run(
        *("plan", "disconnect", "--firm", "durand", "--reason", "service_ending", "--comment", "France"),
        *("--by", "sophie@durand.example", "--deadline", "2099-12-29", "-o", str(path)),
    )

    assert done.exit_code == 0
    for told in (
        "The service is ending",
        "France",
        "jean@durand.example (4)",
        "by sophie@durand.example",
        "Tuesday 29 December 2099 at 23:59 UTC",
        "Client 2 9130350000000102 Dext 1",
        "1 connection is done by hand in QuickBooks, by the firm's primary admin only.",
        "3 connections: begun now, it ends on ",
        ", before the deadline.",
        f"Nothing was done. To carry it out: qbapps apply {path}",
    ):
        assert told in flat(done)
    assert len(cabinet.intuit.requests) == calls
    assert path.exists()


def test_the_json_of_a_plan_is_its_rows_and_nothing_else(cabinet: Cabinet) -> None:
    with_hand(cabinet)

    plan = cabinet.json("plan", "disconnect", "--firm", "durand")

    assert [row["number"] for row in plan["rows"]] == [1, 2, 3, 4]
    assert (plan["skipped"], plan["at_risk"], len(plan["by_hand"])) == ([], [], 1)
    assert (plan["estimate"]["by_hand"], plan["estimate"]["fits"]) == (1, True)
    assert plan["plan"]["digest"]
    assert "signature" not in plan["plan"]
    assert plan["file"] is None


def test_what_a_revoke_may_reach_is_named(cabinet: Cabinet) -> None:
    done = cabinet.run("plan", "disconnect", "--realm", realm(0))

    assert "1 row may reach connections that the plan leaves alone" in flat(done)
    assert "Dext · jean@durand.example: 2 others (Client 1, Client 2)" in done.stdout


def test_what_the_plan_itself_ends_is_not_named_as_reached(cabinet: Cabinet) -> None:
    cabinet.intuit.add_company(realm(7), name="Elsewhere", admins=[JEAN])
    cabinet.connect(realm(7))

    done = cabinet.run("plan", "disconnect", "--firm", "durand")

    assert "3 rows may reach connections" in flat(done)
    assert "Dext · jean@durand.example: 1 other (Elsewhere)" in done.stdout


def test_what_is_left_out_says_why_and_a_plan_without_rows_exits_with_4(cabinet: Cabinet) -> None:
    for connection in cabinet.connections[:2]:
        cabinet.run("disconnect", connection, "--reason", "other")
    assert (
        "2 connections are left out:\n   • 2 × It is disconnected already."
        in cabinet.run("plan", "disconnect", "--app", "dext").stdout
    )
    path = cabinet.folder / "empty.json"

    empty = cabinet.run("plan", "disconnect", "--realm", realm(0), "-o", str(path))
    applied = cabinet.run("apply", str(path), "--yes")

    assert (empty.exit_code, applied.exit_code) == (4, 4)
    assert "There is nothing to do." in empty.stdout
    assert "qbapps apply" not in empty.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["disconnect"],
        ["disconnect", "--app", "nobody"],
        ["disconnect", "--app", "dext", "--reason", "boredom"],
        ["disconnect", "--app", "dext", "--deadline", "tomorrow"],
        ["disconnect", "--app", "dext", "--needs-approval"],
        ["disconnect", "--app", "dext", "--client", "9130350000000100"],
        ["disconnect", "--app", "dext", "-o", "/nowhere/at/all/plan.json"],
        ["transfer", "--app", "dext"],
        ["transfer", "--app", "dext", "--to", "marie"],
        ["show", "missing.json"],
        ["show", "pln_nobody"],
    ],
)
def test_what_makes_no_plan_is_bad_input(cabinet: Cabinet, arguments: list[str]) -> None:
    done = cabinet.run("plan", *arguments)

    assert (done.exit_code, done.stdout) == (2, "")
    assert cabinet.run("plan", "list").exit_code == 4


def test_plans_are_listed_and_shown_with_where_they_stand(cabinet: Cabinet) -> None:
    path = cabinet.planned("--realm", realm(1))
    made = cabinet.json("plan", "show", path)["plan"]["id"]
    assert "1 not begun" in cabinet.run("plan", "list").stdout

    cabinet.run("apply", path, "--yes")

    (listed,) = [json.loads(line) for line in cabinet.run("--json", "plan", "list").stdout.splitlines()]
    assert (listed["id"], listed["counts"]) == (made, {"done": 1})
    shown = cabinet.run("plan", "show", made)
    assert shown.exit_code == 0
    assert "1  Done" in shown.stdout
    assert "qbapps apply" not in shown.stdout, "nothing is left"


def test_a_plan_is_called_off(cabinet: Cabinet) -> None:
    path = cabinet.planned()

    done = cabinet.run("plan", "cancel", path, "--by", JEAN)

    assert done.exit_code == 0
    assert "3  Called off" in done.stdout
    applied = cabinet.run("apply", path, "--yes")
    assert applied.exit_code == 3
    assert "Called off (3)" in applied.stdout
    assert not [record for record in cabinet.intuit.requests if record.operation == "revoke"]


def test_an_altered_file_is_refused(cabinet: Cabinet) -> None:
    path = Path(cabinet.planned())
    path.write_text(path.read_text("utf-8").replace(realm(0), realm(2)), "utf-8")

    for command in (("plan", "show"), ("apply", "--yes")):
        assert cabinet.run(*command, str(path)).exit_code == 5


def test_a_plan_is_told_in_french(cabinet: Cabinet) -> None:
    with_hand(cabinet)

    done = cabinet.run("--lang", "fr", "plan", "transfer", "--owner", JEAN, "--to", MARIE, "--deadline", "2099-12-29")

    for told in (
        "Nouveau propriétaire",
        "mardi 29 décembre 2099 à 23 h 59 UTC",
        "3 connexions attendent ensuite le consentement de marie@durand.example.",
        "4 connexions demandent l’administrateur principal du cabinet.",
        "1 connexion se fait à la main dans QuickBooks, par l’administrateur principal du cabinet seulement.",
        "Rien n’a été fait. Pour exécuter le plan",
    ):
        assert told in flat(done)


def test_the_help_lists_the_reasons_in_both_languages(cabinet: Cabinet) -> None:
    told = cabinet.run("plan", "disconnect", "--help").stdout

    assert "service_ending     The service is ending / Arrêt du service" in told


def test_before_a_single_disconnect_the_others_of_the_same_person_are_said(cabinet: Cabinet) -> None:
    cabinet.connect(realm(2), MARIE)

    first = cabinet.run("disconnect", cabinet.connections[0], "--reason", "other")
    second = cabinet.json("disconnect", cabinet.connections[1], "--reason", "other")
    again = cabinet.run("disconnect", cabinet.connections[0], "--reason", "other")

    told = "1 other connection of Dext belongs to the same person: a revoke may reach it (Client 1)."
    assert told in " ".join(first.stderr.split())
    assert second["siblings"] == []
    assert "the same person" not in again.stderr


def test_a_company_of_which_no_api_knows_is_there_too(cabinet: Cabinet) -> None:
    with_hand(cabinet)
    with qbapps.open(cabinet.url) as qb:
        (row,) = qb.plan_disconnect(firm="durand", reach="hand").items
    assert row.realm_id == BY_HAND


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2023-12-29", datetime(2023, 12, 29, 23, 59, 59, tzinfo=UTC)),
        ("2023-12-29T18:00", datetime(2023, 12, 29, 18, tzinfo=UTC)),
        ("2023-12-29T18:00+01:00", datetime(2023, 12, 29, 18, tzinfo=timezone(timedelta(hours=1)))),
        (" 2023-12-29T18:00:00Z", datetime(2023, 12, 29, 18, tzinfo=UTC)),
    ],
)
def test_a_day_is_its_end_and_what_has_no_zone_is_utc(text: str, instant: datetime) -> None:
    assert Deadline().convert(text, None, None) == instant


@pytest.mark.parametrize("text", ["", "29/12/2023", "tomorrow", "2023-13-01", "2023-12-29T25:00"])
def test_what_is_no_day_is_no_deadline(text: str) -> None:
    with pytest.raises(click.BadParameter, match="2023-12-29"):
        Deadline().convert(text, None, None)
