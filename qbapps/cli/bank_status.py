"""``bank status``: how bank connections stand, until when their consents are good, and what comes next."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import attrs
import click
from rich.text import Text

from qbapps.cli import bank_options, bank_words, views
from qbapps.cli.exits import Exit
from qbapps.cli.root import Command
from qbapps.cli.session import Ended, Session, pass_session
from qbapps.domain.banks.states import BROKEN, OVER, SETTING_UP, BankState
from qbapps.domain.banks.status import BankStatus
from qbapps.language import Language, Words, words


class WithStates(Command):
    """A command whose help lists the states, as people call them."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each state with its English and its French name."""
        named = [
            (one.value, " / ".join(bank_words.state(one, words(lang)) for lang in (Language.EN, Language.FR)))
            for one in BankState
        ]
        with formatter.section("States"):
            formatter.write_dl(named)
        super().format_epilog(ctx, formatter)


@click.command(cls=WithStates)
@click.argument("connection", required=False)
@click.option("--firm", metavar="FIRM", help="Those of its own books and its clients'.")
@click.option(
    "--state", type=click.Choice([one.value for one in BankState]), metavar="STATE", help="Those only that stand so."
)
@bank_options.TODAY
@pass_session
def status(session: Session, connection: str | None, firm: str | None, state: str | None, today: date | None) -> None:
    """Show how CONNECTION stands and what comes next; without it, all of them, those first whose consent ends first."""
    if connection is not None:
        if firm or state:
            raise click.UsageError("--firm and --state are for all connections, not for one")
        show(session, connection, today)
        return
    _ = session.words
    day = today or bank_options.today()
    every = session.qb.banks.statuses(firm=firm, today=day, lang=session.language)
    found = [one for one in every if state in (None, one.state)]
    if session.as_json:
        session.lines(document(one) for one in found)
    elif found:
        _show_all(session, found)
    if not found:
        session.say(_("No connection fits."))
        raise Ended(Exit.NOTHING)


def show(session: Session, connection_id: str, today: date | None = None) -> None:
    """Show how one connection stands, and what comes next."""
    found = session.qb.banks.status(connection_id, today or bank_options.today(), lang=session.language)
    if session.as_json:
        session.document(document(found))
        return
    _ = session.words
    views.facts(
        session.out,
        (
            (_("Connection"), found.connection_id),
            (_("Bank"), found.bank),
            (_("Company"), found.company_name or found.realm_id),
            (_("State"), Text(bank_words.state(found.state, _), style=_style(found.state))),
            (_("Consent"), _consent(found, _)),
            (_("Granted by"), found.granted_by),
            (_("Accounts"), ", ".join(f"{ledger} ← {account}" for ledger, account in found.accounts.items())),
            (_("Last synchronised"), None if found.synced_on is None else _.day(found.synced_on)),
            (_("Stopped on"), None if found.stopped_on is None else _.day(found.stopped_on)),
            (_("Failed in a row"), _.number(found.failures) if found.failures else None),
            (_("Note"), found.note),
        ),
    )
    session.out.print()
    session.tell(_("Next: {step}", step=found.next_step), "bold")
    if found.state not in SETTING_UP and found.state is not BankState.ACTIVE:
        session.tell(_("Question by question: qbapps bank repair {id}", id=found.connection_id))


def document(found: BankStatus) -> dict[str, Any]:
    """Return what JSON says of how a connection stands."""
    return attrs.asdict(found, recurse=False)


def _show_all(session: Session, found: list[BankStatus]) -> None:
    _ = session.words
    for one in found:
        title = views.cell(one.company_name or one.realm_id, "bold")
        title.append(f"  {one.connection_id}", style="not bold dim")
        session.out.print(title)
        line = Text("  ").append(views.cell(one.bank)).append(" · ")
        line.append(bank_words.state(one.state, _), style=_style(one.state))
        if told := _consent(one, _):
            line.append(" · ").append(told, style="dim")
        session.out.print(line)
        if one.state in BROKEN or one.state is BankState.EXPIRING:
            views.indented(session.out, one.next_step, mark="→", style="yellow")
    counts = Counter(one.state for one in found)
    told = ", ".join(
        f"{_.number(counts[state])} {bank_words.state(state, _).lower()}" for state in BankState if counts[state]
    )
    session.tell("")
    total = _.plural("{n} connection", "{n} connections", len(found))
    session.tell(f"{total} ({told})", "bold")


def _consent(found: BankStatus, words: Words) -> str | None:
    _ = words
    if found.consent is None:
        return None
    if found.consent.ended_on is not None:
        return _("ended on {day}", day=_.day(found.consent.ended_on))
    if found.consent_end is None:
        return _("until a day that is not known")
    until = _("until {day}", day=_.day(found.consent_end))
    if found.days_left is None or found.days_left < 0:
        return until
    left = _.plural("{n} day left", "{n} days left", found.days_left)
    return f"{until} ({left})"


def _style(state: BankState) -> str:
    if state in OVER:
        return "dim"
    if state in SETTING_UP:
        return "yellow"
    return "magenta" if state in BROKEN else "green" if state is BankState.ACTIVE else "yellow"
