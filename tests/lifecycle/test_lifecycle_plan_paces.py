"""The pace of rows: evenly spread, shared by whoever is on the store, and sane when clocks are not."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest
from lifecycle_house import House

from qbapps.domain.limits import SLOWEST, Limits
from qbapps.errors import ConfigurationError
from qbapps.pace import Pace


def took(house: House, count: int, limits: Limits, *, company: str = "1") -> list[float]:
    """Return when each of *count* rows began, in seconds from now."""
    pace, began = Pace(house.ports.store, house.ports.clock), house.clock.now()
    begun = []
    for _ in range(count):
        pace.take("dext", company, limits)
        begun.append((house.clock.now() - began).total_seconds())
    return begun


@pytest.mark.parametrize(
    ("per_second", "begun"),
    [
        (5.0, [0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (1.5, [0, 0.667, 1.334]),
        (0.01, [0, 100, 200]),
        (0.00042, [0, 1 / 0.00042, 2 / 0.00042]),
        (SLOWEST, [0, 3600, 7200]),
    ],
)
def test_rows_are_spread_evenly(house: House, per_second: float, begun: list[float]) -> None:
    limits = Limits(per_app=per_second, per_company=math.inf)

    assert took(house, len(begun), limits) == pytest.approx(begun, abs=0.005)


def test_fast_limits_let_a_tenth_of_a_second_begin_at_once(house: House) -> None:
    begun = took(house, 1000, Limits(per_app=500.0, per_company=math.inf))

    assert sum(at == 0 for at in begun) == 50
    assert begun[-1] == pytest.approx(950 / 500, abs=0.1)


def test_a_faster_neighbour_does_not_wipe_a_slow_limit(house: House) -> None:
    slow, fast = Limits(per_app=0.1), Limits()
    began = house.clock.now()

    took(house, 1, slow)
    took(house, 1, fast, company="2")
    took(house, 1, slow)

    assert house.clock.now() - began >= timedelta(seconds=10)


@pytest.mark.parametrize("back", [timedelta(seconds=1), timedelta(seconds=90), timedelta(minutes=3), timedelta(days=9)])
@pytest.mark.parametrize("per_second", [0.1, 5.0])
def test_a_clock_that_is_set_back_makes_nobody_wait_longer_than_the_limit_nor_shorter(
    house: House, back: timedelta, per_second: float
) -> None:
    limits = Limits(per_app=per_second, per_company=math.inf)
    took(house, 3, limits)
    house.clock.advance(-back)

    begun = took(house, 4, limits)

    assert begun == pytest.approx([(n + 1) / per_second for n in range(4)], abs=0.01)


def test_hosts_whose_clocks_differ_share_one_limit(house: House) -> None:
    limits = Limits(per_app=1.0, per_company=math.inf)
    began = house.clock.now()

    for _ in range(5):
        took(house, 1, limits)
        house.clock.advance(timedelta(seconds=-100))
        took(house, 1, limits)
        house.clock.advance(timedelta(seconds=100))

    assert house.clock.now() - began == pytest.approx(timedelta(seconds=9), abs=timedelta(milliseconds=10))


@pytest.mark.parametrize("wrong", [0, -1.0, math.nan, "5", None, True, 0.0001, SLOWEST / 2])
def test_a_limit_that_is_none_is_refused(wrong: object) -> None:
    with pytest.raises(ConfigurationError, match="per_app"):
        Limits(per_app=wrong)  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="per_company"):
        Limits(per_company=wrong)  # type: ignore[arg-type]


def test_whoever_waits_for_a_turn_leaves_soon_after_it_is_called_off(house: House) -> None:
    pace, limits = Pace(house.ports.store, house.ports.clock), Limits(per_app=0.01)
    assert pace.take("dext", "1", limits)
    off_at = house.clock.now() + timedelta(seconds=3)

    assert not pace.take("dext", "2", limits, lambda: house.clock.now() >= off_at)

    assert house.clock.now() < off_at + timedelta(seconds=1)
    assert pace.take("dext", "2", limits)
    assert house.clock.now() >= off_at + timedelta(seconds=96), "and its turn was not counted"
