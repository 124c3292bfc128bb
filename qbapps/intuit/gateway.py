"""Intuit's own client, tamed: no network of its own, nothing taken from an answer unseen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import attrs
import requests
from intuitlib.client import AuthClient
from intuitlib.config import DISCOVERY_URL
from requests.adapters import BaseAdapter

from qbapps.domain.parties import Credentials
from qbapps.intuit.answers import Answer
from qbapps.intuit.discovery import Endpoints
from qbapps.intuit.transport import exchange

HARD_EXPIRY_HEADER: Final = "x-include-refresh-token-hard-expires-in"
"""
Asks the token endpoint for what is left of the five-year cap.

Source: Intuit's JavaScript and PHP SDKs; intuit-oauth has a flag for it from 1.2.7 on, this
header works with every version
"""

_DISCOVERY: Final = frozenset(DISCOVERY_URL.values())


class _Unbuilt(requests.Session):
    """Stands below ``AuthClient``, so that the session it is also gets no pools, cookies and headers of its own."""

    def __init__(self, *_: object) -> None:
        self.headers = {}  # what is set here goes nowhere


class Gateway(AuthClient, _Unbuilt):  # type: ignore[misc]  # intuit-oauth has no types
    """
    An ``AuthClient`` for one call of one app; make another for the next.

    As it comes, the client fetches the discovery document in its constructor, sets no timeout,
    follows redirects, copies each key of an answer onto itself (``verify``, ``client_secret``,
    ...) and, to check an id_token, does further network that can raise after the tokens arrived.
    So it makes the requests, over our pool, and we read the answers: it is handed the status
    and headers only.

    Attributes:
        answer: What the last request was answered.

    Source: intuit-oauth 1.2.6, ``intuitlib.client`` and ``intuitlib.utils``
    """

    def __init__(self, adapter: BaseAdapter, timeout: timedelta, credentials: Credentials, found: Endpoints) -> None:
        # Before the vendor's constructor, which already sends a request.
        self.shared = adapter
        self.timeout = timeout.total_seconds()
        self.found = found
        self.answer: Answer | None = None
        super().__init__(
            credentials.client_id,
            credentials.client_secret.reveal(),
            credentials.redirect_uri,
            # Always the name: given a URL, python-quickbooks would take it for production.
            credentials.environment.value,
        )

    def get(self, url: str | bytes, **kwargs: Any) -> Any:
        """Answer the constructor's question for the discovery document from what we have."""
        return _Stored(self.found) if url in _DISCOVERY else self.request("GET", url, **kwargs)

    def request(self, method: str | bytes, url: str | bytes, *_: Any, **kwargs: Any) -> Any:
        """Send what intuit-oauth asks with our limits, whatever else it asks; keep the answer, hand on its outside."""
        headers = dict(kwargs.get("headers") or ())
        if url == self.found.token:
            headers[HARD_EXPIRY_HEADER] = "true"
        self.answer = exchange(self.shared, self.timeout, str(method), str(url), headers, kwargs.get("data"))
        return _Outside(self.answer.status, self.answer.headers)


@attrs.frozen
class _Outside:
    """As much of an answer as intuit-oauth is shown: there is nothing in it to copy."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes = b""


@attrs.frozen
class _Stored:
    """A discovery document that needs no request."""

    found: Endpoints
    status_code: int = 200

    def json(self) -> dict[str, str]:
        """Return the document as intuit-oauth reads it."""
        return {
            "issuer": self.found.issuer,
            "authorization_endpoint": self.found.authorization,
            "token_endpoint": self.found.token,
            "revocation_endpoint": self.found.revocation,
            "userinfo_endpoint": self.found.userinfo,
            "jwks_uri": self.found.jwks,
        }
