"""Deadlines of plans, as a calendar shows them."""

from __future__ import annotations

from datetime import datetime

import attrs

from qbapps.domain.plan import PlanAction


@attrs.frozen(kw_only=True)
class Deadline:
    """By when a plan has to be applied; *total* rows of it are not over."""

    plan_id: str
    action: PlanAction
    at: datetime
    total: int
