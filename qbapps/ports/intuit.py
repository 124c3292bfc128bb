"""Intuit: its authorization server and its accounting API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

import attrs

from qbapps.domain.parties import (
    CompanyFacts,
    Credentials,
    Identity,
)
from qbapps.domain.tokens import TokenGrant
from qbapps.errors import IntuitError
from qbapps.values import Secret


@attrs.frozen(kw_only=True)
class RevokeAnswer:
    """
    How Intuit answered a revoke.

    Attributes:
        accepted: True for 200, False for 400.
    """

    accepted: bool
    status: int
    intuit_tid: str | None = None


class OAuth(Protocol):
    """
    Intuit's authorization server.

    Every method does network (``authorization_url`` only for the discovery document, once a day)
    and may raise ``IntuitUnavailable``, ``IntuitRejected`` or ``IntuitProtocolError``. None writes
    anything here.
    """

    def authorization_url(self, credentials: Credentials, state: Secret) -> str:
        """Return the consent page's URL."""

    def exchange(self, credentials: Credentials, code: Secret) -> TokenGrant:
        """Exchange a code. Sent once: a code that is sent twice may revoke what it gave."""

    def refresh(self, credentials: Credentials, refresh_token: Secret) -> TokenGrant:
        """Refresh a pair. Sent once, unless it is certain that it was not processed."""

    def revoke(self, credentials: Credentials, token: Secret) -> RevokeAnswer:
        """Revoke a pair. Safe to repeat, so it is repeated when Intuit is unavailable."""

    def identify(
        self,
        credentials: Credentials,
        access_token: Secret,
        id_token: Secret | None,
        at: datetime,
    ) -> Identity:
        """Return who gave the consent: the validated id_token first, userinfo for the rest."""


class Books(Protocol):
    """
    Reads of one company's books.

    Its methods are named as python-quickbooks names them, do network, and raise ``IntuitRejected`` for what Intuit
    does not answer, whatever the library makes of it.
    """

    def query(self, select: str) -> Mapping[str, Any]:
        """Run a query of the accounting API; the rows are under ``QueryResponse``."""

    def get_report(self, report_type: str, qs: Mapping[str, str]) -> Mapping[str, Any]:
        """Return a report; Intuit ignores parameters that it does not know."""


class Companies(Protocol):
    """Intuit's accounting API."""

    def company_info(self, credentials: Credentials, realm_id: str, access_token: Secret) -> CompanyFacts:
        """Read CompanyInfo. One metered call, repeated when Intuit is unavailable."""

    def client(
        self,
        credentials: Credentials,
        realm_id: str,
        connection_id: str,
        current: Callable[[], Secret],
        renew: Callable[[int], Secret],
        refused: Callable[[IntuitError], None] | None = None,
    ) -> Any:
        """
        Return a python-quickbooks client that takes its token at each request.

        Args:
            current: Gives a token that is usable now.

            renew: Called with the status when Intuit refused the token; gives another one.

            refused: Told of an answer that says something about the connection, before it is raised.
        """

    def books(self, client: Any) -> Books:
        """Return what reads the books by *client*, again when Intuit is unavailable; does no network."""
