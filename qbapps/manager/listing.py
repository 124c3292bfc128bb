"""Lists of connections, and the trail of what happened to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import attrs

from qbapps.domain.connection import Connection
from qbapps.domain.diagnosis import Diagnosis
from qbapps.domain.events import Break, Event
from qbapps.domain.parties import Level
from qbapps.language import words
from qbapps.lifecycle import explaining, lists, lookup, rekeying
from qbapps.manager.room import Room


class Listing(Room):
    """Lists of connections, and the trail of what happened to them."""

    def connections(
        self,
        *,
        app: str | None = None,
        realm_id: str | None = None,
        firm: str | None = None,
        level: str | None = None,
        client: str | None = None,
        owner: str | None = None,
        state: str | None = None,
        reach: str | None = None,
        reference: str | None = None,
    ) -> Iterator[Connection]:
        """
        Stream connections; filters combine with AND.

        Args:
            level: ``firm`` (its own books) or ``client``; needs *firm*.

            client: Realm id of one client; needs *firm*.

            owner: E-mail address or OpenID subject.

        Raises:
            ConfigurationError: A filter is none.
            NotFoundError: There is no such app, firm or client.
        """
        return lists.connections(
            self._ports,
            app=app,
            realm_id=realm_id,
            firm=firm,
            level=level,
            client=client,
            owner=owner,
            state=state,
            reach=reach,
            reference=reference,
        )

    def connection(self, connection_id: str) -> Connection:
        """
        Return one connection.

        Raises:
            NotFoundError: There is none of that id.
        """
        return lookup.connection(self._ports.store, connection_id)

    def company_apps(self, realm_id: str) -> tuple[Connection, ...]:
        """Return the apps connected to one company."""
        return lists.in_reading_order(self.connections(realm_id=realm_id))

    def firm_apps(self, firm_id: str) -> tuple[Connection, ...]:
        """Return the apps connected to a firm's own books."""
        return lists.in_reading_order(self.connections(firm=firm_id, level=Level.FIRM))

    def client_apps(self, firm_id: str, *, client: str | None = None) -> tuple[Connection, ...]:
        """Return the apps connected to a firm's clients, or to one of them."""
        return lists.in_reading_order(self.connections(firm=firm_id, level=Level.CLIENT, client=client))

    def events(self, connection_id: str | None = None) -> Iterator[Event]:
        """
        Stream what happened to a connection, or everything, in order.

        Raises:
            NotFoundError: There is no such connection.
        """
        return lists.events(self._ports, connection_id)

    def explain(self, connection_id: str, *, lang: str | None = None) -> Diagnosis:
        """
        Say why a connection does not work, on what evidence, and what to do next. No network.

        Raises:
            NotFoundError: There is no such connection.
        """
        found, _ = explaining.explain(self._ports, connection_id), words(lang)
        return attrs.evolve(found, evidence=tuple(map(_.say, found.evidence)), next_step=_.say(found.next_step))

    def verify_events(self) -> tuple[Break, ...]:
        """Check the hash chain of every stream of events; empty when the trail is whole."""
        return lists.verify_events(self._ports)

    def on(self, kind: str, callback: Callable[[Event], object]) -> None:
        """
        Call *callback* with each event of *kind* that this process saves from now on.

        Args:
            kind: Such as ``connection.needs_reconnect``.

        Raises:
            ConfigurationError: There is no such kind.
        """
        self._listeners.add(kind, callback)

    def rotate_keys(self) -> int:
        """
        Seal again, under the first key, what was sealed under another; return how many pairs and secrets.

        Afterwards the other keys can be dropped. It may run while others work, and be run again.
        """
        return rekeying.rotate_keys(self._ports)
