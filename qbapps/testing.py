"""
For the tests of programs that use qbapps: Intuit on loopback, a clock moved by hand, a store in memory.

It is registered as a pytest plugin, so the fixtures ``intuit``, ``qbapps_clock`` and ``qb`` are
there wherever qbapps is installed.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from qbapps.manager import QBApps
    from qbapps.simulator import Intuit


class FakeClock:
    """A clock that stands still until it is moved; sleeping moves it."""

    def __init__(self, start: datetime = datetime(2026, 1, 5, 9, tzinfo=UTC)) -> None:
        self._now = start
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Return the time it shows."""
        with self._lock:
            return self._now

    def sleep(self, seconds: float) -> None:
        """Move on by *seconds* at once."""
        self.advance(timedelta(seconds=seconds))

    def advance(self, by: timedelta) -> None:
        """Move on, or back, by *by*."""
        with self._lock:
            self._now += by


def open_without_sockets(intuit: Intuit, clock: FakeClock, url: str = "sqlite://") -> QBApps:
    """
    Open a QBApps whose calls reach *intuit* in this process, without a socket: fast enough for thousands of cases.

    The simulator is not started; apps are registered with its ``discovery_url`` and ``api_url`` all the same.
    """
    from qbapps.bootstrap import assemble
    from qbapps.intuit.transport import Transport
    from qbapps.store.opening import open_store
    from qbapps.testing_transport import InProcess
    from qbapps.vault import KeyRing, new_key

    return assemble(open_store(url), KeyRing([new_key()]), transport=Transport(adapter=InProcess(intuit)), clock=clock)


@pytest.fixture
def qbapps_clock() -> FakeClock:
    """Return the clock that the fixtures ``intuit`` and ``qb`` share."""
    return FakeClock()


@pytest.fixture
def intuit(qbapps_clock: FakeClock) -> Iterator[Intuit]:
    """Yield Intuit's side over real HTTP on loopback, going by the shared clock."""
    from qbapps.simulator import Intuit

    with Intuit(clock=qbapps_clock) as running:
        yield running


@pytest.fixture
def qb(qbapps_clock: FakeClock) -> Iterator[QBApps]:
    """Yield a QBApps with a store in memory, going by the shared clock."""
    import qbapps

    with qbapps.open("sqlite://", clock=qbapps_clock) as opened:
        yield opened
