"""``bank correct``: what was mistyped of a bank connection, or became known later."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from qbapps.cli import bank_options, bank_status
from qbapps.cli.root import Command
from qbapps.cli.session import Session, pass_session
from qbapps.domain.banks.spans import Span


@click.command(cls=Command)
@click.argument("connection")
@click.option("--authenticated", type=bank_options.Day(), metavar="DATE", help="When somebody last signed in there.")
@click.option(
    "--stated", type=bank_options.Day(), metavar="DATE", help="The consent's last good day, as a screen says it."
)
@click.option("--not-stated", is_flag=True, help="No screen says it: the rules of the country hold.")
@click.option(
    "--regime", type=click.Choice(bank_options.REGIMES, case_sensitive=False), help="Whose rules of consent hold."
)
@click.option("--history", type=bank_options.Length(), metavar="LENGTH", help="How far back the bank gives operations.")
@click.option("--owner", metavar="EMAIL", help="Who gave the consent: only they can renew it.")
@click.option("--by", metavar="WHO", help="Who says so; kept in the trail.")
@pass_session
def correct(
    session: Session,
    /,
    connection: str,
    authenticated: date | None,
    stated: date | None,
    not_stated: bool,
    regime: str | None,
    history: Span | None,
    owner: str | None,
    by: str | None,
) -> None:
    """
    Correct what is known of the bank connection CONNECTION; what happened is recorded with bank record.

    \b
    qbapps bank correct con_… --stated 2027-05-21
    """
    if stated is not None and not_stated:
        raise click.UsageError("--stated and --not-stated exclude each other")
    given: dict[str, Any] = {
        "authenticated_on": authenticated,
        "stated": stated,
        "regime": regime,
        "history": None if history is None else str(history),
        "owner": owner,
    }
    changes = {name: value for name, value in given.items() if value is not None}
    if not_stated:
        changes["stated"] = None
    session.qb.banks.correct(connection, by=by, **changes)
    bank_status.show(session, connection)
