"""A simulator in memory, and a caller that speaks to it as an app does."""

import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from qbapps.simulator import Behaviour, Intuit, Reply

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
REALM = "9130350000000002"
OTHER_REALM = "9130350000000003"
CALLBACK = "http://localhost:8400/callback"
SCOPE = "com.intuit.quickbooks.accounting openid email profile"
FORM = "application/x-www-form-urlencoded"


class Caller:
    """An app's side of the conversation, with nothing of qbapps in it."""

    realm, other_realm, callback, noon = REALM, OTHER_REALM, CALLBACK, NOON

    def __init__(self, intuit: Intuit, client: str = "dext", secret: str = "dext-secret") -> None:
        self.intuit = intuit
        self.client = client
        self.basic = "Basic " + b64encode(f"{client}:{secret}".encode()).decode()

    def authorize_url(self, **changes: str | None) -> str:
        params = {
            "client_id": self.client,
            "response_type": "code",
            "scope": SCOPE,
            "redirect_uri": CALLBACK,
            "state": "st4te",
            **changes,
        }
        kept = {name: value for name, value in params.items() if value is not None}
        return f"{self.intuit.url}/connect/oauth2?{urlencode(kept)}"

    def consent(self, user: str = "jean", realm: str | None = REALM, **changes: str | None) -> dict[str, str]:
        url = self.authorize_url(**changes)
        callback = self.intuit.consent(url, user=f"{user}@durand.example", realm_id=realm)
        return dict(parse_qsl(urlsplit(callback).query))

    def token(self, headers: dict[str, str] | None = None, **form: str) -> Reply:
        sent = {"Authorization": self.basic, "Content-Type": FORM, **(headers or {})}
        return self.intuit.handle("POST", "/oauth2/v1/tokens/bearer", sent, urlencode(form))

    def exchange(self, code: str, redirect_uri: str = CALLBACK, **headers: str) -> Reply:
        return self.token(headers, grant_type="authorization_code", code=code, redirect_uri=redirect_uri)

    def refresh(self, refresh_token: str, **headers: str) -> Reply:
        return self.token(headers, grant_type="refresh_token", refresh_token=refresh_token)

    def connect(self, user: str = "jean", realm: str | None = REALM, **changes: str | None) -> dict[str, Any]:
        reply = self.exchange(self.consent(user, realm, **changes)["code"])
        assert reply.status == 200, reply.note
        answer: dict[str, Any] = reply.json()
        return answer

    def renew(self, refresh_token: str) -> dict[str, Any]:
        reply = self.refresh(refresh_token)
        assert reply.status == 200, reply.note
        answer: dict[str, Any] = reply.json()
        return answer

    def revoke(self, token: str, **headers: str) -> Reply:
        sent = {"Authorization": self.basic, "Content-Type": "application/json", **headers}
        body = json.dumps({"token": token})
        return self.intuit.handle("POST", "/v2/oauth2/tokens/revoke", sent, body)

    def get(self, path: str, access_token: str | None, accept: str = "application/json") -> Reply:
        headers = {"Accept": accept}
        if access_token is not None:
            headers["Authorization"] = f"Bearer {access_token}"
        return self.intuit.handle("GET", path, headers)

    def company_info(self, access_token: str | None, realm: str = REALM, **more: str) -> Reply:
        return self.get(f"/v3/company/{realm}/companyinfo/{realm}", access_token, **more)

    def query(self, access_token: str, text: str, realm: str = REALM) -> Reply:
        return self.get(f"/v3/company/{realm}/query?{urlencode({'query': text})}", access_token)

    def userinfo(self, access_token: str) -> Reply:
        return self.get("/v1/openid_connect/userinfo", access_token)


def populate(intuit: Intuit) -> Intuit:
    intuit.add_app("dext", "dext-secret", redirect_uris=[CALLBACK], name="Dext")
    intuit.add_app("zapier", "zapier-secret", redirect_uris=[CALLBACK], name="Zapier")
    everyone = [
        intuit.add_user("jean@durand.example", name="Jean Durand"),
        intuit.add_user("sophie@durand.example", name="Sophie Morel"),
    ]
    intuit.add_user("paul@elsewhere.example", name="Paul <script>Roux")
    intuit.add_company(REALM, name="Boulangerie Martin", admins=everyone)
    intuit.add_company(OTHER_REALM, name="Café & Cie <b>", admins=everyone)
    return intuit


@pytest.fixture
def intuit() -> Intuit:
    """A simulator in memory whose clock stands still."""
    return populate(Intuit(clock=NOON))


@pytest.fixture
def app(intuit: Intuit) -> Caller:
    """The app Dext, talking to `intuit`."""
    return Caller(intuit)


@pytest.fixture
def zapier(intuit: Intuit) -> Caller:
    """Another app, talking to `intuit`."""
    return Caller(intuit, "zapier", "zapier-secret")


@pytest.fixture
def playing() -> Callable[..., Caller]:
    """The app Dext at a simulator that behaves as told."""
    return lambda **switches: Caller(populate(Intuit(clock=NOON, behaviour=Behaviour(**switches))))


@pytest.fixture
def online() -> Iterator[Caller]:
    """The app Dext at a simulator served over real HTTP, on system time."""
    with populate(Intuit()) as served:
        yield Caller(served)
