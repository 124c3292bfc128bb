"""One form for every kind of file: lines of cells under a line of headers."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Final, Generic

import attrs

from qbapps.domain import policies
from qbapps.errors import ConfigurationError
from qbapps.language import Phrase
from qbapps.reading.decoding import Decoded, decode
from qbapps.reading.formats import is_package, refuse_markup, refuse_others
from qbapps.reading.headers import C, Header, Layout, check_header, nearest_header
from qbapps.reading.lines import DELIMITERS, Line, lines
from qbapps.reading.packages import open_package
from qbapps.reading.sheets import Sheet, Workbook, has_headers, read_workbook

_DELIMITER_NAMES: Final = {";": "semicolons", "\t": "tabs", ",": "commas"}
_ENCODING_NAMES: Final = {"cp1252": "Windows-1252", "utf-8-sig": "UTF-8"}
_NAMED: Final = 12


@attrs.frozen(kw_only=True)
class Table(Generic[C]):
    """
    A file's table.

    Attributes:
        lines: Those below the headers that are not blank.
        encoding: What a text was read with; ``xlsx`` for a workbook.
        delimiter: What separates the cells; a tab for a workbook, as when it is copied.
        sheet: Which sheet it is on; None in a text.
        notes: What people should know of how it was read.
    """

    header: Header[C]
    lines: Iterable[Line]
    encoding: str
    delimiter: str
    sheet: str | None = None
    notes: tuple[Phrase, ...] = ()


def read_table(data: bytes, layout: Layout[C]) -> Table[C]:
    """
    Return the table that *data* holds, whatever kind of file it is.

    Args:
        layout: Which columns it may have, and which it needs.

    Raises:
        ConfigurationError: It is empty or too large, of a kind that is not read, or has no headers that are known.
    """
    if len(data) > policies.INVENTORY_MAX_BYTES:
        raise ConfigurationError(
            f"The file has {len(data):,} bytes; at most {policies.INVENTORY_MAX_BYTES:,} are read.",
            hint="Split it, and give the parts one after the other.",
        )
    if not data.strip():
        raise ConfigurationError("The file is empty.", hint="Give an XLSX workbook or a CSV file with headers.")
    refuse_others(data)
    if is_package(data):
        return _of_workbook(read_workbook(open_package(data), is_wanted=partial(has_headers, layout=layout)), layout)
    return _of_text(decode(data), layout)


def _of_text(decoded: Decoded, layout: Layout[C]) -> Table[C]:
    """Cut the text where the headers are known first, and then where most of them are."""
    refuse_markup(decoded.text)
    nearest = [(header, by) for by in DELIMITERS if (header := nearest_header(lines(decoded.text, by), layout))]
    header, delimiter = min(
        nearest,
        key=lambda one: (
            bool(one[0].missing),
            0 if one[0].missing else one[0].line,
            -len(one[0].places),
            -len(one[0].names),
        ),
        default=(None, ";"),
    )
    what = (
        f"text in {_ENCODING_NAMES.get(decoded.encoding, decoded.encoding.upper())}, "
        f"separated by {_DELIMITER_NAMES[delimiter]}"
    )
    header = check_header(header, what if header is None or len(header.names) > 1 else what.partition(",")[0], layout)
    first = next(lines(decoded.text, delimiter))
    every = lines(decoded.text, delimiter, width=len(header.names))
    return Table(
        header=header,
        lines=(line for line in every if line.number > header.line),
        encoding=decoded.encoding,
        delimiter=delimiter,
        notes=_notes(header, first),
    )


def _of_workbook(workbook: Workbook, layout: Layout[C]) -> Table[C]:
    """Take the first sheet whose headers are known."""
    nearest = [(header, sheet) for sheet in workbook.sheets if (header := nearest_header(sheet.lines, layout))]
    header, sheet = min(
        nearest,
        key=lambda one: (bool(one[0].missing), -len(one[0].places) if one[0].missing else 0),
        default=(None, None),
    )
    names = workbook.names
    what = "an XLSX workbook" + (f" with the sheets {', '.join(map(repr, names[:_NAMED]))}" if names else "")
    header = check_header(header, what if sheet is None else f"{what}; the nearest is {sheet.name!r}", layout)
    assert sheet is not None  # noqa: S101 - it came with the header
    others = [name for name in (*names, *workbook.hidden) if name != sheet.name]
    beyond = _beyond(sheet, header)
    width = len(header.names)
    return Table(
        header=header,
        lines=[_fit(line, width) for line in sheet.lines if line.number > header.line],
        encoding="xlsx",
        delimiter="\t",
        sheet=sheet.name,
        notes=(
            *_other_sheets(sheet, others),
            *_notes(header, sheet.lines[0]),
            *((Phrase("Columns without a header were not read: {columns}.", columns=beyond),) if beyond else ()),
        ),
    )


def _fit(line: Line, width: int) -> Line:
    """Make the line as long as the headers: in a sheet cells stay in their columns, whatever stands beside them."""
    cells = (line.cells or ())[:width]
    return attrs.evolve(line, cells=cells + ("",) * (width - len(cells)))


def _beyond(sheet: Sheet, header: Header[C]) -> str:
    """Return the letters of the columns that hold something and have no header."""
    named = {place for place, name in enumerate(header.names) if name}
    found = {
        place
        for line in sheet.lines
        if line.number > header.line
        for place, cell in enumerate(line.cells or ())
        if cell and place not in named
    }
    letters = [_letters(place) for place in sorted(found)]
    return ", ".join(letters[:_NAMED]) + ("…" if len(letters) > _NAMED else "")


def _letters(place: int) -> str:
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _other_sheets(sheet: Sheet, others: list[str]) -> tuple[Phrase, ...]:
    if not others:
        return ()
    names = ", ".join(others[:_NAMED]) + ("…" if len(others) > _NAMED else "")
    return (Phrase("The sheet “{sheet}” was read. Not read: {others}.", sheet=sheet.name, others=names),)


def _notes(header: Header[C], first: Line) -> tuple[Phrase, ...]:
    notes = []
    if first.number < header.line:
        notes.append(Phrase("The headers are on line {line}; what stands above them was not read.", line=header.line))
    if header.ignored:
        notes.append(Phrase("Columns that are not known were not read: {columns}.", columns=", ".join(header.ignored)))
    return tuple(notes)
