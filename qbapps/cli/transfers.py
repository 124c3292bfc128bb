"""``transfer``: from one owner to another."""

from __future__ import annotations

from datetime import timedelta

import click

from qbapps.cli import views
from qbapps.cli.durations import Duration
from qbapps.cli.exits import Exit
from qbapps.cli.root import Group
from qbapps.cli.session import Ended, Session, pass_session
from qbapps.domain.transfer import Transfer, TransferState


class TransferGroup(Group):
    """A group whose usual command needs no name: ``transfer con_… --to …``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put ``begin`` before arguments that name no command."""
        named = {*self.commands, "--help", "-h"}
        if args and not named.intersection(args[:1]) and not _only_globals(args, named):
            args = ["begin", *args]
        return super().parse_args(ctx, args)


def _only_globals(args: list[str], named: set[str]) -> bool:
    """Tell whether a command comes after the global options that *args* begin with."""
    rest = list(args)
    while rest and rest[0].split("=")[0] in ("--json", "--lang", "--store"):
        takes_value = rest[0] in ("--lang", "--store")
        rest = rest[2 if takes_value else 1 :]
    return bool(rest) and rest[0] in named


@click.group(cls=TransferGroup)
def transfer() -> None:
    """
    Transfer a connection to another owner.

    \b
    qbapps transfer CONNECTION --to EMAIL    make the link for the new owner
    qbapps transfer list                     what is under way
    qbapps transfer cancel TRANSFER          the link stops working
    qbapps transfer renew TRANSFER           a fresh link; the old one stops working
    """


@transfer.command("begin", hidden=True)
@click.argument("connection")
@click.option("--to", required=True, metavar="EMAIL", help="The new owner.")
@click.option("--by", metavar="WHO", help="Who asks for it; said in the message and in the trail.")
@click.option("--expires-in", type=Duration(), default="7d", show_default=True)
@pass_session
def begin(session: Session, connection: str, to: str, by: str | None, expires_in: timedelta) -> None:
    """Make the link by which the new owner takes CONNECTION over, and the message that goes with it."""
    begun = session.qb.begin_transfer(connection, to=to, by=by, expires_in=expires_in)
    _show_begun(session, begun.id, begun)
    if begun.state is TransferState.AWAITING_HAND:
        raise Ended(Exit.IN_PART)


@transfer.command("renew")
@click.argument("transfer_id", metavar="TRANSFER")
@pass_session
def renew(session: Session, transfer_id: str) -> None:
    """Make a fresh link; the old one stops working."""
    _show_begun(session, transfer_id, session.qb.renew_link(transfer_id))


def _show_begun(session: Session, transfer_id: str, begun: Transfer) -> None:
    _ = session.words
    message = session.qb.message(begun, lang=session.language)
    if session.as_json:
        session.document({"transfer": begun, "message": message})
        return
    session.tell(_("Transfer {id}. Send this to the new owner, and to nobody else:", id=transfer_id), "bold")
    session.raw("")
    session.raw(_("Subject: {subject}", subject=message.subject))
    session.raw("")
    session.raw(message.body)


@transfer.command("list")
@click.option("--state", type=click.Choice([one.value for one in TransferState]))
@pass_session
def list_(session: Session, state: str | None) -> None:
    """List transfers."""
    found = session.qb.transfers(state=state)
    _ = session.words
    if session.as_json:
        session.lines(found)
    elif found:
        for one in found:
            line = views.state(one.state, _).append("  ").append(views.cell(one.id, "bold"))
            line.append("  ").append(views.cell(f"{one.app_id} · {one.company_name or one.realm_id or views.UNKNOWN}"))
            session.out.print(line)
            told = _(
                "from {old} to {new}, until {end}", old=one.from_owner or "—", new=one.to, end=_.day(one.expires_at)
            )
            views.indented(session.out, told)
    if not found:
        session.say(_("No transfer."))
        raise Ended(Exit.NOTHING)


@transfer.command("cancel")
@click.argument("transfer_id", metavar="TRANSFER")
@pass_session
def cancel(session: Session, transfer_id: str) -> None:
    """Cancel a transfer: its link stops working, and nothing else changes."""
    _ = session.words
    ended = session.qb.cancel_transfer(transfer_id)
    if session.as_json:
        session.document(ended)
        return
    session.tell(_("The transfer {id} is cancelled; the connection stays as it is.", id=ended.id))
