"""The approval of a plan by a second person."""

from __future__ import annotations

import json

import attrs

from qbapps.domain.events import Event, EventKind
from qbapps.domain.plan import PlanHead
from qbapps.domain.record import revise
from qbapps.errors import NotPermitted, PlanAltered
from qbapps.lifecycle import lookup
from qbapps.lifecycle.people import check_email, check_name
from qbapps.lifecycle.saving import retry_stale, save
from qbapps.ports import Change, Ports
from qbapps.values import as_utc, fold_email


def approved(ports: Ports, plan_id: str, approved_by: str | None) -> PlanHead:
    """
    Return the plan, approved of as far as it has to be. An approval that it has already stays as it is.

    Args:
        approved_by: Who approves of it: an e-mail address if the plan needs approval, else any name.

    Raises:
        ConfigurationError: *approved_by* is empty, or no address where one is needed.
        NotPermitted: It needs the approval of somebody else than its author; or who approves is known to have left.
        PlanAltered: The store holds an approval that nobody gave.
    """
    return retry_stale(lambda: _approved(ports, plan_id, approved_by))


def check(ports: Ports, head: PlanHead) -> None:
    """
    Check that the plan's approval, if the store holds one, was given to what the plan is.

    Raises:
        PlanAltered: Somebody wrote it into the database.
    """
    if (head.approved_by, head.approved_at, head.approval) == (None, None, None) or is_genuine(ports, head):
        return
    raise PlanAltered(
        f"Nobody gave the approval that the store holds of {head.id}.",
        hint="Make a new plan, and find out who writes to the database; or, after a change of keys, keep the old one.",
    )


def is_genuine(ports: Ports, head: PlanHead) -> bool:
    """Tell whether the plan's approval was signed with one of the vault's keys."""
    return head.approval is not None and ports.vault.verify(signed(head), head.approval)


def signed(head: PlanHead) -> bytes:
    """Return what an approval signs: which plan, who, and when."""
    at = None if head.approved_at is None else as_utc(head.approved_at).isoformat()
    return json.dumps(["approval", head.digest, head.approved_by, at]).encode()


def _approved(ports: Ports, plan_id: str, approved_by: str | None) -> PlanHead:
    head = lookup.plan(ports.store, plan_id)
    check(ports, head)
    if approved_by is not None:
        _check_approver(ports, head, approved_by)
        if head.approved_by is None:
            head = _approve(ports, head, approved_by)
    if head.needs_approval and head.approved_by is None:
        raise _needs_approval(head, f"{head.by} made it.")
    return head


def _check_approver(ports: Ports, head: PlanHead, who: str) -> None:
    if not head.needs_approval:
        check_name("approved_by", who)
        return
    check_email(who)
    if head.by is not None and fold_email(who) == fold_email(head.by):
        raise _needs_approval(head, f"{who} made it, and cannot approve of it too.")
    known = head.firm_id and ports.store.people(email=who, firm_id=head.firm_id)
    known = known or ports.store.people(email=who)
    today = ports.clock.now().date()
    if known and all(person.is_gone(today) for person in known):
        raise _needs_approval(head, f"{who} left on {known[0].left_on}.")


def _approve(ports: Ports, head: PlanHead, who: str) -> PlanHead:
    at = ports.clock.now()
    head = revise(head, approved_by=who, approved_at=at)
    # The same version: it is saved once.
    head = attrs.evolve(head, approval=ports.vault.sign(signed(head)))
    event = Event(stream=head.id, kind=EventKind.PLAN_APPROVED, at=at, by=who, details={"digest": head.digest})
    save(ports, Change(records=(head,), events=(event,)))
    return head


def _needs_approval(head: PlanHead, why: str) -> NotPermitted:
    return NotPermitted(
        f"{head.id} has to be approved of by somebody else than its author. {why}",
        hint="Let a second person look at it, and give approved_by=... with their address.",
        role="",
        needed=(),
    )
