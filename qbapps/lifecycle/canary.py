"""
The canary: one row first, then a look at what its revoke may have reached.

Whether a revoke at Intuit ends more than its own pair is not documented, and a vendor reports that it
does. So before hundreds of connections are ended, one is, and the connections that the plan leaves
alone and that share its app and owner are asked whether they still work.
"""

from __future__ import annotations

from collections.abc import Collection

import attrs

from qbapps.domain.connection import Connection
from qbapps.domain.limits import Limits
from qbapps.domain.plan import Outcome, PlanAction, PlanHead, PlanItem
from qbapps.domain.states import ConnectionState
from qbapps.errors import QBAppsError
from qbapps.lifecycle import plan_rows, planning, probe
from qbapps.ports import Ports

MOST = 5
"""Siblings that are asked, before and after; each answer is a metered read. Our choice."""


@attrs.frozen
class Sung:
    """
    What the canary showed.

    Attributes:
        item: The row that was carried out.
        asked: Siblings that worked before.
        died: Those of them that do not work any more.
    """

    item: PlanItem
    asked: tuple[str, ...] = ()
    died: tuple[str, ...] = ()

    @property
    def why_stop(self) -> str | None:
        """Why the rest should not be done, if it should not."""
        if not self.died:
            return None
        return (
            f"Ending {self.item.connection_id} ended {', '.join(self.died)} as well, which the plan leaves alone: "
            f"they share the app {self.item.app_id} and its owner."
        )


def choose(ports: Ports, head: PlanHead) -> PlanItem | None:
    """Return the first row not begun that shares its owner with connections the plan leaves alone, if there is one."""
    if head.action is not PlanAction.DISCONNECT:
        return None
    return next((item for item in ports.store.plan_items(head.id, (Outcome.PLANNED,)) if item.siblings), None)


def sing(ports: Ports, head: PlanHead, item: PlanItem, limits: Limits) -> Sung:
    """Carry out *item*, and ask its siblings before and after. Each question is a metered read."""
    asked = [one.id for one in _left_alone(ports, head, item) if _works(ports, one.id)]
    done = plan_rows.carry_out(ports, head, item.number, limits)
    if done.outcome is not Outcome.DONE:
        return Sung(done, tuple(asked))
    return Sung(done, tuple(asked), tuple(one for one in asked if not _works(ports, one)))


def _left_alone(ports: Ports, head: PlanHead, item: PlanItem) -> list[Connection]:
    connection = ports.store.connection(item.connection_id)
    if connection is None:
        return []
    planned = {
        one.connection_id
        for one in ports.store.plan_items(head.id)
        if one.outcome is not Outcome.SKIPPED and one.app_id == item.app_id
    }
    return _first(planning.siblings(ports, connection), planned)


def _first(found: Collection[Connection], planned: set[str]) -> list[Connection]:
    outside = [one for one in found if one.id not in planned and one.state is ConnectionState.CONNECTED]
    return outside[:MOST]


def _works(ports: Ports, connection_id: str) -> bool:
    """Tell whether it works; what cannot be asked is taken to work, for nothing shows that it does not."""
    try:
        return probe.probe(ports, connection_id).alive is not False
    except QBAppsError:
        return True
