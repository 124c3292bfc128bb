"""What the tests of qbapps.intuit send through: adapters in memory, and small servers."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import attrs
import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from qbapps.domain.parties import Credentials
from qbapps.domain.tokens import TokenGrant
from qbapps.intuit.oauth import IntuitOAuth
from qbapps.simulator import Dropped, Intuit, TimedOut
from qbapps.values import DEFAULT_SCOPES, Environment, Secret

CLIENT_ID = "client-canary-id"
CLIENT_SECRET = "canary-client-secret"
REDIRECT_URI = "http://localhost:8400/callback"
JEAN = "jean@durand.example"
REALM = "9130350000000002"

DISCOVERY = {
    "issuer": "https://issuer.example",
    "authorization_endpoint": "https://auth.example/connect",
    "token_endpoint": "https://auth.example/token",
    "userinfo_endpoint": "https://auth.example/userinfo",
    "revocation_endpoint": "https://auth.example/revoke",
    "jwks_uri": "https://auth.example/jwks",
}
DISCOVERY_URL = "https://auth.example/.well-known/discovery"


class FakeClock:
    """A clock moved by hand; sleeping moves it."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
        self.slept: list[float] = []
        self.on_sleep: Callable[[], object] = lambda: None

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += timedelta(seconds=seconds)
        self.on_sleep()

    def advance(self, by: timedelta) -> None:
        self.at += by


@attrs.frozen
class Sent:
    """One request as an adapter got it."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: str
    timeout: Any
    verify: Any


Reply = tuple[int, Mapping[str, str], bytes]


class Scripted(BaseAdapter):
    """Answers by a function of the request; an exception it returns is raised."""

    def __init__(self, answer: Callable[[Sent], Reply | Exception]) -> None:
        super().__init__()
        self.answer = answer
        self.sent: list[Sent] = []
        self.closed = False

    def send(self, request: requests.PreparedRequest, *_: Any, **kwargs: Any) -> requests.Response:
        body = request.body or b""
        sent = Sent(
            request.method or "",
            request.url or "",
            request.headers,
            body.decode() if isinstance(body, bytes) else str(body),
            kwargs["timeout"],
            kwargs["verify"],
        )
        self.sent.append(sent)
        reply = self.answer(sent)
        if isinstance(reply, Exception):
            reply.request = request  # type: ignore[attr-defined]
            raise reply
        status, headers, content = reply
        response = requests.Response()
        response.status_code = status
        response.headers = CaseInsensitiveDict(headers)
        response.raw = io.BytesIO(content)
        response.url = sent.url
        response.request = request
        return response

    def close(self) -> None:
        self.closed = True

    def to(self, path: str) -> list[Sent]:
        """Return what was sent to a path."""
        return [sent for sent in self.sent if urlsplit(sent.url).path == path]


def in_memory(intuit: Intuit) -> Scripted:
    """Drive the simulator without a socket."""

    def answer(sent: Sent) -> Reply | Exception:
        try:
            reply = intuit.handle(sent.method, sent.url, dict(sent.headers), sent.body)
        except TimedOut:
            return requests.ReadTimeout("canary")
        except Dropped:
            return requests.ConnectionError("canary")
        return reply.status, reply.headers, reply.body

    return Scripted(answer)


def as_json(status: int, body: Any, **headers: str) -> Reply:
    """Write a JSON answer."""
    return status, {"Content-Type": "application/json", "intuit_tid": "tid-1", **headers}, json.dumps(body).encode()


def authorization_server(token: Callable[[Sent], Reply | Exception]) -> Callable[[Sent], Reply | Exception]:
    """Answer for discovery, and leave the rest to *token*."""
    return lambda sent: as_json(200, DISCOVERY) if sent.url == DISCOVERY_URL else token(sent)


def credentials(intuit: Intuit | None = None, **changes: Any) -> Credentials:
    """Write the credentials of the app under test."""
    values: dict[str, Any] = {
        "app_id": "app",
        "client_id": CLIENT_ID,
        "client_secret": Secret(CLIENT_SECRET),
        "redirect_uri": REDIRECT_URI,
        "environment": Environment.SANDBOX,
        "scopes": DEFAULT_SCOPES,
        "discovery_url": DISCOVERY_URL if intuit is None else intuit.discovery_url,
        "api_url": None if intuit is None else intuit.api_url,
    }
    return Credentials(**{**values, **changes})


def consent(oauth: IntuitOAuth, intuit: Intuit, app: Credentials, realm_id: str = REALM) -> Secret:
    """Let Jean consent and return the code."""
    url = oauth.authorization_url(app, Secret("state-" + "s" * 30))
    callback = intuit.consent(url, user=JEAN, realm_id=realm_id)
    return Secret(parse_qs(urlsplit(callback).query)["code"][0])


def granted(oauth: IntuitOAuth, intuit: Intuit, app: Credentials, realm_id: str = REALM) -> TokenGrant:
    """Let Jean consent and exchange the code."""
    return oauth.exchange(app, consent(oauth, intuit, app, realm_id))


def reachable(error: BaseException) -> Iterator[object]:
    """Walk all that hangs on an error: causes, contexts, arguments and attributes, however deep."""
    seen: set[int] = set()
    todo: list[object] = [error]
    while todo:
        found = todo.pop()
        if id(found) in seen or isinstance(found, (int, float, type, type(None))):
            continue
        seen.add(id(found))
        yield found
        if isinstance(found, BaseException):
            todo += [found.__cause__, found.__context__, *found.args]
        if isinstance(found, Mapping):
            todo += [*found.keys(), *found.values()]
        elif isinstance(found, (list, tuple, set)):
            todo += found
        elif not isinstance(found, (str, bytes)):
            todo += list(getattr(found, "__dict__", {}).values())


def spilled(error: BaseException, *canaries: str) -> list[object]:
    """Return what hangs on an error and should not: vendor objects, and text with a canary."""
    texts = [*canaries, CLIENT_SECRET]
    wrong: list[object] = []
    for found in reachable(error):
        if isinstance(found, (str, bytes)):
            text = found.decode("utf-8", "replace") if isinstance(found, bytes) else found
            wrong += [text for canary in texts if canary in text]
        elif type(found).__module__.partition(".")[0] in ("requests", "urllib3", "intuitlib", "jwt", "quickbooks"):
            wrong.append(found)
    return wrong
