"""
CSV statements, in whatever dialect a bank has.

Nothing is guessed: the separator of cells, the order of dates and the mark before decimals follow from the file as a
whole, and running balances, where there are any, must agree with the signs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

import attrs

from qbapps.banks.statements import amounts, csv_titles, days
from qbapps.banks.statements.amounts import currency_code
from qbapps.banks.statements.cells import clean
from qbapps.banks.statements.csv_closing import closed, with_fees
from qbapps.banks.statements.csv_headers import DATES, MONEY, Column, Header
from qbapps.banks.statements.csv_lines import Line, Sheet
from qbapps.banks.statements.csv_signs import Worth, column, worths
from qbapps.banks.statements.csv_sorting import Sorted, sort_lines
from qbapps.banks.statements.days import Order
from qbapps.banks.statements.problems import ANOTHER, Unreadable
from qbapps.banks.statements.rows import Format, RefKind, Row, RowStatus, Statement, StatementAccount
from qbapps.language import Phrase

_NAMED: Final = 12
_CENTS: Final = -2
"""The exponent of an amount with two decimals."""

# Half an amount, with the sign or the currency that may stand before it or after it.
_WHOLE: Final = re.compile(r"[^0-9]{0,4}[0-9]+")
_TWO: Final = re.compile(r"[0-9]{1,2}[^0-9]{0,4}")
_THREE: Final = re.compile(r"[0-9]{3}(?:[.][0-9]+)?[^0-9]{0,4}")


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
    if not sheet.is_ended:
        _check_end(sheet, lines, worth)
    balances = _balances([*lines, *done.anchors], header, asked.decimal)
    rows = _rows(done, sheet, worth, balances, asked)
    rows = with_fees(rows, lines, header, asked.decimal)
    accounts = closed(rows, {line.number: balances[line.number] for line in done.anchors}, sheet)
    proven = len(rows) > 1 and all(account.chained for account in accounts)
    if sheet.delimiter == "," and asked.decimal is None and not proven:
        _check_slipped(lines, header)
    return Statement(
        format=Format.CSV,
        rows=tuple(rows),
        accounts=accounts,
        encoding=encoding,
        notes=tuple(_notes(sheet, done, accounts)),
    )


def _check_slipped(lines: Sequence[Line], header: Header) -> None:
    """
    Refuse amounts that a comma in them may have cut in two.

    Between commas and without quotation marks, ``-12,50`` and ``1,234.56`` slip under the next header, and when a cell
    is missing at the end of the line, the line is not too long.
    """
    for one in (*MONEY, Column.BALANCE):
        place = header.places.get(one)
        if place is None or place + 1 >= len(header.names):
            continue
        has_points = any("." in line.cells[place] for line in lines)
        for line in lines:
            left, right = line.cells[place].strip(), line.cells[place + 1].strip()
            if _WHOLE.fullmatch(left) and (_THREE.fullmatch(right) or (_TWO.fullmatch(right) and not has_points)):
                raise Unreadable(
                    f"stands after {left!r}, and may be the rest of that amount",
                    hint='Put quotation marks around amounts that hold commas; if none does, say decimal=".".',
                    line=line.number,
                    column=header.names[place + 1],
                    seen=right,
                )


def _check_end(sheet: Sheet, lines: Sequence[Line], worth: Sequence[Worth | None]) -> None:
    """Refuse a last line without an end that may be cut: it has fewer cells, or decimals, than the others have."""
    if not sheet.lines:
        return
    last, before = sheet.lines[-1], sheet.lines[:-1]
    whole = max((line.width for line in before), default=len(sheet.header.names))
    places = {sheet.header.places[one] for one in MONEY if one in sheet.header.places}
    said = max((place for place, cell in enumerate(last.cells) if cell.strip()), default=0)
    cut = last.width < whole
    if said in places and lines and lines[-1] is last and worth[-1] is not None:
        usual = {one.value.as_tuple().exponent for one in worth[:-1] if one is not None} or {_CENTS}
        # A minus after the number may be what is missing.
        signs = {line.cells[said].strip()[-1:] for line in before} - {*"0123456789)", ""}
        cut = cut or bool(signs and last.cells[said].strip()[-1:] not in signs)
        cut = cut or (len(usual) == 1 and worth[-1].value.as_tuple().exponent not in usual)
    if cut:
        raise Unreadable(
            "ends the file without an end of line, and with less than the others have: the file may be cut",
            hint=ANOTHER,
            line=last.number,
            column=sheet.header.names[said],
            seen=last.cells[said],
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
