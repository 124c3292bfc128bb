"""Counting what a plan has come to, and the counts that callers share."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Final, TypeVar

from sqlalchemy import ColumnElement, Connection, bindparam, func, select

from qbapps.domain.plan import Outcome
from qbapps.store import schema, upserts

R = TypeVar("R")

_items = schema.plan_items.c
_paces = schema.paces.c
_READ: Final = select(_paces.state).where(_paces.name == bindparam("of_name")).with_for_update()


def conditions(plan_id: str, outcomes: Collection[Outcome]) -> Iterator[ColumnElement[bool]]:
    """Yield what a row of the plan must satisfy to have one of these outcomes, or any when there are none."""
    yield _items.plan_id == plan_id
    if outcomes:
        yield _items.outcome.in_(sorted(outcomes))


def outcomes(connection: Connection, plan_id: str) -> dict[Outcome, int]:
    """Count the rows of a plan by outcome."""
    counted = select(_items.outcome, func.count()).where(_items.plan_id == plan_id).group_by(_items.outcome)
    return {row[0]: row[1] for row in connection.execute(counted)}


def step(connection: Connection, name: str, advance: Callable[[tuple[str, ...]], tuple[tuple[str, ...], R]]) -> R:
    """Replace the texts of *name* in the transaction of *connection*; until its end everybody else waits."""
    # So that there is a row to lock; on SQLite the transaction itself keeps others away.
    upserts.put_if_new(connection, schema.paces, {"name": name, "state": ()})
    before = connection.execute(_READ, {"of_name": name}).scalar_one()
    after, answer = advance(before)
    if after != before:
        upserts.put(connection, schema.paces, {"name": name, "state": after})
    return answer
