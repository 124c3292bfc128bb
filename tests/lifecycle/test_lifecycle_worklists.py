"""A worklist goes out to a spreadsheet and comes back: every tick is somebody's word, and none closes a wrong task."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from pathlib import Path

import attrs
import pytest
from lifecycle_house import BAKERY, GARAGE, JEAN, MARIE, House
from lifecycle_inventory import inventory

from qbapps.domain.states import ConnectionState
from qbapps.domain.tasks import TaskState
from qbapps.domain.transfer import TransferState
from qbapps.errors import ConfigurationError
from qbapps.export.report import TaskSteps
from qbapps.export.worklist_csv import write_worklist_csv

DELIMITERS = {"fr": ";", "en": ","}
DONE = {"fr": "Fait\u00a0?", "en": "Done?"}
BY = {"fr": "Fait par", "en": "Done by"}
ON = {"fr": "Fait le", "en": "Done on"}
APP = {"fr": "Appli", "en": "App"}
COMPANY = {"fr": "Entreprise", "en": "Company"}
NUMBER = {"fr": "N° d’entreprise", "en": "Company no."}


@attrs.define
class Sheet:
    """A worklist in a spreadsheet, filled in cell by cell."""

    path: Path
    lang: str
    rows: list[dict[str, str]]

    def save(self, encoding: str = "utf-8-sig") -> Path:
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, list(self.rows[0]), delimiter=DELIMITERS[self.lang])
        writer.writeheader()
        writer.writerows(self.rows)
        self.path.write_bytes(text.getvalue().encode(encoding, errors="replace"))
        return self.path

    def tick(self, row: int, by: str = "Sophie", mark: str = "x", on: str = "") -> None:
        self.rows[row].update({DONE[self.lang]: mark, BY[self.lang]: by, ON[self.lang]: on})


def sheet(house: House, tmp_path: Path, lang: str = "fr") -> Sheet:
    """Open three tasks, and write them out: two disconnects of the bakery, a transfer of the garage."""
    house.qb.add_firm("durand", name="Cabinet Durand")
    lines = [
        f"Client;Boulangerie L'Étoile;{BAKERY};Zapier;{JEAN}",
        f"Client;Boulangerie L'Étoile;{BAKERY};=Formule;{JEAN}",
        f"Client;Garage;{GARAGE};Zapier;{JEAN}",
    ]
    taken = house.qb.import_inventory(inventory(*lines), firm="durand").taken
    for one in taken[:2]:
        house.qb.disconnect(one.id, reason="too_expensive")
    house.qb.begin_transfer(taken[2].id, to=MARIE)
    work = [
        TaskSteps(task=one, steps=house.qb.steps(one, lang=lang), valid_as_of=house.qb.steps_as_of(one))
        for one in house.qb.worklist(firm="durand")
    ]
    work.sort(key=lambda one: (one.task.kind, one.task.app_name))
    path = write_worklist_csv(tmp_path / "work.csv", work, lang)
    text = path.read_text(encoding="utf-8-sig")
    return Sheet(path, lang, list(csv.DictReader(io.StringIO(text, newline=""), delimiter=DELIMITERS[lang])))


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_ticked_tasks_are_done_and_taking_the_file_in_again_changes_nothing(
    house: House, tmp_path: Path, lang: str, encoding: str
) -> None:
    made = sheet(house, tmp_path, lang)
    made.tick(0, by="Sophie")
    made.tick(2, by="Marie", mark="fait")
    path = made.save(encoding)

    taken = house.qb.import_worklist(path)

    assert [one.confirmed_by for one in taken.confirmed] == ["Sophie", "Marie"]
    assert (len(taken.unchanged), taken.already, taken.refused) == (1, (), ())
    assert len(house.qb.worklist()) == 1
    assert [one.state for one in house.qb.transfers()] == [TransferState.COMPLETED]
    assert {one.state for one in house.qb.connections(owner=MARIE)} == {ConnectionState.CONNECTED}
    before = list(house.qb.events())

    again = house.qb.import_worklist(path)

    assert (len(again.confirmed), len(again.already), len(again.unchanged), again.refused) == (0, 2, 1, ())
    assert list(house.qb.events()) == before


def test_the_trail_keeps_who_said_it_what_they_noted_and_the_day_they_gave(house: House, tmp_path: Path) -> None:
    made = sheet(house, tmp_path)
    today = house.clock.now().date()
    made.tick(0, by="Sophie", on=f"{today:%d/%m/%Y}")
    made.rows[0]["Remarque"] = "vu avec Jean"

    (task,) = house.qb.import_worklist(made.save()).confirmed

    event = next(one for one in house.qb.events(task.connection_id) if one.kind == "task.confirmed")
    assert (event.by, event.details["note"], event.details["done_on"]) == ("Sophie", "vu avec Jean", str(today))
    assert task.note == "vu avec Jean"
    assert house.qb.verify_events() == ()


def test_a_tick_without_a_name_counts_only_for_whoever_answers_for_the_file(house: House, tmp_path: Path) -> None:
    made = sheet(house, tmp_path)
    made.tick(0, by="")
    path = made.save()

    refused = house.qb.import_worklist(path)
    assert [(one.line, one.column) for one in refused.refused] == [(2, "Fait par")]
    assert refused.confirmed == ()
    assert len(house.qb.worklist()) == 3
    assert len(house.qb.import_worklist(path, by=" ").refused) == 1

    (task,) = house.qb.import_worklist(path, by="Sophie").confirmed
    assert task.confirmed_by == "Sophie"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        (APP["fr"], "Dext"),
        (APP["fr"], ""),
        (COMPANY["fr"], "Garage"),
        (NUMBER["fr"], GARAGE),
    ],
)
def test_a_row_that_is_no_longer_about_its_task_is_refused(
    house: House, tmp_path: Path, column: str, value: str
) -> None:
    made = sheet(house, tmp_path)
    made.tick(0)
    made.rows[0][column] = value

    taken = house.qb.import_worklist(made.save())

    assert taken.confirmed == ()
    assert [(one.line, one.column, one.value_shown) for one in taken.refused] == [(2, column, value)]
    assert len(house.qb.worklist()) == 3


def test_one_column_sorted_alone_closes_no_task(house: House, tmp_path: Path) -> None:
    made = sheet(house, tmp_path)
    ids = [row["Tâche"] for row in made.rows]
    for row, task_id in enumerate(reversed(ids)):
        made.tick(row)
        made.rows[row]["Tâche"] = task_id

    taken = house.qb.import_worklist(made.save())

    right = [row for row, task_id in enumerate(reversed(ids)) if ids[row] == task_id]
    assert [one.id for one in taken.confirmed] == [ids[row] for row in right]
    assert {one.line for one in taken.refused} == {2, 4}


@pytest.mark.parametrize("shown", ["9,13035E+15", "9.13035000000000E+15", "9130350000000000", "9130 350000000002"])
def test_what_a_spreadsheet_makes_of_a_company_number_is_no_alteration(
    house: House, tmp_path: Path, shown: str
) -> None:
    made = sheet(house, tmp_path)
    made.tick(0)
    made.rows[0][NUMBER["fr"]] = shown

    assert len(house.qb.import_worklist(made.save()).confirmed) == 1


def test_a_task_that_nobody_knows_or_that_was_cancelled_is_refused(house: House, tmp_path: Path) -> None:
    made = sheet(house, tmp_path)
    (transfer,) = house.qb.transfers()
    house.qb.cancel_transfer(transfer.id)
    made.tick(0)
    made.tick(2)
    made.rows[0]["Tâche"] = "tsk_unknown"

    taken = house.qb.import_worklist(made.save())

    assert [(one.line, one.column) for one in taken.refused] == [(2, "Tâche"), (4, "Tâche")]
    assert taken.confirmed == ()
    assert house.qb.task(made.rows[2]["Tâche"]).state is TaskState.CANCELLED


def test_a_day_to_come_is_refused(house: House, tmp_path: Path) -> None:
    made = sheet(house, tmp_path)
    made.tick(0, on=f"{house.clock.now() + timedelta(days=3):%d/%m/%Y}")

    (refusal,) = house.qb.import_worklist(made.save()).refused

    assert refusal.column == "Fait le"


def test_nothing_is_done_by_nobody(house: House, tmp_path: Path) -> None:
    sheet(house, tmp_path)
    task = house.qb.worklist()[0]

    with pytest.raises(ConfigurationError):
        house.qb.confirm_task(task.id, by="  ")

    assert house.qb.task(task.id) == attrs.evolve(task, steps=())
