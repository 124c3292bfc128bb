"""Single flight: of the threads that want the same thing at once, one does it and all have it."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from types import TracebackType
from typing import Generic, TypeVar, cast

from qbapps import deadlines

T = TypeVar("T")


class _Trip(Generic[T]):
    """What one leader is doing, how many wait for it, and how it ended."""

    def __init__(self) -> None:
        self.followers = 0
        self.leader = threading.get_ident()
        self.over = threading.Event()
        self.arrived = False
        self.result: T | None = None
        self.error: Exception | None = None
        self.traceback: TracebackType | None = None


class Flight:
    """
    Single flight between the threads of this process.

    Nothing is remembered: who comes after the leader has ended leads again.

    Args:
        around: Gives a context that the leader is in until nobody waits for it any more.
    """

    def __init__(self, around: Callable[[], AbstractContextManager[None]] = nullcontext) -> None:
        self._around = around
        self._lock = threading.Lock()
        self._trips: dict[str, _Trip[object]] = {}
        _flights.add(self)

    def join(self, name: str, lead: Callable[[], T]) -> T:
        """
        Run *lead*, or wait for the thread that is running it for *name* and share its outcome.

        Followers are given the same result, or the same exception. When the leader is stopped by
        something that is no answer, such as ``KeyboardInterrupt``, one of them leads instead. A
        caller with a deadline is bound by it, *lead* is not: others wait for it too.

        Raises:
            DeadlineExceeded: The caller's deadline passed; *lead* goes on.
            RuntimeError: This thread is already leading *name*: it would wait for itself.
        """
        while True:
            trip: _Trip[T]
            trip, leading = self._board(name)
            try:
                if leading and deadlines.remaining() is None:
                    with self._around():
                        return self._lead(name, lead, trip)
                if leading:
                    self._send_off(name, lead, trip)
                if not trip.over.wait(deadlines.remaining()):
                    raise deadlines.exceeded(f"waiting for {name}")
                if trip.error is not None:
                    # The traceback is put back, or it would grow with each follower.
                    raise trip.error.with_traceback(trip.traceback)
                if trip.arrived:
                    return cast("T", trip.result)
            finally:
                # An exception holds its frames, and a frame that held the trip would hold the exception.
                del trip

    def forget(self) -> None:
        """Begin anew in a forked process: its leaders are gone, and one of them may hold the lock."""
        self._lock = threading.Lock()
        self._trips = {}

    def _board(self, name: str) -> tuple[_Trip[T], bool]:
        with self._lock:
            trip = self._trips.get(name)
            if trip is None:
                trip = self._trips[name] = _Trip()
                return cast("_Trip[T]", trip), True
            if trip.leader == threading.get_ident():
                raise RuntimeError(f"this thread is already leading {name}")
            trip.followers += 1
        return cast("_Trip[T]", trip), False

    def _send_off(self, name: str, lead: Callable[[], T], trip: _Trip[T]) -> None:
        """Lead in a thread of its own, so that whoever asked for it can leave."""

        def away() -> None:
            trip.leader = threading.get_ident()
            # The trip carries an error to those who wait.
            with suppress(Exception), self._around():
                self._lead(name, lead, trip)

        trip.leader = 0
        try:
            deadlines.detached(away, f"qbapps {name}")
        except BaseException:
            self._end(name, trip)
            raise

    def _lead(self, name: str, lead: Callable[[], T], trip: _Trip[T]) -> T:
        try:
            result = lead()
        except Exception as error:
            trip.error, trip.traceback = error, error.__traceback__
            raise
        else:
            trip.result, trip.arrived = result, True
            return result
        finally:
            self._end(name, trip)
            del trip

    def _end(self, name: str, trip: _Trip[T]) -> None:
        with self._lock:
            self._trips.pop(name, None)
        trip.over.set()


_flights: weakref.WeakSet[Flight] = weakref.WeakSet()


def _forget_all() -> None:
    for flight in _flights:
        flight.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)
