"""
Amounts as banks write them.

Whether ``1.234`` is a thousand or a little more than one cannot be told from the cell: a column decides as a whole.
One cell that can be read one way only decides for the others, and two such cells that contradict each other are an
error, as is a column in which no cell decides.

Libraries are of no help here: quiffen 4.0.1 makes -1250 of ``-12,50`` and 100000 of ``1 000,00`` without a word,
ofxtools 1.1.1 refuses ``+1 000.00``, and Babel 2.18 refuses ``(12,50)``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import attrs

from qbapps.banks.statements.cells import Cell, flat
from qbapps.banks.statements.problems import Unreadable

MARKS: Final = (".", ",")
_CODES: Final = (
    "AED AUD BGN BRL CAD CHF CNY CZK DKK DZD EUR GBP HKD HUF ILS INR ISK JPY KRW KWD MAD MXN NOK NZD PLN RON SEK SGD "
    "THB TND TRY USD XAF XOF XPF ZAR"
)
CURRENCIES: Final = frozenset(_CODES.split())
SYMBOLS: Final = {"€": "EUR", "£": "GBP", "US$": "USD", "CA$": "CAD", "C$": "CAD", "A$": "AUD", "AU$": "AUD"}

_LONGEST: Final = 48
_MOST_DIGITS: Final = 15
"""Before the mark. What is longer is an account's number, and sums stay within the 28 digits of a Decimal."""

_MINUS: Final = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d"), "-")
_APOSTROPHES: Final = dict.fromkeys(map(ord, "\u2019\u02bc\u00b4`"), "'")
_CURRENCY: Final = rf"(?:{'|'.join(sorted(CURRENCIES))}|EUROS?|(?:US|CA|AU|NZ|HK|[AC])?[€£$¥])"
_SHAPE: Final = re.compile(
    rf"(\()? ?([+-])? ?({_CURRENCY})? ?([+-])? ?([0-9][0-9 .,']*|[.,][0-9]+) ?"
    rf"([+-])? ?({_CURRENCY})? ?([+-])? ?(CR|DR)? ?(\))?",
    re.IGNORECASE,
)
_READINGS: Final = {
    mark: re.compile(rf"([0-9]+|[1-9][0-9]{{0,2}}(?:([ '{other}])[0-9]{{3}})(?:\2[0-9]{{3}})*)?(?:[{mark}]([0-9]+))?")
    for mark, other in ((".", ","), (",", "."))
}
_THOUSAND: Final = 4
"""Digits from which on a number can be grouped."""


@attrs.frozen(kw_only=True)
class Amount:
    """
    A cell's amount.

    Attributes:
        value: With its sign, and as many decimals as are written.
        is_signed: Whether it has a sign, a plus too.
        currency: ISO code of what is written beside it; None for nothing, and for ``$`` alone.
    """

    value: Decimal
    is_signed: bool
    currency: str | None
    cell: Cell


@attrs.frozen(kw_only=True)
class _Reading:
    """What a cell is when the mark is known: its digits, what groups them, and how many decimals there are."""

    value: Decimal
    whole: int
    group: str | None
    decimals: int


@attrs.frozen(kw_only=True)
class _Written:
    """One cell taken apart."""

    cell: Cell
    negative: bool
    signed: bool
    currency: str | None
    readings: dict[str, _Reading]

    @property
    def is_open(self) -> bool:
        """Whether the mark makes a difference."""
        one, *other = self.readings.values()
        return bool(other) and one.value != other[0].value


def read_column(
    cells: Sequence[Cell], *, decimal: str | None = None, siblings: Sequence[Sequence[Cell]] = ()
) -> list[Amount | None]:
    """
    Return the amounts of a column, None where a cell is blank or a lone dash.

    Args:
        decimal: The mark before decimals, where the caller knows it.
        siblings: The file's other columns of amounts, which decide where this one does not.

    Raises:
        Unreadable: A cell is no amount, cells contradict each other, or nothing decides.
    """
    written = [_take_apart(cell) for cell in cells]
    there = [one for one in written if one is not None]
    mark = decimal or _mark(there)
    asked: list[_Written] = []
    if any(one.is_open for one in there):
        asked = [one for cells in siblings for cell in cells if (one := _take_apart(cell)) is not None]
        mark = mark or _mark(asked)
    witness = _witness((*there, *asked), mark)
    for one in there:
        _check(one, mark, witness, given=decimal is not None)
    return [None if one is None else _amount(one, mark) for one in written]


def _mark(column: Sequence[_Written]) -> str | None:
    """Return the one mark that every cell can have been written with; None when both can."""
    for mark, other in (MARKS, MARKS[::-1]):
        only = next((one for one in column if tuple(one.readings) == (mark,)), None)
        if only is None:
            continue
        contrary = next((one for one in column if tuple(one.readings) == (other,)), None)
        if contrary is not None:
            raise Unreadable(
                f"has {_name(other)} before its decimals, and {only.cell.text.strip()!r} in line {only.cell.line} "
                f"{_name(mark)}",
                hint="Write the amounts of a column in one way only.",
                line=contrary.cell.line,
                column=contrary.cell.column,
                seen=contrary.cell.text,
            )
        return mark
    return None


@attrs.frozen
class _Witness:
    """How the cells that can be read one way only are written: decimals, and what groups their thousands."""

    decimals: frozenset[int]
    groups: frozenset[str | None]


def _witness(column: Sequence[_Written], mark: str | None) -> _Witness:
    clear = [one.readings[mark] for one in column if mark in one.readings and not one.is_open]
    return _Witness(
        frozenset(reading.decimals for reading in clear),
        frozenset(reading.group for reading in clear if reading.whole >= _THOUSAND),
    )


def _check(one: _Written, mark: str | None, witness: _Witness, *, given: bool) -> None:
    """Refuse a cell that can be read two ways unless other cells of the column are written in just that way."""
    cell = one.cell
    if mark is not None and mark not in one.readings:
        raise Unreadable(
            f"is no amount with {_name(mark)} before its decimals",
            hint="Give the mark that the file is written with.",
            line=cell.line,
            column=cell.column,
            seen=cell.text,
        )
    if not one.is_open or given:
        return
    if mark is not None:
        reading = one.readings[mark]
        if reading.decimals in witness.decimals if reading.group is None else witness.groups <= {reading.group}:
            return
    values = " or ".join(sorted({f"{reading.value:f}" for reading in one.readings.values()}))
    raise Unreadable(
        f"can be read as {values}, and the column does not tell which",
        hint='Say what stands before decimals: decimal="," or decimal=".".',
        line=cell.line,
        column=cell.column,
        seen=cell.text,
    )


def _amount(one: _Written, mark: str | None) -> Amount:
    reading = one.readings[mark or next(iter(one.readings))]
    value = -reading.value if one.negative and reading.value else reading.value
    return Amount(value=value, is_signed=one.signed, currency=one.currency, cell=one.cell)


def _take_apart(cell: Cell) -> _Written | None:
    text = flat(cell.text)
    if len(text) > _LONGEST:
        raise _no_amount(cell)
    text = text.translate(_MINUS).translate(_APOSTROPHES)
    if text in {"", "-"}:
        return None
    shape = _SHAPE.fullmatch(text)
    if shape is None:
        raise _no_amount(cell)
    opening, *_, side, closing = shape.groups()
    body = shape[5].strip()
    signs = [sign for sign in (shape[2], shape[4], shape[6], shape[8], side) if sign]
    if bool(opening) != bool(closing) or len(signs) + bool(opening) > 1:
        raise _no_amount(cell, "has two signs, or half a pair of brackets")
    readings = {mark: reading for mark in MARKS if (reading := _reading(body, mark)) is not None}
    if not readings:
        raise _no_amount(cell)
    if shape[3] and shape[7]:
        raise _no_amount(cell, "has two currencies")
    return _Written(
        cell=cell,
        negative=bool(opening) or signs[:1] == ["-"] or bool(side and side.upper() == "DR"),
        signed=bool(opening or signs),
        currency=currency_code(shape[3] or shape[7] or ""),
        readings=readings,
    )


def _reading(body: str, mark: str) -> _Reading | None:
    found = _READINGS[mark].fullmatch(body)
    if found is None:
        return None
    whole = "".join(one for one in found[1] or "0" if one.isdigit())
    if len(whole) > _MOST_DIGITS or len(found[3] or "") > _MOST_DIGITS:
        return None
    value = Decimal(f"{whole}.{found[3]}" if found[3] else whole)
    return _Reading(value=value, whole=len(whole), group=found[2], decimals=len(found[3] or ""))


def currency_code(text: str) -> str | None:
    """Return the ISO code of what stands beside an amount or in a column of currencies; None when it says none."""
    name = flat(text).upper()
    if name in CURRENCIES:
        return name
    return "EUR" if name in {"EURO", "EUROS"} else SYMBOLS.get(name)


def _name(mark: str) -> str:
    return "a comma" if mark == "," else "a point"


def _no_amount(cell: Cell, reason: str = "is not an amount") -> Unreadable:
    return Unreadable(
        reason,
        hint="Write it with digits and one mark before the decimals, such as -1234.56 or -1234,56.",
        line=cell.line,
        column=cell.column,
        seen=cell.text,
    )
