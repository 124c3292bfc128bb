"""``bank plan``: what to do about a bank connection that stopped, from what is known of it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from qbapps.cli import bank_documents, bank_hints, bank_options, bank_stored, bank_views
from qbapps.cli.bank_known import Known
from qbapps.cli.bank_options import AccountDays
from qbapps.cli.exits import Exit
from qbapps.cli.session import Ended, Session, pass_session

if TYPE_CHECKING:
    from qbapps.banks import Repair


@click.command(cls=bank_options.WithCauses)
@click.argument("connection", required=False)
@bank_options.knowing
@bank_hints.hinting
@click.option(
    "--limit", type=bank_options.Length(), metavar="LENGTH", help="How long it can be updated. Default: 3 months."
)
@click.option(
    "--grace", type=bank_options.Length(), metavar="LENGTH", help="How long it can be reconfirmed. Default: 14 days."
)
@click.option(
    "--source", type=click.Choice(bank_options.SOURCES), help="Where the days of --booked were read. Default: tab."
)
@pass_session
def plan(
    session: Session,
    /,
    connection: str | None,
    accounts: tuple[str, ...],
    review: tuple[AccountDays, ...],
    booked: tuple[AccountDays, ...],
    excluded: tuple[AccountDays, ...],
    deleted: tuple[AccountDays, ...],
    today: date | None,
    hints: bool,
    online: str | None,
    named: tuple[tuple[str, str], ...],
    **facts: Any,
) -> None:
    """
    Say what to do about a bank connection that stopped, why, and from which day each account goes on.

    Of a stored CONNECTION, what was recorded is known; of another, say it by options. With --hints, the newest booked
    days that were not typed come from the company's books, and that is said. Nothing is changed. Exit code 3 when some
    operations can only be brought by a file.

    \b
    qbapps bank plan --stopped 2022-03-10 --review 512000=2022-03-09 --booked 512000=2022-03-04
    qbapps bank plan --cause disconnected --booked 512000=2022-03-04 --deleted 512000=2022-03-05
    """
    asked = bank_hints.asked(connection, hints=hints, online=online, named=named)
    tabs = {"review": review, "booked": booked, "excluded": excluded, "deleted": deleted}
    known = Known(
        today=today or bank_options.today(), accounts=bank_options.by_account(accounts, tabs), asked=asked, **facts
    )
    found, heard = (known.plan(), None) if connection is None else bank_stored.planned(session, connection, known)
    if session.as_json:
        said = bank_documents.repair(found, session.language)
        session.document(said if heard is None else {**said, "hints": bank_hints.document(heard, session.language)})
    else:
        bank_views.head(session, found)
        bank_views.accounts(session, found)
        if heard is not None:
            bank_hints.show_used(session, heard)
        bank_views.steps(session, found)
    end(found)


def end(found: Repair) -> None:
    """
    End a command that has shown *found*.

    Raises:
        Ended: Some operations can only be brought by a file.
    """
    if found.has_gap:
        raise Ended(Exit.IN_PART)
