"""The authorization server, against the simulator over real HTTP."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import intuit_wire as wire
import pytest

from qbapps.domain.parties import Credentials
from qbapps.domain.tokens import TokenGrant
from qbapps.errors import IntuitError, IntuitProtocolError, IntuitRejected, IntuitUnavailable
from qbapps.intuit.company import IntuitCompanies
from qbapps.intuit.oauth import IntuitOAuth
from qbapps.simulator import Behaviour, Fault, Intuit
from qbapps.values import Secret


def operations(intuit: Intuit) -> list[str]:
    return [record.operation for record in intuit.requests]


def test_the_consent_url_asks_for_what_the_app_wants_even_unknown_scopes(oauth: IntuitOAuth, intuit: Intuit) -> None:
    app = wire.credentials(intuit, scopes=("com.intuit.quickbooks.accounting", "a.scope/nobody&knows"))

    url = oauth.authorization_url(app, Secret("s t&a=te"))

    assert url.startswith(f"{intuit.url}/connect/oauth2?")
    assert "+" not in url
    assert parse_qs(urlsplit(url).query) == {
        "client_id": [wire.CLIENT_ID],
        "response_type": ["code"],
        "scope": ["com.intuit.quickbooks.accounting a.scope/nobody&knows"],
        "redirect_uri": [wire.REDIRECT_URI],
        "state": ["s t&a=te"],
    }


def test_an_exchange_tells_every_lifetime_and_the_transaction_id(grant: TokenGrant, intuit: Intuit) -> None:
    assert intuit.is_alive(grant.access_token.reveal())
    assert intuit.is_alive(grant.refresh_token.reveal())
    assert grant.expires_in == timedelta(hours=1)
    assert grant.refresh_expires_in == timedelta(days=100)
    assert grant.refresh_hard_expires_in == timedelta(days=1825)
    assert grant.id_token is not None
    assert grant.intuit_tid == intuit.requests[-1].intuit_tid


def test_a_refresh_gives_a_new_pair(oauth: IntuitOAuth, intuit: Intuit, app: Credentials, grant: TokenGrant) -> None:
    intuit.advance(timedelta(hours=25))

    renewed = oauth.refresh(app, grant.refresh_token)

    assert renewed.refresh_token != grant.refresh_token
    assert intuit.is_alive(renewed.access_token.reveal())
    assert renewed.refresh_hard_expires_in == timedelta(days=1825) - timedelta(hours=25)


def test_the_five_year_cap_is_asked_of_the_token_endpoint_only(
    oauth: IntuitOAuth, intuit: Intuit, app: Credentials, grant: TokenGrant, clock: wire.FakeClock
) -> None:
    oauth.refresh(app, grant.refresh_token)
    oauth.identify(app, grant.access_token, None, clock.now())
    oauth.revoke(app, grant.refresh_token)

    header = "x-include-refresh-token-hard-expires-in"
    asked = {record.operation: record.headers.get(header) for record in intuit.requests}
    assert {name for name, value in asked.items() if value == "true"} == {"exchange", "refresh"}


def test_discovery_is_read_once_and_not_for_each_call(
    oauth: IntuitOAuth, intuit: Intuit, app: Credentials, grant: TokenGrant
) -> None:
    for _ in range(20):
        grant = oauth.refresh(app, grant.refresh_token)
    oauth.authorization_url(app, Secret("state"))

    assert operations(intuit).count("discovery") == 1
    assert operations(intuit).count("refresh") == 20


def test_discovery_is_read_again_after_a_day_and_kept_when_that_fails(
    oauth: IntuitOAuth, intuit: Intuit, app: Credentials, grant: TokenGrant, clock: wire.FakeClock
) -> None:
    clock.advance(timedelta(hours=24))
    intuit.inject(Fault("discovery", "html", times=None))

    for _ in range(3):
        grant = oauth.refresh(app, grant.refresh_token)

    assert operations(intuit).count("discovery") == 2
    intuit.clear_faults()
    clock.advance(timedelta(minutes=2))
    oauth.refresh(app, grant.refresh_token)
    assert operations(intuit).count("discovery") == 3


def test_an_app_of_its_own_discovery_url_has_no_fallback(oauth: IntuitOAuth, intuit: Intuit, app: Credentials) -> None:
    intuit.inject(Fault("discovery", "unavailable"))

    with pytest.raises(IntuitUnavailable) as refused:
        oauth.refresh(app, Secret("a-token"))

    assert refused.value.processed is False
    assert refused.value.status == 503
    assert operations(intuit) == ["discovery"]
    with pytest.raises(IntuitRejected):
        oauth.refresh(app, Secret("a-token"))


def test_threads_never_get_each_others_tokens(oauth: IntuitOAuth, intuit: Intuit, app: Credentials) -> None:
    realms = [str(9130350000001000 + number) for number in range(24)]
    for realm_id in realms:
        intuit.add_company(realm_id, admins=[wire.JEAN])
    first = {realm_id: wire.granted(oauth, intuit, app, realm_id) for realm_id in realms}
    intuit.advance(timedelta(hours=25))
    start = threading.Barrier(len(realms))

    def refresh(realm_id: str) -> TokenGrant:
        start.wait()
        return oauth.refresh(app, first[realm_id].refresh_token)

    with ThreadPoolExecutor(len(realms)) as threads:
        renewed = dict(zip(realms, threads.map(refresh, realms), strict=True))

    for realm_id, grant in renewed.items():
        held = intuit.connection(wire.CLIENT_ID, realm_id)
        assert grant.refresh_token.reveal() in held.refresh_tokens, realm_id


@pytest.mark.parametrize("operation", ["exchange", "refresh"])
@pytest.mark.parametrize(
    ("kind", "details", "error", "processed", "status"),
    [
        ("reset", {}, IntuitUnavailable, None, None),
        ("timeout", {"hold": 0.0}, IntuitUnavailable, None, None),
        ("unavailable", {}, IntuitUnavailable, None, 503),
        ("unavailable", {"status": 500}, IntuitUnavailable, None, 500),
        ("server_error", {}, IntuitUnavailable, None, 500),
        ("drop_after", {}, IntuitUnavailable, None, None),
        ("drop_after_rotation", {}, IntuitUnavailable, None, None),
        ("timeout_after", {"hold": 0.0}, IntuitUnavailable, None, None),
        ("unavailable_after", {}, IntuitUnavailable, None, 503),
        ("html", {}, IntuitProtocolError, ..., 200),
        ("html", {"status": 400}, IntuitProtocolError, ..., 400),
        ("html", {"status": 403}, IntuitProtocolError, ..., 403),
        ("html", {"status": 302}, IntuitProtocolError, ..., 302),
        ("html_after", {}, IntuitProtocolError, ..., 200),
        ("truncated", {}, IntuitProtocolError, ..., 200),
        ("no_refresh_token", {}, IntuitProtocolError, ..., 200),
    ],
)
def test_an_answer_that_may_have_been_lost_is_never_asked_for_twice(
    oauth: IntuitOAuth,
    intuit: Intuit,
    app: Credentials,
    operation: str,
    kind: str,
    details: dict[str, object],
    error: type[IntuitError],
    processed: object,
    status: int | None,
) -> None:
    code = wire.consent(oauth, intuit, app)
    token = code if operation == "exchange" else oauth.exchange(app, code).refresh_token
    intuit.clear_requests()
    intuit.inject(Fault(operation, kind, **details))

    with pytest.raises(error) as failed:
        getattr(oauth, operation)(app, token)

    assert type(failed.value) is error
    assert operations(intuit) == [operation]
    assert getattr(failed.value, "processed", ...) is processed
    assert failed.value.status == status
    assert failed.value.intuit_tid == (intuit.requests[0].intuit_tid if status else None)
    assert failed.value.hint
    assert wire.spilled(failed.value, token.reveal()) == []


@pytest.mark.parametrize("operation", ["exchange", "refresh"])
@pytest.mark.parametrize(
    ("kind", "status"), [("invalid_grant", 400), ("invalid_client", 401), ("invalid_request", 400)]
)
def test_a_refusal_says_why_and_is_not_repeated(
    oauth: IntuitOAuth, intuit: Intuit, app: Credentials, operation: str, kind: str, status: int
) -> None:
    intuit.inject(Fault(operation, kind, times=None))

    with pytest.raises(IntuitRejected) as refused:
        getattr(oauth, operation)(app, Secret("canary-token"))

    assert (refused.value.error, refused.value.status) == (kind, status)
    assert operations(intuit) == ["discovery", operation]
    assert wire.spilled(refused.value, "canary-token") == []


def test_a_wrong_client_secret_is_invalid_client_and_says_so(oauth: IntuitOAuth, intuit: Intuit) -> None:
    app = wire.credentials(intuit, client_secret=Secret("canary-wrong-secret"))

    with pytest.raises(IntuitRejected) as refused:
        oauth.refresh(app, Secret("canary-token"))

    assert refused.value.error == "invalid_client"
    assert "secret" in refused.value.hint
    assert wire.spilled(refused.value, "canary") == []


@pytest.mark.parametrize("operation", ["exchange", "refresh"])
def test_a_throttled_request_is_repeated_no_sooner_than_asked(
    oauth: IntuitOAuth, intuit: Intuit, app: Credentials, clock: wire.FakeClock, operation: str
) -> None:
    code = wire.consent(oauth, intuit, app)
    token = code if operation == "exchange" else oauth.exchange(app, code).refresh_token
    intuit.inject(Fault(operation, "throttled", times=1, retry_after=3))

    grant = getattr(oauth, operation)(app, token)

    assert intuit.is_alive(grant.refresh_token.reveal())
    assert len(clock.slept) == 1
    assert 3 <= clock.slept[0] < 4


def test_a_throttle_that_lasts_is_told_at_once_with_its_pause(
    oauth: IntuitOAuth, intuit: Intuit, app: Credentials, grant: TokenGrant, clock: wire.FakeClock
) -> None:
    intuit.inject(Fault("refresh", "throttled", times=None, retry_after=60))

    with pytest.raises(IntuitUnavailable) as throttled:
        oauth.refresh(app, grant.refresh_token)

    assert throttled.value.retry_after == timedelta(seconds=60)
    assert throttled.value.processed is False
    assert throttled.value.status == 429
    assert clock.slept == []


def test_a_refused_connection_is_tried_again_since_nothing_was_sent(
    oauth: IntuitOAuth, intuit: Intuit, app: Credentials, grant: TokenGrant, clock: wire.FakeClock
) -> None:
    intuit.stop()
    clock.on_sleep = intuit.start

    renewed = oauth.refresh(app, grant.refresh_token)

    assert intuit.is_alive(renewed.refresh_token.reveal())
    assert len(clock.slept) == 1


def test_a_server_that_stays_away_is_unavailable_and_certainly_did_nothing(
    oauth: IntuitOAuth, intuit: Intuit, app: Credentials, grant: TokenGrant, clock: wire.FakeClock
) -> None:
    intuit.stop()

    with pytest.raises(IntuitUnavailable) as away:
        oauth.refresh(app, grant.refresh_token)

    assert away.value.processed is False
    assert len(clock.slept) == 3
    assert wire.spilled(away.value, grant.refresh_token.reveal()) == []


@pytest.mark.parametrize(("dead_revoke", "accepted"), [("200", True), ("400_with_body", False), ("400_empty", False)])
def test_a_revoke_tells_whether_it_was_accepted(
    oauth: IntuitOAuth, intuit: Intuit, app: Credentials, grant: TokenGrant, dead_revoke: str, accepted: bool
) -> None:
    intuit.behaviour = Behaviour(dead_revoke=dead_revoke)

    assert oauth.revoke(app, grant.refresh_token).accepted
    again = oauth.revoke(app, grant.refresh_token)

    assert again.accepted is accepted
    assert again.intuit_tid == intuit.requests[-1].intuit_tid
    assert not intuit.is_alive(grant.refresh_token.reveal())
    assert intuit.requests[-1].headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("kind", "details"),
    [("reset", {}), ("unavailable", {}), ("drop_after", {}), ("throttled", {}), ("unavailable_after", {})],
)
def test_a_revoke_is_repeated_while_intuit_is_unavailable(
    oauth: IntuitOAuth, intuit: Intuit, app: Credentials, grant: TokenGrant, kind: str, details: dict[str, object]
) -> None:
    intuit.inject(Fault("revoke", kind, times=2, **details))

    oauth.revoke(app, grant.refresh_token)

    assert operations(intuit).count("revoke") == 3
    assert not intuit.is_alive(grant.refresh_token.reveal())


def test_a_revoke_answered_with_a_page_was_a_revoke(
    oauth: IntuitOAuth, intuit: Intuit, app: Credentials, grant: TokenGrant
) -> None:
    intuit.inject(Fault("revoke", "html_after"))

    assert oauth.revoke(app, grant.refresh_token).accepted


def test_a_revoke_with_wrong_keys_is_rejected(oauth: IntuitOAuth, intuit: Intuit, grant: TokenGrant) -> None:
    app = wire.credentials(intuit, client_secret=Secret("canary-wrong-secret"))

    with pytest.raises(IntuitRejected) as refused:
        oauth.revoke(app, grant.refresh_token)

    assert (refused.value.error, refused.value.status) == ("invalid_client", 401)
    assert wire.spilled(refused.value, grant.refresh_token.reveal(), "canary-wrong") == []


def test_no_secret_is_logged_but_the_transaction_id_is(
    oauth: IntuitOAuth,
    companies: IntuitCompanies,
    intuit: Intuit,
    app: Credentials,
    clock: wire.FakeClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    intuit.inject(Fault("exchange", "bad_id_token", wrong="signature"), Fault("refresh", "invalid_grant"))
    code = wire.consent(oauth, intuit, app)
    grant = oauth.exchange(app, code)
    oauth.identify(app, grant.access_token, grant.id_token, clock.now())
    companies.company_info(app, wire.REALM, grant.access_token)
    with pytest.raises(IntuitRejected):
        oauth.refresh(app, grant.refresh_token)
    oauth.revoke(app, grant.refresh_token)

    assert grant.id_token is not None
    said = "\n".join(str(vars(record)) for record in caplog.records if not record.name.startswith("asyncio"))
    for secret in (code, grant.access_token, grant.refresh_token, grant.id_token, app.client_secret):
        assert secret.reveal() not in said
    for record in intuit.requests:
        if record.operation in ("exchange", "refresh", "revoke", "userinfo", "company"):
            assert str(record.intuit_tid) in said


def test_a_proxy_or_netrc_in_the_environment_changes_nothing(
    oauth: IntuitOAuth,
    intuit: Intuit,
    app: Credentials,
    grant: TokenGrant,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "nowhere.pem"))

    assert intuit.is_alive(oauth.refresh(app, grant.refresh_token).access_token.reveal())
