"""
The peers as their own documentation has them used, with a token of the load server's each.

Every peer is a client of one account that many callers share; ``usable`` is what a caller does to
get a token that works now. None of them keeps tokens: that is left to their users.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import authlib.integrations.requests_client
import google.auth.transport.requests
import google.oauth2.credentials
import msal
import requests
import requests_oauthlib
from intuitlib.client import AuthClient
from oauthlib.oauth2 import TokenExpiredError
from server import refresh_token
from standin import StandIn

CLIENT_ID = "bench-client"
CLIENT_SECRET = "bench-secret"  # noqa: S105  # protects nothing
REDIRECT_URI = "http://localhost:8400/callback"
SCOPE = "com.intuit.quickbooks.accounting"

Usable = Callable[[], object]


def trust(file: Path) -> None:
    """Make every requests session of this process trust the authorities in *file*, as its users do in production."""
    os.environ["REQUESTS_CA_BUNDLE"] = str(file)


def vendor_client(intuit: StandIn) -> AuthClient:
    """Return a new client as intuit-oauth's documentation makes it, which asks for the discovery document."""
    return AuthClient(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, intuit.discovery(tls=True))


class Msal:
    """One application with its token cache."""

    def __init__(self, intuit: StandIn, family: str, *, stale: bool) -> None:
        self.app = msal.ConfidentialClientApplication(
            "bench-msal",
            client_credential=CLIENT_SECRET,
            oidc_authority=f"{intuit.https}/tenant",
            instance_discovery=False,
            http_client=requests.Session(),
        )
        self.app.acquire_token_by_refresh_token(refresh_token(family), [SCOPE])
        self.account = self.app.get_accounts()[0]
        if stale:
            for entry in list(self.app.token_cache.search(msal.TokenCache.CredentialType.ACCESS_TOKEN)):
                self.app.token_cache.remove_at(entry)

    def usable(self) -> object:
        """Take a token silently."""
        found = self.app.acquire_token_silent_with_error([SCOPE], account=self.account)
        if not found or "access_token" not in found:
            raise RuntimeError("refused")
        return found


class GoogleAuth:
    """One credentials object."""

    def __init__(self, intuit: StandIn, family: str, *, stale: bool) -> None:
        # Naive, and in UTC: as google-auth wants it.
        expiry = datetime.now(UTC).replace(tzinfo=None) + timedelta(hours=-1 if stale else 1)  # noqa: TID251  # a bench
        self.request = google.auth.transport.requests.Request(requests.Session())
        self.credentials = google.oauth2.credentials.Credentials(
            "access",
            refresh_token=refresh_token(family),
            token_uri=f"{intuit.https}/oauth2/token",
            client_id=CLIENT_ID,
            client_secret=CLIENT_SECRET,
            expiry=expiry,
        )

    def usable(self) -> object:
        """Do what its sessions do before each request."""
        headers: dict[str, str] = {}
        self.credentials.before_request(self.request, "GET", "https://api.example/", headers)
        return headers

    def valid(self) -> object:
        """Only ask whether the token can be used."""
        return self.credentials.valid


class Authlib:
    """One OAuth session over requests."""

    def __init__(self, intuit: StandIn, family: str, *, stale: bool) -> None:
        self.session = authlib.integrations.requests_client.OAuth2Session(
            CLIENT_ID,
            CLIENT_SECRET,
            token={
                "access_token": "access",
                "refresh_token": refresh_token(family),
                "token_type": "bearer",
                "expires_at": int(time.time()) + (-60 if stale else 3600),  # noqa: TID251  # a bench
            },
            token_endpoint=f"{intuit.https}/oauth2/token",
        )

    def usable(self) -> object:
        """Do what its session does before each request."""
        return self.session.ensure_active_token(self.session.token)


class RequestsOAuthlib:
    """One OAuth session over requests."""

    def __init__(self, intuit: StandIn, family: str, *, stale: bool) -> None:
        self.url = f"{intuit.https}/oauth2/token"
        self.session = requests_oauthlib.OAuth2Session(
            CLIENT_ID,
            token={
                "access_token": "access",
                "refresh_token": refresh_token(family),
                "token_type": "bearer",
                "expires_in": -60 if stale else 3600,
            },
        )

    def usable(self) -> object:
        """Do what its session does before each request, and renew when that says so."""
        try:
            return self.session._client.add_token("https://api.example/", http_method="GET")  # noqa: SLF001
        except TokenExpiredError:
            return self.session.refresh_token(self.url, client_id=CLIENT_ID, client_secret=CLIENT_SECRET)


class IntuitOAuth:
    """One shared client, as its sample applications keep it."""

    def __init__(self, intuit: StandIn, family: str, *, stale: bool) -> None:
        self.client = vendor_client(intuit)
        self.client.refresh_token = refresh_token(family)
        self.usable_until = time.monotonic() + (-60 if stale else 3600)

    def usable(self) -> object:
        """Renew when the token's hour is over."""
        if time.monotonic() > self.usable_until:
            self.client.refresh()
            self.usable_until = time.monotonic() + 3600
        return self.client.access_token


PEERS: dict[str, Callable[..., Any]] = {
    "msal": Msal,
    "google-auth": GoogleAuth,
    "Authlib": Authlib,
    "requests-oauthlib": RequestsOAuthlib,
    "intuit-oauth": IntuitOAuth,
}


def make(name: str, intuit: StandIn, family: str, *, stale: bool) -> Any:
    """Return the peer *name* with a token of its own family; its access token stale, or good for an hour."""
    return PEERS[name](intuit, family, stale=stale)
