"""Tasks: what somebody attested stays attested."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import pytest
from domain_samples import DAY, NOON, REALM

from qbapps.domain import tasks
from qbapps.domain.tasks import Task, TaskKind, TaskState
from qbapps.errors import TransitionError

OPEN = Task(
    id="tsk_1",
    kind=TaskKind.DISCONNECT,
    connection_id="con_1",
    app_id="dext",
    app_name="Dext",
    realm_id=REALM,
    created_at=NOON,
)


def test_a_confirmed_task_says_by_whom_and_when() -> None:
    done = tasks.confirm(OPEN, by="Marie", note="seen in QuickBooks", at=NOON + DAY)

    assert (done.state, done.confirmed_by, done.note) == ("done", "Marie", "seen in QuickBooks")
    assert (done.ended_at, done.version) == (NOON + DAY, 2)


def test_a_cancelled_task_was_confirmed_by_nobody() -> None:
    gone = tasks.cancel(OPEN, NOON + DAY)

    assert (gone.state, gone.confirmed_by, gone.ended_at, gone.version) == ("cancelled", None, NOON + DAY, 2)


@pytest.mark.parametrize("state", ["done", "cancelled"])
@pytest.mark.parametrize(
    ("action", "end"),
    [
        ("confirm", lambda task: tasks.confirm(task, by="Jean", note=None, at=NOON)),
        ("cancel", lambda task: tasks.cancel(task, NOON)),
    ],
)
def test_a_task_ends_once(state: str, action: str, end: Callable[[Task], Task]) -> None:
    ended = attrs.evolve(OPEN, state=TaskState(state), confirmed_by="Marie")

    with pytest.raises(TransitionError) as caught:
        end(ended)

    refusal = caught.value
    assert (refusal.state, refusal.action, refusal.allowed) == (state, action, ())
    assert (refusal.connection_id, refusal.realm_id) == ("con_1", REALM)
