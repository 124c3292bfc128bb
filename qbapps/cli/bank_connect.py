"""``bank connect`` and ``record``: what QuickBooks has of a bank, and what happens to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final, TypeVar

import click

from qbapps.cli import bank_options, bank_status
from qbapps.cli.bank_options import AccountDays
from qbapps.cli.root import Command
from qbapps.cli.session import Session, pass_session
from qbapps.domain.banks.happening import TAKES
from qbapps.domain.banks.spans import Span
from qbapps.domain.banks.states import BankEvent
from qbapps.domain.parties import Level

F = TypeVar("F", bound=Callable[..., Any])

_MAPPED: Final = click.option(
    "--account", "accounts", multiple=True, type=bank_options.Fed(), metavar="LEDGER=BANK",
    help="The ledger account, and the bank's account that feeds it: the last digits are enough. May be repeated.",
)  # fmt: skip
_STATED: Final = click.option(
    "--stated", type=bank_options.Day(), metavar="DATE", help="The consent's last good day, as a screen says it."
)
_BY: Final = click.option("--by", metavar="WHO", help="Who says so; kept in the trail.")


@click.command(cls=Command)
@click.argument("bank")
@click.option("--realm", metavar="REALM", help="The company's id.")
@click.option("--company", metavar="NAME", help="What the company is called, where it has no id.")
@click.option("--firm", metavar="FIRM", help="The accounting firm whose list it belongs to.")
@click.option("--level", type=click.Choice([one.value for one in Level]), help="Needs --firm. Default: client.")
@click.option("--owner", metavar="EMAIL", help="Who gave the consent: only they can renew it.")
@click.option(
    "--authenticated",
    type=bank_options.Day(),
    metavar="DATE",
    help="When they signed in at the bank. Without it the connection is a draft.",
)
@_STATED
@_MAPPED
@click.option(
    "--regime",
    type=click.Choice(bank_options.REGIMES, case_sensitive=False),
    default="EEA",
    show_default=True,
    help="Whose rules of consent hold.",
)
@click.option("--login", metavar="NAME", help="Tells a second login at the same bank from the first.")
@click.option("--history", type=bank_options.Length(), metavar="LENGTH", help="How far back the bank gives operations.")
@click.option("--reference", help="Your own id, kept on the connection.")
@_BY
@pass_session
def connect(
    session: Session,
    /,
    bank: str,
    realm: str | None,
    level: str | None,
    authenticated: date | None,
    accounts: tuple[tuple[str, str], ...],
    history: Span | None,
    **given: Any,
) -> None:
    """
    Note that a company's QuickBooks is connected to BANK, or is to be. Nothing is sent.

    \b
    qbapps bank connect "Crédit Agricole" --realm 9130350000000002 --authenticated 2026-11-22 --account 512000=4821
    """
    if level and not given["firm"]:
        raise click.UsageError("--level needs --firm")
    made = session.qb.banks.connect(
        bank,
        realm_id=realm,
        authenticated_on=authenticated,
        accounts=bank_options.once(accounts, "--account"),
        level=level or Level.CLIENT,
        history=None if history is None else str(history),
        **given,
    )
    bank_status.show(session, made.id)


class _WithEvents(Command):
    """A command whose help lists the events, and what can be said with each."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each event with the options that it takes."""
        options = {"accounts": "--account", "snapshot": "--review, --booked, --excluded"}
        named = [
            (
                one.value,
                ", ".join(options.get(fact, f"--{fact.replace('_', '-')}") for fact in TAKES.get(one, ())) or "—",
            )
            for one in BankEvent
        ]
        with formatter.section("Events, and what can be said with them besides --note"):
            formatter.write_dl(named)
        super().format_epilog(ctx, formatter)


@click.command(cls=_WithEvents)
@click.argument("connection")
@click.argument("event", type=click.Choice([one.value for one in BankEvent]), metavar="EVENT")
@click.option("--on", type=bank_options.Day(), metavar="DATE", help="The day it happened. Default: today.")
@_STATED
@click.option("--institution", metavar="BANK", help="The bank at which somebody signed in.")
@click.option("--owner", metavar="EMAIL", help="Who gave the consent.")
@_MAPPED
@click.option("--in-review", type=click.IntRange(min=0), metavar="N", help="How many operations waited for review.")
@click.option("--accept-loss", is_flag=True, help="QuickBooks may delete those that wait, or has.")
@bank_options.seen
@click.option("--update-failed", is_flag=True, help="What failed was an update that a person tried.")
@click.option("--note", metavar="TEXT", help="What somebody adds.")
@_BY
@pass_session
def record(
    session: Session,
    /,
    connection: str,
    event: str,
    on: date | None,
    by: str | None,
    accounts: tuple[tuple[str, str], ...],
    review: tuple[AccountDays, ...],
    booked: tuple[AccountDays, ...],
    excluded: tuple[AccountDays, ...],
    **facts: Any,
) -> None:
    """
    Record what happened to the bank connection CONNECTION: QuickBooks tells no program of it.

    What QuickBooks has of each account as it is disconnected is what a repair later goes by.

    Exit code 5 when it cannot have happened where the connection stands.

    \b
    qbapps bank record con_… bank_authenticated --on 2026-11-22 --stated 2027-05-21
    """
    told = {name: value for name, value in facts.items() if value is not None and value is not False}
    if accounts:
        told["accounts"] = bank_options.once(accounts, "--account")
    days = bank_options.by_account((), {"review": review, "booked": booked, "excluded": excluded})
    if days:
        from qbapps.banks import Evidence  # noqa: PLC0415 - other commands start faster without

        given: dict[str, dict[str, Any]] = {**days}
        told["snapshot"] = {name: Evidence(**tabs) for name, tabs in given.items()}
    session.qb.banks.record(connection, event, on=on or bank_options.today(), by=by, **told)
    bank_status.show(session, connection)
