"""
One row of a plan: checked against what it was bound to, then carried out, then recorded.

Whatever was done stays done: a row that was cut off between its effect and its record finds the
effect when it is tried again, for a disconnect asked twice gives the first receipt, and a connection
has one pending transfer.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

import attrs

from qbapps.domain import policies
from qbapps.domain.connection import Connection, Kind
from qbapps.domain.disconnection import Disconnection, DisconnectionState, Proof, is_settled
from qbapps.domain.parties import Reach
from qbapps.domain.plan import OPEN, Outcome, PlanAction, PlanHead, PlanItem, came_out, drift
from qbapps.domain.states import ConnectionState
from qbapps.domain.transfer import Transfer, TransferState
from qbapps.errors import QBAppsError, TransitionError
from qbapps.lifecycle import disconnect, lookup, transfer
from qbapps.lifecycle.saving import retry_stale, save
from qbapps.ports import Change, Ports
from qbapps.values import fold_email

_log = logging.getLogger(__name__)

_BEGUN: Final = (Outcome.WAITING, Outcome.BY_HAND)
_OF_STATE: Final = {
    TransferState.COMPLETED: Outcome.DONE,
    TransferState.AWAITING_HAND: Outcome.BY_HAND,
    TransferState.PENDING: Outcome.WAITING,
}
_UNKNOWN: Final = "It is denied here; whether Intuit has revoked it is not known. Apply the plan again to try again."
_ENDED: Final = "It was disconnected."
_TO_REMOVE: Final = "It is denied here; a person has to remove it from its computer."
_THEIRS: Final = "Somebody else consented, and the connection is theirs now. Make a new plan if it is to be passed on."


Begin = Callable[[PlanItem], bool]
"""Waits until a row may be sent; False when the run has ended meanwhile."""


class _Off(Exception):
    """The run ended before the row was begun."""


@attrs.frozen
class Found:
    """
    What came of a row.

    Attributes:
        url: A fresh link for the new owner.
    """

    outcome: Outcome
    note: str | None = None
    result_id: str | None = None
    url: str | None = attrs.field(default=None, repr=False)


def carry_out(ports: Ports, head: PlanHead, number: int, begin: Begin) -> PlanItem:
    """
    Do what the row says, if that is still to be done, and record what came of it; return the row.

    What goes wrong is the row's outcome, and stops no other row.

    Args:
        begin: Waits until the row may be sent; the row is left as it is when it may not any more.
    """
    item = lookup.plan_item(ports.store, head.id, number)
    if item.outcome not in OPEN:
        return item
    try:
        found = _DO[item.action](ports, head, item, begin)
    except _Off:
        return item
    except QBAppsError as error:
        found = Found(Outcome.FAILED, f"{error.message} {error.hint}")
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this row's
        # A mistake of ours, or in what is kept of this one row: the other rows are not to suffer for it.
        _log.exception("a row of a plan failed", extra={"plan": head.id, "row": number})
        found = Found(Outcome.FAILED, f"Unforeseen: {type(error).__name__}. The log says more.")
    recorded = record(ports, item, found)
    if recorded.outcome is Outcome.CANCELLED and found.outcome in _BEGUN and item.action is PlanAction.TRANSFER:
        # The plan was called off while its link was being made.
        end_transfer(ports, found.result_id)
    return attrs.evolve(recorded, url=found.url)


def record(ports: Ports, item: PlanItem, found: Found) -> PlanItem:
    """Save what came of the row, and return it; what another run of the plan has found out meanwhile stays."""

    def beat() -> PlanItem:
        present = lookup.plan_item(ports.store, item.plan_id, item.number)
        overtaken = present.version != item.version and present.outcome in _BEGUN and found.outcome is Outcome.FAILED
        if present.outcome not in OPEN or overtaken:
            return present
        at = ports.clock.now()
        after = came_out(present, found.outcome, at, note=found.note, result_id=found.result_id)
        if after is not present:
            save(ports, Change(records=(after,)))
        return after

    return retry_stale(beat)


def look(ports: Ports, head: PlanHead, item: PlanItem) -> Found | None:
    """Return what has come of the row already, if anything has; nothing is begun or sent."""
    if item.action is PlanAction.TRANSFER:
        begun = _own_transfer(ports, head, item)
        return None if begun is None else _of_transfer(begun, seen_before=item.outcome is Outcome.FAILED)
    receipt = ports.store.disconnection_of(item.connection_id, item.grant)
    if receipt is None:
        return None
    waits = receipt.state in (DisconnectionState.AWAITING_HAND, DisconnectionState.SCHEDULED)
    return _of_receipt(ports, receipt) if waits or is_settled(receipt) else None


def end_transfer(ports: Ports, transfer_id: str | None) -> None:
    """Let the link of a transfer stop working, if it still waits for somebody."""
    if transfer_id is None:
        return
    try:
        transfer.cancel_transfer(ports, transfer_id)
    except TransitionError:
        # It has just ended by itself.
        return


def _disconnect(ports: Ports, head: PlanHead, item: PlanItem, begin: Begin) -> Found:
    found = look(ports, head, item)
    if found is not None:
        return found
    present = lookup.connection(ports.store, item.connection_id)
    changed = drift(item, present)
    if changed is None and present.kind is not Kind.ONLINE and present.state is ConnectionState.DISCONNECTED:
        # One that was wanted once has ended by itself: there is no receipt of that.
        changed = _ENDED
    if changed is not None:
        return Found(Outcome.DRIFTED, changed)
    if item.reach is Reach.API and not begin(item):
        raise _Off
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
        return Found(Outcome.DRIFTED, changed)
    return _of_receipt(ports, receipt)


def _of_receipt(ports: Ports, receipt: Disconnection) -> Found:
    match receipt.state:
        case DisconnectionState.AWAITING_HAND:
            is_desktop = receipt.realm_id is None and ports.desktop.link(receipt.connection_id) is not None
            return Found(Outcome.BY_HAND, _TO_REMOVE if is_desktop else None, receipt.id)
        case DisconnectionState.SCHEDULED:
            due = f"{receipt.due_at:%Y-%m-%d %H:%M} UTC"
            return Found(Outcome.WAITING, f"It is denied here, and will be revoked on {due}.", receipt.id)
        case DisconnectionState.DONE if is_settled(receipt) and (receipt.proof is not Proof.NONE or receipt.task_id):
            return Found(Outcome.DONE, result_id=receipt.id)
        case _:
            return Found(Outcome.FAILED, _UNKNOWN, receipt.id)


def _transfer(ports: Ports, head: PlanHead, item: PlanItem, _: Begin) -> Found:
    found = look(ports, head, item)
    if found is not None and found.outcome not in _BEGUN:
        return found
    connection = lookup.connection(ports.store, item.connection_id)
    changed = _changed(item, connection)
    if changed is not None:
        if found is not None:
            end_transfer(ports, found.result_id)
        return Found(Outcome.DRIFTED, changed)
    if found is not None:
        return _with_link(ports, found)
    try:
        begun = transfer.begin(
            ports,
            item.connection_id,
            to=head.to or "",
            by=head.by,
            expires_in=policies.TRANSFER_LIFETIME,
            grant=item.grant,
        )
    except TransitionError:
        # Another run of the plan may have been faster.
        found = look(ports, head, attrs.evolve(item, outcome=Outcome.FAILED))
        if found is None:
            raise
        return _with_link(ports, found)
    return attrs.evolve(_of_transfer(begun) or Found(Outcome.WAITING), url=begun.url)


def _changed(item: PlanItem, connection: Connection) -> str | None:
    """Return what keeps the connection from being passed on as was decided."""
    if connection.state is ConnectionState.DISCONNECTED:
        return _ENDED
    return drift(item, connection)


def _with_link(ports: Ports, found: Found) -> Found:
    """Return *found* with a fresh link where a new owner is waited for; the older ones stop working."""
    if found.outcome is not Outcome.WAITING or found.result_id is None:
        return found
    return attrs.evolve(found, url=transfer.renew_link(ports, found.result_id).url)


def _own_transfer(ports: Ports, head: PlanHead, item: PlanItem) -> Transfer | None:
    """Return the newest transfer that the plan began for the row, as it stands now."""
    to, since = fold_email(head.to or ""), head.created_at - policies.CLOCK_TOLERANCE
    begun = [
        one
        for one in ports.store.transfers(connection_id=item.connection_id)
        if one.to == to and one.created_at >= since
    ]
    newest = max(begun, key=lambda one: (one.created_at, one.id), default=None)
    return None if newest is None else transfer.one(ports, newest.id)


def _of_transfer(present: Transfer, *, seen_before: bool = False) -> Found | None:
    """
    Return what a transfer makes of its row; None when it is over and a new one is due.

    Args:
        seen_before: The row says already that it ended otherwise than was asked.
    """
    outcome = _OF_STATE.get(present.state)
    if outcome is not None:
        return Found(outcome, result_id=present.id)
    if present.state is TransferState.EXPIRED or seen_before:
        return None
    if present.state is TransferState.WRONG_OWNER:
        return Found(Outcome.FAILED, _THEIRS, present.id)
    ended = present.state.replace("_", " ")
    return Found(Outcome.FAILED, f"The transfer ended: {ended}. Apply the plan again to ask anew.", present.id)


_DO: Final[dict[PlanAction, Callable[[Ports, PlanHead, PlanItem, Begin], Found]]] = {
    PlanAction.DISCONNECT: _disconnect,
    PlanAction.TRANSFER: _transfer,
}
