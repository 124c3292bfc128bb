"""Keeping idle connections alive before their refresh tokens run out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import attrs

from qbapps.domain import upkeep
from qbapps.domain.connection import Connection
from qbapps.domain.diagnosis import OF_THE_COMPANY
from qbapps.domain.events import Event, EventKind
from qbapps.domain.parties import Reach
from qbapps.domain.reports import Progress, RefreshReport
from qbapps.domain.states import ConnectionState
from qbapps.errors import ReconnectRequired
from qbapps.lifecycle import gathering
from qbapps.lifecycle.pacing import Fate, Outcome, Run
from qbapps.lifecycle.saving import save
from qbapps.ports import Change, ConnectionFilter, Ports

_LIVE = (ConnectionState.CONNECTED, ConnectionState.PAUSED)


@attrs.define
class _Found:
    """What a look at all connections gives."""

    idle: list[Connection] = attrs.field(factory=list)
    marked: list[Connection] = attrs.field(factory=list)
    expiring: list[str] = attrs.field(factory=list)


def refresh_due(
    ports: Ports, *, within: timedelta, progress: Callable[[Progress], None] | None = None
) -> RefreshReport:
    """
    Refresh the connections whose refresh token ends within *within* if it stays unused.

    A connection that fails does not stop the others; an app whose keys are refused, or that gets no
    answers, is left alone. Each pair is saved as it comes, so a run that is killed goes on where it
    was when it is run again.
    """
    at = ports.clock.now()
    found = _look(ports, at)
    due = upkeep.due(found.idle, at, within)
    run, told = Run(ports), _Told(ports, progress, len(due) + len(found.marked))
    # What was refused before comes last: were it refused again, it would say nothing about the others.
    outcomes = [*told.as_they_come(run, due), *told.as_they_come(run, found.marked)]
    return _report(outcomes, run, found, skipped=len(found.idle) - len(due))


@attrs.define
class _Told:
    """Tells the caller how far the run is."""

    ports: Ports
    progress: Callable[[Progress], None] | None
    total: int
    done: int = 0
    failed: int = 0
    began: float = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.began = self.ports.elapsed()
        self._tell()

    def as_they_come(self, run: Run, connections: Sequence[Connection]) -> list[Outcome]:
        outcomes = []
        for outcome in run.over(connections):
            outcomes.append(outcome)
            self.done += 1
            self.failed += outcome.fate is Fate.FAILED
            self._tell()
        return outcomes

    def _tell(self) -> None:
        if self.progress is None or not self.total:
            return
        taken = self.ports.elapsed() - self.began
        eta = taken / self.done * (self.total - self.done) if self.done else None
        self.progress(Progress(done=self.done, failed=self.failed, total=self.total, eta=eta))


def _look(ports: Ports, at: datetime) -> _Found:
    found = _Found()
    for connection in ports.store.connections(ConnectionFilter(reach=Reach.API)):
        if connection.state in _LIVE and upkeep.caps_soon(connection, at):
            found.expiring.append(connection.id)
            _tell_expiring(ports, connection, at)
        if connection.state in _LIVE or _outlives(connection):
            found.idle.append(connection)
        elif gathering.may_try_again(ports, connection):
            found.marked.append(connection)
    return found


def _outlives(connection: Connection) -> bool:
    """Tell whether the pair lives on although the company is closed to us: it may open again."""
    return connection.state is ConnectionState.NEEDS_RECONNECT and connection.cause in OF_THE_COMPANY


def _report(outcomes: Sequence[Outcome], run: Run, found: _Found, *, skipped: int) -> RefreshReport:
    marked = {one.id for one in found.marked}
    by_fate: dict[Fate, list[str]] = {fate: [] for fate in Fate}
    failed, refused = [], []
    for outcome in outcomes:
        by_fate[outcome.fate].append(outcome.connection.id)
        if outcome.error is None:
            continue
        if outcome.connection.id in marked and isinstance(outcome.error, ReconnectRequired):
            refused.append(outcome.connection.id)
        else:
            failed.append((outcome.connection.id, outcome.error.message))
    return RefreshReport(
        refreshed=tuple(by_fate[Fate.REFRESHED]),
        failed=tuple(failed),
        expiring=tuple(found.expiring),
        skipped=skipped + len(by_fate[Fate.MEANWHILE]),
        revived=tuple(one for one in by_fate[Fate.REFRESHED] if one in marked),
        refused=tuple(refused),
        stopped=tuple(sorted(run.stopped.items())),
        left=tuple(by_fate[Fate.LEFT]),
    )


def _tell_expiring(ports: Ports, connection: Connection, at: datetime) -> None:
    """Say once at each lead that the consent ends for good; what was said stands in the events."""
    cap = connection.refresh_hard_expires_at
    if cap is None:
        return
    before = ports.store.latest_events(connection.id).get(EventKind.EXPIRING)
    same = before is not None and before.details.get("hard_expires_at") == str(cap)
    if before is not None and same and upkeep.alerts(cap, before.at) >= upkeep.alerts(cap, at):
        return
    event = Event(
        stream=connection.id,
        kind=EventKind.EXPIRING,
        at=at,
        details={"hard_expires_at": str(cap), "days_left": max((cap - at).days, 0)},
    )
    save(ports, Change(events=(event,)))
