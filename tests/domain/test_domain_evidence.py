"""What the evidence about a connection amounts to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from domain_samples import APP, DAY, HOUR, INSTANT, NOON, REALM, connection, sealed

from qbapps.domain.connection import Connection
from qbapps.domain.diagnosis import Cause
from qbapps.domain.events import Event, EventKind
from qbapps.domain.evidence import Evidence, cause, why_refused
from qbapps.domain.grants import UnverifiedGrant
from qbapps.domain.states import ConnectionState
from qbapps.domain.tokens import SealedTokens, Tombstone

LATER = NOON + 2 * DAY
GRANT = UnverifiedGrant(
    id="grt_1",
    app_id=APP.id,
    authorization_id="aut_1",
    claimed_realm_id=REALM,
    received_at=LATER,
    obtained_at=LATER,
    access_expires_at=LATER + HOUR,
    refresh_expires_at=LATER + 100 * DAY,
)


def tombstone(digest: str) -> Tombstone:
    return Tombstone(connection_id="con_1", generation=4, digest=digest, retired_at=NOON, why="rotated")


def marked(found: Cause = Cause.REFUSED) -> Connection:
    return connection(state=ConnectionState.NEEDS_RECONNECT, cause=found)


REFUSALS: list[tuple[SealedTokens, dict[str, Any], Cause]] = [
    (sealed(), {}, Cause.REFUSED),
    (sealed(refresh_hard_expires_at=LATER), {}, Cause.HARD_CAP),
    (sealed(refresh_hard_expires_at=LATER + INSTANT), {}, Cause.REFUSED),
    (sealed(refresh_expires_at=LATER), {}, Cause.IDLE_TOO_LONG),
    (sealed(refresh_expires_at=LATER + INSTANT), {}, Cause.REFUSED),
    (sealed(refresh_expires_at=LATER, refresh_hard_expires_at=LATER), {}, Cause.HARD_CAP),
    (sealed(), {"tombstones": (tombstone("digest-1"),)}, Cause.SUPERSEDED),
    (sealed(), {"tombstones": (tombstone("another"),)}, Cause.REFUSED),
    (sealed(), {"connection": connection(generation=2)}, Cause.SUPERSEDED),
    (sealed(generation=2), {}, Cause.REFUSED),
    (sealed(), {"newer_grant": GRANT}, Cause.TAKEN_OVER),
    (sealed(ambiguous_since=NOON), {}, Cause.LOST_ANSWER),
    (sealed(ambiguous_since=NOON), {"newer_grant": GRANT}, Cause.TAKEN_OVER),
    (sealed(), {"unanswered_consent": LATER}, Cause.REFUSED),
    (sealed(), {"imported": True}, Cause.REFUSED),
]


@pytest.mark.parametrize(("tokens", "known", "expected"), REFUSALS)
def test_a_refusal_is_explained_by_what_is_certain_only(
    tokens: SealedTokens, known: dict[str, Any], expected: Cause
) -> None:
    evidence = Evidence(**{"connection": connection(), "tokens": tokens, **known})

    assert why_refused(evidence, LATER) is expected


GUESSES: list[tuple[dict[str, Any], Cause]] = [
    ({}, Cause.REFUSED),
    ({"others": 2}, Cause.OUTAGE),
    ({"others": 1}, Cause.REFUSED),
    ({"unanswered_consent": LATER}, Cause.TAKEN_OVER),
    ({"imported": True}, Cause.SUPERSEDED),
    ({"imported": True, "connection": marked(Cause.REFUSED)}, Cause.SUPERSEDED),
    ({"newer_grant": GRANT, "others": 2}, Cause.TAKEN_OVER),
    ({"connection": marked(Cause.OWNER_LOST_ACCESS), "newer_grant": GRANT}, Cause.OWNER_LOST_ACCESS),
    ({"connection": marked(Cause.LOST_ANSWER)}, Cause.LOST_ANSWER),
]


@pytest.mark.parametrize(("known", "expected"), GUESSES)
def test_what_is_told_of_a_marked_one_may_be_the_likeliest(known: dict[str, Any], expected: Cause) -> None:
    evidence = Evidence(**{"connection": marked(), "tokens": sealed(refused_at=LATER), **known})

    assert cause(evidence, LATER + timedelta(minutes=29)) is expected


def test_a_pair_brought_in_long_ago_is_nobody_elses_any_more() -> None:
    evidence = Evidence(connection=marked(), tokens=sealed(refused_at=NOON + 7 * DAY), imported=True)

    assert cause(evidence, NOON + 8 * DAY) is Cause.REFUSED


def test_an_outage_is_suspected_for_half_an_hour_only() -> None:
    evidence = Evidence(connection=marked(), tokens=sealed(refused_at=LATER), others=5)

    assert cause(evidence, LATER + timedelta(minutes=30)) is Cause.REFUSED


KEYS = Event(stream=APP.id, kind=EventKind.KEYS_REFUSED, at=NOON)
LIVING: list[tuple[dict[str, Any], Cause]] = [
    ({}, Cause.WORKING),
    ({"keys_refused": KEYS}, Cause.WRONG_KEYS),
    ({"keys_refused": KEYS, "keys_replaced": True}, Cause.WORKING),
    ({"tokens": sealed(refused_at=NOON)}, Cause.OUTAGE),
    ({"tokens": sealed(ambiguous_since=NOON)}, Cause.OUTAGE),
    ({"tokens": sealed(ambiguous_since=NOON, access_expires_at=LATER + INSTANT)}, Cause.WORKING),
    ({"tokens": sealed(refresh_expires_at=LATER)}, Cause.IDLE_TOO_LONG),
    ({"tokens": sealed(refresh_hard_expires_at=LATER)}, Cause.HARD_CAP),
    ({"connection": connection(state=ConnectionState.PAUSED)}, Cause.PAUSED),
    ({"connection": connection(state=ConnectionState.PAUSED), "keys_refused": KEYS}, Cause.WRONG_KEYS),
]


@pytest.mark.parametrize(("known", "expected"), LIVING)
def test_a_living_one_may_still_have_something_to_tell(known: dict[str, Any], expected: Cause) -> None:
    evidence = Evidence(**{"connection": connection(), "tokens": sealed(), **known})

    assert cause(evidence, LATER) is expected


def test_the_last_refusal_is_of_the_present_pair() -> None:
    def told(kind: EventKind, at: Any) -> dict[EventKind, Event]:
        return {kind: Event(stream="con_1", kind=kind, at=at)}

    tokens = sealed(refused_at=LATER)
    before = Evidence(connection=marked(), tokens=tokens, latest=told(EventKind.REFUSED, LATER - DAY))
    after = Evidence(connection=marked(), tokens=tokens, latest=told(EventKind.REFUSED, LATER + DAY))

    assert (before.last_refusal, after.last_refusal) == (LATER, LATER + DAY)
    assert Evidence(connection=marked(), tokens=sealed(), latest=after.latest).last_refusal is None
