"""How the end of a run looks in a terminal: how many rows came out how, why, and what to do next."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from typing import Final

from qbapps.cli import views
from qbapps.cli.session import Session
from qbapps.domain.plan import OPEN, Outcome, PlanAction, PlanItem
from qbapps.domain.whole_plan import PlanReport
from qbapps.language import Words, labels, plan_notes

ROWS: Final = 15
"""Rows that are shown one by one of those that failed or changed; the rest is in the file of --report."""

LINKS: Final = 30
"""Links that are shown; for more, there are messages."""

STYLES: Final = {
    Outcome.DONE: "green",
    Outcome.FAILED: "red",
    Outcome.DRIFTED: "yellow",
    Outcome.WAITING: "cyan",
    Outcome.BY_HAND: "magenta",
}


def quoted(name: str) -> str:
    """Return *name* as a shell takes it."""
    return shlex.quote(name)


def told(counts: Mapping[Outcome, int], _: Words) -> str:
    """Return *counts* on one line."""
    shown = (one for one in Outcome if one is not Outcome.SKIPPED and counts.get(one))
    return ", ".join(f"{_.number(counts[one])} {labels.label(one, _.language).lower()}" for one in shown)


def standing(session: Session, counts: Mapping[Outcome, int]) -> None:
    """Show how many rows have which outcome."""
    _ = session.words
    rows = [
        (_.number(counts[one]), views.cell(labels.label(one, _.language), STYLES.get(one, "")))
        for one in (Outcome.DONE, *(one for one in Outcome if one is not Outcome.DONE))
        if counts.get(one)
    ]
    session.people.print()
    session.people.print(views.table((_("Rows"), _("Outcome")), rows, right=(0,)))


def show(session: Session, report: PlanReport, name: str, *, with_links: bool) -> None:
    """
    Show what a run came to, and what to do next.

    Args:
        name: How the plan was named, for the commands that go on.

        with_links: Whether to show the links of transfers that wait.
    """
    _ = session.words
    standing(session, report.counts)
    if report.stopped == "cancelled":
        session.tell(_("It was interrupted; what was in flight has ended."), "yellow")
    elif report.stopped is not None:
        session.tell(report.why or report.stopped, "bold red")
    if report.stopped == "canary":
        session.tell(_("Look at them with: qbapps explain CONNECTION. To go on nonetheless, add --no-canary."))
    for outcome, advice in _NEXT.items():
        count = report.counts.get(outcome, 0)
        if count:
            _part(session, report, outcome, advice(report, _), with_links=with_links)
    if report.is_complete:
        session.tell(_("All rows are done."), "bold green")
        session.say(_("Receipts, and letters to the apps' developers: qbapps receipts"))
    elif any(report.counts.get(one) for one in OPEN):
        session.tell("")
        session.tell(_("To go on, or to see what has come of it since:"))
        session.raw(f"  qbapps apply {quoted(name)}")


def _part(session: Session, report: PlanReport, outcome: Outcome, advice: str, *, with_links: bool) -> None:
    _ = session.words
    count = report.counts[outcome]
    views.heading(session.people, f"{labels.label(outcome, _.language)} ({_.number(count)})")
    if outcome in (Outcome.FAILED, Outcome.DRIFTED):
        _why(session, report.rows(outcome))
    if outcome is Outcome.WAITING and report.head.action is PlanAction.TRANSFER and with_links:
        _links(session, report.waiting)
    session.tell(advice)


def _why(session: Session, rows: tuple[PlanItem, ...]) -> None:
    _ = session.words
    names = {app.id: app.name for app in session.qb.apps()}
    for item in rows[:ROWS]:
        line = views.cell(item.company_name or item.realm_id or _("Company without a name"), "bold")
        line.append(" · ").append(views.cell(names.get(item.app_id, item.app_id)))
        line.append(f"  {item.connection_id}", style="dim")
        session.people.print(line)
        views.indented(session.people, plan_notes.said(item.note, _) or views.UNKNOWN)
    if len(rows) > ROWS:
        session.tell(_.plural("and {n} other row", "and {n} other rows", len(rows) - ROWS), "dim")


def _links(session: Session, rows: tuple[PlanItem, ...]) -> None:
    _ = session.words
    for item in rows[:LINKS]:
        if item.url is not None:
            session.people.print(views.cell(item.company_name or item.realm_id or _("Company without a name"), "bold"))
            session.raw(item.url)
    if len(rows) > LINKS:
        rest = len(rows) - LINKS
        session.tell(_.plural("and {n} other link", "and {n} other links", rest), "dim")


def _of_waiting(report: PlanReport, _: Words) -> str:
    if report.head.action is PlanAction.DISCONNECT:
        return _("They are denied here, and revoked when their day has come, by: qbapps keepalive")
    return _(
        "Send each link to {to} only; --messages FOLDER writes one message with all of them. To remind them, apply the "
        "plan again: the links are renewed, and the older ones stop working. See who has consented with: qbapps "
        "transfer list",
        to=report.head.to or "—",
    )


def _of_hand(report: PlanReport, _: Words) -> str:
    command = "qbapps worklist"
    if report.head.firm_id is not None:
        command = f"{command} --firm {quoted(report.head.firm_id)}"
    return _(
        "The steps for whoever does them: {command}. Apply the plan again once they are confirmed.", command=command
    )


_NEXT: Final[dict[Outcome, Callable[[PlanReport, Words], str]]] = {
    Outcome.FAILED: lambda _report, _: _("They are tried again when the plan is applied again."),
    Outcome.DRIFTED: lambda _report, _: _(
        "Nothing was done to them: they are no longer what was decided on. Make a new plan for those that are still "
        "to be done."
    ),
    Outcome.WAITING: _of_waiting,
    Outcome.BY_HAND: _of_hand,
    Outcome.CANCELLED: lambda _report, _: _("The plan was called off before they were over."),
    Outcome.PLANNED: lambda _report, _: _("They have not been begun; applying the plan again goes on with them."),
}
