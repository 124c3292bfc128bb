"""Which idle connections are refreshed when, and when the end of a consent is told."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from domain_samples import DAY, INSTANT, NOON, connection
from hypothesis import given
from hypothesis import strategies as st

from qbapps.domain import upkeep
from qbapps.domain.connection import Connection

WITHIN = 30 * DAY


def crowd(count: int, ends_in: timedelta) -> list[Connection]:
    return [connection(id=f"con_{number}", refresh_expires_at=NOON + ends_in) for number in range(count)]


@pytest.mark.parametrize(("left", "due"), [(30 * DAY, True), (30 * DAY + INSTANT, False), (-DAY, True)])
def test_what_ends_soon_is_due(left: timedelta, due: bool) -> None:
    one = connection(refresh_expires_at=NOON + left)

    assert upkeep.due([one], NOON, WITHIN) == ([one] if due else [])


def test_the_most_urgent_come_first() -> None:
    found = [connection(id=f"con_{days}", refresh_expires_at=NOON + days * DAY) for days in (20, 3, 11)]

    assert [one.id for one in upkeep.due(found, NOON, WITHIN)] == ["con_3", "con_11", "con_20"]


def test_what_was_connected_on_one_day_is_spread_over_two_weeks() -> None:
    waiting, per_day = crowd(1000, 45 * DAY), Counter[int]()
    for day in range(16):
        for one in upkeep.due(waiting, NOON + day * DAY, WITHIN):
            per_day[day] += 1
            waiting.remove(one)

    assert not waiting, "nothing is later than it should be"
    assert set(per_day) == set(range(2, 16))
    assert max(per_day.values()) < 120


def test_a_few_that_end_on_one_day_are_left_together() -> None:
    assert upkeep.due(crowd(19, 31 * DAY), NOON, WITHIN) == []
    assert upkeep.due(crowd(20, 31 * DAY), NOON, WITHIN)


@given(st.integers(1, 60), st.integers(0, 60), st.integers(1, 60))
def test_no_crowd_is_ever_refreshed_later_than_one_connection_alone(count: int, days: int, within: int) -> None:
    found = crowd(count, days * DAY)

    due = upkeep.due(found, NOON, within * DAY)

    assert {one.id for one in found if days <= within} <= {one.id for one in due}


def test_each_has_a_head_start_of_its_own_that_stays() -> None:
    starts = {upkeep.head_start(f"con_{number}") for number in range(100)}

    assert len(starts) == 100
    assert min(starts) >= timedelta(0)
    assert max(starts) < 14 * DAY
    assert upkeep.head_start("con_1") == upkeep.head_start("con_1")


@pytest.mark.parametrize(
    ("left", "alerts"),
    [(181 * DAY, 0), (180 * DAY, 1), (31 * DAY, 1), (30 * DAY, 2), (8 * DAY, 2), (7 * DAY, 3), (-DAY, 3)],
)
def test_the_end_of_a_consent_is_told_three_times(left: timedelta, alerts: int) -> None:
    assert upkeep.alerts(NOON + left, NOON) == alerts
    assert upkeep.caps_soon(connection(refresh_hard_expires_at=NOON + left), NOON) == (alerts > 0)
