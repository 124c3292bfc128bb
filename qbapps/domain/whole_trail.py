"""The whole trail: every stream checked, and compared with what is known of it from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Final

from qbapps.domain.origins import Origins
from qbapps.domain.trail import Break, Checker, End, Found, Line

STREAM_MISSING: Final = "missing: the whole stream"
END_MISSING: Final = "missing: the end of the stream was cut off"
END_MISSING_UP_TO: Final = "missing, with all up to event {last}: the end of the stream was cut off"
REWRITTEN_SINCE: Final = "rewritten since the checkpoint: it, or events before it, with hashes made anew"


class Awaited:
    """
    Events that streams are known to have, looked for as the trail goes by.

    Streams come in the order of the database, which is not everybody's: what was not met where it was awaited
    is looked up by itself, so any order is right and the usual one is fast. Nothing is held in memory.
    """

    def __init__(self, ends: Iterable[End], read_stream: Callable[[str], Iterable[Line]]) -> None:
        self._ends = iter(ends)
        self._next = next(self._ends, None)
        self._comes_later = False
        self._read_stream = read_stream
        self._met: Line | None = None
        self._last = 0

    def begin(self, stream: str) -> list[Break]:
        """Begin a stream; return what is missing before it."""
        told = []
        self._met, self._last = None, 0
        while self._next is not None and self._next.stream != stream and not self._comes_later:
            if next(iter(self._read_stream(self._next.stream)), None) is not None:
                self._comes_later = True
            else:
                told.append(_gone(self._next))
                self._advance()
        return told

    def take(self, event: Line) -> None:
        """Look at the next event of that stream."""
        self._last = max(self._last, event.sequence)
        if self._next is not None and event.sequence == self._next.sequence:
            self._met = event

    def end(self, stream: str, broken: Collection[int]) -> list[Break]:
        """End that stream, of which the events *broken* are known to be altered; return what else is wrong."""
        if self._next is None or self._next.stream != stream:
            return []
        awaited = self._next
        self._advance()
        return _compared(awaited, self._met, self._last, broken)

    def rest(self) -> list[Break]:
        """Return what is wrong with the streams that were not met in the order they were awaited in."""
        told = []
        while self._next is not None:
            awaited, met = self._next, None
            checker = Checker(awaited.stream)
            for event in self._read_stream(awaited.stream):
                checker.take(event)
                met = event if event.sequence == awaited.sequence else met
            broken = {found.sequence for found in checker.end()}
            told += _compared(awaited, met, checker.last, broken)
            self._advance()
        return told

    def _advance(self) -> None:
        self._next = next(self._ends, None)
        self._comes_later = False


def verify_all(read: Callable[[], Iterable[Line]], awaited: Sequence[Awaited] = ()) -> tuple[Break, ...]:
    """
    Check every stream, and compare it with what is *awaited*; an empty answer means that all is whole.

    Args:
        read: Gives the events stream by stream, each in order; called a second time when something is wrong,
            to find out where misplaced events belong.
    """
    found: list[Found] = []
    told: list[Break] = []
    for stream, events in groupby(read(), attrgetter("stream")):
        for one in awaited:
            told += one.begin(stream)
        checker = Checker(stream)
        for event in events:
            checker.take(event)
            for one in awaited:
                one.take(event)
        found_here = checker.end()
        found += found_here
        for one in awaited:
            told += one.end(stream, {here.sequence for here in found_here})
    for one in awaited:
        told += one.rest()
    told = list(dict.fromkeys(told))  # a stream may be awaited from two sides
    told += _origins(read, found, told)
    return tuple(sorted([*(one.told for one in found), *told], key=lambda one: (one.stream, one.sequence)))


def _origins(read: Callable[[], Iterable[Line]], found: Sequence[Found], told: Sequence[Break]) -> list[Break]:
    """Find out where misplaced events belong; return what was put in their places."""
    origins = Origins(found)
    if not origins.is_needed:
        return []
    for event in read():
        origins.see(event)
    for one in told:
        if one.what.startswith(STREAM_MISSING):
            origins.try_stream(one.stream)
    return origins.settle(found)


def _gone(awaited: End) -> Break:
    return Break(stream=awaited.stream, sequence=1, what=STREAM_MISSING)


def _compared(awaited: End, met: Line | None, last: int, broken: Collection[int]) -> list[Break]:
    while last + 1 in broken:  # there, with a number that cannot be read
        last += 1
    if not last:
        return [_gone(awaited)]
    if last < awaited.sequence:
        first = last + 1
        what = END_MISSING if first == awaited.sequence else END_MISSING_UP_TO.format(last=awaited.sequence)
        return [Break(stream=awaited.stream, sequence=first, what=what)]
    if met is not None and awaited.hash not in (None, met.hash) and awaited.sequence not in broken:
        return [Break(stream=awaited.stream, sequence=awaited.sequence, what=REWRITTEN_SINCE)]
    return []
