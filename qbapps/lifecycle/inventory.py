"""Taking a firm's hand-kept inventory in: new rows are kept, known connections are enriched."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import attrs

from qbapps.domain.connection import Connection, Kind
from qbapps.domain.events import Event, EventKind
from qbapps.domain.inventory import Conflict, ImportReport, InventoryRow, Listing, Reading, Refusal
from qbapps.domain.parties import App, Client, Firm, KnownCompany, Level, Source
from qbapps.domain.record import revise
from qbapps.domain.states import ConnectionState
from qbapps.language import Phrase
from qbapps.lifecycle import inventory_rows, lookup
from qbapps.lifecycle.inventory_rows import fold, key
from qbapps.lifecycle.saving import save
from qbapps.ports import Change, ConnectionFilter, Ports, Record
from qbapps.values import Environment

_BATCH = 500


@attrs.define
class _Run:
    """One import: what is known, what it adds, and what became of each row; a list of apps names no bank."""

    ports: Ports
    firm: Firm
    at: datetime
    apps: dict[str, App]
    banks: frozenset[str]
    clients: dict[str, Client]
    known: dict[tuple[str, str], Connection]
    records: dict[str, Record] = attrs.field(factory=dict)
    listings: dict[str, Listing] = attrs.field(factory=dict)
    companies: dict[tuple[Environment, str], KnownCompany] = attrs.field(factory=dict)
    events: list[Event] = attrs.field(factory=list)
    taken: list[Connection] = attrs.field(factory=list)
    enriched: list[Connection] = attrs.field(factory=list)
    unchanged: list[Connection] = attrs.field(factory=list)
    refused: list[Refusal] = attrs.field(factory=list)
    conflicts: list[Conflict] = attrs.field(factory=list)


def import_inventory(ports: Ports, reading: Reading, *, firm_id: str) -> ImportReport:
    """
    Keep what *reading* says about the firm's connections; importing it again changes nothing but when it was said.

    What we know first-hand is never overwritten: a row that contradicts it is a conflict. All rows
    are noted as listed at one time, whatever else they say. They are saved in batches, so an
    interrupted import can simply be run again.
    """
    firm, apps = lookup.firm(ports.store, firm_id), ports.store.apps()
    run = _Run(
        ports=ports,
        firm=firm,
        at=ports.clock.now(),
        apps={fold(name): app for app in apps if not app.is_bank for name in (app.id, app.name)},
        banks=frozenset(app.id for app in apps if app.is_bank),
        clients={client.realm_id: client for client in ports.store.clients(firm_id)},
        known={key(c.app_id, c.realm_id, c.company_name): c for c in _of_firm(ports, reading, firm_id)},
    )
    for row in reading.rows:
        if _place(run, row):
            _take(run, row)
        if max(len(run.records), len(run.listings)) >= _BATCH:
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


def _of_firm(ports: Ports, reading: Reading, firm_id: str) -> Iterator[Connection]:
    """
    Yield the connections that rows can be about: of their companies, or known by name only.

    Those of QuickBooks Desktop come last, and the living ones after those that have ended: of several with one name
    the last counts. Another firm's are not among them: a name shows nothing of whose company file it is.
    """
    realms = {row.realm_id for row in reading.rows}
    desktop = []
    for connection in ports.store.connections(ConnectionFilter()):
        if connection.kind is Kind.DESKTOP:
            if ports.store.listing(firm_id, connection.id) is not None:
                desktop.append(connection)
        elif connection.kind is Kind.ONLINE and (connection.realm_id is None or connection.realm_id in realms):
            yield connection
    yield from sorted(desktop, key=lambda one: one.state is not ConnectionState.DISCONNECTED)


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
    place = key(app.id, row.realm_id, row.company_name)
    known = run.known.get(place)
    conflict = inventory_rows.contradiction(known, app, row)
    if known is None:
        connection = inventory_rows.new(run.ports.randomness.new_id("con_"), app, row)
        run.known[place] = run.records[connection.id] = connection
        run.events.append(_event(run, connection, EventKind.IMPORTED, row))
        run.taken.append(connection)
    else:
        connection = known
        _enrich(run, place, known, row)
    if conflict is not None:
        run.conflicts.append(Conflict(line=row.line, connection_id=connection.id, what=conflict))
    _note(run, connection, row)


def _enrich(run: _Run, place: tuple[str, str], known: Connection, row: InventoryRow) -> None:
    enriched = inventory_rows.enrich(known, row)
    if enriched is known:
        run.unchanged.append(known)
        return
    if enriched.id in run.records:
        # Two names for one app, in one batch: nothing of it is saved yet, so it is still the same version.
        enriched = attrs.evolve(enriched, version=known.version)
        for told in (run.taken, run.enriched):
            told[:] = [enriched if connection is known else connection for connection in told]
        run.known[place] = run.records[enriched.id] = enriched
        return
    run.known[place] = run.records[enriched.id] = enriched
    run.events.append(_event(run, enriched, EventKind.ENRICHED, row))
    run.enriched.append(enriched)


def _note(run: _Run, connection: Connection, row: InventoryRow) -> None:
    """Note that the list names the connection, and which country it gives its company."""
    run.listings[connection.id] = Listing(
        firm_id=run.firm.id,
        connection_id=connection.id,
        listed_at=run.at,
        state=row.state,
        level=_level(run, connection),
    )
    if row.country is not None and connection.realm_id is not None:
        run.companies[connection.environment, connection.realm_id] = KnownCompany(
            environment=connection.environment,
            realm_id=connection.realm_id,
            country=row.country,
            seen_at=run.at,
            source=Source.INVENTORY,
        )


def _level(run: _Run, connection: Connection) -> Level | None:
    """Return how the firm sees a connection whose company has no number, as was said when it was made."""
    if connection.kind is not Kind.DESKTOP:
        return None
    listed = run.ports.store.listing(run.firm.id, connection.id)
    return None if listed is None else listed.level


def _app(run: _Run, row: InventoryRow) -> App:
    known = run.apps.get(fold(row.app_name))
    if known is None:
        known = App(
            id=inventory_rows.free_id(row.app_name, run.banks | {app.id for app in run.apps.values()}),
            name=row.app_name,
            environment=Environment.PRODUCTION,
            developer_contact=row.developer_contact,
            registered_at=run.at,
            category=row.category,
        )
        run.records[f"app {known.id}"] = known
    else:
        more = {
            name: said
            for name in ("developer_contact", "category")
            if getattr(known, name) is None and (said := getattr(row, name)) is not None
        }
        if more:
            pending = f"app {known.id}" in run.records
            known = attrs.evolve(known, **more) if pending else revise(known, **more)
            run.records[f"app {known.id}"] = known
            # A list may call it by its id here and by its name there.
            for name in [name for name, app in run.apps.items() if app.id == known.id]:
                run.apps[name] = known
    run.apps[fold(row.app_name)] = known
    run.apps[fold(known.id)] = known
    return known


def _event(run: _Run, connection: Connection, kind: EventKind, row: InventoryRow) -> Event:
    return Event(
        stream=connection.id,
        kind=kind,
        at=run.at,
        details={"app": connection.app_id, "realm_id": connection.realm_id, "line": row.line},
    )


def _flush(run: _Run) -> None:
    if run.listings:
        save(
            run.ports,
            Change(
                records=tuple(run.records.values()),
                companies=tuple(run.companies.values()),
                listings=tuple(run.listings.values()),
                events=tuple(run.events),
            ),
        )
    for saved in (run.records, run.companies, run.listings, run.events):
        saved.clear()
