"""Firms, their clients, and the people who work there."""

from __future__ import annotations

from datetime import date

from qbapps.domain import permissions
from qbapps.domain.connection import Connection
from qbapps.domain.parties import Client, Firm, Level, Owner, Person, Role
from qbapps.domain.permissions import Hat, Permission, Undertaking, level_of
from qbapps.domain.record import revise_if_changed
from qbapps.errors import ConfigurationError
from qbapps.lifecycle import lookup
from qbapps.lifecycle.saving import retry_stale, save
from qbapps.ports import Change, Ports, Store
from qbapps.values import is_email, is_realm_id


def add_firm(ports: Ports, firm_id: str, *, name: str, realm_id: str | None) -> Firm:
    """
    Add a firm, or bring a known one up to date.

    Raises:
        ConfigurationError: The id or the name is empty, or the realm id is none or is a client's.
    """
    check_name("firm_id", firm_id)
    check_name("name", name)
    check_realm(realm_id)
    if realm_id is not None and ports.store.client(firm_id, realm_id) is not None:
        raise ConfigurationError(
            f"{realm_id} is a client of {firm_id}.", hint="Give the realm id of the firm's own books."
        )

    def upsert() -> Firm:
        known = ports.store.firm(firm_id)
        firm = (
            Firm(id=firm_id, name=name, realm_id=realm_id)
            if known is None
            else revise_if_changed(known, name=name, realm_id=realm_id or known.realm_id)
        )
        if firm is not known:
            save(ports, Change(records=(firm,)))
        return firm

    return retry_stale(upsert)


def add_client(ports: Ports, firm_id: str, *, realm_id: str, name: str) -> Client:
    """
    Add a client to a firm, or bring a known one up to date.

    Raises:
        ConfigurationError: The company is the firm's own.
    """
    firm = lookup.firm(ports.store, firm_id)
    check_name("name", name)
    check_realm(realm_id)
    if realm_id == firm.realm_id:
        raise ConfigurationError(
            f"{realm_id} is the firm's own company.", hint="Give the client's realm id; the firm's own is no client."
        )

    def upsert() -> Client:
        known = ports.store.client(firm_id, realm_id)
        client = (
            Client(firm_id=firm_id, realm_id=realm_id, name=name)
            if known is None
            else revise_if_changed(known, name=name)
        )
        if client is not known:
            save(ports, Change(records=(client,)))
        return client

    return retry_stale(upsert)


def add_person(
    ports: Ports,
    email: str,
    *,
    name: str | None,
    role: str,
    firm_id: str | None,
    realm_id: str | None,
    left_on: date | None,
) -> Person:
    """
    Record somebody's role in a firm or in one company, or bring it up to date.

    Raises:
        ConfigurationError: The address is none, the role is none, or both or neither of firm and company are given.
    """
    check_email(email)
    check_realm(realm_id)
    known_role = _role(role)
    if (firm_id is None) == (realm_id is None):
        raise ConfigurationError(
            f"{email} needs either a firm or a company.", hint="Give firm=... or realm_id=..., not both."
        )
    if firm_id is not None:
        lookup.firm(ports.store, firm_id)

    def upsert() -> Person:
        known = ports.store.person(email, firm_id=firm_id, realm_id=realm_id)
        if known is None:
            person = Person(
                id=ports.randomness.new_id("per_"),
                email=email,
                name=name,
                role=known_role,
                firm_id=firm_id,
                realm_id=realm_id,
                left_on=left_on,
            )
        else:
            person = revise_if_changed(known, name=name or known.name, role=known_role, left_on=left_on)
        if person is not known:
            save(ports, Change(records=(person,)))
        return person

    return retry_stale(upsert)


def place(store: Store, realm_id: str | None) -> tuple[Firm | None, Level]:
    """Return the firm that sees the company *realm_id*, and how; no firm for a company on its own."""
    if realm_id is not None:
        for firm in store.firms():
            is_client = store.client(firm.id, realm_id) is not None
            level = level_of(realm_id, firm_realm_id=firm.realm_id, is_client=is_client)
            if level is not Level.COMPANY:
                return firm, level
    return None, Level.COMPANY


def place_of(store: Store, connection: Connection) -> tuple[Firm | None, Level]:
    """
    Return the firm that sees *connection*, and how.

    Where its company has no number, as in QuickBooks Desktop, that is the firm whose list names it.
    """
    if connection.realm_id is not None:
        return place(store, connection.realm_id)
    for firm in store.firms():
        listed = store.listing(firm.id, connection.id)
        if listed is not None:
            return firm, listed.level or Level.COMPANY
    return None, Level.COMPANY


def known_at(store: Store, email: str, realm_id: str | None) -> tuple[Person, ...]:
    """Return what is known of *email* in the company *realm_id* and in the firms that see it."""
    return tuple(hat.person for hat in hats_at(store, email, realm_id))


def owner_known_as(store: Store, email: str, realm_id: str | None) -> Owner:
    """Return *email* as the owner of a connection to the company *realm_id*, with the name and role that are known."""
    known = known_at(store, email, realm_id)
    return Owner(
        email=email.strip(),
        name=next((person.name for person in known if person.name), None),
        role=next((person.role for person in known if person.role is not Role.UNKNOWN), Role.UNKNOWN),
    )


def hats_at(store: Store, email: str, realm_id: str | None) -> tuple[Hat, ...]:
    """Return where *email* stands towards the company *realm_id*: on its staff, and in the firms that see it."""
    return _hats(store, store.people(email=email), realm_id)


def permission(store: Store, action: Undertaking, connection: Connection, who: str | None, *, on: date) -> Permission:
    """
    Say whether *who* may do *action* on *connection*, from what the store knows; raises nothing.

    Args:
        who: An e-mail address, or any name: one that nobody is known by is unverified.
    """
    firm, level = place_of(store, connection)
    sees = _of_list(store, connection) if connection.realm_id is None and firm is not None else None
    hats = () if who is None else _hats(store, store.people(email=who), connection.realm_id, sees)
    found = permissions.judge(action, who, hats, level=level, on=on)
    if not found.is_refused:
        return found
    others = _hats(store, store.people(), connection.realm_id, sees)
    return permissions.judge(action, who, hats, level=level, on=on, others=others)


def check_permission(
    store: Store, action: Undertaking, connection: Connection, who: str | None, *, on: date
) -> Permission:
    """
    Return the permission of *who*, to be kept in the trail.

    Raises:
        NotPermitted: Something that the store knows forbids it.
    """
    found = permission(store, action, connection, who, on=on)
    return permissions.require(found, connection_id=connection.id, realm_id=connection.realm_id)


def _of_list(store: Store, connection: Connection) -> frozenset[str]:
    """Return the firms whose list names *connection*."""
    return frozenset(firm.id for firm in store.firms() if store.listing(firm.id, connection.id) is not None)


def _hats(
    store: Store, people: tuple[Person, ...], realm_id: str | None, sees: frozenset[str] | None = None
) -> tuple[Hat, ...]:
    """Return where *people* stand; *sees* are the firms that have to do with it, where its number does not say so."""
    if sees is not None:
        people = tuple(person for person in people if person.firm_id is None or person.firm_id in sees)
    firms = {firm.id: firm for firm in store.firms()} if people else {}
    is_books = any(firm.realm_id == realm_id for firm in firms.values())
    employers = {person.firm_id for person in people if person.firm_id in firms}
    serving = {each for each in employers if realm_id is not None and store.client(each, realm_id) is not None}

    def worn(person: Person) -> Hat | None:
        firm = None if person.firm_id is None else firms.get(person.firm_id)
        if firm is None:
            return permissions.hat_of(person, realm_id, firm_realm_id=realm_id if is_books else None)
        return permissions.hat_of(person, realm_id, firm_realm_id=firm.realm_id, is_client=firm.id in serving)

    return tuple(hat for person in people if (hat := worn(person)) is not None)


def check_email(email: str) -> None:
    """Raise ConfigurationError unless *email* has the form of an address."""
    if not is_email(email):
        raise ConfigurationError(f"{email!r} is not an e-mail address.", hint="Write it as name@company.example.")


def check_name(setting: str, name: str) -> None:
    """Raise ConfigurationError when *name* is empty."""
    if not name.strip():
        raise ConfigurationError(f"{setting} is empty.", hint="Give a name people will recognise.")


def check_realm(realm_id: str | None) -> None:
    """Raise ConfigurationError unless *realm_id* can be one; None passes."""
    if realm_id is not None and not is_realm_id(realm_id):
        raise ConfigurationError(
            f"{realm_id!r} is not a realm id.", hint="Use the company's id: digits only, as QuickBooks shows it."
        )


def _role(role: str) -> Role:
    try:
        return Role(role)
    except ValueError:
        names = ", ".join(Role)
        raise ConfigurationError(f"There is no role {role!r}.", hint=f"Use one of: {names}.") from None
