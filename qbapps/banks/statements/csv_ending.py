"""The end of a CSV file: whether its last line may be cut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from qbapps.banks.statements.csv_headers import MONEY, Column, Header
from qbapps.banks.statements.csv_lines import Line, Sheet
from qbapps.banks.statements.csv_signs import Worth
from qbapps.banks.statements.problems import Unreadable

_CENTS: Final = -2
"""The exponent of an amount with two decimals."""


def check_end(
    sheet: Sheet,
    lines: Sequence[Line],
    worth: Sequence[Worth | None],
    balances: Mapping[int, Decimal | None],
    *,
    chained: bool,
) -> None:
    """
    Let a last line pass that ends as lines do, or that cannot have lost anything that counts.

    Args:
        lines: The operations.
        worth: Their amounts.
        balances: By the lines they stand on.
        chained: Whether the balances follow from the amounts.

    Raises:
        Unreadable: It has no end, and fewer cells, decimals or signs than the others have, or nothing shows whether
            a minus stands after amounts.
    """
    if sheet.is_ended or not sheet.lines:
        return
    header, last = sheet.header, sheet.lines[-1]
    whole = max((line.width for line in sheet.lines[:-1]), default=len(header.names))
    said = max((place for place, cell in enumerate(last.cells) if cell.strip()), default=0)
    cut = last.width < whole
    if lines and lines[-1] is last and said in {header.places[one] for one in MONEY if one in header.places}:
        signed = header.places.get(Column.AMOUNT) == said and Column.DIRECTION not in header.places
        values = [None if one is None else one.value for one in worth]
        cut = cut or _may_be_cut(values, [line.cells[said] for line in lines], signed=signed)
    elif said == header.places.get(Column.BALANCE) and last.number in balances and not chained:
        texts = {line.number: line.cells[said] for line in sheet.lines}
        cut = cut or _may_be_cut(list(balances.values()), [texts[number] for number in balances], signed=True)
    if cut:
        raise _cut(header, last, said)


def _may_be_cut(values: Sequence[Decimal | None], cells: Sequence[str], *, signed: bool) -> bool:
    """Return whether the last of a column's cells may have lost decimals, or a sign that stands after it."""
    last, written = values[-1], cells[-1].strip()
    if last is None:
        return False
    before = [value for value in values[:-1] if value is not None]
    usual = {value.as_tuple().exponent for value in before} or {_CENTS}
    if len(usual) == 1 and last.as_tuple().exponent not in usual:
        return True
    signs = {cell.strip()[-1:] for cell in cells[:-1]} - {*"0123456789)", ""}
    if signs:
        return written[-1:] not in signs
    # A negative amount above, without a sign after it, shows that signs stand before.
    return signed and last > 0 and written[-1:].isdigit() and not any(value < 0 for value in before)


def _cut(header: Header, last: Line, place: int) -> Unreadable:
    return Unreadable(
        "ends the file without an end of line, and a part of it may be missing: decimals, cells, or a minus",
        hint="Download the file again, or add an end of line if the last one is whole.",
        line=last.number,
        column=header.names[place],
        seen=last.cells[place],
    )
