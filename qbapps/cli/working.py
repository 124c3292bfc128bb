"""``worklist`` and ``confirm``: what only people can do."""

from __future__ import annotations

from pathlib import Path

import click

from qbapps.cli import views
from qbapps.cli.exits import Exit
from qbapps.cli.root import Command
from qbapps.cli.session import Ended, Session, pass_session
from qbapps.domain.tasks import TaskKind
from qbapps.export.report import TaskSteps
from qbapps.guides import steps as guides
from qbapps.language import labels
from qbapps.system import SystemClock


@click.command(cls=Command)
@click.option("--firm", metavar="FIRM")
@click.option(
    "--html", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write it as a page to print."
)
@pass_session
def worklist(session: Session, firm: str | None, html: Path | None) -> None:
    """Show what is left to do by hand in QuickBooks, step by step."""
    qb = session.qb
    work = tuple(
        TaskSteps(task=one, steps=tuple(qb.steps(one, lang=session.language))) for one in qb.worklist(firm=firm)
    )
    _ = session.words
    if html is not None:
        from qbapps.export.worklist import write_worklist  # noqa: PLC0415 - it loads a template engine

        oldest = min((guides.guide(one.task.kind, one.task.level).valid_as_of for one in work), default=None)
        write_worklist(
            html,
            work,
            session.language,
            generated_at=SystemClock().now(),
            firm=qb.firm(firm) if firm else None,
            valid_as_of=oldest,
        )
        session.say(_("The worklist is in {path}", path=html))
    if session.as_json:
        session.lines({"task": one.task, "steps": one.steps} for one in work)
    elif work and html is None:
        views.tasks(session.out, work, _)
        session.out.print()
        session.tell(_.plural("{n} task to do.", "{n} tasks to do.", len(work)), "bold")
        session.tell(_("Record what is done with: qbapps confirm TASK --by WHO"))
    if not work:
        session.say(_("Nothing is left to do by hand."))
        raise Ended(Exit.NOTHING)


@click.command(cls=Command)
@click.argument("task")
@click.option("--by", required=True, metavar="WHO", help="Who says that it is done.")
@click.option("--note")
@pass_session
def confirm(session: Session, task: str, by: str, note: str | None) -> None:
    """Record that a task is done."""
    done = session.qb.confirm_task(task, by=by, note=note)
    if session.as_json:
        session.document(done)
        return
    _ = session.words
    what = labels.label(TaskKind(done.kind), _.language)
    session.tell(
        _(
            "Recorded as done by {by}: {what} ({app}, {company}).",
            by=by,
            what=what,
            app=done.app_name,
            company=done.company_name or done.realm_id or "—",
        )
    )
