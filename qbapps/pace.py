"""
Keeping pace: how soon the next row of an app, or of a company, may begin.

The limits hold for all processes and hosts on one store, which keeps two numbers per name: what the
algorithm remembers, and when somebody was last told whether to begin. The algorithm is
pyrate-limiter's GCRA. A slow limit binds those who ask for a faster one too, until it has run out.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime
from typing import Final

from pyrate_limiter import GCRA, Rate

from qbapps.domain import policies
from qbapps.domain.limits import Limits
from qbapps.ports import Clock, Store

_HOUR: Final = 3_600_000
"""Milliseconds."""

_TOLERANCE: Final = round(policies.CLOCK_TOLERANCE.total_seconds() * 1000)
"""Milliseconds that the clocks of two hosts may differ by."""

_STEP_SECONDS: Final = 0.5
"""How long somebody waits at most before they look whether their row was called off."""

_ALGORITHM: Final = GCRA()


class Pace:
    """See ``ports.Pace``. Safe to share between threads."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def take(
        self, app_id: str, realm_id: str | None, limits: Limits, is_off: Callable[[], bool] = lambda: False
    ) -> bool:
        """Wait until a row of that app and company may begin, and count it; False as soon as it is called off."""
        return self._take(f"app/{app_id}", limits.per_app, is_off) and self._take(
            f"company/{app_id}/{realm_id}", limits.per_company, is_off
        )

    def _take(self, name: str, per_second: float, is_off: Callable[[], bool]) -> bool:
        if math.isinf(per_second):
            return not is_off()
        rate = rate_of(per_second)
        # Milliseconds that whoever was last here is ahead of this clock: time goes on from where they were.
        ahead = 0

        def advance(state: tuple[str, ...]) -> tuple[tuple[str, ...], float]:
            nonlocal ahead
            now = _milliseconds(self._clock.now())
            due, last = map(int, state) if state else (0, now)
            if last - now > _TOLERANCE:
                # The clock was set back: what is owed is owed from now on.
                due -= (last - now) * 1000
                ahead = 0
            else:
                ahead = max(ahead, last - now)
            now += ahead
            after, decision = _ALGORITHM.step([rate], (due,), now, 1)
            wait = 0.0 if decision.allowed else max(decision.retry_after_ms or 0, 1) / 1000
            return (str(int(after[0])), str(now)), wait

        while not is_off():
            wait = self._store.step(name, advance)
            if not wait:
                return True
            while wait > 0 and not is_off():
                self._clock.sleep(min(wait, _STEP_SECONDS))
                wait -= _STEP_SECONDS
        return False


def rate_of(per_second: float) -> Rate:
    """Return the limit as the algorithm takes it: in whole rows or whole milliseconds, whichever is finer."""
    burst = max(1, math.ceil(per_second / 10))
    if per_second < 1:
        return Rate(1, math.ceil(1000 / per_second), burst=burst)
    return Rate(math.floor(per_second * 3600), _HOUR, burst=burst)


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
