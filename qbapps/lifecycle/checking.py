"""Checking a kept grant: which company answers for its pair, then which person gave it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import attrs

from qbapps.domain import policies
from qbapps.domain.authorization import Purpose
from qbapps.domain.companies import as_intuit_said
from qbapps.domain.grants import Expectation, GrantState, UnverifiedGrant, expected_by, put_aside
from qbapps.domain.parties import App, CompanyFacts, Credentials, Identity, KnownCompany
from qbapps.domain.record import revise, revise_if_changed
from qbapps.domain.tokens import Freshness, TokenGrant, TokenSet, freshness, rotate
from qbapps.errors import (
    GrantUnverified,
    IntuitError,
    IntuitProtocolError,
    IntuitRejected,
    IntuitUnavailable,
    WrongCompany,
)
from qbapps.lifecycle import leasing, lookup
from qbapps.lifecycle.promotion import Checked
from qbapps.lifecycle.saving import retry_stale, save
from qbapps.lifecycle.sealing import credentials, open_grant, seal_grant
from qbapps.ports import Change, Ports
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


def expectation(ports: Ports, grant: UnverifiedGrant) -> Expectation:
    """Return what *grant* is measured by: the link it answers, or the realm it was imported for."""
    if grant.authorization_id is None:
        return Expectation(purpose=Purpose.CONNECT, realm_id=grant.claimed_realm_id)
    authorization = ports.store.authorization(grant.authorization_id)
    if authorization is None:
        return Expectation(purpose=Purpose.CONNECT, realm_id=grant.claimed_realm_id)
    return expected_by(authorization)


def check(ports: Ports, app: App, grant: UnverifiedGrant, expected: Expectation) -> Checked:
    """
    Ask Intuit which company and which person the grant is from; what is learnt is saved at once.

    Raises:
        WrongCompany: No company answers for it. It waits for somebody's decision.
        GrantUnverified: Intuit cannot be asked now, or no longer honours the pair.
    """
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
    said = as_intuit_said(company, keys.environment, ports.clock.now())
    grant = _learn(ports, grant, said, realm_id=company.realm_id, company_name=company.name)
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
    lease = leasing.take_turn(ports, grant.id).lease
    try:
        present = lookup.grant(ports.store, grant.id)
        if present.obtained_at != grant.obtained_at or present.state is not GrantState.UNVERIFIED:
            # Another check refreshed it, or promoted it, while this one waited.
            return present, *open_grant(ports.vault, present)
        return _refreshed(ports, keys, present)
    finally:
        ports.store.release_lease(lease)


def _refreshed(
    ports: Ports, keys: Credentials, grant: UnverifiedGrant
) -> tuple[UnverifiedGrant, TokenSet, Secret | None]:
    """Refresh the grant's pair; its intent is saved before, so that an answer that is lost is known to be."""
    tokens, id_token = open_grant(ports.vault, grant)
    cut_off_at = grant.intent_at
    noted = revise(grant, intent_at=cut_off_at or ports.clock.now())
    save(ports, Change(records=(noted,)))
    try:
        answer = _answer(ports, keys, tokens)
    except IntuitUnavailable as unavailable:
        if unavailable.processed is False and cut_off_at is None:
            _save_over(ports, noted, lambda present: revise(present, intent_at=None))
        raise
    if isinstance(answer, IntuitRejected):
        why = answer.message
        if cut_off_at is not None:
            why += f" A refresh of it sent at {cut_off_at:%Y-%m-%d %H:%M} UTC was never answered."
        at = ports.clock.now()
        _save_over(ports, noted, lambda present: put_aside(present, f"Intuit no longer honours it: {why}", at))
        error = GrantUnverified(
            f"{grant.id} cannot be checked any more: {why}",
            hint="Discard it, and begin again.",
            grant_id=grant.id,
        )
        error.retryable = False
        raise error
    newer = attrs.evolve(rotate(tokens, answer, ports.clock.now()), generation=1)
    id_token = answer.id_token or id_token
    saved = _save_over(
        ports, noted, lambda present: seal_grant(ports.vault, revise(present, intent_at=None), newer, id_token)
    )
    return saved, newer, id_token


def _save_over(
    ports: Ports, grant: UnverifiedGrant, change: Callable[[UnverifiedGrant], UnverifiedGrant]
) -> UnverifiedGrant:
    """Save a change of the grant whatever else was noted of it meanwhile: what Intuit answered must not be lost."""

    def beat() -> UnverifiedGrant:
        changed = change(lookup.grant(ports.store, grant.id))
        save(ports, Change(records=(changed,)))
        return changed

    return retry_stale(beat)


def _answer(ports: Ports, keys: Credentials, tokens: TokenSet) -> TokenGrant | IntuitRejected:
    """Send the refresh; an ``invalid_grant`` is checked once more, because outages answer it too."""
    for last_try in (False, True):
        try:
            return ports.oauth.refresh(keys, tokens.refresh_token)
        except IntuitRejected as rejected:
            if rejected.error != "invalid_grant":
                raise
            if last_try:
                return rejected
        ports.clock.sleep(policies.INVALID_GRANT_PAUSE.total_seconds())
    raise AssertionError("the last try returns")


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
    at = ports.clock.now()
    _save_over(ports, grant, lambda present: put_aside(present, "No company answers for it.", at))
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


def _learn(ports: Ports, grant: UnverifiedGrant, *said: KnownCompany, **facts: str | None) -> UnverifiedGrant:
    """Save what was learnt of the grant, whatever else was noted of it meanwhile, and of its company."""

    def beat() -> UnverifiedGrant:
        present = lookup.grant(ports.store, grant.id)
        learnt = revise_if_changed(present, **facts)
        if learnt is not present or said:
            save(ports, Change(records=() if learnt is present else (learnt,), companies=said))
        return learnt

    return retry_stale(beat)


def _cannot_check(grant: UnverifiedGrant, why: str) -> GrantUnverified:
    return GrantUnverified(
        f"{grant.id} is kept, but could not be checked yet: {why}",
        hint="Call adopt with this grant's id when Intuit answers again.",
        grant_id=grant.id,
        realm_id=grant.claimed_realm_id,
    )
