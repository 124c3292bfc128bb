"""Lines of a table as values by name, and why some cannot be used."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from qbapps.domain.inventory import Refusal
from qbapps.language import Phrase
from qbapps.reading import cells
from qbapps.reading.headers import C
from qbapps.reading.lines import Line
from qbapps.reading.tables import Table

_SHOWN: Final = 120


def read_values(
    line: Line, table: Table[C], readers: Mapping[C, tuple[str, Callable[[str], Any]]], dated: Collection[C]
) -> dict[str, Any] | tuple[Refusal, ...]:
    """
    Return what the cells of *line* say, or why it cannot be used: one refusal for each wrong cell.

    Args:
        readers: By column, what its value is called and how a cell of it is read.

        dated: The columns of days.
    """
    header = table.header
    if line.cells is None:
        return (refuse(line.number, None, Phrase("the quotation marks of this line do not match"), line.raw),)
    wrong_count = _wrong_count(line, line.cells, table)
    if wrong_count is not None:
        return (wrong_count,)
    values: dict[str, Any] = {}
    refusals: list[Refusal] = []
    for column, place in header.places.items():
        cell = line.cells[place]
        name, read = readers[column]
        try:
            cells.check_kind(line.kinds.get(place), dated=column in dated)
            values[name] = read(cell)
        except cells.Unusable as problem:
            refusals.append(refuse(line.number, header.name(column), problem.reason, cell))
    return tuple(refusals) or values


def refuse(line: int, column: str | None, reason: str, value: str) -> Refusal:
    """Return the refusal of a cell or a line, with what it says, cut when that is long."""
    shown = value if len(value) <= _SHOWN else value[: _SHOWN - 1] + "…"
    return Refusal(line=line, column=column, reason=reason, value_shown=shown)


def _wrong_count(line: Line, found: tuple[str, ...], table: Table[C]) -> Refusal | None:
    names = table.header.names
    expected = len(names)
    if len(found) >= expected and not any(cell.strip() for cell in found[expected:]):
        return None
    reason = Phrase("this line has {found} columns instead of {expected}", found=len(found), expected=expected)
    column = names[len(found)] if len(found) < expected else None
    return refuse(line.number, column, reason, table.delimiter.join(found))
