"""``desktop job``, ``jobs``, ``cancel`` and ``settle``: what was asked of QuickBooks, and what became of it."""

from __future__ import annotations

from typing import Any, Final

import click
from rich.text import Text

from qbapps.cli import desktop_views, desktop_words, views
from qbapps.cli.exits import Exit
from qbapps.cli.root import Command
from qbapps.cli.session import Ended, Session, pass_session
from qbapps.desktop import codes
from qbapps.desktop.codes import saying
from qbapps.domain.desktop.jobs import Job, JobState

_LEFT_OUT: Final = ("xml", "sent", "fingerprint", "message_set", "session_id", "iterator")
"""What nobody outside needs, or may hold what the company would not show to all."""


def document(session: Session, one: Job) -> dict[str, Any]:
    """Return what JSON says of a job, with what its code means."""
    shown = {name: getattr(one, name) for name in _names() if name not in _LEFT_OUT}
    found = None if one.code is None else codes.trouble(one.code)
    return shown | {
        "what": None if found is None else saying.what(found, session.language),
        "do": None if found is None else saying.do(found, session.language),
    }


def _names() -> tuple[str, ...]:
    return tuple(field.name for field in Job.__attrs_attrs__)


def show(session: Session, one: Job, *, with_xml: bool = False) -> None:
    """Show one job."""
    if session.as_json:
        session.document(document(session, one) | ({"xml": one.xml} if with_xml else {}))
        return
    _ = session.words
    views.facts(
        session.out,
        (
            (_("Job"), one.id),
            (_("Connection"), one.connection_id),
            (_("Request"), one.name),
            (_("State"), _state(session, one)),
            (_("Key"), one.key),
            (_("Records"), _counted(session, one)),
            (_("Queued"), _.date(one.created_at)),
            (_("Sent"), None if one.sent_at is None else _.date(one.sent_at)),
            (_("Ended"), None if one.ended_at is None else _.date(one.ended_at)),
            (_("Not before"), None if one.not_before is None else _.date(one.not_before)),
            (_("Note"), one.note),
        ),
    )
    if one.code is not None:
        session.out.print()
        desktop_views.meaning(session.out, codes.trouble(one.code), _)
    if with_xml:
        session.out.print()
        session.raw(one.xml)
    if one.state is JobState.UNKNOWN:
        session.tell("")
        session.tell(
            _(
                "Nobody knows whether QuickBooks carried it out. It is sent again, unaltered, when the connector calls "
                "next. Where that cannot tell either, look in QuickBooks and say what you saw:"
            )
        )
        session.raw(f"  qbapps desktop settle {one.id} --done --by WHO")


def _state(session: Session, one: Job) -> Text:
    return Text(desktop_words.label(one.state, session.words), style=desktop_views.JOB_STYLES.get(one.state, ""))


def _counted(session: Session, one: Job) -> str | None:
    _ = session.words
    if not one.pages:
        return None
    if one.remaining:
        return _("{n}, and {left} to come", n=_.number(one.records), left=_.number(one.remaining))
    return _.number(one.records)


@click.command(cls=Command)
@click.argument("id_", metavar="JOB")
@click.option("--xml", "with_xml", is_flag=True, help="With its request in qbXML, which may hold private data.")
@pass_session
def job(session: Session, id_: str, with_xml: bool) -> None:
    """Show one job, and what its code means."""
    show(session, session.qb.desktop.job(id_), with_xml=with_xml)


@click.command(cls=Command)
@click.argument("connection")
@click.option("--state", type=click.Choice([one.value for one in JobState]))
@pass_session
def jobs(session: Session, connection: str, state: str | None) -> None:
    """List the jobs of CONNECTION, in the order in which they were queued."""
    _ = session.words
    wanted = session.qb.desktop.jobs(connection, state=state)
    if session.as_json:
        count = session.lines(document(session, one) for one in wanted)
    else:
        count = 0
        for count, one in enumerate(wanted, start=1):  # noqa: B007 - the last number is the count
            _line(session, one)
    if not count:
        session.say(_("No job fits."))
        raise Ended(Exit.NOTHING)


def _line(session: Session, one: Job) -> None:
    _ = session.words
    line = views.cell(desktop_words.short(one.created_at), "dim").append("  ")
    line.append(views.cell(one.name, "bold")).append("  ").append(_state(session, one))
    if (records := _counted(session, one)) is not None:
        line.append("  ").append(_("Records: {told}", told=records), style="dim")
    session.out.print(line)
    views.indented(session.out, " · ".join((one.id, one.key) if one.key else (one.id,)), style="dim")
    if one.code is not None:
        found = codes.trouble(one.code)
        told = _("{code}: {what}", code=found.code, what=saying.what(found, _.language))
        views.indented(session.out, told, mark="!", style="yellow" if found.is_success else "red")
    if one.note:
        views.indented(session.out, one.note, style="dim")


@click.command(cls=Command)
@click.argument("id_", metavar="JOB")
@click.option("--by", metavar="WHO", help="Who calls it off.")
@pass_session
def cancel(session: Session, id_: str, by: str | None) -> None:
    """Cancel a job that was not sent yet."""
    show(session, session.qb.desktop.cancel_job(id_, by=by))


@click.command(cls=Command)
@click.argument("id_", metavar="JOB")
@click.option("--done/--not-done", "carried_out", default=None, help="Whether QuickBooks carried it out.")
@click.option("--by", required=True, metavar="WHO", help="Who has looked.")
@click.option("--note")
@pass_session
def settle(session: Session, id_: str, carried_out: bool | None, by: str, note: str | None) -> None:
    """Take somebody's word for whether QuickBooks made a change whose answer was lost for good."""
    if carried_out is None:
        raise click.UsageError("say what was seen in QuickBooks: --done or --not-done")
    show(session, session.qb.desktop.settle_job(id_, carried_out=carried_out, by=by, note=note))
