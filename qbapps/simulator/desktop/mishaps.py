"""What tests let go wrong on the way, and where they look in."""

from collections import defaultdict
from collections.abc import Callable

import attrs

from qbapps.simulator.behaviour import Choice
from qbapps.simulator.desktop.log import Call

PROCESS = "process"
"""Stands for the work of QuickBooks, between `sendRequestXML` and `receiveResponseXML`."""

METHODS = (
    "serverVersion",
    "clientVersion",
    "authenticate",
    "sendRequestXML",
    "receiveResponseXML",
    "connectionError",
    "getLastError",
    "closeConnection",
    PROCESS,
)


class Mishap(Choice):
    """What may go wrong with a call."""

    REQUEST_LOST = "request_lost"
    REPLY_LOST = "reply_lost"
    KILLED = "killed"


class Killed(Exception):
    """The process of the Web Connector was ended where it stood."""


@attrs.define(eq=False)
class _Plan:
    mishap: Mishap
    method: str
    left: int


class Mishaps:
    """What is planned for coming calls."""

    def __init__(self) -> None:
        self._planned: list[_Plan] = []
        self._before: dict[str, list[Callable[[Call], object]]] = defaultdict(list)
        self._after: dict[str, list[Callable[[Call], object]]] = defaultdict(list)

    def plan(self, mishap: Mishap, method: str, number: int) -> None:
        """Let *mishap* happen to the *number*-th call of *method* from now."""
        if number < 1:
            raise ValueError(f"calls are counted from 1, not from {number}")
        self._planned.append(_Plan(mishap, _known(method), number))

    def look(self, method: str, callback: Callable[[Call], object], *, is_after: bool) -> None:
        """Call *callback* before or after every call of *method*."""
        (self._after if is_after else self._before)[_known(method)].append(callback)

    def before(self, call: Call) -> None:
        """Tell those who look in before a call."""
        for callback in self._before[call.method]:
            callback(call)

    def after(self, call: Call) -> None:
        """
        Tell those who look in after a call.

        Raises:
            Killed: This was planned.
        """
        for callback in self._after[call.method]:
            callback(call)
        if self.happens(Mishap.KILLED, call.method):
            raise Killed(call.method)

    def happens(self, mishap: Mishap, method: str) -> bool:
        """Count a call of *method*, and tell whether *mishap* was planned for it."""
        is_due = False
        for plan in [one for one in self._planned if (one.mishap, one.method) == (mishap, method)]:
            plan.left -= 1
            if not plan.left:
                self._planned.remove(plan)
                is_due = True
        return is_due


def _known(method: str) -> str:
    if method not in METHODS:
        raise ValueError(f"the Web Connector has no call {method!r}; it has: {', '.join(METHODS)}")
    return method
