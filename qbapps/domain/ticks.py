"""Worklists that come back from a spreadsheet: which tasks were ticked, by whom, and what became of each row."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import attrs

from qbapps.domain.inventory import Refusal
from qbapps.domain.tasks import Task


class TickColumn(StrEnum):
    """What is read of a worklist's columns; the others are for people."""

    TASK = "task"
    COMPANY = "company"
    REALM_ID = "realm id"
    APP = "app"
    DONE = "done"
    BY = "done by"
    ON = "done on"
    NOTE = "note"


@attrs.frozen(kw_only=True)
class TickRow:
    """
    One row that can be read; of a column that is not there it says None.

    Attributes:
        line: Where it stands in the file, counted as an editor does.
        done: Whether it is ticked.
        done_on: The day that was written beside the tick.
    """

    line: int
    task_id: str
    company: str | None = None
    realm_id: str | None = None
    app: str | None = None
    done: bool = False
    by: str | None = None
    done_on: date | None = None
    note: str | None = None


@attrs.frozen(kw_only=True)
class TickReading:
    """
    What a worklist file says.

    Attributes:
        headers: What each column that is read is called in the file.
        encoding: What it was read with.
    """

    rows: tuple[TickRow, ...]
    refused: tuple[Refusal, ...]
    headers: dict[TickColumn, str]
    encoding: str


@attrs.frozen(kw_only=True)
class WorklistImport:
    """
    What became of each row of a worklist.

    Attributes:
        confirmed: Tasks that are done now, as the file states.
        already: Ticked tasks that were confirmed before; what was stated first stays.
        refused: Ticks that were not taken, with line, column and reason; their tasks are as open as before.
        unchanged: Tasks without a tick.
    """

    confirmed: tuple[Task, ...] = ()
    already: tuple[Task, ...] = ()
    refused: tuple[Refusal, ...] = ()
    unchanged: tuple[Task, ...] = ()
