"""Who gave a consent: from the id_token, from userinfo, from both, from one."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import intuit_wire as wire
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from qbapps.domain.parties import Credentials
from qbapps.domain.tokens import TokenGrant
from qbapps.errors import IntuitProtocolError, IntuitRejected, IntuitUnavailable
from qbapps.intuit import identity
from qbapps.intuit.identity import Claims
from qbapps.intuit.oauth import IntuitOAuth
from qbapps.intuit.transport import Transport
from qbapps.simulator import Fault, Intuit
from qbapps.values import Secret

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
KEYS = {"keys": [{**jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True), "kid": "one", "use": "sig"}]}


def jwks_requests(intuit: Intuit) -> int:
    return sum(record.operation == "jwks" for record in intuit.requests)


def test_the_id_token_names_the_company_and_userinfo_the_person(
    oauth: IntuitOAuth, intuit: Intuit, app: Credentials, grant: TokenGrant, clock: wire.FakeClock
) -> None:
    who = oauth.identify(app, grant.access_token, grant.id_token, clock.now())

    assert who.sub == intuit.user(wire.JEAN).sub
    assert (who.email, who.name, who.realm_id) == (wire.JEAN, "Jean Durand", wire.REALM)


def test_an_email_that_is_not_verified_is_not_told(
    oauth: IntuitOAuth, intuit: Intuit, app: Credentials, grant: TokenGrant, clock: wire.FakeClock
) -> None:
    intuit.add_user(wire.JEAN, name="Jean Durand", email_verified=False)

    assert oauth.identify(app, grant.access_token, grant.id_token, clock.now()).email is None


def test_the_signing_keys_are_read_once_a_day(
    oauth: IntuitOAuth, intuit: Intuit, app: Credentials, grant: TokenGrant, clock: wire.FakeClock
) -> None:
    for _ in range(5):
        oauth.identify(app, grant.access_token, grant.id_token, clock.now())

    assert jwks_requests(intuit) == 1


@pytest.mark.parametrize("wrong", ["aud", "iss", "exp", "signature"])
def test_an_id_token_that_is_not_right_leaves_userinfo_alone(
    oauth: IntuitOAuth, intuit: Intuit, app: Credentials, clock: wire.FakeClock, wrong: str
) -> None:
    code = wire.consent(oauth, intuit, app)
    intuit.inject(Fault("exchange", "bad_id_token", wrong=wrong))
    grant = oauth.exchange(app, code)
    later = clock.now() + timedelta(minutes=3)

    who = oauth.identify(app, grant.access_token, grant.id_token, later)

    assert grant.id_token is not None
    assert (who.sub, who.email, who.realm_id) == (intuit.user(wire.JEAN).sub, wire.JEAN, None)


def test_an_unknown_signing_key_neither_loses_the_tokens_nor_hammers_intuit(
    oauth: IntuitOAuth, intuit: Intuit, app: Credentials, clock: wire.FakeClock
) -> None:
    code = wire.consent(oauth, intuit, app)
    intuit.inject(Fault("exchange", "unknown_kid"))

    grant = oauth.exchange(app, code)
    for _ in range(5):
        who = oauth.identify(app, grant.access_token, grant.id_token, clock.now())

    assert intuit.is_alive(grant.refresh_token.reveal())
    assert who.realm_id is None
    assert jwks_requests(intuit) == 1
    clock.advance(identity.KEYS_PAUSE)
    oauth.identify(app, grant.access_token, grant.id_token, clock.now())
    assert jwks_requests(intuit) == 2


def test_signing_keys_that_are_down_neither_lose_the_tokens_nor_the_person(
    oauth: IntuitOAuth, intuit: Intuit, app: Credentials, clock: wire.FakeClock
) -> None:
    intuit.inject(Fault("jwks", "unavailable", times=None))

    grant = wire.granted(oauth, intuit, app)
    who = oauth.identify(app, grant.access_token, grant.id_token, clock.now())

    assert (who.email, who.realm_id) == (wire.JEAN, None)


def test_without_userinfo_the_id_token_is_enough(
    oauth: IntuitOAuth, intuit: Intuit, app: Credentials, grant: TokenGrant, clock: wire.FakeClock
) -> None:
    for kind in ("unavailable", "html", "unauthorized"):
        intuit.clear_faults()
        intuit.inject(Fault("userinfo", kind, times=None))

        who = oauth.identify(app, grant.access_token, grant.id_token, clock.now())

        assert who.sub == intuit.user(wire.JEAN).sub, kind
        assert (who.email, who.realm_id) == (None, wire.REALM), kind


def test_without_either_intuit_is_unavailable(
    oauth: IntuitOAuth, intuit: Intuit, app: Credentials, grant: TokenGrant, clock: wire.FakeClock
) -> None:
    intuit.inject(Fault("jwks", "unavailable", times=None), Fault("userinfo", "unavailable", times=None))

    for id_token in (None, grant.id_token):
        with pytest.raises(IntuitUnavailable) as nobody:
            oauth.identify(app, grant.access_token, id_token, clock.now())
        assert wire.spilled(nobody.value, grant.access_token.reveal()) == []


def test_a_dead_access_token_without_an_id_token_is_a_rejection(
    oauth: IntuitOAuth, app: Credentials, clock: wire.FakeClock
) -> None:
    with pytest.raises(IntuitRejected) as refused:
        oauth.identify(app, Secret("canary-token"), None, clock.now())

    assert (refused.value.error, refused.value.status) == ("invalid_token", 401)


def test_two_people_in_two_answers_are_nobody(
    oauth: IntuitOAuth, intuit: Intuit, app: Credentials, grant: TokenGrant, clock: wire.FakeClock
) -> None:
    intuit.inject(Fault("userinfo", "wrong_sub"))

    with pytest.raises(IntuitProtocolError):
        oauth.identify(app, grant.access_token, grant.id_token, clock.now())


class TestIdTokens:
    """An id_token signed here, checked at a time given here."""

    @pytest.fixture
    def payload(self, clock: wire.FakeClock) -> dict[str, Any]:
        now = int(clock.now().timestamp())
        return {
            "sub": "sub-1",
            "iss": wire.DISCOVERY["issuer"],
            "aud": [wire.CLIENT_ID],
            "iat": now,
            "exp": now + 3600,
            "realmid": wire.REALM,
        }

    def check(
        self, clock: wire.FakeClock, token: str, *, keys: Any = KEYS, later: timedelta = timedelta(0)
    ) -> Claims | None:
        adapter = wire.Scripted(
            wire.authorization_server(lambda _: keys if isinstance(keys, tuple) else wire.as_json(200, keys))
        )
        oauth = IntuitOAuth(clock, transport=Transport(adapter=adapter))
        found = oauth._discovery.endpoints(wire.credentials())
        return oauth._id_tokens.claims(Secret(token), wire.CLIENT_ID, found, clock.now() + later)

    @pytest.mark.parametrize("audience", [wire.CLIENT_ID, [wire.CLIENT_ID], ["another", wire.CLIENT_ID]])
    def test_the_audience_may_be_one_or_several(
        self, clock: wire.FakeClock, payload: dict[str, Any], audience: object
    ) -> None:
        token = jwt.encode({**payload, "aud": audience}, KEY, "RS256", headers={"kid": "one"})

        assert self.check(clock, token) == Claims(sub="sub-1", realm_id=wire.REALM)

    def test_time_is_judged_at_the_instant_given_with_a_little_leeway(
        self, clock: wire.FakeClock, payload: dict[str, Any]
    ) -> None:
        token = jwt.encode(payload, KEY, "RS256", headers={"kid": "one"})

        for later, is_good in ((-121, False), (-119, True), (3600 + 119, True), (3600 + 121, False)):
            found = self.check(clock, token, later=timedelta(seconds=later))
            assert (found is not None) is is_good, later

    @pytest.mark.parametrize("changed", [{"nbf": 4_000_000_000}, {"exp": "soon"}, {"iat": None}, {"exp": float("nan")}])
    def test_instants_that_are_none_or_not_yet_are_not_accepted(
        self, clock: wire.FakeClock, payload: dict[str, Any], changed: dict[str, Any]
    ) -> None:
        token = jwt.encode({**payload, **changed}, KEY, "RS256", headers={"kid": "one"})

        assert self.check(clock, token) is None

    def test_only_intuits_own_signature_counts(self, clock: wire.FakeClock, payload: dict[str, Any]) -> None:
        public = base64.urlsafe_b64decode(KEYS["keys"][0]["n"] + "==")
        header = base64.urlsafe_b64encode(json.dumps({"alg": "none", "kid": "one"}).encode()).decode().strip("=")
        body = base64.urlsafe_b64encode(json.dumps(payload).encode()).decode().strip("=")

        for token in (
            jwt.encode(payload, OTHER_KEY, "RS256", headers={"kid": "one"}),
            jwt.encode(payload, KEY, "RS384", headers={"kid": "one"}),
            jwt.encode(payload, public, "HS256", headers={"kid": "one"}),
            jwt.encode(payload, KEY, "RS256"),
            f"{header}.{body}.",
            "not.a.token",
            "",
        ):
            assert self.check(clock, token) is None, token

    @pytest.mark.parametrize("name", ["sub", "iss", "aud", "iat", "exp"])
    def test_every_claim_that_is_checked_must_be_there(
        self, clock: wire.FakeClock, payload: dict[str, Any], name: str
    ) -> None:
        del payload[name]

        assert self.check(clock, jwt.encode(payload, KEY, "RS256", headers={"kid": "one"})) is None

    @pytest.mark.parametrize(
        "keys",
        [
            {},
            {"keys": []},
            {"keys": "many"},
            {"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "one"}]},
            wire.as_json(503, KEYS),
            (200, {}, b"<html>"),
        ],
    )
    def test_keys_that_make_no_sense_check_nothing(
        self, clock: wire.FakeClock, payload: dict[str, Any], keys: Any
    ) -> None:
        assert self.check(clock, jwt.encode(payload, KEY, "RS256", headers={"kid": "one"}), keys=keys) is None


@pytest.mark.parametrize(
    ("found", "claims"),
    [
        ({"sub": "s", "email": "a@b.example", "emailVerified": True}, Claims(sub="s", email="a@b.example")),
        ({"sub": "s", "email": "a@b.example", "email_verified": True}, Claims(sub="s", email="a@b.example")),
        ({"sub": "s", "email": "a@b.example"}, Claims(sub="s")),
        ({"sub": "s", "email": "a@b.example", "emailVerified": False}, Claims(sub="s")),
        ({"sub": "s", "email": "a@b.example", "emailVerified": "no"}, Claims(sub="s")),
        ({"sub": "s", "email": ["a@b.example"], "emailVerified": True}, Claims(sub="s")),
        ({"sub": "s", "givenName": "Jean", "familyName": "Durand"}, Claims(sub="s", name="Jean Durand")),
        ({"sub": "s", "given_name": "Jean", "family_name": None}, Claims(sub="s", name="Jean")),
        ({"sub": "s", "realmid": 9130350000000002}, Claims(sub="s", realm_id="9130350000000002")),
        ({"sub": "s", "realmid": "../1"}, Claims(sub="s")),
        ({"sub": " "}, None),
        ({"sub": 7}, None),
        ({}, None),
    ],
)
def test_claims_are_read_in_either_spelling_and_odd_ones_left_out(found: dict[str, Any], claims: Claims | None) -> None:
    assert identity.read_claims(found) == claims
