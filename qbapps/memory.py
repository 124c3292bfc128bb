"""Access tokens that were looked up a moment ago, kept in memory: the fast way to a fresh one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Final

from qbapps.domain.tokens import AccessToken

CAPACITY: Final = 50_000
"""Tokens kept at most; the oldest goes first. Our choice: about 50 MB."""

_SHARDS: Final = 1024


class Memory:
    """
    What ``access_token`` remembers, for a stated time; see ``ports.Memory``.

    Threads share it without a lock: each step is one operation on a dict or a list. What is done to a
    connection in this process is known here at once; what is done elsewhere, within *lasts_for*.

    Args:
        elapsed: Seconds that do not go back, as ``ports.Ports.elapsed``.
        lasts_for: How long a token is handed out without a look at the store; zero for never.
    """

    def __init__(self, elapsed: Callable[[], float], lasts_for: timedelta) -> None:
        self._elapsed = elapsed
        self._lasts_for = lasts_for.total_seconds()
        self._kept: dict[str, tuple[float, float, AccessToken]] = {}
        # Who looked before a connection was forgotten may not bring back what it saw.
        self._tickets: list[object] = [object() for _ in range(_SHARDS)]

    def recall(self, connection_id: str) -> AccessToken | None:
        """Return the token if it may still be handed out without a look at the store."""
        kept = self._kept.get(connection_id)
        if kept is not None and kept[0] <= self._elapsed() < kept[1]:
            return kept[2]
        return None

    def ticket(self, connection_id: str) -> object:
        """Return what ``remember`` wants; to be taken before the store is read."""
        return self._tickets[hash(connection_id) % _SHARDS]

    def remember(self, connection_id: str, token: AccessToken, *, ticket: object, fresh_for: timedelta) -> None:
        """Keep *token*, unless the connection has been forgotten since *ticket* was taken."""
        lasts_for = min(self._lasts_for, fresh_for.total_seconds())
        if lasts_for <= 0 or ticket is not self.ticket(connection_id):
            return
        now = self._elapsed()
        self._kept[connection_id] = (now, now + lasts_for, token)
        if ticket is not self.ticket(connection_id):
            self._kept.pop(connection_id, None)
        while len(self._kept) > CAPACITY:
            with suppress(RuntimeError, StopIteration):  # another thread was faster
                self._kept.pop(next(iter(self._kept)), None)

    def forget(self, connection_id: str) -> None:
        """Let the next call look at the store."""
        self._tickets[hash(connection_id) % _SHARDS] = object()
        self._kept.pop(connection_id, None)
