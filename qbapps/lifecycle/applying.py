"""Applying a plan: rows side by side, each recorded as it ends, until all are over or somebody stops it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import Final

import attrs

from qbapps.domain.events import Event, EventKind
from qbapps.domain.limits import Limits
from qbapps.domain.plan import OPEN, Digest, Outcome, PlanHead, PlanItem
from qbapps.domain.reports import Progress
from qbapps.domain.whole_plan import PlanReport
from qbapps.errors import ConfigurationError, PlanIncomplete, QBAppsError
from qbapps.lifecycle import approving, canary, lookup, plan_rows, planning
from qbapps.lifecycle.plan_rows import Begin
from qbapps.lifecycle.saving import save
from qbapps.ports import Change, Ports

_log = logging.getLogger(__name__)

ROWS: Final = 8
"""Rows that are sent to another process together: a task there costs about half a millisecond by itself."""

AHEAD: Final = 2
"""Rows, or groups of rows, per worker that are handed out before one is over."""

Batch = tuple[tuple[int, Outcome, str | None], ...]
"""Rows that are over: number, outcome and link."""


class _Lost(Exception):
    """Rows were handed to an executor that failed."""


@attrs.define
class _Run:
    """What one run of a plan needs to know."""

    ports: Ports
    head: PlanHead
    workers: int
    limits: Limits
    executor: Executor | None
    progress: Callable[[Progress], None] | None
    total: int
    done: int = 0
    failed: int = 0
    links: dict[int, str] = attrs.field(factory=dict)
    over_already: set[int] = attrs.field(factory=set)
    began: float = 0.0
    is_off: threading.Event = attrs.field(factory=threading.Event)

    def all(self) -> tuple[str, str] | None:
        """Carry out all rows that are not over; return why it ended before, if it did."""
        if self.executor is None or isinstance(self.executor, ThreadPoolExecutor):
            own = self.executor is None
            pool = self.executor or ThreadPoolExecutor(self.workers, thread_name_prefix="qbapps plan")
            try:
                return self._feed(1, lambda numbers: pool.submit(self._here, numbers))
            finally:
                if own:
                    pool.shutdown(wait=True, cancel_futures=True)
        far = self.executor
        return self._feed(ROWS, lambda numbers: far.submit(self.ports.elsewhere, self.head.id, numbers, self.limits))

    def _feed(self, size: int, submit: Callable[[tuple[int, ...]], Future[Batch]]) -> tuple[str, str] | None:
        fed = self._fed(size)
        flying: set[Future[Batch]] = set()
        try:
            while self._hand_out(fed, submit, flying):
                for future in wait(flying, return_when=FIRST_COMPLETED).done:
                    self._take_in(flying, future)
                    self.tell()
        except KeyboardInterrupt:
            self._land(flying)
            return "cancelled", "It was interrupted; what was in flight has ended."
        except _Lost as lost:
            self._land(flying)
            _log.error("an executor failed", extra={"plan": self.head.id}, exc_info=lost.__cause__)
            return "executor", f"The executor failed: {type(lost.__cause__).__name__}."
        except BaseException:
            self._land(flying)
            raise
        return None

    def _fed(self, size: int) -> Iterator[tuple[int, ...]]:
        rows = self.ports.store.plan_items(self.head.id, OPEN)
        left = (item.number for item in rows if item.number not in self.over_already)
        while numbers := tuple(islice(left, size)):
            yield numbers

    def _hand_out(
        self,
        fed: Iterator[tuple[int, ...]],
        submit: Callable[[tuple[int, ...]], Future[Batch]],
        flying: set[Future[Batch]],
    ) -> bool:
        """Hand out rows until enough are in flight; False when none is, and none is left."""
        while len(flying) < self.workers * AHEAD and (numbers := next(fed, None)) is not None:
            try:
                flying.add(submit(numbers))
            except Exception as error:
                raise _Lost from error
        return bool(flying)

    def _take_in(self, flying: set[Future[Batch]], future: Future[Batch]) -> None:
        """Count what has ended; it flies no more."""
        flying.discard(future)
        try:
            batch = future.result()
        except QBAppsError:
            raise
        except Exception as error:
            raise _Lost from error
        for number, outcome, url in batch:
            if outcome is not Outcome.PLANNED:
                self.count(outcome, number, url)

    def _land(self, flying: set[Future[Batch]]) -> None:
        """Let what is in flight end, and count it; what has not begun, or still waits for its turn, is left."""
        self.is_off.set()
        for future in flying:
            future.cancel()
        for future in wait(flying).done:
            if not future.cancelled() and future.exception() is None:
                self._take_in(flying, future)

    def _here(self, numbers: tuple[int, ...]) -> Batch:
        return rows_here(self.ports, self.head, numbers, self.begin)

    def begin(self, item: PlanItem) -> bool:
        """Wait until a row may be sent; False when the run has ended meanwhile."""
        return self.ports.pace.take(item.app_id, item.realm_id, self.limits, self.is_off.is_set)

    def tell(self) -> None:
        """Tell the caller how far the run is."""
        if self.progress is None:
            return
        taken = self.ports.elapsed() - self.began
        eta = taken / self.done * (self.total - self.done) if self.done else None
        self.progress(Progress(done=self.done, failed=self.failed, total=self.total, eta=eta))

    def count(self, outcome: Outcome, number: int, url: str | None) -> None:
        """Count a row that is over."""
        self.done += 1
        self.failed += outcome in (Outcome.FAILED, Outcome.DRIFTED)
        if url is not None:
            self.links[number] = url

    def first(self, item: PlanItem) -> None:
        """Count a row of the canary: it is over, however it came out."""
        self.over_already.add(item.number)
        self.count(item.outcome, item.number, None)
        self.tell()


def rows_here(ports: Ports, head: PlanHead, numbers: tuple[int, ...], begin: Begin) -> Batch:
    """Carry out these rows in this process."""
    carried = (plan_rows.carry_out(ports, head, number, begin) for number in numbers)
    return tuple((item.number, item.outcome, item.url) for item in carried)


def rows_elsewhere(ports: Ports, plan_id: str, numbers: tuple[int, ...], limits: Limits) -> Batch:
    """Carry out rows that another process, which applies the plan, has handed to this one."""
    head = lookup.plan(ports.store, plan_id)
    return rows_here(
        ports, head, numbers, lambda item: ports.pace.take(item.app_id, item.realm_id, limits, lambda: False)
    )


def apply(
    ports: Ports,
    plan_id: str,
    *,
    workers: int,
    progress: Callable[[Progress], None] | None,
    with_canary: bool,
    executor: Executor | None,
    approved_by: str | None,
    limits: Limits,
) -> PlanReport:
    """
    Carry out what is left of a stored plan; see ``QBApps.apply``.

    Raises:
        ConfigurationError: An argument is none of its kind.
        PlanAltered: The stored plan is not what was decided.
        NotPermitted: It needs the approval of somebody else than its author.
        PlanIncomplete: It was interrupted, or the canary died; the rows that are left are in the error's report.
    """
    _check(plan_id, workers, limits)
    head = lookup.plan(ports.store, plan_id)
    planning.check(ports, head, Digest(head).add_all(ports.store.plan_items(plan_id)))
    head = approving.approved(ports, plan_id, approved_by)
    counts = ports.store.plan_outcomes(plan_id)
    run = _Run(
        ports=ports,
        head=head,
        workers=workers,
        limits=limits,
        executor=executor,
        progress=progress,
        total=sum(counts.get(outcome, 0) for outcome in OPEN),
        began=ports.elapsed(),
    )
    try:
        run.tell()
        why = canary.why_stop(ports, head, run.begin, run.first) if with_canary else None
    except KeyboardInterrupt:
        raise _stopped(ports, run, "cancelled", "It was interrupted.") from None
    if why is not None:
        raise _stopped(ports, run, "canary", why)
    ended = run.all()
    if ended is not None:
        raise _stopped(ports, run, *ended)
    _tell_trail(ports, run, EventKind.PLAN_APPLIED)
    return report(ports, head, links=run.links)


def _check(plan_id: str, workers: int, limits: Limits) -> None:
    """Check what callers confuse most easily."""
    if not isinstance(plan_id, str):
        raise ConfigurationError("apply was not given the id of a plan.", hint="Give plan.id.")
    if not isinstance(workers, int) or workers < 1:
        raise ConfigurationError(f"workers is {workers!r}.", hint="Give a whole number, at least 1.")
    if not isinstance(limits, Limits):
        raise ConfigurationError(f"limits is {limits!r}.", hint="Give qbapps.Limits(per_app=..., per_company=...).")


def report(
    ports: Ports,
    head: PlanHead,
    *,
    links: Mapping[int, str] | None = None,
    stopped: str | None = None,
    why: str | None = None,
) -> PlanReport:
    """Return where a plan stands."""

    def read(outcomes: Collection[Outcome]) -> tuple[PlanItem, ...]:
        return tuple(ports.store.plan_items(head.id, outcomes))

    counts = ports.store.plan_outcomes(head.id)
    return PlanReport(head=head, counts=counts, stopped=stopped, why=why, links=links or {}, read=read)


def _tell_trail(ports: Ports, run: _Run, kind: EventKind, **more: str) -> None:
    """Record that a run is over, and where the plan stands; one that found nothing to do is not worth it."""
    if not run.total:
        return
    counts = {str(outcome): count for outcome, count in sorted(ports.store.plan_outcomes(run.head.id).items())}
    event = Event(
        stream=run.head.id,
        kind=kind,
        at=ports.clock.now(),
        by=run.head.approved_by or run.head.by,
        details={**counts, **more},
    )
    save(ports, Change(events=(event,)))


def _stopped(ports: Ports, run: _Run, stopped: str, why: str) -> PlanIncomplete:
    _tell_trail(ports, run, EventKind.PLAN_STOPPED, stopped=stopped)
    found = report(ports, run.head, links=run.links, stopped=stopped, why=why)
    left = found.counts.get(Outcome.PLANNED, 0)
    hint = (
        "Look at explain() of those; apply the plan again without the canary to go on nonetheless."
        if stopped == "canary"
        else "Apply the plan again to go on where it was."
    )
    return PlanIncomplete(f"{run.head.id} was stopped with {left} rows left. {why}", hint=hint, report=found)
