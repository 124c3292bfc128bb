"""Where events that stand in the wrong place were written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

import attrs

from qbapps.domain.events import GENESIS, Event, fingerprint
from qbapps.domain.trail import MOVED, Break, Found, Line

MOVED_FROM: Final = "moved: it was written as event {sequence} of {stream}"
COPIED: Final = "put in: a copy of event {sequence}"
COPIED_FROM: Final = "put in: a copy of event {sequence} of {stream}"
DISPLACED: Final = "put in: what was written in its place is event {sequence} of {stream} now"

MOST: Final = 10_000
"""Events looked for at most; others are called altered. Our choice: they are held in memory."""

MOST_FIRST: Final = 100
"""The same for first events, which every stream has to be tried for."""

Place = tuple[str, int]


@attrs.define
class _Orphan:
    """An event whose hash does not come out where it stands."""

    found: Found
    event: Event
    place: Place | None = None

    def fits(self, place: Place) -> bool:
        """Tell whether it was written at *place*, and note it if so."""
        if place == (self.found.stream, self.found.sequence):
            return False
        there = attrs.evolve(self.event, stream=place[0], sequence=place[1])
        if fingerprint(there) != there.hash:
            return False
        self.place = place
        return True


class Origins:
    """
    Looks for the places where altered events fit, in a second reading of the trail.

    An event names the hash of the one before it, and its own hash covers its stream and number: where the one
    before it stands, and its own hash comes out with that place, it was written there.
    """

    def __init__(self, found: Iterable[Found]) -> None:
        self._first: list[_Orphan] = []
        self._orphans: list[_Orphan] = []
        self._following: dict[str, list[_Orphan]] = defaultdict(list)
        self._places: set[Place] = set()
        self._holds: dict[Place, str] = {}
        self._stream: str | None = None
        for one in found:
            if one.event is not None and len(self._orphans) < MOST:
                place = None if one.written is None else (one.stream, one.written)
                self._look_for(_Orphan(one, one.event, place))

    @property
    def is_needed(self) -> bool:
        """Whether there is anything to look for."""
        return bool(self._orphans)

    def see(self, event: Line) -> None:
        """Look at the next event of the trail."""
        if event.stream != self._stream:
            self._stream = event.stream
            self.try_stream(event.stream)
        if (event.stream, event.sequence) in self._places:
            self._holds[event.stream, event.sequence] = event.hash
        for orphan in self._following.get(event.hash, ()):
            if orphan.place is None and orphan.fits((event.stream, event.sequence + 1)):
                self._places.add((event.stream, event.sequence + 1))

    def try_stream(self, stream: str) -> None:
        """See whether a first event was written in *stream*."""
        for orphan in self._first:
            if orphan.place is None and orphan.fits((stream, 1)):
                self._places.add((stream, 1))

    def settle(self, broken: Iterable[Found]) -> list[Break]:
        """
        Say of each event that was found where it was written.

        Returns:
            What stands in the places of those, and is not *broken* already.
        """
        self._follow_on()
        known = {(one.stream, one.sequence) for one in broken}
        told: list[Break] = []
        for orphan in self._orphans:
            if orphan.place is None:
                continue
            (stream, sequence), found = orphan.place, orphan.found
            held, is_same = self._holds.get(orphan.place), stream == found.stream
            is_copy = held == orphan.event.hash
            forms = (COPIED, COPIED_FROM) if is_copy else (MOVED, MOVED_FROM)
            found.what = forms[not is_same].format(stream=stream, sequence=sequence)
            if held is not None and not is_copy and orphan.place not in known:
                what = DISPLACED.format(sequence=found.sequence, stream=found.stream)
                told.append(Break(stream=stream, sequence=sequence, what=what))
        return told

    def _look_for(self, orphan: _Orphan) -> None:
        if orphan.place is not None:
            self._places.add(orphan.place)
        elif orphan.event.previous != GENESIS:
            self._following[orphan.event.previous].append(orphan)
        elif len(self._first) < MOST_FIRST:
            self._first.append(orphan)
        self._orphans.append(orphan)

    def _follow_on(self) -> None:
        """Find those that follow others which were moved too."""
        ready = [one for one in self._orphans if one.place is not None]
        while ready:
            before = ready.pop()
            if before.place is None:
                continue
            place = (before.place[0], before.place[1] + 1)
            following = self._following.get(before.event.hash, ())
            ready.extend(one for one in following if one.place is None and one.fits(place))
