"""How repairs look in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from qbapps.cli import bank_words, views
from qbapps.cli.session import Session

if TYPE_CHECKING:
    from qbapps.banks import Repair, Window


def head(session: Session, found: Repair) -> None:
    """Show what to do, and why."""
    _ = session.words
    style = "bold green" if found.action == "nothing" else "bold"
    views.facts(
        session.out,
        (
            (_("What to do"), Text(_.text(bank_words.ACTIONS[found.action]), style)),
            (_("Bank"), found.bank),
            (_("At the latest"), None if found.act_by is None or found.action == "nothing" else _.day(found.act_by)),
        ),
    )
    views.heading(session.out, _("Reasons"))
    for reason in found.why(session.language):
        views.indented(session.out, reason, mark="•")


def steps(session: Session, found: Repair) -> None:
    """Show what a person does, in order."""
    _ = session.words
    who, *others = found.steps(session.language) or ("",)
    if not who:
        return
    views.heading(session.out, _("Steps"))
    views.indented(session.out, who, style="italic")
    for number, step in enumerate(others, start=1):
        views.indented(session.out, step, mark=f"{number}.")
    views.indented(session.out, found.labels_as_of(session.language), style="dim")


def accounts(session: Session, found: Repair) -> None:
    """Show from which day each account goes on, what is missing and what comes twice."""
    from qbapps.banks.reasons import days_in_words  # noqa: PLC0415 - other commands start faster without

    _ = session.words
    for name, window in found.windows.items():
        views.heading(session.out, _("Account {name}", name=views.cell(name).plain))
        views.facts(
            session.out,
            (
                (_("Date to type"), Text(bank_words.typed(window.start, _), "bold")),
                (_("Newest operation"), None if window.newest is None else _.day(window.newest)),
                (_("Missing operations"), _in_red(None if window.gap is None else days_in_words(window.gap, _))),
                (_("Come twice"), None if window.overlap is None else days_in_words(window.overlap, _)),
            ),
        )


def _in_red(text: str | None) -> Text | None:
    return None if text is None else Text(text, "red")


def dates(session: Session, found: Repair) -> None:
    """Show, last, the dates to type, and what only a file can bring."""
    if not found.windows:
        return
    _ = session.words
    is_sure = found.action == "reconnect"
    views.heading(session.out, _("Dates to type") if is_sure else _("Dates to type, if it has to be connected anew"))
    rows = [(name, Text(bank_words.typed(one.start, _), "bold")) for name, one in found.windows.items()]
    session.out.print(views.table((_("Account"), _("“Custom date”")), rows))
    for name, window in found.windows.items():
        _left(session, name, window)


def _left(session: Session, name: str, window: Window) -> None:
    from qbapps.banks.reasons import days_in_words  # noqa: PLC0415 - other commands start faster without

    if window.gap is None:
        return
    _ = session.words
    text = _("{account}: bring the operations {days} by a file.", account=name, days=days_in_words(window.gap, _))
    views.indented(session.out, text, mark="!", style="red")
