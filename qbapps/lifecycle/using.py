"""A ready-made QuickBooks client, pausing and resuming, and looking whether a connection lives."""

from __future__ import annotations

from typing import Any

from qbapps.domain.connection import Connection, lost
from qbapps.domain.diagnosis import Cause, Health
from qbapps.domain.events import Event, EventKind
from qbapps.domain.record import revise
from qbapps.domain.states import Action
from qbapps.errors import IntuitError, IntuitRejected, ReconnectRequired
from qbapps.lifecycle import lookup, refresh
from qbapps.lifecycle.saving import retry_stale, save
from qbapps.lifecycle.sealing import credentials
from qbapps.ports import Change, Ports
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
    refresh.check_usable(ports, connection)
    source = TokenSource(ports, connection_id)
    keys = credentials(ports, lookup.app(ports.store, connection.app_id))
    return ports.companies.client(keys, connection.realm_id or "", connection_id, source.current, source.renew)


def pause(ports: Ports, connection_id: str, action: Action) -> Connection:
    """Stop a connection locally (PAUSE), or let it go on (RESUME); nothing is sent to Intuit."""

    def beat() -> Connection:
        connection = lookup.connection(ports.store, connection_id)
        state = connection.may(action)
        if state is connection.state:
            return connection
        at = ports.clock.now()
        changed = revise(connection, state=state, paused_at=at if action is Action.PAUSE else None)
        kind = EventKind.PAUSED if action is Action.PAUSE else EventKind.RESUMED
        save(
            ports,
            Change(records=(changed,), events=(Event(stream=connection_id, kind=kind, at=at),)),
        )
        return changed

    return retry_stale(beat)


def probe(ports: Ports, connection_id: str) -> Health:
    """Read CompanyInfo once to see whether the connection lives, and record it when it does not."""
    connection = lookup.connection(ports.store, connection_id)
    at = ports.clock.now()
    cost = 0
    source = TokenSource(ports, connection_id)
    try:
        keys = credentials(ports, lookup.app(ports.store, connection.app_id))
        token = source.current()
        try:
            cost += 1
            ports.companies.company_info(keys, connection.realm_id or "", token)
        except IntuitRejected as rejected:
            if rejected.error not in ("3200", "100"):
                raise
            cost += 1
            ports.companies.company_info(keys, connection.realm_id or "", source.renew(401))
    except ReconnectRequired as dead:
        return Health(alive=False, cause=getattr(dead.diagnosis, "cause", None), checked_at=at, cost=cost)
    except IntuitRejected as rejected:
        cause = _cause(rejected)
        if cause is None:
            return Health(alive=None, cause=rejected.error, checked_at=at, cost=cost)
        _record_loss(ports, connection_id, cause, rejected.intuit_tid)
        return Health(alive=False, cause=cause, checked_at=at, cost=cost)
    except IntuitError as error:
        return Health(alive=None, cause=error.code, checked_at=at, cost=cost)
    return Health(alive=True, cause=None, checked_at=at, cost=cost)


def _cause(rejected: IntuitRejected) -> Cause | None:
    if rejected.error == "120":
        return Cause.OWNER_LOST_ACCESS
    if rejected.error in ("3100", "3200", "100"):
        return Cause.ACCESS_GONE
    return None


def _record_loss(ports: Ports, connection_id: str, cause: Cause, intuit_tid: str | None) -> None:
    def beat() -> None:
        connection = lookup.connection(ports.store, connection_id)
        save(
            ports,
            Change(
                records=(lost(connection, cause),),
                events=(
                    Event(
                        stream=connection_id,
                        kind=EventKind.NEEDS_RECONNECT,
                        at=ports.clock.now(),
                        details={"cause": cause, "generation": connection.generation, "intuit_tid": intuit_tid},
                    ),
                ),
            ),
        )

    retry_stale(beat)
