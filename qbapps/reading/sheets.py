"""
XLSX workbooks as lines of cells, read by openpyxl.

Why openpyxl: pure Python under the MIT licence, one small dependency, 250 kB in all, the same for every Python and
system, and the reader that pandas takes. It is finished rather than lively: 3.1.5 is of June 2024. python-calamine
is livelier (0.9.1 of November 2026, MIT, wheels of 1 MB for Python 3.11 to 3.14) and many times faster, but it
makes room for every cell between the first and the last of a sheet: two cells in opposite corners, 5 kB of file,
end the whole process for want of memory, and no ``except`` sees it. openpyxl reads row by row; what it does not
guard against (entities, archives that unpack to too much) is refused in ``packages`` before it opens the file.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, nullcontext
from datetime import date, datetime
from itertools import islice, repeat
from typing import Any, Final

import attrs

from qbapps.domain import policies
from qbapps.errors import ConfigurationError
from qbapps.reading.headers import INVENTORY, LOOKED_AT, C, Layout, nearest_header
from qbapps.reading.lines import Kind, Line
from qbapps.reading.packages import Package, damaged, too_large

_LAST_ROW: Final = 1_048_576
_MAX_WIDTHS: Final = 100_000_000
_MAX_KEPT: Final = 10_000_000
_DIGITS: Final = 15
"""
Digits of a number that a spreadsheet keeps.

Source: Microsoft, "Excel specifications and limits": number precision is 15 digits
"""


@attrs.frozen(kw_only=True)
class Sheet:
    """
    A sheet that is not hidden.

    Attributes:
        lines: Those that are not blank, numbered as the spreadsheet numbers them: all of them if it is
            the one that is wanted, else the first.
    """

    name: str
    lines: tuple[Line, ...]


@attrs.frozen(kw_only=True)
class Workbook:
    """
    A workbook's sheets.

    Attributes:
        names: Those that are not hidden, in their order.
        hidden: Those that are, which are not read.
        sheets: Up to the first that is wanted; all that are not hidden if none is.
    """

    names: tuple[str, ...]
    hidden: tuple[str, ...]
    sheets: tuple[Sheet, ...]


def has_headers(begins: tuple[Line, ...], layout: Layout[C]) -> bool:
    """Return whether a sheet that *begins* so is a list that is laid out so."""
    header = nearest_header(begins, layout)
    return header is not None and not header.missing


def is_inventory(begins: tuple[Line, ...]) -> bool:
    """Return whether a sheet that *begins* so is an inventory."""
    return has_headers(begins, INVENTORY)


def read_workbook(package: Package, *, is_wanted: Callable[[tuple[Line, ...]], bool] = is_inventory) -> Workbook:
    """
    Return the workbook's sheets. Formulas count as what the spreadsheet last made of them; nothing is calculated.

    Args:
        is_wanted: Tells by its first lines which sheet is read to its end; the first such one is.

    Raises:
        ConfigurationError: It is damaged, or a sheet has too many rows or columns.
    """
    try:
        with warnings.catch_warnings():
            # It warns of what it leaves out (validations, pictures), none of which is read here. Filters are the
            # whole process's: two threads here at once may leave this one behind, which mutes nobody else.
            warnings.filterwarnings("ignore", module=r"openpyxl\b")
            return _read(package, is_wanted)
    except ConfigurationError:
        raise
    except Exception:  # noqa: BLE001 - a damaged part makes openpyxl raise whatever its line happens to raise
        raise damaged() from None


def _read(package: Package, is_wanted: Callable[[tuple[Line, ...]], bool]) -> Workbook:
    from openpyxl import load_workbook  # noqa: PLC0415 - it takes longer to import than all of qbapps

    def load(*, results: bool) -> Any:
        return closing(load_workbook(io.BytesIO(package.data), read_only=True, data_only=results, keep_links=False))

    sheets: list[Sheet] = []
    with load(results=True) as book, load(results=False) if package.lacks_results else nullcontext() as formulas:
        seen = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        for sheet in seen:
            beside = repeat(()) if formulas is None else _rows(formulas.worksheets[book.worksheets.index(sheet)])
            lines = _lines(sheet, beside)
            begins = tuple(islice(lines, LOOKED_AT))
            if is_wanted(begins):
                sheets.append(Sheet(name=sheet.title, lines=(*begins, *lines)))
                break
            sheets.append(Sheet(name=sheet.title, lines=begins))
        return Workbook(
            names=tuple(sheet.title for sheet in seen),
            hidden=tuple(sheet.title for sheet in book.worksheets if sheet not in seen),
            sheets=tuple(sheets),
        )


def _rows(sheet: Any) -> Iterator[tuple[Any, ...]]:
    # The size that a sheet claims is not its size.
    sheet.reset_dimensions()
    rows: Iterator[tuple[Any, ...]] = sheet.iter_rows()
    return rows


def _lines(sheet: Any, formulas: Iterator[tuple[Any, ...]]) -> Iterator[Line]:
    found = widths = kept = 0
    for number, (row, beside) in enumerate(zip(_rows(sheet), formulas, strict=False), start=1):
        widths += len(row)
        if number > _LAST_ROW or widths > _MAX_WIDTHS:
            raise too_large(f"has a sheet, {sheet.title[:80]!r}, that is larger than a spreadsheet can be")
        line = _line(number, row, beside)
        if line.cells:
            found += 1
            kept += len(line.cells)
            if found > policies.INVENTORY_MAX_ROWS or kept > _MAX_KEPT:
                raise too_large(
                    f"has a sheet, {sheet.title[:80]!r}, with more than {policies.INVENTORY_MAX_ROWS:,} rows "
                    f"or {_MAX_KEPT:,} cells"
                )
            yield line


def _line(number: int, row: tuple[Any, ...], formulas: tuple[Any, ...]) -> Line:
    cells: list[str] = []
    kinds: dict[int, Kind] = {}
    for place, cell in enumerate(row):
        if cell.value is None and not formulas:
            continue
        text, kind = _say(cell)
        if not text and place < len(formulas) and formulas[place].data_type == "f" and cell.data_type == "n":
            text, kind = "=", Kind.NOT_CALCULATED
        if not text.strip():
            continue
        cells.extend(repeat("", place - len(cells)))
        cells.append(text)
        if kind is not None:
            kinds[place] = kind
    return Line(number=number, cells=tuple(cells), kinds=kinds)


def _say(cell: Any) -> tuple[str, Kind | None]:
    """Return the cell's text, and its kind where that is neither text nor number."""
    match cell.value:
        case None:
            return "", None
        case str() as text:
            return text, Kind.ERROR if cell.data_type == "e" else None
        case bool() as truth:
            return str(truth).upper(), Kind.MADE
        case int() | float() as number:
            return _number(number)
        case date() as day:
            return (day.date() if isinstance(day, datetime) else day).isoformat(), Kind.DATE
        case other:
            return str(other), Kind.MADE


def _number(number: float) -> tuple[str, Kind | None]:
    """
    Return *number* in digits; in scientific notation if it is longer than a spreadsheet can keep.

    A company number of sixteen digits that was typed as a number has lost its last digit, or more,
    and nothing in the file says so.
    """
    if isinstance(number, float) and not number.is_integer():
        return repr(number), None
    digits = str(abs(int(number)))
    sign = "-" if number < 0 else ""
    if len(digits) <= _DIGITS:
        return sign + digits, None
    return f"{sign}{digits[0]}.{digits[1:_DIGITS]}E+{len(digits) - 1}", Kind.SHORTENED
