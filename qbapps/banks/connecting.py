"""Noting that QuickBooks has a connection to a bank, or is to have one."""

from __future__ import annotations

from datetime import date, datetime

import attrs

from qbapps.banks import keeping
from qbapps.banks.folding import fold
from qbapps.banks.mapping import Accounts, fed_elsewhere, pairs
from qbapps.banks.recording import check_on
from qbapps.domain.banks import regimes, spans
from qbapps.domain.banks.happening import Facts, happened
from qbapps.domain.banks.link import BankLink, followed
from qbapps.domain.banks.states import BankEvent, BankState
from qbapps.domain.banks.telling import recorded
from qbapps.domain.connection import Connection, Kind
from qbapps.domain.diagnosis import Cause
from qbapps.domain.inventory import Listing
from qbapps.domain.parties import App, Level, Reach
from qbapps.domain.states import ConnectionState
from qbapps.errors import ConfigurationError
from qbapps.lifecycle import lookup
from qbapps.lifecycle.inventory_rows import free_id
from qbapps.lifecycle.lists import choose
from qbapps.lifecycle.people import check_email, check_name, check_realm, owner_known_as
from qbapps.lifecycle.saving import retry_stale, save
from qbapps.ports import Change, ConnectionFilter, Ports
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
    # Before it is looked whether the bank is there already: of two reasons to refuse, that is the one to be told.
    elsewhere = fed_elsewhere(ports, wanted.realm_id, None)
    app, is_new = _bank(ports, wanted)
    known = None if wanted.realm_id is None else ports.store.connection_of(app.id, wanted.realm_id)
    if known is not None:
        raise ConfigurationError(
            f"{app.name} is connected to that company already: it is {known.id}, {known.state}.",
            hint="Record what happened to it with banks.record, such as 'reconnected'; a second login at the same bank "
            "needs a name of its own: login=...",
            connection_id=known.id,
        )
    connection = Connection(
        id=ports.randomness.new_id("con_"),
        kind=Kind.BANK,
        app_id=app.id,
        environment=Environment.PRODUCTION,
        realm_id=wanted.realm_id,
        company_name=_company(ports, wanted),
        owner=None if wanted.owner is None else owner_known_as(ports.store, wanted.owner, wanted.realm_id),
        state=ConnectionState.NEEDS_RECONNECT,
        cause=Cause.SETUP_UNFINISHED,
        reach=Reach.HAND,
        reference=wanted.reference,
    )
    link = _link(ports, connection, app.name, wanted, elsewhere)
    grant = 1 if link.state is BankState.ACTIVE else 0
    connection = attrs.evolve(followed(attrs.evolve(connection, grant=grant), link, at.date(), at), version=1)
    events = [recorded(link, "noted", at, by=wanted.by, was=None)]
    if connection.state is ConnectionState.CONNECTED:
        events.append(keeping.connected(connection, at, wanted.by))
    records = (app, connection, link) if is_new else (connection, link)
    save(ports, Change(records=records, listings=_listings(wanted, connection, at), events=tuple(events)))
    return connection


def _bank(ports: Ports, wanted: Wanted) -> tuple[App, bool]:
    """Return the bank as lists name it, and whether it is new there; a login of one's own makes another of it."""
    name = " ".join(wanted.bank.split())
    if wanted.login is not None:
        check_name("login", wanted.login)
        name = f"{name} ({' '.join(wanted.login.split())})"
    apps = ports.store.apps()
    for app in apps:
        if app.is_bank and fold(app.name) == fold(name):
            return app, False
    return (
        App(
            id=free_id(f"bank {name}", {app.id for app in apps}),
            name=name,
            environment=Environment.PRODUCTION,
            registered_at=ports.clock.now(),
            is_bank=True,
        ),
        True,
    )


def _link(ports: Ports, connection: Connection, bank: str, wanted: Wanted, elsewhere: frozenset[str]) -> BankLink:
    """Return its bank's side, as far as it has come."""
    on, given = wanted.authenticated_on, pairs(wanted.accounts)
    link = BankLink(
        connection_id=connection.id,
        bank=bank,
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
