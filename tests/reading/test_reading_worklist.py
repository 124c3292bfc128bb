"""A ticked worklist is read whatever spreadsheet wrote it, and nothing in it is guessed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from reading_files import xlsx

from qbapps.domain.ticks import TickRow
from qbapps.errors import ConfigurationError
from qbapps.reading.worklist import read_worklist

FRENCH = (
    "Tâche;Entreprise;N° d’entreprise;Niveau;Appli;Quoi;Qui;Étapes;Noms des menus au;Fait ?;Fait par;Fait le;Remarque"
)
ROW = "tsk_1;Café Élan;9130350000000002;Client;Dext;Déconnecter;Elle;1. Ouvrez;2024-02-12;fait;Sophie;18/12/2023;vu"
READ = TickRow(
    line=2,
    task_id="tsk_1",
    company="Café Élan",
    realm_id="9130350000000002",
    app="Dext",
    done=True,
    by="Sophie",
    done_on=date(2023, 12, 18),
    note="vu",
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_a_worklist_is_read_from_any_spreadsheet(encoding: str, delimiter: str) -> None:
    text = f"{FRENCH}\r\n{ROW}\r\n".replace(";", delimiter)

    reading = read_worklist(text.encode(encoding))

    assert reading.rows == (READ,)
    assert reading.refused == ()


def test_a_workbook_is_read_as_it_was_saved_numbers_and_dates_too() -> None:
    cells: list[Any] = ROW.split(";")
    cells[2], cells[9], cells[11] = 9130350000000002, True, date(2023, 12, 18)
    reading = read_worklist(xlsx(cells, header=FRENCH.split(";")))

    (row,) = reading.rows
    assert (row.task_id, row.done, row.by, row.done_on, row.note) == ("tsk_1", True, "Sophie", date(2023, 12, 18), "vu")
    assert row.realm_id == "9.13035000000000E+15"
    assert reading.encoding == "xlsx"


def test_a_workbook_of_something_else_is_refused_as_a_whole() -> None:
    with pytest.raises(ConfigurationError):
        read_worklist(xlsx(["a"], header=["b"]))
    with pytest.raises(ConfigurationError, match="level, company and app"):
        read_worklist(xlsx(["tsk_1", "x"], header=["Task", "Done?"]))


def test_english_headers_in_any_order_and_others_between_them_are_read() -> None:
    text = "Note,Mine,Done by,Done?,App,Task\nseen,x,Sophie,yes,Dext,tsk_1\n"

    (row,) = read_worklist(text.encode()).rows

    assert row == TickRow(line=2, task_id="tsk_1", app="Dext", done=True, by="Sophie", note="seen")
    assert row.company is None, "a column that is not there says nothing"


def test_a_line_that_names_the_separator_is_no_header() -> None:
    (row,) = read_worklist(b"sep=;\nTask;Done?\ntsk_1;x\n").rows

    assert (row.line, row.done) == (3, True)


@pytest.mark.parametrize("tick", ["x", "X", "fait", "Faite", " oui ", "VRAI", "done", "Yes", "TRUE", "1", "✓", "☑"])
def test_these_are_ticks(tick: str) -> None:
    assert read_worklist(f"Task;Done?\ntsk_1;{tick}\n".encode()).rows[0].done is True


@pytest.mark.parametrize("tick", ["", " ", "non", "No", "FAUX", "false", "à faire", "0", "☐", "-"])
def test_these_are_no_ticks(tick: str) -> None:
    assert read_worklist(f"Task;Done?\ntsk_1;{tick}\n".encode()).rows[0].done is False


@pytest.mark.parametrize("tick", ["peut-être", "half", "?", "Sophie", "en cours"])
def test_anything_else_is_refused_and_not_guessed(tick: str) -> None:
    reading = read_worklist(f"Task;Done?\ntsk_1;{tick}\n".encode())

    assert reading.rows == ()
    assert [(one.line, one.column, one.value_shown) for one in reading.refused] == [(2, "Done?", tick)]


def test_a_day_without_a_tick_is_refused_and_a_name_or_a_note_is_not() -> None:
    reading = read_worklist(b"Task;Done?;Done by;Done on;Note\ntsk_1;;Sophie;;waits\ntsk_2;;;2023-12-18;\n")

    assert [(row.task_id, row.done) for row in reading.rows] == [("tsk_1", False)]
    assert [(one.line, one.column) for one in reading.refused] == [(3, "Done?")]


def test_a_tick_without_a_task_is_refused_and_a_line_of_totals_says_nothing() -> None:
    reading = read_worklist(b"Task;App;Done?\n;Dext;x\n;2 apps;\n")

    assert reading.rows == ()
    assert [(one.line, one.column) for one in reading.refused] == [(2, "Task")]


def test_a_line_that_lost_its_empty_end_is_read_and_one_that_grew_is_refused() -> None:
    reading = read_worklist(b"Task;Done?;Note\ntsk_1;x\ntsk_2;x;a;b\n")

    assert [row.task_id for row in reading.rows] == ["tsk_1"]
    assert [(one.line, one.column) for one in reading.refused] == [(3, None)]


def test_a_date_that_is_none_is_refused() -> None:
    (refusal,) = read_worklist(b"Task;Done?;Done on\ntsk_1;x;yesterday\n").refused

    assert (refusal.line, refusal.column, refusal.value_shown) == (2, "Done on", "yesterday")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"App;Company\nDext;Martin\n",
        b"Task;App\ntsk_1;Dext\n",
        b"Task;Done?;Fait\ntsk_1;x;x\n",
        b"\xff\xfeT",
    ],
)
def test_what_is_no_worklist_is_refused_as_a_whole(data: bytes) -> None:
    with pytest.raises(ConfigurationError):
        read_worklist(data)
