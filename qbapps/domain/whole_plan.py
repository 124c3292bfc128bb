"""A plan with its rows, and what applying it came to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

import attrs

from qbapps.domain.estimate import Estimate
from qbapps.domain.parties import Reach
from qbapps.domain.plan import Outcome, PlanAction, PlanHead, PlanItem


@attrs.frozen(kw_only=True)
class Plan:
    """
    What is to be done, row by row; nothing has been done yet when it is made.

    Attributes:
        head: What it is, who made it, and why.
        items: Its rows.
        skipped: What the filter chose and the plan leaves out, each with why.
        estimate: When it will have been applied, and what will not.
    """

    head: PlanHead
    items: tuple[PlanItem, ...] = attrs.field(repr=False)
    skipped: tuple[PlanItem, ...] = attrs.field(default=(), repr=False)
    estimate: Estimate

    @property
    def id(self) -> str:
        """What ``apply`` is given."""
        return self.head.id

    @property
    def action(self) -> PlanAction:
        """What it does."""
        return self.head.action

    @property
    def digest(self) -> str:
        """SHA-256 over all that was decided."""
        return self.head.digest

    @property
    def deadline(self) -> datetime | None:
        """By when it should have been applied."""
        return self.head.deadline

    @property
    def by_hand(self) -> tuple[PlanItem, ...]:
        """The rows that a person must carry out in QuickBooks."""
        return tuple(item for item in self.items if item.reach is Reach.HAND)

    @property
    def at_risk(self) -> tuple[PlanItem, ...]:
        """The rows whose revoke may reach connections that the plan leaves alone: same app, and maybe same owner."""
        return tuple(item for item in self.items if item.siblings)


@attrs.frozen(kw_only=True)
class PlanReport:
    """
    Where a plan stands. The rows are read from the store when they are asked for.

    Attributes:
        head: The plan.
        counts: How many rows have which outcome.
        stopped: Why the run ended before its last row, if it did: ``cancelled``, ``canary`` or
            ``executor``.
        why: More about that, in English.
    """

    head: PlanHead
    counts: Mapping[Outcome, int]
    stopped: str | None = None
    why: str | None = None
    _links: Mapping[int, str] = attrs.field(factory=dict, repr=False)
    _read: Callable[[Collection[Outcome]], tuple[PlanItem, ...]] = attrs.field(repr=False)

    @property
    def plan_id(self) -> str:
        """The plan's id."""
        return self.head.id

    @property
    def done(self) -> tuple[PlanItem, ...]:
        """Rows that are over, and as decided."""
        return self.rows(Outcome.DONE)

    @property
    def failed(self) -> tuple[PlanItem, ...]:
        """Rows that went wrong, each with why; they are tried again when the plan is applied again."""
        return self.rows(Outcome.FAILED)

    @property
    def drifted(self) -> tuple[PlanItem, ...]:
        """Rows whose connection was no longer what had been decided on, each with what changed. Nothing was done."""
        return self.rows(Outcome.DRIFTED)

    @property
    def waiting(self) -> tuple[PlanItem, ...]:
        """Transfers whose new owner has not consented yet; ``url`` is a fresh link, older ones stopped working."""
        return tuple(attrs.evolve(item, url=self._links.get(item.number)) for item in self.rows(Outcome.WAITING))

    @property
    def by_hand(self) -> tuple[PlanItem, ...]:
        """Rows that wait for a person in QuickBooks; see the worklist."""
        return self.rows(Outcome.BY_HAND)

    @property
    def remaining(self) -> tuple[PlanItem, ...]:
        """Rows that have not been begun."""
        return self.rows(Outcome.PLANNED)

    @property
    def skipped(self) -> tuple[PlanItem, ...]:
        """What the plan left out from the beginning, each with why."""
        return self.rows(Outcome.SKIPPED)

    @property
    def cancelled(self) -> tuple[PlanItem, ...]:
        """Rows that were called off with the plan before they were over."""
        return self.rows(Outcome.CANCELLED)

    @property
    def is_complete(self) -> bool:
        """Whether every row is done."""
        return not any(
            self.counts.get(outcome) for outcome in Outcome if outcome not in (Outcome.DONE, Outcome.SKIPPED)
        )

    def rows(self, *outcomes: Outcome) -> tuple[PlanItem, ...]:
        """Return the rows with one of these outcomes, in order of number."""
        return self._read(outcomes) if any(self.counts.get(one) for one in outcomes) else ()
