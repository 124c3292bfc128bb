"""Token pairs: what Intuit grants, how fresh it is, and how one pair replaces another."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import attrs

from qbapps.domain import checks, policies
from qbapps.errors import IntuitProtocolError
from qbapps.values import Secret


class Freshness(StrEnum):
    """What a token pair is still good for."""

    FRESH = "fresh"
    STALE = "stale"
    INVALID = "invalid"


@attrs.frozen(kw_only=True)
class TokenGrant:
    """
    One answer of Intuit's token endpoint.

    Attributes:
        expires_in: Life of the access token.
        refresh_expires_in: What is left of the rolling window of the refresh token.
        refresh_hard_expires_in: What is left of the five-year cap; Intuit sends it only on request.
        id_token: As it came; it has not been validated.

    Source: Intuit, "Set up OAuth 2.0", token response; "Important changes to refresh token policy" (2025)
    """

    access_token: Secret
    refresh_token: Secret
    expires_in: timedelta
    refresh_expires_in: timedelta
    refresh_hard_expires_in: timedelta | None = None
    id_token: Secret | None = None
    intuit_tid: str | None = None


@attrs.frozen(kw_only=True)
class TokenSet:
    """
    A token pair and its instants.

    Attributes:
        generation: Counts the pairs of a connection, from 1.
        access_expires_at: End of the access token (one hour).
        refresh_expires_at: End of the refresh token unless it is used (100 days, rolling).
        refresh_hard_expires_at: End of the chain whatever happens (five years), when known.
    """

    access_token: Secret
    refresh_token: Secret
    generation: int
    obtained_at: datetime = attrs.field(validator=checks.aware)
    access_expires_at: datetime = attrs.field(validator=checks.aware)
    refresh_expires_at: datetime = attrs.field(validator=checks.aware)
    refresh_hard_expires_at: datetime | None = attrs.field(default=None, validator=checks.aware)


@attrs.frozen(kw_only=True)
class SealedTokens:
    """
    A token pair as the store keeps it: sealed, with what decisions need in the open.

    Attributes:
        digest: SHA-256 of the refresh token: recognises it, cannot be used.
        intent_at: When a refresh of this pair was about to be sent; None when none is open.
        intent_by: Who was about to send it.
        ambiguous_since: When a refresh of this pair was sent and its answer never came.
        doubted_since: When a refresh of this pair was first answered with an error, one that says that
            nothing was carried out. Nothing but our trust in the answer shows that it is true.
        refused_at: When Intuit refused this refresh token.
        fence: Number of the lease under which it was obtained; 0 for a consent's own pair.
    """

    connection_id: str
    generation: int
    access: bytes = attrs.field(repr=False)
    refresh: bytes = attrs.field(repr=False)
    digest: str
    obtained_at: datetime = attrs.field(validator=checks.aware)
    access_expires_at: datetime = attrs.field(validator=checks.aware)
    refresh_expires_at: datetime = attrs.field(validator=checks.aware)
    refresh_hard_expires_at: datetime | None = attrs.field(default=None, validator=checks.aware)
    intent_at: datetime | None = attrs.field(default=None, validator=checks.aware)
    intent_by: str | None = None
    ambiguous_since: datetime | None = attrs.field(default=None, validator=checks.aware)
    doubted_since: datetime | None = attrs.field(default=None, validator=checks.aware)
    refused_at: datetime | None = attrs.field(default=None, validator=checks.aware)
    fence: int = 0

    @property
    def may_have_successor(self) -> bool:
        """Tell whether a refresh of it may have been carried out without our having the pair that came of it."""
        return any((self.intent_at, self.ambiguous_since, self.doubted_since))


@attrs.frozen(kw_only=True)
class Tombstone:
    """What remains of a pair that was destroyed here."""

    connection_id: str
    generation: int
    digest: str
    retired_at: datetime = attrs.field(validator=checks.aware)
    why: str


@attrs.frozen(kw_only=True)
class AccessToken:
    """
    An access token that is usable now.

    Attributes:
        value: The token. Reveal it only into the ``Authorization`` header.
        expires_at: When Intuit stops accepting it.
        generation: Which pair of the connection it belongs to.
    """

    value: Secret
    expires_at: datetime
    generation: int


def freshness(tokens: TokenSet | SealedTokens, at: datetime) -> Freshness:
    """
    Tell what *tokens* are good for at *at*.

    A pair that seems to come from the future is never called fresh: the clock has gone back, so
    how old the pair is cannot be known.
    """
    if at >= refresh_deadline(tokens) - policies.REFRESH_MARGIN:
        return Freshness.INVALID
    if at < tokens.obtained_at - policies.CLOCK_TOLERANCE:
        return Freshness.STALE
    if at >= tokens.access_expires_at - policies.ACCESS_MARGIN:
        return Freshness.STALE
    return Freshness.FRESH


def refresh_deadline(tokens: TokenSet | SealedTokens) -> datetime:
    """Return the instant after which the refresh token cannot be used: the nearer of its two ends."""
    if tokens.refresh_hard_expires_at is None:
        return tokens.refresh_expires_at
    return min(tokens.refresh_expires_at, tokens.refresh_hard_expires_at)


def first(grant: TokenGrant, at: datetime, *, generation: int = 1) -> TokenSet:
    """
    Turn Intuit's answer to a consent into a token set.

    Args:
        grant: Answer of the token endpoint.

        at: When the answer arrived. Aware, UTC.

        generation: Its number; pairs of one connection keep counting across consents.

    Raises:
        IntuitProtocolError: The answer lacks a token or a lifetime. Nothing has changed.
    """
    _check(grant)
    hard = grant.refresh_hard_expires_in
    return TokenSet(
        access_token=grant.access_token,
        refresh_token=grant.refresh_token,
        generation=generation,
        obtained_at=at,
        access_expires_at=at + grant.expires_in,
        refresh_expires_at=at + grant.refresh_expires_in,
        refresh_hard_expires_at=None if hard is None else at + hard,
    )


def rotate(tokens: TokenSet, grant: TokenGrant, at: datetime) -> TokenSet:
    """
    Replace *tokens* by what Intuit granted.

    The old refresh token is not kept: Intuit may already have stopped honouring it. The five-year
    cap does not move with a refresh, so a known one is kept when the answer does not repeat it.

    Args:
        grant: Answer of the token endpoint; lifetimes count from *at*.

        at: When the answer arrived. Aware, UTC.

    Raises:
        IntuitProtocolError: The answer lacks a token or a lifetime. Nothing has changed.

    Source: Intuit, "Authorization FAQ", refresh tokens
    """
    rotated = first(grant, at, generation=tokens.generation + 1)
    if rotated.refresh_hard_expires_at is None:
        return attrs.evolve(rotated, refresh_hard_expires_at=tokens.refresh_hard_expires_at)
    return rotated


def _check(grant: TokenGrant) -> None:
    if not grant.access_token or not grant.refresh_token:
        raise IntuitProtocolError(
            "Intuit's token answer has no access token or no refresh token.",
            hint="Try again; if it stays so, give Intuit's support the intuit_tid.",
            intuit_tid=grant.intuit_tid,
        )
    if grant.expires_in <= timedelta(0) or grant.refresh_expires_in <= timedelta(0):
        raise IntuitProtocolError(
            "Intuit's token answer has a lifetime that is not positive.",
            hint="Try again; if it stays so, give Intuit's support the intuit_tid.",
            intuit_tid=grant.intuit_tid,
        )
