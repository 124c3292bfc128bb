"""What only a person in QuickBooks can do."""

from __future__ import annotations

import attrs

from qbapps.domain.tasks import Task
from qbapps.guides import steps as guide
from qbapps.lifecycle import lookup, worklist
from qbapps.manager.room import Room


class ByHand(Room):
    """What only a person in QuickBooks can do."""

    def worklist(self, *, firm: str | None = None) -> tuple[Task, ...]:
        """Return what is left for people to do in QuickBooks, with its English steps."""
        return tuple(
            attrs.evolve(task, steps=self.steps(task, lang="en")) for task in worklist.open_tasks(self._ports, firm)
        )

    def task(self, task_id: str) -> Task:
        """
        Return one task.

        Raises:
            NotFoundError: There is none of that id.
        """
        return lookup.task(self._ports.store, task_id)

    def steps(self, task: Task, *, lang: str | None = None) -> tuple[str, ...]:
        """Return how to do a task in QuickBooks: who does it, the steps, the checks."""
        subject = None if task.subject_id is None else self._ports.store.disconnection(task.subject_id)
        return guide.steps(
            task.kind,
            task.level,
            lang,
            app=task.app_name,
            company=task.company_name,
            person=task.person,
            reason=None if subject is None else subject.reason,
        )

    def confirm_task(self, task_id: str, *, by: str, note: str | None = None) -> Task:
        """
        Record that *by* did a task, and what follows from it.

        Raises:
            NotFoundError: There is none of that id.
            TransitionError: It is not open.
        """
        return worklist.confirm_task(self._ports, task_id, by=by, note=note)
