"""What a plan comes to, in sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Final

from qbapps.domain.estimate import needs_primary_admin
from qbapps.domain.parties import Reach
from qbapps.domain.plan import OPEN, Outcome, PlanAction, PlanItem
from qbapps.domain.whole_plan import Plan
from qbapps.language import N_, Words, plan_notes
from qbapps.values import as_utc

WEEKDAYS: Final = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)


def instant(at: datetime, _: Words) -> str:
    """Return *at* with its day of the week: ``Friday 29 December 2023 at 14:07 UTC``."""
    return f"{_(WEEKDAYS[as_utc(at).weekday()])} {_.date(at)}"


def estimate(plan: Plan, _: Words) -> Iterator[str]:
    """Say when it will have been applied, what will be late, and whose help it needs."""
    found = plan.estimate
    count = sum(item.outcome in OPEN and item.reach is Reach.API for item in plan.items)
    if count:
        yield _automatic(plan, count, _)
    if found.late and found.deadline is not None:
        deadline = instant(found.deadline, _)
        yield _.plural(
            "{n} connection will not have begun by the deadline, {deadline}.",
            "{n} connections will not have begun by the deadline, {deadline}.",
            found.late,
            deadline=deadline,
        )
    if found.primary_admin and plan.action is PlanAction.TRANSFER:
        yield _.plural(
            "{n} connection needs the firm's primary admin.",
            "{n} connections need the firm's primary admin.",
            found.primary_admin,
        )
    if found.consents:
        yield _.plural(
            "{n} connection then waits for the consent of {to}.",
            "{n} connections then wait for the consent of {to}.",
            found.consents,
            to=plan.head.to or "—",
        )


def _automatic(plan: Plan, count: int, _: Words) -> str:
    when = instant(plan.estimate.finishes_at, _)
    if plan.action is PlanAction.TRANSFER:
        begun = _.plural(
            "{n} connection: begun now, its link is made on {when}",
            "{n} connections: begun now, the last link is made on {when}",
            count,
            when=when,
        )
    else:
        begun = _.plural(
            "{n} connection: begun now, it ends on {when}",
            "{n} connections: begun now, it ends on {when}",
            count,
            when=when,
        )
    if plan.deadline is None:
        return f"{begun}."
    return (
        _("{begun}, before the deadline.", begun=begun)
        if plan.estimate.fits
        else _("{begun}, after the deadline.", begun=begun)
    )


def by_hand(items: Iterable[PlanItem], _: Words) -> str | None:
    """Say how many rows people carry out, and who has to."""
    hand = [item for item in items if item.reach is Reach.HAND and item.outcome is not Outcome.DONE]
    if not hand:
        return None
    told = _.plural(
        "{n} connection is done by hand in QuickBooks", "{n} connections are done by hand in QuickBooks", len(hand)
    )
    primary = sum(needs_primary_admin(item) for item in hand)
    if not primary:
        return _("{told}, by an admin of the company.", told=told)
    if primary == len(hand):
        return _("{told}, by the firm's primary admin only.", told=told)
    return _.plural(
        "{told}, {n} of them by the firm's primary admin only.",
        "{told}, {n} of them by the firm's primary admin only.",
        primary,
        told=told,
    )


def of_desktop(items: Collection[PlanItem], _: Words) -> str | None:
    """Say what becomes of rows that are connections to QuickBooks Desktop, if there are any that are not over."""
    left = sum(item.outcome is not Outcome.DONE for item in items)
    if not left:
        return None
    return _.plural(
        "{n} connection to QuickBooks Desktop is denied here at once, and removed by hand on its computer.",
        "{n} connections to QuickBooks Desktop are denied here at once, and removed by hand on their computers.",
        left,
    )


def reasons(items: Iterable[PlanItem], _: Words) -> list[tuple[str, int]]:
    """Return why rows stand where they do, the most frequent reason first."""
    return Counter(plan_notes.said(item.note, _) or "—" for item in items).most_common()
