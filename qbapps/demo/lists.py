"""What the story shows as lists: what is connected, who owns it, what is left to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.padding import Padding

from qbapps.cli import views
from qbapps.cli.session import Session
from qbapps.demo.stage import FIRM, Stage
from qbapps.domain.connection import Connection
from qbapps.domain.parties import Reach
from qbapps.export.arrangement import arrange, by_company
from qbapps.export.report import TaskSteps

_OWNERS: Final = 4
_GROUPS: Final = 6


def lists(session: Session, stage: Stage) -> None:
    """Show the firm's own apps, one client's, and who owns what."""
    _ = session.words
    qb = stage.qb
    firm = qb.firm(FIRM)
    everything = tuple(qb.connections(firm=FIRM))
    view = arrange(firm=firm, clients=qb.clients(FIRM), apps=qb.apps(), connections=everything)
    session.tell(_("Firm's apps"), "bold")
    if view.firm is not None:
        _group(session, view.firm.connections, view.names)
    example = max(view.clients, key=lambda group: len(group.connections), default=None)
    if example is not None:
        session.tell(_("Clients' apps, for instance {client}", client=example.name or example.realm_id), "bold")
        _group(session, example.connections, view.names)
    session.tell(_("* kept by hand: only a person in QuickBooks can act on it."), "dim")
    session.tell("")
    session.tell(_("Who owns what"), "bold")
    rows = [(one.name or one.owner or _("not known"), one.total) for one in view.holdings[:_OWNERS]]
    rest = sum(one.total for one in view.holdings[_OWNERS:])
    if rest:
        others = len(view.holdings) - _OWNERS
        rows.append((_.plural("{n} other person", "{n} other people", others), rest))
    most = max((total for _name, total in rows), default=1)
    session.people.print(grid([(name, total, "█" * max(1, round(24 * total / most))) for name, total in rows], right=1))


def work(session: Session, tasks: Sequence[TaskSteps]) -> None:
    """Show how many tasks each company has, and one of them in full."""
    _ = session.words
    if not tasks:
        session.tell(_("Nothing is left to do by hand."))
        return
    groups = by_company(tasks)
    session.tell(_.plural("{n} task to do.", "{n} tasks to do.", len(tasks)), "bold")
    rows = [
        (_.number(len(members)), name or realm_id, ", ".join(sorted({one.task.app_name for one in members})))
        for name, realm_id, members in groups[:_GROUPS]
    ]
    session.people.print(grid(rows))
    if len(groups) > _GROUPS:
        session.tell("  " + _("… and {n} more companies in the report.", n=_.number(len(groups) - _GROUPS)), "dim")
    session.tell(_("Each task says what to do, step by step. For instance:"))
    views.task(session.people, groups[-1][2][0], _)


def _group(session: Session, members: Sequence[Connection], names: dict[str, str]) -> None:
    _ = session.words
    rows = []
    for one in members:
        state = views.state(one.state, _)
        if one.reach is Reach.HAND:
            state.append(" *", style="magenta")
        rows.append((names.get(one.app_id, one.app_id), views.owner_of(one), state))
    session.people.print(grid(rows, right=None))


def grid(rows: Sequence[Sequence[object]], *, right: int | None = 0) -> Padding:
    made = views.table([""] * (len(rows[0]) if rows else 1), rows, right=() if right is None else (right,))
    made.show_header = False
    return Padding(made, (0, 0, 0, 2), expand=False)
