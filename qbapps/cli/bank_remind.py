"""``bank remind``: a calendar of when consents have to be renewed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from qbapps.cli import bank_files, bank_options
from qbapps.cli.exits import Exit
from qbapps.cli.plan_options import NewFile
from qbapps.cli.root import Command
from qbapps.cli.session import Ended, Session, pass_session
from qbapps.export.whole_file import whole_file

if TYPE_CHECKING:
    from qbapps.domain.banks.consent import Consent

_LEADS: Final = (14, 7, 1, 0)


@click.command(cls=Command)
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--firm", metavar="FIRM", help="Those of the store of one firm, without FILE.")
@click.option("--bank", metavar="NAME", help="One bank, instead of FILE.")
@click.option(
    "--authenticated", type=bank_options.Day(), metavar="DATE", help="When somebody last signed in at --bank for it."
)
@click.option(
    "--regime", type=click.Choice(bank_options.REGIMES, case_sensitive=False), help="Of --bank. Default: EEA."
)
@click.option(
    "--stated", type=bank_options.Day(), metavar="DATE", help="Its consent's last good day, as a screen says it."
)
@click.option(
    "--lead",
    "leads",
    multiple=True,
    type=click.IntRange(min=0),
    default=_LEADS,
    show_default=True,
    metavar="DAYS",
    help="Remind so many days before the last good one. May be repeated.",
)
@click.option("-o", "--output", type=NewFile(), metavar="FILE.ics", help="Write it there. Default: stdout.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@pass_session
def remind(
    session: Session,
    /,
    file: Path | None,
    firm: str | None,
    bank: str | None,
    authenticated: date | None,
    regime: str | None,
    stated: date | None,
    leads: tuple[int, ...],
    output: Path | None,
    force: bool,
) -> None:
    """
    Make a calendar (iCalendar) of the days on which consents have to be renewed.

    Without FILE and --bank they are those of the store. FILE is a CSV file with the columns bank and authenticated, and
    if you have them stated, regime and id. An entry keeps its place when the calendar is made and taken in again.
    Exit code 3 when the end of some is not known.

    \b
    qbapps bank remind --bank "Crédit Agricole" --authenticated 2026-11-22 -o bank.ics
    """
    from qbapps import banks  # noqa: PLC0415 - other commands start faster without

    _ = session.words
    bank_files.check_free(output, force=force)
    typed = {"bank": bank, "authenticated": authenticated, "regime": regime, "stated": stated}
    if file is None and all(value is None for value in typed.values()):
        found = session.qb.banks.consents(firm=firm)
    elif firm is not None:
        raise click.UsageError("--firm is for the connections of the store: leave FILE and --bank out")
    else:
        found = _typed(file, bank, authenticated, regime, stated)
    if not found:
        session.say(_("No consent is recorded."))
        raise Ended(Exit.NOTHING)
    calendar = banks.reminders_ics(found, leads, lang=session.language)
    unknown = [one for one in found if one.consent_end is None and one.ended_on is None]
    for one in unknown:
        session.say(
            _("{bank}: the end of the consent is not known. State it, or there is no reminder.", bank=one.name),
            "yellow",
        )
    if output is not None:
        with whole_file(output) as made:
            made.write_bytes(calendar.encode("utf-8"))
        session.say(_("The calendar is in {path}", path=output))
    if session.as_json:
        shown = {"ics": calendar} if output is None else {"file": output}
        session.document({"consents": [_document(one) for one in found], **shown})
    elif output is None:
        click.echo(calendar.encode("utf-8"), nl=False)
    if unknown:
        raise Ended(Exit.NOTHING if len(unknown) == len(found) else Exit.IN_PART)


def _typed(
    file: Path | None, bank: str | None, authenticated: date | None, regime: str | None, stated: date | None
) -> tuple[Consent, ...]:
    """
    Return the consents of a file, or the one that is typed.

    Raises:
        UsageError: Both are given, or the one lacks its day.
    """
    from qbapps.cli import bank_lists  # noqa: PLC0415 - other commands start faster without

    if file is not None:
        if (bank, authenticated, regime, stated) != (None, None, None, None):
            raise click.UsageError("give FILE, or --bank with its days, not both")
        return tuple(bank_lists.consents(file))
    if bank is None or authenticated is None:
        raise click.UsageError("give --bank and --authenticated")
    return (bank_lists.made(bank, authenticated, stated=stated, regime=regime or "EEA"),)


def _document(one: Consent) -> dict[str, object]:
    return {"id": one.id, "bank": one.name, "consent_end": one.consent_end, "basis": one.basis}
