"""What only a person in QuickBooks can do."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import attrs

from qbapps.domain.connection import Connection
from qbapps.domain.tasks import Task
from qbapps.domain.ticks import WorklistImport
from qbapps.errors import ConfigurationError
from qbapps.export.arrangement import alphabetical
from qbapps.guides import bank_removal, desktop_removal
from qbapps.guides import steps as guide
from qbapps.lifecycle import confirming, lookup, worklist, worklist_import
from qbapps.manager.room import Room
from qbapps.reading.files import read_capped
from qbapps.reading.worklist import read_worklist


class ByHand(Room):
    """What only a person in QuickBooks can do."""

    def worklist(self, *, firm: str | None = None) -> tuple[Task, ...]:
        """Return what is left for people to do in QuickBooks, company by company, with its English steps."""
        found = sorted(
            worklist.open_tasks(self._ports, firm),
            key=lambda task: (*alphabetical(task.company_name, task.realm_id), task.app_name, task.kind, task.id),
        )
        return tuple(attrs.evolve(task, steps=self.steps(task, lang="en")) for task in found)

    def write_worklist(self, path: str | Path, *, firm: str | None = None, lang: str | None = None) -> Path:
        """
        Write what is left for people to do, with its steps.

        Args:
            path: Named ``.html``, a page to print, or ``.csv``, a sheet to tick that ``import_worklist`` takes back.

        Raises:
            NotFoundError: There is no such firm.
            ConfigurationError: The name ends in something else.
        """
        from qbapps.export.report import TaskSteps  # noqa: PLC0415 - it loads a template engine
        from qbapps.export.worklist import write_worklist  # noqa: PLC0415 - the same
        from qbapps.export.worklist_csv import write_worklist_csv  # noqa: PLC0415 - the same

        place = Path(path)
        kept = None if firm is None else lookup.firm(self._ports.store, firm)
        work = tuple(
            TaskSteps(task=one, steps=self.steps(one, lang=lang), valid_as_of=self.steps_as_of(one))
            for one in self.worklist(firm=firm)
        )
        match place.suffix.lower():
            case ".html" | ".htm":
                return write_worklist(place, work, lang, generated_at=self._ports.clock.now(), firm=kept)
            case ".csv":
                return write_worklist_csv(place, work, lang)
        raise ConfigurationError(f"A worklist cannot be written as {place.name}.", hint="Name it .html or .csv.")

    def task(self, task_id: str) -> Task:
        """
        Return one task.

        Raises:
            NotFoundError: There is none of that id.
        """
        return lookup.task(self._ports.store, task_id)

    def steps(self, task: Task, *, lang: str | None = None) -> tuple[str, ...]:
        """Return how to do a task in QuickBooks: who does it, the steps, the checks."""
        if self._is_of_a_connector(task):
            return desktop_removal.steps(lang, app=task.app_name, company=task.company_name)
        if self._is_of_a_bank(task):
            return bank_removal.steps(lang, bank=task.app_name, company=task.company_name)
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

    def steps_as_of(self, task: Task) -> date:
        """Return how old the names of menus in a task's steps are: QuickBooks moves them, so show it with the steps."""
        if self._is_of_a_connector(task):
            return desktop_removal.GUIDE.valid_as_of
        if self._is_of_a_bank(task):
            return bank_removal.GUIDE.valid_as_of
        return guide.guide(task.kind, task.level).valid_as_of

    def _is_of_a_connector(self, task: Task) -> bool:
        """Tell whether a task is about a connection of QuickBooks Desktop, whose companies have no realm id."""
        return task.realm_id is None and self._ports.desktop.link(task.connection_id) is not None

    def _is_of_a_bank(self, task: Task) -> bool:
        return self._ports.banks.link(task.connection_id) is not None

    def confirm_task(self, task_id: str, *, by: str, note: str | None = None) -> Task:
        """
        Record that *by* did a task, and what follows from it.

        Raises:
            NotFoundError: There is none of that id.
            TransitionError: It is not open.
            ConfigurationError: *by* is empty.
        """
        return worklist.confirm_task(self._ports, task_id, by=by, note=note)

    def confirm_connection(self, connection_id: str, *, by: str, note: str | None = None) -> Connection:
        """
        Record that *by* looked at a hand-kept connection in QuickBooks, and that it is there as it is listed here.

        The connection itself stays as it is; an audit counts what was confirmed lately as known.

        Raises:
            NotFoundError: There is none of that id.
            TransitionError: It is not kept by hand: probe it instead.
            ConfigurationError: *by* is empty.
        """
        return confirming.confirm_connection(self._ports, connection_id, by=by, note=note)

    def import_worklist(self, path: str | Path, *, by: str | None = None) -> WorklistImport:
        """
        Confirm the tasks that are ticked in a worklist that ``qbapps worklist --csv`` wrote.

        A tick without a name, for an unknown task, or in a row that is about another app or company than its task,
        is refused with line, column and reason. Taking the file in again changes nothing.

        Args:
            by: Who ticked where no name is written.

        Raises:
            ConfigurationError: The file cannot be read at all; the message says what was seen.
        """
        return worklist_import.import_worklist(self._ports, read_worklist(read_capped(Path(path))), by=by)
