"""The worklist as a spreadsheet: one row per task, with columns to tick, sign and comment, and to give back."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from qbapps.domain.tasks import Task, TaskState
from qbapps.export.csv import DELIMITERS, Cell, write_csv
from qbapps.export.report import TaskSteps
from qbapps.language import N_, Words, labels, words

COLUMNS: Final = (
    N_("Task"),
    N_("Company"),
    N_("Company no."),
    N_("Level"),
    N_("App"),
    N_("What"),
    N_("Who"),
    N_("Steps"),
    N_("Menu names of"),
    N_("Done?"),
    N_("Done by"),
    N_("Done on"),
    N_("Note"),
)


def write_worklist_csv(path: Path, tasks: Iterable[TaskSteps], lang: str | None) -> Path:
    """
    Write *tasks* to *path*, replacing what is there; ``import_worklist`` reads it back once it is ticked.

    The steps stand on one line, so that every task is one row of a text editor too. Nothing in it is a formula.
    """
    _ = words(lang)
    header = [_(name) for name in COLUMNS]
    return write_csv(path, header, (_row(one, _) for one in tasks), delimiter=DELIMITERS[_.language])


def _row(one: TaskSteps, _: Words) -> tuple[Cell, ...]:
    task = one.task
    who, *steps = one.steps or ("",)
    return (
        task.id,
        task.company_name,
        task.realm_id,
        labels.label(task.level, _.language),
        task.app_name,
        labels.label(task.kind, _.language),
        who,
        " ".join(f"{number}. {step}" for number, step in enumerate(steps, start=1)),
        one.valid_as_of,
        *_done(task, _),
    )


def _done(task: Task, _: Words) -> tuple[Cell, ...]:
    if task.state is not TaskState.DONE:
        return "", "", "", ""
    return _("done"), task.confirmed_by, None if task.ended_at is None else task.ended_at.date(), task.note
