"""Answers of the token endpoint that nobody promised: odd, hostile, cut off."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import intuit_wire as wire
import pytest
import requests

from qbapps.errors import ConfigurationError, IntuitProtocolError, IntuitRejected, IntuitUnavailable
from qbapps.intuit.answers import Answer
from qbapps.intuit.discovery import DOCUMENTED
from qbapps.intuit.gateway import Gateway
from qbapps.intuit.oauth import IntuitOAuth
from qbapps.intuit.transport import Transport
from qbapps.values import Environment, Secret

TOKENS = {"access_token": "canary-access", "refresh_token": "canary-refresh"}
APP = wire.credentials()


def refresh(reply: wire.Reply | Exception) -> tuple[Any, wire.Scripted]:
    adapter = wire.Scripted(wire.authorization_server(lambda _: reply))
    oauth = IntuitOAuth(wire.FakeClock(), transport=Transport(adapter=adapter))
    return oauth.refresh(APP, Secret("canary-sent")), adapter


def test_lifetimes_that_are_missing_or_odd_are_the_documented_ones() -> None:
    for odd in (None, 0, -1, "soon", [], True, float("nan"), float("inf")):
        grant, _ = refresh(
            wire.as_json(
                200,
                {
                    **TOKENS,
                    "expires_in": odd,
                    "x_refresh_token_expires_in": odd,
                    "x_refresh_token_hard_expires_in": odd,
                },
            )
        )
        assert grant.expires_in == timedelta(hours=1), odd
        assert grant.refresh_expires_in == timedelta(days=100), odd
        assert grant.refresh_hard_expires_in is None, odd


def test_the_five_year_cap_is_read_under_both_its_names() -> None:
    for name in ("x_refresh_token_hard_expires_in", "x_refresh_token_lifetime_expires_in"):
        grant, _ = refresh(wire.as_json(200, {**TOKENS, name: "157680000"}))
        assert grant.refresh_hard_expires_in == timedelta(days=1825)


def test_a_lifetime_beyond_reason_does_not_lose_the_tokens() -> None:
    for vast in (1e300, 10**400, "9" * 400):
        grant, _ = refresh(wire.as_json(200, {**TOKENS, "expires_in": vast}))
        assert grant.refresh_token == Secret("canary-refresh")


def test_keys_of_an_answer_never_reach_the_vendors_client() -> None:
    hostile = {
        **TOKENS,
        "client_secret": "canary-x",
        "headers": None,
        "verify": False,
        "request": None,
        "answer": None,
        "shared": None,
        "id_token": "not.an.idtoken",
        "token_endpoint": "http://evil.example",
        "__class__": "Session",
    }
    adapter = wire.Scripted(lambda _: wire.as_json(200, hostile))
    gateway = Gateway(adapter, timedelta(seconds=1), APP, DOCUMENTED[Environment.SANDBOX])

    gateway.refresh("canary-sent")
    gateway.revoke("canary-sent")

    assert gateway.client_secret == wire.CLIENT_SECRET
    assert gateway.access_token is None
    assert gateway.id_token is None
    assert [sent.verify for sent in adapter.sent] == [True, True]
    grant, _ = refresh(wire.as_json(200, hostile))
    assert grant.refresh_token == Secret("canary-refresh")
    assert grant.id_token == Secret("not.an.idtoken")


def test_the_vendors_client_is_made_without_a_request() -> None:
    adapter = wire.Scripted(lambda _: ConnectionError())

    gateway = Gateway(adapter, timedelta(seconds=1), APP, DOCUMENTED[Environment.SANDBOX])

    assert adapter.sent == []
    assert gateway.environment == "sandbox"
    assert gateway.token_endpoint == "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer"


@pytest.mark.parametrize("body", [b"", b"{", b'{"access_token": "canary', b"[1]", b"\xff\xfe", b"null", b"[" * 100_000])
def test_a_200_that_is_not_whole_json_says_that_tokens_may_be_lost(body: bytes) -> None:
    with pytest.raises(IntuitProtocolError, match="lost") as garbled:
        refresh((200, {"intuit_tid": "tid-7"}, body))

    assert (garbled.value.status, garbled.value.intuit_tid) == (200, "tid-7")
    assert wire.spilled(garbled.value, "canary") == []


@pytest.mark.parametrize("missing", ["access_token", "refresh_token"])
@pytest.mark.parametrize("odd", [None, "", 7])
def test_a_200_without_one_of_the_tokens_is_no_grant(missing: str, odd: object) -> None:
    with pytest.raises(IntuitProtocolError) as garbled:
        refresh(wire.as_json(200, {**TOKENS, missing: odd}))

    assert wire.spilled(garbled.value, "canary") == []


def test_a_body_cut_off_by_the_connection_is_ambiguous() -> None:
    for lost in (requests.exceptions.ChunkedEncodingError("canary"), requests.ReadTimeout("canary")):
        with pytest.raises(IntuitUnavailable) as ambiguous:
            refresh(lost)
        assert ambiguous.value.processed is None
        assert wire.spilled(ambiguous.value, "canary") == []


def test_a_token_in_the_place_of_an_errors_name_is_not_repeated() -> None:
    for name in ("CANARY1-token", "Bearer x", "x" * 60):
        with pytest.raises(IntuitRejected) as refused:
            refresh(wire.as_json(400, {"error": name, "error_description": "canary"}, intuit_tid="canary tid\n"))
        assert refused.value.error == "unknown"
        assert refused.value.intuit_tid is None
        assert wire.spilled(refused.value, name, "canary") == []


@pytest.mark.parametrize("body", [b"", b"<html>invalid_grant</html>", b'{"error": 7}', b'"invalid_grant"', b"{}"])
@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_a_4xx_that_is_not_oauths_is_no_verdict_on_the_token(status: int, body: bytes) -> None:
    with pytest.raises(IntuitProtocolError):
        refresh((status, {}, body))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("location", ["https://evil.example/token", "http://[", "//evil.example", "", "\u00e9"])
def test_a_redirect_is_not_followed(status: int, location: str) -> None:
    adapter = wire.Scripted(wire.authorization_server(lambda _: (status, {"Location": location}, b"")))
    oauth = IntuitOAuth(wire.FakeClock(), transport=Transport(adapter=adapter))

    for call in (oauth.refresh, oauth.exchange, oauth.revoke):
        with pytest.raises(IntuitProtocolError, match="redirect"):
            call(APP, Secret("canary-sent"))

    assert {sent.url for sent in adapter.sent} <= {wire.DISCOVERY_URL, *wire.DISCOVERY.values()}


@pytest.mark.parametrize(
    "url", ["http://auth.example/d", "http://192.168.0.1/d", "ftp://auth.example/d", "auth.example"]
)
def test_a_discovery_url_that_is_not_secure_is_refused_unasked(url: str) -> None:
    adapter = wire.Scripted(lambda _: wire.as_json(200, wire.DISCOVERY))
    oauth = IntuitOAuth(wire.FakeClock(), transport=Transport(adapter=adapter))

    with pytest.raises(ConfigurationError):
        oauth.refresh(wire.credentials(discovery_url=url), Secret("canary-sent"))

    assert adapter.sent == []


@pytest.mark.parametrize("issuer", [None, "", 7])
def test_a_discovery_document_without_an_issuer_is_not_used(issuer: object) -> None:
    adapter = wire.Scripted(lambda _: wire.as_json(200, {**wire.DISCOVERY, "issuer": issuer}))
    oauth = IntuitOAuth(wire.FakeClock(), transport=Transport(adapter=adapter))

    with pytest.raises(IntuitProtocolError, match="issuer"):
        oauth.refresh(APP, Secret("canary-sent"))


@pytest.mark.parametrize("name", [name for name in wire.DISCOVERY if name != "issuer"])
@pytest.mark.parametrize("value", ["http://auth.example/x", "https://user:pw@auth.example/", "https://", None, 7])
def test_an_endpoint_that_is_not_secure_is_never_used(name: str, value: object) -> None:
    adapter = wire.Scripted(lambda _: wire.as_json(200, {**wire.DISCOVERY, name: value}))
    oauth = IntuitOAuth(wire.FakeClock(), transport=Transport(adapter=adapter))

    with pytest.raises(IntuitProtocolError):
        oauth.refresh(APP, Secret("canary-sent"))

    assert [sent.url for sent in adapter.sent] == [wire.DISCOVERY_URL]


@pytest.mark.parametrize("environment", list(Environment))
def test_intuits_documented_endpoints_stand_in_for_its_document(environment: Environment) -> None:
    def answer(sent: wire.Sent) -> wire.Reply | Exception:
        return (404, {}, b"") if ".well-known" in sent.url else wire.as_json(200, TOKENS)

    adapter = wire.Scripted(answer)
    clock = wire.FakeClock()
    oauth = IntuitOAuth(clock, transport=Transport(adapter=adapter))
    app = wire.credentials(discovery_url=None, environment=environment)

    for _ in range(3):
        oauth.refresh(app, Secret("canary-sent"))
    assert [sent.url for sent in adapter.sent[1:]] == [DOCUMENTED[environment].token] * 3
    clock.advance(timedelta(minutes=2))
    oauth.refresh(app, Secret("canary-sent"))
    assert sum(".well-known" in sent.url for sent in adapter.sent) == 2


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7),
        ({"retry-after": " 7 "}, 7),
        ({"Retry-After": "-7"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "9" * 50}, 86_400),
        ({"Retry-After": "Mon, 02 Nov 2026 09:01:00 GMT"}, 60),
        ({"Retry-After": "Mon, 02 Nov 2026 09:01:00 GMT", "Date": "Mon, 02 Nov 2026 09:00:30 GMT"}, 30),
        ({"Retry-After": "Mon, 02 Nov 2026 08:00:00 GMT"}, 0),
    ],
)
def test_retry_after_is_read_in_seconds_or_as_a_date(headers: dict[str, str], pause: int | None) -> None:
    response = requests.Response()
    response.status_code = 429
    response.headers.update(headers)

    found = Answer.of(response).retry_after(wire.FakeClock().now())

    assert found == (None if pause is None else timedelta(seconds=pause))


def test_an_answer_does_not_show_what_is_in_it() -> None:
    answer = Answer(200, {"x": "canary"}, json.dumps(TOKENS).encode())

    assert "canary" not in repr(answer)
