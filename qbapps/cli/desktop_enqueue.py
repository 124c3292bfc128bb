"""``desktop enqueue``: ask something of QuickBooks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, TypeVar

import click

from qbapps.cli import desktop_jobs
from qbapps.cli.desktop_values import FILE_OR_STDIN, Instant, read_fields, read_text
from qbapps.cli.root import Command, Group
from qbapps.cli.session import Session, pass_session
from qbapps.desktop import qbxml

F = TypeVar("F", bound=Callable[..., Any])

_ON: Final = "qbapps.desktop.connection"


class OnConnection(Group):
    """A group whose commands are about the connection that is named before them."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Let somebody ask for help on a command without naming a connection."""
        named = str(ctx.params.get("connection"))
        if args and args[0] in ctx.help_option_names:
            if self.get_command(ctx, named) is None:
                click.echo(ctx.get_help())
                ctx.exit()
            args = [named, *args]
        return super().resolve_command(ctx, args)


@click.group(cls=OnConnection)
@click.argument("connection")
@click.pass_context
def enqueue(context: click.Context, connection: str) -> None:
    """
    Ask something of QuickBooks; it is sent when the connector of CONNECTION calls next.

    \b
    qbapps desktop enqueue CONNECTION query Customer --page 100
    qbapps desktop enqueue CONNECTION add TimeTracking --fields shift.json --key shift-4711
    qbapps desktop enqueue CONNECTION raw bill.xml --writes
    """
    context.meta[_ON] = connection


def _keyed(command: F) -> F:
    return click.option("--key", help="Your own id of the request: the same key twice makes one job.")(command)


def _filled(command: F) -> F:
    typed = click.option(
        "--field", "typed", multiple=True, metavar="NAME=VALUE", help="An element; dots lead into one. May be repeated."
    )
    return typed(click.option("--fields", "source", metavar=FILE_OR_STDIN, help="A JSON object of them.")(command))


def _queue(session: Session, request: qbxml.Request, key: str | None) -> None:
    connection = click.get_current_context().meta[_ON]
    desktop_jobs.show(session, session.qb.desktop.enqueue(connection, request, key=key))


@enqueue.command("query", cls=Command)
@click.argument("kind")
@click.option("--page", type=click.IntRange(min=1), help="Records of a page; for whatever can be long.")
@click.option("--most", type=click.IntRange(min=1), help="Have that many records at most.")
@click.option("--active", type=click.Choice(["ActiveOnly", "InactiveOnly", "All"]), help="Default: ActiveOnly.")
@click.option(
    "--since",
    type=Instant(is_local=True),
    metavar="WHEN",
    help="Changed then or later; without a zone, by the clock of the QuickBooks computer.",
)
@click.option("--until", type=Instant(is_local=True), metavar="WHEN", help="Changed then or earlier.")
@click.option("--id", "ids", multiple=True, help="A ListID or a TxnID. May be repeated.")
@click.option("--name", "names", multiple=True, help="A full name. May be repeated.")
@click.option("--include", multiple=True, metavar="ELEMENT", help="Have this element only. May be repeated.")
@click.option("--owner-id", "owner_ids", multiple=True, metavar="GUID", help="Have its data too; 0: custom fields.")
@_filled
@_keyed
@pass_session
def query(
    session: Session,
    /,
    kind: str,
    since: datetime | None,
    until: datetime | None,
    source: str | None,
    typed: tuple[str, ...],
    key: str | None,
    **filters: Any,
) -> None:
    """Ask for records of one KIND, such as Customer: by ids, by names, or by filters."""
    fields = read_fields(source, typed)
    request = qbxml.query(kind, modified_since=since, modified_until=until, fields=fields, **filters)
    _queue(session, request, key)


@enqueue.command("add", cls=Command)
@click.argument("kind")
@_filled
@_keyed
@pass_session
def add(session: Session, kind: str, source: str | None, typed: tuple[str, ...], key: str | None) -> None:
    """Add a record of one KIND, such as TimeTracking. Give a --key, so that nothing is added twice."""
    _queue(session, qbxml.add(kind, read_fields(source, typed)), key)


@enqueue.command("mod", cls=Command)
@click.argument("kind")
@_filled
@_keyed
@pass_session
def mod(session: Session, kind: str, source: str | None, typed: tuple[str, ...], key: str | None) -> None:
    """Change a record of one KIND: its ListID or TxnID, its EditSequence, and what is to be otherwise."""
    _queue(session, qbxml.mod(kind, read_fields(source, typed)), key)


@enqueue.command("delete", cls=Command)
@click.argument("kind")
@click.argument("record", metavar="ID")
@_keyed
@pass_session
def delete(session: Session, kind: str, record: str, key: str | None) -> None:
    """Delete a list member by its ListID, or a transaction by its TxnID."""
    _queue(session, qbxml.delete(kind, record), key)


@enqueue.command("void", cls=Command)
@click.argument("kind")
@click.argument("record", metavar="ID")
@_keyed
@pass_session
def void(session: Session, kind: str, record: str, key: str | None) -> None:
    """Void a transaction by its TxnID: it stays in the books, at zero."""
    _queue(session, qbxml.void(kind, record), key)


@enqueue.command("raw", cls=Command)
@click.argument("file", metavar=FILE_OR_STDIN)
@click.option("--writes/--reads", default=None, help="Whether it changes the company file; has to be said.")
@_keyed
@pass_session
def raw(session: Session, file: str, writes: bool | None, key: str | None) -> None:
    """Send one request in qbXML as it stands in FILE, such as <BillAddRq>."""
    if writes is None:
        raise click.UsageError("say whether it changes the company file: --writes or --reads")
    _queue(session, qbxml.raw(read_text(file, "FILE"), writes=writes), key)
