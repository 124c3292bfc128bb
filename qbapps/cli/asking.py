"""``explain`` and ``keepalive``."""

from __future__ import annotations

from datetime import timedelta

import click

from qbapps.cli import views
from qbapps.cli.durations import Duration
from qbapps.cli.exits import Exit
from qbapps.cli.root import Command
from qbapps.cli.session import Ended, Session, pass_session
from qbapps.language import labels


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
    """Refresh idle connections before Intuit forgets them; for cron."""
    report = session.qb.refresh_due(within=within)
    if session.as_json:
        session.document(report)
    else:
        _ = session.words
        session.tell(_.plural("{n} connection refreshed.", "{n} connections refreshed.", len(report.refreshed)))
        for connection_id in report.expiring:
            session.tell(_("{id} ends for good soon: send its owner a reconnect link.", id=connection_id), "yellow")
        for connection_id, why in report.failed:
            session.tell(_("{id} was not refreshed: {why}", id=connection_id, why=why), "red")
    if report.failed:
        raise Ended(Exit.IN_PART if report.refreshed else Exit.FAILED)
    if not report.refreshed:
        raise Ended(Exit.NOTHING)
