"""What rows are recognised by: those that are known, and those of files that were sorted before."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from qbapps.banks.matching import Candidate, Id, Key


class Present:
    """
    The rows that are there, by their ids and by their content.

    Attributes:
        used: Known rows that a row was dropped for; they recognise no other.
        earlier: Rows that were offered, of files before. They recognise rows of every file after.
    """

    def __init__(self, known: Iterable[Candidate]) -> None:
        self.used: set[Candidate] = set()
        self.earlier: set[Candidate] = set()
        self._ids: dict[Id, list[Candidate]] = {}
        self._keys: dict[Key, list[Candidate]] = {}
        for one in known:
            self._remember(one)

    def add(self, rows: Iterable[Candidate]) -> None:
        """Add rows that were offered."""
        for row in rows:
            self.earlier.add(row)
            self._remember(row)

    def _remember(self, one: Candidate) -> None:
        self._keys.setdefault(one.key, []).append(one)
        if (id_ := one.id) is not None:
            self._ids.setdefault(id_, []).append(one)

    def with_id(self, id_: Id) -> Sequence[Candidate]:
        """Return every row with this id, known ones first."""
        return self._ids.get(id_, ())

    def with_content(self, key: Key, taken: Collection[Candidate]) -> list[Candidate]:
        """Return the rows with this content that are left."""
        return [one for one in self._keys.get(key, ()) if one not in taken and one not in self.used]

    def left(self, rows: Iterable[Candidate], taken: Collection[Candidate]) -> Iterator[Candidate]:
        """Yield what has the amount of one of *rows* and is left."""
        wanted = {(row.key[0], row.key[3]) for row in rows}
        for key, there in self._keys.items():
            if (key[0], key[3]) in wanted:
                yield from (one for one in there if one not in taken and one not in self.used)
