"""Discovery, keys, id_tokens and userinfo, checked with PyJWT alone."""

import jwt
import pytest

from qbapps.simulator import Fault

ISSUER = "https://oauth.platform.intuit.com/op/v1"


def key_of(app, token):
    keys = jwt.PyJWKSet.from_dict(app.intuit.handle("GET", "/op/v1/jwks").json())
    return keys[jwt.get_unverified_header(token)["kid"]].key


def claims_of(app, token):
    # The simulator's clock stands still on another day than the test's.
    unchecked = {"verify_exp": False, "verify_iat": False}
    return jwt.decode(token, key_of(app, token), ["RS256"], options=unchecked, audience="dext", issuer=ISSUER)


@pytest.mark.parametrize("name", ["openid_configuration", "openid_sandbox_configuration"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_the_discovery_document_is_found_under_every_address_in_use(app, name, slash):
    reply = app.intuit.handle("GET", f"/.well-known/{name}{slash}")
    document = reply.json()
    assert document["issuer"] == ISSUER
    assert document["token_endpoint"] == f"{app.intuit.url}/oauth2/v1/tokens/bearer"
    assert document["claims_supported"] == ["aud", "exp", "iat", "iss", "realmid", "sub"]
    assert not {"introspection_endpoint", "end_session_endpoint"} & set(document)
    assert not any("quickbooks" in scope for scope in document["scopes_supported"])


def test_the_id_token_names_the_company_the_user_and_an_array_of_audiences(app):
    claims = claims_of(app, app.connect()["id_token"])
    now = int(app.noon.timestamp())
    assert claims == {
        "sub": app.intuit.user("jean@durand.example").sub,
        "aud": ["dext"],
        "iss": ISSUER,
        "iat": now,
        "exp": now + 3600,
        "auth_time": now,
        "realmid": app.realm,
    }


def test_without_openid_there_is_no_id_token_and_no_userinfo(app):
    pair = app.connect(scope="com.intuit.quickbooks.accounting")
    assert "id_token" not in pair
    assert app.userinfo(pair["access_token"]).status == 401


def test_without_a_company_the_id_token_has_no_realm(app):
    answer = app.connect(realm=None, scope="openid")
    assert "realmid" not in claims_of(app, answer["id_token"])


def test_userinfo_is_in_camel_case(app):
    answer = app.userinfo(app.connect()["access_token"]).json()
    assert answer == {
        "sub": app.intuit.user("jean@durand.example").sub,
        "email": "jean@durand.example",
        "emailVerified": True,
        "givenName": "Jean",
        "familyName": "Durand",
    }


@pytest.mark.parametrize(
    ("scope", "fields"),
    [
        ("openid", {"sub"}),
        ("openid email", {"sub", "email", "emailVerified"}),
        ("openid profile", {"sub", "givenName", "familyName"}),
        ("openid phone address", {"sub", "phoneNumber", "phoneNumberVerified", "address"}),
    ],
)
def test_userinfo_tells_only_what_the_scopes_allow(app, scope, fields):
    answer = app.connect(realm=None, scope=scope)
    assert set(app.userinfo(answer["access_token"]).json()) == fields


def test_userinfo_says_when_the_email_is_not_verified(app):
    app.intuit.add_user("jean@durand.example", name="Jean Durand", email_verified=False)
    assert app.userinfo(app.connect()["access_token"]).json()["emailVerified"] is False


def test_userinfo_refuses_a_dead_or_missing_token(app):
    pair = app.connect()
    app.revoke(pair["refresh_token"])
    assert app.userinfo(pair["access_token"]).status == 401
    assert app.userinfo("").status == 401


def test_a_sub_is_stable_and_belongs_to_one_email(app):
    first = app.intuit.user("jean@durand.example")
    again = app.intuit.add_user("JEAN@durand.example", name="Jean D.")
    assert again.sub == first.sub
    assert again.sub != app.intuit.user("sophie@durand.example").sub
    assert len(first.sub) == 36


def test_a_nonce_comes_back_in_the_id_token(app):
    assert claims_of(app, app.connect(nonce="n0nce")["id_token"])["nonce"] == "n0nce"


def test_an_unknown_kid_is_not_among_the_published_keys(app):
    app.intuit.inject(Fault("exchange", "unknown_kid"))
    with pytest.raises(KeyError):
        key_of(app, app.connect()["id_token"])


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ("aud", jwt.InvalidAudienceError),
        ("iss", jwt.InvalidIssuerError),
        ("signature", jwt.InvalidSignatureError),
    ],
)
def test_a_bad_id_token_is_bad_in_the_way_told(app, wrong, refusal):
    app.intuit.inject(Fault("exchange", "bad_id_token", wrong=wrong))
    token = app.connect()["id_token"]
    with pytest.raises(refusal):
        claims_of(app, token)


def test_a_bad_id_token_may_have_expired_or_name_another_company(app):
    app.intuit.inject(
        Fault("exchange", "bad_id_token", wrong="exp"),
        Fault("exchange", "bad_id_token", wrong="realmid"),
    )
    expired = claims_of(app, app.connect()["id_token"])
    assert expired["exp"] < expired["iat"]
    assert claims_of(app, app.connect()["id_token"])["realmid"] != app.realm


def test_a_wrong_sub_can_be_told_apart_in_the_id_token_and_in_userinfo(app):
    sophie = app.intuit.user("sophie@durand.example").sub
    app.intuit.inject(Fault("exchange", "wrong_sub", sub=sophie), Fault("userinfo", "wrong_sub", sub=sophie))
    answer = app.connect("jean")
    assert claims_of(app, answer["id_token"])["sub"] == sophie
    assert app.userinfo(answer["access_token"]).json()["sub"] == sophie
    assert app.intuit.connection("dext", app.realm).owner.name == "Jean Durand"
