"""Lists: connections as a company, a firm or a client sees them, and the trail of events."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import TypeVar

from qbapps.domain.connection import Connection, Kind
from qbapps.domain.events import Event
from qbapps.domain.parties import Level, Reach
from qbapps.domain.states import ConnectionState
from qbapps.domain.trail import Break, End
from qbapps.domain.whole_trail import Awaited, verify_all
from qbapps.errors import ConfigurationError, NotFoundError
from qbapps.lifecycle import lookup, people
from qbapps.ports import ConnectionFilter, Ports

E = TypeVar("E", bound=StrEnum)


def choose(values: type[E], value: str | None, name: str) -> E | None:
    """
    Return the member of *values* that *value* names; None for None.

    Raises:
        ConfigurationError: There is none.
    """
    if value is None:
        return None
    try:
        return values(value)
    except ValueError:
        known = ", ".join(values)
        raise ConfigurationError(f"There is no {name} {value!r}.", hint=f"Use one of: {known}.") from None


def connections(
    ports: Ports,
    *,
    app: str | None,
    realm_id: str | None,
    firm: str | None,
    level: str | None,
    client: str | None,
    owner: str | None,
    state: str | None,
    reach: str | None,
    reference: str | None,
    kind: str | None = None,
) -> Iterator[Connection]:
    """Check the filters at once, then stream what they leave."""
    wanted_level = choose(Level, level, "level")
    if firm is None and (client is not None or wanted_level in (Level.FIRM, Level.CLIENT)):
        raise ConfigurationError("level and client are how a firm sees a company.", hint="Give firm=... as well.")
    if firm is not None:
        lookup.firm(ports.store, firm)
        if wanted_level is Level.COMPANY:
            raise ConfigurationError("A firm sees no company without a level.", hint="Use 'firm' or 'client'.")
        if client is not None and ports.store.client(firm, client) is None:
            raise NotFoundError(f"{firm} has no client {client!r}.", hint="Look at clients().", realm_id=client)
    if app is not None:
        lookup.app(ports.store, app)
    found = ports.store.connections(
        ConnectionFilter(
            app_id=app,
            realm_id=realm_id,
            firm_id=firm,
            level=None if wanted_level is Level.COMPANY else wanted_level,
            client=client,
            owner=owner,
            state=choose(ConnectionState, state, "state"),
            reach=choose(Reach, reach, "reach"),
            reference=reference,
            kind=choose(Kind, kind, "kind"),
        )
    )
    if wanted_level is not Level.COMPANY:
        return found
    return (c for c in found if people.place_of(ports.store, c)[1] is Level.COMPANY)


def in_reading_order(found: Iterator[Connection]) -> tuple[Connection, ...]:
    """Return connections by company, then by app."""
    return tuple(sorted(found, key=lambda c: ((c.company_name or "").casefold(), c.realm_id or "", c.app_id)))


def events(ports: Ports, connection_id: str | None) -> Iterator[Event]:
    """Check that the connection exists, then stream its events, or all of them."""
    if connection_id is not None and connection_id.startswith("con_"):
        lookup.connection(ports.store, connection_id)
    return ports.store.events(connection_id)


def verify_events(ports: Ports, checkpoint: Iterator[End] | None) -> tuple[Break, ...]:
    """
    Check every stream of events; an empty answer means the trail is whole.

    Every connection and every plan has a stream; what a *checkpoint* tells of more is looked for as well.
    """
    awaited = [Awaited(_expected(ports), ports.store.trail)]
    if checkpoint is not None:
        awaited.append(Awaited(checkpoint, ports.store.trail))
    return verify_all(ports.store.trail, awaited)


def _expected(ports: Ports) -> Iterator[End]:
    for connection in ports.store.connections(ConnectionFilter()):
        yield End(stream=connection.id, sequence=1)
    for plan in ports.store.plans():
        yield End(stream=plan.id, sequence=1)
