"""Cells of a CSV file that may have slipped under another header."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from qbapps.banks.statements.csv_headers import MONEY, Column, Header
from qbapps.banks.statements.csv_lines import Line
from qbapps.banks.statements.problems import ANOTHER, Unreadable

# Half an amount, with the sign or the currency that may stand before it or after it.
_WHOLE: Final = re.compile(r"[^0-9]{0,4}[0-9]+")
_TWO: Final = re.compile(r"[0-9]{1,2}[^0-9]{0,4}")
_THREE: Final = re.compile(r"[0-9]{3}(?:[.][0-9]+)?[^0-9]{0,4}")


def check_commas(lines: Sequence[Line], header: Header) -> None:
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


def check_widths(unproven: Sequence[Line], lines: Sequence[Line], header: Header) -> None:
    """
    Refuse a row with a cell more or less than the others, where a credit may so have slipped under the debits.

    Programs leave out blank cells at the end of a row, or they do not. Where one row has such a cell, all must; and
    where all others have a balance, a row without one has lost a cell before it.

    Args:
        unproven: Those of *lines* whose amounts no balances prove.
    """
    if Column.DEBIT not in header.places or Column.CREDIT not in header.places:
        return
    widths = Counter(line.width for line in lines)
    usual = max(widths, key=lambda width: (widths[width], width == len(header.names), width), default=0)
    odd = next((line for line in unproven if line.width != usual), None)
    if odd is None:
        return
    balance = header.places.get(Column.BALANCE)
    is_full = balance is not None and all(line.cells[balance].strip() for line in lines if line.width == usual)
    if is_full or any(line.has_blank_end for line in lines):
        raise Unreadable(
            f"begins a row of {odd.width} cells, where {widths[usual]} have {usual}: its cells may stand under other "
            "headers than theirs",
            hint=ANOTHER,
            line=odd.number,
        )
