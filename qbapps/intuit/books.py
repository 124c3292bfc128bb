"""Reads of a company's books, over python-quickbooks' client."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from qbapps.errors import IntuitProtocolError, QBAppsError
from qbapps.intuit import mapping
from qbapps.intuit.retrying import Retries


class CompanyBooks:
    """
    Reads of one company's books (``ports.Books``).

    A read does no harm twice, so it is repeated when Intuit is unavailable. What python-quickbooks raises for a
    business fault becomes ``IntuitRejected`` with the number of the fault.

    Args:
        client: A client of ``IntuitCompanies.client``.
    """

    def __init__(self, client: Any, retries: Retries) -> None:
        self._client = client
        self._retries = retries

    def query(self, select: str) -> Mapping[str, Any]:
        """
        Run a query of the accounting API.

        Raises:
            IntuitRejected: Intuit refused the query, the token or the company.
            IntuitUnavailable: Says nothing about the books.
            IntuitProtocolError: The answer could not be understood.
            ReconnectRequired: The connection has ended.
        """
        return self._read("querying the books", lambda: self._client.query(select))

    def get_report(self, report_type: str, qs: Mapping[str, str]) -> Mapping[str, Any]:
        """Return a report; raises as :meth:`query` does."""
        # The library writes into what it is given.
        return self._read(f"reading {report_type}", lambda: self._client.get_report(report_type, dict(qs)))

    def _read(self, doing: str, read: Callable[[], Any]) -> Mapping[str, Any]:
        client = self._client
        doing = f"{doing} of company {client.company_id}"

        def once() -> Mapping[str, Any]:
            failure: QBAppsError
            try:
                found = read()
            except Exception as caught:  # noqa: BLE001  # the library raises nearly anything on an odd answer
                failure = mapping.to_error(caught, doing, realm_id=client.company_id)
            else:
                if isinstance(found, dict):
                    return found
                failure = IntuitProtocolError(
                    f"Intuit's answer could not be understood while {doing}.",
                    hint=mapping.ASK_INTUIT,
                    realm_id=client.company_id,
                )
            failure.connection_id = failure.connection_id or client.connection_id
            raise failure

        return self._retries.while_unavailable(once)
