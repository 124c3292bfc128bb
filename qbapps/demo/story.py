"""The story, chapter by chapter; each does one thing through the library and says what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Final, TypeVar

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from qbapps.cli.session import Session
from qbapps.demo import lists, shown
from qbapps.demo.consents import Browser, choose
from qbapps.demo.outcome import Outcome
from qbapps.demo.stage import FIRM, LEAVER, PRINCIPAL, ROLES, STOPPED_APP, SUCCESSOR, Stage, fresh_folder, opened
from qbapps.domain.disconnection import Disconnection
from qbapps.domain.parties import Reach
from qbapps.domain.states import ConnectionState
from qbapps.domain.transfer import TransferState
from qbapps.errors import ConfigurationError
from qbapps.export.report import Report, TaskSteps, write_report
from qbapps.language import N_
from qbapps.system import SystemClock

Item = TypeVar("Item")
Result = TypeVar("Result")

WORKERS: Final = 8
"""How many consents are under way at once: a network is mostly waiting."""

LIVING: Final = (ConnectionState.CONNECTED, ConnectionState.NEEDS_RECONNECT, ConnectionState.PAUSED)


def run(session: Session, *, clients: int, parent: Path) -> None:
    """Tell the whole story in a fresh folder below *parent*; the last line is the report's path."""
    started = time.monotonic()
    outcome = Outcome(folder=fresh_folder(parent.resolve()))
    with opened(outcome.folder, clients) as stage, closing(Browser()) as browser:
        shown.opening(session, stage, clients)
        connect(session, stage, browser, outcome)
        take_inventory(session, stage, outcome)
        look(session, stage)
        transfer(session, stage, browser, outcome)
        stop_app(session, stage, outcome)
        leave_to_people(session, stage, outcome)
        check_trail(session, stage, outcome)
        report(session, stage, outcome)
        audit(session, stage, outcome)
    outcome.seconds = time.monotonic() - started
    shown.closing_words(session, outcome)
    if session.as_json:
        session.document(outcome.summary())
    else:
        session.raw(str(outcome.report))


def connect(session: Session, stage: Stage, browser: Browser, outcome: Outcome) -> None:
    """Connect the firm and its clients, each by a consent over HTTP."""
    _ = session.words
    shown.chapter(session, 1, N_("Connect"))
    wanted = tuple(choose(stage))
    started = time.monotonic()
    with progress(session, _("Connecting"), len(wanted)) as step:
        outcome.connected += side_by_side(lambda one: browser.connect(stage, one), wanted, step)
    shown.connected(session, outcome.connected, time.monotonic() - started)


def take_inventory(session: Session, stage: Stage, outcome: Outcome) -> None:
    """Import the list that the firm has kept by hand."""
    shown.chapter(session, 2, N_("Take in the list kept by hand"))
    outcome.imported = stage.qb.import_inventory(stage.inventory, firm=FIRM)
    shown.imported(session, stage.inventory, outcome.imported)


def look(session: Session, stage: Stage) -> None:
    """Show the two lists, and who owns what."""
    shown.chapter(session, 3, N_("See what is connected, and to whom it belongs"))
    lists.lists(session, stage)


def transfer(session: Session, stage: Stage, browser: Browser, outcome: Outcome) -> None:
    """Somebody leaves: each connection passes to the successor, by a consent or by hand."""
    _ = session.words
    shown.chapter(session, 4, N_("Somebody leaves: transfer what they own"))
    qb = stage.qb
    today = SystemClock().now().date()
    qb.add_person(LEAVER, role=ROLES[LEAVER], firm=FIRM, left_on=today + timedelta(days=1))
    theirs = [one for one in qb.connections(owner=LEAVER) if one.state in LIVING]
    shown.leaving(session, LEAVER, SUCCESSOR, len(theirs))
    begun = [qb.begin_transfer(one.id, to=SUCCESSOR, by=PRINCIPAL) for one in theirs]
    outcome.by_hand += [one for one in begun if one.state is TransferState.AWAITING_HAND]
    sent = [one for one in begun if one.state is TransferState.PENDING]
    if sent:
        shown.message(session, qb.message(sent[0], lang=session.language))
    with progress(session, session.words.text(N_("Transferring")), len(sent)) as step:
        outcome.transferred += side_by_side(lambda one: browser.accept(stage, one, user=SUCCESSOR), sent, step)
    left = sum(one.state in LIVING for one in qb.connections(owner=LEAVER))
    shown.transferred(session, outcome, LEAVER, left)


def stop_app(session: Session, stage: Stage, outcome: Outcome) -> None:
    """Disconnect one app everywhere, with receipts."""
    _ = session.words
    app = stage.qb.app(STOPPED_APP)
    shown.chapter(session, 5, N_("Stop using {app}, everywhere"), app=app.name)
    living = [one for one in stage.qb.connections(app=STOPPED_APP) if one.state in LIVING]
    gone = next((one for one in reversed(living) if one.reach is Reach.API and one.realm_id), None)
    if gone is not None and app.client_id and gone.realm_id:
        stage.intuit.disconnect(app.client_id, gone.realm_id)
        shown.gone_already(session, gone, app)
    with progress(session, _("Disconnecting"), len(living)) as step:
        outcome.receipts += side_by_side(lambda one: _disconnect(stage, one.id), living, step)
    shown.receipts(session, outcome.receipts, app)


def _disconnect(stage: Stage, connection_id: str) -> Disconnection:
    return stage.qb.disconnect(connection_id, reason="switching_app", by=SUCCESSOR)


def leave_to_people(session: Session, stage: Stage, outcome: Outcome) -> None:
    """Show what only people can do."""
    shown.chapter(session, 6, N_("Left to do by hand"))
    outcome.work = tuple(
        TaskSteps(task=task, steps=stage.qb.steps(task, lang=session.language), valid_as_of=stage.qb.steps_as_of(task))
        for task in stage.qb.worklist(firm=FIRM)
    )
    lists.work(session, outcome.work)


def check_trail(session: Session, stage: Stage, outcome: Outcome) -> None:
    """Check that the trail is whole."""
    shown.chapter(session, 7, N_("Check the trail, and write the report"))
    outcome.events = sum(1 for _event in stage.qb.events())
    outcome.breaks = stage.qb.verify_events()
    shown.trail(session, outcome)


def report(session: Session, stage: Stage, outcome: Outcome) -> None:
    """Write the report."""
    qb = stage.qb
    outcome.report = write_report(
        stage.report,
        Report(
            generated_at=SystemClock().now(),
            firm=qb.firm(FIRM),
            apps=qb.apps(),
            clients=qb.clients(FIRM),
            connections=tuple(qb.connections(firm=FIRM)),
            transfers=qb.transfers(),
            disconnections=qb.disconnections(),
            tasks=outcome.work,
            refused=outcome.imported.refused,
            repeated=outcome.imported.repeated,
        ),
        session.language,
    )


def audit(session: Session, stage: Stage, outcome: Outcome) -> None:
    """Write an audit of what is connected now, where its packages are installed."""
    with suppress(ConfigurationError):
        outcome.audit = stage.qb.audit(firm=FIRM, lang=session.language).to_html(stage.report.with_name("audit.html"))


def side_by_side(work: Callable[[Item], Result], items: Sequence[Item], step: Callable[[], None]) -> list[Result]:
    """Do *work* on each of *items*, a few at a time, and return what came of it, in order."""

    def one(item: Item) -> Result:
        made = work(item)
        step()
        return made

    with ThreadPoolExecutor(WORKERS, thread_name_prefix="demo") as pool:
        return list(pool.map(one, items))


@contextmanager
def progress(session: Session, what: str, total: int) -> Iterator[Callable[[], None]]:
    """Give a function to call after each step; a bar moves where there is a terminal to see it."""
    console = session.err
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task(what, total=total)
        yield lambda: bar.advance(task)
