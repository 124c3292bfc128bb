"""``bank dedupe``: which operations of a statement are new, and files of them for QuickBooks."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from rich.text import Text

from qbapps.cli import bank_documents, bank_files, bank_options, bank_rows, views
from qbapps.cli.exits import Exit
from qbapps.cli.root import Command
from qbapps.cli.session import Ended, Session, pass_session

if TYPE_CHECKING:
    from qbapps.banks import Dedupe, Statement

SHOWN: Final = 20
"""Held operations that are shown in full."""


@click.command(cls=Command)
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=bank_rows.STATEMENT)
@click.option(
    "--known",
    "known",
    multiple=True,
    type=bank_rows.STATEMENT,
    metavar="FILE",
    help="What QuickBooks has of those days, of all its tabs. May be repeated, for files that do not overlap.",
)
@click.option("--no-known", is_flag=True, help="QuickBooks has nothing of those days.")
@click.option("--account", metavar="ACCOUNT", help="What the account is called; of a file with several, which one.")
@click.option("--start", type=bank_options.Day(), metavar="DATE", help="Drop what is before that day.")
@bank_options.TODAY
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Write the new ones there, for QuickBooks.",
)
@click.option(
    "--report",
    "report_file",
    type=bank_files.Report(),
    metavar="FILE",
    help="Write what became of each to a .html or .txt.",
)
@click.option("--force", is_flag=True, help="Replace files that are there.")
@click.option(
    "--dates",
    type=click.Choice(bank_options.ORDERS),
    default="dmy",
    show_default=True,
    help="How written files have dates; choose the same in QuickBooks.",
)
@bank_rows.reading
@click.option(
    "--known-order", type=click.Choice(bank_options.ORDERS), help="The same for --known. Default: as --order."
)
@click.option(
    "--known-decimal", type=click.Choice(bank_options.MARKS), help="The same for --known. Default: as --decimal."
)
@click.option("--known-reverse-signs", is_flag=True, help="The same for --known.")
@pass_session
def dedupe(
    session: Session,
    /,
    files: tuple[Path, ...],
    known: tuple[Path, ...],
    no_known: bool,
    account: str | None,
    start: date | None,
    today: date | None,
    output: Path | None,
    report_file: Path | None,
    force: bool,
    dates: str,
    **how: Any,
) -> None:
    """
    Tell the operations of FILEs that are new from those that QuickBooks has, and write them for it.

    FILEs are OFX, QFX, QBO, CSV or QIF and may overlap. What only looks alike is held for you, with its twin: exit
    code 3. Nothing is written without -o and --report.

    \b
    qbapps bank dedupe march.ofx --known register.csv --account 512000 -o upload --report march.html
    """
    from qbapps import banks  # noqa: PLC0415 - other commands start faster without

    if bool(known) == no_known:
        raise click.UsageError("give what QuickBooks has with --known FILE, or say with --no-known that it has nothing")
    bank_files.check_folder(output, force=force)
    bank_files.check_free(report_file, force=force)
    offered = [bank_rows.read(path, account, **bank_rows.of_files(how)) for path in files]
    there = [bank_rows.read(path, account, **bank_rows.of_known(how)) for path in known]
    bank_rows.check_accounts(offered, there)
    found = banks.dedupe_files(
        offered, (row for one in there for row in one.rows), start=start, today=today or bank_options.today()
    )
    written = [] if output is None else bank_files.write(found.rows, output, order=dates, name=account)
    if report_file is not None:
        banks.write_report(found, report_file, session.language)
    warned = _warnings(session, offered, there)
    if session.as_json:
        session.document({**bank_documents.dedupe(found), "files": written, "report": report_file, "warnings": warned})
    else:
        _show(session, found)
        _written(session, found, output, written, report_file)
    for warning in warned:
        session.say(warning, "bold red")
    if found.held or warned:
        raise Ended(Exit.IN_PART)


def _warnings(session: Session, offered: list[Statement], known: list[Statement]) -> list[str]:
    """Return why what was found new may not be: what is known is of another account, or counted twice."""
    from qbapps import banks  # noqa: PLC0415 - other commands start faster without

    _ = session.words
    mine, theirs = bank_rows.accounts_of(offered), bank_rows.accounts_of(known)
    found = []
    if theirs and (strange := sorted(str(one) for one in mine - theirs)):
        found.append(
            _(
                "Nothing is known of {accounts}: the known files are of {others}. If that is the same account, name it "
                "for all with --account.",
                accounts=", ".join(strange),
                others=", ".join(sorted(str(one) for one in theirs)),
            )
        )
    if len(known) > 1 and (
        twice := sum(one.code == "in_another_file" for one in banks.dedupe_files(known, ()).dropped)
    ):
        found.append(
            _.plural(
                "{n} operation is in several of the known files, and counts once for each. If they overlap, give one.",
                "{n} operations are in several of the known files, and count once for each. If they overlap, give one.",
                twice,
            )
        )
    return found


def _show(session: Session, found: Dedupe) -> None:
    from qbapps.banks.report import SENTENCES  # noqa: PLC0415 - other commands start faster without

    _ = session.words
    session.tell(_.plural("{n} operation offered", "{n} operations offered", found.offered), "bold")
    counts = Counter(one.code for one in (*found.new, *found.held, *found.dropped))
    styles: dict[str, str] = {"new": "green", **{one.code.value: "yellow" for one in found.held}}
    views.facts(
        session.out,
        (
            (_.number(count), Text(_.text(SENTENCES[code]), styles.get(code.value, "")))
            for code, count in counts.items()
        ),
    )
    if not found.held:
        return
    views.heading(session.out, _("To decide"))
    for one in found.held[:SHOWN]:
        views.indented(session.out, bank_rows.line(one.row, _), mark="?", style="yellow")
        if one.twin is not None:
            views.indented(session.out, _("like {row}", row=bank_rows.line(one.twin, _)), style="dim")
    more = len(found.held) - SHOWN
    if more > 0:
        session.tell(_.plural("and {n} more", "and {n} more", more), "dim")
    session.tell(_("What you decide is new, add in QuickBooks by hand; what is there already, leave."))


def _written(
    session: Session, found: Dedupe, output: Path | None, written: list[Path], report_file: Path | None
) -> None:
    _ = session.words
    session.tell("")
    if written and output is not None:
        session.tell(_("Upload to QuickBooks, in this order:"), "bold")
        for path in written:
            session.raw(f"  {path}")
        for path in bank_files.strangers(output, written):
            session.say(_("Not of this run, do not upload it again: {path}", path=path), "yellow")
    elif not found.new:
        session.tell(_("There is nothing new to upload."), "bold")
    else:
        session.tell(_("Nothing was written: add -o FOLDER for files to upload."))
    if report_file is not None:
        session.say(_("The report is in {path}", path=report_file))
