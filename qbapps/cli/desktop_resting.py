"""``desktop pause``, ``resume`` and ``window``: let people have QuickBooks to themselves."""

from __future__ import annotations

from datetime import datetime, timedelta

import click

from qbapps.cli import desktop_status
from qbapps.cli.desktop_values import Hours, HoursOfDay, Instant
from qbapps.cli.durations import Duration
from qbapps.cli.root import Command
from qbapps.cli.session import Session, pass_session
from qbapps.domain.desktop.status import DesktopStatus
from qbapps.system import SystemClock


@click.command(cls=Command)
@click.argument("connection")
@click.option(
    "--until", type=Instant(), metavar="WHEN", help="A day (its beginning) or an instant; UTC where it has no zone."
)
@click.option("--for", "lasts", type=Duration(), help="Such as 2h. Default: until somebody resumes it.")
@click.option("--by", metavar="WHO", help="Who asks for it; kept in the trail.")
@pass_session
def pause(session: Session, connection: str, until: datetime | None, lasts: timedelta | None, by: str | None) -> None:
    """Let people have QuickBooks to themselves. What it is at work on is finished; nothing that is queued is lost."""
    if until is not None and lasts is not None:
        raise click.UsageError("give either --until or --for")
    end = until if lasts is None else SystemClock().now() + lasts
    _show(session, connection, session.qb.desktop.pause(connection, until=end, by=by))


@click.command(cls=Command)
@click.argument("connection")
@click.option("--by", metavar="WHO", help="Who asks for it; kept in the trail.")
@pass_session
def resume(session: Session, connection: str, by: str | None) -> None:
    """Let a paused connection go on; its connector comes back within a quarter of an hour."""
    _show(session, connection, session.qb.desktop.resume(connection, by=by))


@click.command(cls=Command)
@click.argument("connection")
@click.argument("hours", type=HoursOfDay(), required=False)
@click.option("--zone", metavar="ZONE", help="Such as Europe/Paris.")
@click.option("--always", is_flag=True, help="Instead of hours: have it work at any time.")
@pass_session
def window(session: Session, connection: str, hours: Hours | None, zone: str | None, always: bool) -> None:
    """Have the connector work in HOURS only, such as 19:00-07:00, so that people have QuickBooks in the others."""
    if (hours is None) != always:
        raise click.UsageError("give either HOURS or --always")
    if (hours is None) != (zone is None):
        raise click.UsageError("HOURS need --zone, such as Europe/Paris" if hours else "--zone goes with HOURS")
    start, end = (None, None) if hours is None else (hours.start, hours.end)
    _show(session, connection, session.qb.desktop.set_window(connection, start, end, zone=zone))


def _show(session: Session, connection: str, _changed: DesktopStatus) -> None:
    found = session.qb.desktop.status(connection, lang=session.language)
    desktop_status.show(session, session.qb.connection(connection), found)
