"""The token endpoint: what it gives, what it refuses, and how tokens grow old."""

from base64 import b64encode
from datetime import timedelta

import pytest

from qbapps.simulator import Intuit
from qbapps.simulator.mint import Mint

HARD = {"x-include-refresh-token-hard-expires-in": "true"}


def error(reply):
    return reply.status, reply.json()["error"]


def test_an_exchange_answers_with_the_documented_fields_and_no_realm(app):
    answer = app.connect()
    assert set(answer) == {
        "token_type",
        "access_token",
        "expires_in",
        "refresh_token",
        "x_refresh_token_expires_in",
        "id_token",
    }
    assert (answer["token_type"], answer["expires_in"]) == ("bearer", 3600)
    assert answer["x_refresh_token_expires_in"] == 8640000


def test_the_hard_expiry_comes_only_when_the_header_asks_for_it(app):
    code = app.consent()["code"]
    first = app.exchange(code, **HARD).json()
    assert first["x_refresh_token_hard_expires_in"] == 157680000
    app.intuit.advance(timedelta(days=1))
    again = app.refresh(first["refresh_token"], **HARD).json()
    assert again["x_refresh_token_hard_expires_in"] == 157680000 - 86400
    assert "x_refresh_token_hard_expires_in" not in app.renew(again["refresh_token"])


def test_every_answer_carries_a_transaction_id(app):
    code = app.consent()["code"]
    replies = [app.exchange(code), app.exchange(code), app.company_info("x"), app.get("/nope", None)]
    tids = [reply.headers["intuit_tid"] for reply in replies]
    assert len(set(tids)) == 4
    assert app.intuit.requests[-1].intuit_tid == tids[-1]


def test_keys_may_also_be_sent_in_the_body(app):
    code = app.consent()["code"]
    reply = app.token(
        {"Authorization": ""},
        grant_type="authorization_code",
        code=code,
        redirect_uri=app.callback,
        client_id="dext",
        client_secret="dext-secret",
    )
    assert reply.status == 200


@pytest.mark.parametrize("pair", ["dext:wrong", "nobody:dext-secret", "dext", ""])
def test_wrong_keys_are_refused_with_invalid_client_and_spend_nothing(app, pair):
    code = app.consent()["code"]
    wrong = "Basic " + b64encode(pair.encode()).decode()
    assert error(app.exchange(code, Authorization=wrong)) == (401, "invalid_client")
    assert app.exchange(code).status == 200


def test_a_rotated_secret_is_the_only_one_that_works(app):
    app.intuit.add_app("dext", "new-secret", redirect_uris=[app.callback])
    assert error(app.exchange("any")) == (401, "invalid_client")
    fresh = "Basic " + b64encode(b"dext:new-secret").decode()
    assert error(app.exchange("any", Authorization=fresh)) == (400, "invalid_grant")


def test_a_body_that_is_not_a_form_is_refused(app):
    reply = app.token({"Content-Type": "application/json"}, grant_type="refresh_token")
    assert error(reply) == (400, "invalid_request")


def test_a_missing_or_unknown_grant_type_is_refused(app):
    assert error(app.token()) == (400, "invalid_request")
    assert error(app.token(grant_type="password")) == (400, "unsupported_grant_type")


def test_an_unknown_code_is_an_invalid_grant(app):
    reply = app.exchange("made-up")
    assert error(reply) == (400, "invalid_grant")
    assert reply.json()["error_description"] == "Invalid authorization code"


def test_a_code_is_refused_to_another_app(app, zapier):
    code = app.consent()["code"]
    assert error(zapier.exchange(code)) == (400, "invalid_grant")


def test_a_code_is_refused_for_another_redirect_address(app):
    code = app.consent()["code"]
    assert error(app.exchange(code, redirect_uri="http://localhost:8400/")) == (400, "invalid_grant")


def test_an_old_code_has_expired(app):
    code = app.consent()["code"]
    app.intuit.advance(timedelta(minutes=10))
    assert error(app.exchange(code)) == (400, "invalid_grant")


def test_a_reused_code_is_refused_and_kills_the_first_pair(app):
    code = app.consent()["code"]
    first = app.exchange(code).json()
    assert error(app.exchange(code)) == (400, "invalid_grant")
    assert not app.intuit.is_alive(first["refresh_token"])
    assert app.company_info(first["access_token"]).status == 401


def test_a_reused_code_may_leave_the_first_pair_alone(playing):
    app = playing(code_replay_revokes=False)
    code = app.consent()["code"]
    first = app.exchange(code).json()
    assert error(app.exchange(code)) == (400, "invalid_grant")
    assert app.company_info(first["access_token"]).status == 200


def test_a_refresh_token_is_refused_to_another_app_and_survives_it(app, zapier):
    pair = app.connect()
    assert error(zapier.refresh(pair["refresh_token"])) == (400, "invalid_grant")
    assert app.refresh(pair["refresh_token"]).status == 200


def test_an_access_token_does_not_refresh(app):
    assert error(app.refresh(app.connect()["access_token"])) == (400, "invalid_grant")


def test_an_access_token_lives_one_hour(app):
    pair = app.connect()
    app.intuit.advance(timedelta(seconds=3599))
    assert app.company_info(pair["access_token"]).status == 200
    app.intuit.advance(timedelta(seconds=1))
    assert app.company_info(pair["access_token"]).status == 401


def test_a_refresh_token_unused_for_100_days_dies(app):
    pair = app.connect()
    app.intuit.advance(timedelta(days=100) - timedelta(seconds=1))
    assert app.intuit.is_alive(pair["refresh_token"])
    app.intuit.advance(timedelta(seconds=1))
    assert error(app.refresh(pair["refresh_token"])) == (400, "invalid_grant")
    assert app.intuit.requests[-1].note == "dead refresh token: unused for 100 days"


def test_each_use_starts_the_100_days_again_even_when_the_value_stays(app):
    pair = app.connect()
    app.intuit.advance(timedelta(hours=23))
    again = app.renew(pair["refresh_token"])
    assert again["refresh_token"] == pair["refresh_token"]
    assert again["x_refresh_token_expires_in"] == 8640000
    app.intuit.advance(timedelta(days=100) - timedelta(hours=1))
    assert app.intuit.is_alive(pair["refresh_token"])


def test_no_refresh_outlives_five_years_and_the_window_shrinks_towards_it(app):
    token = app.connect()["refresh_token"]
    for _ in range(20):
        app.intuit.advance(timedelta(days=90))
        answer = app.renew(token)
        token = answer["refresh_token"]
    assert answer["x_refresh_token_expires_in"] == (5 * 365 - 20 * 90) * 86400
    app.intuit.advance(timedelta(days=25))
    assert error(app.refresh(token)) == (400, "invalid_grant")
    assert app.intuit.why_dead(token) == "older than five years"


def test_the_clock_goes_backwards_too(app):
    pair = app.connect()
    app.intuit.advance(timedelta(hours=2))
    assert not app.intuit.is_alive(pair["access_token"])
    app.intuit.advance(timedelta(hours=-2))
    assert app.intuit.is_alive(pair["access_token"])
    app.intuit.set_time(app.noon + timedelta(days=200))
    assert app.intuit.now == app.noon + timedelta(days=200)
    assert not app.intuit.is_alive(pair["refresh_token"])


def test_a_disconnect_inside_quickbooks_kills_every_token_there_and_no_other(app, zapier):
    here, elsewhere, other = app.connect(), app.connect(realm=app.other_realm), zapier.connect()
    app.intuit.disconnect("dext", app.realm)
    assert app.company_info(here["access_token"]).status == 401
    assert error(app.refresh(here["refresh_token"])) == (400, "invalid_grant")
    assert app.refresh(elsewhere["refresh_token"]).status == 200
    assert zapier.refresh(other["refresh_token"]).status == 200


def test_a_clock_can_be_followed_and_a_naive_one_is_refused(app):
    intuit = Intuit(clock=app.intuit._door.world.clock)
    app.intuit.advance(timedelta(days=3))
    assert intuit.now == app.noon + timedelta(days=3)
    intuit.advance(timedelta(hours=1))
    assert intuit.now - app.intuit.now == timedelta(hours=1)
    with pytest.raises(ValueError, match="aware"):
        Intuit(clock=app.noon.replace(tzinfo=None))


def test_nobody_knows_a_token_that_was_never_given(app):
    assert app.intuit.why_dead("made-up") == "unknown"


def test_revoking_a_token_without_a_company_ends_only_that_grant(app):
    one = app.connect("jean", realm=None, scope="openid")
    two = app.connect("sophie", realm=None, scope="openid")
    assert app.revoke(one["refresh_token"]).status == 200
    assert not app.intuit.is_alive(one["refresh_token"])
    assert app.intuit.is_alive(two["refresh_token"])


def test_the_same_seed_gives_the_same_tokens_and_no_seed_never_does():
    def made(seed):
        return Mint(seed).refresh_token()

    assert made(7) == made(7) != made(8)
    assert made(None) != made(None)
