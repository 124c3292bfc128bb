"""What is repeated, how often and after which pause."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import intuit_wire as wire
import pytest

from qbapps.domain import policies
from qbapps.errors import IntuitProtocolError, IntuitRejected, IntuitUnavailable, QBAppsError
from qbapps.intuit import retrying
from qbapps.intuit.retrying import Retries


def unavailable(*, processed: bool | None, retry_after: float | None = None) -> IntuitUnavailable:
    pause = None if retry_after is None else timedelta(seconds=retry_after)
    return IntuitUnavailable("m", hint="h", processed=processed, retry_after=pause)


def failing(*errors: QBAppsError) -> tuple[Callable[[], int], list[int]]:
    """Return a call that fails with each of *errors* and then gives how often it was called."""
    left, calls = list(errors), [0]

    def call() -> int:
        calls[0] += 1
        if left:
            raise left.pop(0)
        return calls[0]

    return call, calls


def test_what_was_certainly_not_processed_is_repeated(clock: wire.FakeClock) -> None:
    call, _ = failing(unavailable(processed=False), unavailable(processed=False))

    assert Retries(clock).unless_processed(call) == 3


@pytest.mark.parametrize(
    "error",
    [
        unavailable(processed=None),
        unavailable(processed=True),
        IntuitRejected("m", hint="h"),
        IntuitProtocolError("m", hint="h"),
    ],
    ids=["ambiguous", "processed", "rejected", "garbled"],
)
def test_what_may_have_been_processed_is_not_sent_twice(clock: wire.FakeClock, error: QBAppsError) -> None:
    call, calls = failing(error)

    with pytest.raises(type(error)) as raised:
        Retries(clock).unless_processed(call)

    assert raised.value is error
    assert calls == [1]
    assert clock.slept == []


def test_a_read_is_repeated_whatever_became_of_it(clock: wire.FakeClock) -> None:
    call, _ = failing(unavailable(processed=None), unavailable(processed=True), unavailable(processed=False))

    assert Retries(clock).while_unavailable(call) == 4


@pytest.mark.parametrize("error", [IntuitRejected("m", hint="h"), IntuitProtocolError("m", hint="h")])
def test_a_refusal_is_not_repeated(clock: wire.FakeClock, error: QBAppsError) -> None:
    call, calls = failing(error)

    with pytest.raises(type(error)):
        Retries(clock).while_unavailable(call)

    assert calls == [1]


def test_what_cannot_get_better_is_not_repeated(clock: wire.FakeClock) -> None:
    error = unavailable(processed=False)
    error.retryable = False
    call, calls = failing(error, error)

    with pytest.raises(IntuitUnavailable):
        Retries(clock).while_unavailable(call)

    assert calls == [1]


def test_attempts_end_and_the_last_error_is_the_one_that_is_raised(clock: wire.FakeClock) -> None:
    errors = [unavailable(processed=None) for _ in range(9)]
    call, calls = failing(*errors)

    with pytest.raises(IntuitUnavailable) as last:
        Retries(clock).while_unavailable(call)

    assert calls == [policies.RETRY_ATTEMPTS]
    assert last.value is errors[policies.RETRY_ATTEMPTS - 1]
    assert last.value.__cause__ is last.value.__context__ is None


def test_pauses_grow_with_some_chance_in_them(clock: wire.FakeClock) -> None:
    for _ in range(50):
        clock.slept.clear()
        call, _ = failing(*(unavailable(processed=None) for _ in range(3)))
        Retries(clock).while_unavailable(call)
        for pause, least in zip(clock.slept, (0.5, 1.0, 2.0), strict=True):
            assert least <= pause <= least + 0.25


def test_intuits_own_pause_is_kept(clock: wire.FakeClock) -> None:
    call, _ = failing(unavailable(processed=None, retry_after=7), unavailable(processed=None, retry_after=0))

    Retries(clock).while_unavailable(call)

    assert clock.slept[0] == 7
    assert 1.0 <= clock.slept[1] <= 1.25


def test_a_pause_that_would_end_too_late_is_not_begun(clock: wire.FakeClock) -> None:
    call, calls = failing(*(unavailable(processed=None, retry_after=9) for _ in range(9)))
    began = clock.now()

    with pytest.raises(IntuitUnavailable):
        Retries(clock).while_unavailable(call)

    assert clock.now() - began <= policies.RETRY_TOTAL
    assert calls == [3]


def test_time_spent_in_attempts_counts_too(clock: wire.FakeClock) -> None:
    calls = 0

    def slow() -> None:
        nonlocal calls
        calls += 1
        clock.advance(policies.RETRY_TOTAL - timedelta(seconds=1))
        raise unavailable(processed=False)

    with pytest.raises(IntuitUnavailable):
        Retries(clock).while_unavailable(slow)
    assert calls == 2
    with pytest.raises(IntuitUnavailable):
        Retries(clock).unless_processed(slow)
    assert calls == 3


def test_attempts_at_what_must_be_sent_once_begin_within_a_lease(clock: wire.FakeClock) -> None:
    began, starts = clock.now(), []

    def call() -> None:
        starts.append(clock.now() - began)
        raise unavailable(processed=False)

    with pytest.raises(IntuitUnavailable):
        Retries(clock).unless_processed(call)

    assert len(starts) == policies.RETRY_ATTEMPTS
    assert max(starts) <= retrying.ONCE_TOTAL


def test_a_clock_that_goes_back_does_not_make_attempts_endless(clock: wire.FakeClock) -> None:
    clock.on_sleep = lambda: clock.advance(timedelta(hours=-1))
    call, calls = failing(*(unavailable(processed=None) for _ in range(9)))

    with pytest.raises(IntuitUnavailable):
        Retries(clock).while_unavailable(call)

    assert calls == [policies.RETRY_ATTEMPTS]
