"""Sealing again, under the first key of the ring, what was sealed under another."""

from __future__ import annotations

import attrs

from qbapps.domain.grants import GrantState
from qbapps.domain.record import revise
from qbapps.lifecycle.saving import retry_stale, save
from qbapps.lifecycle.sealing import (
    credentials,
    open_grant,
    open_pair,
    seal_client_secret,
    seal_grant,
    seal_pair,
)
from qbapps.ports import Change, ConnectionFilter, Ports


def rotate_keys(ports: Ports) -> int:
    """Return how many pairs, grants and client secrets were sealed again."""
    count = 0
    for app in ports.store.apps():
        sealed = ports.store.client_secret(app.id)
        if sealed is not None and ports.vault.needs_rotation(sealed):
            secret = credentials(ports, app).client_secret
            save(ports, Change(secrets=(seal_client_secret(ports.vault, app.id, secret),)))
            count += 1
    for connection in ports.store.connections(ConnectionFilter()):
        count += retry_stale(lambda connection_id=connection.id: _pair(ports, connection_id))  # type: ignore[misc]
    for grant in ports.store.grants(GrantState.UNVERIFIED):
        if grant.refresh is not None and ports.vault.needs_rotation(grant.refresh):
            tokens, id_token = open_grant(ports.vault, grant)
            save(ports, Change(records=(seal_grant(ports.vault, revise(grant), tokens, id_token),)))
            count += 1
    return count


def _pair(ports: Ports, connection_id: str) -> int:
    sealed = ports.store.tokens(connection_id)
    if sealed is None or not ports.vault.needs_rotation(sealed.refresh):
        return 0
    again = seal_pair(ports.vault, connection_id, open_pair(ports.vault, sealed))
    # The journal of the pair goes on: only its seal changes.
    again = attrs.evolve(sealed, access=again.access, refresh=again.refresh)
    save(ports, Change(tokens=again, parent_generation=sealed.generation))
    return 1
