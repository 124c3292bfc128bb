"""
CSV statements, in whatever dialect a bank has.

Nothing is guessed: the separator of cells, the order of dates and the mark before decimals follow from the file as a
whole, and running balances, where there are any, must agree with the signs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

import attrs

from qbapps.banks.statements import amounts, csv_titles, days
from qbapps.banks.statements.amounts import currency_code
from qbapps.banks.statements.cells import clean
from qbapps.banks.statements.csv_closing import closed, with_fees
from qbapps.banks.statements.csv_ending import check_end
from qbapps.banks.statements.csv_headers import DATES, MONEY, Column, Header
from qbapps.banks.statements.csv_lines import Line, Sheet
from qbapps.banks.statements.csv_signs import Worth, column, worths
from qbapps.banks.statements.csv_slips import check_commas, check_widths
from qbapps.banks.statements.csv_sorting import Sorted, sort_lines
from qbapps.banks.statements.days import Order
from qbapps.banks.statements.problems import Unreadable
from qbapps.banks.statements.rows import Format, RefKind, Row, RowStatus, Statement, StatementAccount
from qbapps.language import Phrase

_NAMED: Final = 12


@attrs.frozen(kw_only=True)
class Asked:
    """What the caller says of a file, where the file does not."""

    order: Order | None = None
    decimal: str | None = None
    reverse_signs: bool = False


def read_csv(sheet: Sheet, *, encoding: str, asked: Asked) -> Statement:
    """
    Return what *sheet* says.

    Raises:
        Unreadable: A row cannot be read without guessing.
    """
    header = sheet.header
    done = sort_lines(sheet.lines, header)
    lines = [line for line, _ in done.rows]
    worth = worths(lines, header, asked.decimal)
    balances = _balances([*lines, *done.anchors], header, asked.decimal)
    rows = _rows(done, sheet, worth, balances, asked)
    rows = with_fees(rows, lines, header, asked.decimal)
    found = closed(rows, {line.number: balances[line.number] for line in done.anchors}, sheet)
    # One balance follows from anything.
    counted = Counter((row.account, row.currency) for row in rows if row.balance is not None)
    proven = all(one.chained and counted[one.account, one.currency] > 1 for one in found.accounts)
    check_end(sheet, lines, worth, balances, chained=proven)
    check_widths([line for line in lines if line.number not in found.proven], lines, header)
    if sheet.delimiter == "," and asked.decimal is None and not proven:
        check_commas(lines, header)
    return Statement(
        format=Format.CSV,
        rows=tuple(rows),
        accounts=found.accounts,
        encoding=encoding,
        notes=tuple(_notes(sheet, done, found.accounts)),
    )


def _rows(
    done: Sorted,
    sheet: Sheet,
    worth: Sequence[Worth | None],
    balances: dict[int, Decimal | None],
    asked: Asked,
) -> list[Row]:
    header = sheet.header
    lines = [line for line, _ in done.rows]
    dated = _dates(done, header, asked)
    names = _accounts_named(lines, sheet)
    rows = []
    for (line, status), day, one, name in zip(done.rows, dated, worth, names, strict=True):
        if one is None:
            raise Unreadable("begins a row without an amount", hint="Correct the row.", line=line.number)
        ref, kind = _ref(line, header)
        rows.append(
            Row(
                account=name,
                date=day,
                amount=-one.value if asked.reverse_signs and one.value else one.value,
                text=clean(_said(line, header, Column.TEXT)),
                ref=ref,
                ref_kind=kind,
                status=status,
                line=line.number,
                currency=_currency(line, header) or one.currency or header.currency,
                balance=balances[line.number],
            )
        )
    return rows


def _dates(done: Sorted, header: Header, asked: Asked) -> list[date]:
    """Return each row's day: of the booking, and while it is pending, of what else the file has."""
    lines = [line for line, _ in done.rows]
    columns = [column(lines, header, header.places[one]) for one in DATES if one in header.places]
    first = [
        next((cells[place] for cells in columns if cells[place].text.strip()), columns[0][place])
        if status is RowStatus.PENDING
        else columns[0][place]
        for place, (_, status) in enumerate(done.rows)
    ]
    read = days.read_column(first, order=asked.order, siblings=columns[1:], usual=header.usual)
    for cell, day in zip(first, read, strict=True):
        if day is None:
            raise Unreadable(
                "is empty: the row has no date", hint="Correct the row.", line=cell.line, column=cell.column
            )
    return [day for day in read if day is not None]


def _accounts_named(lines: Sequence[Line], sheet: Sheet) -> list[str | None]:
    """Return each row's account: a column that is empty here and there is of something else."""
    said = [clean(_said(line, sheet.header, Column.ACCOUNT)) for line in lines]
    if said and all(said):
        return [*said]
    return [csv_titles.account(sheet.titles)] * len(lines)


def _said(line: Line, header: Header, one: Column) -> str:
    place = header.places.get(one)
    return "" if place is None else line.cells[place]


def _currency(line: Line, header: Header) -> str | None:
    said = clean(_said(line, header, Column.CURRENCY))
    return currency_code(said) or said.upper()[:8] or None


def _ref(line: Line, header: Header) -> tuple[str | None, RefKind | None]:
    for one, kind in ((Column.ID, RefKind.ID), (Column.NUMBER, RefKind.NUMBER)):
        if said := clean(_said(line, header, one)):
            return said, kind
    return None, None


def _balances(lines: Sequence[Line], header: Header, decimal: str | None) -> dict[int, Decimal | None]:
    """Return the running balances by the lines they stand on."""
    place = header.places.get(Column.BALANCE)
    if place is None:
        return dict.fromkeys(line.number for line in lines)
    money = [column(lines, header, header.places[one]) for one in MONEY if one in header.places]
    read = amounts.read_column(column(lines, header, place), decimal=decimal, siblings=money)
    return {line.number: None if one is None else one.value for line, one in zip(lines, read, strict=True)}


def _notes(sheet: Sheet, done: Sorted, accounts: Sequence[StatementAccount]) -> Iterator[Phrase]:
    header = sheet.header
    if sheet.titles:
        yield Phrase("The headers are on line {line}; what stands above them was not read.", line=header.line)
    if header.ignored:
        yield Phrase("Columns that are not known were not read: {columns}.", columns=", ".join(header.ignored))
    if done.left_out:
        yield Phrase("Lines that are no operations were left out: {lines}.", lines=_numbers(done.left_out))
    if done.anchors:
        yield Phrase("Lines that hold a balance only were left out: {lines}.", lines=_numbers(done.anchors))
    if done.failed:
        yield Phrase("Operations that were refused or taken back were left out: {lines}.", lines=_numbers(done.failed))
    if any(account.chained is False for account in accounts):
        yield Phrase("The balances do not follow from the amounts: rows may be missing from the file.")


def _numbers(lines: Sequence[Line]) -> str:
    return ", ".join(str(line.number) for line in lines[:_NAMED]) + ("…" if len(lines) > _NAMED else "")
