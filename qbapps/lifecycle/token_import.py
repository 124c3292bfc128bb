"""Bringing in the pair that an integrator holds already, verified before it is kept."""

from __future__ import annotations

from datetime import datetime

from qbapps.domain.connection import Connection
from qbapps.domain.grants import is_held
from qbapps.domain.parties import Reach
from qbapps.errors import AuthorizationError, ConfigurationError, IntuitRejected, TransitionError
from qbapps.lifecycle import grants, lookup
from qbapps.lifecycle.people import check_realm
from qbapps.lifecycle.receiving import kept, received
from qbapps.lifecycle.saving import save
from qbapps.lifecycle.sealing import credentials
from qbapps.ports import Change, Ports
from qbapps.values import Secret


def import_tokens(
    ports: Ports,
    app_id: str,
    *,
    realm_id: str,
    refresh_token: str | Secret,
    obtained_at: datetime | None,
) -> Connection:
    """
    Refresh the pair once, seal what comes back, then check company and person before promoting it.

    From the moment this starts, whoever held the pair before must no longer refresh it.
    """
    check_realm(realm_id)
    if obtained_at is not None and obtained_at.utcoffset() is None:
        raise ConfigurationError("obtained_at has no time zone.", hint="Pass an aware datetime.")
    app = lookup.app(ports.store, app_id)
    held = ports.store.connection_of(app_id, realm_id)
    if held is not None and held.reach is Reach.API and is_held(held):
        raise TransitionError(
            f"{held.id} holds a pair for company {realm_id} already.",
            hint="Leave it; two stores of one pair would end each other's refreshes.",
            state=held.state,
            action="import_tokens",
            connection_id=held.id,
            realm_id=realm_id,
        )
    token = Secret(refresh_token) if isinstance(refresh_token, str) else refresh_token
    if not token:
        raise ConfigurationError("refresh_token is empty.", hint="Check where it comes from.")
    try:
        answer = ports.oauth.refresh(credentials(ports, app), token)
    except IntuitRejected as rejected:
        if rejected.error != "invalid_grant":
            raise
    else:
        grant = received(ports, app.id, answer, claimed_realm_id=realm_id)
        save(ports, Change(records=(grant,), events=(kept(grant, answer),)))
        return grants.settle(ports, grant)
    raise AuthorizationError(
        f"Intuit refuses the refresh token given for company {realm_id}.",
        hint="It is stale, unused for 100 days, or of other keys: ask the company to connect anew.",
        realm_id=realm_id,
    )
