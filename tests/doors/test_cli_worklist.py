"""The worklist goes to a spreadsheet and comes back, and receipts become a file, from the command line."""

from __future__ import annotations

import csv
import io

import pytest
from cli_people import CLIENT_REALM, JEAN, SOPHIE, Terminal


@pytest.fixture
def desk(terminal: Terminal) -> Terminal:
    """A firm with two apps kept by hand: one is to be disconnected, the other to be transferred."""
    inventory = terminal.folder / "inventory.csv"
    inventory.write_text(
        "Level,Company,Realm ID,App,Developer contact,Owner\n"
        f"Client,Boulangerie Martin,{CLIENT_REALM},PayFit,privacy@payfit.example,{JEAN}\n"
        f"Client,Boulangerie Martin,{CLIENT_REALM},Dext,,{JEAN}\n",
        encoding="utf-8",
    )
    assert terminal.run("firm", "add", "durand", "--name", "Cabinet Durand").code == 0
    imported = terminal.run("--json", "import", str(inventory), "--firm", "durand").document
    first, second = imported["taken"]
    assert terminal.run("disconnect", first["id"], "--reason", "service_ending", "--by", SOPHIE).code == 3
    assert terminal.run("transfer", second["id"], "--to", SOPHIE).code in (0, 3)
    return terminal


def fill(text: str, delimiter: str, **cells: str) -> str:
    """Write *cells* into every row."""
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    for row in rows[1:]:
        for header, value in cells.items():
            row[rows[0].index(header)] = value
    made = io.StringIO(newline="")
    csv.writer(made, delimiter=delimiter).writerows(rows)
    return made.getvalue()


def test_a_worklist_is_ticked_in_a_spreadsheet_and_taken_in(desk: Terminal) -> None:
    sheet = desk.folder / "work.csv"
    assert desk.run("--lang", "fr", "worklist", "--firm", "durand", "--csv", str(sheet)).code == 0
    assert desk.run("confirm", "--from", str(sheet)).code == 4, "nothing is ticked yet"
    empty = sheet.read_text(encoding="utf-8-sig")

    sheet.write_text(fill(empty, ";", **{"Fait\u00a0?": "fait"}), encoding="utf-16")
    unsigned = desk.run("--json", "confirm", "--from", str(sheet))
    assert unsigned.code == 3
    assert [one["column"] for one in unsigned.document["refused"]] == ["Fait par", "Fait par"]
    assert unsigned.document["confirmed"] == []

    done = desk.run("--lang", "fr", "confirm", "--from", str(sheet), "--by", SOPHIE)
    assert done.code == 0, done.err
    assert "2  tâches enregistrées comme faites" in done.out
    assert desk.run("worklist").code == 4
    assert desk.run("confirm", "--from", str(sheet), "--by", SOPHIE).code == 4, "all of it was recorded before"
    assert desk.run("events", "--verify").code == 0


def test_the_terminal_says_how_old_the_names_of_menus_are(desk: Terminal) -> None:
    assert "the names in these steps are those of 12 February 2024" in desk.run("worklist").out
    assert {one["steps_as_of"] for one in desk.run("--json", "worklist").lines} == {"2024-02-12"}


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("tsk_1",),
        ("tsk_1", "--by", "x", "--from", "f.csv"),
        ("--from", "f.csv", "--note", "x"),
        ("--from", "nowhere.csv"),
        ("tsk_1", "--by", " "),
        ("tsk_unknown", "--by", "x"),
        ("con_unknown", "--by", "x"),
        ("con_unknown",),
    ],
)
def test_a_confirmation_that_says_too_much_or_too_little_is_bad_input(
    terminal: Terminal, arguments: tuple[str, ...]
) -> None:
    assert terminal.run("confirm", *arguments).code == 2


def test_receipts_are_listed_and_written_with_notices_and_letters(desk: Terminal) -> None:
    page = desk.folder / "receipts.html"
    for item in desk.run("--json", "worklist").lines:
        assert desk.run("confirm", item["task"]["id"], "--by", SOPHIE).code == 0

    listed = desk.run("receipts", "--firm", "durand")
    assert listed.code == 0
    assert "2 receipts." in listed.out
    assert listed.out.count("Stated by a") == 2
    lines = desk.run("--json", "receipts", "--since", "2020-01-01", "-o", str(page)).lines
    assert len(lines) == 2
    assert all(SOPHIE + " states that" in one["notice"]["text"] for one in lines)
    assert page.read_text(encoding="utf-8").count("<article") == 2

    assert desk.run("receipts", "--since", "2100-01-01", "-o", str(desk.folder / "none.html")).code == 4
    assert not (desk.folder / "none.html").exists()
    assert desk.run("receipts", "--firm", "nobody").code == 2
    assert desk.run("receipts", "--since", "yesterday").code == 2
