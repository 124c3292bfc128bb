"""The trail at the command line: checked, exported, and compared with a checkpoint."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest
from cli_people import CLIENT_REALM, JEAN, Terminal


@pytest.fixture
def told(terminal: Terminal) -> Terminal:
    """A terminal whose store has a connection kept by hand, with a few events."""
    assert terminal.run("firm", "add", "durand", "--name", "Cabinet Durand").code == 0
    inventory = terminal.folder / "inventory.csv"
    inventory.write_text(
        "Niveau;Société;N° d'entreprise;Application;Propriétaire;Statut\n"
        f"Client;Boulangerie Martin;{CLIENT_REALM};PayFit;{JEAN};Connectée\n",
        encoding="utf-8",
    )
    (taken,) = terminal.run("--json", "import", str(inventory), "--firm", "durand").document["taken"]
    assert terminal.run("disconnect", taken["id"], "--reason", "other").code == 3
    return terminal


def sql(terminal: Terminal, statement: str) -> None:
    with closing(sqlite3.connect(terminal.folder / "qbapps.db")) as database, database:
        assert database.execute(statement).rowcount > 0


def test_a_whole_trail_and_its_checkpoint_agree_until_an_end_is_cut_off(told: Terminal) -> None:
    made = told.run("--json", "events", "--checkpoint", "kept")
    assert (made.code, made.document["whole"]) == (0, True)
    assert "keep it" in made.err
    assert told.run("--json", "events", "--verify", "--checkpoint", "kept").document == {"whole": True, "breaks": []}

    sql(told, "DELETE FROM events WHERE sequence = (SELECT max(sequence) FROM events)")

    assert told.run("events", "--verify").code == 0, "the chain alone cannot show it"
    compared = told.run("--json", "events", "--verify", "--checkpoint", "kept")
    assert compared.code == 1
    ((found,),) = [compared.document["breaks"]]
    assert found["what"] == "missing: the end of the stream was cut off"


def test_a_break_is_told_in_the_language_of_the_reader(told: Terminal) -> None:
    sql(told, "UPDATE events SET details = '{}' WHERE sequence = 2")

    english, french = told.run("events", "--verify"), told.run("events", "--verify", "--lang", "fr")

    assert (english.code, french.code) == (1, 1)
    assert "altered" in english.out
    assert "altéré" in french.out
    stream = told.run("--json", "events", "--verify").document["breaks"][0]["stream"]
    assert told.run("events", stream, "--verify").code == 1


def test_an_exported_trail_is_checked_without_the_store(told: Terminal) -> None:
    assert told.run("events", "-o", "events.jsonl").code == 0
    (told.folder / "qbapps.db").unlink()
    checked = told.run("events", "--verify", "--from", "events.jsonl", QBAPPS_STORE="postgresql://nobody.invalid/none")
    assert (checked.code, "whole" in checked.out) == (0, True)

    path = told.folder / "events.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[1:]), encoding="utf-8")
    checked = told.run("--json", "events", "--verify", "--from", "events.jsonl")

    assert checked.code == 1
    assert [(one["sequence"], one["what"]) for one in checked.document["breaks"]] == [(1, "missing")]


def test_an_altered_checkpoint_is_no_proof(told: Terminal) -> None:
    told.run("events", "--checkpoint", "kept")
    path = told.folder / "kept"
    path.write_text(path.read_text(encoding="utf-8").replace('"streams":1', '"streams":2'), encoding="utf-8")

    refused = told.run("--json", "events", "--verify", "--checkpoint", "kept")

    assert refused.code == 1
    assert json.loads(refused.err)["code"] == "seal_broken"


@pytest.mark.parametrize(
    "arguments",
    [
        ("--from", "x"),
        ("--verify", "--from", "x", "--checkpoint", "y"),
        ("--verify", "-o", "x"),
        ("con_1", "--checkpoint", "x"),
    ],
)
def test_options_that_do_not_go_together_are_refused(terminal: Terminal, arguments: tuple[str, ...]) -> None:
    assert terminal.run("events", *arguments).code == 2
