"""How Desktop connections look in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from rich.console import Console
from rich.text import Text

from qbapps.cli import desktop_words, views
from qbapps.desktop.codes import saying, trouble
from qbapps.domain.connection import Connection
from qbapps.domain.desktop.checklist import CheckState
from qbapps.domain.desktop.jobs import JobState
from qbapps.domain.desktop.states import OVER, SETTING_UP, WORKING, DesktopState
from qbapps.domain.desktop.status import Attention, ChecklistItem, DesktopStatus
from qbapps.domain.desktop.troubles import Trouble
from qbapps.language import Words

MARKS: Final = {CheckState.OPEN: "☐", CheckState.VERIFIED: "✔", CheckState.ATTESTED: "✔", CheckState.FAILED: "✘"}
_CHECK_STYLES: Final = {
    CheckState.OPEN: "yellow",
    CheckState.VERIFIED: "green",
    CheckState.ATTESTED: "cyan",
    CheckState.FAILED: "red",
}
JOB_STYLES: Final = {
    JobState.DONE: "green",
    JobState.FAILED: "red",
    JobState.UNKNOWN: "bold yellow",
    JobState.CANCELLED: "dim",
}


def state(status: DesktopStatus, words: Words) -> Text:
    """Return where a connection stands, in its colour; a pause comes first."""
    _ = words
    if status.is_paused:
        return Text(_("Paused"), style="cyan")
    return Text(desktop_words.label(status.state, _), style=_style(status.state))


def _style(found: DesktopState) -> str:
    if found in OVER:
        return "dim"
    return "green" if found is DesktopState.ACTIVE else "yellow" if found in SETTING_UP | WORKING else "magenta"


def row(console: Console, one: Connection, status: DesktopStatus, app: str, words: Words) -> None:
    """Show a connection among others: its company and its id, its app and its state, what is wrong."""
    _ = words
    title = views.cell(one.company_name, "bold")
    title.append(f"  {one.id}", style="not bold dim")
    console.print(title)
    line = Text("  ").append(views.cell(app)).append(" · ").append(state(status, _))
    seen = status.last_seen_at
    line.append(" · ")
    line.append(_("never called") if seen is None else _("last call {at}", at=desktop_words.short(seen)), style="dim")
    console.print(line)
    if status.attention is not None:
        views.indented(console, _met(status.attention, _), mark="!", style="red")
    if told := desktop_words.jobs(status.jobs, _):
        views.indented(console, _("Jobs: {told}", told=told), style="dim")


def whole(console: Console, one: Connection, status: DesktopStatus, app: str, words: Words) -> None:
    """Show how one connection stands."""
    _ = words
    facts = status.facts
    views.facts(
        console,
        (
            (_("Connection"), one.id),
            (_("App"), app),
            (_("Company"), one.company_name),
            (_("State"), Text(desktop_words.label(status.state, _), style=_style(status.state))),
            (_("Paused"), desktop_words.rest(status, _)),
            (_("Hours"), desktop_words.hours(status, _)),
            (_("Session"), None if status.session is None else desktop_words.label(status.session, _)),
            (_("Runs every"), desktop_words.minutes(status.every)),
            (_("Last call"), _("never") if status.last_seen_at is None else _.date(status.last_seen_at)),
            (_("Last good update"), None if status.last_ok_at is None else _.date(status.last_ok_at)),
            (_("Jobs"), desktop_words.jobs(status.jobs, _)),
            (_("Without a payroll item"), ", ".join(status.unmapped)),
            (_("User name"), status.username),
            (_("QuickBooks"), _product(facts.get("product"), facts.get("country"))),
            (_("Company file"), facts.get("company_path")),
            (_("Computer"), facts.get("app_lock")),
        ),
    )
    if status.attention is not None:
        attention(console, status.attention, _)


def _product(product: object, country: object) -> str | None:
    return f"{product} ({country})" if product and country else None if product is None else str(product)


def attention(console: Console, found: Attention, words: Words) -> None:
    """Show what somebody has to look at: what it is, who can end it, and how."""
    _ = words
    console.print()
    views.indented(console, _met(found, _), mark="!", style="bold red")
    if found.note:
        views.indented(console, _("About: {note}", note=found.note))
    views.indented(console, found.do, mark="→", style="yellow")
    who = saying.who(trouble(found.code), _.language)
    views.indented(console, _("Who: {who}. Since {date}.", who=who, date=_.date(found.since)), style="dim")


def _met(found: Attention, words: Words) -> str:
    _ = words
    return _("{code}: {what}", code=found.code, what=found.what)


def meaning(console: Console, found: Trouble, words: Words) -> None:
    """Show what a code means."""
    _ = words
    views.facts(
        console, ((_("Code"), found.code), (_("Kind"), saying.kind(found, _.language)), (_("Who"), who(found, _)))
    )
    views.indented(console, saying.what(found, _.language), mark="•")
    views.indented(console, saying.do(found, _.language), mark="→", style="yellow")
    if found.not_processed:
        views.indented(console, _("QuickBooks did not carry the request out."), style="dim")


def who(found: Trouble, words: Words) -> str:
    """Return who can end a trouble."""
    return saying.who(found, words.language)


def steps(console: Console, found: Sequence[str]) -> None:
    """Show who does what: the first of *found* says who."""
    for number, step in enumerate(found):
        if number:
            views.indented(console, step, mark=f"{number}.")
        else:
            views.indented(console, step, style="italic")


def checklist(console: Console, items: Iterable[ChecklistItem], words: Words) -> None:
    """Show a checklist: each item with its mark and its name, then what is known of it, or how to look."""
    _ = words
    for one in items:
        found = CheckState(one.state)
        line = Text(f"{MARKS[found]} ", style=_CHECK_STYLES[found])
        console.print(line.append(views.cell(one.question, "default" if found in _GOOD else "bold default")))
        told = " · ".join(part for part in (one.item, _said(one, found, _)) if part)
        views.indented(console, told, style=_CHECK_STYLES[found] if found is CheckState.FAILED else "dim")
        if found not in _GOOD and one.how:
            views.indented(console, one.how, mark="→", style="yellow")


_GOOD: Final = (CheckState.VERIFIED, CheckState.ATTESTED)


def _said(one: ChecklistItem, found: CheckState, words: Words) -> str:
    _ = words
    if found is CheckState.ATTESTED and one.by and one.at:
        told = _("Attested by {by} on {date}.", by=one.by, date=_.day(one.at))
        return f"{told} {one.note}" if one.note else told
    return one.evidence or ""
