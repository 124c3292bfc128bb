"""``desktop results``: the records that came of a job, as they stream by."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import click
from rich.cells import cell_len, set_cell_size

from qbapps.cli import documents, views
from qbapps.cli.durations import Duration
from qbapps.cli.exits import Exit
from qbapps.cli.plan_options import NewFile
from qbapps.cli.root import Command
from qbapps.cli.session import Ended, Session, pass_session
from qbapps.desktop.qbxml import Record
from qbapps.domain.desktop.jobs import JobState
from qbapps.export.whole_file import whole_file
from qbapps.guides.steps import one_line
from qbapps.system import SystemClock

_FIRST: Final = 200
"""Records by which the columns are chosen and their widths; what comes later is cut to fit."""

_TELLING: Final = (
    *(
        "FullName",
        "Name",
        "TxnDate",
        "RefNumber",
        "EntityRef",
        "CustomerRef",
        "VendorRef",
        "Duration",
        "ItemServiceRef",
    ),
    *("IsActive", "Balance", "TotalBalance", "Amount", "TotalAmount", "Email", "Phone", "ProductName", "CompanyName"),
)
"""What tells most about a record, where it has it."""

_MOST_COLUMNS: Final = 5
_WIDEST: Final = 40


@click.command(cls=Command)
@click.argument("job")
@click.option("-o", "--output", type=NewFile(), metavar="FILE", help="Write them there, as JSON lines.")
@click.option("--column", "columns", multiple=True, metavar="NAME", help="A column; dots lead on. May be repeated.")
@pass_session
def results(session: Session, job: str, output: Path | None, columns: tuple[str, ...]) -> None:
    """
    Show the records that came of JOB, as far as they have come: a table of what tells most, or all with --json.

    Exit code 3 when more is to come.
    """
    _, desktop = session.words, session.qb.desktop
    found = desktop.results(job)
    if output is not None:
        count = _written(output, found)
        if session.as_json:
            session.document({"path": output, "records": count})
        session.say(_.plural("{n} record is in {path}", "{n} records are in {path}", count, path=output))
    elif session.as_json:
        count = session.lines(map(_document, found))
    else:
        count = _table(session, found, columns)
        if count:
            session.say(_.plural("{n} record", "{n} records", count))
    if desktop.job(job).state is not JobState.DONE:
        session.say(_("More is to come: the job is not done."))
        raise Ended(Exit.IN_PART)
    if not count:
        session.say(_("QuickBooks found nothing that fits."))
        raise Ended(Exit.NOTHING)


def _document(one: Record) -> dict[str, Any]:
    return {"kind": one.kind, "id": one.id, "fields": one.fields}


@click.command(cls=Command)
@click.argument("connection", required=False)
@click.option("--older-than", type=Duration(), required=True, help="What ended longer ago, such as 30d.")
@pass_session
def discard(session: Session, connection: str | None, older_than: timedelta) -> None:
    """
    Let go of requests and answers of jobs that ended long ago, of CONNECTION or of all.

    The jobs stay, with their keys, states and times. Exit code 4 when there was nothing to let go of.
    """
    _ = session.words
    before = SystemClock().now() - older_than
    count = session.qb.desktop.discard_results(before=before, connection_id=connection)
    if session.as_json:
        session.document({"discarded": count, "before": before})
    else:
        session.tell(
            _.plural("The answers of {n} job were discarded.", "The answers of {n} jobs were discarded.", count)
        )
    if not count:
        raise Ended(Exit.NOTHING)


def _written(path: Path, found: Iterable[Record]) -> int:
    count = 0
    with whole_file(path) as made, made.open("w", encoding="utf-8", newline="\n") as file:
        for count, one in enumerate(found, start=1):  # noqa: B007 - the last number is the count
            file.write(documents.document(_document(one)) + "\n")
    return count


def _table(session: Session, found: Iterator[Record], columns: tuple[str, ...]) -> int:
    """Show records line by line, in columns that the first of them are measured for; return how many there were."""
    first = list(itertools.islice(found, _FIRST))
    if not first:
        return 0
    names = columns or _columns(first)
    rows = [_row(one, names) for one in first]
    widths = [min(_WIDEST, max(map(cell_len, column))) for column in zip(_headings(session, names), *rows, strict=True)]
    most = session.out.width
    session.raw(_line(_headings(session, names), widths, most))
    count = 0
    for count, row in enumerate(itertools.chain(rows, (_row(one, names) for one in found)), start=1):  # noqa: B007
        session.raw(_line(row, widths, most))
    return count


def _headings(session: Session, names: Sequence[str]) -> list[str]:
    _ = session.words
    return [_("Id"), *names]


def _columns(first: Sequence[Record]) -> tuple[str, ...]:
    known = [name for name in _TELLING if any(_text(one, name) for one in first)]
    if "FullName" in known and "Name" in known:
        known.remove("Name")
    return tuple(known or dict.fromkeys(name for one in first for name in one.fields if _text(one, name)))[
        :_MOST_COLUMNS
    ]


def _row(one: Record, names: Sequence[str]) -> list[str]:
    return [one.id or views.UNKNOWN, *(_text(one, name) or views.UNKNOWN for name in names)]


def _text(one: Record, name: str) -> str:
    """Return what a record says at *name*, on one line; of a reference, the full name."""
    path = name.split(".")
    said = one.each(*path, "FullName") if name.endswith("Ref") else ()
    return ", ".join(one_line(value) for value in said or one.each(*path) if isinstance(value, str))


def _line(row: Sequence[str], widths: Sequence[int], most: int) -> str:
    told = "  ".join(_cut(text, width) for text, width in zip(row, widths, strict=True))
    return _cut(told, min(cell_len(told), most)).rstrip()


def _cut(text: str, width: int) -> str:
    """Return *text* in exactly *width* columns of a terminal."""
    return set_cell_size(text, width) if cell_len(text) <= width else f"{set_cell_size(text, width - 1)}…"
