"""The machine's clock and randomness: ids that are new and in order, states that nobody can guess."""

from __future__ import annotations

import os
import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise

import pytest

from qbapps import system
from qbapps.system import SystemClock, SystemRandomness, elapsed_by, holder_name

FORM = re.compile(r"con_[0-9a-f]{27}")


def test_the_clock_is_aware_and_in_utc() -> None:
    clock = SystemClock()
    assert clock.now().utcoffset() == timedelta(0)
    assert clock.now() <= clock.now()


@pytest.mark.parametrize("seconds", [0, -1, 0.001])
def test_the_clock_waits_no_longer_than_asked(seconds: float) -> None:
    clock = SystemClock()
    before = clock.now()
    clock.sleep(seconds)
    assert clock.now() - before >= timedelta(seconds=seconds)


def test_ids_have_their_prefix_their_time_and_their_chance() -> None:
    before = SystemClock().now()
    made = SystemRandomness().new_id("con_")
    assert FORM.fullmatch(made)
    milliseconds = int(made.removeprefix("con_")[:11], 16)
    assert timedelta(0) <= timedelta(milliseconds=milliseconds + 1) - timedelta(seconds=before.timestamp())
    assert timedelta(milliseconds=milliseconds) - timedelta(seconds=before.timestamp()) < timedelta(minutes=1)


def test_later_ids_sort_after_earlier_ones_within_one_millisecond() -> None:
    randomness = SystemRandomness()
    made = [randomness.new_id("con_") for _ in range(10_000)]
    assert all(one < next_one for one, next_one in pairwise(made))


def test_later_ids_sort_after_earlier_ones_when_the_clock_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    randomness = SystemRandomness()
    first = randomness.new_id("con_")
    monkeypatch.setattr(system.time, "time_ns", lambda: 0)
    second = randomness.new_id("con_")
    assert second > first
    assert FORM.fullmatch(SystemRandomness().new_id("con_"))


def test_ids_of_many_threads_and_sources_are_all_different() -> None:
    sources = [SystemRandomness() for _ in range(4)]
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda number: sources[number % 4].new_id("con_"), range(8000)))
    assert len(set(made)) == 8000


def test_states_are_long_and_different() -> None:
    randomness = SystemRandomness()
    states = {randomness.new_state().reveal() for _ in range(1000)}
    assert len(states) == 1000
    assert all(re.fullmatch(r"[\w-]{43}", state) for state in states)


def test_the_holders_name_is_of_this_process_and_never_the_same() -> None:
    first, second = holder_name(), holder_name()
    assert first != second
    assert f":{os.getpid()}:" in first


def test_a_clock_that_is_set_back_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SystemClock()
    before = clock.now()
    monkeypatch.setattr(time, "time", lambda: before.timestamp() - 3600)
    assert timedelta(0) <= clock.now() - before < timedelta(minutes=1)
    monkeypatch.setattr(time, "time", lambda: before.timestamp() + 3600)
    assert clock.now() - before >= timedelta(hours=1) - timedelta(minutes=1)


def test_elapsed_seconds_do_not_go_back_with_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    elapsed = elapsed_by(SystemClock())
    before = elapsed()
    monkeypatch.setattr(time, "time", lambda: 0.0)
    assert 0 <= elapsed() - before < 60
