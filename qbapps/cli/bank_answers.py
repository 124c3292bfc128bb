"""
Reading what somebody types, in their language, without guessing.

``3/2/2022`` is 3 February in French. In English it is that in one country and 2 March in another: then it is no answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Final, TypeVar

from qbapps.banks.statements.cells import Cell, flat
from qbapps.banks.statements.days import Order, readings
from qbapps.banks.statements.problems import Unreadable
from qbapps.cli.bank_asking import Misread
from qbapps.domain.banks.spans import Span
from qbapps.language import Language, Words
from qbapps.reading import bank_cells
from qbapps.reading.headers import plain

T = TypeVar("T")

_TODAY: Final = {"today", "aujourd hui"}
_YESTERDAY: Final = {"yesterday", "hier"}
_BLANK: Final = {"", "-", "?"}
_NONE: Final = {"none", "no", "n", "non", "aucun", "aucune", "rien", "unknown", "inconnu", "inconnue"}
_YES: Final = {"y", "yes", "o", "oui"}
_NO: Final = {"n", "no", "non"}


def maybe(read: Callable[[str], T]) -> Callable[[str], T | None]:
    """Return *read*, for which nothing and words such as “none” are answers too."""

    def answer(text: str) -> T | None:
        return None if flat(text) in _BLANK or plain(text) in _NONE else read(text)

    return answer


def day(text: str, words: Words, today: date, *, may_come: bool = False) -> date:
    """
    Return the day that *text* says: ISO, with the month's name, or in figures where they mean one day only.

    Args:
        may_come: Whether it may be after *today*.

    Raises:
        Misread: It says none, or perhaps another.
    """
    _ = words
    if plain(text) in _TODAY | _YESTERDAY:
        return today if plain(text) in _TODAY else today - timedelta(days=1)
    found = _only(_days(text, _), _)
    if found > today and not may_come:
        raise Misread(_("{day} is still to come. Type a day up to today.", day=_.day(found)))
    return found


def _days(text: str, words: Words) -> list[date]:
    """Return the days that *text* can mean in the language, each once."""
    _ = words
    try:
        known = readings(Cell(text, 1, ""))
    except Unreadable:
        known = {}
    # In French the day comes first, or the year does.
    orders = (Order.DMY, Order.YMD) if _.language is Language.FR else tuple(Order)
    days = list(dict.fromkeys(known[order] for order in orders if order in known))
    if not days:
        raise Misread(_("That is no date. Type it as 9 March 2022, or 2022-03-09."))
    return days


def _only(days: Sequence[date], words: Words) -> date:
    _ = words
    if len(days) > 1:
        told = "; ".join(f"{one} ({_.day(one)})" for one in days)
        raise Misread(_("That can be more than one day. Type one of these: {days}.", days=told))
    return days[0]


def length(text: str, words: Words) -> Span:
    """
    Return the length of time that *text* says, such as ``24 months`` or ``90 jours``.

    Raises:
        Misread: It says none.
    """
    _ = words
    made = bank_cells.length(text)
    if made is None:
        raise Misread(_("That is no length of time. Type 90 days, or 24 months."))
    return made


def choice(text: str, keys: Sequence[str], words: Words) -> str:
    """
    Return which of *keys* is meant: by its number from 1 on, or by itself.

    Raises:
        Misread: None is.
    """
    _ = words
    typed = flat(text).rstrip(".)").casefold()
    for number, key in enumerate(keys, start=1):
        if typed in {str(number), key.casefold()}:
            return key
    raise Misread(_("Type a number from 1 to {last}.", last=len(keys)))


def yes(text: str, words: Words) -> bool:
    """
    Return whether *text* says yes; nothing is no.

    Raises:
        Misread: It says neither.
    """
    _ = words
    typed = plain(text)
    if typed in _YES:
        return True
    if typed in _NO or not typed:
        return False
    raise Misread(_("Type y for yes, or n for no."))


def names(text: str, words: Words) -> tuple[str, ...]:
    """
    Return the names that *text* lists with commas, each once.

    Raises:
        Misread: There is none.
    """
    _ = words
    found = tuple(dict.fromkeys(name for one in re.split("[,;]", text) if (name := flat(one))))
    if not found:
        raise Misread(_("Type the number or the name of the account, such as 512000."))
    return found
