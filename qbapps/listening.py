"""Telling the program's own callbacks what has happened."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from qbapps.domain.events import Event, EventKind
from qbapps.errors import ConfigurationError

_log = logging.getLogger(__name__)


class Listeners:
    """Callbacks by kind of event; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_kind: dict[EventKind, tuple[Callable[[Event], object], ...]] = {}

    def add(self, kind: str, callback: Callable[[Event], object]) -> None:
        """
        Call *callback* with each event of *kind* that this process saves from now on.

        Raises:
            ConfigurationError: There is no such kind.
        """
        try:
            wanted = EventKind(kind)
        except ValueError:
            names = ", ".join(EventKind)
            raise ConfigurationError(f"There is no event {kind!r}.", hint=f"Use one of: {names}.") from None
        with self._lock:
            self._by_kind[wanted] = (*self._by_kind.get(wanted, ()), callback)

    def announce(self, event: Event) -> None:
        """Call the callbacks for *event*; one that fails is logged and stops nobody."""
        for callback in self._by_kind.get(event.kind, ()):
            try:
                callback(event)
            except Exception:  # noqa: BLE001 - the event is saved already; a listener cannot undo it
                _log.exception("A listener failed.", extra={"kind": event.kind, "stream": event.stream})
