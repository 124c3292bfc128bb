"""Waiting for the right to touch a connection's pair at Intuit, and how long it lasts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs

from qbapps.domain import policies
from qbapps.errors import LeaseTimeout
from qbapps.ports import Change, Lease, Ports


@attrs.frozen
class Turn:
    """
    The lease of a connection, won.

    Attributes:
        ends: Until when, in the seconds of ``ports.elapsed``.
    """

    lease: Lease
    ends: float

    def lasts(self, ports: Ports) -> bool:
        """Tell whether a request that is sent now will be answered, or given up, before the lease ends."""
        return self.ends - ports.elapsed() >= ports.http_timeout.total_seconds()


@attrs.define
class Queue:
    """
    A caller that waits for its turn.

    It only reads until the lease is free, so that waiting stops nobody on SQLite.
    """

    ports: Ports
    connection_id: str
    _patience_ends: float | None = None

    def take(self, change: Change | None = None) -> Turn | None:
        """
        Take the lease and save *change* with it, in one transaction; None while another has it.

        Raises:
            StaleVersion: *change* was made from what is no longer so; nothing was taken.
        """
        began = self.ports.elapsed()
        lasts_for = self._lasts_for()
        lease = self.ports.store.acquire_lease(
            self._name(), self.ports.holder, lasts_for, _instant(began), change=change
        )
        return None if lease is None else Turn(lease, began + lasts_for.total_seconds())

    def wait(self, *, unless_beyond: int | None = None) -> None:
        """
        Wait until the lease is free.

        Args:
            unless_beyond: Stop waiting too as soon as a pair newer than this generation is saved.

        Raises:
            LeaseTimeout: Others kept it for longer than any call may take.
        """
        ports = self.ports
        if self._patience_ends is None:
            patience = self._lasts_for() + policies.LEASE_SLACK
            self._patience_ends = ports.elapsed() + patience.total_seconds()
        while ports.store.lease(self._name(), _instant(ports.elapsed())) is not None:
            if unless_beyond is not None and self._is_beyond(unless_beyond):
                return
            if ports.elapsed() >= self._patience_ends:
                raise LeaseTimeout(
                    f"Another caller has been refreshing {self.connection_id} for too long.",
                    hint="Try again; the lease ends by itself.",
                    connection_id=self.connection_id,
                )
            ports.clock.sleep(policies.LEASE_POLL.total_seconds())

    def _is_beyond(self, generation: int) -> bool:
        seen = self.ports.store.glance(self.connection_id)
        return seen is not None and seen.tokens is not None and seen.tokens.generation > generation

    def _name(self) -> str:
        return f"refresh/{self.connection_id}"

    def _lasts_for(self) -> timedelta:
        return self.ports.http_timeout + policies.LEASE_SLACK


def take_turn(ports: Ports, connection_id: str) -> Turn:
    """
    Wait for the right to touch the connection's pair at Intuit.

    Raises:
        LeaseTimeout: Another holder kept it for longer than any call may take.
    """
    queue = Queue(ports, connection_id)
    while (turn := queue.take()) is None:
        queue.wait()
    return turn


def _instant(elapsed: float) -> datetime:
    # Not the time of day: a lease must end although somebody sets the clock back.
    return datetime.fromtimestamp(elapsed, UTC)
