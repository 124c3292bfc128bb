"""What becomes of the rows that are offered: new, dropped or held, each with why."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import attrs

from qbapps.banks.statements.rows import Row


class DedupeCode(StrEnum):
    """
    Why a row is new, dropped or held.

    Dropped are ``pending``, ``future``, ``before_start``, ``repeated_id`` (twice in one file, on one day), ``same_id``,
    ``same_content``, ``in_another_file`` and ``withdrawn`` (the file that has it takes it back). Held are ``id_reused``
    (the bank's id is that of another operation), ``correction`` and ``deletion`` (the bank changes or deletes a row
    that is there, or one that is offered) and ``near``.
    """

    NEW = "new"
    PENDING = "pending"
    FUTURE = "future"
    BEFORE_START = "before_start"
    REPEATED_ID = "repeated_id"
    SAME_ID = "same_id"
    SAME_CONTENT = "same_content"
    IN_ANOTHER_FILE = "in_another_file"
    WITHDRAWN = "withdrawn"
    ID_REUSED = "id_reused"
    CORRECTION = "correction"
    DELETION = "deletion"
    NEAR = "near"


HELD: Final = frozenset({DedupeCode.ID_REUSED, DedupeCode.CORRECTION, DedupeCode.DELETION, DedupeCode.NEAR})


@attrs.frozen
class Item:
    """
    What became of one row.

    Attributes:
        twin: The row it was recognised by: one that is known, or another of those offered; None when there is none.
    """

    row: Row
    code: DedupeCode
    twin: Row | None = None


@attrs.frozen(kw_only=True)
class Dedupe:
    """
    What became of the rows, in the order in which they were offered.

    Each is in exactly one of the three.

    Attributes:
        new: To import.
        dropped: Imported already, or not to be.
        held: For a person to decide.
    """

    new: tuple[Item, ...] = ()
    dropped: tuple[Item, ...] = ()
    held: tuple[Item, ...] = ()

    @property
    def rows(self) -> tuple[Row, ...]:
        """The new rows."""
        return tuple(item.row for item in self.new)

    @property
    def offered(self) -> int:
        """How many rows there were."""
        return len(self.new) + len(self.dropped) + len(self.held)
