"""
A process of its own, as far as the store and Intuit can tell, that dies or is held up where a test says.

It is ``assemble`` over the same store with its own memory, flight and holder name. Each call of its
store, of the authorization server and of the accounting API is a boundary: before or after the n-th
of them it can be killed, or something else can happen first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Literal

import attrs

from qbapps.bootstrap import assemble
from qbapps.intuit.transport import Transport
from qbapps.manager import QBApps
from qbapps.memory import Memory
from qbapps.simulator import Intuit
from qbapps.store.sql import SqlStore
from qbapps.testing import FakeClock
from qbapps.testing_transport import InProcess
from qbapps.values import Secret
from qbapps.vault import KeyRing

Moment = Literal["before", "after"]


class Killed(BaseException):
    """The process is gone: no ``except Exception`` sees this, and nothing that a ``finally`` asks for is done."""


class OwnClock:
    """
    The clock on one machine's wall: the true time, and how far it is off.

    Sleeping takes true time. Source of the true time is the clock that Intuit goes by.
    """

    def __init__(self, true: FakeClock) -> None:
        self.true = true
        self.off = timedelta(0)

    def now(self) -> datetime:
        """Return the time it shows."""
        return self.true.now() + self.off

    def sleep(self, seconds: float) -> None:
        """Let the true time go on."""
        self.true.sleep(seconds)

    def elapsed(self) -> float:
        """Return seconds that go on whatever the clock shows."""
        return self.true.now().timestamp()


class Numbered:
    """Ids and one-time states that are the same from run to run; all processes of a town share them."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def new_id(self, prefix: str) -> str:
        """Return the next id."""
        return f"{prefix}{next(self._numbers):06d}"

    def new_state(self) -> Secret:
        """Return the next one-time state."""
        return Secret(f"state-{next(self._numbers):026d}")


@attrs.define
class Boundaries:
    """
    Counts the calls of one process to the outside.

    Attributes:
        count: Calls so far.
        dead: Whether the process was killed: every call fails from then on.
    """

    count: int = 0
    dead: bool = False
    _stops: list[tuple[int, Moment, Callable[[], None]]] = attrs.field(factory=list)

    def stop(self, after: int, moment: Moment, then: Callable[[], None]) -> None:
        """Do *then* before or after the *after*-th call from now."""
        self._stops.append((self.count + after, moment, then))

    def die(self, after: int, moment: Moment) -> None:
        """Be killed before or after the *after*-th call from now."""
        self.stop(after, moment, self._die)

    def clear(self) -> None:
        """Let the calls to come pass."""
        self._stops.clear()

    def call(self, ask: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Make one call, unless something stops it."""
        self.check()
        self.count += 1
        number = self.count
        self._reach(number, "before")
        try:
            result = ask(*args, **kwargs)
        finally:
            # An error is an answer too: a process can be killed on its way back.
            self._reach(number, "after")
        return self._rows(result) if isinstance(result, Iterator) else result

    def check(self) -> None:
        """Raise Killed in a process that is gone."""
        if self.dead:
            raise Killed

    def _rows(self, rows: Iterator[Any]) -> Iterator[Any]:
        for row in rows:
            self.check()
            yield row

    def _reach(self, number: int, moment: Moment) -> None:
        for stop in [stop for stop in self._stops if stop[:2] == (number, moment)]:
            self._stops.remove(stop)
            stop[2]()

    def _die(self) -> None:
        self.dead = True
        raise Killed


class Outside:
    """One port, each call of which is a boundary of its process."""

    def __init__(self, port: Any, boundaries: Boundaries) -> None:
        self._port = port
        self._boundaries = boundaries

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if not callable(found):
            return found
        return lambda *args, **kwargs: self._boundaries.call(found, *args, **kwargs)


class Process:
    """
    One process that uses the library; killed, it can be opened again on the same store.

    Attributes:
        qb: The library as this process has it.
        clock: What this process takes for the time.
        boundaries: Its calls to the outside, and where they stop.
    """

    def __init__(self, intuit: Intuit, store: SqlStore, ring: KeyRing, true: FakeClock, randomness: Numbered) -> None:
        self._intuit, self._store, self._ring, self._randomness = intuit, store, ring, randomness
        self.clock = OwnClock(true)
        self.open()

    def open(self) -> None:
        """Start anew, remembering nothing but the store."""
        self.boundaries = Boundaries()
        opened = assemble(
            self._store, self._ring, transport=Transport(adapter=InProcess(self._intuit)), clock=self.clock
        )
        ports = opened._ports
        self.qb = QBApps(
            attrs.evolve(
                ports,
                store=Outside(ports.store, self.boundaries),
                oauth=Outside(ports.oauth, self.boundaries),
                companies=Outside(ports.companies, self.boundaries),
                randomness=self._randomness,
                elapsed=self.clock.elapsed,
                memory=Memory(self.clock.elapsed, timedelta(0)),
            ),
            listeners=opened._listeners,
            close=lambda: None,
        )
