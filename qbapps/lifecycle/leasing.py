"""Waiting for the right to touch a connection's pair at Intuit."""

from __future__ import annotations

from qbapps.domain import policies
from qbapps.errors import LeaseTimeout
from qbapps.ports import Lease, Ports


def take_lease(ports: Ports, connection_id: str, *, unless_beyond: int | None = None) -> Lease | None:
    """
    Wait for the right to touch the connection's pair at Intuit.

    Args:
        unless_beyond: Stop waiting, with None, as soon as a pair newer than this generation is saved.

    Raises:
        LeaseTimeout: Another holder kept it for longer than any call may take.
    """
    lasts_for = ports.http_timeout + policies.LEASE_SLACK
    deadline = ports.clock.now() + lasts_for + policies.LEASE_SLACK
    while True:
        lease = ports.store.acquire_lease(f"refresh/{connection_id}", ports.holder, lasts_for, ports.clock.now())
        if lease is not None:
            return lease
        if unless_beyond is not None:
            sealed = ports.store.tokens(connection_id)
            if sealed is not None and sealed.generation > unless_beyond:
                return None
        if ports.clock.now() >= deadline:
            raise LeaseTimeout(
                f"Another caller has been refreshing {connection_id} for too long.",
                hint="Try again; the lease ends by itself.",
                connection_id=connection_id,
            )
        ports.clock.sleep(policies.LEASE_POLL.total_seconds())
