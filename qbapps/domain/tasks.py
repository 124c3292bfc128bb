"""Tasks: what only a person in QuickBooks can do, or has to look at."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import attrs

from qbapps.domain import checks
from qbapps.domain.parties import Level
from qbapps.domain.record import revise
from qbapps.errors import TransitionError


class TaskKind(StrEnum):
    """What is to be done."""

    DISCONNECT = "disconnect"
    TRANSFER = "transfer"
    CHECK_GONE = "check_gone"


class TaskState(StrEnum):
    """Where a task stands."""

    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"


@attrs.frozen(kw_only=True)
class Task:
    """
    Something to do by hand in QuickBooks.

    Attributes:
        level: Where: the firm's own books, a client's, or a company without a firm.
        person: Who the connection belongs to, or the new owner of a transfer.
        steps: English steps as they read when the task was made; ask ``QBApps.steps`` for the
            language of your user.
        subject_id: The disconnection or transfer that waits for it.
        confirmed_by: Who said it was done.
        note: What they said.
    """

    id: str
    kind: TaskKind
    connection_id: str
    app_id: str
    app_name: str
    realm_id: str | None = None
    company_name: str | None = None
    firm_id: str | None = None
    level: Level = Level.COMPANY
    person: str | None = None
    steps: tuple[str, ...] = ()
    subject_id: str | None = None
    state: TaskState = TaskState.OPEN
    note: str | None = None
    confirmed_by: str | None = None
    created_at: datetime = attrs.field(validator=checks.aware)
    ended_at: datetime | None = attrs.field(default=None, validator=checks.aware)
    version: int = 1


def confirm(task: Task, *, by: str, note: str | None, at: datetime) -> Task:
    """
    Return *task* done, as *by* attests.

    Raises:
        TransitionError: It is not open.
    """
    _check_open(task, "confirm")
    return revise(task, state=TaskState.DONE, confirmed_by=by, note=note, ended_at=at)


def cancel(task: Task, at: datetime) -> Task:
    """
    Return *task* no longer wanted.

    Raises:
        TransitionError: It is not open: what somebody attested stays.
    """
    _check_open(task, "cancel")
    return revise(task, state=TaskState.CANCELLED, ended_at=at)


def _check_open(task: Task, action: str) -> None:
    if task.state is not TaskState.OPEN:
        raise TransitionError(
            f"{task.id} is {task.state}.",
            hint="Look at the worklist for what is still open.",
            state=task.state,
            action=action,
            connection_id=task.connection_id,
            realm_id=task.realm_id,
        )
