"""The same over real HTTP: addresses, broken connections, shutdown, and foreign clients."""

import concurrent.futures
import socket
import threading
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from intuitlib.client import AuthClient
from intuitlib.enums import Scopes
from intuitlib.exceptions import AuthClientError
from quickbooks import QuickBooks
from quickbooks.objects.customer import Customer

from qbapps.simulator import Fault, Intuit

SCOPES = [Scopes.ACCOUNTING, Scopes.OPENID, Scopes.EMAIL, Scopes.PROFILE]


def post_refresh(app, token, timeout=10.0):
    return requests.post(
        f"{app.intuit.url}/oauth2/v1/tokens/bearer",
        data={"grant_type": "refresh_token", "refresh_token": token},
        headers={"Authorization": app.basic},
        timeout=timeout,
    )


def test_the_addresses_are_on_loopback_and_answer(online):
    intuit = online.intuit
    assert intuit.url.startswith("http://127.0.0.1:")
    assert intuit.api_url == intuit.url + "/v3"
    document = requests.get(intuit.discovery_url, timeout=10).json()
    assert document["authorization_endpoint"].startswith(intuit.url)
    assert requests.get(document["jwks_uri"], timeout=10).json()["keys"][0]["kty"] == "RSA"
    assert "Intuit, simulated" in requests.get(intuit.url, timeout=10).text


def test_a_script_gets_the_redirect_a_browser_would(online):
    url = online.authorize_url(as_user="jean@durand.example", realm_id=online.realm, decision="allow")
    reply = requests.get(url, allow_redirects=False, timeout=10)
    assert reply.status_code == 302
    assert reply.headers["Location"].startswith(online.callback + "?code=")
    assert reply.headers["intuit_tid"]


def test_a_reset_breaks_the_connection_and_does_nothing(online):
    pair = online.connect()
    online.intuit.inject(Fault("refresh", "reset"))
    with pytest.raises(requests.ConnectionError):
        post_refresh(online, pair["refresh_token"])
    assert online.intuit.requests[-1].outcome == "dropped"
    assert not online.intuit.requests[-1].processed
    assert post_refresh(online, pair["refresh_token"]).status_code == 200


def test_a_drop_after_rotation_breaks_the_connection_and_has_rotated(online):
    pair = online.connect()
    online.intuit.inject(Fault("refresh", "drop_after_rotation"))
    with pytest.raises(requests.ConnectionError):
        post_refresh(online, pair["refresh_token"])
    assert not online.intuit.is_alive(pair["refresh_token"])
    assert post_refresh(online, pair["refresh_token"]).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(("kind", "done"), [("timeout", False), ("timeout_after", True)])
def test_a_timeout_answers_nothing_while_the_caller_waits(online, kind, done):
    pair = online.connect()
    online.intuit.inject(Fault("revoke", kind))
    with pytest.raises(requests.ReadTimeout):
        requests.post(
            f"{online.intuit.url}/v2/oauth2/tokens/revoke",
            json={"token": pair["refresh_token"]},
            headers={"Authorization": online.basic},
            timeout=0.2,
        )
    assert online.intuit.is_alive(pair["refresh_token"]) is not done


def test_a_timeout_ends_by_itself_after_its_hold(online):
    online.intuit.inject(Fault("refresh", "timeout", hold=0.05))
    with pytest.raises(requests.ConnectionError):
        post_refresh(online, "any")


def test_html_and_truncated_answers_arrive_whole_as_http(online):
    pair = online.connect()
    online.intuit.inject(Fault("refresh", "html"), Fault("refresh", "truncated"))
    html = post_refresh(online, pair["refresh_token"])
    assert (html.status_code, html.headers["Content-Type"]) == (200, "text/html;charset=UTF-8")
    cut = post_refresh(online, pair["refresh_token"])
    assert cut.status_code == 200
    with pytest.raises(requests.JSONDecodeError):
        cut.json()


def test_stopping_waits_for_nobody_and_frees_the_port():
    intuit = Intuit().start()
    intuit.inject(Fault("jwks", "timeout", times=None, hold=600))
    failures = []

    def ask():
        try:
            requests.get(f"{intuit.url}/op/v1/jwks", timeout=30)
        except requests.ConnectionError as error:
            failures.append(error)

    thread = threading.Thread(target=ask)
    with intuit.hold("jwks") as gate:
        thread.start()
        gate.wait_arrived()
    intuit.stop()
    thread.join(10)
    assert len(failures) == 1
    port = urlsplit(intuit.url).port
    with socket.socket() as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind(("127.0.0.1", port))


def test_an_outage_is_a_stop_and_a_start_at_the_same_address(online):
    pair = online.connect()
    address = online.intuit.url
    online.intuit.stop()
    with pytest.raises(requests.ConnectionError):
        post_refresh(online, pair["refresh_token"])
    online.intuit.start()
    assert online.intuit.url == address
    assert post_refresh(online, pair["refresh_token"]).status_code == 200


def test_a_port_in_use_is_said_plainly(online):
    taken = urlsplit(online.intuit.url).port
    with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1:{taken}"):
        Intuit(port=taken).start()
    with pytest.raises(RuntimeError, match="already serving"):
        online.intuit.start()


def test_a_gate_holds_http_requests_without_holding_the_others(online):
    pair = online.connect()
    with concurrent.futures.ThreadPoolExecutor(4) as pool, online.intuit.hold("refresh") as gate:
        held = [pool.submit(post_refresh, online, pair["refresh_token"]) for _ in range(3)]
        gate.wait_arrived(3)
        assert requests.get(online.intuit.discovery_url, timeout=10).status_code == 200
        gate.release()
        assert {future.result().status_code for future in held} == {200}


def client_of(app):
    return AuthClient("dext", "dext-secret", app.callback, app.intuit.discovery_url)


def connected_client(app):
    client = client_of(app)
    url = client.get_authorization_url(SCOPES, state_token="st4te")
    back = app.intuit.consent(url, user="jean@durand.example", realm_id=app.realm)
    query = parse_qs(urlsplit(back).query)
    client.get_bearer_token(query["code"][0], realm_id=query["realmId"][0])
    return client


def test_intuits_python_client_connects_refreshes_identifies_and_revokes(online):
    client = connected_client(online)
    assert client.id_token is not None
    assert (client.expires_in, client.x_refresh_token_expires_in) == (3600, 8640000)
    assert client.get_user_info().json()["email"] == "jean@durand.example"
    first = client.refresh_token
    client.refresh()
    assert client.refresh_token == first
    online.intuit.advance(timedelta(hours=24))
    client.refresh()
    assert client.refresh_token != first
    assert client.revoke() is True
    with pytest.raises(AuthClientError, match="400"):
        client.revoke()
    with pytest.raises(AuthClientError, match="invalid_grant") as caught:
        client.refresh()
    assert caught.value.intuit_tid == online.intuit.requests[-1].intuit_tid


def test_intuits_python_client_raises_after_it_spent_the_code_when_the_kid_is_unknown(online):
    online.intuit.inject(Fault("exchange", "unknown_kid"))
    with pytest.raises(KeyError):
        connected_client(online)
    assert online.intuit.connection("dext", online.realm).connected


def test_python_quickbooks_reads_through_a_session_of_ours(online):
    class Session(requests.Session):
        access_token = online.connect()["access_token"]

    quickbooks = QuickBooks(company_id=online.realm, minorversion=75)
    quickbooks.sandbox = True
    quickbooks.sandbox_api_url_v3 = online.intuit.api_url
    with Session() as quickbooks.session:
        assert len(Customer.all(qb=quickbooks)) == Customer.count(qb=quickbooks) >= 3
        assert Customer.get(1, qb=quickbooks).DisplayName
    assert {record.operation for record in online.intuit.requests[-3:]} == {"query", "company"}
