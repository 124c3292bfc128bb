"""CSV files as QuickBooks Online takes them: three columns, and no more rows or bytes than it accepts."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from qbapps.banks.folding import fold
from qbapps.banks.offered import Carries, rows_of
from qbapps.banks.remarks import plain_amount
from qbapps.banks.statements.rows import Row, RowStatus
from qbapps.errors import ConfigurationError
from qbapps.export.csv import guard
from qbapps.export.whole_file import whole_file

HEADER: Final = ("Date", "Description", "Amount")

MOST_BYTES: Final = 350_000
"""Of one file. Source: Intuit help, "Manually upload transactions into QuickBooks Online": 350 KB"""

MOST_ROWS: Final = 1000
"""Of one file, its headers not counted. Source: answers in Intuit's community; Intuit's help gives bytes only."""

_ORDERS: Final = {"dmy": "{2:02d}/{1:02d}/{0:04d}", "mdy": "{1:02d}/{2:02d}/{0:04d}", "ymd": "{0:04d}-{1:02d}-{2:02d}"}
_NOT_NAMES: Final = re.compile(r"[^a-z0-9]+")
_RESERVED: Final = re.compile(r"con|prn|aux|nul|com\d|lpt\d")
_LONGEST_NAME: Final = 40
_CONTROL: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def write_qbo_csv(
    rows: Iterable[Row | Carries], folder: str | Path, *, order: str = "dmy", name: str | None = None
) -> list[Path]:
    """
    Write *rows* as files to upload to QuickBooks Online, and return them in the order to upload them.

    Each account and currency has files of its own, oldest rows first: ``512000.csv``, or ``512000-1-of-3.csv`` where
    one would be too long. Amounts have a dot and no thousands; money that leaves is negative. Texts that a
    spreadsheet would evaluate begin with an apostrophe. A file appears whole or not at all; one of the same name is
    replaced. The folder is made when it is missing.

    Args:
        order: How dates are written, and what to choose in QuickBooks: ``"dmy"``, ``"mdy"`` or ``"ymd"``.
        name: What files are called whose rows do not name their account, or all when there is one account.

    Raises:
        ConfigurationError: A row is pending, an amount or a day is none, or a file cannot be written. What was
            written before it stays.

    Source: Intuit help, "Format CSV files in Excel to get bank transactions into QuickBooks" (United Kingdom)
    """
    pattern = _ORDERS.get(order)
    if pattern is None:
        raise ConfigurationError(f"There is no order of dates {order!r}.", hint=f"Use one of: {', '.join(_ORDERS)}.")
    given = rows_of(rows)
    for row in given:
        if row.status is RowStatus.PENDING:
            raise ConfigurationError(
                f"The row {row.text[:60]!r} of {row.date} is pending.", hint="Give the new rows that dedupe() returns."
            )
    made = {path: text for group, stem in _named(given, name) for path, text in _files(group, stem, pattern)}
    where = Path(folder)
    if made:
        _make(where)
    for path, text in made.items():
        with whole_file(where / path) as file:
            file.write_bytes(text)
    return [where / path for path in made]


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"{folder} is no folder: {error.strerror}.", hint="Name another.") from None


def _named(rows: Sequence[Row], name: str | None) -> Iterator[tuple[list[Row], str]]:
    """Yield the rows of each account and currency, the oldest first, and what their files are called."""
    groups: dict[tuple[str | None, str | None], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.account, row.currency), []).append(row)
    currencies: dict[str | None, int] = {}
    for account, _ in groups:
        currencies[account] = currencies.get(account, 0) + 1
    taken: set[str] = set()
    for (account, currency), group in groups.items():
        wanted = name if name is not None and (len(currencies) == 1 or account is None) else account
        stem = _stem(" ".join(filter(None, (wanted or "bank", currency if currencies[account] > 1 else None))))
        number = 1
        while (free := stem if number == 1 else f"{stem}_{number}") in taken:
            number += 1
        taken.add(free)
        yield sorted(group, key=_day), free


def _stem(text: str) -> str:
    """Return *text* as a part of a file's name on every system."""
    stem = _NOT_NAMES.sub("-", fold(text)).strip("-")[:_LONGEST_NAME].strip("-") or "bank"
    return f"{stem}-bank" if _RESERVED.fullmatch(stem) else stem


def _files(rows: Sequence[Row], stem: str, pattern: str) -> Iterator[tuple[str, bytes]]:
    header = _line(HEADER)
    parts: list[list[bytes]] = []
    room = 0
    for row in rows:
        line = _line((_written(row.date, pattern), _description(row), plain_amount(row.amount)))
        if len(header) + len(line) > MOST_BYTES:
            raise ConfigurationError(
                f"The row {row.text[:60]!r} of {row.date} is too long for any file.", hint="Shorten its text."
            )
        if not parts or len(parts[-1]) > MOST_ROWS or len(line) > room:
            parts.append([header])
            room = MOST_BYTES - len(header)
        parts[-1].append(line)
        room -= len(line)
    for number, part in enumerate(parts, 1):
        path = f"{stem}.csv" if len(parts) == 1 else f"{stem}-{number}-of-{len(parts)}.csv"
        yield path, b"".join(part)


def _line(cells: Sequence[str]) -> bytes:
    made = io.StringIO(newline="")
    csv.writer(made).writerow(cells)
    return made.getvalue().encode("utf-8")


def _written(day: date, pattern: str) -> str:
    return pattern.format(day.year, day.month, day.day)


def _description(row: Row) -> str:
    """Return the text on one line, without what cannot be seen; the bank's number where there is no text."""
    text = unicodedata.normalize("NFC", row.text.strip() or row.ref or "")
    if not text.isascii() or not text.isprintable():
        text = "".join(" " if unicodedata.category(one) in _CONTROL else one for one in text)
    return guard(" ".join(text.split()))


def _day(row: Row) -> date:
    return row.date
