"""``audit``: who owns what, what is about to break, and what to do."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs
import click

from qbapps.cli import views
from qbapps.cli.exits import Exit
from qbapps.cli.plan_options import NewFile
from qbapps.cli.root import Command
from qbapps.cli.session import Ended, Session, pass_session
from qbapps.domain.findings import Finding, Severity, Thresholds
from qbapps.domain.policies import OWNED_BY_ONE, UNUSED_FOR
from qbapps.domain.states import ConnectionState
from qbapps.language import labels

if TYPE_CHECKING:
    from qbapps.audit.audit import Audit, What
    from qbapps.audit.diff import AuditDiff, Difference

TABLE: Final = "table"
SUFFIXES: Final[Mapping[str, str]] = {
    ".csv": "csv",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".parquet": "parquet",
    ".html": "html",
    ".htm": "html",
    ".ics": "ics",
}
_TO_SCREEN: Final = ("csv", "json")
SHOWN: Final = 20
"""Differences of a kind that are shown in full."""


@click.command(cls=Command)
@click.option("--firm", metavar="FIRM", help="Its own books and its clients'.")
@click.option(
    "--format",
    "form",
    type=click.Choice([TABLE, *dict.fromkeys(SUFFIXES.values())]),
    help="Default: a table, or what the name of the file says. json is JSON lines, ics a calendar.",
)
@click.option("-o", "--output", type=NewFile(), metavar="FILE", help="Write it there.")
@click.option(
    "--of",
    "what",
    type=click.Choice(["risks", "connections", "findings"]),
    default="risks",
    show_default=True,
    help="For csv, json and parquet: connections with what was found about each, without it, or the findings alone.",
)
@click.option("--skip", multiple=True, metavar="RULE", help="Leave a rule out; may be repeated.")
@click.option(
    "--unused", type=click.IntRange(min=0), default=UNUSED_FOR.days, show_default=True, metavar="DAYS",
    help="Report what nobody has used for so long.",
)  # fmt: skip
@click.option(
    "--owned", type=click.IntRange(min=1), default=OWNED_BY_ONE, show_default=True, metavar="N",
    help="Report who owns more connections than this.",
)  # fmt: skip
@click.option("--since", type=click.Path(path_type=Path), metavar="FILE", help="Show what changed since a snapshot.")
@click.option(
    "--fail-on",
    type=click.Choice([one.value for one in Severity]),
    help="Exit with 1 when something this grave, or graver, is found.",
)
@pass_session
def audit(
    session: Session,
    firm: str | None,
    form: str | None,
    output: Path | None,
    what: What,
    skip: tuple[str, ...],
    unused: int,
    owned: int,
    since: Path | None,
    fail_on: str | None,
) -> None:
    """
    Show who owns what, what is about to break, and what to do. Reads the store only.

    A snapshot to compare with later: qbapps audit --of connections -o today.parquet
    """
    _ = session.words
    form = _form(form, output)
    if since is not None and not since.is_file():
        raise click.UsageError(
            f"there is no file {str(since)!r}; make one with: qbapps audit --of connections -o {since}"
        )
    if output is None and form in _TO_SCREEN and (session.as_json or since is not None):
        given = "--json" if session.as_json else "--since"
        raise click.UsageError(f"{given} does not go with --format {form} on the screen; add -o FILE")
    taken = session.qb.audit(
        firm=firm,
        skip=skip,
        thresholds=Thresholds(unused_for=timedelta(days=unused), owned=owned),
        lang=session.language,
    )
    changes = None if since is None else taken.diff(since)
    if not len(taken):
        session.say(_("There is no connection to look at."))
        raise Ended(Exit.NOTHING)
    _give(session, taken, changes, form, output, what)
    if fail_on is not None:
        _check(session, taken, Severity(fail_on))


def _form(form: str | None, output: Path | None) -> str:
    """Return the form that was asked for, or that the file's name says."""
    if form is None:
        form = TABLE if output is None else SUFFIXES.get(output.suffix.lower())
        if form is None:
            raise click.UsageError(f"say with --format in which form to write {str(output)!r}")
    if form == TABLE and output is not None:
        raise click.UsageError("a table is for the screen; write csv, json, parquet, html or ics")
    if output is None and form not in (TABLE, *_TO_SCREEN):
        raise click.UsageError(f"{form} is written to a file: add -o FILE")
    return form


def _give(
    session: Session, taken: Audit, changes: AuditDiff | None, form: str, output: Path | None, what: What
) -> None:
    _ = session.words
    write: dict[str, Callable[[Path], Path]] = {
        "csv": lambda path: taken.to_csv(path, what),
        "json": lambda path: taken.to_jsonl(path, what),
        "parquet": lambda path: taken.to_parquet(path, what),
        "html": taken.to_html,
        "ics": taken.to_ics,
    }
    if output is not None:
        write[form](output)
        session.say(_("The audit is in {path}", path=output))
    elif form != TABLE:
        _pour(write[form])
        return
    if session.as_json:
        session.document(_document(taken, changes))
        return
    if output is None:
        session.out.print(taken)
    if changes is not None:
        _show(session, changes)


def _pour(write: Callable[[Path], Path]) -> None:
    """Write to stdout what is made as a file."""
    with tempfile.TemporaryDirectory() as folder:
        made = write(Path(folder) / "audit")
        with made.open("rb") as file:
            shutil.copyfileobj(file, sys.stdout.buffer)
    sys.stdout.buffer.flush()


def _document(taken: Audit, changes: AuditDiff | None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "taken_at": taken.taken_at,
        "firm": taken.firm_id,
        "summary": taken.summary,
        "findings": [_plain(one) for one in taken.findings],
    }
    if changes is not None:
        found["changes"] = {kind: list(rows) for kind, rows in _kinds(changes)}
    return found


def _plain(finding: Finding) -> dict[str, Any]:
    plain = {field.name: getattr(finding, field.name) for field in attrs.fields(Finding)}
    return {**plain, "plan": None if finding.plan is None else finding.plan.command}


def _kinds(changes: AuditDiff) -> Iterable[tuple[str, tuple[Difference, ...]]]:
    return (
        ("new", changes.new),
        ("gone", changes.gone),
        ("changed_owner", changes.changed_owner),
        ("changed_state", changes.changed_state),
    )


def _show(session: Session, changes: AuditDiff) -> None:
    _ = session.words
    titles = {
        "new": _("New"),
        "gone": _("Gone"),
        "changed_owner": _("Another owner"),
        "changed_state": _("Another state"),
    }
    session.out.print()
    session.tell(_("What changed since {when}", when=_.date(changes.earlier_at)), "bold underline")
    if not changes:
        session.tell(_("Nothing."))
    for kind, rows in _kinds(changes):
        if not rows:
            continue
        session.out.print()
        session.tell(f"{titles[kind]} ({_.number(len(rows))})", "bold")
        cells = [
            (
                one.company_name or one.realm_id,
                one.app_name,
                _said(session, kind, one.before),
                _said(session, kind, one.after),
            )
            for one in rows[:SHOWN]
        ]
        session.out.print(views.table((_("Company"), _("App"), _("Before"), _("After")), cells))
        more = len(rows) - SHOWN
        if more > 0:
            session.tell(_.plural("and {n} more", "and {n} more", more), "dim")


def _said(session: Session, kind: str, value: str | None) -> str | None:
    if kind != "changed_state" or value is None:
        return value
    return labels.label(ConnectionState(value), session.language)


def _check(session: Session, taken: Audit, limit: Severity) -> None:
    _ = session.words
    grave = sum(count for severity, count in taken.summary.severities.items() if severity.reaches(limit))
    if grave:
        session.say(_.plural("{n} finding is that grave.", "{n} findings are that grave.", grave), "bold red")
        raise Ended(Exit.FAILED)
