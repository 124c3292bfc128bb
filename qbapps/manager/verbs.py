"""
What surrounds every verb of the facade.

Whoever listens is told when it is over, not in its midst; a caller with a deadline is let go in time.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

from qbapps import deadlines

if TYPE_CHECKING:
    from qbapps.manager.room import Room

F = TypeVar("F", bound=Callable[..., Any])

_BARE: Final = "_is_bare"


def bare(method: F) -> F:
    """Mark a public method that is called as it is: it saves nothing, is too quick to be surrounded, or closes."""
    setattr(method, _BARE, True)
    return method


def surround(room: type[Room]) -> None:
    """Surround the public methods that *room* itself defines; signature and docstring stay what they are."""
    for name, method in list(vars(room).items()):
        if inspect.isfunction(method) and not name.startswith("_") and not hasattr(method, _BARE):
            setattr(room, name, _surrounded(method))


def _surrounded(method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def verb(room: Room, *args: Any, **kwargs: Any) -> Any:
        def told() -> Any:
            # The innermost thing around the method, and in its thread: what it saves is told from there.
            with room._listeners.held():  # noqa: SLF001 - every verb is a method of a room
                return method(room, *args, **kwargs)

        return deadlines.bounded(told, method.__name__)

    return verb
