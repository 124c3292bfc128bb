"""QBApps: the facade. One method per verb, each a docstring and a line of body."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import attrs

from qbapps.domain import policies
from qbapps.domain.authorization import AuthorizationRequest
from qbapps.domain.connection import Connection
from qbapps.domain.diagnosis import Health
from qbapps.domain.disconnection import Disconnection
from qbapps.domain.events import Break, Event
from qbapps.domain.grants import UnverifiedGrant
from qbapps.domain.inventory import ImportReport
from qbapps.domain.parties import App, Client, Firm, Level, Person
from qbapps.domain.reports import Progress, RefreshReport
from qbapps.domain.states import Action
from qbapps.domain.tasks import Task
from qbapps.domain.tokens import AccessToken
from qbapps.domain.transfer import Transfer, TransferState
from qbapps.lifecycle import (
    apps,
    connect,
    disconnect,
    grants,
    inventory,
    keepalive,
    lists,
    lookup,
    moving_in,
    people,
    refresh,
    rekeying,
    transfer,
    using,
    worklist,
)
from qbapps.ports import Ports
from qbapps.values import Secret

if TYPE_CHECKING:
    from qbapps.guides.messages import Message
    from qbapps.guides.notices import Notice
    from qbapps.listening import Listeners


class QBApps:
    """
    Everything that can be asked about connections; ``qbapps.open`` makes one.

    It is safe to share between threads, and one per process is enough. Any method may raise
    ``StoreError``; those that say "does network" may raise ``IntuitError``.
    """

    def __init__(self, ports: Ports, *, listeners: Listeners, close: Callable[[], None]) -> None:
        self._ports = ports
        self._listeners = listeners
        self._close = close

    def __enter__(self) -> QBApps:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the pools of connections to the database and to Intuit."""
        self._close()

    # Apps, companies, firms, people

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
    ) -> App:
        """
        Add an app, or bring a known one up to date; call it at every start, and to rotate a client secret.

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
        Take in a list of connected apps as a firm keeps it; importing it again changes nothing.

        Good rows are taken; wrong ones are reported with line, column and reason. A row about a
        connection we hold enriches it.

        Raises:
            NotFoundError: There is no such firm.
            ConfigurationError: The file cannot be read at all; the message says what was seen.
        """
        from qbapps.reading.files import read_capped
        from qbapps.reading.inventory import read_inventory

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
        return moving_in.import_tokens(
            self._ports, app_id, realm_id=realm_id, refresh_token=refresh_token, obtained_at=obtained_at
        )

    # Connect, token, client

    def begin_connect(
        self,
        app_id: str,
        *,
        realm_id: str | None = None,
        owner: str | None = None,
        reference: str | None = None,
        bind: str | None = None,
    ) -> AuthorizationRequest:
        """
        Make a link to Intuit's consent page; it works once, for ten minutes.

        Args:
            realm_id: The company that must be chosen, if one is expected.

            owner: The e-mail address the consent must come from, if one is expected.

            reference: Your own id, such as a tenant's; kept on the connection.

            bind: Something only this browser has, such as its session cookie; give it to
                ``complete`` again. Ties the callback to the browser.

        Raises:
            NotFoundError: There is no such app.
            ConfigurationError: Its credentials are not held.
        """
        return connect.begin_connect(
            self._ports, app_id, realm_id=realm_id, owner=owner, reference=reference, bind=bind
        )

    def complete(self, url: str, *, bind: str | None = None) -> Connection:
        """
        Finish a connect, a reconnect or a transfer with the URL Intuit sent the browser to. Does network.

        Raises:
            ConsentDenied: The person refused.
            StateMismatch: The state is unknown, was used before, or belongs to another browser.
            StateExpired: The link was too old or cancelled; what Intuit granted is kept (``grant_id``).
            WrongCompany: Another company answered; kept, or promoted where we hold that company.
            WrongOwner: Another person consented; at Intuit the connection is theirs, so it works on.
            GrantUnverified: Intuit's answer is kept, but could not be checked yet; call ``adopt`` later.
            AuthorizationError: Any other error in the callback, or the code was refused.
        """
        return connect.complete(self._ports, url, bind=bind)

    def access_token(self, connection_id: str) -> AccessToken:
        """
        Return an access token that is usable now. Does network only when the pair is stale.

        Raises:
            TransitionError: The connection is paused, or kept by hand.
            ReconnectRequired: It needs a reconnect, or is disconnected.
            LeaseTimeout: Another process has been refreshing it for too long.
        """
        return refresh.access_token(self._ports, connection_id)

    def quickbooks(self, connection_id: str) -> Any:
        """
        Return a python-quickbooks ``QuickBooks`` client that never goes stale.

        It takes the current token at each request, refreshes once when Intuit refuses it, and
        raises this package's errors for lost access, throttling and outages.

        Raises:
            TransitionError: The connection is paused, or kept by hand.
            ReconnectRequired: It needs a reconnect, or is disconnected.
        """
        return using.client(self._ports, connection_id)

    def refresh_due(
        self,
        *,
        within: timedelta = policies.KEEP_ALIVE_WITHIN,
        progress: Callable[[Progress], None] | None = None,
    ) -> RefreshReport:
        """
        Refresh idle connections whose refresh token ends within *within*. Does network.

        Source: Intuit, "Authorization FAQ": a refresh token unused for 100 days needs a new consent.
        """
        return keepalive.refresh_due(self._ports, within=within, progress=progress)

    def probe(self, connection_id: str) -> Health:
        """Look whether a connection lives, by one CompanyInfo read, which Intuit meters. Does network."""
        return using.probe(self._ports, connection_id)

    # Lists

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

    # Transfer

    def begin_transfer(
        self,
        connection_id: str,
        *,
        to: str,
        by: str | None = None,
        expires_in: timedelta = policies.TRANSFER_LIFETIME,
    ) -> Transfer:
        """
        Ask *to* to take a connection over; the result carries the link for them.

        Nothing changes until they consent at Intuit, and nothing is ever revoked. Where we hold
        no credentials the transfer waits for a person instead; see ``worklist``.

        Raises:
            TransitionError: The connection's state does not allow it, or a transfer is pending.
            NotPermitted: It is theirs already, they have left, or their role cannot hold an app.
        """
        return transfer.begin(self._ports, connection_id, to=to, by=by, expires_in=expires_in)

    def message(self, transfer: Transfer, *, lang: str | None = None) -> Message:
        """Return the message for the new owner of a transfer, in ``fr`` or ``en``."""
        from qbapps.guides.messages import transfer_message

        _, level = people.place(self._ports.store, transfer.realm_id)
        return transfer_message(transfer, self.app(transfer.app_id).name, lang, level=level)

    def transfer(self, transfer_id: str) -> Transfer:
        """
        Return one transfer, without its link.

        Raises:
            NotFoundError: There is none of that id.
        """
        return transfer.one(self._ports, transfer_id)

    def transfers(self, *, state: str | None = None) -> tuple[Transfer, ...]:
        """Return the transfers, or those in one state."""
        return transfer.every(self._ports, lists.choose(TransferState, state, "transfer state"))

    def cancel_transfer(self, transfer_id: str) -> Transfer:
        """
        End a transfer that is no longer wanted; its link stops working.

        Raises:
            TransitionError: It has ended before.
        """
        return transfer.cancel_transfer(self._ports, transfer_id)

    def renew_link(self, transfer_id: str) -> Transfer:
        """
        Make a fresh link for a transfer; the old one stops working.

        Raises:
            TransitionError: It completed, was cancelled or is done by hand.
        """
        return transfer.renew_link(self._ports, transfer_id)

    def unverified_grants(self) -> tuple[UnverifiedGrant, ...]:
        """Return what Intuit granted and nobody could check, or decide on, yet."""
        return grants.unverified(self._ports)

    def adopt(self, grant_id: str) -> Connection:
        """
        Resume the check of a kept grant and promote it; raises like ``complete``. Does network.

        Raises:
            NotFoundError: There is none of that id.
            TransitionError: It was promoted or discarded before.
        """
        return grants.adopt(self._ports, grant_id)

    def discard(self, grant_id: str) -> None:
        """
        Destroy a kept grant here, and revoke it only where that cannot reach a live connection. Does network.

        Raises:
            NotFoundError: There is none of that id.
            TransitionError: It was promoted or discarded before.
        """
        grants.discard(self._ports, grant_id)

    # Disconnect

    def disconnect(
        self,
        connection_id: str,
        *,
        reason: str = "no_longer_needed",
        comment: str | None = None,
        by: str | None = None,
        after: timedelta | None = None,
    ) -> Disconnection:
        """
        End a connection and return the receipt, with what is proven. Does network.

        The connection is denied here at once, then revoked at Intuit. Asked twice, the first
        receipt comes back; one without proof is tried again. A pending transfer is cancelled.

        Args:
            after: Wait this long with the revoke; ``undo_disconnect`` works until then.

        Raises:
            ConfigurationError: There is no such reason.
        """
        return disconnect.disconnect(self._ports, connection_id, reason=reason, comment=comment, by=by, after=after)

    def undo_disconnect(self, disconnection_id: str) -> Connection:
        """
        Take a delayed disconnect back.

        Raises:
            TransitionError: It was not delayed, or was carried out.
        """
        return disconnect.undo(self._ports, disconnection_id)

    def run_due(self) -> tuple[Disconnection, ...]:
        """Carry out the delayed disconnects whose time has come; for cron. Does network."""
        return disconnect.run_due(self._ports)

    def disconnections(self, connection_id: str | None = None) -> tuple[Disconnection, ...]:
        """Return the receipts of disconnects, of one connection or of all."""
        return disconnect.receipts(self._ports, connection_id)

    def notice(self, receipt: Disconnection, *, lang: str | None = None) -> Notice:
        """Return what to tell the company after a disconnect, and a letter to the app's developer."""
        from qbapps.guides import notices

        return notices.notice(receipt, self.app(receipt.app_id), lang, self._ports.clock.now())

    def note_disconnect(self, realm_id: str, *, app: str) -> Disconnection | None:
        """
        Look into a hit on the Disconnect URL: anyone can call it, so a probe decides. Does network.

        At most one probe per connection in ten minutes. None when nothing is known to have ended.
        """
        return disconnect.note(self._ports, realm_id, app)

    def reconnect(self, connection_id: str, *, bind: str | None = None) -> AuthorizationRequest:
        """
        Make a link that asks for a new consent for the same company.

        Raises:
            NotFoundError: There is none of that id.
            ConfigurationError: The app's credentials are not held.
        """
        return connect.begin_reconnect(self._ports, connection_id, bind=bind)

    def pause(self, connection_id: str) -> Connection:
        """Stop a connection here; nothing is revoked, and it is still kept alive."""
        return using.pause(self._ports, connection_id, Action.PAUSE)

    def resume(self, connection_id: str) -> Connection:
        """
        Let a paused connection go on.

        Raises:
            TransitionError: It is not paused.
        """
        return using.pause(self._ports, connection_id, Action.RESUME)

    # By hand

    def worklist(self, *, firm: str | None = None) -> tuple[Task, ...]:
        """Return what is left for people to do in QuickBooks, with its English steps."""
        return tuple(
            attrs.evolve(task, steps=self.steps(task, lang="en")) for task in worklist.open_tasks(self._ports, firm)
        )

    def task(self, task_id: str) -> Task:
        """
        Return one task.

        Raises:
            NotFoundError: There is none of that id.
        """
        return lookup.task(self._ports.store, task_id)

    def steps(self, task: Task, *, lang: str | None = None) -> tuple[str, ...]:
        """Return how to do a task in QuickBooks: who does it, the steps, the checks."""
        from qbapps.guides import steps as guide

        subject = None if task.subject_id is None else self._ports.store.disconnection(task.subject_id)
        return guide.steps(
            task.kind,
            task.level,
            lang,
            app=task.app_name,
            company=task.company_name,
            person=task.person,
            reason=None if subject is None else subject.reason,
        )

    def confirm_task(self, task_id: str, *, by: str, note: str | None = None) -> Task:
        """
        Record that *by* did a task, and what follows from it.

        Raises:
            NotFoundError: There is none of that id.
            TransitionError: It is not open.
        """
        return worklist.confirm_task(self._ports, task_id, by=by, note=note)

    # The trail

    def events(self, connection_id: str | None = None) -> Iterator[Event]:
        """
        Stream what happened to a connection, or everything, in order.

        Raises:
            NotFoundError: There is no such connection.
        """
        return lists.events(self._ports, connection_id)

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

    # Keys

    def rotate_keys(self) -> int:
        """
        Seal again, under the first key, what was sealed under another; return how many pairs and secrets.

        Afterwards the other keys can be dropped. It may run while others work, and be run again.
        """
        return rekeying.rotate_keys(self._ports)
