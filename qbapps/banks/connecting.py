"""Noting that QuickBooks has a connection to a bank, or is to have one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime

import attrs

from qbapps.banks import companies, feeding, keeping
from qbapps.banks.folding import fold
from qbapps.banks.mapping import Accounts, pairs
from qbapps.banks.recording import check_on
from qbapps.domain.banks import regimes, spans
from qbapps.domain.banks.happening import Facts, happened
from qbapps.domain.banks.link import BankLink, followed
from qbapps.domain.banks.states import BankEvent, BankState
from qbapps.domain.banks.telling import recorded
from qbapps.domain.connection import Connection, Kind
from qbapps.domain.diagnosis import Cause
from qbapps.domain.events import Event
from qbapps.domain.inventory import Listing
from qbapps.domain.parties import App, Level, Owner, Reach
from qbapps.domain.states import ConnectionState
from qbapps.errors import ConfigurationError
from qbapps.lifecycle import lookup
from qbapps.lifecycle.inventory_rows import free_id
from qbapps.lifecycle.lists import choose
from qbapps.lifecycle.people import check_email, check_name, check_realm, owner_known_as
from qbapps.lifecycle.saving import retry_stale, save
from qbapps.ports import Change, ConnectionFilter, Ports, Record
from qbapps.values import Environment


@attrs.frozen(kw_only=True)
class Wanted:
    """What a bank connection is noted with; see ``qb.banks.connect``."""

    bank: str
    realm_id: str | None
    owner: str | None
    authenticated_on: date | None
    stated: date | None
    accounts: Accounts
    regime: str
    login: str | None
    company: str | None
    firm: str | None
    level: str
    history: str | None
    reference: str | None
    by: str | None


def connect(ports: Ports, wanted: Wanted) -> Connection:
    """
    Note a connection to a bank; nothing is sent.

    Raises:
        ConfigurationError: It is there already, or what was given does not fit together.
        NotFoundError: There is no such firm.
    """
    check_name("bank", wanted.bank)
    if wanted.realm_id is None and wanted.company is None:
        raise ConfigurationError("No company was named.", hint="Give its realm_id, or company=... and firm=...")
    if wanted.firm is not None:
        lookup.firm(ports.store, wanted.firm)
    if wanted.owner is not None:
        check_email(wanted.owner)
    check_realm(wanted.realm_id)
    return retry_stale(lambda: _connect(ports, wanted))


def _connect(ports: Ports, wanted: Wanted) -> Connection:
    at = ports.clock.now()
    apps = ports.store.apps()
    name = bank_name(wanted.bank, wanted.login)
    there = next((app for app in apps if app.is_bank and fold(app.name) == fold(name)), None)
    app = there or new_bank(name, {one.id for one in apps}, at)
    others = tuple(companies.of_company(ports, wanted.realm_id, wanted.company, wanted.firm))
    known = next((one.connection for one in others if one.connection.app_id == app.id), None)
    if known is not None:
        raise ConfigurationError(
            f"{app.name} is connected to that company already: it is {known.id}, {known.state}.",
            hint="Record what happened to it with banks.record, such as 'reconnected'; a second login at the same bank "
            "needs a name of its own: login=...",
            connection_id=known.id,
        )
    owner = None if wanted.owner is None else owner_known_as(ports.store, wanted.owner, wanted.realm_id)
    made = noted(ports, wanted, app, owner=owner, elsewhere=companies.fed(others), at=at)
    records = made.records if there else (app, *made.records)
    save(ports, Change(records=records, listings=made.listings, events=made.events))
    return made.connection


@attrs.frozen(kw_only=True)
class Noted:
    """A connection that is new, and what is saved of it."""

    connection: Connection
    link: BankLink
    records: tuple[Record, ...]
    listings: tuple[Listing, ...]
    events: tuple[Event, ...]


def noted(
    ports: Ports, wanted: Wanted, app: App, *, owner: Owner | None, elsewhere: Mapping[str, str], at: datetime
) -> Noted:
    """
    Return a connection that is not there yet; nothing is saved.

    Args:
        elsewhere: What other living connections of the company feed: the bank's account by ledger account.

    Raises:
        ConfigurationError: What is wanted does not fit together.
    """
    connection = Connection(
        id=ports.randomness.new_id("con_"),
        kind=Kind.BANK,
        app_id=app.id,
        environment=Environment.PRODUCTION,
        realm_id=wanted.realm_id,
        company_name=_company(ports, wanted),
        owner=owner,
        state=ConnectionState.NEEDS_RECONNECT,
        cause=Cause.SETUP_UNFINISHED,
        reach=Reach.HAND,
        reference=wanted.reference,
    )
    link = _link(ports, connection, wanted, elsewhere)
    grant = 1 if link.state is BankState.ACTIVE else 0
    connection = attrs.evolve(followed(attrs.evolve(connection, grant=grant), link, at.date(), at), version=1)
    events = [recorded(link, "noted", at, by=wanted.by, was=None)]
    if connection.state is ConnectionState.CONNECTED:
        events.append(keeping.connected(connection, at, wanted.by))
    return Noted(
        connection=connection,
        link=link,
        records=(connection, link, *feeding.claims(ports, connection, link)),
        listings=_listings(wanted, connection, at),
        events=tuple(events),
    )


def bank_name(bank: str, login: str | None) -> str:
    """Return the bank as lists name it; a login of one's own makes another of it."""
    name = " ".join(bank.split())
    if login is None:
        return name
    check_name("login", login)
    return f"{name} ({' '.join(login.split())})"


def new_bank(name: str, taken: Collection[str], at: datetime) -> App:
    """Return a bank that lists do not have yet, with an id that is not *taken*."""
    return App(
        id=free_id(f"bank {name}", taken),
        name=name,
        environment=Environment.PRODUCTION,
        registered_at=at,
        is_bank=True,
    )


def _link(ports: Ports, connection: Connection, wanted: Wanted, elsewhere: Mapping[str, str]) -> BankLink:
    """Return its bank's side, as far as it has come."""
    on, given, bank = wanted.authenticated_on, pairs(wanted.accounts), " ".join(wanted.bank.split())
    link = BankLink(
        connection_id=connection.id,
        bank=bank,
        login=None if wanted.login is None else " ".join(wanted.login.split()),
        regime=regimes.read(wanted.regime),
        history=None if wanted.history is None else str(spans.read(wanted.history)),
        recorded_on=keeping.today(ports) if on is None else on,
    )
    if on is None:
        if given or wanted.stated is not None:
            raise ConfigurationError(
                f"{bank} has accounts or an end of its consent, but no day on which its customer logged in.",
                hint="Give authenticated_on=..., or leave those out and record them as they happen.",
            )
        return link
    check_on(ports, on)
    stated = None if wanted.stated is None else spans.as_day(wanted.stated, "stated")
    link = attrs.evolve(link, state=BankState.AWAITING_BANK)
    link = happened(link, BankEvent.BANK_AUTHENTICATED, on, Facts(stated=stated))
    if given:
        link = happened(link, BankEvent.ACCOUNTS_MAPPED, on, Facts(accounts=given, elsewhere=elsewhere))
    return attrs.evolve(link, version=1)


def _company(ports: Ports, wanted: Wanted) -> str | None:
    """Return the company's name as it was given, or as it is known."""
    if wanted.company is not None or wanted.realm_id is None:
        return None if wanted.company is None else wanted.company.strip()
    others = ports.store.connections(ConnectionFilter(realm_id=wanted.realm_id))
    names = (one.company_name for one in others)
    clients = (ports.store.client(firm.id, wanted.realm_id) for firm in ports.store.firms())
    return next((name for name in (*names, *(one.name for one in clients if one is not None)) if name), None)


def _listings(wanted: Wanted, connection: Connection, at: datetime) -> tuple[Listing, ...]:
    """Return how a firm sees it, where the company has no number by which it could."""
    if wanted.firm is None:
        return ()
    level = choose(Level, wanted.level, "level")
    if level not in (Level.CLIENT, Level.FIRM):
        raise ConfigurationError(f"level is {wanted.level!r}.", hint="Use 'client' or 'firm'.")
    return (Listing(firm_id=wanted.firm, connection_id=connection.id, listed_at=at, level=level),)
