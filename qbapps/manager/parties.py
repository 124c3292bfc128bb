"""Apps, firms, clients, people, and taking in what a firm or an integrator has already."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

from qbapps.domain.connection import Connection
from qbapps.domain.inventory import ImportReport
from qbapps.domain.parties import App, Client, Firm, Person
from qbapps.lifecycle import apps, inventory, lookup, people, token_import
from qbapps.manager.room import Room
from qbapps.reading.files import read_capped
from qbapps.reading.inventory import read_inventory
from qbapps.values import Secret


class Parties(Room):
    """Apps, firms, clients, people, and taking in what a firm or an integrator has already."""

    def register_app(
        self,
        app_id: str,
        *,
        name: str | None = None,
        client_id: str | None = None,
        client_secret: str | Secret | None = None,
        redirect_uri: str | None = None,
        environment: str = "sandbox",
        scopes: Iterable[str] | None = None,
        discovery_url: str | None = None,
        api_url: str | None = None,
        developer_contact: str | None = None,
        identity: bool = True,
        category: str | None = None,
    ) -> App:
        """
        Add an app, or bring a known one up to date; call it at every start, and to rotate a client secret.

        It states the whole app: what is left out goes back to its default, but for the name, the
        developer's contact, the category and the client secret, which are kept.

        Args:
            app_id: Your own short name for the app.

            client_id: From the Keys page of Intuit's developer portal; None for an app whose
                credentials you do not hold: its connections are then handled by hand.

            client_secret: Sealed before it is stored. May be left out once it is known.

            redirect_uri: To the letter as registered at Intuit.

            environment: ``sandbox`` or ``production``, as the keys are.

            scopes: Default: accounting, openid, email and profile.

            discovery_url: Another discovery document, for a simulator or a proxy.

            api_url: Another accounting API, for a simulator or a proxy.

            developer_contact: Where to write about data after a disconnect.

            identity: False to do without openid; owners then stay unknown.

            category: What the app is for, in your own words: "Receipts", "Notes de frais".

        Raises:
            ConfigurationError: What was given does not fit together; nothing was changed.
        """
        return apps.register(
            self._ports,
            app_id,
            name=name,
            client_id=client_id,
            client_secret=client_secret,
            redirect_uri=redirect_uri,
            environment=environment,
            scopes=scopes,
            discovery_url=discovery_url,
            api_url=api_url,
            developer_contact=developer_contact,
            identity=identity,
            category=category,
        )

    def apps(self) -> tuple[App, ...]:
        """Return every app."""
        return self._ports.store.apps()

    def app(self, app_id: str) -> App:
        """
        Return one app.

        Raises:
            NotFoundError: There is none of that id.
        """
        return lookup.app(self._ports.store, app_id)

    def add_firm(self, firm_id: str, *, name: str, realm_id: str | None = None) -> Firm:
        """Add an accounting firm, or bring a known one up to date; *realm_id* is that of its own books."""
        return people.add_firm(self._ports, firm_id, name=name, realm_id=realm_id)

    def firms(self) -> tuple[Firm, ...]:
        """Return every firm."""
        return self._ports.store.firms()

    def firm(self, firm_id: str) -> Firm:
        """
        Return one firm.

        Raises:
            NotFoundError: There is none of that id.
        """
        return lookup.firm(self._ports.store, firm_id)

    def add_client(self, firm_id: str, *, realm_id: str, name: str) -> Client:
        """
        Add a client to a firm, or bring a known one up to date.

        Raises:
            NotFoundError: There is no such firm.
            ConfigurationError: The realm id is none, or is the firm's own.
        """
        return people.add_client(self._ports, firm_id, realm_id=realm_id, name=name)

    def clients(self, firm_id: str) -> tuple[Client, ...]:
        """
        Return the clients of a firm.

        Raises:
            NotFoundError: There is no such firm.
        """
        return self._ports.store.clients(lookup.firm(self._ports.store, firm_id).id)

    def add_person(
        self,
        email: str,
        *,
        name: str | None = None,
        role: str = "unknown",
        firm: str | None = None,
        realm_id: str | None = None,
        left_on: date | None = None,
    ) -> Person:
        """
        Record somebody's role in a firm or in one company, or bring it up to date.

        Args:
            role: ``primary_admin``, ``admin``, ``team_member``, ``standard`` or ``unknown``. Known
                roles are enforced, unknown ones are not.

            left_on: First day on which they are gone.

        Raises:
            ConfigurationError: The address or role is none, or not exactly one of firm and company is given.
            NotFoundError: There is no such firm.
        """
        return people.add_person(
            self._ports, email, name=name, role=role, firm_id=firm, realm_id=realm_id, left_on=left_on
        )

    def people(self, firm: str | None = None) -> tuple[Person, ...]:
        """Return the people of a firm, or everybody."""
        return self._ports.store.people(firm_id=firm)

    def import_inventory(self, path: str | Path, *, firm: str) -> ImportReport:
        """
        Take in a list of connected apps as a firm keeps it; importing it again changes nothing but when it was listed.

        Good rows are taken; wrong ones are reported with line, column and reason. A row about a
        connection we hold enriches it.

        Raises:
            NotFoundError: There is no such firm.
            ConfigurationError: The file cannot be read at all; the message says what was seen.
        """
        return inventory.import_inventory(self._ports, read_inventory(read_capped(Path(path))), firm_id=firm)

    def import_tokens(
        self,
        app_id: str,
        *,
        realm_id: str,
        refresh_token: str | Secret,
        access_token: str | Secret | None = None,  # noqa: ARG002 - accepted, never trusted: the pair is refreshed
        obtained_at: datetime | None = None,
    ) -> Connection:
        """
        Bring in a pair that you hold already, verified before it is kept. Does network.

        The pair is refreshed once, so whoever held it must stop using it. *access_token* and
        *obtained_at* may be given for completeness; the refresh makes them obsolete.

        Raises:
            AuthorizationError: Intuit refuses the pair, or it is for another company.
            GrantUnverified: The refreshed pair is kept; it could not be checked yet.
            TransitionError: This company is connected already.
        """
        return token_import.import_tokens(
            self._ports, app_id, realm_id=realm_id, refresh_token=refresh_token, obtained_at=obtained_at
        )
