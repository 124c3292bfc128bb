"""The clock and randomness of the machine; nothing else reads them."""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from datetime import UTC, datetime
from typing import Final

from qbapps.values import Secret

_RANDOM_BITS: Final = 64
_STEP_BITS: Final = 40


class SystemClock:
    """The machine's clock; see ``ports.Clock``."""

    def now(self) -> datetime:
        """Return the present, aware, in UTC."""
        return datetime.now(UTC)

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


def holder_name() -> str:
    """Return a name for this process that no other has: host, process id and chance."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
