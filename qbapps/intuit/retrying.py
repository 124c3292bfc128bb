"""
What may be sent again, and why.

- An exchange or a refresh may be sent again only when it is certain that Intuit did not
  process it: a code or refresh token used twice can end the connection.
- Reads and revokes may be sent again whenever Intuit is unavailable.

Pauses grow, with some chance in them so that many callers do not come back at once, and are
never shorter than Intuit's ``Retry-After``. A pause that would end too late is not begun.

Source: Intuit, "Authorization FAQ": multiple attempts with one token may invalidate it
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final, TypeVar

import tenacity

from qbapps.domain import policies
from qbapps.errors import IntuitUnavailable
from qbapps.ports import Clock

T = TypeVar("T")

FIRST_PAUSE: Final = timedelta(milliseconds=500)
"""Pause before the second attempt; each further one is twice as long. Our choice."""

LONGEST_PAUSE: Final = timedelta(seconds=8)
"""Longest pause that Intuit did not ask for. Our choice."""

ONCE_TOTAL: Final = timedelta(seconds=5)
"""
Attempts at an exchange or a refresh begin within this.

Source: our choice; with the wait for a connection and for the discovery document it must stay
below ``policies.LEASE_SLACK``, or the lease would end before the call.
"""


class Retries:
    """
    Repeats calls to Intuit as far as that is safe.

    Args:
        clock: Where time comes from and what sleeps, so that a test need not wait.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def unless_processed(self, call: Callable[[], T]) -> T:
        """Repeat *call* while it is certain that Intuit did not process it."""
        return self._repeat(call, _is_unprocessed, ONCE_TOTAL)

    def while_unavailable(self, call: Callable[[], T]) -> T:
        """Repeat *call* while Intuit is unavailable; only for what does no harm twice."""
        return self._repeat(call, _is_unavailable, policies.RETRY_TOTAL)

    def _repeat(self, call: Callable[[], T], wanted: Callable[[BaseException], bool], total: timedelta) -> T:
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(wanted),
            wait=_pause,
            stop=tenacity.stop_after_attempt(policies.RETRY_ATTEMPTS) | _TooLate(self._clock, total),
            sleep=self._clock.sleep,
            reraise=True,
        )
        return retrying(call)


class _TooLate(tenacity.stop.stop_base):
    """Stops before a pause that would end too late; tenacity's own goes by a clock that no fake clock moves."""

    def __init__(self, clock: Clock, total: timedelta) -> None:
        self._clock = clock
        self._total = total
        self._started = clock.now()

    def __call__(self, retry_state: tenacity.RetryCallState) -> bool:
        return self._clock.now() - self._started + timedelta(seconds=retry_state.upcoming_sleep) > self._total


_BACK_OFF: Final = tenacity.wait_exponential(
    multiplier=FIRST_PAUSE.total_seconds(), max=LONGEST_PAUSE.total_seconds()
) + tenacity.wait_random(0, FIRST_PAUSE.total_seconds() / 2)


def _pause(state: tenacity.RetryCallState) -> float:
    failure = state.outcome.exception() if state.outcome else None
    asked = failure.retry_after if isinstance(failure, IntuitUnavailable) else None
    return max(_BACK_OFF(state), asked.total_seconds() if asked else 0.0)


def _is_unavailable(failure: BaseException) -> bool:
    return isinstance(failure, IntuitUnavailable) and failure.retryable


def _is_unprocessed(failure: BaseException) -> bool:
    return isinstance(failure, IntuitUnavailable) and failure.retryable and failure.processed is False
