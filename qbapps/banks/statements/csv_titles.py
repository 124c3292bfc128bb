"""What French banks write above the headers of a CSV file: whose account it is, and what it holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Final

from qbapps.banks.statements import amounts, days
from qbapps.banks.statements.cells import Cell, flat
from qbapps.banks.statements.days import Order
from qbapps.banks.statements.problems import Unreadable
from qbapps.banks.statements.rows import Balance
from qbapps.reading.headers import plain

_ACCOUNT: Final = re.compile(
    r"(?:n° ?|no\.? |num[ée]ro (?:de )?compte|account (?:number|no\.?)) ?:? ?([0-9][0-9A-Z ]{4,30})", re.IGNORECASE
)
_IBAN: Final = re.compile(r"\b([A-Z]{2}[0-9]{2}(?: ?[0-9A-Z]{4}){3,7}(?: ?[0-9A-Z]{1,3})?)\b")
_ALONE: Final = re.compile(r"[0-9]{8,23}")
_BALANCE: Final = re.compile(
    r"solde(?: comptable)?(?: au| le)? ?:? ?([0-9]{2}/[0-9]{2}/[0-9]{4})[ :=]*(.*)", re.IGNORECASE
)


def account(titles: Sequence[Sequence[str]]) -> str | None:
    """Return the account that the titles name; None when they name none, or more than one."""
    found: set[str] = set()
    for cells in titles:
        line = " ".join(flat(cell) for cell in cells)[:400]
        for pattern in (_IBAN, _ACCOUNT):
            match = pattern.search(line)
            if match is not None:
                found.add(re.sub(r"\s", "", match[1]).upper())
                break
        else:
            if cells and _ALONE.fullmatch(flat(cells[0])):
                found.add(flat(cells[0]))
    return found.pop() if len(found) == 1 else None


def closing(titles: Sequence[Sequence[str]]) -> Balance | None:
    """
    Return the one balance that the titles state with its day; None when it cannot be read without guessing.

    Only French ones are read, in which the day is first.
    """
    stated: set[tuple[date, str]] = set()
    for cells in titles:
        line = " ".join(flat(cell) for cell in cells if cell.strip())[:400]
        match = _BALANCE.match(line) if plain(line[:12]).startswith("solde") else None
        if match is not None and match[2]:
            day = days.readings(Cell(match[1], 0, "")).get(Order.DMY) if days.is_date(match[1]) else None
            if day is not None:
                stated.add((day, match[2]))
    if len(stated) != 1:
        return None
    day, text = stated.pop()
    try:
        amount = amounts.read_column([Cell(text, 0, "")])[0]
    except Unreadable:
        return None
    return None if amount is None else Balance(amount=amount.value, on=day)
