"""A pending consent: its one-time state, and reading the callback that answers it."""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum
from urllib.parse import parse_qsl, urlsplit

import attrs

from qbapps.domain import checks
from qbapps.domain.record import revise
from qbapps.errors import (
    AuthorizationError,
    ConsentDenied,
    StateExpired,
    StateMismatch,
)
from qbapps.values import Secret, fold_email, is_realm_id

_ERROR_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class Purpose(StrEnum):
    """What a consent is for."""

    CONNECT = "connect"
    RECONNECT = "reconnect"
    TRANSFER = "transfer"


class AuthorizationState(StrEnum):
    """
    Where a consent stands.

    ``exchanging`` is the moment between taking the code and having Intuit's answer sealed: one
    that stays there was cut off. ``lost`` is what becomes of it: the code was sent, or was about
    to be, and its answer never came. A code is never sent again, so only a fresh link helps.
    """

    PENDING = "pending"
    EXCHANGING = "exchanging"
    ANSWERED = "answered"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    LOST = "lost"


@attrs.frozen(kw_only=True)
class Authorization:
    """
    A consent we asked for.

    Attributes:
        state_hash: SHA-256 of the one-time state; the state itself is only in the link.
        bind_hash: SHA-256 of what ties the link to one browser, when it is tied.
        realm_id: The company expected, if any.
        owner: The verified e-mail expected, if any.
        taken_at: When its code was about to be exchanged.
        claimed_realm_id: The company that the callback claimed, from then on.
        grant_id: The unverified grant its answer became, if it did.
    """

    id: str
    app_id: str
    purpose: Purpose
    state_hash: str
    bind_hash: str | None = None
    realm_id: str | None = attrs.field(default=None, validator=checks.realm)
    owner: str | None = attrs.field(default=None, converter=attrs.converters.optional(fold_email))
    reference: str | None = None
    connection_id: str | None = None
    transfer_id: str | None = None
    scopes: tuple[str, ...]
    state: AuthorizationState = AuthorizationState.PENDING
    created_at: datetime = attrs.field(validator=checks.aware)
    expires_at: datetime = attrs.field(validator=checks.aware)
    taken_at: datetime | None = attrs.field(default=None, validator=checks.aware)
    claimed_realm_id: str | None = attrs.field(default=None, validator=checks.realm)
    grant_id: str | None = None
    version: int = 1


@attrs.frozen(kw_only=True)
class AuthorizationRequest:
    """
    A link that asks for a consent.

    Attributes:
        url: Where to send the user. It holds the one-time state, so it is shown in no log.
        expires_at: When the link stops working.
    """

    id: str
    url: str = attrs.field(repr=False)
    expires_at: datetime


@attrs.frozen(kw_only=True)
class Callback:
    """What Intuit sent back through the browser. Every part of it is a claim until it is checked."""

    state: Secret
    code: Secret | None = None
    realm_id: str | None = None
    error: str | None = None


def digest(value: str) -> str:
    """Return the form in which one-time states and browser ties are stored."""
    return Secret(value).digest()


def read_callback(url: str) -> Callback:
    """
    Read a callback URL, or only its query string.

    Raises:
        AuthorizationError: A parameter comes twice, or there is neither a code nor an error.
        StateMismatch: There is no state.

    Source: Intuit, "Set up OAuth 2.0": code, state and realmId, or error
    """
    try:
        query = urlsplit(url).query if "?" in url else url.strip()
    except ValueError:
        raise AuthorizationError(
            "The callback URL is not a URL.",
            hint="Use the URL exactly as the browser received it, or begin again.",
        ) from None
    pairs = parse_qsl(query, keep_blank_values=True)
    names = [name for name, _ in pairs]
    values = dict(pairs)
    wanted = ("state", "code", "realmId", "error")
    if any(names.count(name) > 1 for name in wanted):
        raise AuthorizationError(
            "The callback URL gives the same parameter twice.",
            hint="Use the URL exactly as the browser received it, or begin again.",
        )
    if not values.get("state"):
        raise StateMismatch(
            "The callback URL has no state.",
            hint="Use the whole URL as the browser received it, or begin again.",
        )
    error = values.get("error") or None
    if error is not None and _ERROR_NAME.fullmatch(error) is None:
        error = "unreadable_error"
    code = values.get("code")
    if not error and not code:
        raise AuthorizationError(
            "The callback URL has neither a code nor an error.",
            hint="Use the whole URL as the browser received it, or begin again.",
        )
    realm_id = values.get("realmId")
    if realm_id and not is_realm_id(realm_id):
        raise AuthorizationError(
            "The callback URL's realmId is not a realm id.",
            hint="Use the URL exactly as the browser received it, or begin again.",
        )
    return Callback(
        state=Secret(values["state"]),
        code=Secret(code) if code and not error else None,
        realm_id=realm_id or None,
        error=error,
    )


def check_bind(authorization: Authorization, bind: str | None) -> None:
    """
    Check that the callback came through the browser the link was made for.

    Raises:
        StateMismatch: It did not, or nothing was given to compare.
    """
    if authorization.bind_hash is None:
        return
    if bind is None or digest(bind) != authorization.bind_hash:
        raise StateMismatch(
            f"Authorization {authorization.id} was begun in another browser.",
            hint="Begin again in this browser, and pass the same bind to complete.",
        )


def check_unused(authorization: Authorization) -> None:
    """
    Check that the state was not used before; cancelled and expired ones pass here.

    Raises:
        StateMismatch: The state was used: this is a replay, and its code is not touched.
    """
    if authorization.state in (AuthorizationState.PENDING, AuthorizationState.CANCELLED):
        return
    if is_unanswered(authorization):
        raise StateMismatch(
            f"The code of authorization {authorization.id} was sent to Intuit already, and no answer has come yet.",
            hint="Wait a minute for the request that sent it; if nothing comes of it, begin again with a fresh link.",
            connection_id=authorization.connection_id,
            realm_id=authorization.realm_id,
        )
    raise StateMismatch(
        f"The state of authorization {authorization.id} was already used.",
        hint="Begin again; a link works once.",
        grant_id=authorization.grant_id,
    )


def is_unanswered(authorization: Authorization) -> bool:
    """Tell whether its code may have been sent and no answer was sealed, yet or ever."""
    return authorization.state in (AuthorizationState.EXCHANGING, AuthorizationState.LOST)


def is_open(authorization: Authorization, at: datetime) -> bool:
    """Tell whether a consent given at *at* may be promoted without anyone's further word."""
    return authorization.state is AuthorizationState.PENDING and at < authorization.expires_at


def why_late(authorization: Authorization, at: datetime) -> str | None:
    """Return why a consent given at *at* needs somebody's word, in English; None when it needs none."""
    if is_open(authorization, at):
        return None
    return f"Its link {_end(authorization)} when the consent came."


def too_late(authorization: Authorization, grant_id: str) -> StateExpired:
    """Return the refusal of a consent whose link had expired or was cancelled; its grant is kept."""
    return StateExpired(
        f"The link of authorization {authorization.id} {_end(authorization)} when the consent came; "
        f"what Intuit granted is kept as {grant_id}.",
        hint="Look at it with unverified_grants, then adopt or discard it.",
        grant_id=grant_id,
        connection_id=authorization.connection_id,
        realm_id=authorization.realm_id,
    )


def _end(authorization: Authorization) -> str:
    return "was cancelled" if authorization.state is AuthorizationState.CANCELLED else "had expired"


def refused(authorization: Authorization, callback: Callback) -> AuthorizationError:
    """Return the error for a callback that carries one instead of a code."""
    if callback.error == "access_denied":
        return ConsentDenied(
            f"The consent of authorization {authorization.id} was refused at Intuit.",
            hint="Ask the person why; send a new link if it was a mistake.",
            connection_id=authorization.connection_id,
            realm_id=authorization.realm_id,
        )
    if callback.error == "app_already_purchased":
        hint = "Another person holds this connection: ask them to disconnect in QuickBooks, or transfer it."
    elif callback.error == "invalid_scope":
        hint = "Compare the app's scopes with those enabled in Intuit's developer portal."
    else:
        hint = "Begin again; if it stays so, look at the app's settings in Intuit's developer portal."
    return AuthorizationError(
        f"Intuit answered authorization {authorization.id} with the error {callback.error}.",
        hint=hint,
        connection_id=authorization.connection_id,
        realm_id=authorization.realm_id,
    )


def exchanging(authorization: Authorization, claimed_realm_id: str | None, at: datetime) -> Authorization:
    """Return *authorization* with its state used up and its code about to be exchanged at *at*."""
    return revise(authorization, state=AuthorizationState.EXCHANGING, taken_at=at, claimed_realm_id=claimed_realm_id)


def unspent(taken: Authorization, before: Authorization) -> Authorization:
    """Return *taken* as it was *before*: Intuit did nothing, so the same callback may be given again."""
    return revise(taken, state=before.state, taken_at=None, claimed_realm_id=None)


def answered(authorization: Authorization, grant_id: str) -> Authorization:
    """Return *authorization* with Intuit's answer safe in *grant_id*."""
    return revise(authorization, state=AuthorizationState.ANSWERED, grant_id=grant_id)


def closed(authorization: Authorization, state: AuthorizationState) -> Authorization:
    """Return *authorization* ended without an answer."""
    return revise(authorization, state=state)
