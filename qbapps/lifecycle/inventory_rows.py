"""What one row of an inventory makes of a connection: a new one, one that says more, or a contradiction."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from datetime import UTC, date, datetime, time
from typing import Final

import attrs

from qbapps.domain.connection import Connection, Kind
from qbapps.domain.diagnosis import Cause
from qbapps.domain.inventory import InventoryRow
from qbapps.domain.parties import App, Owner, Reach, Role
from qbapps.domain.record import revise_if_changed
from qbapps.domain.states import ConnectionState
from qbapps.language import N_, Phrase
from qbapps.values import fold_email

_STATES: Final = {
    ConnectionState.CONNECTED: Phrase(N_("connected")),
    ConnectionState.NEEDS_RECONNECT: Phrase(N_("to be reconnected")),
    ConnectionState.PAUSED: Phrase(N_("paused")),
    ConnectionState.DISCONNECTED: Phrase(N_("disconnected")),
}


def new(connection_id: str, app: App, row: InventoryRow) -> Connection:
    """Return the hand-kept connection that *row* is about."""
    state = row.state or ConnectionState.CONNECTED
    return Connection(
        id=connection_id,
        app_id=app.id,
        environment=app.environment,
        realm_id=row.realm_id,
        company_name=row.company_name,
        owner=None if row.owner_email is None else Owner(email=row.owner_email, role=row.role),
        state=state,
        reach=Reach.HAND,
        connected_at=_midnight(row.connected_on),
        cause=Cause.REPORTED if state is ConnectionState.NEEDS_RECONNECT else None,
        last_used_on=row.last_used_on,
    )


def enrich(known: Connection, row: InventoryRow) -> Connection:
    """
    Fill what is not known yet; a later last use is news too.

    A connection to QuickBooks Desktop stays as it is: its connector says how it is, and nobody owns it.
    """
    if known.kind is Kind.DESKTOP:
        return known
    owner = known.owner
    if owner is None and row.owner_email is not None and known.reach is Reach.HAND:
        owner = Owner(email=row.owner_email, role=row.role)
    elif owner is not None and owner.role is Role.UNKNOWN and _same_person(owner, row):
        owner = attrs.evolve(owner, role=row.role)
    used = [day for day in (known.last_used_on, row.last_used_on) if day is not None]
    return revise_if_changed(
        known,
        owner=owner,
        company_name=known.company_name or row.company_name,
        connected_at=known.connected_at or _midnight(row.connected_on),
        last_used_on=max(used) if used else None,
    )


def contradiction(known: Connection | None, app: App, row: InventoryRow) -> str | None:
    """
    Return what *row* says against what we know, as one sentence; None when it fits.

    Args:
        known: None for a connection that the row is the first to name.
    """
    said: list[Phrase] = []
    owner = None if known is None else known.owner
    if row.owner_email and owner is not None and owner.email and not _same_person(owner, row):
        said.append(
            Phrase(
                N_("the list says the owner is {said}, we know {known}"),
                said=row.owner_email,
                known=owner.email,
            )
        )
    if known is not None and row.state is not None and known.state not in (row.state, ConnectionState.PAUSED):
        said.append(
            Phrase(
                N_("the list says it is {said}, we know it is {known}"),
                said=_STATES[row.state],
                known=_STATES[known.state],
            )
        )
    if known is not None and known.kind is Kind.DESKTOP and row.owner_email:
        said.append(
            Phrase(
                N_("the list says the owner is {said}, and a connection to QuickBooks Desktop has none"),
                said=row.owner_email,
            )
        )
    if row.category is not None and app.category is not None and fold(row.category) != fold(app.category):
        said.append(
            Phrase(
                N_("the list says the app is for {said}, we know {known}"),
                said=row.category,
                known=app.category,
            )
        )
    if not said:
        return None
    whole = said[0]
    for one in said[1:]:
        whole = Phrase(N_("{one}; {other}"), one=whole, other=one)
    return whole


def key(app_id: str, realm_id: str | None, company_name: str | None) -> tuple[str, str]:
    """Return what tells a connection of a list from the others: its app, and its company by number or by name."""
    return app_id, realm_id or f"name {fold(company_name or '')}"


def fold(name: str) -> str:
    """Return *name* as names are compared: no accents, no case, no spaces to spare."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


def free_id(app_name: str, taken: Collection[str]) -> str:
    """Return an id for an app that has only a name, other than those that are *taken*."""
    plain = re.sub(r"[^a-z0-9]+", "-", fold(app_name)).strip("-")[:60] or "app"
    number, free = 2, plain
    while free in taken:
        free, number = f"{plain}-{number}", number + 1
    return free


def _same_person(owner: Owner, row: InventoryRow) -> bool:
    return bool(owner.email and row.owner_email and fold_email(owner.email) == fold_email(row.owner_email))


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), UTC)
