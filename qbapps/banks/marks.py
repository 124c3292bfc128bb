"""Which entries of an account are cleared, by the report GeneralLedger."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import attrs

from qbapps.banks.hints import LedgerEntry, later
from qbapps.domain.banks.spans import Span, shift
from qbapps.domain.signals import Reaction, Where
from qbapps.domain.verdicts import verdict
from qbapps.errors import IntuitRejected
from qbapps.ports import Books

LONGEST: Final = Span(months=6)
"""Days of one report. Source: Intuit, "Run reports": limit the range of dates to six months"""

MOST_REPORTS: Final = 4
"""How many are asked for at most. Our choice: they reach as far back as the most generous banks do."""

_REPORT: Final = "GeneralLedger"
_COLUMNS: Final = ("tx_date", "txn_type", "is_cleared", "subt_nat_amount")
_CLEARED: Final = frozenset({"c", "r", "cleared", "reconciled"})
_NOT_CLEARED: Final = frozenset({"", "u", "uncleared"})


@attrs.define
class Marked:
    """
    What the reports say of one account, up to today.

    Attributes:
        newest: The newest entry at all: payroll and taxes are seen here only.
        cleared: The newest that is cleared.
        is_known: Whether that is sure.
    """

    newest: LedgerEntry | None = None
    cleared: LedgerEntry | None = None
    is_known: bool = True


@attrs.frozen
class _Line:
    account: str | None
    day: date | None
    kind: str
    id: str | None
    mark: str
    is_nothing: bool


def read_marks(books: Books, accounts: Collection[str], *, today: date, since: date) -> tuple[dict[str, Marked], int]:
    """
    Return what reports say of *accounts* (ids), and how many were asked for; does network.

    The newest six months come first; older ones are asked for while some account has no cleared entry. What a
    report does not say leaves accounts unknown, and raises nothing.

    Raises:
        IntuitError: Intuit is unavailable, or refused for another reason than the report itself.
        ReconnectRequired: The connection has ended.
    """
    found = {account: Marked() for account in accounts}
    last, asked = today, 0
    while wanted := [name for name, marked in found.items() if marked.is_known and marked.cleared is None]:
        if last < since:
            break
        first = max(shift(LONGEST.before(last), 1), since)
        lines = None
        if asked < MOST_REPORTS:
            lines = _asked(books, wanted, first, last)
            asked += 1
        if lines is None:
            for account in wanted:
                found[account].is_known = False
            break
        _sort(lines, wanted, found, first, last)
        last = shift(first, -1)
    return found, asked


def _asked(books: Books, accounts: Sequence[str], first: date, last: date) -> list[_Line] | None:
    """Return the lines of one report; None where Intuit refuses it, or it is not what was asked for."""
    qs = {
        "account": ",".join(accounts),
        "start_date": first.isoformat(),
        "end_date": last.isoformat(),
        "columns": ",".join(_COLUMNS),
    }
    try:
        report = books.get_report(_REPORT, qs)
    except IntuitRejected as refused:
        if verdict(Where.API, refused).reaction is not Reaction.LEAVE:
            raise
        return None
    try:
        return [*_lines(report, qs)]
    except (LookupError, TypeError, AttributeError):
        return None


def _sort(
    lines: Sequence[_Line], accounts: Sequence[str], found: Mapping[str, Marked], first: date, last: date
) -> None:
    named = {line.account for line in lines}
    for account in accounts:
        # A part of the report that names no account may be this one's.
        found[account].is_known = account in named or None not in named
        for line in lines:
            if line.account == account:
                _note(found[account], line, first, last)


def _note(marked: Marked, line: _Line, first: date, last: date) -> None:
    if line.day is None or line.mark not in _CLEARED | _NOT_CLEARED:
        marked.is_known = False
        marked.cleared = None
    if line.is_nothing or line.day is None or not first <= line.day <= last:
        return
    entry = LedgerEntry(day=line.day, kind=line.kind, id=line.id)
    marked.newest = later(marked.newest, entry)
    if line.mark in _CLEARED and marked.is_known:
        marked.cleared = later(marked.cleared, entry)


def _lines(report: Mapping[str, Any], qs: Mapping[str, str]) -> Iterator[_Line]:
    header, keys = report["Header"], [_key(column) for column in report["Columns"]["Column"]]
    # Intuit ignores what it does not understand of a request: only the answer tells what was asked.
    if (header["StartPeriod"], header["EndPeriod"]) != (qs["start_date"], qs["end_date"]):
        raise LookupError("the report is of other days")
    if not {"tx_date", "is_cleared"} <= set(keys):
        raise LookupError("the report has no such columns")
    for account, cells in _cells((report.get("Rows") or {}).get("Row") or (), None):
        line = _line(account, dict(zip(keys, cells, strict=False)))
        if line is not None:
            yield line


def _key(column: Mapping[str, Any]) -> str | None:
    return next((each["Value"] for each in column.get("MetaData") or () if each.get("Name") == "ColKey"), None)


def _cells(rows: Sequence[Mapping[str, Any]], account: str | None) -> Iterator[tuple[str | None, Sequence[Any]]]:
    for row in rows:
        if "Rows" in row:
            header = row.get("Header")
            inner = account if header is None else header["ColData"][0].get("id")
            yield from _cells(row["Rows"].get("Row") or (), inner)
        elif "ColData" in row:
            yield account, row["ColData"]


def _line(account: str | None, cells: Mapping[str | None, Mapping[str, Any]]) -> _Line | None:
    day, kind = _day(cells["tx_date"].get("value")), cells.get("txn_type", {})
    if day is None and not kind.get("value"):
        # The balance that a section begins with.
        return None
    return _Line(
        account=account,
        day=day,
        kind=str(kind.get("value") or "?"),
        id=kind.get("id") or None,
        mark=str(cells["is_cleared"].get("value") or "").strip().casefold(),
        is_nothing=_is_nothing(cells.get("subt_nat_amount", {}).get("value")),
    )


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value)
    except (ValueError, TypeError):
        return None


def _is_nothing(value: Any) -> bool:
    """Tell whether an amount is zero, as a voided entry's is; one that is not given says nothing."""
    try:
        return Decimal(str(value)) == 0
    except InvalidOperation:
        return False
