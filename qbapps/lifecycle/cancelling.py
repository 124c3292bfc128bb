"""Calling a plan off: what was not begun is not done any more, and links that wait stop working."""

from __future__ import annotations

from qbapps.domain.events import Event, EventKind
from qbapps.domain.plan import OPEN, Outcome, PlanAction, PlanHead, PlanItem
from qbapps.domain.whole_plan import PlanReport
from qbapps.lifecycle import applying, lookup, plan_rows
from qbapps.lifecycle.plan_rows import Found
from qbapps.lifecycle.saving import save
from qbapps.ports import Change, Ports

CALLED_OFF = Found(Outcome.CANCELLED, "The plan was called off.")


def cancel(ports: Ports, plan_id: str, *, by: str | None) -> PlanReport:
    """
    Call off all rows of a plan that are not over, and cancel the transfers that it began.

    What is in force here already stays as it is: disconnects that a person is asked to carry out, that
    are delayed, or that Intuit has not confirmed.

    Raises:
        NotFoundError: There is no such plan.
    """
    head = lookup.plan(ports.store, plan_id)
    called_off = sum(_call_off(ports, head, item) for item in ports.store.plan_items(plan_id, OPEN))
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


def _call_off(ports: Ports, head: PlanHead, item: PlanItem) -> bool:
    found = plan_rows.look(ports, head, item)
    if found is not None and item.action is PlanAction.TRANSFER and found.outcome is not Outcome.DONE:
        plan_rows.end_transfer(ports, found.result_id)
        # It may have been completed at that very moment.
        found = plan_rows.look(ports, head, item)
        found = found if found is not None and found.outcome is Outcome.DONE else None
    if found is None and _is_in_force(ports, item):
        return False
    return plan_rows.record(ports, item, found or CALLED_OFF).outcome is Outcome.CANCELLED


def _is_in_force(ports: Ports, item: PlanItem) -> bool:
    """Tell whether the row's disconnect was begun: the connection is denied here, and stays so."""
    if item.action is PlanAction.TRANSFER:
        return False
    return ports.store.disconnection_of(item.connection_id, item.grant) is not None
