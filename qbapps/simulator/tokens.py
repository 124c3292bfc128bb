"""The token and revocation endpoints."""

from datetime import datetime
from typing import Any

from qbapps.simulator.behaviour import DeadRevoke, IdTokenOnRefresh, Replay
from qbapps.simulator.faults import FaultKind
from qbapps.simulator.ledger import AccessToken, RefreshToken
from qbapps.simulator.messages import Reply, Request, json_reply
from qbapps.simulator.openid import id_token
from qbapps.simulator.registry import App
from qbapps.simulator.world import Call, World

HARD_EXPIRY_HEADER = "x-include-refresh-token-hard-expires-in"

DESCRIPTIONS = {
    "refresh": "Incorrect or invalid refresh token",
    "code": "Invalid authorization code",
}


def token(world: World, call: Call) -> Reply:
    """Exchange a code or refresh: form-encoded, with the app's keys in Basic or in the body."""
    app = authenticate(world, call.request, allow_body=True)
    if app is None:
        return refusal(401, "invalid_client", note="wrong client id or secret")
    if not call.request.is_form:
        return refusal(400, "invalid_request", "The body must be form-encoded")
    form = call.request.form
    match form.get("grant_type"):
        case "authorization_code":
            return _exchange(world, call, app, form)
        case "refresh_token":
            return _refresh(world, call, app, form)
        case None:
            return refusal(400, "invalid_request", "grant_type is missing")
        case _:
            return refusal(400, "unsupported_grant_type")


def revoke(world: World, call: Call) -> Reply:
    """
    Revoke a token: JSON with Basic only.

    Source: Intuit, "Set up OAuth 2.0", shows a form in its cURL example, but its SDKs send
    JSON; what a dead token gets is undocumented.
    """
    app = authenticate(world, call.request, allow_body=False)
    if app is None:
        return refusal(401, "invalid_client", note="wrong client id or secret, or not in Basic")
    body = call.request.json() if call.request.media_type == "application/json" else None
    value = body.get("token") if isinstance(body, dict) else None
    if not isinstance(value, str) or not value:
        return refusal(400, "invalid_request", note='the body must be JSON: {"token": "…"}')
    found = find(world, value)
    if found is None or found.grant.client_id != app.client_id:
        return _dead(world, "unknown token, or another app's")
    why = world.ledger.fate(found, world.clock.now(), world.behaviour)
    if why is not None:
        return _dead(world, f"token already dead: {why}")
    world.ledger.revoke(found, world.behaviour.revoke_reach)
    return Reply(200)


def authenticate(world: World, request: Request, *, allow_body: bool) -> App | None:
    """Check the app's keys, as HTTP Basic or, if allowed, in the form."""
    client_id, secret = request.basic or ("", "")
    if request.basic is None and allow_body:
        client_id = request.form.get("client_id", "")
        secret = request.form.get("client_secret", "")
    app = world.registry.apps.get(client_id)
    return app if app is not None and app.client_secret == secret else None


def refusal(status: int, error: str, description: str | None = None, note: str | None = None) -> Reply:
    """Answer with OAuth's error document; the description is sometimes missing in real life."""
    body = {"error": error}
    if description is not None:
        body["error_description"] = description
    return json_reply(status, body, note or description)


def find(world: World, value: str) -> RefreshToken | AccessToken | None:
    """Find a token of either kind, dead or alive."""
    return world.ledger.refresh_tokens.get(value) or world.ledger.access_tokens.get(value)


def _exchange(world: World, call: Call, app: App, form: dict[str, str]) -> Reply:
    now = world.clock.now()
    code = world.ledger.codes.get(form.get("code", ""))
    if code is None:
        return _invalid("code", "no such code")
    if code.client_id != app.client_id:
        return _invalid("code", "the code was made for another app")
    if code.redirect_uri != form.get("redirect_uri"):
        return _invalid("code", "the redirect address is not the one of the consent")
    if code.grant is not None:
        if world.behaviour.code_replay_revokes:
            code.grant.end("its code was used twice")
        return _invalid("code", "the code was already used")
    if now >= code.expires_at:
        return _invalid("code", "the code has expired")
    grant = world.ledger.open(code, now)
    world.ledger.displace(code, world.behaviour, spared=grant)
    refresh = world.ledger.issue(grant, now)
    access = world.ledger.issue_access(refresh, now)
    signed = id_token(world, grant, call, code.nonce) if "openid" in grant.scopes else None
    return _granted(call, access, refresh, now, signed)


def _refresh(world: World, call: Call, app: App, form: dict[str, str]) -> Reply:
    now, behaviour, ledger = world.clock.now(), world.behaviour, world.ledger
    used = ledger.refresh_tokens.get(form.get("refresh_token", ""))
    if used is None:
        return _invalid("refresh", "no such refresh token")
    grant = used.grant
    if grant.client_id != app.client_id:
        return _invalid("refresh", "the refresh token is another app's")
    if grant.condemned:
        grant.end(grant.condemned)
    why = ledger.fate(used, now, behaviour)
    if why is not None:
        if behaviour.replay is Replay.KILLS_CHAIN:
            grant.end("a dead refresh token was presented again")
        return _invalid("refresh", f"dead refresh token: {why}")
    forced = call.suffers(FaultKind.DROP_AFTER_ROTATION)
    refresh = ledger.renew(used, now, behaviour, rotate=forced)
    access = ledger.issue_access(refresh, now)
    signed = None
    if behaviour.id_token_on_refresh is IdTokenOnRefresh.PRESENT and "openid" in grant.scopes:
        signed = id_token(world, grant, call, None)
    return _granted(call, access, refresh, now, signed)


def _granted(call: Call, access: AccessToken, refresh: RefreshToken, now: datetime, signed: str | None) -> Reply:
    hard = access.grant.hard_expires_at - now
    answer: dict[str, Any] = {
        "token_type": "bearer",
        "access_token": access.value,
        "expires_in": int((access.expires_at - now).total_seconds()),
        "refresh_token": refresh.value,
        "x_refresh_token_expires_in": int(min(refresh.expires_at - now, hard).total_seconds()),
    }
    if signed is not None and not call.suffers(FaultKind.NO_ID_TOKEN):
        answer["id_token"] = signed
    if call.suffers(FaultKind.NO_REFRESH_TOKEN):
        del answer["refresh_token"]
    if call.request.headers.get(HARD_EXPIRY_HEADER, "").lower() == "true":
        answer["x_refresh_token_hard_expires_in"] = int(hard.total_seconds())
    return json_reply(200, answer)


def _invalid(what: str, note: str) -> Reply:
    return refusal(400, "invalid_grant", DESCRIPTIONS[what], note)


def _dead(world: World, note: str) -> Reply:
    match world.behaviour.dead_revoke:
        case DeadRevoke.OK:
            return Reply(200, note=note)
        case DeadRevoke.REFUSED_WITH_BODY:
            return refusal(400, "invalid_grant", "Token is invalid or already revoked", note)
        case DeadRevoke.REFUSED_EMPTY:
            return Reply(400, note=note)
