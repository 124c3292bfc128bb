"""Unverified grants: what a consent gave, sealed first, then checked, then promoted or kept."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import attrs

from qbapps.domain import checks
from qbapps.domain.authorization import Authorization, Purpose
from qbapps.domain.connection import Connection
from qbapps.domain.parties import Identity
from qbapps.domain.record import revise
from qbapps.domain.states import ConnectionState
from qbapps.values import fold_email


class GrantState(StrEnum):
    """Where an unverified grant stands."""

    UNVERIFIED = "unverified"
    PROMOTED = "promoted"
    DISCARDED = "discarded"


@attrs.frozen(kw_only=True)
class UnverifiedGrant:
    """
    Intuit's answer to a consent, kept before anything is believed about it.

    Attributes:
        claimed_realm_id: The company the browser claimed.
        realm_id: The company that answered for this pair, once it did.
        sub: Who gave it, once that is known.
        why: Why it is still unverified, in English.
        refused_at: When it was found that only somebody's decision moves it on; None while nothing
            but its check is missing.
        intent_at: When a refresh of its pair was about to be sent; None when none is open.
        connection_id: The connection it became, once promoted.
    """

    id: str
    app_id: str
    authorization_id: str | None
    claimed_realm_id: str | None = attrs.field(default=None, validator=checks.realm)
    realm_id: str | None = attrs.field(default=None, validator=checks.realm)
    company_name: str | None = None
    sub: str | None = None
    email: str | None = None
    state: GrantState = GrantState.UNVERIFIED
    why: str = "It has not been checked yet."
    connection_id: str | None = None
    received_at: datetime = attrs.field(validator=checks.aware)
    access_expires_at: datetime = attrs.field(validator=checks.aware)
    refresh_expires_at: datetime = attrs.field(validator=checks.aware)
    refresh_hard_expires_at: datetime | None = attrs.field(default=None, validator=checks.aware)
    obtained_at: datetime = attrs.field(validator=checks.aware)
    intent_at: datetime | None = attrs.field(default=None, validator=checks.aware)
    refused_at: datetime | None = attrs.field(default=None, validator=checks.aware)
    access: bytes | None = attrs.field(default=None, repr=False)
    refresh: bytes | None = attrs.field(default=None, repr=False)
    id_token: bytes | None = attrs.field(default=None, repr=False)
    version: int = 1


def put_aside(grant: UnverifiedGrant, why: str, at: datetime) -> UnverifiedGrant:
    """Return *grant* waiting for somebody's decision, and saying why."""
    return revise(grant, why=why, refused_at=grant.refused_at or at)


def promoted(grant: UnverifiedGrant, connection_id: str) -> UnverifiedGrant:
    """Return *grant* after its pair became that of a connection: it holds none any more."""
    return revise(
        grant,
        state=GrantState.PROMOTED,
        why="It was promoted.",
        connection_id=connection_id,
        access=None,
        refresh=None,
        id_token=None,
    )


@attrs.frozen(kw_only=True)
class Expectation:
    """
    What a grant is measured by.

    Attributes:
        realm_id: The company it must be for, if one is expected.
        owner: The verified e-mail it must come from, if one is expected.
        connection_id: The connection it was asked for, if there was one.
        scopes: What was asked.
    """

    purpose: Purpose
    realm_id: str | None = None
    owner: str | None = None
    reference: str | None = None
    connection_id: str | None = None
    transfer_id: str | None = None
    scopes: tuple[str, ...] = ()


def expected_by(authorization: Authorization) -> Expectation:
    """Return what the answer to *authorization* is measured by."""
    return Expectation(
        purpose=authorization.purpose,
        realm_id=authorization.realm_id,
        owner=authorization.owner,
        reference=authorization.reference,
        connection_id=authorization.connection_id,
        transfer_id=authorization.transfer_id,
        scopes=authorization.scopes,
    )


class Judgement(StrEnum):
    """What a checked grant turns out to be."""

    ACCEPTED = "accepted"
    WRONG_COMPANY = "wrong_company"
    WRONG_COMPANY_HELD = "wrong_company_held"
    WRONG_OWNER = "wrong_owner"
    WRONG_OWNER_UNHELD = "wrong_owner_unheld"
    OTHER_REFERENCE = "other_reference"


def is_held(connection: Connection | None) -> bool:
    """Tell whether we hold *connection* for its company: a disconnected one is not held."""
    return connection is not None and connection.state is not ConnectionState.DISCONNECTED


def judge(
    expected: Expectation,
    *,
    realm_id: str,
    identity: Identity | None,
    held: Connection | None,
    known_sub: str | None,
) -> Judgement:
    """
    Decide what a grant is whose company and person were both checked.

    Args:
        realm_id: The company that answered for the grant.

        identity: Who gave it; None for an app that does not ask.

        held: Our connection for this app and that company, if there is one.

        known_sub: The subject this app has seen before for the expected e-mail, if any.

    At Intuit a consent for a company replaces the one before, so where we hold that company its
    grant becomes the working pair whoever gave it, and the judgement only decides what is said.
    """
    if expected.realm_id is not None and expected.realm_id != realm_id:
        return Judgement.WRONG_COMPANY_HELD if is_held(held) else Judgement.WRONG_COMPANY
    if not _is_the_person(expected.owner, identity, known_sub):
        if expected.realm_id is None and not is_held(held):
            return Judgement.WRONG_OWNER_UNHELD
        return Judgement.WRONG_OWNER
    if _belongs_to_another(expected, held):
        return Judgement.OTHER_REFERENCE
    return Judgement.ACCEPTED


def _is_the_person(expected: str | None, identity: Identity | None, known_sub: str | None) -> bool:
    if expected is None:
        return True
    if identity is None:
        return False
    if known_sub is not None and identity.sub != known_sub:
        return False
    if identity.email is None:
        return known_sub is not None
    return fold_email(identity.email) == fold_email(expected)


def _belongs_to_another(expected: Expectation, held: Connection | None) -> bool:
    """Two tenants of one integrator may not end up sharing a company's connection unnoticed."""
    if expected.purpose is not Purpose.CONNECT or held is None or not is_held(held):
        return False
    references = {expected.reference, held.reference} - {None}
    return len(references) > 1
