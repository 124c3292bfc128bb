"""The worklist for a spreadsheet: one row per task, what to do in it, and room for a tick and a name."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import attrs
import export_people as people
import pytest

from qbapps.domain.tasks import TaskState
from qbapps.export.report import TaskSteps
from qbapps.export.worklist_csv import write_worklist_csv


def dated(one: TaskSteps) -> TaskSteps:
    return attrs.evolve(one, valid_as_of=date(2024, 2, 12))


def written(tmp_path: Path, lang: str, *tasks: TaskSteps) -> list[dict[str, str]]:
    text = write_worklist_csv(tmp_path / "work.csv", tasks, lang).read_text(encoding="utf-8")
    assert text.startswith("\ufeff"), "the mark by which a spreadsheet knows UTF-8"
    return list(csv.DictReader(io.StringIO(text[1:]), delimiter=";" if lang == "fr" else ","))


def test_a_row_says_what_to_do_where_and_who_may(tmp_path: Path) -> None:
    (row,) = written(tmp_path, "fr", dated(people.task(1)))

    assert list(row) == [
        "Tâche",
        "Entreprise",
        "N° d’entreprise",
        "Niveau",
        "Appli",
        "Quoi",
        "Qui",
        "Étapes",
        "Noms des menus au",
        "Fait\u00a0?",
        "Fait par",
        "Fait le",
        "Remarque",
    ]
    assert list(row.values())[:6] == [
        "tsk_1",
        "Zinc & Fils",
        "9130350000000003",
        "Client",
        "Time",
        "Déconnecter",
    ]
    assert "administrateur principal" in row["Qui"]
    assert "1. Connectez-vous" in row["Étapes"]
    assert row["Noms des menus au"] == "2024-02-12"
    assert row["Fait\u00a0?"] == row["Fait par"] == row["Fait le"] == row["Remarque"] == ""


def test_the_english_file_is_cut_at_commas(tmp_path: Path) -> None:
    (row,) = written(tmp_path, "en", dated(people.task(1, "en")))

    assert (row["Task"], row["Company"], row["Done?"]) == ("tsk_1", "Zinc & Fils", "")
    assert "1. Sign in to QuickBooks Online Accountant. 2. " in row["Steps"]


def test_each_task_is_one_line_of_the_file(tmp_path: Path) -> None:
    tasks = (people.task(1), people.task(2, name="Deux\nlignes"))
    text = write_worklist_csv(tmp_path / "work.csv", tasks[:1], "fr").read_bytes()

    assert text.count(b"\n") == 2


def test_what_is_done_says_who_and_when(tmp_path: Path) -> None:
    done = people.task(1, state=TaskState.DONE)
    done = attrs.evolve(done, task=attrs.evolve(done.task, confirmed_by="Sophie", ended_at=people.NOW, note="vu"))
    (row,) = written(tmp_path, "fr", done)

    assert [*row.values()][9:] == ["fait", "Sophie", "2023-12-18", "vu"]


@pytest.mark.parametrize("text", [*people.HOSTILE, "-2+3", "@SUM(A1)", "Durand;=1+1", "Durand,=1+1"])
def test_no_name_is_a_formula(tmp_path: Path, text: str) -> None:
    path = write_worklist_csv(tmp_path / "work.csv", (people.task(1, name=text),), "fr")

    for separator in ";,\t":
        for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""), delimiter=separator):
            assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@"))]
