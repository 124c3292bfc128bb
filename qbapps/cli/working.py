"""``worklist`` and ``confirm``: what only people can do."""

from __future__ import annotations

from pathlib import Path

import click

from qbapps.cli import views
from qbapps.cli.exits import Exit
from qbapps.cli.root import Command
from qbapps.cli.session import Ended, Session, pass_session
from qbapps.domain.tasks import TaskKind
from qbapps.domain.ticks import WorklistImport
from qbapps.export.report import TaskSteps, oldest
from qbapps.language import labels
from qbapps.system import SystemClock

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(cls=Command)
@click.option("--firm", metavar="FIRM")
@click.option("--html", type=_FILE, metavar="FILE", help="Write it as a page to print.")
@click.option("--csv", "sheet", type=_FILE, metavar="FILE", help="Write it for a spreadsheet, to tick and give back.")
@pass_session
def worklist(session: Session, firm: str | None, html: Path | None, sheet: Path | None) -> None:
    """
    Show what is left to do by hand in QuickBooks, step by step.

    The file that --csv writes is taken back in with: qbapps confirm --from FILE
    """
    qb = session.qb
    work = tuple(
        TaskSteps(task=one, steps=qb.steps(one, lang=session.language), valid_as_of=qb.steps_as_of(one))
        for one in qb.worklist(firm=firm)
    )
    _ = session.words
    if html is not None:
        from qbapps.export.worklist import write_worklist  # noqa: PLC0415 - it loads a template engine

        kept = qb.firm(firm) if firm else None
        write_worklist(html, work, session.language, generated_at=SystemClock().now(), firm=kept)
        session.say(_("The worklist is in {path}", path=html))
    if sheet is not None:
        from qbapps.export.worklist_csv import write_worklist_csv  # noqa: PLC0415 - only who asks for it pays

        write_worklist_csv(sheet, work, session.language)
        session.say(_("The worklist is in {path}", path=sheet))
        session.say(_("Tick and sign there what is done, then: qbapps confirm --from {path}", path=sheet))
    if session.as_json:
        session.lines({"task": one.task, "steps": one.steps, "steps_as_of": one.valid_as_of} for one in work)
    elif work and html is None and sheet is None:
        _show(session, work)
    if not work:
        session.say(_("Nothing is left to do by hand."))
        raise Ended(Exit.NOTHING)


def _show(session: Session, work: tuple[TaskSteps, ...]) -> None:
    _ = session.words
    views.tasks(session.out, work, _)
    session.out.print()
    session.tell(_.plural("{n} task to do.", "{n} tasks to do.", len(work)), "bold")
    if (day := oldest(work)) is not None:
        session.tell(_("QuickBooks moves its menus: the names in these steps are those of {day}.", day=_.day(day)))
    session.tell(_("Record what is done with: qbapps confirm TASK --by WHO"))


@click.command(cls=Command)
@click.argument("id_", metavar="[TASK|CONNECTION]", required=False)
@click.option("--by", metavar="WHO", help="Who says so; with --from, where no name is written.")
@click.option("--note")
@click.option("--from", "sheet", type=_FILE, metavar="FILE", help="Every task that is ticked in this worklist.")
@pass_session
def confirm(session: Session, id_: str | None, by: str | None, note: str | None, sheet: Path | None) -> None:
    """
    Record that a task is done, or all those that are ticked in a file.

    With the id of a connection that is kept by hand: that somebody looked at it in QuickBooks, and it is as listed.

    A tick that cannot be taken is refused with its reason and stops no other (exit code 3).
    """
    if (id_ is None) == (sheet is None):
        raise click.UsageError("give either TASK, CONNECTION or --from FILE")
    if sheet is not None:
        if note is not None:
            raise click.UsageError("with --from, notes are in the file")
        _take_in(session, session.qb.import_worklist(sheet, by=by))
    elif id_ is not None:
        if by is None:
            raise click.UsageError("Missing option '--by'.")
        if id_.startswith("con_"):
            _confirm_connection(session, id_, by, note)
        else:
            _confirm(session, id_, by, note)


def _confirm_connection(session: Session, connection_id: str, by: str, note: str | None) -> None:
    seen = session.qb.confirm_connection(connection_id, by=by, note=note)
    if session.as_json:
        session.document(seen)
        return
    _ = session.words
    session.tell(
        _(
            "Recorded as seen in QuickBooks by {by}: {app}, {company}.",
            by=by,
            app=session.qb.app(seen.app_id).name,
            company=seen.company_name or seen.realm_id or "—",
        )
    )


def _confirm(session: Session, task: str, by: str, note: str | None) -> None:
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
    session.say(_("Its receipt, and the letter to the app's developer: qbapps receipts"))


def _take_in(session: Session, taken: WorklistImport) -> None:
    if session.as_json:
        session.document(taken)
    else:
        _show_taken(session, taken)
    if taken.refused:
        raise Ended(Exit.IN_PART)
    if not taken.confirmed:
        raise Ended(Exit.NOTHING)


def _show_taken(session: Session, taken: WorklistImport) -> None:
    _ = session.words
    session.out.print(
        views.table(
            (_("Rows"), ""),
            [
                (_.number(len(taken.confirmed)), _("tasks recorded as done")),
                (_.number(len(taken.already)), _("tasks that were recorded before; what was said first stays")),
                (_.number(len(taken.unchanged)), _("tasks without a tick")),
                (
                    _.number(len({one.line for one in taken.refused})),
                    _("rows refused; their tasks stay open"),
                ),
            ],
            right=(0,),
        )
    )
    if taken.refused:
        rows = [
            (one.line, _.say(one.column or _("whole line")), _.say(one.reason), one.value_shown)
            for one in taken.refused
        ]
        session.out.print()
        session.out.print(views.table((_("Line"), _("Column"), _("Why"), _("Value")), rows, right=(0,)))
    if taken.confirmed:
        session.say(_("Receipts, and letters to the apps' developers: qbapps receipts"))
