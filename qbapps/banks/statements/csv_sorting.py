"""Which lines of a CSV file are operations: totals, balances and what banks write below are none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import attrs

from qbapps.banks.statements.csv_headers import DATES, MONEY, Column, Header
from qbapps.banks.statements.csv_lines import Line
from qbapps.banks.statements.days import is_date
from qbapps.banks.statements.problems import Unreadable
from qbapps.banks.statements.rows import RowStatus
from qbapps.reading.headers import plain

_PENDING_WORDS: Final = (
    "pending, en attente, en cours, processing, in progress, authorised, authorized, authorisation, a venir, to "
    "be paid, non comptabilise, non comptabilisee, unposted"
)
_PENDING: Final = frozenset(_PENDING_WORDS.split(", "))
_BOOKED_WORDS: Final = (
    "completed, complete, booked, posted, settled, cleared, executed, execute, executee, comptabilise, "
    "comptabilisee, termine, terminee, valide, validee, effectue, effectuee, reconciled, paid, approved, success, "
    "successful"
)
_BOOKED: Final = frozenset(_BOOKED_WORDS.split(", "))
_FAILED_WORDS: Final = (
    "reverted, declined, failed, refuse, refusee, rejected, rejete, rejetee, cancelled, canceled, annule, "
    "annulee, deleted, expired, echoue, echouee, voided"
)
_FAILED: Final = frozenset(_FAILED_WORDS.split(", "))
_SUMS: Final = re.compile(
    r"(?:sous )?totale?s?\b|subtotal\b|(?:ancien |nouveau )?solde\b|(?:opening |closing )?balance\b"
)
_BEGINS_WITH_DATE: Final = re.compile(r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{2,4}\b|[0-9]{8}\b")
_HALF: Final = re.compile(r"[0-9][0-9 .,'\u00a0\u202f]*[-+) €£$]*")
"""The end of an amount that was cut in two."""

_BALANCE: Final = re.compile(
    r"(?:ancien|nouveau) solde(?: (?:crediteur|debiteur))?(?: au [0-9 ]+)?"
    r"|solde (?:crediteur |debiteur )?(?:precedent|anterieur|initial|final|(?:au|le) [0-9 ]+)"
    r"|solde (?:crediteur|debiteur)"
    r"|(?:opening|closing|starting|ending|previous) balance|balance (?:brought|carried) (?:forward|down)"
)


@attrs.frozen
class Sorted:
    """
    A file's lines, sorted.

    Attributes:
        rows: The operations, and whether each is booked.
        anchors: Lines with a day and a balance only, such as one brought forward.
        left_out: Lines of totals, balances and texts.
        failed: Operations that the bank refused or took back.
    """

    rows: list[tuple[Line, RowStatus]]
    anchors: list[Line]
    left_out: list[Line]
    failed: list[Line]


def sort_lines(lines: Sequence[Line], header: Header) -> Sorted:
    """
    Sort *lines*.

    Raises:
        Unreadable: A line may be an operation, but has no amount or a status that is not known.
    """
    done = Sorted([], [], [], [])
    place = _place_of_statuses(lines, header)
    above: Line | None = None
    for line in lines:
        dated = any(is_date(line.cells[header.places[one]]) for one in DATES if one in header.places)
        money = any(_says(line.cells[header.places[one]]) for one in MONEY if one in header.places)
        if not dated and (not money or _is_sum(line)):
            _check_left_out(line, above, header)
            done.left_out.append(line)
        elif dated and _BALANCE.fullmatch(_text(line, header)):
            (done.left_out if money else done.anchors).append(line)
        elif not money:
            _without_money(line, header, place, done)
        elif (status := _status(line, header, place)) is None:
            done.failed.append(line)
        else:
            done.rows.append((line, status))
        above = line
    return done


def _without_money(line: Line, header: Header, place: int | None, done: Sorted) -> None:
    if Column.BALANCE in header.places and line.cells[header.places[Column.BALANCE]].strip():
        done.anchors.append(line)
    elif _status(line, header, place) is None:
        done.failed.append(line)
    else:
        raise Unreadable(
            "begins a row without an amount", hint="Correct the row, or remove it from the file.", line=line.number
        )


def _check_left_out(line: Line, above: Line | None, header: Header) -> None:
    """Refuse to leave out what begins as an operation does, or may be the rest of the one above."""
    first = next((cell.strip() for cell in line.cells if cell.strip()), "")
    if above is not None and _HALF.fullmatch(first) and above.width + line.width - 1 <= len(header.names):
        raise Unreadable(
            "begins a line without a date, and may be the rest of the line above",
            hint="Join the two lines, or remove the second if it is no part of an operation.",
            line=line.number,
            seen=first,
        )
    if _BEGINS_WITH_DATE.match(first):
        raise Unreadable(
            "begins with a date, but has no date and no amount under the headers for them",
            hint="Check that the headers and this line are separated in one way.",
            line=line.number,
            seen=first,
        )


def _says(cell: str) -> bool:
    return any(one.isalnum() for one in cell)


def _is_sum(line: Line) -> bool:
    said = next((plain(cell[:80]) for cell in line.cells if any(one.isalpha() for one in cell)), "")
    return _SUMS.match(said) is not None


def _text(line: Line, header: Header) -> str:
    place = header.places.get(Column.TEXT)
    return "" if place is None else plain(line.cells[place][:80])


def _place_of_statuses(lines: Sequence[Line], header: Header) -> int | None:
    """Return which column says whether rows are booked: one with such a header, or one that holds such words only."""
    if Column.STATUS in header.places:
        return header.places[Column.STATUS]
    for place in header.unread:
        said = {plain(line.cells[place][:40]) for line in lines} - {""}
        if said <= _PENDING | _BOOKED | _FAILED:
            return place
    return None


def _status(line: Line, header: Header, place: int | None) -> RowStatus | None:
    """Return whether the row is booked; None when it never will be."""
    said = "" if place is None else plain(line.cells[place][:40])
    if said in _FAILED:
        return None
    if said in _PENDING:
        return RowStatus.PENDING
    if said and said not in _BOOKED and place is not None:
        raise Unreadable(
            "is a status that is not known",
            hint="Remove the column if every row of the file is booked, or remove the rows that are not.",
            line=line.number,
            column=header.names[place],
            seen=line.cells[place],
        )
    return RowStatus.BOOKED
