"""Receipts: what was ended or passed on, what is proven, and whom to write to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from qbapps.domain.connection import Kind
from qbapps.domain.desktop.states import DesktopState
from qbapps.domain.disconnection import Disconnection
from qbapps.domain.parties import App
from qbapps.domain.tasks import Task
from qbapps.domain.transfer import Transfer
from qbapps.export.arrangement import alphabetical
from qbapps.export.receipt import Receipt
from qbapps.guides.bank_notices import bank_notice
from qbapps.guides.handovers import transfer_notice
from qbapps.guides.notices import Notice, notice
from qbapps.lifecycle import lookup, receipts
from qbapps.manager.room import Room


class Receipting(Room):
    """Receipts: what was ended or passed on, what is proven, and whom to write to."""

    def notice(self, receipt: Disconnection | Transfer, *, lang: str | None = None) -> Notice:
        """
        Return what to tell the company after a disconnect or a completed transfer, and a letter to the app's developer.

        Raises:
            TransitionError: The disconnect was undone, or the transfer is not completed.
        """
        return self._noticed(receipt, lookup.app(self._ports.store, receipt.app_id), self._task_of(receipt), lang)

    def receipts(
        self, *, firm: str | None = None, since: date | None = None, plan: str | None = None
    ) -> tuple[Disconnection | Transfer, ...]:
        """
        Return the receipts of disconnects that were not undone and of completed transfers, company by company.

        Args:
            since: The first day, in UTC.

            plan: Id of a plan; only what came of its rows.

        Raises:
            NotFoundError: There is no such firm or plan.
        """
        return _in_order(*receipts.settled(self._ports, firm_id=firm, since=since, plan_id=plan))

    def write_receipts(
        self,
        path: str | Path,
        *,
        disconnections: Iterable[Disconnection] | None = None,
        transfers: Iterable[Transfer] | None = None,
        lang: str | None = None,
    ) -> Path:
        """
        Write receipts as one HTML file that needs nothing else, each with its notice and letter on a page of its own.

        Args:
            disconnections: When neither these nor *transfers* are given, everything that ``receipts`` returns.

        Raises:
            TransitionError: A disconnect was undone, or a transfer is not completed. No file is written or changed.
        """
        from qbapps.export import receipts as export  # noqa: PLC0415 - it loads a template engine

        if disconnections is None and transfers is None:
            chosen = self.receipts()
        else:
            chosen = _in_order(disconnections or (), transfers or ())
        made = self._receipts(chosen, lang)
        return export.write_receipts(Path(path), made, lang, generated_at=self._ports.clock.now())

    def _receipts(self, chosen: Iterable[Disconnection | Transfer], lang: str | None) -> Iterator[Receipt]:
        apps: dict[str, App] = {app.id: app for app in self._ports.store.apps()}
        for one in chosen:
            app, task = apps[one.app_id], self._task_of(one)
            told = self._noticed(one, app, task, lang)
            yield Receipt(record=one, app=app, task=task, text=told.text, letter=told.letter)

    def _noticed(self, receipt: Disconnection | Transfer, app: App, task: Task | None, lang: str | None) -> Notice:
        at = self._ports.clock.now()
        if isinstance(receipt, Transfer):
            return transfer_notice(receipt, app, lang, at, task=task)
        if app.is_bank:
            return bank_notice(receipt, app, lang, at, task=task)
        # The companies of QuickBooks Desktop have no realm id.
        link = self._ports.desktop.link(receipt.connection_id) if receipt.realm_id is None else None
        if link is None:
            return notice(receipt, app, lang, at, task=task)
        # One whose connector called again was not removed, whoever said so.
        is_there = link.state is DesktopState.REMOVING
        return notice(receipt, app, lang, at, task=None if is_there else task, kind=Kind.DESKTOP)

    def _task_of(self, receipt: Disconnection | Transfer) -> Task | None:
        return None if receipt.task_id is None else self._ports.store.task(receipt.task_id)


def _in_order(
    disconnections: Iterable[Disconnection], transfers: Iterable[Transfer]
) -> tuple[Disconnection | Transfer, ...]:
    every: list[Disconnection | Transfer] = [*disconnections, *transfers]
    every.sort(key=lambda one: (*alphabetical(one.company_name, one.realm_id), one.app_id, one.id))
    return tuple(every)
