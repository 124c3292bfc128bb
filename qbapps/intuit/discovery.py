"""Intuit's endpoints, from its discovery document."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import attrs

from qbapps.domain.parties import Credentials
from qbapps.intuit import urls
from qbapps.intuit.documents import Documents, Unread
from qbapps.intuit.transport import Transport
from qbapps.ports import Clock
from qbapps.values import Environment

log = logging.getLogger(__name__)


@attrs.frozen(kw_only=True)
class Endpoints:
    """Where the authorization server does what; all https, or http on loopback."""

    issuer: str
    authorization: str
    token: str
    revocation: str
    userinfo: str
    jwks: str


_PLATFORM: Final = "https://oauth.platform.intuit.com"

DISCOVERY_URLS: Final = {
    Environment.SANDBOX: "https://developer.api.intuit.com/.well-known/openid_sandbox_configuration",
    Environment.PRODUCTION: "https://developer.api.intuit.com/.well-known/openid_configuration",
}
"""Source: Intuit, "Set up OAuth 2.0", discovery document"""

DOCUMENTED: Final = {
    environment: Endpoints(
        issuer=f"{_PLATFORM}/op/v1",
        authorization="https://appcenter.intuit.com/connect/oauth2",
        token=f"{_PLATFORM}/oauth2/v1/tokens/bearer",
        revocation="https://developer.api.intuit.com/v2/oauth2/tokens/revoke",
        userinfo=f"https://{accounts}.platform.intuit.com/v1/openid_connect/userinfo",
        jwks=f"{_PLATFORM}/op/v1/jwks",
    )
    for environment, accounts in (
        (Environment.SANDBOX, "sandbox-accounts"),
        (Environment.PRODUCTION, "accounts"),
    )
}
"""
What Intuit's own documents say, for when they cannot be read.

Source: developer.intuit.com/.well-known/openid-sandbox-configuration; constants of Intuit's
JavaScript SDK for production
"""


class Discovery:
    """
    Finds an app's endpoints; at most one request a day for each discovery URL.

    Args:
        timeout: How long a document may take.
    """

    def __init__(self, transport: Transport, clock: Clock, timeout: timedelta) -> None:
        self._documents = Documents(transport, clock, timeout, "Intuit's discovery document", read_endpoints)

    def endpoints(self, credentials: Credentials) -> Endpoints:
        """
        Return the endpoints of the app's environment, or of its own ``discovery_url``.

        Intuit's documented endpoints stand in for a document of Intuit's that cannot be read;
        nothing stands in for one that the app was given.

        Raises:
            ConfigurationError: The app's ``discovery_url`` is neither https nor http on loopback.

            IntuitUnavailable: The app's own document cannot be read.

            IntuitProtocolError: It lacks an endpoint, or names one that is not secure.
        """
        if credentials.discovery_url is None:
            url = DISCOVERY_URLS[credentials.environment]
            found = self._documents.get(url, is_needed=False)
            return DOCUMENTED[credentials.environment] if isinstance(found, Unread) else found
        found = self._documents.get(urls.require_secure(credentials.discovery_url, "discovery_url"))
        if isinstance(found, Unread):
            raise found.error()
        return found


def read_endpoints(document: Mapping[str, Any]) -> Endpoints:
    """
    Read a discovery document.

    Raises:
        ValueError: An endpoint is missing, or is neither https nor http on loopback.
    """
    issuer = document.get("issuer")
    if not isinstance(issuer, str) or not issuer:
        raise ValueError("it names no issuer")
    return Endpoints(
        issuer=issuer,
        authorization=_endpoint(document, "authorization_endpoint"),
        token=_endpoint(document, "token_endpoint"),
        revocation=_endpoint(document, "revocation_endpoint"),
        userinfo=_endpoint(document, "userinfo_endpoint"),
        jwks=_endpoint(document, "jwks_uri"),
    )


def _endpoint(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not urls.is_secure(value):
        raise ValueError(f"its {name} is missing, or is neither https nor http on this machine")
    return value
