"""``bank repair``: the questions of a guided repair, what to do, and the dates to type."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qbapps.cli import bank_asking, bank_documents, bank_hints, bank_options, bank_plan, bank_stored, bank_views
from qbapps.cli.bank_known import Known
from qbapps.cli.bank_options import AccountDays
from qbapps.cli.exits import Exit
from qbapps.cli.session import Ended, Session, pass_session

if TYPE_CHECKING:
    from qbapps.banks import Repair
    from qbapps.cli.bank_guide import Guide


@click.command(cls=bank_options.WithCauses)
@click.argument("connection", required=False)
@bank_options.knowing
@bank_hints.hinting
@bank_options.INSTITUTIONS
@pass_session
def repair(
    session: Session,
    /,
    connection: str | None,
    accounts: tuple[str, ...],
    review: tuple[AccountDays, ...],
    booked: tuple[AccountDays, ...],
    excluded: tuple[AccountDays, ...],
    deleted: tuple[AccountDays, ...],
    today: date | None,
    institutions: Path | None,
    hints: bool,
    online: str | None,
    named: tuple[tuple[str, str], ...],
    **facts: Any,
) -> None:
    """
    Ask, one question after the other, what is needed to repair a bank connection, and end with the dates to type.

    Of a stored CONNECTION, what was recorded is not asked, and what came of it can be recorded at the end. An option
    answers its question beforehand. With --hints, what the company's books say is shown before the question that it is
    about. Nothing else is changed anywhere. Dates are typed as the language writes them. Exit code 3 when some
    operations can only be brought by a file.
    """
    from qbapps.cli import bank_guide, bank_lists, bank_outcome  # noqa: PLC0415 - other commands start faster without

    _ = session.words
    asked = bank_hints.asked(connection, hints=hints, online=online, named=named)
    tabs = {"review": review, "booked": booked, "excluded": excluded, "deleted": deleted}
    known = Known(
        today=today or bank_options.today(), accounts=bank_options.by_account(accounts, tabs), asked=asked, **facts
    )
    status = heard = seen = None
    if connection is not None:
        known, status = bank_stored.prefilled(session, connection, known)
        seen = bank_stored.seen(status)
        # For the eyes only: what counts is what the person then answers.
        heard = bank_stored.hints_of(session, connection, known)
    listed = None if institutions is None else bank_lists.institutions(institutions)
    recorded = status is not None and facts["cause"] is None and known.cause is not None
    guide = bank_guide.Guide(session, known, listed, is_recorded=recorded, hints=heard, seen=seen)
    session.say(_("Some questions, and then what to do. Ctrl+C stops; nothing is changed anywhere."))
    try:
        known = guide.run()
    except bank_asking.Stopped:
        _stopped(session, guide)
    found = known.plan()
    _show(session, known, found)
    if status is not None and not session.as_json:
        bank_outcome.offer(session, status.connection_id, found, status.state)
    bank_plan.end(found)


def _stopped(session: Session, guide: Guide) -> None:
    """Say how to go on from where somebody stopped."""
    _ = session.words
    if bank_asking.is_terminal():
        session.say(_("Stopped. Nothing was changed."))
        if guide.has_asked:
            session.say(_("To go on from here:"))
            click.echo(f"  {guide.known.command('repair')}", err=True)
        raise Ended(Exit.FAILED)
    message = (
        _("nobody can be asked here, and the answers end too early.")
        if guide.has_asked
        else _("nobody can be asked here.")
    )
    left = {"--cause": guide.known.cause, "--stopped": guide.known.stopped, "--booked": guide.known.accounts or None}
    missing = (f"{name} …" for name, value in left.items() if value is None)
    command = " ".join((guide.known.command("plan"), *missing))
    session.fault(message, _("Answer by options: {command}", command=command), code="not_answered")
    raise Ended(Exit.BAD_INPUT)


def _show(session: Session, known: Known, found: Repair) -> None:
    """Show a plan, with the dates to type at its end."""
    _ = session.words
    command = known.command("plan")
    if session.as_json:
        session.document({**bank_documents.repair(found, session.language), "command": command})
    else:
        session.out.print()
        bank_views.head(session, found)
        bank_views.steps(session, found)
        session.tell("")
        session.tell(_("The same again without questions:"), "dim")
        session.raw(f"  {command}")
        bank_views.dates(session, found)
