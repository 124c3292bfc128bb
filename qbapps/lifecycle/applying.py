"""Applying a plan: rows side by side, each recorded as it ends, until all are over or somebody stops it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator
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
from qbapps.lifecycle.saving import save
from qbapps.ports import Change, Ports

_log = logging.getLogger(__name__)

ROWS: Final = 8
"""Rows that are sent to another process together: a task there costs about half a millisecond by itself."""

AHEAD: Final = 2
"""Rows, or groups of rows, per worker that are handed out before one is over."""

Batch = tuple[tuple[int, Outcome, str | None], ...]
"""Rows that are over: number, outcome and link."""


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
    began: float = 0.0

    def over(self) -> tuple[str, str] | None:
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
        fed = self._fed(self.ports.store.plan_items(self.head.id, OPEN), size)
        flying: set[Future[Batch]] = set()
        feeding = True
        try:
            while feeding or flying:
                while feeding and len(flying) < self.workers * AHEAD:
                    numbers = next(fed, None)
                    if numbers is None:
                        feeding = False
                        break
                    flying.add(submit(numbers))
                over, flying = wait(flying, return_when=FIRST_COMPLETED)
                for future in over:
                    self._count(future.result())
        except KeyboardInterrupt:
            self._land(flying)
            return "cancelled", "It was interrupted; what was in flight has ended."
        except QBAppsError:
            self._land(flying)
            raise
        except Exception as error:  # noqa: BLE001 - whatever an executor raises, such as that a worker was lost for good
            self._land(flying)
            _log.exception("an executor failed", extra={"plan": self.head.id})
            return "executor", f"The executor failed: {type(error).__name__}."
        return None

    def _land(self, flying: set[Future[Batch]]) -> None:
        """Let what is in flight end, and count it; what has not begun is left. A second interruption leaves all."""
        for future in flying:
            future.cancel()
        for future in wait(flying).done:
            if not future.cancelled() and future.exception() is None:
                self._count(future.result())

    @staticmethod
    def _fed(rows: Iterator[PlanItem], size: int) -> Iterator[tuple[int, ...]]:
        while numbers := tuple(item.number for item in islice(rows, size)):
            yield numbers

    def _here(self, numbers: tuple[int, ...]) -> Batch:
        return rows_here(self.ports, self.head, numbers, self.limits)

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

    def _count(self, batch: Batch) -> None:
        for number, outcome, url in batch:
            self.count(outcome, number, url)
        self.tell()


def rows_here(ports: Ports, head: PlanHead, numbers: tuple[int, ...], limits: Limits) -> Batch:
    """Carry out these rows in this process."""
    carried = (plan_rows.carry_out(ports, head, number, limits) for number in numbers)
    return tuple((item.number, item.outcome, item.url) for item in carried)


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
        PlanAltered: The stored plan is not what was decided.
        NotPermitted: It needs the approval of somebody else than its author.
        PlanIncomplete: It was interrupted, or the canary died; the rows that are left are in the error's report.
    """
    if workers < 1:
        raise ConfigurationError(f"workers is {workers}.", hint="Give at least 1.")
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
    run.tell()
    first = canary.choose(ports, head) if with_canary else None
    if first is not None:
        sung = canary.sing(ports, head, first, limits)
        run.count(sung.item.outcome, sung.item.number, None)
        run.total += sung.item.outcome in OPEN
        run.tell()
        if sung.why_stop is not None:
            raise _stopped(ports, run, "canary", sung.why_stop)
    ended = run.over()
    if ended is not None:
        raise _stopped(ports, run, *ended)
    return report(ports, head, links=run.links, run=run)


def report(
    ports: Ports,
    head: PlanHead,
    *,
    links: dict[int, str] | None = None,
    run: _Run | None = None,
    stopped: str | None = None,
    why: str | None = None,
) -> PlanReport:
    """Return where a plan stands; after a *run*, the trail says so too."""
    counts = ports.store.plan_outcomes(head.id)
    if run is not None and run.total:
        details = {str(outcome): count for outcome, count in sorted(counts.items())}
        kind = EventKind.PLAN_APPLIED if stopped is None else EventKind.PLAN_STOPPED
        event = Event(
            stream=head.id,
            kind=kind,
            at=ports.clock.now(),
            by=head.approved_by or head.by,
            details={**details, **({} if stopped is None else {"stopped": stopped})},
        )
        save(ports, Change(events=(event,)))

    def read(outcomes: Collection[Outcome]) -> tuple[PlanItem, ...]:
        return tuple(ports.store.plan_items(head.id, outcomes))

    return PlanReport(head=head, counts=counts, stopped=stopped, why=why, links=links or {}, read=read)


def _stopped(ports: Ports, run: _Run, stopped: str, why: str) -> PlanIncomplete:
    found = report(ports, run.head, links=run.links, run=run, stopped=stopped, why=why)
    left = found.counts.get(Outcome.PLANNED, 0)
    hint = (
        "Look at explain() of those; apply the plan again without the canary to go on nonetheless."
        if stopped == "canary"
        else "Apply the plan again to go on where it was."
    )
    return PlanIncomplete(f"{run.head.id} was stopped with {left} rows left. {why}", hint=hint, report=found)
