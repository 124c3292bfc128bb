"""The table of what may be done in each state."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from qbapps.domain.banks.states import TRANSITIONS as BANKS
from qbapps.domain.banks.states import BankState
from qbapps.domain.desktop.states import TRANSITIONS as DESKTOP
from qbapps.domain.desktop.states import DesktopState
from qbapps.domain.states import TRANSITIONS, Action, ConnectionState
from tables.cells import table

S = TypeVar("S", bound=StrEnum)
M = TypeVar("M", bound=StrEnum)


def transitions() -> str:
    """Return what may be done in each state, and where it leads."""
    return table(["", *(f"`{state}`" for state in ConnectionState)], [_of(action) for action in Action])


def _of(action: Action) -> list[str]:
    cells = [TRANSITIONS.get((state, action)) for state in ConnectionState]
    return [f"`{action}`", *("refused" if cell is None else cell.value for cell in cells)]


def desktop_transitions() -> str:
    """Return where each state of a Desktop connection leads, and by what."""
    return table(["state", "goes on to"], [[f"`{state}`", _onward(DESKTOP, state)] for state in DesktopState])


def bank_transitions() -> str:
    """Return where each state of a bank connection leads, and by what."""
    return table(["state", "goes on to"], [[f"`{state}`", _onward(BANKS, state)] for state in BankState])


def _onward(moves: Mapping[tuple[S, M], S], state: S) -> str:
    onward: dict[S, list[M]] = {}
    for (before, move), after in moves.items():
        if before is state and after is not state:
            onward.setdefault(after, []).append(move)
    return "; ".join(f"`{after}` ({', '.join(sorted(by))})" for after, by in onward.items())
