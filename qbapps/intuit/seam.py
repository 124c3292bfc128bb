"""What python-quickbooks sends through: its session, with our token, limits and errors."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from quickbooks.client import QuickBooks
from quickbooks.exceptions import QuickbooksException

from qbapps import deadlines
from qbapps.domain.signals import Reaction, Where
from qbapps.domain.verdicts import verdict
from qbapps.errors import ConfigurationError, IntuitError, QBAppsError
from qbapps.intuit import faults, mapping
from qbapps.intuit.answers import Answer
from qbapps.intuit.transport import Session
from qbapps.values import Secret

log = logging.getLogger(__name__)

_Answered = tuple[requests.Response, Answer]


class TokenSession:
    """
    The session of a python-quickbooks client for one company; threads may share it.

    It takes the token that is current at each request, asks once for another when Intuit
    refuses it, and raises our errors before the library misreads an answer.

    Args:
        http: What sends.

        root: Root of the accounting API; the token is sent nowhere else.

        current: Gives a token that is usable now.

        renew: Called with the status when Intuit refused the token; gives another one. None
            when there is no other.

        refused: Told of what Intuit answered instead of data, before it is raised.

    Attributes:
        intuit_tid: Intuit's id of the last exchange, whichever thread had it.

    Source: python-quickbooks 0.9.12, ``QuickBooks.process_request``
    """

    def __init__(
        self,
        http: Session,
        root: str,
        realm_id: str,
        connection_id: str | None,
        *,
        current: Callable[[], Secret],
        renew: Callable[[int], Secret] | None,
        now: Callable[[], datetime],
        refused: Callable[[IntuitError], None] | None = None,
    ) -> None:
        self._http = http
        self._root = root
        self._realm_id = realm_id
        self._connection_id = connection_id
        self._current = current
        self._renew = renew
        self._now = now
        self._refused = refused
        self.intuit_tid: str | None = None

    @property
    def access_token(self) -> str:
        """What python-quickbooks puts into its header: not the token, which would be seen in a traceback's frames."""
        return str(Secret(""))

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: dict[str, str],
        params: Any = None,
        data: Any = None,
    ) -> requests.Response:
        """
        Send one request of python-quickbooks and return an answer that is not a failure.

        Raises:
            IntuitRejected: 3200 (token refused, also the renewed one), 120 (the owner lost access),
                3100 (token and company do not match).

            IntuitUnavailable: Throttled, failing, or unreachable; ``processed`` tells whether the
                request may have been carried out.

            IntuitProtocolError: The answer could not be understood.

            ConfigurationError: The URL is not the accounting API's.

            QuickbooksException: An ordinary business fault, as python-quickbooks names it.
        """
        self._check(url)
        if isinstance(data, str):
            # Else the encoding of an upload depends on the version of urllib3.
            data = data.encode()
        response, answer = self._send(method, url, headers, self._current(), params, data)
        found, error = self._read(answer)
        if self._renew is not None and error is not None and _asks_renewal(error):
            response, answer = self._send(method, url, headers, self._renew(answer.status), params, data)
            found, error = self._read(answer)
        if error is not None:
            if self._refused is not None:
                self._refused(error)
            raise error
        if found:
            _raise_business(found[0], answer.intuit_tid)
        return response

    def _read(self, answer: Answer) -> tuple[tuple[faults.Fault, ...] | None, IntuitError | None]:
        found = faults.read_faults(answer)
        return found, faults.to_error(
            answer, found, self._now(), realm_id=self._realm_id, connection_id=self._connection_id
        )

    def _send(self, method: str, url: str, headers: dict[str, str], token: Secret, params: Any, data: Any) -> _Answered:
        failure: QBAppsError
        left = deadlines.remaining()
        try:
            response = self._http.request(
                method,
                url,
                headers={**headers, "Authorization": f"Bearer {token.reveal()}"},
                params=params,
                data=data,
            )
        except Exception as caught:  # noqa: BLE001  # the caught one leads to the request and its token
            failure = mapping.to_error(caught, f"asking about company {self._realm_id}", realm_id=self._realm_id)
            if isinstance(caught, requests.Timeout) and left is not None and left < self._http.timeout:
                failure = deadlines.cut_short(f"asking about company {self._realm_id}")
            failure.connection_id = self._connection_id
        else:
            answer = Answer.of(response)
            self.intuit_tid = answer.intuit_tid
            log.debug(
                "Intuit answered",
                extra={
                    "realm_id": self._realm_id,
                    "connection_id": self._connection_id,
                    "status": answer.status,
                    "intuit_tid": answer.intuit_tid,
                },
            )
            return response, answer
        raise failure

    def _check(self, url: str) -> None:
        here, there = urlsplit(self._root), urlsplit(url)
        if (there.scheme, there.netloc) != (here.scheme, here.netloc):
            raise ConfigurationError(
                f"A request for company {self._realm_id} does not go to the accounting API; it was not sent.",
                hint="Use this client for the accounting API only; its token must not go elsewhere.",
                connection_id=self._connection_id,
                realm_id=self._realm_id,
            )


class CompanyClient(QuickBooks):  # type: ignore[misc]  # python-quickbooks has no types
    """
    A python-quickbooks client whose root is ours to say.

    Attributes:
        connection_id: Which connection it acts by.
    """

    connection_id: str | None = None
    root: str = ""

    @property
    def api_url(self) -> str:
        """Root of the accounting API, up to and including ``/v3``."""
        return self.root


def _asks_renewal(error: IntuitError) -> bool:
    return verdict(Where.API, error).reaction is Reaction.RENEW


def _raise_business(fault: faults.Fault, intuit_tid: str | None) -> None:
    # The library's own choice of class, also for shapes that it cannot read itself.
    error = {"Message": fault.message, "Detail": fault.detail, "code": fault.code}
    try:
        QuickBooks.handle_exceptions({"Error": [error]})
    except QuickbooksException as business:
        business.intuit_tid = intuit_tid
        raise
