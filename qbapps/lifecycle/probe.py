"""Looking whether a connection lives."""

from __future__ import annotations

from qbapps.domain.connection import lost
from qbapps.domain.diagnosis import Cause, Health
from qbapps.domain.events import Event, EventKind
from qbapps.errors import IntuitError, IntuitRejected, ReconnectRequired
from qbapps.lifecycle import lookup
from qbapps.lifecycle.client import TokenSource
from qbapps.lifecycle.saving import retry_stale, save
from qbapps.lifecycle.sealing import credentials
from qbapps.ports import Change, Ports


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
