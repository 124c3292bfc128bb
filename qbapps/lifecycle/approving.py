"""The approval of a plan by a second person."""

from __future__ import annotations

from qbapps.domain.events import Event, EventKind
from qbapps.domain.plan import PlanHead
from qbapps.domain.record import revise
from qbapps.errors import NotPermitted
from qbapps.lifecycle import lookup
from qbapps.lifecycle.saving import retry_stale, save
from qbapps.ports import Change, Ports
from qbapps.values import fold_email


def approved(ports: Ports, plan_id: str, approved_by: str | None) -> PlanHead:
    """
    Return the plan, approved of as far as it has to be.

    Raises:
        NotPermitted: It needs the approval of somebody else than its author.
    """
    return retry_stale(lambda: _approved(ports, plan_id, approved_by))


def _approved(ports: Ports, plan_id: str, approved_by: str | None) -> PlanHead:
    """Return the plan, approved of as far as it has to be."""
    head = lookup.plan(ports.store, plan_id)
    if approved_by is not None and head.approved_by is None:
        if head.by is not None and fold_email(approved_by) == fold_email(head.by):
            raise _needs_approval(head, f"{approved_by} made it, and cannot approve of it too.")
        at = ports.clock.now()
        head = revise(head, approved_by=approved_by, approved_at=at)
        event = Event(
            stream=head.id,
            kind=EventKind.PLAN_APPROVED,
            at=at,
            by=approved_by,
            details={"digest": head.digest},
        )
        save(ports, Change(records=(head,), events=(event,)))
    if head.needs_approval and head.approved_by is None:
        raise _needs_approval(head, f"{head.by} made it.")
    return head


def _needs_approval(head: PlanHead, why: str) -> NotPermitted:
    return NotPermitted(
        f"{head.id} has to be approved of by somebody else than its author. {why}",
        hint="Let a second person look at it, and give approved_by=... with their address.",
        role="",
        needed=(),
    )
