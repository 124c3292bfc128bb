"""CSV files that a spreadsheet opens as text, never as formulas."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Final

from qbapps.language import Language

Cell = str | int | float | bool | date | datetime | None

DELIMITERS: Final = {Language.FR: ";", Language.EN: ","}
"""What a spreadsheet of that language opens without asking."""

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""
First characters that make a spreadsheet evaluate a cell.

Source: OWASP, "CSV Injection", with the full-width forms that Excel also takes
"""

_AFTER_A_SEPARATOR: Final = re.compile('(?<=[;,\t\r\n])(?=[\\s"]*[=+\\-@＝＋－＠])')
"""Where a new cell would begin with a formula, were the file cut at other separators than its own."""


def guard(cell: Cell) -> str:
    """
    Return what is written for *cell*: an apostrophe goes before text that would be a formula.

    So it does within the text after a semicolon, a comma, a tab or a line end: a spreadsheet of another
    language cuts the file there. Numbers stay numbers, also negative ones; dates are written year-month-day.

    Source: OWASP, "CSV Injection", on field separators
    """
    if cell is None:
        return ""
    if isinstance(cell, date):
        return cell.isoformat()
    if not isinstance(cell, str):
        return str(cell)
    start = "'" if cell.lstrip(" \u00a0").startswith(FORMULA_STARTS) else ""
    return start + _AFTER_A_SEPARATOR.sub("'", cell)


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[Cell]], *, delimiter: str = ",") -> Path:
    """
    Write *rows* under *header* to *path*, in UTF-8 with the mark by which Excel knows it.

    Args:
        delimiter: ``;`` is what a French Excel opens without asking.
    """
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        _write(file, header, rows, delimiter)
    return path


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Cell]], *, delimiter: str = ",") -> str:
    """Return what :func:`write_csv` writes, without the mark."""
    file = io.StringIO(newline="")
    _write(file, header, rows, delimiter)
    return file.getvalue()


def _write(file: io.TextIOBase | io.StringIO, header: Sequence[str], rows: Iterable[Sequence[Cell]], mark: str) -> None:
    writer = csv.writer(file, delimiter=mark)
    writer.writerow([guard(name) for name in header])
    writer.writerows([guard(cell) for cell in row] for row in rows)
