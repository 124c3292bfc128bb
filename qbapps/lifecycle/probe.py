"""Looking whether a connection lives, by one metered read of its company."""

from __future__ import annotations

from typing import Final

import attrs

from qbapps.domain.companies import as_intuit_said
from qbapps.domain.connection import Connection
from qbapps.domain.diagnosis import OF_THE_COMPANY, Cause, Health
from qbapps.domain.parties import CompanyFacts
from qbapps.domain.signals import Bearing, Reaction, Where
from qbapps.domain.states import ConnectionState
from qbapps.domain.subscriptions import INACTIVE
from qbapps.domain.tokens import Freshness, freshness
from qbapps.domain.verdicts import verdict
from qbapps.errors import IntuitError, ReconnectRequired
from qbapps.lifecycle import lookup, losing, refresh, usable
from qbapps.lifecycle.client import TokenSource
from qbapps.lifecycle.saving import save
from qbapps.lifecycle.sealing import credentials, open_access
from qbapps.ports import Change, Ports
from qbapps.values import Secret

_CAUSES: Final = {Bearing.OWNER_LOST: Cause.OWNER_LOST_ACCESS, Bearing.DEAD: Cause.ACCESS_GONE}


def probe(ports: Ports, connection_id: str) -> Health:
    """
    Read CompanyInfo once to see whether the connection lives, record it when it does not, and keep what it says.

    The read is metered; a second one is made only where the first had its token refused. A company
    that was closed to us and answers now is taken back.
    """
    look = _Look(ports, lookup.connection(ports.store, connection_id))
    at = ports.clock.now()
    try:
        facts = look.read()
    except ReconnectRequired as dead:
        return Health(alive=False, cause=getattr(dead.diagnosis, "cause", None), checked_at=at, cost=look.cost)
    except IntuitError as error:
        alive, cause = _weighed(ports, connection_id, error, look)
        return Health(alive=alive, cause=cause, checked_at=at, cost=look.cost)
    losing.revive(ports, connection_id)
    save(ports, Change(companies=(as_intuit_said(facts, look.connection.environment, at),)))
    inactive = (facts.subscription_status or "").upper() in INACTIVE
    return Health(alive=True, cause=Cause.COMPANY_INACTIVE if inactive else None, checked_at=at, cost=look.cost)


@attrs.define
class _Look:
    ports: Ports
    connection: Connection
    cost: int = 0
    where: Where = Where.TOKEN
    renewed: bool = False

    def read(self) -> CompanyFacts:
        source = TokenSource(self.ports, self.connection.id, is_use=False)
        marked = self.connection.state is ConnectionState.NEEDS_RECONNECT and self.connection.cause in OF_THE_COMPANY
        token = _living_token(self.ports, self.connection) if marked else source.current()
        try:
            return self._company(token)
        except IntuitError as error:
            if verdict(Where.API, error).reaction is not Reaction.RENEW:
                raise
        self.where, self.renewed = Where.TOKEN, True
        return self._company(_renewed_token(self.ports, self.connection) if marked else source.renew(401))

    def _company(self, token: Secret) -> CompanyFacts:
        keys = credentials(self.ports, lookup.app(self.ports.store, self.connection.app_id))
        self.cost += 1
        self.where = Where.API
        return self.ports.companies.company_info(keys, self.connection.realm_id or "", token)


def _living_token(ports: Ports, connection: Connection) -> Secret:
    """Return a token of a pair that lives on although its company is closed to us."""
    sealed = usable.held(ports, connection, ports.store.tokens(connection.id))
    if freshness(sealed, ports.clock.now()) is Freshness.FRESH:
        return open_access(ports.vault, sealed).value
    return _renewed_token(ports, connection)


def _renewed_token(ports: Ports, connection: Connection) -> Secret:
    return refresh.refresh_now(ports, connection.id).access_token


def _weighed(ports: Ports, connection_id: str, error: IntuitError, look: _Look) -> tuple[bool | None, str | None]:
    """Record what the answer says about the connection, and return whether it lives and why not."""
    found = verdict(look.where, error, again=look.renewed and look.where is Where.API)
    if found.connection is Bearing.ALIVE:
        return True, Cause.COMPANY_INACTIVE
    cause = _CAUSES.get(found.connection)
    if cause is None:
        return None, error.error or error.code
    losing.lose(ports, connection_id, cause, intuit_tid=error.intuit_tid)
    return False, cause
