"""When a plan will have been applied, and what will not be done by then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

import attrs

from qbapps.domain.limits import Limits
from qbapps.domain.parties import Level, Reach
from qbapps.domain.plan import PlanAction, PlanItem

CALL: Final = timedelta(milliseconds=800)
"""
How long one call to Intuit is reckoned to take.

Source: our choice, on the safe side; nothing is published. Where rows may begin five times a second it hardly matters.
"""

CALLS: Final = {PlanAction.DISCONNECT: 2, PlanAction.TRANSFER: 0}
"""Calls to Intuit that one row makes: a revoke and the refresh that must be refused."""


@attrs.frozen(kw_only=True)
class Estimate:
    """
    When a plan will have been applied, if it is begun now.

    Attributes:
        starts_at: When it is reckoned to begin.
        takes: How long the rows that the library carries out take together.
        finishes_at: When the last of them ends. What people do by hand, and consents of new owners, come on top.
        deadline: By when it should be, if that was said.
        late: How many of those rows will not have begun by the deadline.
        by_hand: Rows that a person must carry out in QuickBooks.
        primary_admin: Rows, of all, that need the primary admin of a firm.
        consents: Rows that wait for the consent of a new owner once they are begun.
    """

    starts_at: datetime
    takes: timedelta
    finishes_at: datetime
    deadline: datetime | None
    late: int
    by_hand: int
    primary_admin: int
    consents: int

    @property
    def fits(self) -> bool:
        """Whether all that the library carries out is done by the deadline."""
        return self.late == 0 and (self.deadline is None or self.finishes_at <= self.deadline)


def estimate(
    items: Iterable[PlanItem],
    *,
    action: PlanAction,
    limits: Limits,
    workers: int,
    at: datetime,
    deadline: datetime | None,
) -> Estimate:
    """
    Reckon how long the rows of a plan take under *limits*.

    The apps are served side by side, each at its own pace, by *workers* that are busy for the calls of a row.
    """
    rows: Counter[str] = Counter()
    companies: Counter[tuple[str, str | None]] = Counter()
    by_hand = primary = consents = 0
    for item in items:
        primary += needs_primary_admin(item)
        if item.reach is Reach.HAND:
            by_hand += 1
            continue
        rows[item.app_id] += 1
        companies[item.app_id, item.realm_id] += 1
        consents += action is PlanAction.TRANSFER
    busy = CALLS[action] * CALL / max(workers, 1)
    takes = max(
        [
            *(_after(count, limits.per_app) for count in rows.values()),
            *(_after(count, limits.per_company) for count in companies.values()),
            busy * sum(rows.values()),
        ],
        default=timedelta(0),
    )
    takes += CALLS[action] * CALL if rows else timedelta(0)
    return Estimate(
        starts_at=at,
        takes=takes,
        finishes_at=at + takes,
        deadline=deadline,
        late=0 if deadline is None else _late(rows, limits.per_app, busy, deadline - at),
        by_hand=by_hand,
        primary_admin=primary,
        consents=consents,
    )


def needs_primary_admin(item: PlanItem) -> bool:
    """
    Tell whether only the primary admin of a firm can do what the row needs a person for.

    Source: Intuit help, "Transfer or disconnect apps": the apps of clients are the primary admin's, and in QuickBooks
    Accountant whoever takes an app over is the primary admin
    """
    if item.action is PlanAction.TRANSFER:
        return item.level is not Level.COMPANY
    # A client without a number is one in QuickBooks Desktop: there its own Admin removes the app.
    return item.reach is Reach.HAND and item.level is Level.CLIENT and item.realm_id is not None


def _after(count: int, per_second: float) -> timedelta:
    """Return when the last of *count* rows begins."""
    return timedelta(seconds=(count - 1) / per_second)


def _late(rows: Counter[str], per_app: float, busy: timedelta, left: timedelta) -> int:
    """Count the rows that do not begin in time: each app's own pace, and then all workers together."""
    total = sum(rows.values())
    if left < timedelta(0):
        return total
    seconds = left.total_seconds()
    in_time = sum(min(count, int(min(seconds * per_app, count)) + 1) for count in rows.values())
    if busy:
        in_time = min(in_time, int(left / busy) + 1)
    return max(total - in_time, 0)
