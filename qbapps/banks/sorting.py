"""Sorting the rows of one file after another: limits first, then ids, then counted content, then what looks alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from qbapps.banks.matching import Candidate, Key, Namespace, agree, order, pair_by_content, pair_by_id
from qbapps.banks.near import pair_nearly
from qbapps.banks.sorts import DedupeCode, Item
from qbapps.banks.statements.rows import Correction, RowStatus

Id = tuple[Namespace, str]


class Sorting:
    """
    The rows sorted so far.

    Each file is compared with what is known and not recognised yet, and with the rows of earlier files: those stay to
    be recognised in each, since a file that overlaps has them all again.
    """

    def __init__(self, known: Iterable[Candidate], *, start: date | None, today: date | None) -> None:
        self._start = start
        self._today = today
        self._items: list[tuple[int, Item]] = []
        self._ids: dict[Id, list[Candidate]] = {}
        self._keys: dict[Key, list[Candidate]] = {}
        self._earlier: set[Candidate] = set()
        self._used: set[Candidate] = set()
        for one in known:
            self._remember(one)

    def items(self) -> list[Item]:
        """Return what became of each row, in the order of their places."""
        return [item for _, item in sorted(self._items, key=_place)]

    def add(self, batch: Sequence[Candidate]) -> None:
        """Sort the rows of one file; they are ordered."""
        rows = [row for row in batch if not self._is_outside(row)]
        taken: set[Candidate] = set()
        stand: list[Candidate] = []
        rows = self._by_content(self._by_id(rows, taken, stand), taken, stand)
        near = dict(pair_nearly(rows, self._left(rows, taken)))
        for row in rows:
            twin = near.get(row)
            self._put(row, DedupeCode.NEW if twin is None else DedupeCode.NEAR, twin)
            stand.append(row)
        for row in stand:
            self._earlier.add(row)
            self._remember(row)

    def _remember(self, one: Candidate) -> None:
        self._keys.setdefault(one.key, []).append(one)
        if one.namespace is not None:
            self._ids.setdefault((one.namespace, one.row.ref or ""), []).append(one)

    def _put(self, row: Candidate, code: DedupeCode, twin: Candidate | None = None) -> None:
        self._items.append((row.place, Item(row.row, code, None if twin is None else twin.row)))

    def _is_outside(self, row: Candidate) -> bool:
        if row.row.status is RowStatus.PENDING:
            self._put(row, DedupeCode.PENDING)
        elif self._today is not None and row.row.date > self._today:
            self._put(row, DedupeCode.FUTURE)
        elif self._start is not None and row.row.date < self._start:
            self._put(row, DedupeCode.BEFORE_START)
        else:
            return False
        return True

    def _drop(self, row: Candidate, code: DedupeCode, twin: Candidate, taken: set[Candidate]) -> bool:
        """Drop *row* for *twin*, and return whether *row* now stands for it among the files."""
        taken.add(twin)
        if twin in self._earlier:
            self._put(row, DedupeCode.IN_ANOTHER_FILE, twin)
            return False
        self._used.add(twin)
        self._put(row, code, twin)
        return True

    def _by_id(self, rows: Sequence[Candidate], taken: set[Candidate], stand: list[Candidate]) -> list[Candidate]:
        """Sort the rows whose ids say what they are, and return the others in their order."""
        groups: dict[Id, list[Candidate]] = {}
        others = []
        for row in rows:
            if row.namespace is None:
                others.append(row)
            else:
                groups.setdefault((row.namespace, row.row.ref or ""), []).append(row)
        for id_, group in groups.items():
            others += self._with_one_id(group, self._ids.get(id_, []), taken, stand)
        others.sort(key=order)
        return [row for row in others if not self._is_correction(row, stand)]

    def _with_one_id(
        self, group: Sequence[Candidate], there: Sequence[Candidate], taken: set[Candidate], stand: list[Candidate]
    ) -> list[Candidate]:
        """Sort rows of one file that have one id, and return the one, if any, that is the first to have it."""
        twins = dict(pair_by_id(group, [one for one in there if one not in self._used]))
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
            same = next((one for one in anchors if agree(one, row)), None)
            if same is not None:
                self._put(row, DedupeCode.REPEATED_ID, same)
            else:
                self._put(row, DedupeCode.ID_REUSED, anchors[0] if anchors else there[0])
                stand.append(row)
        return first

    def _is_correction(self, row: Candidate, stand: list[Candidate]) -> bool:
        """Hold *row* when it changes or deletes one that is there, and return whether it does."""
        if row.row.correction is None or row.namespace is None:
            return False
        there = self._ids.get((row.namespace, row.row.corrects or ""), [])
        if not there and row.row.correction is not Correction.DELETE:
            return False
        self._put(row, DedupeCode.CORRECTION, there[0] if there else None)
        stand.append(row)
        return True

    def _by_content(self, rows: Sequence[Candidate], taken: set[Candidate], stand: list[Candidate]) -> list[Candidate]:
        """Sort the rows whose content is there, counted, and return the others in their order."""
        groups: dict[Key, list[Candidate]] = {}
        for row in rows:
            groups.setdefault(row.key, []).append(row)
        found: set[Candidate] = set()
        for key, group in groups.items():
            there = [one for one in self._keys.get(key, ()) if one not in taken and one not in self._used]
            for row, twin in pair_by_content(group, there):
                found.add(row)
                if self._drop(row, DedupeCode.SAME_CONTENT, twin, taken):
                    stand.append(row)
        return [row for row in rows if row not in found]

    def _left(self, rows: Iterable[Candidate], taken: set[Candidate]) -> Iterator[Candidate]:
        """Yield what is there, has the amount of one of *rows*, and is not recognised."""
        wanted = {(row.key[0], row.key[3]) for row in rows}
        for key, there in self._keys.items():
            if (key[0], key[3]) in wanted:
                yield from (one for one in there if one not in taken and one not in self._used)


def _place(found: tuple[int, Item]) -> int:
    return found[0]
