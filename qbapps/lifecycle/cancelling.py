"""Calling a plan off: what was not begun is not done any more, and links that wait stop working."""

from __future__ import annotations

from qbapps.domain.events import Event, EventKind
from qbapps.domain.plan import OPEN, Outcome, PlanAction, PlanItem, came_out
from qbapps.domain.transfer import OPEN as PENDING
from qbapps.domain.whole_plan import PlanReport
from qbapps.lifecycle import applying, lookup, transfer
from qbapps.lifecycle.saving import retry_stale, save
from qbapps.ports import Change, Ports


def cancel(ports: Ports, plan_id: str, *, by: str | None) -> PlanReport:
    """
    Call off all rows of a plan that are not over, and cancel the transfers that it began.

    Disconnects that a person is asked to carry out by hand stay on the worklist: they are in force here.

    Raises:
        NotFoundError: There is no such plan.
    """
    head = lookup.plan(ports.store, plan_id)
    called_off = 0
    for item in ports.store.plan_items(plan_id, OPEN):
        if item.action is PlanAction.DISCONNECT and item.outcome is Outcome.BY_HAND:
            continue
        called_off += _call_off(ports, item)
    if called_off:
        event = Event(
            stream=plan_id,
            kind=EventKind.PLAN_CANCELLED,
            at=ports.clock.now(),
            by=by,
            details={"rows": called_off},
        )
        save(ports, Change(events=(event,)))
    return applying.report(ports, head)


def _call_off(ports: Ports, item: PlanItem) -> bool:
    if item.action is PlanAction.TRANSFER and item.result_id is not None:
        begun = lookup.transfer(ports.store, item.result_id)
        if begun.state in PENDING:
            transfer.cancel_transfer(ports, begun.id)

    def beat() -> bool:
        present = lookup.plan_item(ports.store, item.plan_id, item.number)
        if present.outcome not in OPEN:
            return False
        note = "The plan was called off."
        save(ports, Change(records=(came_out(present, Outcome.CANCELLED, ports.clock.now(), note=note),)))
        return True

    return retry_stale(beat)
