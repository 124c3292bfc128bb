"""Lists of connections, and the trail of what happened to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from os import PathLike
from pathlib import Path

import attrs

from qbapps.banks import explaining as banks
from qbapps.desktop import explaining as desktop
from qbapps.domain.connection import Connection, Kind
from qbapps.domain.diagnosis import Diagnosis
from qbapps.domain.events import Event
from qbapps.domain.keys import KeyUse
from qbapps.domain.parties import Level
from qbapps.domain.reports import Progress
from qbapps.domain.trail import Break, Checkpoint
from qbapps.errors import ConfigurationError
from qbapps.export import events_jsonl
from qbapps.export.whole_file import whole_file
from qbapps.language import words
from qbapps.lifecycle import checkpoints, explaining, lists, lookup, rekeying
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
        kind: str | None = None,
    ) -> Iterator[Connection]:
        """
        Stream connections; filters combine with AND.

        Args:
            level: ``firm`` (its own books) or ``client``; needs *firm*.

            client: Realm id of one client; needs *firm*.

            owner: E-mail address or OpenID subject.

            kind: ``online``, ``desktop`` or ``bank``.

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
            kind=kind,
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
        match lookup.connection(self._ports.store, connection_id).kind:
            case Kind.DESKTOP:
                return desktop.explain(self._ports, connection_id, lang)
            case Kind.BANK:
                return banks.explain(self._ports, connection_id, lang)
            case Kind.ONLINE:
                pass
        found, _ = explaining.explain(self._ports, connection_id), words(lang)
        return attrs.evolve(found, evidence=tuple(map(_.say, found.evidence)), next_step=_.say(found.next_step))

    def verify_events(self, *, checkpoint: str | PathLike[str] | None = None) -> tuple[Break, ...]:
        """
        Check the hash chain of every stream of events; empty when the trail is whole.

        Each break names its stream, the event and what is wrong with it: altered, missing, put in, moved.
        The chain alone cannot show that the end of a stream was cut off, or that all was written anew from
        some event on: a checkpoint that was kept elsewhere does.

        Args:
            checkpoint: A file that ``checkpoint_events`` wrote.

        Raises:
            ConfigurationError: The checkpoint cannot be read, or is none.
            SealBroken: The checkpoint was altered, or signed with a key that is not held.
        """
        ends = None if checkpoint is None else checkpoints.read(self._ports, *_lines(Path(checkpoint)))
        return lists.verify_events(self._ports, ends)

    def checkpoint_events(self, path: str | PathLike[str]) -> Checkpoint:
        """
        Write to a file where every stream of events ends now, signed, for ``verify_events`` to compare with later.

        Keep it where nobody is who can write to the database. Whoever holds the vault's key could make
        another; after ``rotate_keys`` make a new one. The file has a line for each stream, and is replaced whole.

        Raises:
            ConfigurationError: The file cannot be written.
        """
        place = Path(path)
        with whole_file(place) as made, made.open("wb") as file:
            return checkpoints.write(self._ports, file.write)

    def write_events(self, path: str | PathLike[str], connection_id: str | None = None) -> Path:
        """
        Write what happened to a connection, or everything, to a file: JSON lines, one event each, with its hashes.

        ``qbapps.verify_exported`` checks such a file by itself. Events are taken from the store one by one,
        and the file appears when it is whole.

        Raises:
            ConfigurationError: The file cannot be written.
            NotFoundError: There is no such connection.
        """
        place, found = Path(path), self.events(connection_id)
        return events_jsonl.write_events(place, found)

    def on(self, kind: str, callback: Callable[[Event], object], *, name: str | None = None) -> Callable[[], None]:
        """
        Call *callback* with each event of *kind* that any process saves in this store from now on.

        It is called once the event is saved: at the end of the verb that saved it, in the same thread;
        for what other processes saved, in a thread of its own. It may call any verb. It is called again,
        after a pause that grows to an hour, until it returns, and after a crash too: at least once,
        rarely twice. It hears of one connection's events in their order. What nobody could be told of
        for 30 days is dropped, with a warning in the log.

        Args:
            kind: Such as ``connection.needs_reconnect``.

            callback: A plain function; what it returns is ignored.

            name: What the listener is called in the store, by default its function's name with its module.
                After a restart the same name takes up what was left, now. Processes that share a name
                share its events: each is told to one of them.

        Returns:
            A function that takes the callback back, in this process.

        Raises:
            ConfigurationError: There is no such kind, *callback* is asynchronous, or *name* is taken here.
        """
        return self._listeners.add(kind, callback, name=name)

    def deliver_events(self) -> int:
        """
        Tell the listeners of this process what waits for them in the store, and return how often one was told.

        Rarely needed: a thread does it every five seconds while somebody listens. There is none with
        a store in memory or with a clock of your own; then the end of any verb does it as often.
        """
        return self._listeners.deliver()

    def rotate_keys(self, *, progress: Callable[[Progress], None] | None = None) -> int:
        """
        Seal or sign again, under the first key, what was so under another; return how many pairs, secrets and plans.

        It may run while others refresh, connect and disconnect, in this process or another, and one
        that was stopped is taken up by the next. ``key_usage`` tells whether the other keys can be dropped.

        Raises:
            UnknownKey: Something is sealed with a key that was not given; all the rest was done.
            SealBroken: Something was altered; all the rest was done.
        """
        return rekeying.rotate_keys(self._ports, progress=progress)

    def key_usage(self) -> tuple[KeyUse, ...]:
        """Return how much each key seals or signed; one with a count of 0 that is not the first can be dropped."""
        return rekeying.key_usage(self._ports)


def _lines(place: Path) -> tuple[Callable[[], Iterable[bytes]], str]:
    """Return what reads a file line by line, holding no more, and what messages call it."""

    def read() -> Iterator[bytes]:
        try:
            with place.open("rb") as file:
                yield from file
        except OSError as error:
            raise ConfigurationError(f"{place} cannot be read: {error.strerror}.", hint="Check the name.") from None

    return read, str(place)
