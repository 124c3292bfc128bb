"""``bank hints``: what the books of the company say of the accounts that a bank feeds, for what it is worth."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Final, TypeVar

import attrs
import click

from qbapps.cli import bank_documents, bank_options, views
from qbapps.cli.exits import Exit
from qbapps.cli.root import Command
from qbapps.cli.session import Ended, Session, pass_session
from qbapps.language import Words

if TYPE_CHECKING:
    from qbapps.banks import Hint, Hints, LedgerEntry

F = TypeVar("F", bound=Callable[..., Any])

_ONLINE: Final = click.option(
    "--online", metavar="ID", help="The online connection to ask by, where the company has several."
)
_NAMED: Final = "What the chart of accounts calls an account: its id, number or name there. May be repeated."


@attrs.frozen(kw_only=True)
class Asked:
    """
    That the books are asked, and how.

    Attributes:
        named: What the chart calls an account that is recorded under another name.
    """

    online: str | None = None
    named: Mapping[str, str] = attrs.field(factory=dict)

    def options(self) -> Iterator[str]:
        """Yield the options that say the same."""
        yield "--hints"
        if self.online is not None:
            yield from ("--online", self.online)
        for account, name in self.named.items():
            yield from ("--named", f"{account}={name}")


def hinting(command: F) -> F:
    """Give *command* the options by which hints are asked for."""
    for option in (
        click.option("--named", multiple=True, type=bank_options.Fed(), metavar="ACCOUNT=NAME", help=_NAMED),
        _ONLINE,
        click.option("--hints", is_flag=True, help="Ask the company's books, by its online connection."),
    ):
        command = option(command)
    return command


def asked(
    connection: str | None, *, hints: bool, online: str | None, named: tuple[tuple[str, str], ...]
) -> Asked | None:
    """
    Return how the books are asked; None where they are not.

    Raises:
        UsageError: The options do not go together.
    """
    if not hints:
        if online is not None or named:
            raise click.UsageError("--online and --named need --hints")
        return None
    if connection is None:
        raise click.UsageError("--hints needs CONNECTION")
    return Asked(online=online, named=bank_options.once(named, "--named"))


def read(session: Session, connection_id: str, how: Asked, today: date, since: date | None = None) -> Hints:
    """Return what the books say. Does network."""
    return session.qb.banks.hints(connection_id, online=how.online, today=today, since=since, named=how.named)


@click.command(cls=Command)
@click.argument("connection")
@_ONLINE
@click.option("--since", type=bank_options.Day(), metavar="DATE", help="The first day to look at. Default: 24 months.")
@click.option(
    "--account", "--named", "named", multiple=True, type=bank_options.Fed(), metavar="ACCOUNT=NAME", help=_NAMED
)
@bank_options.TODAY
@pass_session
def hints(
    session: Session,
    connection: str,
    online: str | None,
    since: date | None,
    named: tuple[tuple[str, str], ...],
    today: date | None,
) -> None:
    """
    Show the newest entries that the books have of each account that CONNECTION feeds, by QuickBooks' API.

    They are hints: the books keep the date that an entry was typed with, and never show what waits for review. Exit
    code 3 when something could not be read, so that there may be newer ones.

    \b
    qbapps bank hints con_… --account 512000=35
    """
    day = today or bank_options.today()
    how = Asked(online=online, named=bank_options.once(named, "--account"))
    found = read(session, connection, how, day, since)
    command = _plan(connection, found, today)
    if session.as_json:
        session.document(
            {"connection_id": connection, **document(found, session.language), "today": day, "command": command}
        )
    else:
        _show(session, found)
        _ = session.words
        session.tell("")
        session.tell(_("To plan the repair with them:"))
        session.raw(f"  {command}")
    if found.unread:
        raise Ended(Exit.IN_PART)


def document(found: Hints, lang: str) -> dict[str, Any]:
    """Return what JSON says of hints."""
    return {
        "online": found.connection_id,
        "why": found.why(lang)[0],
        "accounts": {name: _account(hint, lang) for name, hint in found.accounts.items()},
        "unread": [{"code": each.code, "text": each.said(lang)} for each in found.unread],
        "requests": found.requests,
    }


def _account(hint: Hint, lang: str) -> dict[str, Any]:
    evidence = hint.evidence()
    return {
        "ledger": hint.ledger,
        "newest": _entry(hint.newest),
        "newest_cleared": _entry(hint.newest_cleared),
        "cleared_known": hint.cleared_known,
        "future": _entry(hint.future),
        "read": hint.read,
        "since": hint.since,
        "booked": evidence.booked,
        "source": evidence.source,
        "remarks": [{"code": each.code, "text": each.said(lang)} for each in hint.remarks],
    }


def _entry(entry: LedgerEntry | None) -> dict[str, Any] | None:
    return None if entry is None else {**attrs.asdict(entry), "amount": bank_documents.amount(entry.amount)}


def _plan(connection: str, found: Hints, today: date | None) -> str:
    """Return what to type for a plan that uses the hints."""
    evidence = found.evidence()
    # One option names the source of all: that which says least.
    sources = {one.source for one in evidence.values()}
    source = next(iter(sources)) if len(sources) == 1 else "api_any"
    words = ["qbapps", "bank", "plan", connection]
    for account, one in evidence.items():
        words += ("--booked", f"{account}={','.join(map(str, one.booked))}")
    words += ("--source", source)
    if today is not None:
        words += ("--today", str(today))
    return shlex.join(words)


def _show(session: Session, found: Hints) -> None:
    _ = session.words
    for name, hint in found.accounts.items():
        views.heading(session.out, _("Account {name}", name=views.cell(name).plain))
        views.facts(
            session.out,
            (
                (_("In the chart of accounts"), str(hint.ledger)),
                (_("Newest entry"), _told(hint.newest, _)),
                (_("Newest cleared entry"), _told(hint.newest_cleared, _)),
            ),
        )
        for each in hint.remarks:
            if each.code not in {"newest", "newest_cleared"}:
                views.indented(session.out, each.said(session.language), mark="!", style="yellow")
    if found.unread:
        views.heading(session.out, _("What could not be read"))
        for each in found.unread:
            views.indented(session.out, each.said(session.language), mark="!", style="yellow")
    session.out.print()
    session.tell(found.why(session.language)[0], "bold")


def _told(entry: LedgerEntry | None, words: Words) -> str | None:
    """Return an entry's day, with what finds it in the books."""
    from qbapps.banks.hints import KINDS  # noqa: PLC0415 - other commands start faster without
    from qbapps.banks.remarks import amount_in_words  # noqa: PLC0415 - the same

    _ = words
    if entry is None:
        return None
    kind = _.text(KINDS[entry.kind]) if entry.kind in KINDS else entry.kind
    which = kind if entry.id is None else f"{kind} {entry.id}"
    amount = "" if entry.amount is None else f", {amount_in_words(entry.amount, _)}"
    return f"{_.day(entry.day)} ({which}{amount})"


def show_used(session: Session, found: Hints) -> None:
    """Show that a plan rests on hints, and on which."""
    _ = session.words
    views.heading(session.out, _("Hints from the books"))
    for reason in found.why(session.language):
        views.indented(session.out, reason, mark="•")
