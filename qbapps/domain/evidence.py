"""What is known about a connection that does not work, and what it amounts to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import attrs

from qbapps.domain import policies, refusal
from qbapps.domain.connection import Connection
from qbapps.domain.diagnosis import Cause
from qbapps.domain.disconnection import Reason
from qbapps.domain.events import Event, EventKind
from qbapps.domain.grants import UnverifiedGrant
from qbapps.domain.parties import Reach
from qbapps.domain.states import ConnectionState
from qbapps.domain.tokens import SealedTokens, Tombstone
from qbapps.domain.transfer import Transfer


@attrs.frozen(kw_only=True)
class Evidence:
    """
    What the store knows about a connection.

    Attributes:
        latest: The newest event of each kind.
        tombstones: What remains of pairs that were destroyed here.
        newer_grant: What Intuit granted for the same app and company after the pair, and is not promoted.
        unanswered_consent: When a consent that may have taken it over was sent and never answered.
        transfer: A transfer begun after the pair that has not been completed.
        imported: The pair came from another program.
        keys_refused: Intuit's refusal of the app's keys, when nothing has worked since.
        keys_replaced: They were registered anew after that.
        others: How many other connections of the app were refused lately, with none refreshed since.
    """

    connection: Connection
    tokens: SealedTokens | None
    latest: Mapping[EventKind, Event] = attrs.field(factory=dict)
    tombstones: tuple[Tombstone, ...] = ()
    newer_grant: UnverifiedGrant | None = None
    unanswered_consent: datetime | None = None
    transfer: Transfer | None = None
    imported: bool = False
    keys_refused: Event | None = None
    keys_replaced: bool = False
    others: int = 0

    @property
    def last_refusal(self) -> datetime | None:
        """When Intuit last refused the present pair, as far as the trail tells."""
        told = (self.latest.get(kind) for kind in (EventKind.REFUSED, EventKind.NEEDS_RECONNECT))
        since = None if self.tokens is None else self.tokens.refused_at
        return max((event.at for event in told if event is not None and since and event.at >= since), default=since)

    @property
    def retired(self) -> Tombstone | None:
        """What shows that the pair we hold was replaced before: a restored copy, or an older one brought in."""
        held = self.tokens
        return next((one for one in self.tombstones if held is not None and one.digest == held.digest), None)


def cause(evidence: Evidence, at: datetime) -> Cause:
    """Return why the connection does not work, or that it does, as far as the evidence goes."""
    connection = evidence.connection
    match connection.state:
        case ConnectionState.CONNECTED | ConnectionState.PAUSED:
            return _of_a_live_one(evidence, at)
        case ConnectionState.DISCONNECTED:
            last = evidence.latest.get(EventKind.DISCONNECTED)
            there = last is not None and last.details.get("reason") == Reason.IN_QUICKBOOKS
            return Cause.IN_QUICKBOOKS if there else Cause.DISCONNECTED
        case ConnectionState.NEEDS_RECONNECT:
            if connection.reach is Reach.HAND:
                return Cause.REPORTED
            return _of_a_marked_one(evidence, at)


def why_refused(evidence: Evidence, at: datetime) -> Cause:
    """Return why Intuit refused the pair at *at*, or ``refused`` when nothing that we have explains it."""
    tokens = evidence.tokens
    if tokens is None:
        return Cause.REFUSED
    if (ended := _ended(tokens, at)) is not None:
        return ended
    if evidence.retired is not None or tokens.generation < evidence.connection.generation:
        return Cause.SUPERSEDED
    if evidence.newer_grant is not None:
        return Cause.TAKEN_OVER
    if tokens.ambiguous_since is not None:
        return Cause.LOST_ANSWER
    return Cause.REFUSED


def suspects_outage(evidence: Evidence, at: datetime) -> bool:
    """Tell whether a refusal that nothing explains, at *at*, looks like an outage."""
    first = None if evidence.tokens is None else evidence.tokens.refused_at
    return refusal.suspects_outage(first or at, at, others=evidence.others)


def _ended(tokens: SealedTokens, at: datetime) -> Cause | None:
    if tokens.refresh_hard_expires_at is not None and at >= tokens.refresh_hard_expires_at:
        return Cause.HARD_CAP
    return Cause.IDLE_TOO_LONG if at >= tokens.refresh_expires_at else None


def _of_a_live_one(evidence: Evidence, at: datetime) -> Cause:
    """Nobody has been refused for good; but what is held may have run out, and refreshes may not get through."""
    tokens, paused = evidence.tokens, evidence.connection.state is ConnectionState.PAUSED
    if tokens is None:
        return Cause.PAUSED if paused else Cause.WORKING
    if (ended := _ended(tokens, at)) is not None:
        return ended
    if evidence.keys_refused is not None and not evidence.keys_replaced:
        return Cause.WRONG_KEYS
    unanswered = tokens.ambiguous_since is not None and at >= tokens.access_expires_at
    if tokens.refused_at is not None or unanswered:
        return Cause.OUTAGE
    return Cause.PAUSED if paused else Cause.WORKING


def _of_a_marked_one(evidence: Evidence, at: datetime) -> Cause:
    connection, tokens = evidence.connection, evidence.tokens
    if connection.cause in set(Cause) and connection.cause != Cause.REFUSED:
        return Cause(connection.cause or "")
    found = why_refused(evidence, (tokens.refused_at if tokens is not None else None) or at)
    if found is not Cause.REFUSED:
        return found
    if suspects_outage(evidence, at):
        return Cause.OUTAGE
    return _likeliest(evidence)


def _likeliest(evidence: Evidence) -> Cause:
    """What nothing proves, but something points to."""
    connection, tokens = evidence.connection, evidence.tokens
    if evidence.unanswered_consent is not None:
        return Cause.TAKEN_OVER
    first = None if tokens is None else tokens.refused_at
    came = connection.connected_at if evidence.imported else None
    if first is not None and came is not None and first < came + policies.IMPORT_OVERLAP:
        return Cause.SUPERSEDED
    return Cause.REFUSED
