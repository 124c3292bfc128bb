"""The revocation endpoint's own rules; what dies with a token is in test_behaviour."""

import pytest

from qbapps.simulator.messages import Request


def test_a_revoke_answers_200_with_an_empty_body_and_the_slot_is_free(app):
    pair = app.connect()
    reply = app.revoke(pair["refresh_token"])
    assert (reply.status, reply.body) == (200, b"")
    connection = app.intuit.connection("dext", app.realm)
    assert not connection.connected
    assert connection.owner is None
    assert connection.access_tokens == connection.refresh_tokens == ()


def test_a_form_is_refused_and_revokes_nothing(app):
    pair = app.connect()
    headers = {"Authorization": app.basic, "Content-Type": "application/x-www-form-urlencoded"}
    body = f"token={pair['refresh_token']}"
    reply = app.intuit.handle("POST", "/v2/oauth2/tokens/revoke", headers, body)
    assert reply.status == 400
    assert app.intuit.is_alive(pair["refresh_token"])


def test_json_under_another_name_is_refused_and_revokes_nothing(app):
    pair = app.connect()
    for media_type in ("application/x-www-form-urlencoded", "text/plain", ""):
        assert app.revoke(pair["refresh_token"], **{"Content-Type": media_type}).status == 400
    assert app.intuit.is_alive(pair["refresh_token"])


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"token": ""}', '{"token": 3}', "nonsense"])
def test_json_without_a_token_is_refused(app, body):
    headers = {"Authorization": app.basic, "Content-Type": "application/json"}
    assert app.intuit.handle("POST", "/v2/oauth2/tokens/revoke", headers, body).status == 400


def test_wrong_keys_are_refused_and_revoke_nothing(app):
    pair = app.connect()
    for wrong in ("Basic eDp5", "", f"Bearer {pair['access_token']}"):
        reply = app.revoke(pair["refresh_token"], Authorization=wrong)
        assert (reply.status, reply.json()["error"]) == (401, "invalid_client")
    assert app.intuit.is_alive(pair["refresh_token"])


def test_another_apps_token_cannot_be_revoked(app, zapier):
    pair = app.connect()
    assert zapier.revoke(pair["refresh_token"]).status == 400
    assert app.intuit.is_alive(pair["refresh_token"])


def test_a_media_type_may_have_parameters(app):
    request = Request.of("POST", "/", {"Content-Type": "Application/JSON; charset=UTF-8"})
    assert request.media_type == "application/json"
    pair = app.connect()
    reply = app.revoke(pair["access_token"], **{"Content-Type": "application/json; charset=UTF-8"})
    assert reply.status == 200
