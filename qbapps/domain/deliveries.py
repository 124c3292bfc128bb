"""Deliveries: an event that somebody is still to be told of, and how patiently that is tried."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import attrs

from qbapps.domain.events import Event

HEAD_START: Final = timedelta(seconds=30)
"""
How long an event is left to the process that saved it, which tells its own listeners when its verb ends.

Our choice: a verb that waits for Intuit rarely takes longer. After a crash, others take over that much later.
"""

CLAIM_LASTS: Final = timedelta(minutes=5)
"""
How long a listener may take before another process may be given the same event.

Our choice: longer than any e-mail or HTTP call, and than the clocks of two hosts differ.
"""

FIRST_PAUSE: Final = timedelta(seconds=10)
"""How long a listener that failed is left alone; each further failure doubles it. Our choice."""

LONGEST_PAUSE: Final = timedelta(hours=1)
"""The pause grows no further: what a listener needs may be down overnight. Our choice."""

KEPT_FOR: Final = timedelta(days=30)
"""
An event that nobody could be told of for this long is dropped, and so is a listener that no process had. Our choice.
"""

PLAUSIBLE: Final = 2 * LONGEST_PAUSE
"""A delivery that is put off further than this was put off by a clock that has gone back since, and is due."""


@attrs.frozen(kw_only=True)
class Delivery:
    """
    One event that one listener is to be told of.

    Attributes:
        listener: Its name, the same in all processes that run it.
        attempts: How often it has been tried.
    """

    listener: str
    event: Event
    attempts: int = 0


def pause_after(attempts: int) -> timedelta:
    """Return how long a listener is left alone that has failed *attempts* times, from 1."""
    pause = FIRST_PAUSE
    for _ in range(attempts - 1):
        if pause >= LONGEST_PAUSE:
            break
        pause *= 2
    return min(pause, LONGEST_PAUSE)
