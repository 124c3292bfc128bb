"""The table of what may be done in each state."""

from __future__ import annotations

from qbapps.domain.desktop.states import TRANSITIONS as DESKTOP
from qbapps.domain.desktop.states import DesktopState, Move
from qbapps.domain.states import TRANSITIONS, Action, ConnectionState
from tables.cells import table


def transitions() -> str:
    """Return what may be done in each state, and where it leads."""
    return table(["", *(f"`{state}`" for state in ConnectionState)], [_of(action) for action in Action])


def _of(action: Action) -> list[str]:
    cells = [TRANSITIONS.get((state, action)) for state in ConnectionState]
    return [f"`{action}`", *("refused" if cell is None else cell.value for cell in cells)]


def desktop_transitions() -> str:
    """Return where each state of a Desktop connection leads, and by what."""
    return table(["state", "goes on to"], [[f"`{state}`", _onward(state)] for state in DesktopState])


def _onward(state: DesktopState) -> str:
    onward: dict[DesktopState, list[Move]] = {}
    for (before, move), after in DESKTOP.items():
        if before is state and after is not state:
            onward.setdefault(after, []).append(move)
    return "; ".join(f"`{after}` ({', '.join(sorted(moves))})" for after, moves in onward.items())
