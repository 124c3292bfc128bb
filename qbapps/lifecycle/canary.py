"""
The canary: one row first, then a look at what its revoke may have reached.

Whether a revoke at Intuit ends more than its own pair is not documented, and a vendor reports that it
does. So before hundreds of connections are ended, one is, and the connections that the plan leaves
alone and that share its app and owner are asked whether they still work. Who is asked is saved before
the row is carried out: a run that was cut off in between asks them first when it goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from qbapps.domain.connection import Connection
from qbapps.domain.parties import Reach
from qbapps.domain.plan import Canary, Outcome, PlanAction, PlanHead, PlanItem, drift
from qbapps.domain.record import revise
from qbapps.domain.states import ConnectionState
from qbapps.errors import QBAppsError
from qbapps.lifecycle import lookup, plan_rows, planning, probe
from qbapps.lifecycle.plan_rows import Begin
from qbapps.lifecycle.saving import retry_stale, save
from qbapps.ports import Change, Ports

MOST = 5
"""Siblings that are asked, before and after; each answer is a metered read, or two. Our choice."""

_TO_DO = (Outcome.PLANNED, Outcome.FAILED)
_WITH_EFFECT = (Outcome.DONE, Outcome.FAILED)


def why_stop(ports: Ports, head: PlanHead, begin: Begin, on_row: Callable[[PlanItem], None]) -> str | None:
    """
    Carry out the first row that may reach others, and return why no other should follow, if none should.

    Args:
        begin: See ``plan_rows.carry_out``.

        on_row: Told of each row that was carried out.
    """
    left = ports.store.plan_items(head.id, _TO_DO)
    if head.action is not PlanAction.DISCONNECT or head.canary is Canary.WELL or next(left, None) is None:
        return None
    if head.canary is Canary.DEAD:
        return "In an earlier run a connection that the plan leaves alone ended with the first row."
    if head.canary is Canary.SINGING:
        why = _verdict(ports, head.id, head.canary_asked)
        if why is not None:
            return why
    for item, asked in _rows(ports, head):
        _note(ports, head.id, Canary.SINGING, asked)
        done = plan_rows.carry_out(ports, head, item.number, begin)
        on_row(done)
        why = _verdict(ports, head.id, asked)
        if why is not None:
            return why
        # A row that drifted, or failed before anything was sent, has shown nothing.
        if done.outcome in _WITH_EFFECT and done.result_id is not None:
            _note(ports, head.id, Canary.WELL, asked)
            return None
    return None


def _rows(ports: Ports, head: PlanHead) -> Iterator[tuple[PlanItem, tuple[str, ...]]]:
    """Yield rows that share their owner with connections outside the plan, and those of them that work now."""
    without = set()
    for item in ports.store.plan_items(head.id, _TO_DO):
        group = (item.app_id, None if item.owner is None else item.owner.sub)
        if not item.siblings or item.reach is Reach.HAND or group in without:
            continue
        connection = ports.store.connection(item.connection_id)
        if connection is None or drift(item, connection) is not None:
            continue
        asked = tuple(one for one in _left_alone(ports, head, connection) if _works(ports, one))
        if asked:
            yield item, asked
        else:
            without.add(group)


def _left_alone(ports: Ports, head: PlanHead, connection: Connection) -> list[str]:
    planned = {
        one.connection_id
        for one in ports.store.plan_items(head.id)
        if one.outcome is not Outcome.SKIPPED and one.app_id == connection.app_id
    }
    found = planning.siblings(ports, connection)
    return [one.id for one in found if one.id not in planned and one.state is ConnectionState.CONNECTED][:MOST]


def _verdict(ports: Ports, plan_id: str, asked: Sequence[str]) -> str | None:
    """Ask those that worked before; return why to stop when one does not any more, or cannot be asked."""
    answers = {one: _works(ports, one) for one in asked}
    dead = [one for one, works in answers.items() if works is False]
    if dead:
        _note(ports, plan_id, Canary.DEAD, asked)
        return (
            f"The first row ended {', '.join(dead)} as well, which the plan leaves alone: the app is the same, "
            "and the owner is, or is not known."
        )
    silent = [one for one, works in answers.items() if works is None]
    if silent:
        return f"Whether {', '.join(silent)} still works after the first row could not be asked."
    return None


def _works(ports: Ports, connection_id: str) -> bool | None:
    """Tell whether it works; None when that cannot be asked."""
    try:
        return probe.probe(ports, connection_id).alive
    except QBAppsError:
        return None


def _note(ports: Ports, plan_id: str, how: Canary, asked: Sequence[str]) -> None:
    def beat() -> None:
        head = lookup.plan(ports.store, plan_id)
        if head.canary is not Canary.DEAD:
            save(ports, Change(records=(revise(head, canary=how, canary_asked=tuple(asked)),)))

    retry_stale(beat)
