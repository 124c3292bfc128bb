"""A ready-made QuickBooks client whose token never goes stale."""

from __future__ import annotations

import contextlib
from typing import Any

from qbapps.domain.diagnosis import Cause
from qbapps.domain.signals import Bearing, Where
from qbapps.domain.verdicts import verdict
from qbapps.errors import IntuitError, StoreError
from qbapps.lifecycle import lookup, losing, refresh, usable
from qbapps.lifecycle.sealing import credentials
from qbapps.ports import Ports
from qbapps.values import Secret


class TokenSource:
    """
    Gives a client its token at each request, and another one when Intuit refused it.

    Args:
        is_use: Whether refreshes for it count as the connection's last use.
    """

    def __init__(self, ports: Ports, connection_id: str, *, is_use: bool = True) -> None:
        self._ports = ports
        self._connection_id = connection_id
        self._is_use = is_use
        self._generation = 0

    def current(self) -> Secret:
        """Return a token that is usable now."""
        token = refresh.access_token(self._ports, self._connection_id, is_use=self._is_use)
        self._generation = token.generation
        return token.value

    def renew(self, status: int) -> Secret:  # noqa: ARG002 - the port tells, and every refusal is treated alike
        """Return another token than the one that was refused."""
        token = refresh.renew(self._ports, self._connection_id, beyond=self._generation, is_use=self._is_use)
        self._generation = token.generation
        return token.value


def client(ports: Ports, connection_id: str) -> Any:
    """Return a python-quickbooks client whose token never goes stale."""
    connection = lookup.connection(ports.store, connection_id)
    usable.check_usable(ports, connection)
    source = TokenSource(ports, connection_id)
    keys = credentials(ports, lookup.app(ports.store, connection.app_id))

    def note(error: IntuitError) -> None:
        """Record that the owner lost access; whatever else came back is for a probe to look into."""
        if verdict(Where.API, error).connection is Bearing.OWNER_LOST:
            # The caller hears of the refusal whether or not it can be recorded; the next request records it.
            with contextlib.suppress(StoreError):
                losing.lose(ports, connection_id, Cause.OWNER_LOST_ACCESS, intuit_tid=error.intuit_tid)

    return ports.companies.client(
        keys, connection.realm_id or "", connection_id, source.current, source.renew, refused=note
    )
