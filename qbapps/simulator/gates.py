"""Gates: hold a request in flight until a test lets it go, without sleeping."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from qbapps.simulator.faults import Operation

_PATIENCE = 30.0

Moment = Literal["before", "after"]


class MustWait(Exception):
    """A gate stands in the way of a request whose caller cannot wait."""


class Gate:
    """
    One gate on one operation: requests that arrive wait behind it.

    Args:
        moment: `before` holds requests that have not taken effect; `after` holds the answer
            of requests that have.
    """

    def __init__(self, operation: Operation, moment: Moment, realm_id: str | None) -> None:
        self.operation = operation
        self.moment = moment
        self.realm_id = realm_id
        self._changed = threading.Condition()
        self._waiting = 0
        self._arrived = 0
        self._open = False

    def wait_arrived(self, count: int = 1, timeout: float = _PATIENCE) -> None:
        """
        Wait until *count* requests have come to the gate.

        Raises:
            TimeoutError: They did not come within *timeout* seconds.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._arrived >= count, timeout):
                raise TimeoutError(f"{self._arrived} of {count} {self.operation} requests reached the gate")

    @property
    def waiting(self) -> int:
        """Count the requests held now."""
        return self._waiting

    def release(self) -> None:
        """Open the gate for those who wait and for all who come later."""
        with self._changed:
            self._open = True
            self._changed.notify_all()

    def pass_through(self) -> None:
        """Wait at the gate until it opens."""
        with self._changed:
            self._arrived += 1
            self._waiting += 1
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._open)
            self._waiting -= 1

    def stops(self, operation: str, realm_id: str | None) -> bool:
        """Tell whether a request would have to wait here."""
        return not self._open and self.operation in (Operation.ANY, operation) and self.realm_id in (None, realm_id)


class Gates:
    """The gates that stand now."""

    def __init__(self) -> None:
        self._gates: list[Gate] = []

    @contextmanager
    def hold(
        self, operation: Operation | str, moment: Moment = "before", realm_id: str | None = None
    ) -> Iterator[Gate]:
        """Put up a gate; leaving the block opens it and takes it away."""
        gate = Gate(Operation(operation), moment, realm_id)
        if moment not in ("before", "after"):
            raise ValueError(f"a gate stands before or after, not {moment!r}")
        self._gates.append(gate)
        try:
            yield gate
        finally:
            self._gates.remove(gate)
            gate.release()

    def release_all(self) -> None:
        """Open every gate, so that nothing waits when the simulator stops."""
        for gate in list(self._gates):
            gate.release()

    def stopping(self, operation: str, realm_id: str | None) -> list[Gate]:
        """List the gates at which a request would have to wait."""
        return [gate for gate in list(self._gates) if gate.stops(operation, realm_id)]
