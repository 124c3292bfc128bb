"""``desktop deauthorize`` and ``remove``: the end of a connection to QuickBooks Desktop."""

from __future__ import annotations

import click

from qbapps.cli import desktop_finding, desktop_status, desktop_views, desktop_words, views
from qbapps.cli.exits import Exit
from qbapps.cli.plan_options import WithReasons
from qbapps.cli.root import Command
from qbapps.cli.session import Ended, Session, pass_session
from qbapps.domain.desktop.states import DesktopState
from qbapps.domain.disconnection import Reason


@click.command(cls=Command)
@click.argument("connection")
@click.option("--by", metavar="WHO", help="Who asks for it; kept in the trail.")
@pass_session
def deauthorize(session: Session, connection: str, by: str | None) -> None:
    """End CONNECTION here: its connector is sent away from now on. Nobody is asked to remove it; see remove."""
    session.qb.desktop.deauthorize(connection, by=by)
    found = session.qb.desktop.status(connection, lang=session.language)
    desktop_status.show(session, session.qb.connection(connection), found)


@click.command(cls=WithReasons)
@click.argument("connection")
@click.option(
    "--reason",
    metavar="REASON",
    type=click.Choice([one.value for one in Reason]),
    default=Reason.NO_LONGER_NEEDED.value,
    show_default=True,
)
@click.option("--by", metavar="WHO", help="Who asks for it; what is known of their role counts.")
@pass_session
def remove(session: Session, connection: str, reason: str, by: str | None) -> None:
    """
    End CONNECTION here, and put its removal from the QuickBooks computer on the worklist.

    Exit code 3 while that is left to do by hand, 4 when it was done before.
    """
    session.qb.desktop.remove(connection, reason=reason, by=by)
    found = session.qb.desktop.status(connection, lang=session.language)
    one = session.qb.connection(connection)
    tasks = tuple(task for task in session.qb.worklist() if task.connection_id == connection)
    receipts = session.qb.disconnections(connection)
    steps = session.qb.desktop.removal_steps(connection, lang=session.language)
    receipt = receipts[-1].id if receipts else None
    if session.as_json:
        shown = desktop_finding.document(one, found)
        session.document({**shown, "receipt_id": receipt, "task_ids": [task.id for task in tasks], "steps": steps})
    else:
        _ = session.words
        views.facts(
            session.out,
            (
                (_("Connection"), one.id),
                (_("App"), session.qb.app(one.app_id).name),
                (_("Company"), one.company_name),
                (_("State"), desktop_words.label(found.state, _)),
                (_("Receipt"), receipt),
                *((_("Task"), task.id) for task in tasks),
            ),
        )
        if found.state is not DesktopState.REMOVED:
            session.tell("")
            session.tell(_("It has ended here. What is left to do on the QuickBooks computer:"), "bold")
            desktop_views.steps(session.out, steps)
        for task in tasks:
            session.tell("")
            session.tell(_("When it is done: qbapps confirm {task} --by WHO", task=task.id))
    if found.state is DesktopState.REMOVED:
        raise Ended(Exit.NOTHING)
    raise Ended(Exit.IN_PART)
