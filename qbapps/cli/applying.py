"""``apply``: carry a plan out, or go on with it."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any, Final

import attrs
import click

from qbapps.cli import plan_results, plan_views
from qbapps.cli.exits import Exit
from qbapps.cli.plan_options import NewFile, loaded
from qbapps.cli.progress import bar
from qbapps.cli.root import Command
from qbapps.cli.session import Ended, Session, pass_session
from qbapps.domain.plan import OPEN, PlanAction
from qbapps.domain.whole_plan import Plan, PlanReport
from qbapps.errors import PlanIncomplete
from qbapps.export.plan_report import check_suffix

_YES: Final = ("y", "yes", "o", "oui")


@click.command(cls=Command)
@click.argument("name", metavar="FILE")
@click.option("--workers", type=click.IntRange(min=1), default=16, show_default=True, help="Rows at once.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--no-canary", is_flag=True, help="Do not look, after the first row, whether other connections died.")
@click.option("--approved-by", metavar="WHO", help="Who approved of it; not its author.")
@click.option(
    "--report", "report_file", type=NewFile(), metavar="FILE", help="Write each row to a .json, .csv or .html."
)
@click.option(
    "--messages",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Write there, for each new owner, one message with all links.",
)
@pass_session
def apply(
    session: Session,
    name: str,
    workers: int,
    yes: bool,
    no_canary: bool,
    approved_by: str | None,
    report_file: Path | None,
    messages: Path | None,
) -> None:
    """
    Carry out what is left of a plan, row by row; Ctrl+C stops it, and applying it again goes on.

    FILE is what qbapps plan wrote, or a plan's id. Exit code 0 when all rows are done, 3 when rows failed, have
    changed meanwhile, wait, are done by hand or are left.
    """
    if report_file is not None:
        check_suffix(report_file)
    _, plan = session.words, loaded(session, name)
    if not plan.items:
        session.say(_("There is nothing to do."))
        raise Ended(Exit.NOTHING)
    _ask(session, plan, yes=yes or _is_unapproved(plan, approved_by))
    report = _applied(session, plan, workers=workers, canary=not no_canary, approved_by=approved_by)
    message = _message(session, report, messages)
    if session.as_json:
        session.document(_document(report, message, report_file))
    else:
        plan_results.show(session, report, name, with_links=message is None)
    if message is not None:
        session.say(_("The message for {to} is in {path}", to=report.head.to or "—", path=message))
    if report_file is not None:
        session.qb.write_plan_report(report, report_file, lang=session.language)
        session.say(_("The report is in {path}", path=report_file))
    if not report.is_complete:
        raise Ended(Exit.IN_PART)


def _is_unapproved(plan: Plan, approved_by: str | None) -> bool:
    """Tell whether it will be refused for want of an approval: then nobody needs to be asked."""
    return plan.head.needs_approval and plan.head.approved_by is None and approved_by is None


def _ask(session: Session, plan: Plan, *, yes: bool) -> None:
    """Show the plan and, unless *yes*, let somebody at a terminal confirm it."""
    _ = session.words
    if not (session.as_json and yes):
        plan_views.show(session, plan)
        session.tell("")
    left = sum(item.outcome in OPEN for item in plan.items)
    if yes or not left:
        return
    if not sys.stdin.isatty():
        session.fault(
            _("nobody can be asked here whether to carry the plan out."),
            _("Look at what is shown, and add --yes."),
            code="not_confirmed",
        )
        raise Ended(Exit.BAD_INPUT)
    question = _.plural("Carry out {n} row?", "Carry out {n} rows?", left)
    if plan.action is PlanAction.DISCONNECT:
        question = _.plural("Disconnect {n} connection?", "Disconnect {n} connections?", left)
    choice = _("[y/N]")
    answer = click.prompt(f"{question} {choice}", default="", show_default=False, prompt_suffix=" ", err=True)
    if str(answer).strip().casefold() not in _YES:
        session.say(_("Nothing was done."))
        raise Ended(Exit.FAILED)


def _applied(session: Session, plan: Plan, **how: Any) -> PlanReport:
    """Apply *plan*; interrupted, return where it stands then."""
    _ = session.words
    try:
        with bar(session, _("Carrying out")) as move:
            return session.qb.apply(plan.id, progress=move, **how)
    except PlanIncomplete as stopped:
        if isinstance(stopped.report, PlanReport):
            return stopped.report
        raise
    except KeyboardInterrupt:
        # In the midst of the first row, or a second time: what was in flight is settled when it is applied again.
        return attrs.evolve(session.qb.plan_report(plan.id), stopped="cancelled")


def _message(session: Session, report: PlanReport, folder: Path | None) -> Path | None:
    """Write the message to the new owner into *folder*; None when there is none to write."""
    if folder is None or report.head.to is None or not any(item.url for item in report.waiting):
        return None
    _ = session.words
    message = session.qb.plan_message(report, lang=session.language)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / (re.sub(r"[^\w.@+-]", "_", report.head.to) + ".txt")
    # Its links are for one person: nobody else on this machine reads them.
    path.touch(mode=0o600)
    subject = _("Subject: {subject}", subject=message.subject)
    path.write_text(f"{report.head.to}\n{subject}\n\n{message.body}", encoding="utf-8", newline="\n")
    return path


def _document(report: PlanReport, message: Path | None, report_file: Path | None) -> dict[str, Any]:
    return {
        "plan_id": report.plan_id,
        "action": report.head.action,
        "counts": report.counts,
        "complete": report.is_complete,
        "stopped": report.stopped,
        "why": report.why,
        "failed": report.failed,
        "drifted": report.drifted,
        "waiting": report.waiting,
        "by_hand": report.by_hand,
        "remaining": report.remaining,
        "message": message,
        "report": report_file,
    }
