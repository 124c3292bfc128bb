"""Who listens to what in this process, and under which name other processes know them."""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable, Mapping
from types import MappingProxyType

from qbapps.domain.events import Event, EventKind
from qbapps.errors import ConfigurationError

Callback = Callable[[Event], object]
Place = tuple[str, EventKind]
"""A listener's name, and one kind of event that it is told of."""


class Registrations:
    """
    The callbacks of this process; safe to share between threads.

    Attributes:
        wanted: The listeners by name, in the order in which they came, and the kinds that each is told of.
        kinds: All of these kinds.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._callbacks: dict[Place, Callback] = {}
        self._note({})

    def add(self, kind: str, callback: Callback, name: str | None) -> Place:
        """
        Register *callback*, and return the place it has.

        Without a name it gets that of the function with its module, so that it is the same after a
        restart; further ones of the same name are numbered in the order in which they come.

        Raises:
            ConfigurationError: There is no such kind, *callback* cannot be called as it is, or somebody
                listens to this kind under *name* already.
        """
        wanted = _kind(kind)
        _check_callable(callback)
        if name is not None and (not isinstance(name, str) or not name.strip()):
            raise ConfigurationError("The listener's name is empty.", hint="Leave it out, or give one that stays.")
        with self._lock:
            place = (name or self._free(_name_of(callback), wanted), wanted)
            if place in self._callbacks:
                raise ConfigurationError(
                    f"Somebody listens to {wanted} as {name!r} already.",
                    hint="Give each listener a name of its own, or take the other one back first.",
                )
            self._note({**self._callbacks, place: callback})
        return place

    def remove(self, place: Place) -> None:
        """Forget a callback; nothing happens when it is forgotten already."""
        with self._lock:
            self._note({other: callback for other, callback in self._callbacks.items() if other != place})

    def callback(self, place: Place) -> Callback | None:
        """Return the callback that has *place*."""
        return self._callbacks.get(place)

    def after_fork(self) -> None:
        """Take a new lock in a forked process: a thread that is not there may hold the old one."""
        self._lock = threading.Lock()

    def _free(self, name: str, kind: EventKind) -> str:
        number, free = 1, name
        while (free, kind) in self._callbacks:
            number += 1
            free = f"{name}#{number}"
        return free

    def _note(self, callbacks: dict[Place, Callback]) -> None:
        # Whoever reads sees the old ones or the new ones, so reading needs no lock.
        wanted: dict[str, tuple[EventKind, ...]] = {}
        for name, kind in callbacks:
            wanted[name] = (*wanted.get(name, ()), kind)
        self._callbacks = callbacks
        self.wanted: Mapping[str, tuple[EventKind, ...]] = MappingProxyType(wanted)
        self.kinds = frozenset(kind for _, kind in callbacks)


def _kind(kind: str) -> EventKind:
    try:
        return EventKind(kind)
    except ValueError:
        names = ", ".join(EventKind)
        raise ConfigurationError(f"There is no event {kind!r}.", hint=f"Use one of: {names}.") from None


def _check_callable(callback: Callback) -> None:
    if not callable(callback):
        raise ConfigurationError(
            "The listener cannot be called.", hint="Give a function that takes the event, without calling it."
        )
    function = _function(callback)
    if _is_async(function) or _is_async(type(function).__call__):
        raise ConfigurationError(
            f"The listener {_name_of(callback)} is asynchronous, and nobody would await it.",
            hint="Give a plain function; from it, asyncio.run_coroutine_threadsafe hands work to your event loop.",
        )


def _is_async(function: object) -> bool:
    return inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)


def _function(callback: Callback) -> Callback:
    while isinstance(callback, functools.partial):
        callback = callback.func
    return callback


def _name_of(callback: Callback) -> str:
    function: object = _function(callback)
    if not hasattr(function, "__qualname__"):
        function = type(function)
    module, name = getattr(function, "__module__", None), getattr(function, "__qualname__", "listener")
    return f"{module}.{name}" if module else str(name)
