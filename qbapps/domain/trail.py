"""Whether a stream of events is what was written: which event was altered, taken out, put in or moved."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import attrs

from qbapps.domain import checks
from qbapps.domain.events import GENESIS, Event, EventKind, fingerprint

ALTERED: Final = "altered"
HASH_ALTERED: Final = "altered: only its hash"
LINK_ALTERED: Final = "altered: only the hash of the event before it"
KIND_ALTERED: Final = "altered: only its kind, which was {kind}"
REWRITTEN: Final = "rewritten with a hash made anew: event {following} followed another one"
PREDECESSOR: Final = "rewritten with a hash made anew: it follows an event although it is the first"
UNREADABLE: Final = "altered: it cannot be read"
MISSING: Final = "missing"
MISSING_UP_TO: Final = "missing, with all up to event {last}"
TWICE: Final = "there a second time"
OUT_OF_ORDER: Final = "out of order: it stands after event {before}"
MOVED: Final = "moved: it was written as event {sequence}"
NEVER_WRITTEN: Final = "put in: the first event of a stream is number 1"


NEAR: Final = 50
"""How many numbers up and down an event that does not fit is tried for. Our choice: each costs a hash."""

SEARCHES: Final = 100
"""How often that is done in one stream; those who renumbered more moved them by the same step. Our choice."""


@attrs.frozen(kw_only=True)
class Break:
    """
    A place where a stream of events is not what was written.

    Attributes:
        sequence: The event that is altered, missing or in the wrong place; the first one where several in a row are.
        what: What is wrong with it, in English.
    """

    stream: str
    sequence: int
    what: str


@attrs.frozen(kw_only=True)
class Unreadable:
    """
    What stands in the place of an event and is none, with what can be read of it.

    Attributes:
        stream: How it can be shown where it is not *is_named*.
        sequence: 0 where it is not *is_numbered*.
        is_named: Whether its stream can be read.
        is_numbered: Whether its number can be read.
    """

    stream: str
    sequence: int
    previous: str = ""
    hash: str = ""
    is_named: bool = True
    is_numbered: bool = True


Line = Event | Unreadable


@attrs.frozen(kw_only=True)
class End:
    """
    An event that a stream is known to have.

    Attributes:
        hash: None where only its being there is known.
    """

    stream: str
    sequence: int
    hash: str | None = None


@attrs.frozen(kw_only=True)
class Checkpoint:
    """
    What a trail of events had come to.

    Attributes:
        streams: How many streams there were.
        events: How many events they had together.
        digest: SHA-256 over the last event of each.
        breaks: Where it was not whole already then.
    """

    made_at: datetime = attrs.field(validator=checks.aware)
    streams: int
    events: int
    digest: str
    breaks: tuple[Break, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether nothing was wrong with the trail itself."""
        return not self.breaks


@attrs.define(kw_only=True)
class Found:
    """
    A break, and the event there if it may be one that was written elsewhere.

    Attributes:
        written: As which event of the stream it was written, where that is known already.
    """

    stream: str
    sequence: int
    what: str
    event: Event | None = None
    written: int | None = None

    @property
    def told(self) -> Break:
        """The break alone."""
        return Break(stream=self.stream, sequence=self.sequence, what=self.what)


@attrs.define
class _Line:
    """An event as it was met: the hash that it carries and the one that it should."""

    event: Line
    own: str
    found: Found | None = None

    @property
    def is_sound(self) -> bool:
        return isinstance(self.event, Event) and self.event.hash == self.own


class Checker:
    """
    Looks at the events of one stream as they come.

    A chain shows from the inside what is wrong before its last event. That its end was cut off, or that all
    was written anew from some event on, only what was kept elsewhere can show: see ``Checkpoint``.
    """

    def __init__(self, stream: str) -> None:
        self.stream = stream
        self.last = 0
        self._before: _Line | None = None
        self._gaps: list[tuple[int, int]] = []
        self._unnumbered = 0
        self._found: list[Found] = []
        self._step = 0
        self._searches = 0

    def take(self, event: Line) -> None:
        """Look at the next event."""
        if isinstance(event, Unreadable) and not event.is_numbered:
            self._unnumbered += 1
            return
        if isinstance(event, Unreadable) and not event.is_named:
            self._tell(event.sequence, UNREADABLE)
            return
        if event.sequence <= self.last or event.sequence < 1:
            self._misplaced(event)
            return
        if event.sequence > self.last + 1:
            self._gaps.append((self.last + 1, event.sequence - 1))
            self._before = None
        self._before = self._in_place(event)
        self.last = event.sequence

    def end(self) -> list[Found]:
        """
        Return what was found, in order of sequence.

        An event whose number cannot be read counts as the first one that is missing, or as the next one.
        """
        for _ in range(self._unnumbered):
            self._tell(self._vacant(), UNREADABLE)
        for first, last in self._gaps:
            self._tell(first, MISSING if first == last else MISSING_UP_TO.format(last=last))
        return sorted(self._found, key=lambda found: found.sequence)

    def _vacant(self) -> int:
        """Take the first number that no event has."""
        if not self._gaps:
            self.last += 1
            return self.last
        first, last = self._gaps.pop(0)
        if first < last:
            self._gaps.insert(0, (first + 1, last))
        return first

    def _in_place(self, event: Line) -> _Line:
        line = _Line(event, "" if isinstance(event, Unreadable) else fingerprint(event))
        if isinstance(event, Unreadable):
            line.found = self._tell(event.sequence, UNREADABLE)
        elif line.is_sound:
            self._follows(event)
        else:
            line.found = self._tell(event.sequence, ALTERED, event)
            self._narrow(event, line.found)
        return line

    def _follows(self, event: Event) -> None:
        """Compare what a sound event says of the one before it with that one."""
        before = self._before
        if before is None:
            if event.sequence == 1 and event.previous != GENESIS:
                self._tell(1, PREDECESSOR)
        elif event.previous == before.event.hash:
            return
        elif before.found is None:
            before.found = self._tell(before.event.sequence, REWRITTEN.format(following=event.sequence))
        elif event.previous == before.own:
            before.found.what, before.found.event = HASH_ALTERED, None

    def _narrow(self, event: Event, found: Found) -> None:
        """Say what of an event was altered where trying shows it."""
        previous = GENESIS if event.sequence == 1 else self._before.event.hash if self._before else event.previous
        if _becomes_sound(attrs.evolve(event, previous=previous)):
            found.what, found.event = LINK_ALTERED, None
            return
        for kind in EventKind:
            if _becomes_sound(attrs.evolve(event, kind=kind)):
                found.what, found.event = KIND_ALTERED.format(kind=kind), None
                return
        found.written = self._written_as(event)
        if found.written is not None:
            found.what = MOVED.format(sequence=found.written)

    def _written_as(self, event: Event) -> int | None:
        """Return the number under which the hash of an event comes out, if it is near."""
        steps = [self._step] if self._step else []
        if self._searches < SEARCHES:
            self._searches += 1
            steps += [step for far in range(1, NEAR + 1) for step in (far, -far)]
        for step in steps:
            number = event.sequence + step
            if number > 0 and _becomes_sound(attrs.evolve(event, sequence=number)):
                self._step = step
                return number
        return None

    def _misplaced(self, event: Line) -> None:
        for place, (first, last) in enumerate(self._gaps):
            if first <= event.sequence <= last:
                halves = [(first, event.sequence - 1), (event.sequence + 1, last)]
                self._gaps[place : place + 1] = [half for half in halves if half[0] <= half[1]]
                self._tell(event.sequence, OUT_OF_ORDER.format(before=self.last))
                return
        self._tell(event.sequence, NEVER_WRITTEN if event.sequence < 1 else TWICE)

    def _tell(self, sequence: int, what: str, event: Event | None = None) -> Found:
        found = Found(stream=self.stream, sequence=sequence, what=what, event=event)
        self._found.append(found)
        return found


def verify(events: Iterable[Line]) -> tuple[Break, ...]:
    """Check one stream, given in order; an empty answer means that it is whole as far as a chain can show."""
    checker: Checker | None = None
    for event in events:
        if checker is None:
            checker = Checker(event.stream)
        checker.take(event)
    return () if checker is None else tuple(found.told for found in checker.end())


def _becomes_sound(event: Event) -> bool:
    return fingerprint(event) == event.hash
