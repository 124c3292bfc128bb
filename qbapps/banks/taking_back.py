"""What a bank takes back: which of the rows that are there it means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import attrs

from qbapps.banks.matching import Candidate, Id, pair_by_id
from qbapps.banks.near import pair_nearly
from qbapps.banks.present import Present


@attrs.frozen
class Target:
    """
    A row that its own file takes back.

    Attributes:
        twin: The row that is there for it; None when it was never imported.
    """

    row: Candidate
    twin: Candidate | None


def taken_back(rows: Sequence[Candidate], there: Present) -> Iterator[Target]:
    """
    Yield each of *rows*, which files take back, with what is there for it: by id, then what is most like it.

    They come after all rows that stand, so they are only recognised by what those leave.
    """
    twins: dict[Candidate, Candidate] = {}
    ids: dict[Id, list[Candidate]] = {}
    for row in rows:
        if row.id is not None:
            ids.setdefault(row.id, []).append(row)
    for id_, group in ids.items():
        twins.update(pair_by_id(group, [one for one in there.with_id(id_) if one not in there.used]))
    rest = [row for row in rows if row not in twins]
    twins.update(pair_nearly(rest, there.left(rest, set(twins.values()))))
    for row in rows:
        yield Target(row, twins.get(row))


def target_of(row: Candidate, targets: Mapping[Id, Target], there: Present) -> list[Candidate]:
    """
    Return what is there of the row that *row* corrects or deletes; a correction may itself correct another.

    Args:
        targets: Rows that their own files take back, by their ids.
    """
    seen: set[Id] = set()
    id_ = row.corrects
    while id_ is not None and id_ not in seen:
        seen.add(id_)
        found = [one for one in there.with_id(id_) if one is not row]
        if found:
            return found
        target = targets.get(id_)
        if target is None:
            return []
        if target.twin is not None:
            return [target.twin]
        id_ = target.row.corrects
    return []
