"""A CSV file's lines: where the headers stand, what stands above them and below."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from typing import Final

import attrs

from qbapps.banks.statements.csv_headers import Header, check_header, read_header
from qbapps.banks.statements.problems import Unreadable, short
from qbapps.banks.statements.texts import MOST_ROWS

DELIMITERS: Final = (";", "\t", ",", "|")
LOOKED_AT: Final = 40
"""Lines that are not blank among which the headers are looked for: banks write titles above them."""

_MOST_LINES: Final = 20
"""Lines that one cell in quotes may run over. What is longer is a quotation mark that nobody closed."""

_LONGEST_TITLE: Final = 10_000

_HINT: Final = (
    "Expected is a line of headers such as Date;Libellé;Débit;Crédit or Date,Description,Amount, in French or English; "
    "add it if the bank leaves it out."
)


@attrs.frozen
class Line:
    """
    A record below the headers.

    Attributes:
        number: The line it begins on.
        cells: As many as there are headers.
        width: How many the file has.
        has_blank_end: Whether the last that the file has is blank.
    """

    number: int
    cells: tuple[str, ...]
    width: int
    has_blank_end: bool = False


@attrs.frozen(kw_only=True)
class Sheet:
    """
    A file's table.

    Attributes:
        titles: The lines above the headers.
        is_ended: Whether the last line ends as the others do.
    """

    header: Header
    titles: tuple[tuple[str, ...], ...]
    lines: list[Line]
    delimiter: str
    is_ended: bool


def read_sheet(text: str) -> Sheet | None:
    """
    Return the table in *text*; None when no line has headers that are known.

    Raises:
        Unreadable: Its quotation marks do not match, or lines have more cells than there are headers.
    """
    physical = re.split(r"\r\n|\r|\n", text)
    found = [one for delimiter in DELIMITERS if (one := _find(physical, delimiter)) is not None]
    if not found:
        return None
    header, titles, delimiter = max(found, key=lambda one: len(one[0].places))
    check_header(header)
    return Sheet(
        header=header,
        titles=titles,
        lines=list(_lines(physical, header, delimiter)),
        delimiter=delimiter,
        is_ended=not physical[-1].strip(),
    )


def no_headers(text: str) -> Unreadable:
    """Return what to say of a text without headers."""
    first = next((line for line in text[:4096].splitlines() if line.strip()), "")
    return Unreadable(
        "is no OFX and no QIF, and has no headers for a date and an amount", hint=_HINT, seen=short(first)
    )


def _find(physical: Sequence[str], delimiter: str) -> tuple[Header, tuple[tuple[str, ...], ...], str] | None:
    titles: list[tuple[str, ...]] = []
    for number, line in enumerate(physical, start=1):
        if not line.strip():
            continue
        if len(titles) >= LOOKED_AT:
            break
        cells: tuple[str, ...] = (line[:_LONGEST_TITLE],)
        if len(line) <= _LONGEST_TITLE:
            cells = tuple(next(csv.reader([line], delimiter=delimiter)))
        header = read_header(cells, number)
        if header.is_whole:
            return header, tuple(titles), delimiter
        titles.append(cells)
    return None


def _lines(physical: Sequence[str], header: Header, delimiter: str) -> Iterator[Line]:
    """Yield the records below the headers that are not blank. A quotation mark that is not closed ends the reading."""
    reader = csv.reader((f"{line}\n" for line in physical[header.line :]), delimiter=delimiter, strict=True)
    began = header.line + 1
    rows = 0
    while True:
        try:
            cells = next(reader, None)
        except csv.Error:
            raise _unclosed(began) from None
        if cells is None:
            return
        after = header.line + reader.line_num + 1
        if after - began > _MOST_LINES:
            raise _unclosed(began)
        if any(cell.strip() for cell in cells):
            rows += 1
            if rows > MOST_ROWS:
                raise Unreadable(f"holds more than {MOST_ROWS} rows", hint="Download shorter periods.", line=began)
            yield Line(began, _fit(cells, header, began, delimiter), len(cells), not cells[-1].strip())
        began = after


def _fit(cells: Sequence[str], header: Header, line: int, delimiter: str) -> tuple[str, ...]:
    """Make the line as long as the headers. What stands beyond them, or under a blank one, has slipped."""
    width = len(header.names)
    beyond = [cell for place, cell in enumerate(cells) if cell.strip() and (place >= width or not header.names[place])]
    if beyond:
        reason = (
            ": a decimal comma between commas, perhaps" if delimiter == "," else ": a separator within a text, perhaps"
        )
        raise Unreadable(
            f"stands under no header{reason}",
            hint="Put quotation marks around the cell that holds the separator, or download the file again.",
            line=line,
            seen=beyond[0],
        )
    return (*cells[:width], *[""] * (width - len(cells)))


def _unclosed(line: int) -> Unreadable:
    return Unreadable(
        "begins a record whose quotation marks do not match, or that is too long",
        hint="Close or remove the quotation mark in that line.",
        line=line,
    )
