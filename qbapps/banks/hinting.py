"""Asking an online connection of the same company what its books say of a bank connection's accounts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import attrs

from qbapps.banks import keeping
from qbapps.banks.hint_reading import read_hints
from qbapps.banks.hints import Hints
from qbapps.domain.banks.spans import as_day
from qbapps.domain.connection import Connection, Kind
from qbapps.domain.parties import Reach
from qbapps.domain.states import ConnectionState
from qbapps.errors import ConfigurationError
from qbapps.lifecycle import client, lookup
from qbapps.ports import ConnectionFilter, Ports


def hints_of(
    ports: Ports,
    connection_id: str,
    *,
    online: str | None = None,
    today: date | None = None,
    since: date | None = None,
    named: Mapping[str, str] | None = None,
) -> Hints:
    """
    Return what the books of its company say of the accounts that a bank connection feeds; does network, saves nothing.

    Args:
        online: The online connection to ask by; needed where several apps are connected to the company.

        since: The first day that is looked at; else two years up to *today*.

        named: What the company's chart calls a ledger account that is recorded under another name: its id, its number
            or its name there.

    Raises:
        ConfigurationError: It has no accounts yet, there is no online connection to ask by, or several; or an account
            is not in the company's chart.
        IntuitError: As :func:`qbapps.banks.hint_reading.read_hints`.
        ReconnectRequired: The online connection has ended.
        TransitionError: The online connection that was named is paused, or kept by hand.
    """
    kept = keeping.load(ports, connection_id)
    if not kept.link.accounts:
        raise ConfigurationError(
            f"It is not known which accounts {kept.link.bank} feeds.",
            hint="Record them with banks.record, as 'accounts_mapped'.",
            connection_id=connection_id,
        )
    day = keeping.today(ports) if today is None else as_day(today, "today")
    names = {ledger: ledger for ledger in kept.link.accounts} | dict(named or {})
    if names.keys() != kept.link.accounts.keys():
        raise ConfigurationError(
            f"{kept.link.bank} does not feed {', '.join(sorted(names.keys() - kept.link.accounts.keys()))}.",
            hint=f"It feeds {', '.join(kept.link.accounts)}.",
            connection_id=connection_id,
        )
    by = online_of(ports, kept.connection, online)
    books = ports.companies.books(client.client(ports, by.id))
    return attrs.evolve(read_hints(books, names, today=day, since=since), connection_id=by.id)


def online_of(ports: Ports, connection: Connection, online: str | None = None) -> Connection:
    """
    Return the online connection by which the books of *connection*'s company can be read.

    Raises:
        ConfigurationError: There is none, or several and none was named, or the named one is to another company.
        NotFoundError: There is none of that name.
    """
    realm_id = connection.realm_id
    if realm_id is None:
        raise ConfigurationError(
            f"The realm id of {connection.company_name} is not known, so that its books cannot be asked.",
            hint="Give the days of the newest rows as QuickBooks' own tabs show them.",
            connection_id=connection.id,
        )
    if online is not None:
        named = lookup.connection(ports.store, online)
        if named.kind is not Kind.ONLINE or named.realm_id != realm_id:
            raise ConfigurationError(
                f"{online} is no online connection to company {realm_id}.",
                hint="Look at connections(realm_id=..., kind='online').",
                connection_id=connection.id,
                realm_id=realm_id,
            )
        return named
    there = [*ports.store.connections(ConnectionFilter(realm_id=realm_id, kind=Kind.ONLINE))]
    usable = [one for one in there if _is_usable(one)]
    if len(usable) == 1:
        return usable[0]
    if usable:
        raise ConfigurationError(
            f"Several online connections to company {realm_id} can be asked.",
            hint=f"Choose one with online=...: {_listed(usable)}.",
            connection_id=connection.id,
            realm_id=realm_id,
        )
    hint = f"Repair one of {_listed(there)}" if there else "Connect an app to it with begin_connect"
    raise ConfigurationError(
        f"No online connection to company {realm_id} can be asked.",
        hint=f"{hint}, or give the days of the newest rows as QuickBooks' own tabs show them.",
        connection_id=connection.id,
        realm_id=realm_id,
    )


def _is_usable(connection: Connection) -> bool:
    return connection.state is ConnectionState.CONNECTED and connection.reach is Reach.API


def _listed(connections: list[Connection]) -> str:
    shown = sorted(connections, key=lambda one: (one.app_id, one.id))
    return "; ".join(f"{one.id} ({one.app_id}, {one.state.replace('_', ' ')})" for one in shown)
