"""Ends an HTTP exchange that takes too long as a whole: each wait may be short, and their sum long."""

from __future__ import annotations

import heapq
import os
import socket
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from typing import Any, Final

TICK: Final = 0.1
"""Seconds between two looks, and so how late an exchange may be ended. Our choice."""


class Watch:
    """One exchange: its socket once there is one, and whether its time was over."""

    __slots__ = ("barked", "over", "socket")

    def __init__(self) -> None:
        self.socket: Any = None
        self.over = False
        self.barked = False

    def bark(self) -> None:
        """End the exchange: whoever waits for more of the answer finds the connection closed."""
        if self.over or self.socket is None:
            return
        self.barked = True
        with suppress(OSError):
            # Of the plain socket below TLS: the TLS layer belongs to the thread that is reading.
            socket.socket.shutdown(self.socket, socket.SHUT_RDWR)


class Watchdog:
    """
    Watches all exchanges of a process from one thread, which runs only while there are any.

    A server that sends a byte now and then keeps each wait short; the lease of the refresh would end
    long before its answer does.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._watched: list[tuple[float, int, Watch]] = []
        self._numbers = count()
        self._runs = False
        self._here = threading.local()
        _watchdogs.add(self)

    @contextmanager
    def watching(self, seconds: float) -> Iterator[Watch]:
        """End what this thread exchanges within the block when it takes longer than *seconds*."""
        watch = Watch()
        with self._changed:
            heapq.heappush(self._watched, (time.monotonic() + seconds, next(self._numbers), watch))
            if not self._runs:
                threading.Thread(target=self._run, name="qbapps watchdog", daemon=True).start()
                self._runs = True
        self._here.watch = watch
        try:
            yield watch
        finally:
            watch.over = True
            self._here.watch = None

    def met(self, connected: Any) -> None:
        """Note the socket that this thread's exchange goes over."""
        watch = getattr(self._here, "watch", None)
        if watch is not None:
            watch.socket = connected

    def forget(self) -> None:
        """Begin anew in a forked process: the thread is not there, and it may hold the lock."""
        self._changed = threading.Condition()
        self._watched = []
        self._runs = False

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            now = time.monotonic()
            with self._changed:
                while self._watched and (self._watched[0][0] <= now or self._watched[0][2].over):
                    late = heapq.heappop(self._watched)[2]
                    if late.socket is None and not late.over:
                        # Still connecting, which has limits of its own: look again.
                        heapq.heappush(self._watched, (now + TICK, next(self._numbers), late))
                        break
                    late.bark()
                if not self._watched:
                    self._runs = False
                    return
            pause.wait(TICK)


_watchdogs: weakref.WeakSet[Watchdog] = weakref.WeakSet()


def _forget_all() -> None:
    for watchdog in _watchdogs:
        watchdog.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)

WATCHDOG: Final = Watchdog()
"""The one of this process."""
