"""``desktop list``, ``status`` and ``steps``: how connections to QuickBooks Desktop stand."""

from __future__ import annotations

from collections import Counter
from typing import Any

import click

from qbapps.cli import desktop_finding, desktop_views, desktop_words, views
from qbapps.cli.exits import Exit
from qbapps.cli.root import Command
from qbapps.cli.session import Ended, Session, pass_session
from qbapps.domain.connection import Connection
from qbapps.domain.desktop.states import OVER, DesktopState
from qbapps.domain.desktop.status import DesktopStatus
from qbapps.language import Language, words


class WithStates(Command):
    """A command whose help lists the states, as people call them."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each state with its English and its French name."""
        named = [
            (one.value, " / ".join(desktop_words.label(one, words(lang)) for lang in (Language.EN, Language.FR)))
            for one in DesktopState
        ]
        with formatter.section("States"):
            formatter.write_dl(named)
        super().format_epilog(ctx, formatter)


@click.command("list", cls=WithStates)
@click.option("--app", metavar="APP")
@click.option("--firm", metavar="FIRM")
@click.option("--state", metavar="STATE", type=click.Choice([one.value for one in DesktopState]))
@click.option("--reference")
@click.option("--attention", is_flag=True, help="Only those that somebody has to look at.")
@pass_session
def list_(
    session: Session,
    app: str | None,
    firm: str | None,
    state: str | None,
    reference: str | None,
    attention: bool,
) -> None:
    """List the connections to QuickBooks Desktop and how they stand; filters combine with AND."""
    _list(session, state=state, attention=attention, app=app, firm=firm, reference=reference)


def _list(session: Session, *, state: str | None = None, attention: bool = False, **filters: str | None) -> None:
    _, desktop = session.words, session.qb.desktop
    every = ((one, desktop.status(one.id, lang=session.language)) for one in desktop_finding.found(session, **filters))
    wanted = (
        (one, status)
        for one, status in every
        if state in (None, status.state) and (status.attention is not None or not attention)
    )
    if session.as_json:
        count = session.lines(desktop_finding.document(one, status) for one, status in wanted)
    else:
        count = _show_all(session, sorted(wanted, key=_place))
    if not count:
        session.say(_("No connection fits."))
        raise Ended(Exit.NOTHING)


def _place(pair: tuple[Connection, DesktopStatus]) -> tuple[str, str, str]:
    one, _ = pair
    return (one.company_name or "").casefold(), one.app_id, one.id


def _show_all(session: Session, found: list[tuple[Connection, DesktopStatus]]) -> int:
    _ = session.words
    names = {app.id: app.name for app in session.qb.apps()}
    for one, status in found:
        desktop_views.row(session.out, one, status, names.get(one.app_id, one.app_id), _)
    if found:
        states = Counter(status.state for _one, status in found)
        told = ", ".join(
            f"{_.number(states[state])} {desktop_words.label(state, _).lower()}"
            for state in DesktopState
            if states[state]
        )
        session.tell("")
        total = _.plural("{n} connection", "{n} connections", len(found))
        session.tell(f"{total} ({told})", "bold")
        if looked := sum(status.attention is not None for _one, status in found):
            session.tell(
                _.plural("{n} connection needs somebody.", "{n} connections need somebody.", looked), "bold red"
            )
    return len(found)


@click.command(cls=Command)
@click.argument("connection", required=False)
@pass_session
def status(session: Session, connection: str | None) -> None:
    """Show how CONNECTION stands, what somebody has to look at, and what comes next; without it, all of them."""
    if connection is None:
        _list(session)
        return
    show(session, session.qb.connection(connection), session.qb.desktop.status(connection, lang=session.language))


def show(session: Session, one: Connection, found: DesktopStatus) -> None:
    """Show how a connection stands, and what comes next."""
    if session.as_json:
        session.document(desktop_finding.document(one, found))
        return
    _ = session.words
    desktop_views.whole(session.out, one, found, session.qb.app(one.app_id).name, _)
    session.out.print()
    if found.next_step:
        session.tell(_("Next: {step}", step=found.next_step), "bold")
    if said(session, one.id, found.state):
        session.tell(_("Step by step: qbapps desktop steps {id}", id=one.id))


def said(session: Session, connection_id: str, state: DesktopState) -> tuple[str, ...]:
    """Return what people have to do now, step by step: setting up, or removing; empty when there is nothing."""
    desktop = session.qb.desktop
    if state is DesktopState.REMOVED:
        return ()
    if state in OVER:
        return desktop.removal_steps(connection_id, lang=session.language)
    return desktop.steps(connection_id, lang=session.language)


@click.command(cls=Command)
@click.argument("connection")
@pass_session
def steps(session: Session, connection: str) -> None:
    """Show what people have to do now to set CONNECTION up or to remove it, step by step."""
    _ = session.words
    found = session.qb.desktop.status(connection, lang=session.language)
    told = said(session, connection, found.state)
    if session.as_json:
        document: dict[str, Any] = {"connection_id": connection, "state": found.state, "next_step": found.next_step}
        session.document({**document, "steps": told})
    elif told:
        views.facts(session.out, ((_("State"), desktop_words.label(found.state, _)),))
        desktop_views.steps(session.out, told)
    else:
        session.tell(_("Next: {step}", step=found.next_step), "bold")
    if not told:
        raise Ended(Exit.NOTHING)
