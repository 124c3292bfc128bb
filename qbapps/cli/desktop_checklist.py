"""``desktop checklist`` and ``attest``: what has to be right, and who says that it is."""

from __future__ import annotations

import click

from qbapps.cli import desktop_views
from qbapps.cli.exits import Exit
from qbapps.cli.root import Command
from qbapps.cli.session import Ended, Session, pass_session
from qbapps.domain.desktop.checklist import CheckState
from qbapps.domain.desktop.status import ChecklistItem
from qbapps.errors import ConfigurationError, TransitionError


@click.command(cls=Command)
@click.argument("connection")
@pass_session
def checklist(session: Session, connection: str) -> None:
    """Show what has to be right for CONNECTION: what was verified, what somebody attested, what is not so."""
    found = session.qb.desktop.checklist(connection, lang=session.language)
    if session.as_json:
        session.lines(found)
        return
    _show(session, connection, found)


def _show(session: Session, connection: str, found: tuple[ChecklistItem, ...]) -> None:
    _ = session.words
    desktop_views.checklist(session.out, found, _)
    open_ = [one for one in found if one.state == CheckState.OPEN]
    wrong = sum(one.state == CheckState.FAILED for one in found)
    good = len(found) - len(open_) - wrong
    session.tell("")
    told = [_.plural("{n} in order", "{n} in order", good)]
    if open_:
        told.append(_.plural("{n} not answered", "{n} not answered", len(open_)))
    if wrong:
        told.append(_.plural("{n} not so", "{n} not so", wrong))
    session.tell(", ".join(told), "bold")
    if any(one.can_attest for one in open_):
        session.tell(_("To answer for some:"))
        session.raw(f"  qbapps desktop attest {connection} ITEM... --by NAME")


@click.command(cls=Command)
@click.argument("connection")
@click.argument("items", metavar="ITEM...", nargs=-1, required=True)
@click.option("--by", required=True, metavar="NAME", help="Who answers for it.")
@click.option("--note", help="What they add.")
@pass_session
def attest(session: Session, connection: str, items: tuple[str, ...], by: str, note: str | None) -> None:
    """
    Keep somebody's word that items of the checklist are right. What a session shows counts more, whenever it comes.

    An item that cannot be attested is refused with its reason and stops no other (exit code 3; 5 when all are).
    """
    desktop = session.qb.desktop
    known = {one.item for one in desktop.checklist(connection, lang=session.language)}
    if strange := [item for item in items if item not in known]:
        raise ConfigurationError(
            f"The checklist has no item {strange[0]!r}.", hint=f"Use one of: {', '.join(sorted(known))}."
        )
    refused: list[TransitionError] = []
    for item in dict.fromkeys(items):
        try:
            desktop.attest(connection, item, by=by, note=note)
        except TransitionError as error:
            refused.append(error)
    found = desktop.checklist(connection, lang=session.language)
    if session.as_json:
        session.lines(found)
    else:
        desktop_views.checklist(session.out, [one for one in found if one.item in items], session.words)
    if refused and len(refused) == len(set(items)):
        raise refused[0]
    for one in refused:
        session.fault(one.message, one.hint, code=one.code)
    if refused:
        raise Ended(Exit.IN_PART)
