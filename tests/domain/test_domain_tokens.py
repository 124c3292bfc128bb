"""Token pairs: how fresh they are at each boundary, and how one replaces another."""

from __future__ import annotations

from datetime import datetime, timedelta

import attrs
import pytest
from domain_samples import DAY, HOUR, INSTANT, NOON, grant, instants, lifetimes, pair
from hypothesis import given
from hypothesis import strategies as st

from qbapps.domain import policies, tokens
from qbapps.domain.tokens import Freshness, SealedTokens, TokenGrant
from qbapps.errors import IntuitProtocolError
from qbapps.values import Secret

STALE_AT = NOON + HOUR - policies.ACCESS_MARGIN
INVALID_AT = NOON + 100 * DAY - policies.REFRESH_MARGIN
TOO_EARLY = NOON - policies.CLOCK_TOLERANCE

FRESHNESS = [
    ("when it was obtained", NOON, "fresh"),
    ("just before the access margin", STALE_AT - INSTANT, "fresh"),
    ("at the access margin", STALE_AT, "stale"),
    ("after the access token's end", NOON + HOUR, "stale"),
    ("just before the refresh margin", INVALID_AT - INSTANT, "stale"),
    ("at the refresh margin", INVALID_AT, "invalid"),
    ("long after", NOON + 3000 * DAY, "invalid"),
    ("a clock gone back within the tolerance", TOO_EARLY, "fresh"),
    ("a clock gone back further", TOO_EARLY - INSTANT, "stale"),
    ("a clock gone back by years", NOON - 3000 * DAY, "stale"),
]

grants = st.builds(
    TokenGrant,
    access_token=st.text(min_size=1).map(Secret),
    refresh_token=st.text(min_size=1).map(Secret),
    expires_in=lifetimes,
    refresh_expires_in=lifetimes,
    refresh_hard_expires_in=st.none() | lifetimes,
)


@pytest.mark.parametrize(("at", "word"), [row[1:] for row in FRESHNESS], ids=[row[0] for row in FRESHNESS])
def test_freshness_turns_at_its_boundaries(at: datetime, word: str) -> None:
    assert tokens.freshness(pair(), at) == word


@pytest.mark.parametrize(("at", "word"), [row[1:] for row in FRESHNESS], ids=[row[0] for row in FRESHNESS])
def test_a_sealed_pair_is_as_fresh_as_an_open_one(at: datetime, word: str) -> None:
    shared = {field.name for field in attrs.fields(SealedTokens)} & {field.name for field in attrs.fields(type(pair()))}
    values = {name: getattr(pair(), name) for name in shared}
    sealed = SealedTokens(connection_id="con_1", access=b"", refresh=b"", digest="", **values)

    assert tokens.freshness(sealed, at) == word


@pytest.mark.parametrize(
    ("hard", "deadline"),
    [(None, NOON + 100 * DAY), (NOON + 99 * DAY, NOON + 99 * DAY), (NOON + 101 * DAY, NOON + 100 * DAY)],
)
def test_the_refresh_token_ends_at_the_nearer_of_its_two_ends(hard: datetime | None, deadline: datetime) -> None:
    held = pair(refresh_hard_expires_at=hard)

    assert tokens.refresh_deadline(held) == deadline
    assert tokens.freshness(held, deadline - policies.REFRESH_MARGIN) == "invalid"
    assert tokens.freshness(held, deadline - policies.REFRESH_MARGIN - INSTANT) == "stale"


@pytest.mark.parametrize(
    "wrong",
    [
        {"access_token": Secret("")},
        {"refresh_token": Secret("")},
        {"expires_in": timedelta(0)},
        {"expires_in": -INSTANT},
        {"refresh_expires_in": timedelta(0)},
        {"refresh_expires_in": -HOUR},
    ],
    ids=str,
)
def test_an_answer_without_a_token_or_a_lifetime_is_refused(wrong: dict[str, object]) -> None:
    answer = grant(intuit_tid="tid-1", **wrong)

    for take in (lambda: tokens.first(answer, NOON), lambda: tokens.rotate(pair(), answer, NOON)):
        with pytest.raises(IntuitProtocolError) as caught:
            take()
        assert caught.value.intuit_tid == "tid-1"
        assert "refresh-" not in str(caught.value)


def test_the_first_pair_of_a_connection_is_the_first_generation() -> None:
    made = tokens.first(grant(refresh_hard_expires_in=1000 * DAY), NOON)

    assert made == pair(refresh_hard_expires_at=NOON + 1000 * DAY)


@given(grants, instants, st.integers(min_value=1, max_value=10**9))
def test_lifetimes_count_from_when_the_answer_came(answer: TokenGrant, at: datetime, generation: int) -> None:
    made = tokens.first(answer, at, generation=generation)

    assert made.obtained_at == at
    assert made.generation == generation
    assert made.access_expires_at - at == answer.expires_in
    assert made.refresh_expires_at - at == answer.refresh_expires_in


@given(grants, instants, st.none() | instants, st.integers(min_value=1, max_value=10**9))
def test_a_rotation_grows_the_generation_and_keeps_a_known_cap(
    answer: TokenGrant, at: datetime, cap: datetime | None, generation: int
) -> None:
    before = pair(generation=generation, refresh_hard_expires_at=cap)

    after = tokens.rotate(before, answer, at)

    assert after.generation == generation + 1
    assert after.refresh_token == answer.refresh_token
    assert after.access_token == answer.access_token
    if answer.refresh_hard_expires_in is None:
        assert after.refresh_hard_expires_at == cap
    else:
        assert after.refresh_hard_expires_at == at + answer.refresh_hard_expires_in


@given(grants, instants, instants)
def test_a_pair_never_gets_fresher_as_time_goes_by(answer: TokenGrant, at: datetime, other: datetime) -> None:
    order = [Freshness.FRESH, Freshness.STALE, Freshness.INVALID]
    made = tokens.first(answer, at)
    early, late = sorted((max(at, other), max(at, other) + answer.expires_in))

    assert order.index(tokens.freshness(made, early)) <= order.index(tokens.freshness(made, late))


@given(grants, instants, instants)
def test_a_fresh_pair_has_the_margin_left_and_is_not_from_the_future(
    answer: TokenGrant, at: datetime, now: datetime
) -> None:
    made = tokens.first(answer, at)

    if tokens.freshness(made, now) is Freshness.FRESH:
        assert now + policies.ACCESS_MARGIN < made.access_expires_at
        assert now + policies.REFRESH_MARGIN < tokens.refresh_deadline(made)
        assert now + policies.CLOCK_TOLERANCE >= made.obtained_at


def test_a_pair_shows_neither_of_its_tokens() -> None:
    held = pair(access_token=Secret("eyJ-access"), refresh_token=Secret("AB11-refresh"))

    for shown in (repr(held), str(held), repr(attrs.asdict(held)), f"{held}"):
        assert "eyJ" not in shown
        assert "AB11" not in shown


@pytest.mark.parametrize("field", ["obtained_at", "access_expires_at", "refresh_expires_at", "refresh_hard_expires_at"])
def test_a_pair_with_a_naive_instant_cannot_exist(field: str) -> None:
    with pytest.raises(ValueError, match=field):
        pair(**{field: NOON.replace(tzinfo=None)})
