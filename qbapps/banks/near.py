"""Which rows may be the same operation although something differs: the same amount, days apart, their texts alike."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Final, TypeVar

import attrs

from qbapps.banks.matching import Candidate, Pair, are_apart

NEAR_WITHIN: Final = 4
"""Days between two rows that may be one. Source: GnuCash's importer counts up to four days as near"""

ALIKE: Final = 0.6
"""How alike the texts of two rows are that may be one, from 0 to 1. Our choice."""

_VERY_MUCH: Final = 0.85
"""How alike texts are that are paired before others. Our choice."""

_HOPELESS: Final = 0.35
"""Pairs of letters in common below which texts are not compared letter by letter."""

_COMPARED: Final = 60
"""Rows of one amount and day that a row is compared with: those beside it in the order of their texts. Our choice,
for its time."""

_SHOWN: Final = 200
"""Letters of a text that are compared."""


def pair_nearly(rows: Sequence[Candidate], known: Iterable[Candidate]) -> list[Pair]:
    """
    Return which of *rows* may be which of *known*: both as :func:`~qbapps.banks.matching.in_order` orders them.

    Equal texts are paired first, then those that are very much alike, then the others; of each the nearest days, and
    each known row once. A row without a text may be any. Where more than 60 known rows have one amount and one day, a
    row is compared with those whose texts begin most like its own.

    A row that is left may be a known row that another was paired with, unless that other is both nearer to it and
    more like it: then it is paired with it too, for a person to choose. Rows with one text are counted instead.
    """
    near = _Near(known)
    waiting, pairs = [row for row in rows if near.reaches(row)], []
    for alike in (1.0, _VERY_MUCH, ALIKE):
        for days in range(NEAR_WITHIN + 1):
            still = []
            for row in waiting:
                twin = near.take(row, days, alike)
                if twin is None:
                    still.append(row)
                else:
                    pairs.append((row, twin))
            waiting = still
    rivals = [(row, twin) for row in waiting if (twin := near.rival(row)) is not None] if pairs else []
    return [*pairs, *rivals]


@attrs.frozen
class _Taken:
    """A known row that a row was paired with, and how alike their texts are."""

    known: Candidate
    row: Candidate
    likeness: float

    @property
    def days(self) -> int:
        """How far apart the two are."""
        return _days(self.known, self.row)


class _Near:
    """Known rows by account, amount and day, and how alike their texts are to another."""

    def __init__(self, known: Iterable[Candidate]) -> None:
        self._there: dict[tuple[str | None, Decimal, date], list[Candidate]] = {}
        self._numbers: dict[str, int] = {}
        self._letters: dict[str, tuple[int, int]] = {}
        self._taken: dict[tuple[str | None, Decimal, date], list[_Taken]] = {}
        self._amounts: set[tuple[str | None, Decimal]] = set()
        for one in known:
            self._there.setdefault((one.key[0], one.key[3], one.key[2]), []).append(one)
            self._amounts.add((one.key[0], one.key[3]))
        for there in self._there.values():
            there.sort(key=_text)

    def reaches(self, row: Candidate) -> bool:
        """Return whether anything is near enough to *row* to be compared with it."""
        return (row.key[0], row.key[3]) in self._amounts and any(
            True for days in range(NEAR_WITHIN + 1) for _ in _beside(self._there, row, days)
        )

    def take(self, row: Candidate, days: int, alike: float) -> Candidate | None:
        """Return the most alike of the rows *days* before or after *row*, which is then taken; None without any."""
        best: tuple[float, int, list[Candidate]] | None = None
        for there in _beside(self._there, row, days):
            found = self._equal(row, there) if alike == 1 else self._most_alike(row, there, alike)
            if found is not None and (best is None or found[0] > best[0]):
                best = (*found, there)
        if best is None:
            return None
        twin = best[2].pop(best[1])
        self._taken.setdefault((twin.key[0], twin.key[3], twin.key[2]), []).append(_Taken(twin, row, best[0]))
        return twin

    def rival(self, row: Candidate) -> Candidate | None:
        """Return the most alike of the rows that are taken, and that *row* may be as well; None without any."""
        best: tuple[float, Candidate] | None = None
        for days in range(NEAR_WITHIN + 1):
            for taken in _beside(self._taken, row, days):
                for one in taken[:_COMPARED]:
                    likeness = 0.0 if one.row.text == row.text else self._exactly(row, one.known)
                    if likeness < ALIKE or (likeness < one.likeness and days > one.days):
                        continue
                    if best is None or likeness > best[0]:
                        best = (likeness, one.known)
        return None if best is None else best[1]

    def _exactly(self, row: Candidate, known: Candidate) -> float:
        """Return how alike two texts are; 0 where they are hopeless, or the rows are two operations."""
        if are_apart(row, known):
            return 0.0
        likeness = self._likeness(row.text, known.text)
        if _HOPELESS <= likeness < ALIKE:
            return max(likeness, by_letters(row.text, known.text))
        return likeness

    @staticmethod
    def _equal(row: Candidate, there: list[Candidate]) -> tuple[float, int] | None:
        places = range(bisect_left(there, row.text, key=_text), bisect_right(there, row.text, key=_text))
        return next(((1.0, place) for place in places if not are_apart(row, there[place])), None)

    def _most_alike(self, row: Candidate, there: list[Candidate], alike: float) -> tuple[float, int] | None:
        middle = bisect_left(there, row.text, key=_text)
        first = max(0, min(middle - _COMPARED // 2, len(there) - _COMPARED))
        best: tuple[float, int] | None = None
        for place in range(first, min(first + _COMPARED, len(there))):
            if are_apart(row, there[place]):
                continue
            likeness = self._likeness(row.text, there[place].text)
            if best is None or likeness > best[0]:
                best = (likeness, place)
        if best is None or best[0] < _HOPELESS:
            return None
        likeness = max(best[0], by_letters(row.text, there[best[1]].text)) if best[0] < alike else best[0]
        return None if likeness < alike else (likeness, best[1])

    def _likeness(self, one: str, other: str) -> float:
        """Return how many pairs of letters two texts share, from 0 to 1; their order does not count."""
        if one == other:
            return 1.0
        if not one or not other:
            return ALIKE
        bits, count = self._pairs(one)
        others, more = self._pairs(other)
        return 2 * (bits & others).bit_count() / (count + more)

    def _pairs(self, text: str) -> tuple[int, int]:
        found = self._letters.get(text)
        if found is None:
            bits = 0
            for pair in {one + other for one, other in pairwise(f" {text[:_SHOWN]}")}:
                bits |= 1 << self._numbers.setdefault(pair, len(self._numbers))
            found = self._letters[text] = (bits, bits.bit_count())
        return found


def by_letters(one: str, other: str) -> float:
    """Return how alike two texts are in the order of their letters, from 0 to 1; whichever comes first."""
    one, other = sorted((one[:_SHOWN], other[:_SHOWN]))
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


_T = TypeVar("_T")


def _beside(
    there: Mapping[tuple[str | None, Decimal, date], list[_T]], row: Candidate, days: int
) -> Iterator[list[_T]]:
    """Yield what has the account and amount of *row*, *days* before it or after."""
    account, _, day, amount, _ = row.key
    for shift in (days, -days) if days else (0,):
        try:
            found = there.get((account, amount, day + timedelta(days=shift)))
        except OverflowError:
            continue
        if found:
            yield found


def _days(one: Candidate, other: Candidate) -> int:
    return abs((one.key[2] - other.key[2]).days)


def _text(one: Candidate) -> str:
    return one.text
