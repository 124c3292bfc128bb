"""
Deadlines: how long a caller waits.

What the caller began goes on and is saved, for a refresh that is cut can lose a connection.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context, ContextVar, copy_context
from datetime import timedelta
from typing import TypeVar

import attrs

from qbapps.errors import ConfigurationError, DeadlineExceeded

T = TypeVar("T")


@attrs.frozen
class Deadline:
    """
    The end of the caller's patience.

    Attributes:
        at: When, in the seconds of *elapsed*.
        elapsed: Seconds that do not go back.
    """

    at: float
    elapsed: Callable[[], float]


_current: ContextVar[Deadline | None] = ContextVar("qbapps_deadline", default=None)


@contextmanager
def within(limit: timedelta, elapsed: Callable[[], float]) -> Iterator[None]:
    """Bound what is called in this context; of two deadlines the nearer one counts."""
    if not isinstance(limit, timedelta) or limit <= timedelta(0):
        raise ConfigurationError("The deadline is not a positive timedelta.", hint="Pass timedelta(seconds=2), say.")
    mine, outer = Deadline(elapsed() + limit.total_seconds(), elapsed), _current.get()
    token = _current.set(mine if outer is None or mine.at < outer.at else outer)
    try:
        yield
    finally:
        _current.reset(token)


def remaining() -> float | None:
    """Return the seconds left, zero at least; None when the caller set no deadline."""
    deadline = _current.get()
    return None if deadline is None else max(deadline.at - deadline.elapsed(), 0.0)


def unbounded_context() -> Context:
    """Return a copy of this context in which the caller's deadline bounds nothing."""
    context = copy_context()
    context.run(_current.set, None)
    return context


def exceeded(doing: str, *, connection_id: str | None = None) -> DeadlineExceeded:
    """Return the error for a caller whose patience is over."""
    return DeadlineExceeded(
        f"The deadline passed while {doing}.",
        hint="It goes on in the background and what comes of it is kept: ask again in a moment.",
        connection_id=connection_id,
    )


def cut_short(doing: str) -> DeadlineExceeded:
    """Return the error for a request of the caller's own that was given up in its midst."""
    return DeadlineExceeded(
        f"The deadline passed while {doing}.",
        hint="Whether it was carried out is not known: look before a write is repeated.",
    )


def detached(work: Callable[[], None], name: str) -> threading.Thread:
    """
    Start *work* in a thread of its own, which no deadline of the caller bounds.

    The interpreter waits for it at its end: what Intuit answers must be saved.
    """
    thread = threading.Thread(target=unbounded_context().run, args=(work,), name=name)
    thread.start()
    return thread


def bounded(call: Callable[[], T], doing: str) -> T:
    """
    Return what *call* returns, or leave it to itself when the caller's deadline passes.

    Without a deadline *call* simply runs. With one it runs in a thread of its own, so that it can
    be left.

    Raises:
        DeadlineExceeded: The deadline passed; *call* goes on.
    """
    left = remaining()
    if left is None:
        return call()
    if not left:
        raise unbegun(doing)
    result: list[T] = []
    error: list[BaseException] = []

    def work() -> None:
        try:
            result.append(call())
        except BaseException as raised:  # noqa: BLE001 - it is raised again where it is waited for
            error.append(raised)
        finally:
            over.set()

    over = threading.Event()
    detached(work, f"qbapps {doing}")
    if not over.wait(left):
        raise exceeded(doing)
    if error:
        try:
            raise error[0]
        finally:
            error.clear()
    return result[0]


def unbegun(doing: str) -> DeadlineExceeded:
    """Return the error for a caller whose patience was over before anything was done."""
    return DeadlineExceeded(f"The deadline had passed before {doing} began.", hint="Nothing was done; ask again.")
