"""
Keeping pace: how soon the next row of an app, or of a company, may begin.

The limits hold for all processes and hosts on one store, which keeps what the algorithm remembers: a
time per name. The algorithm is pyrate-limiter's GCRA.
"""

from __future__ import annotations

import math
from datetime import datetime
from typing import Final

from pyrate_limiter import GCRA, Rate

from qbapps.domain.limits import Limits
from qbapps.ports import Clock, Store

_HOUR: Final = 3_600_000
"""Milliseconds; the interval in which rates are written, so that slow ones can be too."""

_ALGORITHM: Final = GCRA()


class Pace:
    """See ``ports.Pace``. Safe to share between threads."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def take(self, app_id: str, realm_id: str | None, limits: Limits) -> None:
        """Wait until a row of that app and company may begin, and count it."""
        self._take(f"app/{app_id}", limits.per_app)
        self._take(f"company/{app_id}/{realm_id}", limits.per_company)

    def _take(self, name: str, per_second: float) -> None:
        if math.isinf(per_second):
            return
        rates = [Rate(max(1, round(per_second * 3600)), _HOUR, burst=max(1, math.ceil(per_second)))]

        def advance(state: tuple[str, ...]) -> tuple[tuple[str, ...], float]:
            before = tuple(map(float, state)) if state else _ALGORITHM.initial(rates)
            after, decision = _ALGORITHM.step(rates, before, _milliseconds(self._clock.now()), 1)
            wait = (decision.retry_after_ms or 0) / 1000
            if wait > 2 / per_second + 1:
                # Nobody has to wait that long: a clock has been set back since.
                after, decision = _ALGORITHM.step(rates, _ALGORITHM.initial(rates), _milliseconds(self._clock.now()), 1)
                wait = 0.0
            return tuple(map(repr, after)), 0.0 if decision.allowed else max(wait, 0.001)

        while (wait := self._store.step(name, advance)) > 0:
            self._clock.sleep(wait)


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
