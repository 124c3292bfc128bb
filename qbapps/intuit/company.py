"""The accounting API, over python-quickbooks: company info and the ready-made client."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from quickbooks.objects.company_info import CompanyInfo

from qbapps.domain import policies
from qbapps.domain.parties import CompanyFacts, Credentials
from qbapps.errors import ConfigurationError, IntuitError, IntuitProtocolError, QBAppsError
from qbapps.intuit import mapping, urls
from qbapps.intuit.books import CompanyBooks
from qbapps.intuit.retrying import Retries
from qbapps.intuit.seam import CompanyClient, TokenSession
from qbapps.intuit.transport import Transport
from qbapps.ports import Clock
from qbapps.values import Environment, Secret, is_realm_id

MINOR_VERSION: Final = 75
"""Source: Intuit, "Changes to our Accounting API" (2025): lower ones are served as 75"""


class IntuitCompanies:
    """
    Intuit's accounting API (``ports.Companies``). Threads may share it.

    Args:
        timeout: Longest wait for one answer.

        transport: The pool to use; without one it makes its own.
    """

    def __init__(
        self,
        clock: Clock,
        timeout: timedelta = policies.HTTP_TIMEOUT,
        transport: Transport | None = None,
    ) -> None:
        self._clock = clock
        self._timeout = timeout
        self._transport = transport or Transport()
        self._owned = transport is None
        self._retries = Retries(clock)

    def close(self) -> None:
        """Close the connections, unless they are another's."""
        if self._owned:
            self._transport.close()

    def company_info(self, credentials: Credentials, realm_id: str, access_token: Secret) -> CompanyFacts:
        """
        Read CompanyInfo: one metered call, repeated when Intuit is unavailable.

        Raises:
            IntuitRejected: ``3200`` (the token), ``120`` (the owner lost access), ``3100`` (token and
                company do not match) or another error of Intuit's.

            IntuitUnavailable: Says nothing about the connection.

            IntuitProtocolError: The answer could not be understood.

        Source: Intuit, "CompanyInfo"; "Subscription states" for the status
        """

        def once() -> CompanyFacts:
            client = self._client(credentials, realm_id, None, lambda: access_token, None)
            failure: QBAppsError
            try:
                info = CompanyInfo.get(realm_id, qb=client)
            except Exception as caught:  # noqa: BLE001  # the library raises nearly anything on an odd answer
                failure = mapping.to_error(caught, f"reading CompanyInfo of company {realm_id}", realm_id=realm_id)
            else:
                name = _text(info, "CompanyName")
                if not name:
                    raise IntuitProtocolError(
                        f"CompanyInfo of company {realm_id} names no company.",
                        hint="Try again; if it stays so, give Intuit's support the intuit_tid.",
                        status=200,
                        intuit_tid=client.session.intuit_tid,
                        realm_id=realm_id,
                    )
                return CompanyFacts(
                    realm_id=realm_id,
                    name=name,
                    country=_text(info, "Country"),
                    subscription_status=_text(info, "SubscriptionStatus"),
                    intuit_tid=client.session.intuit_tid,
                )
            raise failure

        return self._retries.while_unavailable(once)

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
        Return a python-quickbooks client that takes its token at each request; does no network.

        Nothing but a refused token makes it repeat a request: it cannot know what may be sent
        twice. Besides python-quickbooks' own exceptions for business faults it raises
        ``IntuitRejected``, ``IntuitUnavailable`` and ``IntuitProtocolError``.

        Args:
            current: Gives a token that is usable now.

            renew: Called with the status when Intuit refused the token; gives another one.

            refused: Told of what Intuit answered instead of data, before it is raised.

        Raises:
            ConfigurationError: The app's ``api_url`` is not secure, or the realm id is none.
        """
        return self._client(credentials, realm_id, connection_id, current, renew, refused)

    def books(self, client: Any) -> CompanyBooks:
        """Return what reads the books by *client*, one of :meth:`client`; does no network."""
        return CompanyBooks(client, self._retries)

    def _client(
        self,
        credentials: Credentials,
        realm_id: str,
        connection_id: str | None,
        current: Callable[[], Secret],
        renew: Callable[[int], Secret] | None,
        refused: Callable[[IntuitError], None] | None = None,
    ) -> CompanyClient:
        if not is_realm_id(realm_id):
            raise ConfigurationError(
                "A realm id has other characters than digits.",
                hint="Use the realmId of the consent's callback.",
                connection_id=connection_id,
            )
        client = CompanyClient(company_id=realm_id, minorversion=MINOR_VERSION)
        client.sandbox = credentials.environment is Environment.SANDBOX
        client.root = urls.api_root(credentials)
        client.connection_id = connection_id
        client.session = TokenSession(
            self._transport.session(self._timeout),
            client.root,
            realm_id,
            connection_id,
            current=current,
            renew=renew,
            now=self._clock.now,
            refused=refused,
        )
        return client


def _text(info: CompanyInfo, name: str) -> str | None:
    value = getattr(info, name, None)
    return value if isinstance(value, str) and value else None
