"""Taking a ticked worklist in: each tick is somebody's word, and closes its task like any other."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

import attrs

from qbapps.domain.inventory import Refusal
from qbapps.domain.tasks import Task, TaskState
from qbapps.domain.ticks import TickColumn, TickReading, TickRow, WorklistImport
from qbapps.errors import NotPermitted, TransitionError
from qbapps.language import Phrase
from qbapps.lifecycle import worklist
from qbapps.ports import Ports

_SHORTENED: Final = re.compile(r"[0-9]([.,][0-9]+)?[eE]\+?[0-9]+")
_EXACT_DIGITS: Final = 15
"""How many digits of a number a spreadsheet keeps; the rest it replaces by zeros."""


@attrs.define
class _Run:
    ports: Ports
    headers: Mapping[TickColumn, str]
    by: str | None
    confirmed: list[Task] = attrs.field(factory=list)
    already: list[Task] = attrs.field(factory=list)
    unchanged: list[Task] = attrs.field(factory=list)
    refused: list[Refusal] = attrs.field(factory=list)

    def refuse(self, row: TickRow, column: TickColumn, reason: str, shown: str | None) -> None:
        self.refused.append(
            Refusal(line=row.line, column=self.headers.get(column), reason=reason, value_shown=shown or "")
        )


def import_worklist(ports: Ports, reading: TickReading, *, by: str | None) -> WorklistImport:
    """
    Confirm the tasks that *reading* says are done; taking it in again changes nothing.

    A tick counts only with a name, and only where the row's app and company are still those of the task: a column
    that was sorted alone would else close the wrong one. Each task is saved by itself.

    Args:
        by: Who ticked where no name is written.
    """
    run = _Run(ports=ports, headers=reading.headers, by=(by or "").strip() or None)
    for row in reading.rows:
        _take(run, row)
    refused = sorted((*reading.refused, *run.refused), key=lambda one: one.line)
    return WorklistImport(
        confirmed=tuple(run.confirmed),
        already=tuple(run.already),
        refused=tuple(refused),
        unchanged=tuple(run.unchanged),
    )


def _take(run: _Run, row: TickRow) -> None:
    task = run.ports.store.task(row.task_id)
    if task is None:
        run.refuse(row, TickColumn.TASK, Phrase("there is no such task"), row.task_id)
    elif not row.done:
        run.unchanged.append(task)
    elif _differs(run, row, task):
        pass
    elif task.state is TaskState.DONE:
        run.already.append(task)
    elif task.state is TaskState.CANCELLED:
        run.refuse(row, TickColumn.TASK, Phrase("this task was cancelled: nothing is to be done any more"), task.id)
    else:
        _confirm(run, row, task)


def _differs(run: _Run, row: TickRow, task: Task) -> bool:
    """Refuse the row when it is not about what its task is about."""
    wrong = [
        (column, said)
        for column, said, known, same in (
            (TickColumn.APP, row.app, task.app_name, _same_name),
            (TickColumn.COMPANY, row.company, task.company_name or "", _same_name),
            (TickColumn.REALM_ID, row.realm_id, task.realm_id or "", _same_number),
        )
        if said is not None and not same(said, known)
    ]
    for column, said in wrong:
        run.refuse(row, column, Phrase("this is not what the task is about: was the row altered?"), said)
    return bool(wrong)


def _confirm(run: _Run, row: TickRow, task: Task) -> None:
    by = row.by or run.by
    if by is None:
        run.refuse(row, TickColumn.BY, Phrase("ticked by nobody: write who did it"), None)
        return
    if row.done_on is not None and row.done_on > _latest_today(run.ports):
        run.refuse(row, TickColumn.ON, Phrase("this day is still to come"), row.done_on.isoformat())
        return
    try:
        done = worklist.confirm_task(run.ports, task.id, by=by, note=row.note, done_on=row.done_on)
    except (TransitionError, NotPermitted) as error:
        now = run.ports.store.task(task.id)
        if now is not None and now.state is not TaskState.OPEN:
            # Somebody else ended it meanwhile.
            _take(run, row)
        else:
            run.refuse(row, TickColumn.DONE, error.message, task.id)
    else:
        run.confirmed.append(done)


def _latest_today(ports: Ports) -> date:
    """Return the date of today where days begin first."""
    return (ports.clock.now() + timedelta(hours=14)).date()


def _same_name(said: str, known: str) -> bool:
    return _plain(said) == _plain(known)


def _plain(name: str) -> str:
    """Return *name* without what spreadsheets, and our guard against formulas, change by themselves."""
    letters = unicodedata.normalize("NFKC", name).translate({ord(mark): None for mark in "'’"})
    return " ".join(letters.split())


def _same_number(said: str, known: str) -> bool:
    """Tell whether a spreadsheet could have made *said* of the company number *known*."""
    said = "".join(said.split())
    if _SHORTENED.fullmatch(said) and known:
        mantissa, _, exponent = said.replace(",", ".").lower().partition("e")
        digits = len(mantissa.replace(".", ""))
        return f"{float(known):.{digits - 1}e}" == f"{float(mantissa):.{digits - 1}f}e{int(exponent):+03d}"
    exact, rest = known[:_EXACT_DIGITS], known[_EXACT_DIGITS:]
    return said in {known, exact + "0" * len(rest), known.lstrip("0")}
