"""Lines of cells, which is what every kind of file is read into, and a CSV text's lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Final

import attrs

DELIMITERS: Final = (";", "\t", ",")


class Kind(StrEnum):
    """What a spreadsheet says a cell is, where that is neither text nor an ordinary number."""

    DATE = "date"
    SHORTENED = "shortened"
    """A number with more digits than a spreadsheet keeps."""

    MADE = "made"
    """A truth value or a time of day, which nobody types into an inventory."""

    ERROR = "error"
    NOT_CALCULATED = "not calculated"
    """A formula of which the file holds no result."""


@attrs.frozen(kw_only=True)
class Line:
    """
    One record of the file.

    Attributes:
        number: Line of the file it begins on; a cell in quotes may run over several.
        cells: None when its quotation marks do not match: it is then the one line alone.
        raw: The line as it stands there, where it has no cells.
        kinds: By place, the cells that are neither text nor numbers. A CSV file has none.
    """

    number: int
    cells: tuple[str, ...] | None
    raw: str = ""
    kinds: Mapping[int, Kind] = attrs.field(factory=dict)


class _From:
    """Physical lines from one on; counts how many were taken."""

    def __init__(self, physical: list[str], start: int) -> None:
        self._physical = physical
        self.next = start

    def __iter__(self) -> _From:
        return self

    def __next__(self) -> str:
        if self.next >= len(self._physical):
            raise StopIteration
        self.next += 1
        return self._physical[self.next - 1]


def lines(text: str, delimiter: str, *, width: int | None = None) -> Iterator[Line]:
    """
    Yield the records of *text* that are not blank.

    A quotation mark that is never closed would swallow the rest of the file, or the lines up to
    the next stray one. Such a line is yielded without cells, and reading goes on with the next.

    Args:
        width: How many columns there are: a cell over several lines that holds as many
            delimiters as a line does has swallowed one.
    """
    physical = list(io.StringIO(text, newline=None))
    position = 0
    while position < len(physical):
        source = _From(physical, position)
        cells = _record(source, delimiter)
        if cells is None or (width is not None and any(_swallowed(cell, delimiter, width) for cell in cells)):
            yield Line(number=position + 1, cells=None, raw=physical[position].rstrip("\n"))
            position += 1
            continue
        if any(cell.strip() for cell in cells):
            yield Line(number=position + 1, cells=cells)
        position = source.next


def _record(source: _From, delimiter: str) -> tuple[str, ...] | None:
    try:
        return tuple(next(csv.reader(source, delimiter=delimiter, strict=True)))
    except csv.Error:
        return None


def _swallowed(cell: str, delimiter: str, width: int) -> bool:
    return width > 1 and "\n" in cell and cell.count(delimiter) >= width - 1
