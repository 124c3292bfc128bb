"""Tables of what can happen in which state, and the error that says so where it cannot."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from qbapps.errors import TransitionError

S = TypeVar("S", bound=StrEnum)
M = TypeVar("M", bound=StrEnum)


def possible(table: Mapping[tuple[S, M], S], state: S) -> tuple[M, ...]:
    """Return what can happen in *state*, in the order in which its enumeration names it."""
    found = {move for (begin, move) in table if begin is state}
    return tuple(move for kind in {type(move) for move in found} for move in kind if move in found)


def follow(
    table: Mapping[tuple[S, M], S],
    state: S,
    move: M,
    *,
    name: str,
    hint: str,
    connection_id: str | None,
    realm_id: str | None = None,
) -> S:
    """
    Return the state that *move* leads to.

    Args:
        name: Whose state it is, for the error.

    Raises:
        TransitionError: It cannot happen in *state*; it says what can.
    """
    try:
        return table[state, move]
    except KeyError:
        raise TransitionError(
            f"{name} is {state}: {move.replace('_', ' ')} is not possible.",
            hint=hint,
            state=state,
            action=move,
            allowed=possible(table, state),
            connection_id=connection_id,
            realm_id=realm_id,
        ) from None
