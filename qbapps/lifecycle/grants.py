"""Unverified grants: check the company, then the person, then promote; adopt and discard."""

from __future__ import annotations

from typing import Final

import attrs

from qbapps.domain.authorization import Purpose
from qbapps.domain.connection import Connection
from qbapps.domain.events import Event, EventKind
from qbapps.domain.grants import (
    Expectation,
    GrantState,
    Judgement,
    UnverifiedGrant,
    expected_by,
    is_held,
    judge,
)
from qbapps.domain.parties import App, CompanyFacts, Credentials, Identity
from qbapps.domain.record import revise, revise_if_changed
from qbapps.domain.tokens import Freshness, TokenSet, freshness, rotate
from qbapps.errors import (
    AuthorizationError,
    GrantUnverified,
    IntuitError,
    IntuitProtocolError,
    IntuitRejected,
    QBAppsError,
    TransitionError,
    WrongCompany,
    WrongOwner,
)
from qbapps.lifecycle import lookup, promotion
from qbapps.lifecycle.promotion import Checked
from qbapps.lifecycle.saving import retry_stale, save
from qbapps.lifecycle.sealing import credentials, open_grant, seal_grant
from qbapps.ports import Change, ConnectionFilter, Ports
from qbapps.values import OPENID, Secret

TOKEN_REFUSED: Final = ("3200", "100")
"""
Intuit's codes for an access token that is expired, revoked or malformed.

Source: "Fix common errors", authentication; both numbers are reported for the same cause.
"""

NOT_THIS_COMPANY: Final = "3100"
"""
Intuit's code for a token that is not for the company asked.

Source: reports of 403/3100 when token and realm, or environment, do not match.
"""


def settle(ports: Ports, grant: UnverifiedGrant, *, adopting: bool = False) -> Connection:
    """
    Check *grant* with Intuit and promote it, or keep it and say why.

    Args:
        adopting: Somebody decided to take it although its link had expired or was cancelled.
    """
    app = lookup.app(ports.store, grant.app_id)
    expected = expectation(ports, grant)
    checked = _check(ports, app, grant, expected)

    def decide_and_save() -> tuple[Judgement, Connection | None]:
        held = ports.store.connection_of(app.id, checked.realm_id)
        known = None if expected.owner is None else ports.store.identity(app.id, email=expected.owner)
        judgement = judge(
            expected,
            realm_id=checked.realm_id,
            identity=checked.identity,
            held=held,
            known_sub=None if known is None else known.sub,
        )
        if judgement in (Judgement.WRONG_COMPANY, Judgement.WRONG_OWNER_UNHELD):
            promotion.keep(ports, checked, expected, judgement)
            return judgement, None
        if expected.purpose is Purpose.TRANSFER and held is not None and not is_held(held) and not adopting:
            raise _disconnected_meanwhile(grant, held)
        if held is not None and promotion.is_overtaken(ports.store, grant, held):
            raise _overtaken(grant, held)
        return judgement, promotion.promote(ports, app, checked, expected, judgement, held)

    judgement, connection = retry_stale(decide_and_save)
    if judgement is Judgement.ACCEPTED and connection is not None:
        return connection
    raise _refusal(judgement, checked, expected, connection)


def expectation(ports: Ports, grant: UnverifiedGrant) -> Expectation:
    """Return what *grant* is measured by: the link it answers, or the realm it was imported for."""
    if grant.authorization_id is None:
        return Expectation(purpose=Purpose.CONNECT, realm_id=grant.claimed_realm_id)
    authorization = ports.store.authorization(grant.authorization_id)
    if authorization is None:
        return Expectation(purpose=Purpose.CONNECT, realm_id=grant.claimed_realm_id)
    return expected_by(authorization)


def unverified(ports: Ports) -> tuple[UnverifiedGrant, ...]:
    """Return the grants that wait for a decision."""
    return ports.store.grants(GrantState.UNVERIFIED)


def adopt(ports: Ports, grant_id: str) -> Connection:
    """Resume the check of a kept grant; nothing of it is skipped."""
    return settle(ports, _open(ports, grant_id, "adopt"), adopting=True)


def discard(ports: Ports, grant_id: str) -> None:
    """
    Destroy a kept grant here, and revoke it where that cannot reach a connection we hold.

    A revoke may end more than its own pair, so it is sent only when the grant's company is
    verified and no live connection shares the app and that company, or the app and that person.
    """
    grant = _open(ports, grant_id, "discard")
    at = ports.clock.now()
    outcome = "not sent"
    if grant.realm_id is not None and not _shared(ports, grant):
        app = lookup.app(ports.store, grant.app_id)
        tokens, _ = open_grant(ports.vault, grant)
        answer = ports.oauth.revoke(credentials(ports, app), tokens.refresh_token)
        outcome = "accepted" if answer.accepted else "refused"
    save(
        ports,
        Change(
            records=(revise(grant, state=GrantState.DISCARDED, access=None, refresh=None, id_token=None),),
            events=(
                Event(
                    stream=grant.app_id,
                    kind=EventKind.GRANT_DISCARDED,
                    at=at,
                    details={"grant": grant.id, "realm_id": grant.realm_id, "revoke": outcome},
                ),
            ),
        ),
    )


def _open(ports: Ports, grant_id: str, action: str) -> UnverifiedGrant:
    grant = lookup.grant(ports.store, grant_id)
    if grant.state is not GrantState.UNVERIFIED:
        raise TransitionError(
            f"{grant_id} is {grant.state}.",
            hint="Look at unverified_grants() for those that are left.",
            state=grant.state,
            action=action,
            connection_id=grant.connection_id,
        )
    return grant


def _shared(ports: Ports, grant: UnverifiedGrant) -> bool:
    live = (c for c in ports.store.connections(ConnectionFilter(app_id=grant.app_id)) if is_held(c))
    # Whoever's owner is not known may be the same person's.
    return any(c.realm_id == grant.realm_id or None in (grant.sub, _sub_of(c)) or _sub_of(c) == grant.sub for c in live)


def _sub_of(connection: Connection) -> str | None:
    return None if connection.owner is None else connection.owner.sub


def _check(ports: Ports, app: App, grant: UnverifiedGrant, expected: Expectation) -> Checked:
    """Ask Intuit which company and which person the grant is from; what is learnt is saved at once."""
    keys = credentials(ports, app)
    try:
        grant, company, identity = _ask(ports, keys, grant, expected)
    except IntuitError as error:
        if error.error == "invalid_client":
            raise
        problem = error
    else:
        known = None if expected.owner is None else ports.store.identity(app.id, email=expected.owner)
        if expected.owner is not None and known is None and identity is not None and identity.email is None:
            raise _cannot_check(grant, "Intuit did not say the person's verified e-mail address")
        return Checked(grant=grant, realm_id=company.realm_id, company=company, identity=identity)
    raise _cannot_check(lookup.grant(ports.store, grant.id), problem.message)


def _ask(
    ports: Ports, keys: Credentials, grant: UnverifiedGrant, expected: Expectation
) -> tuple[UnverifiedGrant, CompanyFacts, Identity | None]:
    """Ask for the company, then for the person; an access token that is refused is refreshed once."""
    identity: Identity | None = None
    grant, tokens, id_token = _usable(ports, keys, grant)
    if grant.claimed_realm_id is None:
        identity = _identify(ports, keys, tokens, id_token, expected)
    try:
        company = _company(ports, keys, grant, tokens, id_token, expected, identity)
    except IntuitRejected as rejected:
        if rejected.error not in TOKEN_REFUSED:
            raise
        grant, tokens, id_token = _usable(ports, keys, grant, is_refused=True)
        company = _company(ports, keys, grant, tokens, id_token, expected, identity)
    grant = _learn(ports, grant, realm_id=company.realm_id, company_name=company.name)
    if identity is None:
        identity = _identify(ports, keys, tokens, id_token, expected)
    if identity is not None:
        grant = _learn(ports, grant, sub=identity.sub, email=identity.email)
    return grant, company, identity


def _usable(
    ports: Ports, keys: Credentials, grant: UnverifiedGrant, *, is_refused: bool = False
) -> tuple[UnverifiedGrant, TokenSet, Secret | None]:
    """Return the grant's pair, refreshed and sealed first when its access token has run out or was refused."""
    tokens, id_token = open_grant(ports.vault, grant)
    if not is_refused and freshness(tokens, ports.clock.now()) is Freshness.FRESH:
        return grant, tokens, id_token
    try:
        answer = ports.oauth.refresh(keys, tokens.refresh_token)
    except IntuitRejected as rejected:
        if rejected.error != "invalid_grant":
            raise
        dead = rejected.message
    else:
        tokens = attrs.evolve(rotate(tokens, answer, ports.clock.now()), generation=1)
        grant = seal_grant(ports.vault, revise(grant), tokens, id_token)
        save(ports, Change(records=(grant,)))
        return grant, tokens, answer.id_token or id_token
    raise GrantUnverified(
        f"{grant.id} cannot be checked any more: {dead}",
        hint="Discard it, and begin again.",
        grant_id=grant.id,
    )


def _company(
    ports: Ports,
    keys: Credentials,
    grant: UnverifiedGrant,
    tokens: TokenSet,
    id_token: Secret | None,
    expected: Expectation,
    identity: Identity | None,
) -> CompanyFacts:
    """
    Return the company that answers for this pair.

    Only a 403/3100 says that the pair is not for a company; anything else leaves it unverified.

    The realm id in the callback is a claim. Where it does not answer, the one in the validated
    id_token is asked, then the one we expected: a wrong claim must not hide whose pair this is.
    """
    refusal: IntuitRejected | None = None
    if grant.claimed_realm_id is not None:
        try:
            return ports.companies.company_info(keys, grant.claimed_realm_id, tokens.access_token)
        except IntuitRejected as rejected:
            if rejected.error != NOT_THIS_COMPANY:
                raise
            refusal = rejected
    if identity is None:
        identity = _identify(ports, keys, tokens, id_token, expected)
    named = (None if identity is None else identity.realm_id, expected.realm_id)
    for realm_id in dict.fromkeys(named):
        if realm_id is None or realm_id == grant.claimed_realm_id:
            continue
        try:
            return ports.companies.company_info(keys, realm_id, tokens.access_token)
        except IntuitRejected as rejected:
            if rejected.error != NOT_THIS_COMPANY:
                raise
            refusal = rejected
    error = "nothing" if refusal is None else refusal.error
    raise WrongCompany(
        f"No company answers for {grant.id}: the callback claimed {grant.claimed_realm_id or 'none'}, "
        f"and Intuit answered {error}.",
        hint="Check that the person is an admin there and that the app's environment fits; then adopt or discard it.",
        grant_id=grant.id,
        connection_id=expected.connection_id,
        realm_id=grant.claimed_realm_id,
    )


def _identify(
    ports: Ports, keys: Credentials, tokens: TokenSet, id_token: Secret | None, expected: Expectation
) -> Identity | None:
    if OPENID not in (expected.scopes or keys.scopes):
        return None
    try:
        return ports.oauth.identify(keys, tokens.access_token, id_token, ports.clock.now())
    except IntuitRejected as rejected:
        # Userinfo refused the token: that says nothing about the grant itself.
        message, status, tid = rejected.message, rejected.status, rejected.intuit_tid
    raise IntuitProtocolError(message, hint="Try adopt again later.", status=status, intuit_tid=tid)


def _learn(ports: Ports, grant: UnverifiedGrant, **facts: str | None) -> UnverifiedGrant:
    learnt = revise_if_changed(grant, **facts)
    if learnt is not grant:
        save(ports, Change(records=(learnt,)))
    return learnt


def _cannot_check(grant: UnverifiedGrant, why: str) -> GrantUnverified:
    return GrantUnverified(
        f"{grant.id} is kept, but could not be checked yet: {why}",
        hint="Call adopt with this grant's id when Intuit answers again.",
        grant_id=grant.id,
        realm_id=grant.claimed_realm_id,
    )


def _disconnected_meanwhile(grant: UnverifiedGrant, held: Connection) -> GrantUnverified:
    return GrantUnverified(
        f"{held.id} was disconnected while its transfer was on the way; what Intuit granted is kept as {grant.id}.",
        hint="Discard it, or adopt it if the company wants the app back.",
        grant_id=grant.id,
        connection_id=held.id,
        realm_id=held.realm_id,
    )


def _overtaken(grant: UnverifiedGrant, held: Connection) -> AuthorizationError:
    return AuthorizationError(
        f"A later consent for {held.id} came in first and rules; what this one gave is kept as {grant.id}.",
        hint="Discard it: the connection goes on with the later consent.",
        grant_id=grant.id,
        connection_id=held.id,
        realm_id=held.realm_id,
    )


def _refusal(
    judgement: Judgement, checked: Checked, expected: Expectation, connection: Connection | None
) -> QBAppsError:
    kept = checked.grant.id if connection is None else None
    where = {"grant_id": kept, "realm_id": checked.realm_id}
    target = None if connection is None else connection.id
    match judgement:
        case Judgement.WRONG_COMPANY:
            return WrongCompany(
                f"The consent is for company {checked.realm_id}, not {expected.realm_id}; it is kept as {kept}.",
                hint="Discard it, and send the link again: the person has to choose the right company.",
                connection_id=expected.connection_id,
                **where,
            )
        case Judgement.WRONG_COMPANY_HELD:
            return WrongCompany(
                f"The consent is for company {checked.realm_id}, not {expected.realm_id}: "
                f"{target} was taken over by it and goes on with it.",
                hint="Send the link again for the right company, and check who should own the other one.",
                connection_id=target,
                **where,
            )
        case Judgement.OTHER_REFERENCE:
            return WrongCompany(
                f"Company {checked.realm_id} is already connected as {target}, under another reference.",
                hint="Disconnect it there first, or begin with the same reference.",
                connection_id=target,
                **where,
            )
        case _:
            who = checked.identity.email or checked.identity.sub if checked.identity else "somebody unknown"
            ending = f"kept as {kept}" if target is None else f"{target} belongs to them at Intuit now"
            return WrongOwner(
                f"The consent came from {who}, not {expected.owner}: {ending}.",
                hint="Ask the right person to follow a fresh link.",
                connection_id=target,
                **where,
            )
