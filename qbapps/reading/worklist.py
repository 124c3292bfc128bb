"""A worklist that people ticked in a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

import attrs

from qbapps.domain.inventory import Refusal
from qbapps.domain.ticks import TickColumn, TickReading, TickRow
from qbapps.errors import ConfigurationError
from qbapps.language import Phrase
from qbapps.reading import cells
from qbapps.reading.decoding import decode
from qbapps.reading.formats import SAVE_AS, is_package, refuse_others
from qbapps.reading.headers import INVENTORY, nearest_header, plain
from qbapps.reading.lines import DELIMITERS, Line, lines
from qbapps.reading.packages import open_package
from qbapps.reading.sheets import read_workbook

_SHOWN: Final = 120
_REQUIRED: Final = (TickColumn.TASK, TickColumn.DONE)
_NAMES: Final[dict[TickColumn, tuple[str, ...]]] = {
    TickColumn.TASK: ("tache", "task", "task id", "id de la tache", "n de tache"),
    TickColumn.COMPANY: ("societe", "entreprise", "company", "company name"),
    TickColumn.REALM_ID: (
        "n d entreprise",
        "no d entreprise",
        "numero d entreprise",
        "realm id",
        "company no",
        "company number",
    ),
    TickColumn.APP: ("appli", "application", "app"),
    TickColumn.DONE: ("fait", "faite", "done"),
    TickColumn.BY: ("fait par", "faite par", "done by"),
    TickColumn.ON: ("fait le", "faite le", "done on"),
    TickColumn.NOTE: ("note", "remarque", "commentaire", "comment"),
}
_COLUMNS: Final = {name: column for column, names in _NAMES.items() for name in names}

_TICKS: Final = frozenset({"x", "fait", "faite", "oui", "vrai", "done", "yes", "y", "o", "true", "ok", "1"})
_NO_TICKS: Final = frozenset({"", "non", "pas fait", "faux", "a faire", "no", "n", "not done", "false", "to do", "0"})
_SIGNS: Final = {"✓": True, "✔": True, "✅": True, "☑": True, "☒": True, "☐": False, "-": False, "–": False, "—": False}


@attrs.frozen(kw_only=True)
class _Header:
    line: int
    width: int
    names: dict[TickColumn, str]
    places: dict[TickColumn, int]


@attrs.frozen(kw_only=True)
class _Sheet:
    header: _Header
    lines: Iterable[Line]
    encoding: str


def read_worklist(data: bytes) -> TickReading:
    """
    Return what the worklist *data* says: the rows that can be read, and why others cannot.

    A CSV file in UTF-8, UTF-16 or Windows-1252, separated by semicolons, commas or tabs, or an XLSX workbook, with
    French or English headers in any order. Rows without a task and without a tick say nothing and are left out.

    Raises:
        ConfigurationError: The file as a whole cannot be read, or has no column for tasks or for ticks.
    """
    refuse_others(data)
    sheet = _of_workbook(data) if is_package(data) else _of_text(data)
    header = sheet.header
    rows: list[TickRow] = []
    refused: list[Refusal] = []
    for line in sheet.lines:
        if line.number <= header.line:
            continue
        row = _read_row(line, header)
        if isinstance(row, TickRow):
            rows.append(row)
        else:
            refused.extend(row)
    return TickReading(rows=tuple(rows), refused=tuple(refused), headers=header.names, encoding=sheet.encoding)


def _of_text(data: bytes) -> _Sheet:
    decoded = decode(data)
    found = [
        (_read_header(line), delimiter) for delimiter in DELIMITERS if (line := _first(lines(decoded.text, delimiter)))
    ]
    header, delimiter = max(found, key=lambda one: len(one[0].places), default=(None, ";"))
    header = _complete(header)
    return _Sheet(header=header, lines=lines(decoded.text, delimiter, width=header.width), encoding=decoded.encoding)


def _of_workbook(data: bytes) -> _Sheet:
    """Take the sheet whose headers are most known. What stands beside the table is no part of it."""
    sheets = read_workbook(open_package(data)).sheets
    found = [(_read_header(line), sheet) for sheet in sheets if (line := _first(sheet.lines))]
    header, sheet = max(found, key=lambda one: len(one[0].places), default=(None, None))
    header = _complete(header)
    known = None if sheet is None else nearest_header(sheet.lines, INVENTORY)
    if sheet is None or known is None or known.missing:
        # Of a sheet that has not the headers of an inventory only the first lines are kept.
        raise ConfigurationError(
            "In a workbook, the worklist needs its columns for level, company and app too.", hint=SAVE_AS
        )
    cut = tuple(attrs.evolve(line, cells=(line.cells or ())[: header.width]) for line in sheet.lines)
    return _Sheet(header=header, lines=cut, encoding="xlsx")


def _complete(header: _Header | None) -> _Header:
    missing = _REQUIRED if header is None else tuple(one for one in _REQUIRED if one not in header.places)
    if header is None or missing:
        raise ConfigurationError(
            f"The file's first line has no header for: {', '.join(missing)}.",
            hint="Give a file that qbapps worklist --csv wrote, with its line of headers.",
        )
    return header


def _first(found: Iterable[Line]) -> Line | None:
    """Return the line of headers; spreadsheets may put a line before it that names the separator."""
    return next((line for line in found if not (line.cells or ("",))[0].startswith("sep=")), None)


def _read_header(line: Line) -> _Header:
    names: dict[TickColumn, str] = {}
    places: dict[TickColumn, int] = {}
    found = line.cells or (line.raw,)
    for place, cell in enumerate(found):
        column = _COLUMNS.get(plain(cell))
        if column in places:
            raise ConfigurationError(
                f"Two headers mean the same column: {names[column]!r} and {cell.strip()!r}.",
                hint="Rename or remove one of the two columns.",
            )
        if column is not None:
            places[column] = place
            names[column] = cell.strip()
    return _Header(line=line.number, width=len(found), names=names, places=places)


def _read_row(line: Line, header: _Header) -> TickRow | tuple[Refusal, ...]:
    if line.cells is None:
        return (_refuse(line, None, Phrase("the quotation marks of this line do not match"), line.raw),)
    if any(cell.strip() for cell in line.cells[header.width :]):
        reason = Phrase(
            "this line has {found} columns instead of {expected}", found=len(line.cells), expected=header.width
        )
        return (_refuse(line, None, reason, " ".join(line.cells)),)
    # A spreadsheet may leave out empty cells at the end of a line.
    said = {column: "".join(line.cells[place : place + 1]) for column, place in header.places.items()}
    values: dict[str, Any] = {}
    refusals: list[Refusal] = []
    for column, (field, read) in _READERS.items():
        try:
            values[field] = read(said[column]) if column in said else None
        except cells.Unusable as problem:
            refusals.append(_refuse(line, header.names[column], problem.reason, said[column]))
    if not refusals and values["done_on"] and not values["done"]:
        reason = Phrase("a day is given, but the task is not ticked")
        refusals.append(_refuse(line, header.names[TickColumn.DONE], reason, said[TickColumn.DONE]))
    if not refusals and values["task_id"] is None:
        if not values["done"]:
            return ()
        refusals.append(_refuse(line, header.names[TickColumn.TASK], Phrase("the task is missing"), ""))
    return tuple(refusals) or TickRow(line=line.number, **values)


def _tick(cell: str) -> bool:
    """Return whether a cell is ticked. Nothing is guessed: another word is neither a yes nor a no."""
    sign = _SIGNS.get(cell.strip())
    word = plain(cell)
    if sign is not None:
        return sign
    if word in _TICKS:
        return True
    if word in _NO_TICKS and (word or not cell.strip()):
        return False
    raise cells.Unusable(Phrase("not a tick; write “done” where it is done, and nothing where it is not"))


_READERS: Final[dict[TickColumn, tuple[str, Callable[[str], Any]]]] = {
    TickColumn.TASK: ("task_id", cells.text),
    TickColumn.COMPANY: ("company", str.strip),
    TickColumn.REALM_ID: ("realm_id", str.strip),
    TickColumn.APP: ("app", str.strip),
    TickColumn.DONE: ("done", _tick),
    TickColumn.BY: ("by", cells.text),
    TickColumn.ON: ("done_on", cells.day),
    TickColumn.NOTE: ("note", cells.text),
}


def _refuse(line: Line, column: str | None, reason: Phrase, value: str) -> Refusal:
    shown = value if len(value) <= _SHOWN else value[: _SHOWN - 1] + "…"
    return Refusal(line=line.number, column=column, reason=reason, value_shown=shown)
