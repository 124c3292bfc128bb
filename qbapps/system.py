"""The clock and randomness of the machine; nothing else reads them."""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Final

from qbapps.ports import Clock
from qbapps.values import Secret

_RANDOM_BITS: Final = 64
_STEP_BITS: Final = 40


def _steady() -> Callable[[], float]:
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic if boot is None else partial(time.clock_gettime, boot)


steady_seconds: Final = _steady()
"""Seconds since the machine started, the same for all its processes; with those it slept, where the system tells."""


class SystemClock:
    """
    The machine's clock; see ``ports.Clock``.

    When somebody sets the machine's clock back, this one goes on as if nobody had: a token must not
    look younger than it is. Set forward, it follows.
    """

    def __init__(self) -> None:
        self._ahead = time.time() - steady_seconds()

    def now(self) -> datetime:
        """Return the present, aware, in UTC."""
        shown, steady = time.time(), steady_seconds()
        self._ahead = max(self._ahead, shown - steady)
        return datetime.fromtimestamp(steady + self._ahead, UTC)

    def sleep(self, seconds: float) -> None:
        """Wait; not at all when *seconds* is not positive."""
        if seconds > 0:
            time.sleep(seconds)


class SystemRandomness:
    """The machine's randomness; see ``ports.Randomness``. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def new_id(self, prefix: str) -> str:
        """
        Return *prefix* followed by 27 hexadecimal digits: 11 of time in milliseconds, 16 of chance.

        Within a process a later id sorts after an earlier one, even within one millisecond and
        when the clock goes back.

        Args:
            prefix: With its underscore, such as ``con_``.
        """
        with self._lock:
            value = (time.time_ns() // 1_000_000 << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS)
            if value <= self._last:
                value = self._last + 1 + secrets.randbits(_STEP_BITS)
            self._last = value
        return f"{prefix}{value:027x}"

    def new_state(self) -> Secret:
        """Return a one-time state that nobody can guess: 256 bits."""
        return Secret(secrets.token_urlsafe(32))


def elapsed_by(clock: Clock) -> Callable[[], float]:
    """
    Return what counts seconds that do not go back when somebody sets the clock.

    On the machine's own clock all processes of a host count alike, from its start. Another clock, such
    as a test's, is counted as it goes.
    """
    if isinstance(clock, SystemClock):
        return steady_seconds
    return lambda: clock.now().timestamp()


def holder_name() -> str:
    """Return a name for this process that no other has: host, process id and chance."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
