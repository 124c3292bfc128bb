"""Who gave a consent: the id_token checked here, and userinfo."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import attrs
import jwt

from qbapps.domain import policies
from qbapps.domain.parties import Identity
from qbapps.errors import IntuitProtocolError
from qbapps.intuit import documents
from qbapps.intuit.answers import Answer
from qbapps.intuit.discovery import Endpoints
from qbapps.intuit.documents import Documents, Unread
from qbapps.intuit.mapping import ASK_INTUIT
from qbapps.intuit.transport import Transport
from qbapps.ports import Clock
from qbapps.values import Secret, is_email, is_realm_id

log = logging.getLogger(__name__)

KEYS_PAUSE: Final = timedelta(minutes=5)
"""An unknown key makes us read the signing keys again, at most once in this time. Our choice."""

_NO_SYSTEM_CLOCK: Final = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}


@attrs.frozen(kw_only=True)
class Claims:
    """What one of Intuit's OpenID answers says about a person."""

    sub: str
    email: str | None = None
    name: str | None = None
    realm_id: str | None = None


class IdTokens:
    """
    Checks id_tokens against Intuit's signing keys, which are read once a day.

    Args:
        timeout: How long the keys may take.
    """

    def __init__(self, transport: Transport, clock: Clock, timeout: timedelta) -> None:
        self._keys = Documents(transport, clock, timeout, "Intuit's set of signing keys", read_keys)

    def claims(self, id_token: Secret, client_id: str, found: Endpoints, at: datetime) -> Claims | None:
        """
        Return what *id_token* says, or None when it cannot be trusted or checked.

        It must be signed by Intuit with RS256, issued by the discovery document's issuer, for
        this app, and be valid at *at* give or take ``policies.CLOCK_TOLERANCE``.

        Source: OpenID Connect Core, section 3.1.3.7; Intuit, "OpenID Connect", claims
        """
        try:
            kid = jwt.get_unverified_header(id_token.reveal()).get("kid")
            key = self._key(found.jwks, kid) if isinstance(kid, str) else None
            if key is None:
                log.warning("an id_token could not be checked", extra={"why": "no key"})
                return None
            payload = jwt.decode(
                id_token.reveal(),
                key.key,
                algorithms=["RS256"],
                audience=client_id,
                issuer=found.issuer,
                options={**_NO_SYSTEM_CLOCK, "require": ["sub", "iss", "aud", "exp", "iat"]},  # type: ignore[arg-type, unused-ignore]  # newer PyJWT types it
            )
        except (jwt.PyJWTError, ValueError, TypeError) as problem:
            log.warning("an id_token was not valid", extra={"why": type(problem).__name__})
            return None
        if not _is_current(payload, at):
            log.warning("an id_token was not valid", extra={"why": "not at this time"})
            return None
        return read_claims(payload)

    def _key(self, url: str, kid: str) -> jwt.PyJWK | None:
        for lasts_for in (documents.LASTS_FOR, KEYS_PAUSE):
            keys = self._keys.get(url, lasts_for=lasts_for, is_needed=False)
            if isinstance(keys, Unread):
                return None
            if kid in keys:
                return keys[kid]
        return None


def read_keys(document: Mapping[str, Any]) -> dict[str, jwt.PyJWK]:
    """
    Read a set of keys, those with an id.

    Raises:
        ValueError: There is none that can be used.
    """
    problem = None
    try:
        return {key.key_id: key for key in jwt.PyJWKSet.from_dict(dict(document)).keys if isinstance(key.key_id, str)}
    except (jwt.PyJWTError, TypeError, AttributeError) as caught:
        problem = type(caught).__name__
    raise ValueError(f"it holds no usable key ({problem})")


def read_userinfo(answer: Answer) -> Claims:
    """
    Return what userinfo says.

    Raises:
        IntuitProtocolError: It names nobody.
    """
    claims = read_claims(answer.document() or {})
    if claims is None:
        raise IntuitProtocolError(
            "Intuit's userinfo answer names nobody.",
            hint=ASK_INTUIT,
            status=answer.status,
            intuit_tid=answer.intuit_tid,
        )
    return claims


def read_claims(found: Mapping[str, Any]) -> Claims | None:
    """
    Read claims in Intuit's spelling or OpenID's; None when they name nobody.

    Source: `UserInfoResponse` of Intuit's Java SDK (camelCase); "Technical requirements",
    section 3: an e-mail counts only when it is verified
    """
    sub = _text(found, "sub")
    if sub is None:
        return None
    email = _text(found, "email")
    is_verified = any(found.get(key) in (True, "true") for key in ("emailVerified", "email_verified"))
    names = (_text(found, "givenName", "given_name"), _text(found, "familyName", "family_name"))
    realm_id = found.get("realmid", found.get("realmId"))
    return Claims(
        sub=sub,
        email=email if email and is_verified and is_email(email) else None,
        name=" ".join(filter(None, names)) or _text(found, "name"),
        realm_id=str(realm_id) if is_realm_id(str(realm_id)) else None,
    )


def combine(signed: Claims | None, told: Claims | None) -> Identity | None:
    """
    Return who the id_token and userinfo together say it is; None when neither says anything.

    Raises:
        IntuitProtocolError: They name two different people.
    """
    if signed is not None and told is not None and signed.sub != told.sub:
        raise IntuitProtocolError(
            "Intuit's id_token and userinfo name two different people.",
            hint="Start the consent again; if it stays so, give Intuit's support the time of it.",
        )
    known = [claims for claims in (told, signed) if claims is not None]
    if not known:
        return None
    return Identity(
        sub=known[0].sub,
        email=next((claims.email for claims in known if claims.email), None),
        name=next((claims.name for claims in known if claims.name), None),
        # Only what is signed: userinfo is not documented to name a company.
        realm_id=signed.realm_id if signed is not None else None,
    )


def _is_current(payload: Mapping[str, Any], at: datetime) -> bool:
    now, leeway = at.timestamp(), policies.CLOCK_TOLERANCE.total_seconds()
    expires, issued, begins = payload["exp"], payload["iat"], payload.get("nbf", 0)
    if not all(isinstance(instant, (int, float)) for instant in (expires, issued, begins)):
        return False
    return bool(now < expires + leeway and max(issued, begins) <= now + leeway)


def _text(found: Mapping[str, Any], *keys: str) -> str | None:
    for key in keys:
        value = found.get(key)
        if isinstance(value, str) and value.strip():
            return value.strip()
    return None
