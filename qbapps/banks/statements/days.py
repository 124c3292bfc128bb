"""
Dates as banks write them.

Whether ``03/02/2022`` is in February or in March cannot be told from the cell: a column decides as a whole, by a day
above 12 in one of its cells. Where none is, the language of the headers may say it, or the caller; nothing else does.

dateutil's parser is not used: with ``dayfirst`` it makes 2 March of ``2022-02-03``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Final

from qbapps.banks.statements.cells import Cell, flat
from qbapps.banks.statements.problems import Unreadable
from qbapps.reading.headers import plain


class Order(StrEnum):
    """In which order the parts of a date stand."""

    DMY = "dmy"
    MDY = "mdy"
    YMD = "ymd"


FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2099
_CENTURY: Final = 80
"""Two digits below it are of this century. Our choice: no bank's file is older than 1980."""

_LONGEST: Final = 48
_LONGEST_CELL: Final = 200
"""With the blanks around it."""

_TIME: Final = re.compile(
    r"(?:,? |T)[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)? ?(?:[AP]M)? ?"
    r"(?:Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})?$",
    re.IGNORECASE,
)
_YEAR_FIRST: Final = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})")
_DIGITS: Final = re.compile(r"[0-9]{8}")
_NUMBERS: Final = re.compile(r"([0-9]{1,2})([-/. ])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})")
_DAY_NAME: Final = re.compile(r"([0-9]{1,2})(?:er|st|nd|rd|th)? ?([a-z]+) ?([0-9]{4}|[0-9]{2})")
_NAME_DAY: Final = re.compile(r"([a-z]+) ?([0-9]{1,2})(?:st|nd|rd|th)? ([0-9]{4})")

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "january jan janvier janv",
            "february feb fevrier fevr fev",
            "march mar mars",
            "april apr avril avr",
            "may mai",
            "june jun juin",
            "july jul juillet juil",
            "august aug aout",
            "september sept sep septembre",
            "october oct octobre",
            "november nov novembre",
            "december dec decembre",
        ),
        start=1,
    )
    for name in names.split()
}
_DAY_NAMES: Final = (
    "mon tue wed thu fri sat sun monday tuesday wednesday thursday friday saturday sunday lun mar mer jeu ven sam dim "
    "lundi mardi mercredi jeudi vendredi samedi dimanche"
)
_WEEKDAYS: Final = frozenset(_DAY_NAMES.split())
_WORDS: Final = {Order.DMY: "day/month/year", Order.MDY: "month/day/year", Order.YMD: "year-month-day"}
_SAY: Final = 'Say which: order="dmy" for day/month/year, order="mdy" for month/day/year.'

_Readings = Mapping[Order, date]


def read_column(
    cells: Sequence[Cell],
    *,
    order: Order | None = None,
    siblings: Sequence[Sequence[Cell]] = (),
    usual: Order | None = None,
) -> list[date | None]:
    """
    Return the dates of a column, None where a cell is blank. Times and offsets beside them are left out.

    Args:
        order: The order, where the caller knows it.
        siblings: The file's other columns of dates, which decide where this one does not.
        usual: The order of the headers' language, for where no column decides.

    Raises:
        Unreadable: A cell is no date, cells contradict each other, or nothing decides.
    """
    read = [(cell, readings(cell)) for cell in cells if flat(cell.text)]
    if order is None:
        order = _decide(read, siblings, usual)
    found: list[date | None] = []
    for cell in cells:
        if not flat(cell.text):
            found.append(None)
            continue
        day = readings(cell).get(order)
        if day is None:
            raise _no_date(cell, f"is no date written {_WORDS[order]}")
        found.append(day)
    return found


def _decide(read: Sequence[tuple[Cell, _Readings]], siblings: Sequence[Sequence[Cell]], usual: Order | None) -> Order:
    left = _left(read)
    if _agree(read, left):
        return left[0]
    others: Sequence[Order] = left
    for cells in siblings:
        seen = [(cell, readings(cell)) for cell in cells if flat(cell.text)]
        others = [one for one in others if one in _left(seen)]
    if len(others) == 1:
        return others[0]
    if usual in left:
        return usual
    cell, both = next((cell, days) for cell, days in read if len({days[one] for one in left}) > 1)
    raise Unreadable(
        f"can be {' or '.join(f'{both[one]:%Y-%m-%d}' for one in left)}, and nothing in the file tells which",
        hint=_SAY,
        line=cell.line,
        column=cell.column,
        seen=cell.text,
    )


def _left(read: Sequence[tuple[Cell, _Readings]]) -> list[Order]:
    """Return the orders that every cell can have been written in."""
    left: list[Order] = list(Order)
    before: Cell | None = None
    for cell, days in read:
        still = [one for one in left if one in days]
        if not still:
            against = "" if before is None else f", as {before.text.strip()!r} in line {before.line} is"
            raise _no_date(cell, f"is no date written {' or '.join(_WORDS[one] for one in left)}{against}")
        if still != left:
            before = cell
        left = still
    return left


def _agree(read: Sequence[tuple[Cell, _Readings]], left: Sequence[Order]) -> bool:
    return all(len({days[one] for one in left}) == 1 for _, days in read)


def readings(cell: Cell) -> _Readings:
    """
    Return the days that a cell can mean, by the order it may be written in.

    Raises:
        Unreadable: It means none.
    """
    known = _readings(cell.text) if len(cell.text) <= _LONGEST_CELL else {}
    if not known:
        raise _no_date(cell, "is not a date, or there is no such day")
    return known


@lru_cache(maxsize=4096)
def _readings(cell: str) -> _Readings:
    """Return the days that a text can mean; the same few are asked for over and over."""
    text = flat(cell)
    text = "" if len(text) > _LONGEST else _TIME.sub("", text)
    if found := _YEAR_FIRST.fullmatch(text):
        days = dict.fromkeys(Order, _day(found[1], found[3], found[4]))
    elif _DIGITS.fullmatch(text):
        days = _of_digits(text)
    elif found := _NUMBERS.fullmatch(text):
        days = _of_numbers(*found.groups())
    else:
        days = dict.fromkeys(Order, _named(text))
    return {order: day for order, day in days.items() if day is not None}


def is_date(text: str) -> bool:
    """Return whether *text* is a date in some order."""
    return len(text) <= _LONGEST_CELL and bool(_readings(text))


def _of_digits(text: str) -> dict[Order, date | None]:
    """Return what eight digits mean: 19 and 20 are no months, so that at most one of these is a date of our time."""
    first = _day(text[:4], text[4:6], text[6:])
    if first is not None:
        return dict.fromkeys(Order, first)
    return {
        Order.DMY: _day(text[4:], text[2:4], text[:2]),
        Order.MDY: _day(text[4:], text[:2], text[2:4]),
    }


def _of_numbers(one: str, mark: str, two: str, three: str) -> dict[Order, date | None]:
    days = {Order.DMY: _day(three, two, one), Order.MDY: _day(three, one, two)}
    # With slashes nobody writes two digits of the year first, but 22-02-03 is written.
    if len(one) == len(two) == len(three) == 2 and mark != "/":
        days[Order.YMD] = _day(one, two, three)
    return days


def _named(text: str) -> date | None:
    words = plain(text).split()
    if words and words[0] in _WEEKDAYS and len(words) > 3:
        words = words[1:]
    line = " ".join(words)
    if found := _DAY_NAME.fullmatch(line):
        number, name, year = found.groups()
    elif found := _NAME_DAY.fullmatch(line):
        name, number, year = found.groups()
    else:
        return None
    month = _MONTHS.get(name)
    return None if month is None else _day(year, str(month), number)


def _day(year: str, month: str, day: str) -> date | None:
    number = int(year)
    if len(year) == 2:
        number += 2000 if number < _CENTURY else 1900
    if not FIRST_YEAR <= number <= LAST_YEAR:
        return None
    try:
        return date(number, int(month), int(day))
    except ValueError:
        return None


def _no_date(cell: Cell, reason: str) -> Unreadable:
    return Unreadable(
        reason,
        hint='Correct the cell, or say how the file writes its dates: order="dmy" or order="mdy".',
        line=cell.line,
        column=cell.column,
        seen=cell.text,
    )
