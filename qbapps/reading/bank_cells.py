"""What one cell of a list of bank connections says, or why it says nothing that can be used."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from operator import itemgetter
from typing import Final

from qbapps.domain.banks import spans
from qbapps.domain.banks.regimes import Regime
from qbapps.domain.banks.spans import Span
from qbapps.errors import ConfigurationError
from qbapps.language import Phrase
from qbapps.reading import cells
from qbapps.reading.cells import Unusable
from qbapps.reading.headers import plain

_FIGURES: Final = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_BETWEEN: Final = re.compile(r"[;,|\n]")
_SPAN: Final = re.compile(r"([0-9]{1,3}) ?([a-z]+)")
_UNITS: Final = {
    **dict.fromkeys(("d", "day", "days", "j", "jour", "jours"), "days"),
    **dict.fromkeys(("week", "weeks", "semaine", "semaines"), "weeks"),
    **dict.fromkeys(("m", "month", "months", "mois"), "months"),
    **dict.fromkeys(("y", "year", "years", "an", "ans"), "years"),
}

REGIMES: Final = {
    **dict.fromkeys(
        ("eea", "eee", "eu", "ue", "espace economique europeen", "european economic area", "europe"), Regime.EEA
    ),
    **dict.fromkeys(("uk", "gb", "royaume uni", "united kingdom"), Regime.UK),
    **dict.fromkeys(("au", "australie", "australia"), Regime.AU),
    **dict.fromkeys(("other", "autre", "ailleurs", "elsewhere"), Regime.OTHER),
}


def bank(cell: str) -> str:
    """Return the bank's name, which must be there."""
    name = " ".join(cell.split())
    if not name:
        raise Unusable(Phrase("the bank is missing"))
    return name


def day(cell: str) -> date | None:
    """
    Return the day, written year-month-day, or in figures that mean one day only; None when the cell is blank.

    In English nothing tells whether 3/2/2022 is of February or of March.
    """
    value = cell.strip()
    figures = _FIGURES.fullmatch(value)
    if figures is None:
        return cells.day(cell)
    one, other, year = (int(number) for number in figures.groups())
    found = sorted(set(_real(year, month=other, number=one)) | set(_real(year, month=one, number=other)))
    if not found:
        raise Unusable(Phrase("there is no such date; write it year-month-day"))
    if len(found) > 1:
        first, second = (str(each) for each in found)
        raise Unusable(Phrase("this can be {first} or {second}; write it year-month-day", first=first, second=second))
    return found[0]


def _real(year: int, *, month: int, number: int) -> Iterator[date]:
    try:
        yield date(year, month, number)
    except ValueError:
        return


def accounts(cell: str) -> tuple[tuple[str, str], ...]:
    """Return each ledger account with the bank's account that feeds it; none when the cell is blank."""
    found: list[tuple[str, str]] = []
    for pair in filter(str.strip, _BETWEEN.split(cell)):
        ledger, equals, fed_by = (" ".join(part.split()) for part in pair.partition("="))
        if not (ledger and equals and fed_by) or "=" in fed_by:
            raise Unusable(Phrase("no ledger account with its bank account; write 512000=4821; 512100=4822"))
        found.append((ledger, "".join(fed_by.split())))
    for place in (0, 1):
        name, times = max(Counter(pair[place] for pair in found).items(), key=itemgetter(1), default=("", 0))
        if times > 1:
            raise Unusable(Phrase("{account} is named twice", account=name))
    return tuple(found)


def regime(cell: str) -> Regime | None:
    """Return whose rules of consent hold; None when the cell is blank."""
    if not cell.strip():
        return None
    if plain(cell) not in REGIMES:
        raise Unusable(Phrase("unknown rules; they are EEA, UK, AU or OTHER"))
    return REGIMES[plain(cell)]


def history(cell: str) -> Span | None:
    """Return how far back the bank goes; None when the cell is blank."""
    if not cell.strip():
        return None
    found = length(cell)
    if found is None:
        raise Unusable(Phrase("not a length of time; write 90 days, or 24 months"))
    return found


def length(text: str) -> Span | None:
    """Return the length of time that ``24 months`` or ``90 jours`` says; None when it says none."""
    found = _SPAN.fullmatch(" ".join(text.split()).casefold())
    if found is None or found[2] not in _UNITS:
        return None
    try:
        made = spans.read(f"{found[1]} {_UNITS[found[2]]}")
    except ConfigurationError:
        return None
    return made if made.days or made.months else None
