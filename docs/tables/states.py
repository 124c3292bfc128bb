"""The table of what may be done in each state."""

from __future__ import annotations

from qbapps.domain.states import TRANSITIONS, Action, ConnectionState
from tables.cells import table


def transitions() -> str:
    """Return what may be done in each state, and where it leads."""
    return table(["", *(f"`{state}`" for state in ConnectionState)], [_of(action) for action in Action])


def _of(action: Action) -> list[str]:
    cells = [TRANSITIONS.get((state, action)) for state in ConnectionState]
    return [f"`{action}`", *("refused" if cell is None else cell.value for cell in cells)]
