"""Events: what happened, in order, chained by hash so that a changed line shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import attrs

from qbapps.domain import checks

GENESIS: Final = "0" * 64
"""What the first event of a chain names as its predecessor."""

Detail = str | int | bool | None


class EventKind(StrEnum):
    """What can happen."""

    CONNECTED = "connection.connected"
    RECONNECTED = "connection.reconnected"
    IMPORTED = "connection.imported"
    ENRICHED = "connection.enriched"
    REFRESHED = "connection.refreshed"
    REFUSED = "connection.refused"
    NEEDS_RECONNECT = "connection.needs_reconnect"
    REVIVED = "connection.revived"
    TRANSFERRED = "connection.transferred"
    TAKEN_OVER = "connection.taken_over"
    PAUSED = "connection.paused"
    RESUMED = "connection.resumed"
    DISCONNECTED = "connection.disconnected"
    DISCONNECT_PROVEN = "connection.disconnect_proven"
    DISCONNECT_UNDONE = "connection.disconnect_undone"
    EXPIRING = "connection.expiring"
    PROBED = "connection.probed"
    CONFIRMED = "connection.confirmed"
    KEYS_REFUSED = "app.keys_refused"
    EXCHANGE_LOST = "exchange.lost"
    GRANT_KEPT = "grant.kept"
    GRANT_DISCARDED = "grant.discarded"
    TRANSFER_BEGUN = "transfer.begun"
    TRANSFER_RENEWED = "transfer.renewed"
    TRANSFER_ENDED = "transfer.ended"
    TASK_OPENED = "task.opened"
    TASK_CONFIRMED = "task.confirmed"
    TASK_CANCELLED = "task.cancelled"
    PLAN_MADE = "plan.made"
    PLAN_APPROVED = "plan.approved"
    PLAN_APPLIED = "plan.applied"
    PLAN_STOPPED = "plan.stopped"
    PLAN_CANCELLED = "plan.cancelled"
    DESKTOP_MOVED = "desktop.moved"
    DESKTOP_PASSWORD = "desktop.password_issued"  # noqa: S105 - the name of an event
    DESKTOP_ATTESTED = "desktop.attested"
    DESKTOP_ATTENTION = "desktop.attention"
    DESKTOP_PREVIEWED = "desktop.deletion_previewed"
    DESKTOP_CONFIRMED = "desktop.deletion_confirmed"
    DESKTOP_RELEASED = "desktop.deletion_released"
    DESKTOP_JOB_FAILED = "desktop.job_failed"
    DESKTOP_JOB_UNKNOWN = "desktop.job_unknown"
    DESKTOP_JOB_SETTLED = "desktop.job_settled"
    DESKTOP_STILL_CALLS = "desktop.still_calls"
    BANK_RECORDED = "bank.recorded"
    BANK_CORRECTED = "bank.corrected"


def _freeze(details: Mapping[str, Detail]) -> Mapping[str, Detail]:
    return MappingProxyType(dict(details))


@attrs.frozen(kw_only=True)
class Event:
    """
    One thing that happened.

    Attributes:
        stream: The connection's id, the app's for what concerns no connection yet, or a plan's.
        sequence: Counts the events of a stream, from 1; 0 until the store has taken it.
        by: Who asked for it, when that was said.
        details: Facts, never a credential.
        previous: Hash of the event before it in the stream.
        hash: Hash of this event and of *previous*.
    """

    stream: str
    kind: EventKind
    at: datetime = attrs.field(validator=checks.aware)
    by: str | None = None
    details: Mapping[str, Detail] = attrs.field(factory=dict, converter=_freeze)
    sequence: int = 0
    previous: str = ""
    hash: str = ""

    @property
    def connection_id(self) -> str | None:
        """The connection it is about, if it is about one."""
        return self.stream if self.stream.startswith("con_") else None


def link(event: Event, *, sequence: int, previous: str) -> Event:
    """
    Return *event* chained after the one whose hash is *previous*.

    Raises:
        UnicodeEncodeError: A text has half of a surrogate pair, which nobody could read back.
    """
    numbered = attrs.evolve(event, sequence=sequence, previous=previous)
    return attrs.evolve(numbered, hash=_digest(numbered, "strict"))


def fingerprint(event: Event) -> str:
    """Return the hash that *event* should carry, whatever its texts are."""
    return _digest(event, "surrogatepass")


def _digest(event: Event, errors: str) -> str:
    text = json.dumps(
        [
            event.stream,
            event.sequence,
            event.kind,
            event.at.isoformat(),
            event.by,
            dict(event.details),
            event.previous,
        ],
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    return hashlib.sha256(text.encode(errors=errors)).hexdigest()
