"""When a refused pair is tried again by itself, and when an outage is suspected."""

from __future__ import annotations

from datetime import datetime, timedelta

import attrs
import pytest
from domain_samples import NOON, connection, sealed

from qbapps.domain.diagnosis import Cause
from qbapps.domain.refusal import may_try_again, next_try, suspects_outage
from qbapps.domain.states import ConnectionState

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def tries(until: timedelta) -> list[timedelta]:
    """Return when a pair refused at NOON is tried again, if somebody asks all the time."""
    found: list[timedelta] = []
    last: datetime | None = NOON
    while last is not None and last - NOON < until:
        last = next_try(NOON, last)
        if last is not None:
            found.append(last - NOON)
    return found


def test_the_pauses_grow_to_a_day() -> None:
    assert tries(3 * DAY)[:6] == [
        1 * MINUTE,
        6 * MINUTE,
        36 * MINUTE,
        156 * MINUTE,
        156 * MINUTE + DAY,
        156 * MINUTE + 2 * DAY,
    ]


def test_it_is_given_up_after_four_weeks() -> None:
    found = tries(100 * DAY)

    assert found[-1] < 28 * DAY <= found[-1] + DAY
    assert len(found) == 31


def test_who_asks_seldom_gets_a_try_each_time() -> None:
    assert next_try(NOON, NOON + 3 * DAY) == NOON + 4 * DAY


MARKED = connection(state=ConnectionState.NEEDS_RECONNECT, cause=Cause.REFUSED)


@pytest.mark.parametrize("cause", list(Cause))
def test_only_what_may_have_been_an_outage_is_tried_again(cause: Cause) -> None:
    tokens = sealed(NOON - DAY, refused_at=NOON)

    found = may_try_again(attrs.evolve(MARKED, cause=cause), tokens, None, NOON + MINUTE)

    assert found == (cause in (Cause.REFUSED, Cause.LOST_ANSWER))


@pytest.mark.parametrize("state", list(ConnectionState))
def test_only_a_marked_one_is_tried_again(state: ConnectionState) -> None:
    tokens = sealed(NOON - DAY, refused_at=NOON)

    found = may_try_again(attrs.evolve(MARKED, state=state), tokens, None, NOON + MINUTE)

    assert found == (state is ConnectionState.NEEDS_RECONNECT)


def test_the_pause_counts_from_the_last_refusal() -> None:
    tokens = sealed(NOON - DAY, refused_at=NOON)

    assert not may_try_again(MARKED, tokens, None, NOON + MINUTE - timedelta(microseconds=1))
    assert may_try_again(MARKED, tokens, None, NOON + MINUTE)
    assert not may_try_again(MARKED, tokens, NOON + MINUTE, NOON + 2 * MINUTE)
    assert may_try_again(MARKED, tokens, NOON + MINUTE, NOON + 6 * MINUTE)


def test_a_pair_that_has_run_out_is_not_tried() -> None:
    tokens = sealed(NOON - 100 * DAY, refused_at=NOON - DAY)

    assert not may_try_again(MARKED, tokens, None, NOON)


def test_a_pair_whose_access_token_still_looks_good_waits() -> None:
    tokens = sealed(NOON, refused_at=NOON)

    assert not may_try_again(MARKED, tokens, None, NOON + 10 * MINUTE)
    assert may_try_again(MARKED, tokens, None, NOON + 60 * MINUTE)


@pytest.mark.parametrize(
    ("others", "after", "suspected"),
    [(1, timedelta(0), False), (2, timedelta(0), True), (2, 30 * MINUTE, False), (99, 29 * MINUTE, True)],
)
def test_three_refusals_together_are_an_outage_for_half_an_hour(others: int, after: timedelta, suspected: bool) -> None:
    assert suspects_outage(NOON, NOON + after, others=others) is suspected
