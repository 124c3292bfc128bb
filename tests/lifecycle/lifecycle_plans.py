"""A firm with clients that have the app, for plans."""

from __future__ import annotations

from lifecycle_house import JEAN, MARIE, House

from qbapps.domain.connection import Connection
from qbapps.domain.limits import UNLIMITED
from qbapps.domain.plan import Outcome
from qbapps.domain.whole_plan import PlanReport

FIRM = "durand"
FAST = {"limits": UNLIMITED, "workers": 1}
"""How tests apply plans that are about something else than speed."""


def realm(number: int) -> str:
    """Return the company of a client."""
    return str(9130350000001000 + number)


def staff(house: House, count: int = 4, *, first_owner: str = JEAN) -> list[Connection]:
    """Make *count* clients, each with the app: all of them Jean's."""
    if not house.qb.firms():
        house.qb.add_firm(FIRM, name="Cabinet Durand")
    connections = []
    for number in range(count):
        house.intuit.add_company(realm(number), name=f"Client {number}", admins=[JEAN, MARIE])
        house.qb.add_client(FIRM, realm_id=realm(number), name=f"Client {number}")
        connections.append(house.connect(first_owner, realm(number)))
    return connections


def tally(report: PlanReport) -> dict[str, int]:
    """Return how many rows have which outcome."""
    return {str(outcome): count for outcome, count in report.counts.items() if outcome in Outcome}
