"""A ready-made QuickBooks client whose token never goes stale."""

from __future__ import annotations

from typing import Any

from qbapps.lifecycle import lookup, refresh, usable
from qbapps.lifecycle.sealing import credentials
from qbapps.ports import Ports
from qbapps.values import Secret


class TokenSource:
    """Gives a client its token at each request, and another one when Intuit refused it."""

    def __init__(self, ports: Ports, connection_id: str) -> None:
        self._ports = ports
        self._connection_id = connection_id
        self._generation = 0

    def current(self) -> Secret:
        """Return a token that is usable now."""
        token = refresh.access_token(self._ports, self._connection_id)
        self._generation = token.generation
        return token.value

    def renew(self, status: int) -> Secret:  # noqa: ARG002 - the port tells, and every refusal is treated alike
        """Return another token than the one that was refused."""
        token = refresh.renew(self._ports, self._connection_id, beyond=self._generation)
        self._generation = token.generation
        return token.value


def client(ports: Ports, connection_id: str) -> Any:
    """Return a python-quickbooks client whose token never goes stale."""
    connection = lookup.connection(ports.store, connection_id)
    usable.check_usable(ports, connection)
    source = TokenSource(ports, connection_id)
    keys = credentials(ports, lookup.app(ports.store, connection.app_id))
    return ports.companies.client(keys, connection.realm_id or "", connection_id, source.current, source.renew)
