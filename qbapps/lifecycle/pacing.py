"""Many refreshes in one run: a few at a time, at a polite pace, and an app that cannot be served left alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from datetime import timedelta
from enum import StrEnum

import attrs

from qbapps.domain import policies
from qbapps.domain.connection import Connection
from qbapps.domain.diagnosis import Cause
from qbapps.domain.signals import Reaction, Signal, Where
from qbapps.domain.states import ConnectionState
from qbapps.domain.verdicts import verdict
from qbapps.errors import IntuitError, IntuitUnavailable, QBAppsError
from qbapps.lifecycle import refresh
from qbapps.ports import Ports


class Fate(StrEnum):
    """How one connection of a run fared."""

    REFRESHED = "refreshed"
    FAILED = "failed"
    MEANWHILE = "meanwhile"
    LEFT = "left"


@attrs.frozen
class Outcome:
    """
    What came of one connection.

    Attributes:
        fate: ``meanwhile`` when somebody else refreshed it first, ``left`` when its app was given up.
        error: What went wrong, of one that failed.
    """

    connection: Connection
    fate: Fate
    error: QBAppsError | None = None


class Run:
    """
    One run over many connections; its threads share the pace, and what they learn about each app.

    Attributes:
        stopped: Apps whose other connections are left alone, and why: ``wrong_keys``, ``outage`` or
            ``throttled``.
    """

    def __init__(self, ports: Ports) -> None:
        self.stopped: dict[str, str] = {}
        self._ports = ports
        self._lock = threading.Lock()
        self._next = 0.0
        self._unanswered: dict[str, int] = {}

    def over(self, connections: Sequence[Connection]) -> Iterator[Outcome]:
        """Refresh *connections* in this order; yield what came of each, as it comes."""
        if not connections:
            return
        workers = min(policies.KEEP_ALIVE_WORKERS, len(connections))
        pool = ThreadPoolExecutor(workers, thread_name_prefix="qbapps keep alive")
        try:
            waiting: list[Future[Outcome]] = [pool.submit(self._one, connection) for connection in connections]
            for future in as_completed(waiting):
                yield future.result()
        finally:
            # What is in flight ends and is saved; what has not begun is left for the next run.
            pool.shutdown(wait=True, cancel_futures=True)

    def _one(self, connection: Connection) -> Outcome:
        for last_try in (False, True):
            self._await_turn(connection.app_id)
            if connection.app_id in self.stopped:
                return Outcome(connection, Fate.LEFT)
            if self._is_done(connection):
                return Outcome(connection, Fate.MEANWHILE)
            try:
                refresh.refresh_now(self._ports, connection.id)
            except QBAppsError as error:
                if self._may_repeat(connection.app_id, error, last_try=last_try):
                    continue
                return Outcome(connection, Fate.FAILED, error)
            self._unanswered[connection.app_id] = 0
            break
        return Outcome(connection, Fate.REFRESHED)

    def _is_done(self, seen: Connection) -> bool:
        found = self._ports.store.connection(seen.id)
        if found is None or found.state is ConnectionState.DISCONNECTED:
            return True
        return (found.grant, found.generation) != (seen.grant, seen.generation)

    def _await_turn(self, app_id: str) -> None:
        """Sleep until another refresh may begin."""
        with self._lock:
            if app_id in self.stopped:
                return
            now = self._ports.elapsed()
            begins = max(now, self._next)
            self._next = begins + policies.KEEP_ALIVE_PACE.total_seconds()
        if begins > now:
            self._ports.clock.sleep(begins - now)

    def _may_repeat(self, app_id: str, error: QBAppsError, *, last_try: bool) -> bool:
        """Learn from a failure: try once more what was not sent or was throttled, or give the app up."""
        if not isinstance(error, IntuitError):
            return False
        found = verdict(Where.TOKEN, error)
        if found.signal is Signal.NOT_SENT and error.error is None and not last_try:
            return True
        if found.signal is Signal.THROTTLED and isinstance(error, IntuitUnavailable):
            pause = error.retry_after or policies.THROTTLE_PAUSE
            if last_try or pause > policies.KEEP_ALIVE_PATIENCE:
                self.stopped.setdefault(app_id, "throttled")
                return False
            self._hold(pause)
            return True
        if found.reaction is Reaction.TELL_KEYS:
            self.stopped.setdefault(app_id, Cause.WRONG_KEYS)
        elif isinstance(error, IntuitUnavailable):
            self._count_unanswered(app_id, suspected=error.error == "invalid_grant")
        return False

    def _hold(self, pause: timedelta) -> None:
        with self._lock:
            self._next = max(self._next, self._ports.elapsed() + pause.total_seconds())

    def _count_unanswered(self, app_id: str, *, suspected: bool) -> None:
        with self._lock:
            count = self._unanswered[app_id] = self._unanswered.get(app_id, 0) + 1
            if suspected or count >= policies.KEEP_ALIVE_UNANSWERED:
                self.stopped.setdefault(app_id, Cause.OUTAGE)
