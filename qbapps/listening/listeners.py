"""Listeners: the program's callbacks, told of events when nothing of ours is under way in the thread."""

from __future__ import annotations

import logging
import os
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from itertools import islice
from typing import Final

from qbapps.domain.events import Event
from qbapps.errors import QBAppsError
from qbapps.listening.registrations import Callback, Registrations
from qbapps.listening.telling import Outbox, Teller
from qbapps.listening.watching import Watcher
from qbapps.ports import Clock

_log = logging.getLogger(__name__)

LOOK_EVERY: Final = timedelta(seconds=5)
"""How often the outbox is looked into for what others saved. Our choice: one small query each time."""

_KEEP_UP_EVERY: Final = timedelta(hours=1)
"""How often a process says that it still listens. Our choice: much less than ``deliveries.KEPT_FOR``."""

_TOGETHER: Final = 100
"""Streams that are asked for in one query."""


class _Here(threading.local):
    """
    What this thread is about.

    Attributes:
        depth: How many verbs, one inside the other, are under way.
        telling: Whether a callback is being told: what it does is told when it has returned.
        streams: Where it has saved something that somebody listens to.
        joined: Whether a listener has just come, who may have missed something.
    """

    def __init__(self) -> None:
        self.depth = 0
        self.telling = False
        self.streams: dict[str, None] = {}
        self.joined = False


class Listeners:
    """
    The callbacks of this process; safe to share between threads.

    What this process saves is told by the thread that saved it, once the last of its verbs has ended.
    What others saved, what a crash left and what a callback failed at is told by a thread that looks
    into the outbox every so often; where there is none, at the end of verbs.

    Args:
        elapsed: Seconds that do not go back.
        watch_every: How often the thread looks; None for no thread. It is not started before somebody listens.
    """

    def __init__(
        self,
        outbox: Outbox,
        clock: Clock,
        elapsed: Callable[[], float],
        *,
        watch_every: timedelta | None = LOOK_EVERY,
    ) -> None:
        self._elapsed = elapsed
        self._registrations = Registrations()
        self._teller = Teller(outbox, clock, self._registrations)
        self._watcher = None if watch_every is None else Watcher(self._watch, watch_every)
        self._here = _Here()
        self._look_at = self._keep_up_at = 0.0
        _all.add(self)

    def add(self, kind: str, callback: Callback, *, name: str | None = None) -> Callable[[], None]:
        """
        Tell *callback* of each event of *kind* from now on, and of what it has missed under its name.

        Returns:
            What takes it back in this process. What is saved under its name meanwhile waits for who has it next.

        Raises:
            ConfigurationError: There is no such kind, or *callback* or *name* cannot be used.
            StoreError: It cannot be noted; nobody listens.
        """
        with self.held():
            place = self._registrations.add(kind, callback, name)
            try:
                self._teller.keep_up()
            except BaseException:
                self._registrations.remove(place)
                raise
            self._here.joined = True
        return lambda: self._registrations.remove(place)

    def announce(self, event: Event) -> None:
        """Note that *event* is saved; it is told when this thread is outside every verb, which may be now."""
        if event.kind not in self._registrations.kinds:
            return
        self._here.streams[event.stream] = None
        self._tell_if_outside()

    def held(self) -> AbstractContextManager[None]:
        """Return a context inside which nobody is told; on the way out of the outermost one they are."""
        return _Held(self)

    def deliver(self) -> int:
        """
        Tell what is waiting and due; return how many callbacks have returned.

        Raises:
            StoreError: The outbox cannot be read or written. What was told may be told again.
        """
        if self._here.telling:
            return 0
        self._here.telling = True
        try:
            return self._teller.tell(at_once=True)
        finally:
            self._here.telling = False

    def close(self) -> None:
        """End the thread that looks."""
        if self._watcher is not None:
            self._watcher.stop()

    def after_fork(self) -> None:
        """Begin anew in a forked process."""
        self._registrations.after_fork()
        if self._watcher is not None:
            self._watcher.after_fork()

    def enter(self) -> None:
        """Begin to hold back, in this thread; see ``held``."""
        if not self._here.depth and self._registrations.wanted:
            self._keep_up()
        self._here.depth += 1

    def leave(self, *, is_stopped: bool) -> None:
        """End what ``enter`` began; when the thread is being stopped, nobody is told now."""
        self._here.depth -= 1
        if not is_stopped:
            self._tell_if_outside()

    def _tell_if_outside(self) -> None:
        here = self._here
        if self._registrations.wanted and not here.depth and not here.telling and (self._is_due() or here.streams):
            self._tell()

    def _is_due(self) -> bool:
        """Tell whether this thread should look for what others left."""
        if self._watcher is None:
            return self._here.joined or self._elapsed() >= self._look_at
        if not self._watcher.is_running():
            self._watcher.start()
        return self._here.joined

    def _tell(self) -> None:
        here = self._here
        with self._telling():
            self._tell_own()
            if self._is_due():
                self._look_at = self._elapsed() + LOOK_EVERY.total_seconds()
                self._teller.tell(at_once=here.joined, one_page=True)
                here.joined = False
                self._tell_own()

    def _tell_own(self) -> None:
        streams = self._here.streams
        while streams:
            some = tuple(islice(streams, _TOGETHER))
            for stream in some:
                del streams[stream]
            self._teller.tell(streams=some, at_once=True)

    def _watch(self) -> None:
        """Look, in the watcher's thread."""
        if self._registrations.wanted:
            self._keep_up()
            with self._telling():
                self._teller.tell()
                self._tell_own()

    @contextmanager
    def _telling(self) -> Iterator[None]:
        self._here.telling = True
        try:
            yield
        except QBAppsError as error:
            # What was asked for is done; what is not told now is still in the outbox.
            _log.warning("Listeners could not be told yet.", extra={"error": error.code, "reason": error.message})
        finally:
            self._here.telling = False

    def _keep_up(self) -> None:
        now = self._elapsed()
        if now < self._keep_up_at:
            return
        self._keep_up_at = now + _KEEP_UP_EVERY.total_seconds()
        try:
            self._teller.keep_up()
        except QBAppsError as error:
            self._keep_up_at = now + LOOK_EVERY.total_seconds()
            _log.warning("Listeners could not be noted.", extra={"error": error.code, "reason": error.message})


class _Held:
    """The context that ``Listeners.held`` returns. Made anew each time: a cycle would keep the watcher at work."""

    __slots__ = ("_listeners",)

    def __init__(self, listeners: Listeners) -> None:
        self._listeners = listeners

    def __enter__(self) -> None:
        self._listeners.enter()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._listeners.leave(is_stopped=kind is not None and not issubclass(kind, Exception))


_all: weakref.WeakSet[Listeners] = weakref.WeakSet()


def _after_fork() -> None:
    for listeners in _all:
        listeners.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
