"""``events``: what happened, whether the trail of it is whole, and files of it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from qbapps.cli import views
from qbapps.cli.exits import Exit
from qbapps.cli.root import Command
from qbapps.cli.session import Ended, Session, pass_session
from qbapps.domain.events import Event
from qbapps.domain.trail import Break
from qbapps.language import trail_breaks

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(cls=Command)
@click.argument("connection", required=False)
@click.option("--verify", is_flag=True, help="Check that no event was altered, taken out, put in or moved.")
@click.option(
    "--checkpoint", type=_FILE, metavar="FILE", help="Write one there; with --verify, compare with the one there."
)
@click.option("-o", "--output", type=_FILE, metavar="FILE", help="Write the events there, as JSON lines.")
@click.option("--from", "exported", type=_FILE, metavar="FILE", help="With --verify: check this file, without a store.")
@pass_session
def events(
    session: Session,
    connection: str | None,
    verify: bool,
    checkpoint: Path | None,
    output: Path | None,
    exported: Path | None,
) -> None:
    """
    Show what happened, to one connection or to all.

    A checkpoint says where every stream of events ends, signed. Keep it elsewhere: it shows later that the end of
    a stream was cut off, or that a stream was written anew. Exit code 1 when the trail is not whole.
    """
    if exported is not None and (not verify or checkpoint or output or connection):
        raise click.UsageError("--from goes with --verify alone")
    if verify and output is not None:
        raise click.UsageError("give either --verify or --output")
    if checkpoint is not None and not verify and (connection or output):
        raise click.UsageError("a checkpoint is of the whole trail")
    if verify:
        _verify(session, connection, checkpoint, exported)
    elif checkpoint is not None:
        _write_checkpoint(session, checkpoint)
    elif output is not None:
        _write(session, connection, output)
    else:
        _list(session, connection)


def _list(session: Session, connection: str | None) -> None:
    _ = session.words
    found = session.qb.events(connection)
    if session.as_json:
        count = session.lines(found)
    else:
        count = 0
        for count, event in enumerate(found, start=1):  # noqa: B007 - the last number is the count
            _show(session, event, with_stream=connection is None)
    if not count:
        session.say(_("Nothing happened yet."))
        raise Ended(Exit.NOTHING)


def _show(session: Session, event: Event, *, with_stream: bool) -> None:
    line = views.cell(f"{event.at:%Y-%m-%d %H:%M:%S}", "dim").append("  ").append(event.kind.value, style="bold")
    if event.by:
        line.append(views.cell(f" · {event.by}"))
    if with_stream:
        line.append(f"  {event.stream}", style="dim")
    session.out.print(line)
    told = [f"{name}={value}" for name, value in event.details.items() if value is not None and value != ""]
    if told:
        views.indented(session.out, "  ".join(told))


def _write(session: Session, connection: str | None, output: Path) -> None:
    _ = session.words
    written = session.qb.write_events(output, connection)
    if session.as_json:
        session.document({"path": written})
    session.say(_("The events are in {path}", path=written))
    session.say(_("To check the file: qbapps events --verify --from {path}", path=written))


def _write_checkpoint(session: Session, path: Path) -> None:
    _ = session.words
    made = session.qb.checkpoint_events(path)
    if session.as_json:
        session.document({"path": path, "whole": made.is_whole, **_sums(made)})
    else:
        streams = _.plural("{n} stream", "{n} streams", made.streams)
        events_ = _.plural("{n} event", "{n} events", made.events)
        session.tell(f"{streams}, {events_}")
        session.tell(made.digest, "dim")
    session.say(_("The checkpoint is in {path}; keep it where nobody is who writes to the database.", path=path))
    if not made.is_whole:
        _told(session, made.breaks)
        raise Ended(Exit.FAILED)


def _sums(made: object) -> dict[str, object]:
    return {name: getattr(made, name) for name in ("made_at", "streams", "events", "digest", "breaks")}


def _verify(session: Session, connection: str | None, checkpoint: Path | None, exported: Path | None) -> None:
    _ = session.words
    if exported is not None:
        from qbapps.export.events_jsonl import verify_exported  # noqa: PLC0415 - only who asks for it pays

        breaks = verify_exported(exported)
    else:
        breaks = session.qb.verify_events(checkpoint=checkpoint)
    if connection is not None:
        session.qb.events(connection)
        breaks = tuple(one for one in breaks if one.stream == connection)
    if session.as_json:
        session.document({"whole": not breaks, "breaks": breaks})
    elif not breaks:
        session.tell(_("The trail is whole: no event was altered or taken out."), "green")
    if breaks:
        _told(session, breaks)
        raise Ended(Exit.FAILED)


def _told(session: Session, breaks: Iterable[Break]) -> None:
    """Show what is not what was written, unless stdout is JSON's and has it already."""
    _ = session.words
    if session.as_json:
        return
    rows = [(one.stream, one.sequence, trail_breaks.said(one.what, _)) for one in breaks]
    session.out.print(views.table((_("Trail"), _("Event"), _("What")), rows, whole=(0,)))
    session.say(_.plural("{n} event is not what was written.", "{n} events are not what was written.", len(rows)))
