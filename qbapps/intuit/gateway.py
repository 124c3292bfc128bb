"""Intuit's own client, tamed: no network of its own, nothing taken from an answer unseen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import requests
from intuitlib.client import AuthClient
from intuitlib.config import DISCOVERY_URL
from requests.adapters import BaseAdapter

from qbapps.domain.parties import Credentials
from qbapps.intuit.answers import Answer
from qbapps.intuit.discovery import Endpoints
from qbapps.intuit.transport import Session

HARD_EXPIRY_HEADER: Final = "x-include-refresh-token-hard-expires-in"
"""
Asks the token endpoint for what is left of the five-year cap.

Source: Intuit's JavaScript and PHP SDKs; intuit-oauth has a flag for it from 1.2.7 on, this
header works with every version
"""


class Gateway(Session, AuthClient):  # type: ignore[misc]  # intuit-oauth has no types
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
        self.found = found
        self.answer: Answer | None = None
        super().__init__(
            adapter,
            timeout,
            credentials.client_id,
            credentials.client_secret.reveal(),
            credentials.redirect_uri,
            # Always the name: given a URL, python-quickbooks would take it for production.
            credentials.environment.value,
        )

    def get(self, url: str | bytes, **kwargs: Any) -> requests.Response:
        """Answer the constructor's question for the discovery document from what we have."""
        if url in DISCOVERY_URL.values():
            return _Stored(self.found)
        return super().get(url, **kwargs)

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a request, keep the answer and hand on its outside."""
        if url == self.found.token:
            kwargs["headers"] = {**kwargs.get("headers", {}), HARD_EXPIRY_HEADER: "true"}
        self.answer = Answer.of(super().request(method, url, *args, **kwargs))
        outside = requests.Response()
        outside.status_code = self.answer.status
        outside.headers.update(self.answer.headers)
        return outside


class _Stored(requests.Response):
    """A discovery document that needs no request."""

    def __init__(self, found: Endpoints) -> None:
        super().__init__()
        self.status_code = 200
        self._found = found

    def json(self, **_: Any) -> dict[str, str]:
        """Return the document as intuit-oauth reads it."""
        return {
            "issuer": self._found.issuer,
            "authorization_endpoint": self._found.authorization,
            "token_endpoint": self._found.token,
            "revocation_endpoint": self._found.revocation,
            "userinfo_endpoint": self._found.userinfo,
            "jwks_uri": self._found.jwks,
        }
