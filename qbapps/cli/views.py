"""How records look in a terminal: tables that fit eighty columns, names that cannot break them."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Iterable, Sequence
from enum import StrEnum
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from qbapps.domain.connection import Connection, Kind
from qbapps.domain.diagnosis import Cause
from qbapps.domain.parties import App, Client, Firm, Owner, Reach
from qbapps.domain.plan import PlanItem
from qbapps.domain.states import ConnectionState
from qbapps.export.arrangement import Group, arrange, by_company
from qbapps.export.report import TaskSteps
from qbapps.guides.steps import one_line
from qbapps.language import Words, labels

STYLES: Final[dict[StrEnum, str]] = {
    ConnectionState.CONNECTED: "green",
    ConnectionState.NEEDS_RECONNECT: "yellow",
    ConnectionState.PAUSED: "cyan",
    ConnectionState.DISCONNECTED: "dim",
}
UNKNOWN: Final = "—"


def cell(value: object, style: str = "") -> Text:
    """Return *value* on one line, free of control characters and of markup."""
    return Text(UNKNOWN if value is None or value == "" else one_line(str(value)), style=style)


def table(
    headings: Sequence[str], rows: Iterable[Sequence[object]], *, whole: Sequence[int] = (), right: Sequence[int] = ()
) -> Table:
    """
    Return a table without lines.

    Args:
        whole: Columns that are never cut or folded, such as ids.

        right: Columns of numbers.
    """
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for place, heading in enumerate(headings):
        made.add_column(
            Text(heading, style="bold"),
            no_wrap=place in whole,
            justify="right" if place in right else "left",
            overflow="fold",
        )
    for row in rows:
        made.add_row(*(one if isinstance(one, Text) else cell(one) for one in row))
    return made


def state(member: StrEnum, words: Words) -> Text:
    """Return what *member* is called, in its colour."""
    return Text(labels.label(member, words.language), style=STYLES.get(member, ""))


def owner_of(owned: Connection | PlanItem) -> str | None:
    """Return the shortest name that tells whose a connection is, or was."""
    owner: Owner | None = owned.owner
    return None if owner is None else owner.email or owner.name or owner.sub


def connections(
    console: Console,
    found: Sequence[Connection],
    words: Words,
    *,
    firm: Firm | None = None,
    clients: Iterable[Client] = (),
    apps: Iterable[App] = (),
    own: Collection[str] = (),
) -> None:
    """
    Show connections company by company: the firm's own first, its clients next, others last.

    Args:
        own: Ids of those that are the firm's own though their companies have no number.
    """
    view = arrange(firm=firm, clients=clients, apps=apps, connections=found, own=own)
    _ = words
    if firm is not None and view.firm is not None and view.firm.connections:
        heading(console, _("Firm's apps"))
        group(console, view.firm, view.names, words)
    if view.clients:
        heading(console, _("Clients' apps"))
        for one in view.clients:
            group(console, one, view.names, words)
    if view.others:
        if firm is not None:
            heading(console, _("Companies"))
        for one in view.others:
            group(console, one, view.names, words)


def heading(console: Console, text: str) -> None:
    """Show a heading."""
    console.print()
    console.print(Text(text, style="bold underline"))


def group(console: Console, shown: Group, names: dict[str, str], words: Words) -> None:
    """Show the connections of one company under its name."""
    _ = words
    title = cell(shown.name or _("Company without a name"), "bold")
    if shown.realm_id:
        title.append(f"  {shown.realm_id}", style="not bold dim")
    console.print()
    console.print(title)
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(overflow="fold", min_width=8, max_width=22)
    grid.add_column(overflow="fold", ratio=None)
    grid.add_column()
    grid.add_column(no_wrap=True)
    for one in shown.connections:
        grid.add_row(*connection_row(one, names, words))
    console.print(grid)


def connection_row(one: Connection, names: dict[str, str], words: Words) -> tuple[Text, ...]:
    """Return the app or bank, owner, state and id of *one*; beside the owner, or in their place, its kind."""
    shown = Text(state_of(one, words), style=STYLES.get(one.state, ""))
    if one.reach is Reach.HAND and one.kind is Kind.ONLINE:
        shown.append(" *", style="magenta")
    whose = cell(owner_of(one)) if one.kind is Kind.ONLINE else kind_of(one, words)
    if one.kind is Kind.BANK and one.owner is not None:
        whose = Text.assemble(cell(owner_of(one)), " ", whose)
    return cell(names.get(one.app_id, one.app_id)), whose, shown, cell(one.id, "dim")


def kind_of(one: Connection, words: Words) -> Text:
    """Return what the kind of *one* is called, in a word that leaves room for the rest."""
    _ = words
    return Text(_("Desktop") if one.kind is Kind.DESKTOP else labels.label(one.kind, words.language), "italic")


def state_of(one: Connection, words: Words) -> str:
    """Return what the state of *one* is called; what never worked yet is not to be reconnected."""
    _ = words
    if one.state is ConnectionState.NEEDS_RECONNECT and one.cause == Cause.SETUP_UNFINISHED:
        return _("Being set up")
    return labels.label(one.state, words.language)


def facts(console: Console, rows: Iterable[tuple[str, object]]) -> None:
    """Show names and values, one under the other; what is not known is left out."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in rows:
        if value is not None and value != "":
            grid.add_row(name, value if isinstance(value, Text) else cell(value))
    console.print(grid)


def tasks(console: Console, open_tasks: Sequence[TaskSteps], words: Words) -> None:
    """Show tasks company by company, each with its steps."""
    _ = words
    for name, realm_id, members in by_company(open_tasks):
        title = cell(name or _("Company without a name"), "bold")
        if realm_id:
            title.append(f"  {realm_id}", style="not bold dim")
        console.print()
        console.print(title)
        for one in members:
            task(console, one, words)


def task(console: Console, one: TaskSteps, words: Words) -> None:
    """Show one task: what, its id, and its steps numbered."""
    line = cell(f"☐ {labels.label(one.task.kind, words.language)} · {one.task.app_name}")
    line.append(f"  {one.task.id}", style="dim")
    console.print(line)
    who, *steps = one.steps or ("",)
    if who:
        indented(console, who, style="italic")
    for number, step in enumerate(steps, start=1):
        indented(console, step, mark=f"{number}.")


def indented(console: Console, text: str, *, mark: str = "", style: str = "") -> None:
    """Show *text* set in from the left, its further lines under its first."""
    told = folded(printable(text).replace("\n", " "), console.width, first=f"{mark:>4} ", further=" " * 5)
    console.print(Text(told, style=style), no_wrap=True, overflow="ignore", crop=False)


def printable(text: str) -> str:
    """Return *text* without control characters other than line ends."""
    return "".join(c if c.isprintable() or c in "\n\u00a0\u202f" else " " for c in text)


def folded(text: str, width: int, *, first: str = "", further: str = "") -> str:
    """Return *text* in lines of at most *width*; unlike rich, never broken at an unbreakable space."""
    return "\n".join(
        textwrap.fill(
            line,
            max(width, 20),
            initial_indent=first,
            subsequent_indent=further,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for line in text.split("\n")
    )
