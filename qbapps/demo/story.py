"""The story, chapter by chapter; each does one thing through the library and says what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from qbapps.cli.session import Session
from qbapps.demo import shown
from qbapps.demo.consents import Browser, choose
from qbapps.demo.outcome import Outcome
from qbapps.demo.stage import FIRM, LEAVER, ROLES, STOPPED_APP, SUCCESSOR, Stage, fresh_folder, opened
from qbapps.domain.disconnection import Disconnection
from qbapps.domain.states import ConnectionState
from qbapps.domain.transfer import TransferState
from qbapps.export.report import Report, TaskSteps, write_report
from qbapps.language import N_
from qbapps.system import SystemClock

LIVING = (ConnectionState.CONNECTED, ConnectionState.NEEDS_RECONNECT, ConnectionState.PAUSED)


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
    outcome.seconds = time.monotonic() - started
    shown.closing_words(session, outcome)
    if session.as_json:
        session.document(outcome.summary())
    else:
        session.raw(str(outcome.report))


def connect(session: Session, stage: Stage, browser: Browser, outcome: Outcome) -> None:
    """Connect the firm and its clients, each by a consent over HTTP."""
    shown.chapter(session, 1, N_("Connect"))
    wanted = tuple(choose(stage))
    started = time.monotonic()
    with progress(session, session.words("Connecting"), len(wanted)) as step:
        for one in wanted:
            outcome.connected.append(browser.connect(stage, one))
            step()
    shown.connected(session, outcome.connected, time.monotonic() - started)


def take_inventory(session: Session, stage: Stage, outcome: Outcome) -> None:
    """Import the list that the firm has kept by hand."""
    shown.chapter(session, 2, N_("Take in the list kept by hand"))
    outcome.imported = stage.qb.import_inventory(stage.inventory, firm=FIRM)
    shown.imported(session, stage.inventory, outcome.imported)


def look(session: Session, stage: Stage) -> None:
    """Show the two lists, and who owns what."""
    shown.chapter(session, 3, N_("See what is connected, and to whom it belongs"))
    shown.lists(session, stage)


def transfer(session: Session, stage: Stage, browser: Browser, outcome: Outcome) -> None:
    """Somebody leaves: each connection passes to the successor, by a consent or by hand."""
    shown.chapter(session, 4, N_("Somebody leaves: transfer what they own"))
    qb = stage.qb
    today = SystemClock().now().date()
    qb.add_person(LEAVER, role=ROLES[LEAVER], firm=FIRM, left_on=today + timedelta(days=1))
    theirs = [one for one in qb.connections(owner=LEAVER) if one.state in LIVING]
    shown.leaving(session, LEAVER, SUCCESSOR, len(theirs))
    message_shown = False
    with progress(session, session.words("Transferring"), len(theirs)) as step:
        for one in theirs:
            begun = qb.begin_transfer(one.id, to=SUCCESSOR, by="j.durand@durand.example")
            if begun.state is TransferState.AWAITING_HAND or begun.url is None:
                outcome.by_hand.append(begun)
            else:
                if not message_shown:
                    shown.message(session, qb.message(begun, lang=session.language))
                    message_shown = True
                outcome.transferred.append(qb.complete(browser.agree(begun.url, user=SUCCESSOR, realm_id=one.realm_id)))
            step()
    left = sum(one.state in LIVING for one in qb.connections(owner=LEAVER))
    shown.transferred(session, outcome, LEAVER, left)


def stop_app(session: Session, stage: Stage, outcome: Outcome) -> None:
    """Disconnect one app everywhere, with receipts."""
    app = stage.qb.app(STOPPED_APP)
    shown.chapter(session, 5, N_("Stop using {app}, everywhere"), app=app.name)
    living = [one for one in stage.qb.connections(app=STOPPED_APP) if one.state in LIVING]
    with progress(session, session.words("Disconnecting"), len(living)) as step:
        for one in living:
            outcome.receipts.append(_disconnect(stage, one.id))
            step()
    shown.receipts(session, outcome.receipts, app)


def _disconnect(stage: Stage, connection_id: str) -> Disconnection:
    return stage.qb.disconnect(connection_id, reason="switching_app", by="j.durand@durand.example")


def leave_to_people(session: Session, stage: Stage, outcome: Outcome) -> None:
    """Show what only people can do."""
    shown.chapter(session, 6, N_("Left to do by hand"))
    outcome.work = tuple(
        TaskSteps(task=task, steps=stage.qb.steps(task, lang=session.language)) for task in stage.qb.worklist(firm=FIRM)
    )
    shown.work(session, outcome.work)


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
