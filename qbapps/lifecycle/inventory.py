"""Taking a firm's hand-kept inventory in: new rows are kept, known connections are enriched."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime, time

import attrs

from qbapps.domain.connection import Connection
from qbapps.domain.diagnosis import Cause
from qbapps.domain.events import Event, EventKind
from qbapps.domain.inventory import Conflict, ImportReport, InventoryRow, Reading, Refusal
from qbapps.domain.parties import App, Client, Firm, Level, Owner, Reach, Role
from qbapps.domain.record import revise, revise_if_changed
from qbapps.domain.states import ConnectionState
from qbapps.language import Phrase
from qbapps.lifecycle import lookup
from qbapps.lifecycle.saving import save
from qbapps.ports import Change, ConnectionFilter, Ports, Record
from qbapps.values import Environment, fold_email

_BATCH = 500


@attrs.define
class _Run:
    """One import: what is known, what it adds, and what became of each row."""

    ports: Ports
    firm: Firm
    at: datetime
    apps: dict[str, App]
    clients: dict[str, Client]
    known: dict[tuple[str, str], Connection]
    records: dict[str, Record] = attrs.field(factory=dict)
    events: list[Event] = attrs.field(factory=list)
    taken: list[Connection] = attrs.field(factory=list)
    enriched: list[Connection] = attrs.field(factory=list)
    unchanged: list[Connection] = attrs.field(factory=list)
    refused: list[Refusal] = attrs.field(factory=list)
    conflicts: list[Conflict] = attrs.field(factory=list)


def import_inventory(ports: Ports, reading: Reading, *, firm_id: str) -> ImportReport:
    """
    Keep what *reading* says about the firm's connections; importing it again changes nothing.

    What we know first-hand is never overwritten: a row that contradicts it is a conflict. Rows
    are saved in batches, so an interrupted import can simply be run again.
    """
    firm = lookup.firm(ports.store, firm_id)
    run = _Run(
        ports=ports,
        firm=firm,
        at=ports.clock.now(),
        apps={_fold(name): app for app in ports.store.apps() for name in (app.id, app.name)},
        clients={client.realm_id: client for client in ports.store.clients(firm_id)},
        known={_key(c.app_id, c.realm_id, c.company_name): c for c in _of_firm(ports, reading)},
    )
    for row in reading.rows:
        if _place(run, row):
            _take(run, row)
        if len(run.records) >= _BATCH:
            _flush(run)
    _flush(run)
    return ImportReport(
        taken=tuple(run.taken),
        enriched=tuple(run.enriched),
        unchanged=tuple(run.unchanged),
        repeated=reading.repeated,
        refused=tuple(sorted((*reading.refused, *run.refused), key=lambda refusal: refusal.line)),
        conflicts=tuple(run.conflicts),
        notes=reading.notes,
    )


def _of_firm(ports: Ports, reading: Reading) -> Iterator[Connection]:
    """Yield the connections that rows can be about: of their companies, or known by name only."""
    realms = {row.realm_id for row in reading.rows}
    for connection in ports.store.connections(ConnectionFilter()):
        if connection.realm_id is None or connection.realm_id in realms:
            yield connection


def _place(run: _Run, row: InventoryRow) -> bool:
    """Find the row's company among the firm's, adding a client that is new; False when it is refused."""
    if row.level is Level.FIRM:
        if row.realm_id is None or row.realm_id == run.firm.realm_id:
            return True
        if run.firm.realm_id is None:
            run.firm = revise(run.firm, realm_id=row.realm_id)
            run.records["firm"] = run.firm
            return True
        run.refused.append(
            Refusal(
                line=row.line,
                column=None,
                reason=Phrase("this is not the firm's own company"),
                value_shown=row.realm_id,
            )
        )
        return False
    if row.realm_id is not None and row.realm_id == run.firm.realm_id:
        run.refused.append(
            Refusal(
                line=row.line,
                column=None,
                reason=Phrase("this is the firm's own company, not a client"),
                value_shown=row.realm_id,
            )
        )
        return False
    if row.realm_id is not None and row.realm_id not in run.clients:
        client = Client(firm_id=run.firm.id, realm_id=row.realm_id, name=row.company_name or row.realm_id)
        run.clients[row.realm_id] = client
        run.records[f"client {row.realm_id}"] = client
    return True


def _take(run: _Run, row: InventoryRow) -> None:
    app = _app(run, row)
    key = _key(app.id, row.realm_id, row.company_name)
    known = run.known.get(key)
    if known is None:
        connection = _new(run, app, row)
        run.known[key] = connection
        run.records[connection.id] = connection
        run.events.append(_event(run, connection, EventKind.IMPORTED, row))
        run.taken.append(connection)
        return
    conflict = _contradiction(known, row)
    if conflict is not None:
        run.conflicts.append(Conflict(line=row.line, connection_id=known.id, what=conflict))
    enriched = _enrich(known, row)
    if enriched is known:
        run.unchanged.append(known)
        return
    if enriched.id in run.records:
        # Two names for one app, in one batch: nothing of it is saved yet, so it is still the same version.
        enriched = attrs.evolve(enriched, version=known.version)
        for told in (run.taken, run.enriched):
            told[:] = [enriched if connection is known else connection for connection in told]
        run.known[key] = run.records[enriched.id] = enriched
        return
    run.known[key] = enriched
    run.records[enriched.id] = enriched
    run.events.append(_event(run, enriched, EventKind.ENRICHED, row))
    run.enriched.append(enriched)


def _app(run: _Run, row: InventoryRow) -> App:
    known = run.apps.get(_fold(row.app_name))
    if known is None:
        taken = {app.id for app in run.apps.values()}
        app_id = _free(_slug(row.app_name), taken)
        known = App(
            id=app_id,
            name=row.app_name,
            environment=Environment.PRODUCTION,
            developer_contact=row.developer_contact,
            registered_at=run.at,
        )
        run.records[f"app {app_id}"] = known
    elif known.developer_contact is None and row.developer_contact is not None:
        pending = f"app {known.id}" in run.records
        known = (
            attrs.evolve(known, developer_contact=row.developer_contact)
            if pending
            else revise(known, developer_contact=row.developer_contact)
        )
        run.records[f"app {known.id}"] = known
    run.apps[_fold(row.app_name)] = known
    run.apps[_fold(known.id)] = known
    return known


def _new(run: _Run, app: App, row: InventoryRow) -> Connection:
    state = row.state or ConnectionState.CONNECTED
    return Connection(
        id=run.ports.randomness.new_id("con_"),
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


def _enrich(known: Connection, row: InventoryRow) -> Connection:
    """Fill what is not known yet; a later last use is news too."""
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


def _contradiction(known: Connection, row: InventoryRow) -> str | None:
    said: list[str] = []
    owner = known.owner
    if row.owner_email and owner is not None and owner.email and not _same_person(owner, row):
        said.append(f"the list says the owner is {row.owner_email}, we know {owner.email}")
    if row.state is not None and row.state is not known.state and known.state is not ConnectionState.PAUSED:
        said.append(f"the list says {row.state}, we know {known.state}")
    return "; ".join(said) or None


def _same_person(owner: Owner, row: InventoryRow) -> bool:
    return bool(owner.email and row.owner_email and fold_email(owner.email) == fold_email(row.owner_email))


def _event(run: _Run, connection: Connection, kind: EventKind, row: InventoryRow) -> Event:
    return Event(
        stream=connection.id,
        kind=kind,
        at=run.at,
        details={"app": connection.app_id, "realm_id": connection.realm_id, "line": row.line},
    )


def _flush(run: _Run) -> None:
    if run.records:
        save(run.ports, Change(records=tuple(run.records.values()), events=tuple(run.events)))
    run.records.clear()
    run.events.clear()


def _key(app_id: str, realm_id: str | None, company_name: str | None) -> tuple[str, str]:
    return app_id, realm_id or f"name {_fold(company_name or '')}"


def _fold(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.casefold())
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", _fold(name)).strip("-")[:60] or "app"


def _free(app_id: str, taken: set[str]) -> str:
    number, free = 2, app_id
    while free in taken:
        free, number = f"{app_id}-{number}", number + 1
    return free


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), UTC)
