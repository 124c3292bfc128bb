"""The report: one HTML page that says what is connected, by whom, what was done and what is left."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

import attrs

from qbapps.domain import checks
from qbapps.domain.connection import Connection
from qbapps.domain.disconnection import Disconnection
from qbapps.domain.parties import App, Client, Firm
from qbapps.domain.tasks import Task
from qbapps.domain.transfer import Transfer
from qbapps.export import arrangement, page


class RefusedRow(Protocol):
    """A row of an inventory that was not taken, and why."""

    @property
    def line(self) -> int: ...
    @property
    def column(self) -> str | None: ...
    @property
    def reason(self) -> str: ...
    @property
    def value_shown(self) -> str: ...


class RepeatedRow(Protocol):
    """A row of an inventory that says again what an earlier one said."""

    @property
    def line(self) -> int: ...
    @property
    def first_line(self) -> int: ...
    @property
    def differs(self) -> tuple[str, ...]: ...


@attrs.frozen(kw_only=True)
class TaskSteps:
    """
    A task and its steps in the reader's language.

    Attributes:
        steps: The first says who can do it.
        valid_as_of: How old the names of menus in the steps are.
    """

    task: Task
    steps: tuple[str, ...]
    valid_as_of: date | None = None


@attrs.frozen(kw_only=True)
class Report:
    """
    Everything the report shows.

    Attributes:
        firm: Its own apps and its clients' are told apart; without one, companies are listed.
        connections: All that are to be counted, disconnected ones too.
        tasks: Open ones are shown with their steps.
        refused: Rows of the inventory that were not taken.
    """

    generated_at: datetime = attrs.field(validator=checks.aware)
    firm: Firm | None = None
    apps: tuple[App, ...] = ()
    clients: tuple[Client, ...] = ()
    connections: tuple[Connection, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    disconnections: tuple[Disconnection, ...] = ()
    tasks: tuple[TaskSteps, ...] = ()
    refused: tuple[RefusedRow, ...] = ()
    repeated: tuple[RepeatedRow, ...] = ()


def oldest(tasks: Iterable[TaskSteps]) -> date | None:
    """Return how old the oldest names of menus in the steps of *tasks* are."""
    return min((one.valid_as_of for one in tasks if one.valid_as_of is not None), default=None)


def render_report(report: Report, lang: str | None) -> str:
    """Return the report as one HTML page that needs nothing else: no script, no picture, no network."""
    arranged = arrangement.arrange(
        firm=report.firm,
        clients=report.clients,
        apps=report.apps,
        connections=report.connections,
    )
    open_tasks, done = arrangement.split_tasks(tuple(report.tasks))
    return page.render(
        "report.html",
        lang,
        report=report,
        view=arranged,
        work=arrangement.by_company(open_tasks),
        open_count=len(open_tasks),
        done_count=done,
        valid_as_of=oldest(open_tasks),
        app_names={app.id: app.name for app in report.apps},
    )


def write_report(path: Path, report: Report, lang: str | None) -> Path:
    """Write the report to *path*, replacing what is there."""
    path.write_text(render_report(report, lang), encoding="utf-8", newline="\n")
    return path
