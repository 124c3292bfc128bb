"""``receipts``: what was ended or passed on, with its proof, its notice and its letter."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from qbapps.cli import views
from qbapps.cli.exits import Exit
from qbapps.cli.plan_options import loaded
from qbapps.cli.root import Command
from qbapps.cli.session import Ended, Session, pass_session
from qbapps.domain.disconnection import Disconnection, Proof
from qbapps.domain.tasks import TaskState
from qbapps.domain.transfer import Transfer
from qbapps.language import labels


@click.command(cls=Command)
@click.option("--firm", metavar="FIRM", help="Of the firm's own books and of its clients.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="The first day, as 2023-12-29.")
@click.option("--plan", metavar="PLAN", help="Of what came of a plan: its file or its id.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write them as one HTML page, each on a sheet of its own when it is printed.",
)
@pass_session
def receipts(session: Session, firm: str | None, since: datetime | None, plan: str | None, output: Path | None) -> None:
    """Show the receipts of disconnects and transfers; with -o, write them with notices and letters to developers."""
    _ = session.words
    qb = session.qb
    plan_id = None if plan is None else loaded(session, plan).id
    found = qb.receipts(firm=firm, since=None if since is None else since.date(), plan=plan_id)
    if not found:
        session.say(_("There is no receipt."))
        raise Ended(Exit.NOTHING)
    if output is not None:
        qb.write_receipts(
            output,
            disconnections=(one for one in found if isinstance(one, Disconnection)),
            transfers=(one for one in found if isinstance(one, Transfer)),
            lang=session.language,
        )
        session.say(_("The receipts are in {path}", path=output))
    if session.as_json:
        session.lines({"receipt": one, "notice": qb.notice(one, lang=session.language)} for one in found)
    elif output is None:
        _show(session, found)


def _show(session: Session, found: tuple[Disconnection | Transfer, ...]) -> None:
    _ = session.words
    names = {app.id: app.name for app in session.qb.apps()}
    headings = (_("Receipt"), _("Company"), _("App"), _("What"), _("Proof"), _("Date"))
    rows = [(one.id, one.company_name or one.realm_id, names[one.app_id], *_outcome(session, one)) for one in found]
    session.out.print(views.table(headings, rows, whole=(0, 3, 5)))
    session.out.print()
    session.tell(_.plural("{n} receipt.", "{n} receipts.", len(found)), "bold")
    session.tell(_("With notices and letters to the apps' developers: qbapps receipts -o FILE.html"))


def _outcome(session: Session, one: Disconnection | Transfer) -> tuple[str, str, str]:
    _ = session.words
    if isinstance(one, Transfer):
        proof = _("Consent at Intuit") if one.task_id is None else _("Stated by a person")
        return _("Transfer"), proof, f"{one.ended_at or one.created_at:%Y-%m-%d}"
    if one.proof is Proof.NONE and one.task_id and session.qb.task(one.task_id).state is TaskState.DONE:
        proof = _("Stated by a person")
    else:
        proof = labels.label(one.state if one.proof is None else one.proof, _.language)
    return _("Disconnection"), proof, f"{one.ended_at or one.requested_at:%Y-%m-%d}"
