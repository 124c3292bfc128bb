"""A thread that looks into the outbox now and then, while somebody listens."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from datetime import timedelta
from typing import Final

_LAST_WORD: Final = timedelta(seconds=10)
"""How long closing waits for a listener that is being told. Our choice: as long as a web server waits to stop."""


class Watcher:
    """
    Looks every so often, in real time, in a daemon thread of its own.

    The thread keeps neither the interpreter nor the one who is to look alive.

    Args:
        look: A method; it must not raise.
        every: How long the thread waits between two looks, and before the first.
    """

    def __init__(self, look: Callable[[], None], every: timedelta) -> None:
        self._look = weakref.WeakMethod(look)
        self._every = every.total_seconds()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def is_running(self) -> bool:
        """Tell whether the thread looks; False too in a process that was forked from one where it does."""
        thread = self._thread
        return thread is not None and thread.is_alive()

    def start(self) -> None:
        """Begin to look, unless the thread does or was stopped."""
        with self._lock:
            if self.is_running() or self._stop.is_set():
                return
            arguments = self._look, self._stop, self._every
            self._thread = threading.Thread(target=_watch, args=arguments, name="qbapps listeners", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Look no more; a listener that is being told has ten seconds to end."""
        self._stop.set()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(_LAST_WORD.total_seconds())

    def after_fork(self) -> None:
        """Begin anew in a forked process: the thread is not there, and others may have held the locks."""
        self._lock = threading.Lock()
        stopped, self._stop = self._stop.is_set(), threading.Event()
        if stopped:
            self._stop.set()


def _watch(look: weakref.WeakMethod[Callable[[], None]], stop: threading.Event, every: float) -> None:
    while not stop.wait(every):
        method = look()
        if method is None:
            return
        method()
        del method
