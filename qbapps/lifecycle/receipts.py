"""Which disconnects and transfers there are receipts of."""

from __future__ import annotations

from datetime import UTC, date, datetime

from qbapps.domain.disconnection import Disconnection, DisconnectionState
from qbapps.domain.transfer import Transfer, TransferState
from qbapps.lifecycle import lookup
from qbapps.ports import ConnectionFilter, Ports


def settled(
    ports: Ports, *, firm_id: str | None, since: date | None, plan_id: str | None = None
) -> tuple[tuple[Disconnection, ...], tuple[Transfer, ...]]:
    """
    Return the disconnects that were not undone, and the transfers that completed.

    Args:
        since: A day, in UTC; an instant counts to the second.

        plan_id: Only what came of the rows of that plan.

    Raises:
        NotFoundError: There is no such firm or plan.
    """
    seen: set[str] | None = None
    if firm_id is not None:
        lookup.firm(ports.store, firm_id)
        seen = {one.id for one in ports.store.connections(ConnectionFilter(firm_id=firm_id))}

    planned: set[str | None] | None = None
    if plan_id is not None:
        lookup.plan(ports.store, plan_id)
        planned = {item.result_id for item in ports.store.plan_items(plan_id)}

    def fits(one: Disconnection | Transfer, at: datetime) -> bool:
        return (
            (seen is None or one.connection_id in seen)
            and (planned is None or one.id in planned)
            and (since is None or _not_before(at, since))
        )

    return (
        tuple(
            one
            for one in ports.store.disconnections()
            if one.state is not DisconnectionState.UNDONE and fits(one, one.ended_at or one.requested_at)
        ),
        tuple(
            one
            for one in ports.store.transfers(state=TransferState.COMPLETED)
            if fits(one, one.ended_at or one.created_at)
        ),
    )


def _not_before(at: datetime, since: date) -> bool:
    if isinstance(since, datetime):
        return at >= since
    return at.astimezone(UTC).date() >= since
