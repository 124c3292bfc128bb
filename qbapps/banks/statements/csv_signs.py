"""Which way the money of each row goes: columns of debits and credits, signs, and columns that say it in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final

import attrs

from qbapps.banks.statements import amounts
from qbapps.banks.statements.amounts import Amount
from qbapps.banks.statements.cells import Cell
from qbapps.banks.statements.csv_headers import MONEY, Column, Header
from qbapps.banks.statements.csv_lines import Line
from qbapps.banks.statements.problems import Unreadable
from qbapps.reading.headers import plain

_OUT_WORDS: Final = frozenset({"debit", "dr"})
_IN_WORDS: Final = frozenset({"credit", "cr"})
_OUT: Final = _OUT_WORDS | {"d", "db", "out", "sortie", "withdrawal", "depense", "retrait"}
_IN: Final = _IN_WORDS | {"c", "in", "entree", "deposit", "depot", "recette", "versement"}
_RESAVE: Final = "Download the file again, or write money that leaves the account with a minus."

Columns = dict[Column, list[Cell]]


@attrs.frozen
class Worth:
    """A row's amount with its sign, and the currency written beside it."""

    value: Decimal
    currency: str | None


def column(lines: Sequence[Line], header: Header, place: int) -> list[Cell]:
    """Return what stands under one header."""
    name = header.names[place] or f"column {place + 1}"
    return [Cell(line.cells[place], line.number, name) for line in lines]


def worths(lines: Sequence[Line], header: Header, decimal: str | None) -> list[Worth | None]:
    """
    Return each row's amount, None where no column of amounts says one.

    Raises:
        Unreadable: An amount cannot be read, or columns contradict each other in what it is or which way it goes.
    """
    columns = {one: column(lines, header, header.places[one]) for one in MONEY if one in header.places}
    balance = header.places.get(Column.BALANCE)
    beside = [] if balance is None else [column(lines, header, balance)]
    read = {
        one: amounts.read_column(
            cells, decimal=decimal, siblings=[*(other for name, other in columns.items() if name is not one), *beside]
        )
        for one, cells in columns.items()
    }
    single = read.get(Column.AMOUNT)
    if single is not None:
        single = _directed(single, lines, header)
    if Column.DEBIT not in read and Column.CREDIT not in read:
        return [None if one is None else Worth(one.value, one.currency) for one in single or []]
    blank: list[Amount | None] = [None] * len(lines)
    debits = _one_way(read.get(Column.DEBIT, blank), debit=True)
    credits_ = _one_way(read.get(Column.CREDIT, blank), debit=False)
    both = [_joined(debit, credit) for debit, credit in zip(debits, credits_, strict=True)]
    if single is not None:
        _check_same(single, both)
    return both


def _one_way(found: list[Amount | None], *, debit: bool) -> list[Amount | None]:
    """
    Return a column of debits as negative amounts, or one of credits as positive ones.

    Banks write debits with a minus or without one. A column that has both may hold reversals, which cannot be told
    from debits, and so it is refused; so is a negative credit.
    """
    there = [one for one in found if one is not None and one.value]
    minus = next((one for one in there if one.value < 0), None)
    plus = next((one for one in there if one.value > 0), None)
    if minus is not None and (plus is not None or not debit):
        against = f", though {plus.cell.text.strip()!r} in line {plus.cell.line} is not" if plus is not None else ""
        raise Unreadable(
            f"is negative in a column of {'debits' if debit else 'credits'}{against}",
            hint=_RESAVE,
            line=minus.cell.line,
            column=minus.cell.column,
            seen=minus.cell.text,
        )
    sign = -1 if debit and minus is None else 1
    return [one and attrs.evolve(one, value=sign * one.value if one.value else one.value) for one in found]


def _joined(debit: Amount | None, credit: Amount | None) -> Worth | None:
    if debit is not None and credit is not None and debit.value and credit.value:
        raise Unreadable(
            f"is a credit in a row that has a debit too, {debit.cell.text.strip()!r}",
            hint="Check the row: one of the two must be empty.",
            line=credit.cell.line,
            column=credit.cell.column,
            seen=credit.cell.text,
        )
    there = [one for one in (debit, credit) if one is not None]
    if not there:
        return None
    one = next((one for one in there if one.value), there[0])
    return Worth(one.value, one.currency)


def _check_same(single: Sequence[Amount | None], both: Sequence[Worth | None]) -> None:
    for one, other in zip(single, both, strict=True):
        if one is not None and other is not None and one.value != other.value:
            raise Unreadable(
                f"is not the {other.value:f} of the columns of debits and credits",
                hint="Remove the column of amounts, or those of debits and credits.",
                line=one.cell.line,
                column=one.cell.column,
                seen=one.cell.text,
            )


def _directed(found: list[Amount | None], lines: Sequence[Line], header: Header) -> list[Amount | None]:
    """Give amounts without signs those that another column says in words; where they have signs, compare."""
    unsigned = all(one is None or one.value >= 0 for one in found)
    says = _direction(lines, header, found)
    if says is not None and unsigned:
        return [one and _towards(one, line, *says) for one, line in zip(found, lines, strict=True)]
    for place in header.unread if says is None else [header.places.get(Column.DIRECTION, -1), *header.unread]:
        if place >= 0:
            _check_words(found, column(lines, header, place))
    return found


def _direction(
    lines: Sequence[Line], header: Header, found: Sequence[Amount | None]
) -> tuple[int, Callable[[str], int]] | None:
    """Return the column that says of every row which way its money goes, and how to read it."""
    place = header.places.get(Column.DIRECTION)
    if place is not None:
        return place, lambda word: _sign(word, _OUT, _IN)
    for place in header.unread:
        said = [_sign(line.cells[place], _OUT_WORDS, _IN_WORDS) for line, one in zip(lines, found, strict=True) if one]
        if said and all(said):
            return place, lambda word: _sign(word, _OUT_WORDS, _IN_WORDS)
    return None


def _sign(word: str, out: frozenset[str], in_: frozenset[str]) -> int:
    said = plain(word[:40])
    return -1 if said in out else 1 if said in in_ else 0


def _towards(one: Amount, line: Line, place: int, read: Callable[[str], int]) -> Amount:
    sign = read(line.cells[place])
    if sign == 0 and one.value:
        raise Unreadable(
            "does not say whether money comes or goes, and the amounts have no signs",
            hint=_RESAVE,
            line=line.number,
            column=one.cell.column,
            seen=line.cells[place],
        )
    return attrs.evolve(one, value=sign * one.value if one.value else one.value)


def _check_words(found: Sequence[Amount | None], words: Sequence[Cell]) -> None:
    for one, word in zip(found, words, strict=True):
        sign = _sign(word.text, _OUT_WORDS, _IN_WORDS)
        if one is not None and sign * one.value < 0:
            raise Unreadable(
                f"stands beside {word.text.strip()!r} under {word.column!r}: one says that money comes, the other that "
                "it goes",
                hint=_RESAVE,
                line=one.cell.line,
                column=one.cell.column,
                seen=one.cell.text,
            )
