"""``bank import``: a firm's list of bank connections."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qbapps.cli import views
from qbapps.cli.exits import Exit
from qbapps.cli.root import Command
from qbapps.cli.session import Ended, Session, pass_session

if TYPE_CHECKING:
    from qbapps.banks import BankImport


@click.command("import", cls=Command)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--firm", metavar="FIRM", required=True, help="Whose clients they are.")
@click.option("--dry-run", is_flag=True, help="Only say what would become of each row.")
@pass_session
def import_(session: Session, file: Path, firm: str, *, dry_run: bool) -> None:
    """
    Note all bank connections of a list: an Excel (XLSX) or CSV file with one row for each.

    Its columns: Company, Realm ID, Bank, Owner, Signed in on, Last good day, Accounts (512000=4821; 512100=4822),
    Regime, Login, History; in French too, in any order. Bank and Company, or Realm ID, are enough.

    Good rows are taken; a wrong one is refused with its reason and stops nothing. What is there already stays as it
    is, and what the list says otherwise is told. Exit code 3 when something was refused or told, 4 when nothing was
    new.
    """
    report = session.qb.banks.import_list(file, firm=firm, dry_run=dry_run)
    if session.as_json:
        session.document(report)
    else:
        _show(session, report, firm)
    if report.refused or report.conflicts:
        raise Ended(Exit.IN_PART)
    if not report.taken:
        raise Ended(Exit.NOTHING)


def _show(session: Session, report: BankImport, firm: str) -> None:
    _ = session.words
    session.out.print(
        views.table(
            (_("Rows"), ""),
            [
                (_.number(len(report.taken)), _("new connections")),
                (_.number(len(report.unchanged)), _("known connections, which stay as they were")),
                (_.number(len({one.line for one in report.refused})), _("rows refused")),
            ],
            right=(0,),
        )
    )
    rows = [(one.line, _.say(one.column or _("whole line")), _.say(one.reason)) for one in report.refused]
    rows += [(one.line, "", _.say(one.what)) for one in report.conflicts]
    if rows:
        session.out.print()
        rows.sort(key=lambda row: row[0])
        session.out.print(views.table((_("Line"), _("Column"), _("Why")), rows, right=(0,)))
    if report.clients:
        new = len(report.clients)
        session.tell(
            _.plural(
                "{n} company is new among the firm's clients.", "{n} companies are new among the firm's clients.", new
            )
        )
    for note in report.notes:
        session.tell(_.say(note))
    if not report.is_saved:
        session.say(_("That was a trial: nothing was saved."), "bold")
    elif report.taken:
        session.say(_("How they stand: {command}", command=f"qbapps bank status --firm {firm}"))
