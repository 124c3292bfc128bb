"""A disconnection: why, how it went, and what its proof may claim."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import attrs

from qbapps.domain import checks
from qbapps.domain.connection import Connection
from qbapps.domain.parties import Reach
from qbapps.domain.record import revise


class Reason(StrEnum):
    """Why a connection is ended."""

    NO_LONGER_NEEDED = "no_longer_needed"
    SWITCHING_APP = "switching_app"
    TOO_EXPENSIVE = "too_expensive"
    TECHNICAL_PROBLEM = "technical_problem"
    MISSING_FEATURE = "missing_feature"
    SECURITY = "security"
    COMPANY_CLOSING = "company_closing"
    SERVICE_ENDING = "service_ending"
    IN_QUICKBOOKS = "in_quickbooks"
    OTHER = "other"


class Proof(StrEnum):
    """
    What is known about the end of the connection at Intuit.

    ``refused_after_revoke``: Intuit said 200 to the revoke of a pair that was neither ambiguous
    nor already refused, and then refused its refresh. ``already_gone``: our token was dead;
    nothing more is claimed. ``none``: unknown; a task says what to look at.
    """

    REFUSED_AFTER_REVOKE = "refused_after_revoke"
    ALREADY_GONE = "already_gone"
    NONE = "none"


class DisconnectionState(StrEnum):
    """Where a disconnection stands. Whatever the state, the connection is denied here."""

    SCHEDULED = "scheduled"
    REVOKING = "revoking"
    DONE = "done"
    UNPROVEN = "unproven"
    AWAITING_HAND = "awaiting_hand"
    UNDONE = "undone"


@attrs.frozen(kw_only=True)
class Disconnection:
    """
    The receipt of a disconnect.

    Attributes:
        grant: Which consent it ended.
        proof: What is known; None while it is not over.
        intuit_tid: Intuit's id of the revoke, for their support.
        revoke_status: HTTP status of the revoke, if it was answered.
        task_id: What a person has to do or to look at, if anything.
        due_at: When a delayed disconnect is carried out; of one that is done, when the pair that a
            rumour ended is tried once more.
    """

    id: str
    connection_id: str
    app_id: str
    realm_id: str | None
    company_name: str | None = None
    owner: str | None = None
    grant: int
    reason: Reason
    comment: str | None = None
    by: str | None = None
    state: DisconnectionState
    proof: Proof | None = None
    intuit_tid: str | None = None
    revoke_status: int | None = None
    task_id: str | None = None
    requested_at: datetime = attrs.field(validator=checks.aware)
    due_at: datetime | None = attrs.field(default=None, validator=checks.aware)
    ended_at: datetime | None = attrs.field(default=None, validator=checks.aware)
    version: int = 1


class RevokeOutcome(StrEnum):
    """How Intuit answered the revoke of a pair."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class RefreshOutcome(StrEnum):
    """How Intuit answered the refresh that should be refused."""

    REFUSED = "refused"
    GRANTED = "granted"
    UNKNOWN = "unknown"


def start(
    connection: Connection,
    *,
    id: str,  # noqa: A002 - the field's own name
    reason: Reason,
    comment: str | None,
    by: str | None,
    at: datetime,
    due_at: datetime | None = None,
) -> Disconnection:
    """Return the disconnection of *connection*, before anything was sent."""
    if connection.reach is Reach.HAND:
        state = DisconnectionState.AWAITING_HAND
    elif due_at is not None:
        state = DisconnectionState.SCHEDULED
    else:
        state = DisconnectionState.REVOKING
    return Disconnection(
        id=id,
        connection_id=connection.id,
        app_id=connection.app_id,
        realm_id=connection.realm_id,
        company_name=connection.company_name,
        owner=None if connection.owner is None else connection.owner.email,
        grant=connection.grant,
        reason=reason,
        comment=comment,
        by=by,
        state=state,
        requested_at=at,
        due_at=due_at,
    )


def prove(revoke: RevokeOutcome, refresh: RefreshOutcome, *, known_good: bool) -> Proof:
    """
    Return what the two answers prove.

    Args:
        known_good: Whether the pair was neither ambiguous nor already refused before the revoke.
            An ambiguous pair may have a living successor that we never received, so its own
            refusal proves nothing about the connection.

    Source: Intuit, "Set up OAuth 2.0", revoke; answers to dead tokens are not documented
    """
    if refresh is not RefreshOutcome.REFUSED:
        return Proof.NONE
    if revoke is RevokeOutcome.ACCEPTED and known_good:
        return Proof.REFUSED_AFTER_REVOKE
    return Proof.ALREADY_GONE


def proven(
    disconnection: Disconnection,
    proof: Proof,
    *,
    at: datetime,
    intuit_tid: str | None,
    revoke_status: int | None,
    task_id: str | None = None,
) -> Disconnection:
    """Return *disconnection* over, with what is known."""
    return revise(
        disconnection,
        state=DisconnectionState.UNPROVEN if proof is Proof.NONE else DisconnectionState.DONE,
        proof=proof,
        intuit_tid=intuit_tid or disconnection.intuit_tid,
        revoke_status=revoke_status if revoke_status is not None else disconnection.revoke_status,
        task_id=task_id or disconnection.task_id,
        due_at=None,
        ended_at=at,
    )


def rumoured(disconnection: Disconnection, at: datetime, *, look_again_at: datetime) -> Disconnection:
    """
    Return *disconnection*, not saved yet, over because a rumour was confirmed by a refusal.

    An outage may have refused the pair, so it is kept and tried again at *look_again_at*.

    Source: Intuit, "Authorization FAQ": outages can produce ``invalid_grant`` too; Intuit signs
    no hit on the Disconnect URL
    """
    return attrs.evolve(
        disconnection,
        state=DisconnectionState.DONE,
        proof=Proof.ALREADY_GONE,
        due_at=look_again_at,
        ended_at=at,
    )


def rests_on_a_rumour(disconnection: Disconnection) -> bool:
    """Tell whether its pair is kept for a second look."""
    return disconnection.state is DisconnectionState.DONE and disconnection.due_at is not None


def is_settled(disconnection: Disconnection) -> bool:
    """Tell whether there is nothing left to carry out."""
    if disconnection.state is DisconnectionState.UNDONE:
        return True
    return disconnection.state is DisconnectionState.DONE and not rests_on_a_rumour(disconnection)


def to_be_looked_at(disconnection: Disconnection, task_id: str) -> Disconnection:
    """Return *disconnection*, not saved yet, with the task of somebody who looks whether the app is gone."""
    return attrs.evolve(disconnection, task_id=task_id)


def is_due(disconnection: Disconnection, at: datetime) -> bool:
    """Tell whether a delayed disconnect, or a second look, is due at *at*."""
    waits = disconnection.state is DisconnectionState.SCHEDULED or rests_on_a_rumour(disconnection)
    return waits and disconnection.due_at is not None and disconnection.due_at <= at
