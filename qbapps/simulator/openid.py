"""OpenID: the discovery document, the signing key, id_tokens and userinfo."""

import base64
import hashlib
import threading
from datetime import timedelta
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from qbapps.simulator.faults import FaultKind
from qbapps.simulator.ledger import Grant
from qbapps.simulator.messages import Reply, json_reply
from qbapps.simulator.world import Call, World

ISSUER = "https://oauth.platform.intuit.com/op/v1"

_ID_TOKEN_LIFETIME = timedelta(hours=1)
_making_key = threading.Lock()


def discovery(world: World, _: Call) -> Reply:
    """
    Answer with the discovery document.

    Source: developer.intuit.com/.well-known/openid_sandbox_configuration, field by field.
    """
    return json_reply(
        200,
        {
            "issuer": world.issuer,
            "authorization_endpoint": f"{world.url}/connect/oauth2",
            "token_endpoint": f"{world.url}/oauth2/v1/tokens/bearer",
            "userinfo_endpoint": f"{world.url}/v1/openid_connect/userinfo",
            "revocation_endpoint": f"{world.url}/v2/oauth2/tokens/revoke",
            "jwks_uri": f"{world.url}/op/v1/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", "email", "profile", "address", "phone"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "claims_supported": ["aud", "exp", "iat", "iss", "realmid", "sub"],
        },
    )


def jwks(_world: World, _call: Call) -> Reply:
    """Answer with the public half of the signing key."""
    numbers = _signing_key().public_key().public_numbers()
    key = {
        "kty": "RSA",
        "use": "sig",
        "alg": "RS256",
        "kid": _kid(),
        "n": _base64url_uint(numbers.n),
        "e": _base64url_uint(numbers.e),
    }
    return json_reply(200, {"keys": [key]})


def userinfo(world: World, call: Call) -> Reply:
    """
    Tell who gave the access token; all but `sub` depends on the scopes.

    Source: `UserInfoResponse` of Intuit's Java SDK, for the camelCase names.
    """
    now = world.clock.now()
    token = world.ledger.access_tokens.get(call.request.bearer or "")
    why = "unknown" if token is None else world.ledger.fate(token, now, world.behaviour)
    if token is None or why is not None:
        return _unauthorized(f"access token {why}")
    scopes = token.grant.scopes
    if "openid" not in scopes:
        return _unauthorized("granted without openid")
    world.ledger.note_use(token.partner, world.behaviour)
    user = world.registry.users[token.grant.sub]
    answer: dict[str, Any] = {"sub": _subject(call, user.sub)}
    if "email" in scopes:
        answer |= {"email": user.email, "emailVerified": user.email_verified}
    if "profile" in scopes:
        answer |= {"givenName": user.given_name, "familyName": user.family_name}
    if "phone" in scopes:
        answer |= {"phoneNumber": "+33 1 00 00 00 00", "phoneNumberVerified": False}
    if "address" in scopes:
        answer["address"] = {
            "streetAddress": "1 rue du Simulateur",
            "locality": "Paris",
            "region": "Île-de-France",
            "postalCode": "75001",
            "country": "FR",
        }
    return json_reply(200, answer)


def id_token(world: World, grant: Grant, call: Call, nonce: str | None) -> str:
    """
    Sign the id_token of *grant*; `aud` is an array and the company is `realmid`.

    Source: test mocks of intuit/oauth-jsclient; claims_supported of the discovery document.
    """
    now = world.clock.now()
    claims: dict[str, Any] = {
        "sub": _subject(call, grant.sub),
        "aud": [grant.client_id],
        "iss": world.issuer,
        "iat": int(now.timestamp()),
        "exp": int((now + _ID_TOKEN_LIFETIME).timestamp()),
        "auth_time": int(grant.consented_at.timestamp()),
    }
    if grant.realm_id is not None:
        claims["realmid"] = grant.realm_id
    if nonce is not None:
        claims["nonce"] = nonce
    wrong = None
    if call.fault is not None and call.fault.kind is FaultKind.BAD_ID_TOKEN:
        wrong = call.fault.details.get("wrong", "aud")
    match wrong:
        case "aud":
            claims["aud"] = ["another-client"]
        case "iss":
            claims["iss"] = "https://issuer.example"
        case "exp":
            claims["exp"] = claims["iat"] - 1
        case "realmid":
            claims["realmid"] = "9130350000009999"
    key = _new_key() if wrong == "signature" else _signing_key()
    kid = "a-key-nobody-published" if call.suffers(FaultKind.UNKNOWN_KID) else _kid()
    return jwt.encode(claims, key, algorithm="RS256", headers={"kid": kid})


def _subject(call: Call, sub: str) -> str:
    if call.fault is not None and call.suffers(FaultKind.WRONG_SUB):
        return str(call.fault.details.get("sub", "00000000-0000-4000-8000-000000000000"))
    return sub


def _unauthorized(note: str) -> Reply:
    return json_reply(
        401,
        {"error": "invalid_token"},
        note,
        **{"WWW-Authenticate": 'Bearer realm="Intuit", error="invalid_token"'},
    )


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def _made_key() -> rsa.RSAPrivateKey:
    return _new_key()


def _signing_key() -> rsa.RSAPrivateKey:
    # One key for the whole process: making one costs a tenth of a second, and `cache` alone
    # would let two threads make two.
    with _making_key:
        return _made_key()


@cache
def _kid() -> str:
    modulus = _signing_key().public_key().public_numbers().n
    return hashlib.sha256(_base64url_uint(modulus).encode()).hexdigest()[:32]


def _base64url_uint(number: int) -> str:
    octets = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
