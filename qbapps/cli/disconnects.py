"""``disconnect``, ``pause`` and ``resume``."""

from __future__ import annotations

import click

from qbapps.cli import plan_views, views
from qbapps.cli.consents import show_connection
from qbapps.cli.exits import Exit
from qbapps.cli.root import Command
from qbapps.cli.session import Ended, Session, pass_session
from qbapps.domain.connection import Connection
from qbapps.domain.disconnection import Disconnection, DisconnectionState, Reason
from qbapps.domain.states import ConnectionState
from qbapps.guides.notices import Notice
from qbapps.language import labels


@click.command(cls=Command)
@click.argument("connection")
@click.option("--reason", required=True, type=click.Choice([one.value for one in Reason]))
@click.option("--comment")
@click.option("--by", metavar="WHO", help="Who asks for it; kept in the trail.")
@pass_session
def disconnect(session: Session, connection: str, reason: str, comment: str | None, by: str | None) -> None:
    """
    End a connection and print its receipt, with what is proven, and a letter to the app's developer.

    Exit code 3 when something is left to do or to check by hand.
    """
    siblings = _warn(session, connection)
    receipt = session.qb.disconnect(connection, reason=reason, comment=comment, by=by)
    notice = session.qb.notice(receipt, lang=session.language)
    if session.as_json:
        session.document({"receipt": receipt, "notice": notice, "siblings": [one.id for one in siblings]})
    else:
        _show(session, receipt, notice)
    if receipt.state is not DisconnectionState.DONE:
        raise Ended(Exit.IN_PART)


def _warn(session: Session, connection_id: str) -> tuple[Connection, ...]:
    """Say, before a connection ends, which others may end with it."""
    connection = session.qb.connection(connection_id)
    if connection.state is ConnectionState.DISCONNECTED:
        return ()
    siblings = session.qb.siblings(connection_id)
    if siblings:
        _ = session.words
        told = _.plural(
            "{n} other connection of {app} belongs to the same person: a revoke may reach it ({which}).",
            "{n} other connections of {app} belong to the same person: a revoke may reach them ({which}).",
            len(siblings),
            app=session.qb.app(connection.app_id).name,
            which=plan_views.named(tuple(one.company_name or one.realm_id or one.id for one in siblings)),
        )
        session.say(told, "yellow")
    return siblings


def _show(session: Session, receipt: Disconnection, notice: Notice) -> None:
    _ = session.words
    app = session.qb.app(receipt.app_id)
    views.facts(
        session.out,
        (
            (_("Receipt"), receipt.id),
            (_("Bank") if app.is_bank else _("App"), app.name),
            (_("Company"), receipt.company_name or receipt.realm_id),
            (_("Owner"), receipt.owner),
            (_("Reason"), labels.label(receipt.reason, _.language)),
            (_("Note"), receipt.comment),
            (_("State"), labels.label(receipt.state, _.language)),
            (_("Proof"), None if receipt.proof is None else labels.label(receipt.proof, _.language)),
            (_("Intuit's id"), receipt.intuit_tid),
            (_("Task"), receipt.task_id),
        ),
    )
    session.out.print()
    session.tell(notice.text.rstrip())
    if receipt.state is DisconnectionState.AWAITING_HAND:
        session.tell("")
        session.tell(_("See the steps with: qbapps worklist"), "bold")
    session.tell("")
    letter = _("Letter to the bank") if app.is_bank else _("Letter to the app's developer")
    session.tell(letter, "bold underline")
    session.tell("")
    session.tell(notice.letter.rstrip())


@click.command(cls=Command)
@click.argument("connection")
@pass_session
def pause(session: Session, connection: str) -> None:
    """Stop using a connection here; nothing is revoked, and it is kept alive."""
    show_connection(session, session.qb.pause(connection))


@click.command(cls=Command)
@click.argument("connection")
@pass_session
def resume(session: Session, connection: str) -> None:
    """Use a paused connection again."""
    show_connection(session, session.qb.resume(connection))
