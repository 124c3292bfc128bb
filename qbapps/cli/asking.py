"""``explain`` and ``keepalive``."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import click

from qbapps.cli import views
from qbapps.cli.durations import Duration
from qbapps.cli.exits import Exit
from qbapps.cli.progress import bar
from qbapps.cli.root import Command
from qbapps.cli.session import Ended, Session, pass_session
from qbapps.domain.connection import Kind
from qbapps.domain.diagnosis import Cause
from qbapps.domain.recovery import RecoveryReport
from qbapps.domain.reports import RefreshReport
from qbapps.language import N_, labels

_STOPPED: Final = {
    Cause.WRONG_KEYS.value: N_("{app}: Intuit refuses its keys. Register it again with its present client secret."),
    Cause.OUTAGE.value: N_("{app}: Intuit does not answer as it should. Run it again when the outage is over."),
    "throttled": N_("{app}: Intuit asks for fewer requests. Run it again later."),
}


@click.command(cls=Command)
@click.argument("connection")
@pass_session
def explain(session: Session, connection: str) -> None:
    """Say why a connection does not work, on what evidence, and what to do next."""
    found = session.qb.explain(connection, lang=session.language)
    if session.as_json:
        session.document(found)
        return
    _ = session.words
    views.facts(session.out, ((_("Cause"), labels.label(found.cause, _.language)),))
    for fact in found.evidence:
        views.indented(session.out, _.say(fact), mark="•")
    if found.next_step:
        session.tell(_("Next: {step}", step=_.say(found.next_step)), "bold")


@click.command(cls=Command)
@click.option("--within", type=Duration(), default="30d", show_default=True, help="Refresh what would end this soon.")
@pass_session
def keepalive(session: Session, within: timedelta) -> None:
    """
    Refresh idle connections before Intuit forgets them; for cron, once a day or once a week.

    First what a crash interrupted is carried on, and delayed disconnects whose time has come are carried
    out. It can be stopped and run again: what was refreshed is not refreshed twice. Exit code 3 when some
    connections failed or are left for the next run.
    """
    _ = session.words
    recovered = session.qb.recover()
    session.qb.run_due()
    with bar(session, _("Refreshing")) as move:
        report = session.qb.refresh_due(within=within, progress=move)
    if session.as_json:
        session.document(report)
    else:
        _recovered(session, recovered)
        _show(session, report)
    done = report.refreshed or recovered.settled
    if report.failed or report.left or recovered.failed:
        raise Ended(Exit.IN_PART if done else Exit.FAILED)
    if not done:
        raise Ended(Exit.NOTHING)


def _recovered(session: Session, report: RecoveryReport) -> None:
    _ = session.words
    if report.settled:
        session.tell(_.plural("{n} thing carried on", "{n} things carried on", len(report.settled)))
    for about, message in report.failed:
        session.tell(f"{about} – {message}", "red")


def _show(session: Session, report: RefreshReport) -> None:
    _ = session.words
    session.tell(_.plural("{n} connection refreshed.", "{n} connections refreshed.", len(report.refreshed)))
    for connection_id in report.revived:
        session.tell(_("{id} works again.", id=connection_id), "green")
    for connection_id in report.expiring:
        if session.qb.connection(connection_id).kind is Kind.BANK:
            told = _("{id}: the bank's consent ends soon. What to do: qbapps bank repair {id}", id=connection_id)
        else:
            told = _("{id} ends for good soon: send its owner a reconnect link.", id=connection_id)
        session.tell(told, "yellow")
    for connection_id in report.lapsed:
        told = _("{id}: the bank's consent has ended. What to do: qbapps bank repair {id}", id=connection_id)
        session.tell(told, "red")
    for connection_id, why in report.failed:
        session.tell(_("{id} was not refreshed: {why}", id=connection_id, why=why), "red")
    for connection_id in report.refused:
        session.tell(_("{id} was tried again and is still refused.", id=connection_id), "yellow")
    for app_id, why in report.stopped:
        session.tell(_(_STOPPED[why], app=app_id), "red")
    if report.left:
        left = len(report.left)
        session.tell(
            _.plural("{n} connection is left for the next run.", "{n} connections are left for the next run.", left)
        )
