"""The clock of the Windows computer: the caller's own where that can be moved, else one of ours."""

from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from qbapps.simulator.clock import Clock, HasNow


@runtime_checkable
class Movable(Protocol):
    """A clock that is moved by hand."""

    def now(self) -> datetime:
        """Tell the present instant, aware."""
        ...

    def advance(self, by: timedelta) -> object:
        """Move the clock by *by*."""
        ...


def movable(source: Movable | HasNow | datetime | None) -> Movable:
    """Give a clock that can be moved; one that can is used as it is, so that library and simulator share it."""
    return source if isinstance(source, Movable) else Clock(source)
