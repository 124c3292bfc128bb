"""``explain`` and ``keepalive``."""

from __future__ import annotations

from datetime import timedelta

import click

from qbapps.cli import views
from qbapps.cli.durations import Duration
from qbapps.cli.exits import Exit
from qbapps.cli.root import Command
from qbapps.cli.session import Ended, Session, pass_session
from qbapps.domain.connection import Connection
from qbapps.domain.diagnosis import Cause, Diagnosis, diagnose
from qbapps.domain.states import ConnectionState
from qbapps.language import labels


@click.command(cls=Command)
@click.argument("connection")
@pass_session
def explain(session: Session, connection: str) -> None:
    """Say why a connection does not work, on what evidence, and what to do next."""
    kept = session.qb.connection(connection)
    found = _diagnosis(kept)
    if found is None:
        session.say(session.words("{id} works, as far as is known: nothing to explain.", id=kept.id))
        if session.as_json:
            session.document(None)
        raise Ended(Exit.NOTHING)
    if session.as_json:
        session.document(found)
        return
    _ = session.words
    views.facts(session.out, ((_("Cause"), labels.label(found.cause, _.language)),))
    for fact in found.evidence:
        session.out.print(views.indented(_.say(fact), mark="•"))
    session.tell(_("Next: {step}", step=_.text(found.next_step)), "bold")


def _diagnosis(connection: Connection) -> Diagnosis | None:
    if connection.state is ConnectionState.DISCONNECTED:
        return diagnose(Cause.DISCONNECTED, f"Disconnected at {connection.disconnected_at}.")
    if connection.state is not ConnectionState.NEEDS_RECONNECT:
        return None
    known = connection.cause in tuple(Cause)
    last = (
        [] if connection.refreshed_at is None else [f"Last refreshed at {connection.refreshed_at:%Y-%m-%d %H:%M} UTC."]
    )
    return diagnose(Cause(connection.cause) if known and connection.cause else Cause.REFUSED, *last)


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
