"""Consents, tokens, ready-made clients, keeping alive."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs

from qbapps.banks import settling
from qbapps.domain import policies
from qbapps.domain.authorization import AuthorizationRequest
from qbapps.domain.connection import Connection
from qbapps.domain.diagnosis import Health
from qbapps.domain.reports import Progress, RefreshReport
from qbapps.domain.tokens import AccessToken
from qbapps.lifecycle import client, connect, keepalive, probe, refresh
from qbapps.manager.room import Room
from qbapps.manager.verbs import bare


class Connecting(Room):
    """Consents, tokens, ready-made clients, keeping alive."""

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

    @bare
    def access_token(self, connection_id: str) -> AccessToken:
        """
        Return an access token that is usable now. Does network only when the pair is stale.

        Within ``token_cache_ttl`` of the last look (5 s unless told otherwise) it comes from memory:
        what another process did to the connection since then shows after that time.

        Raises:
            TransitionError: The connection is paused, or kept by hand.
            ReconnectRequired: It needs a reconnect, or is disconnected.
            LeaseTimeout: Another process has been refreshing it for too long.
        """
        return refresh.access_token(self._ports, connection_id)

    def _remembered(self, connection_id: str) -> AccessToken | None:
        """Return the token if memory may still hand it out; no I/O."""
        return self._ports.memory.recall(connection_id)

    def quickbooks(self, connection_id: str) -> Any:
        """
        Return a python-quickbooks ``QuickBooks`` client that never goes stale.

        It takes the current token at each request, refreshes once when Intuit refuses it, and
        raises this package's errors for lost access, throttling and outages.

        Raises:
            TransitionError: The connection is paused, or kept by hand.
            ReconnectRequired: It needs a reconnect, or is disconnected.
        """
        return client.client(self._ports, connection_id)

    def refresh_due(
        self,
        *,
        within: timedelta = policies.KEEP_ALIVE_WITHIN,
        progress: Callable[[Progress], None] | None = None,
    ) -> RefreshReport:
        """
        Refresh idle connections whose refresh token ends within *within*. Does network.

        Paced, and resumable: each pair is saved as it comes. Of many that end on one day some are
        refreshed earlier. A connection that fails is in the report, not raised. Bank connections are looked at too:
        whose consent ends soon is told of, and whose has ended is marked.

        Source: Intuit, "Authorization FAQ": a refresh token unused for 100 days needs a new consent.
        """
        found = settling.settle(self._ports)
        report = keepalive.refresh_due(self._ports, within=within, progress=progress)
        return attrs.evolve(report, expiring=(*report.expiring, *found.expiring), lapsed=found.lapsed)

    def probe(self, connection_id: str) -> Health:
        """
        Look whether a connection lives, by reading CompanyInfo, and record what that shows. Does network.

        It costs one metered call, two when the token had to be renewed: see ``Health.cost``.
        """
        return probe.probe(self._ports, connection_id)
