"""Sorting the rows of one file after another: limits first, then ids, then counted content, then what looks alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from qbapps.banks.matching import Candidate, Id, Key, agree, in_order, pair_by_content, pair_by_id
from qbapps.banks.near import pair_nearly
from qbapps.banks.present import Present
from qbapps.banks.sorts import DedupeCode, Item
from qbapps.banks.statements.rows import Row, RowStatus
from qbapps.banks.taking_back import Target, taken_back, target_of


def outside(row: Row, start: date | None, today: date | None) -> DedupeCode | None:
    """Return why *row* is not to be imported whatever is known; None when it may be."""
    if row.status is RowStatus.PENDING:
        return DedupeCode.PENDING
    if today is not None and row.date > today:
        return DedupeCode.FUTURE
    return DedupeCode.BEFORE_START if start is not None and row.date < start else None


class Sorting:
    """
    The rows sorted so far.

    Each file is compared with what is known and not recognised yet, and with the rows of earlier files: those stay to
    be recognised in each, since a file that overlaps has them all again. What the bank corrects or takes back is told
    at the end, when all files are there.
    """

    def __init__(self, known: Iterable[Candidate], *, start: date | None, today: date | None) -> None:
        self._start = start
        self._today = today
        self._there = Present(known)
        self._items: dict[int, Item] = {}
        self._withdrawn: list[Candidate] = []
        self._corrections: list[Candidate] = []

    def items(self) -> Iterator[Item]:
        """Yield what became of each row, in the order of their places. Call it once, after the last file."""
        self._take_back()
        return (self._items[place] for place in sorted(self._items))

    def add(self, batch: Sequence[Candidate]) -> None:
        """Sort the rows of one file; they are ordered."""
        rows = list(self._within(batch))
        taken: set[Candidate] = set()
        stand: list[Candidate] = []
        rows = self._by_content(self._by_id(rows, taken, stand), taken, stand)
        # What a correction corrects tells more than what it looks like, so it takes nothing away from others.
        for some in ([row for row in rows if row.corrects is None], [row for row in rows if row.corrects is not None]):
            near = dict(pair_nearly(some, self._there.left(some, taken)))
            for row in some:
                self._put_alone(row, near.get(row))
        self._corrections += [row for row in rows if row.corrects is not None]
        self._there.add([*stand, *rows])

    def _within(self, batch: Iterable[Candidate]) -> Iterator[Candidate]:
        """Yield the operations that are within the limits, and set aside what the file takes back."""
        for row in batch:
            code = outside(row.row, self._start, self._today)
            aside = row.withdrawn or row.corrects is not None
            if code is not None and not (aside and code is DedupeCode.BEFORE_START):
                self._put(row, code)
            elif row.deletes:
                self._corrections.append(row)
            elif row.withdrawn:
                self._withdrawn.append(row)
            else:
                yield row

    def _put(self, row: Candidate, code: DedupeCode, twin: Row | None = None) -> None:
        self._items[row.place] = Item(row.row, code, twin)

    def _put_alone(self, row: Candidate, near: Candidate | None) -> None:
        """Put a row that nothing is the same as."""
        if near is not None:
            self._put(row, DedupeCode.NEAR, near.row)
        else:
            self._put(row, outside(row.row, self._start, self._today) or DedupeCode.NEW)

    def _drop(self, row: Candidate, code: DedupeCode, twin: Candidate, taken: set[Candidate]) -> bool:
        """Drop *row* for *twin*, and return whether *row* now stands for it among the files."""
        taken.add(twin)
        if twin in self._there.earlier:
            self._put(row, DedupeCode.IN_ANOTHER_FILE, twin.row)
            return False
        self._there.used.add(twin)
        self._put(row, code, twin.row)
        return True

    def _by_id(self, rows: Sequence[Candidate], taken: set[Candidate], stand: list[Candidate]) -> list[Candidate]:
        """Sort the rows whose ids say what they are, and return the others in their order."""
        groups: dict[Id, list[Candidate]] = {}
        others = []
        for row in rows:
            id_ = row.id
            if id_ is None:
                others.append(row)
            else:
                groups.setdefault(id_, []).append(row)
        for id_, group in groups.items():
            others += self._with_one_id(group, self._there.with_id(id_), taken, stand)
        return in_order(others)

    def _with_one_id(
        self, group: Sequence[Candidate], there: Sequence[Candidate], taken: set[Candidate], stand: list[Candidate]
    ) -> list[Candidate]:
        """Sort rows of one file that have one id, and return the one, if any, that is the first to have it."""
        twins = dict(pair_by_id(group, [one for one in there if one not in self._there.used]))
        anchors = list(twins)
        for row, twin in twins.items():
            if self._drop(row, DedupeCode.SAME_ID, twin, taken):
                stand.append(row)
        # An earlier file may have had the known row without its id: then what both have tells it.
        first = [] if anchors else [row for row in group if not there or any(agree(one, row) for one in there)][:1]
        anchors += first
        for row in group:
            if row in twins or row in first:
                continue
            # On another day it may be another operation, and what may be lost is held.
            same = next((one for one in anchors if agree(one, row) and one.row.date == row.row.date), None)
            if same is not None:
                self._put(row, DedupeCode.REPEATED_ID, same.row)
                continue
            code = DedupeCode.CORRECTION if row.corrects == row.id else DedupeCode.ID_REUSED
            self._put(row, code, (anchors[0] if anchors else there[0]).row)
            stand.append(row)
        return first

    def _by_content(self, rows: Sequence[Candidate], taken: set[Candidate], stand: list[Candidate]) -> list[Candidate]:
        """Sort the rows whose content is there, counted, and return the others in their order."""
        groups: dict[Key, list[Candidate]] = {}
        for row in rows:
            groups.setdefault(row.key, []).append(row)
        found: set[Candidate] = set()
        for key, group in groups.items():
            for row, twin in pair_by_content(group, self._there.with_content(key, taken)):
                found.add(row)
                if self._drop(row, DedupeCode.SAME_CONTENT, twin, taken):
                    stand.append(row)
        return [row for row in rows if row not in found]

    def _take_back(self) -> None:
        """Drop what files take back, and hold what corrects or deletes a row that is there, with that row."""
        targets: dict[Id, Target] = {}
        for one in taken_back(in_order(self._withdrawn), self._there):
            self._put(one.row, DedupeCode.WITHDRAWN, None if one.twin is None else one.twin.row)
            if one.row.id is not None and (one.row.id not in targets or targets[one.row.id].twin is None):
                targets[one.row.id] = one
        deleted: dict[Id | None, Candidate] = {}
        for row in in_order(self._corrections):
            there = target_of(row, targets, self._there)
            if row.deletes and deleted.setdefault(row.corrects, row) is not row:
                self._put(row, DedupeCode.IN_ANOTHER_FILE, deleted[row.corrects].row)
            elif there:
                self._correct(row, there)
            elif row.deletes:
                original = None if row.corrects is None else targets.get(row.corrects)
                if original is None:
                    self._put(row, DedupeCode.DELETION)
                else:
                    self._put(row, DedupeCode.WITHDRAWN, original.row.row)

    def _correct(self, row: Candidate, there: Sequence[Candidate]) -> None:
        """Hold *row*, which corrects or deletes the rows that are *there*, and hold those of them that were new."""
        code = DedupeCode.DELETION if row.deletes else DedupeCode.CORRECTION
        first = there[0]
        item = self._items[first.place] if first in self._there.earlier else None
        self._put(row, code, first.row if item is None or item.twin is None else item.twin)
        for one in there:
            if one in self._there.earlier and self._items[one.place].code is DedupeCode.NEW:
                self._put(one, code, row.row)
