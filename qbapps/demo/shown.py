"""How the story reads in a terminal: short sentences, small tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rich.padding import Padding
from rich.text import Text

from qbapps.cli import views
from qbapps.cli.session import Session
from qbapps.demo.lists import grid
from qbapps.demo.outcome import Outcome
from qbapps.demo.stage import FIRM, Stage
from qbapps.domain.connection import Connection
from qbapps.domain.disconnection import Disconnection
from qbapps.domain.inventory import ImportReport
from qbapps.domain.parties import App
from qbapps.guides.messages import Message
from qbapps.language import labels

_ROWS: Final = 4
_MESSAGE_LINES: Final = 9


def chapter(session: Session, number: int, title: str, **values: object) -> None:
    """Show the heading of a chapter."""
    session.people.print()
    session.people.print(Text(f"{number}. {session.words.text(title, **values)}", style="bold cyan"))


def opening(session: Session, stage: Stage, clients: int) -> None:
    """Say what is about to happen."""
    _ = session.words
    firm = stage.qb.firm(FIRM)
    session.tell(
        _(
            "{firm}, its {clients} clients and their apps, on a simulator of Intuit.",
            firm=firm.name,
            clients=_.number(clients),
        ),
        "bold",
    )
    session.tell(_("Everything is invented and stays on this machine, in {folder}.", folder=stage.folder.name))


def connected(session: Session, made: Sequence[Connection], seconds: float) -> None:
    """Say how many connections were made, of which apps."""
    _ = session.words
    counts = Counter(one.app_id for one in made)
    session.tell(
        _.plural(
            "{n} connection made, by a consent over HTTP, in {seconds} s.",
            "{n} connections made, each by a consent over HTTP, in {seconds} s.",
            len(made),
            seconds=_.number(max(1, round(seconds))),
        )
    )
    session.tell("  " + " · ".join(f"{app_id} {count}" for app_id, count in sorted(counts.items())), "dim")


def imported(session: Session, path: Path, report: ImportReport) -> None:
    """Say what became of the rows of the inventory."""
    _ = session.words
    refused = {one.line for one in report.refused}
    session.tell(_("{file}: an old spreadsheet, exported from Excel.", file=path.name))
    counts = (
        (len(report.taken), _("connections that were not known: kept, by hand for now")),
        (len(report.enriched) + len(report.unchanged), _("rows about connections that we hold")),
        (len(report.conflicts), _("rows that contradict what we hold: what we hold was kept")),
        (len(report.repeated), _("rows that repeat an earlier one")),
        (len(refused), _("rows refused, each with its reason:")),
    )
    rows = [(_.number(count), what) for count, what in counts if count]
    session.people.print(grid(rows))
    reasons = [(one.line, one.column or _("whole line"), _.say(one.reason)) for one in report.refused]
    if reasons:
        session.people.print(
            Padding(views.table((_("Line"), _("Column"), _("Why")), reasons, right=(0,)), (0, 0, 0, 6))
        )


def leaving(session: Session, leaver: str, successor: str, count: int) -> None:
    """Say who leaves, and who takes over."""
    _ = session.words
    session.tell(
        _.plural(
            "{leaver} leaves and owns {n} connection. {successor} takes it over.",
            "{leaver} leaves and owns {n} connections. {successor} takes them over.",
            count,
            leaver=leaver,
            successor=successor,
        )
    )


def message(session: Session, sent: Message) -> None:
    """Show the first lines of a message to the new owner, the link shortened."""
    _ = session.words
    session.tell(_("The new owner gets a message like this one:"))
    lines = [line for line in sent.body.splitlines() if line.strip()]
    session.tell(f"     {_('Subject: {subject}', subject=sent.subject)}", "bold")
    for line in lines[:_MESSAGE_LINES]:
        views.indented(session.people, _short(line))


def _short(line: str) -> str:
    start = line.find("http")
    # The link holds a one-time state; the message itself carries it whole.
    return line if start < 0 else line[:start] + line[start:].partition("?")[0] + "?…"


def transferred(session: Session, outcome: Outcome, leaver: str, left: int) -> None:
    """Say what passed to the new owner."""
    _ = session.words
    session.tell(
        _.plural(
            "{n} connection transferred, by a consent of the new owner; nothing was interrupted.",
            "{n} connections transferred, each by a consent of the new owner; nothing was interrupted.",
            len(outcome.transferred),
        ),
        "green",
    )
    if outcome.by_hand:
        session.tell(
            _.plural(
                "{n} can only be transferred by hand: it is on the worklist.",
                "{n} can only be transferred by hand: they are on the worklist.",
                len(outcome.by_hand),
            ),
            "yellow",
        )
    session.tell(
        _.plural("{leaver} still owns {n} connection.", "{leaver} still owns {n} connections.", left, leaver=leaver)
    )


def gone_already(session: Session, connection: Connection, app: App) -> None:
    """Say that a client has acted on its own."""
    _ = session.words
    session.tell(
        _(
            "Meanwhile {company} has removed {app} in QuickBooks without telling anyone.",
            company=connection.company_name or connection.realm_id,
            app=app.name,
        )
    )


def receipts(session: Session, made: Sequence[Disconnection], app: App) -> None:
    """Show some receipts, and count the proofs."""
    _ = session.words
    rows = [
        (
            one.company_name or one.realm_id,
            labels.label(one.proof or one.state, _.language),
            one.id[-8:],
            (one.intuit_tid or "")[:10],
        )
        for one in _varied(made)
    ]
    session.people.print(
        Padding(
            views.table((_("Company"), _("Proof"), _("Receipt"), _("Intuit's id")), rows), (0, 0, 0, 2), expand=False
        )
    )
    if len(made) > len(rows):
        session.tell("  " + _("… and {n} more in the report.", n=_.number(len(made) - len(rows))), "dim")
    counts = Counter(labels.label(one.proof or one.state, _.language) for one in made)
    session.tell(", ".join(f"{_.number(count)} × {name}" for name, count in counts.most_common()), "bold")
    session.tell(
        _(
            "{app} may keep the data it has: each receipt comes with a letter to its developer ({contact}).",
            app=app.name,
            contact=app.developer_contact or "—",
        )
    )


def _varied(made: Sequence[Disconnection]) -> list[Disconnection]:
    """Return a few receipts, the rarer kinds among them."""
    chosen: dict[object, list[Disconnection]] = {}
    for one in made:
        chosen.setdefault((one.proof, one.state), []).append(one)
    share = max(1, _ROWS // max(1, len(chosen)))
    return [one for kind in chosen.values() for one in kind[:share]]


def trail(session: Session, outcome: Outcome) -> None:
    """Say whether the trail of events is whole."""
    _ = session.words
    if outcome.breaks:
        session.tell(
            _.plural("{n} event is not what was written.", "{n} events are not what was written.", len(outcome.breaks)),
            "red",
        )
        return
    session.tell(_("{n} events, chained by hash: none was altered or taken out.", n=_.number(outcome.events)), "green")


def closing_words(session: Session, outcome: Outcome) -> None:
    """Say how long it took, and what the last line is."""
    _ = session.words
    session.tell("")
    if outcome.audit is not None:
        session.tell(_("An audit of what is connected now: {path}", path=outcome.audit))
    session.tell(
        _("Done in {seconds} s. The report, to open in a browser:", seconds=_.number(max(1, round(outcome.seconds)))),
        "bold",
    )
