"""
One row of a plan: checked against what it was bound to, then carried out, then recorded.

Whatever was done stays done: a row that was cut off between its effect and its record finds the
effect when it is tried again, for a disconnect asked twice gives the first receipt, and a connection
has one pending transfer.
"""

from __future__ import annotations

from collections.abc import Callable

import attrs

from qbapps.domain import policies
from qbapps.domain.disconnection import Disconnection, DisconnectionState, Proof
from qbapps.domain.limits import Limits
from qbapps.domain.parties import Reach
from qbapps.domain.plan import OPEN, Outcome, PlanAction, PlanHead, PlanItem, came_out, drift
from qbapps.domain.transfer import Transfer, TransferState
from qbapps.errors import QBAppsError, TransitionError
from qbapps.lifecycle import disconnect, lookup, transfer
from qbapps.lifecycle.saving import retry_stale, save
from qbapps.ports import Change, Ports
from qbapps.values import fold_email


@attrs.frozen
class _Found:
    """What came of a row."""

    outcome: Outcome
    note: str | None = None
    result_id: str | None = None
    url: str | None = None


def carry_out(ports: Ports, head: PlanHead, number: int, limits: Limits) -> PlanItem:
    """
    Do what the row says, if that is still to be done, and record what came of it; return the row.

    What goes wrong is the row's outcome, and stops no other row.
    """
    item = lookup.plan_item(ports.store, head.id, number)
    if item.outcome not in OPEN:
        return item
    try:
        found = _DO[item.action](ports, head, item, limits)
    except QBAppsError as error:
        found = _Found(Outcome.FAILED, f"{error.message} {error.hint}")
    return attrs.evolve(_record(ports, item, found), url=found.url)


def _record(ports: Ports, item: PlanItem, found: _Found) -> PlanItem:
    def beat() -> PlanItem:
        present = lookup.plan_item(ports.store, item.plan_id, item.number)
        if present.outcome not in OPEN:
            # Another run of the same plan was there at the same time.
            return present
        at = ports.clock.now()
        after = came_out(present, found.outcome, at, note=found.note, result_id=found.result_id)
        if after is not present:
            save(ports, Change(records=(after,)))
        return after

    return retry_stale(beat)


def _disconnect(ports: Ports, head: PlanHead, item: PlanItem, limits: Limits) -> _Found:
    receipt = ports.store.disconnection_of(item.connection_id, item.grant)
    if receipt is not None and receipt.state is DisconnectionState.DONE:
        return _of_receipt(receipt)
    changed = drift(item, lookup.connection(ports.store, item.connection_id))
    if changed is not None:
        return _Found(Outcome.DRIFTED, changed)
    if receipt is not None and receipt.state is DisconnectionState.AWAITING_HAND:
        return _of_receipt(receipt)
    if item.reach is Reach.API:
        ports.pace.take(item.app_id, item.realm_id, limits)
    try:
        receipt = disconnect.disconnect(
            ports,
            item.connection_id,
            reason=head.reason or "other",
            comment=head.comment,
            by=head.by,
            after=None,
            grant=item.grant,
        )
    except TransitionError:
        changed = drift(item, lookup.connection(ports.store, item.connection_id))
        if changed is None:
            raise
        return _Found(Outcome.DRIFTED, changed)
    return _of_receipt(receipt)


def _of_receipt(receipt: Disconnection) -> _Found:
    match receipt.state:
        case DisconnectionState.AWAITING_HAND:
            return _Found(Outcome.BY_HAND, result_id=receipt.id)
        case DisconnectionState.SCHEDULED:
            return _Found(Outcome.WAITING, f"It is denied here, and will be revoked on {receipt.due_at}.", receipt.id)
        case DisconnectionState.DONE if receipt.proof is not Proof.NONE or receipt.task_id is not None:
            return _Found(Outcome.DONE, result_id=receipt.id)
        case _:
            note = "It is denied here; whether Intuit has revoked it is not known. Apply the plan again to try again."
            return _Found(Outcome.FAILED, note, receipt.id)


def _transfer(ports: Ports, head: PlanHead, item: PlanItem, limits: Limits) -> _Found:  # noqa: ARG001 - it asks nothing of Intuit
    to = head.to or ""
    if item.result_id is not None and item.outcome in (Outcome.WAITING, Outcome.BY_HAND):
        return _of_transfer(ports, transfer.one(ports, item.result_id))
    ours = transfer.completed(ports, item.connection_id, to=to, since=head.created_at)
    if ours is not None:
        return _of_transfer(ports, ours)
    changed = drift(item, lookup.connection(ports.store, item.connection_id))
    if changed is not None:
        return _Found(Outcome.DRIFTED, changed)
    begun = transfer.open_transfer(ports, item.connection_id)
    if begun is not None and begun.created_at >= head.created_at and begun.to == fold_email(to):
        seen = transfer.one(ports, begun.id)
        if seen.state in (TransferState.PENDING, TransferState.AWAITING_HAND):
            return _of_transfer(ports, seen)
    begun = transfer.begin(
        ports, item.connection_id, to=to, by=head.by, expires_in=policies.TRANSFER_LIFETIME, grant=item.grant
    )
    return _of_transfer(ports, begun)


def _of_transfer(ports: Ports, present: Transfer) -> _Found:
    match present.state:
        case TransferState.COMPLETED:
            return _Found(Outcome.DONE, result_id=present.id)
        case TransferState.AWAITING_HAND:
            return _Found(Outcome.BY_HAND, result_id=present.id)
        case TransferState.PENDING:
            url = present.url or transfer.renew_link(ports, present.id).url
            return _Found(Outcome.WAITING, result_id=present.id, url=url)
        case _:
            ended = present.state.replace("_", " ")
            return _Found(Outcome.FAILED, f"The transfer ended: {ended}. Apply the plan again to ask anew.", present.id)


_DO: dict[PlanAction, Callable[[Ports, PlanHead, PlanItem, Limits], _Found]] = {
    PlanAction.DISCONNECT: _disconnect,
    PlanAction.TRANSFER: _transfer,
}
