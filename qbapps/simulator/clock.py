"""The simulator's own time: it moves by hand, and by itself only when asked to."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol


class HasNow(Protocol):
    """Anything that tells the time, such as the clock given to the library under test."""

    def now(self) -> datetime:
        """Tell the present instant, aware."""
        ...


def _system_now() -> datetime:
    return datetime.now(UTC)


class Clock:
    """
    A clock that can be moved forwards, backwards or to an instant.

    Args:
        source: Another clock to follow (an object with `now()`), or an instant to stand still
            at. Without it the clock follows the system's, so that tokens are also plausible to
            clients that read the system clock themselves.
    """

    def __init__(self, source: HasNow | datetime | None = None) -> None:
        self._base: Callable[[], datetime]
        if source is None:
            self._base = _system_now
        elif isinstance(source, datetime):
            instant = _aware(source)
            self._base = lambda: instant
        else:
            self._base = source.now
        self._offset = timedelta(0)

    def now(self) -> datetime:
        """Tell the simulator's present instant, aware and in UTC."""
        return _aware(self._base()) + self._offset

    def advance(self, by: timedelta) -> datetime:
        """Move the clock by *by*, which may be negative, and tell the new instant."""
        self._offset += by
        return self.now()

    def set(self, at: datetime) -> datetime:
        """Move the clock to the aware instant *at* and tell the new instant."""
        self._offset += _aware(at) - self.now()
        return self.now()


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError(f"the simulator's clock needs an aware datetime, not {at!r}")
    return at.astimezone(UTC)
