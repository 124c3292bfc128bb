"""
Telling new rows from those that QuickBooks has: by the bank's ids, by counted content, and by what looks alike.

Nothing is lost on the way: every row that is offered is new, dropped or held, with the reason and the row it was
recognised by. What only looks alike is never dropped: it is held, for a person.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import accumulate

from qbapps.banks.matching import Folds, account_of, order, single_currencies
from qbapps.banks.offered import Carries, rows_of
from qbapps.banks.sorting import Sorting
from qbapps.banks.sorts import HELD, Dedupe, DedupeCode
from qbapps.banks.statements.rows import Row, RowStatus, Statement
from qbapps.domain.banks.spans import as_day
from qbapps.errors import ConfigurationError


def dedupe(
    rows: Iterable[Row | Carries],
    known: Iterable[Row | Carries],
    start: date | None = None,
    today: date | None = None,
) -> Dedupe:
    """
    Return which of *rows* are new, when *known* are imported.

    An id is unique within one account, one generation of the connection and one kind of id, never beyond: a bank
    that is connected anew may give every row another. Rows without an id that helps are counted: of two coffees in
    the file, one known coffee drops one. A known row drops one row at most. The order of the rows does not matter.

    Args:
        rows: Of one file. For files that overlap there is :func:`dedupe_files`.
        known: Everything that QuickBooks has of those days, from all its tabs, and of four days more at each end.
            Pending rows among them do not count.
        start: The day that the import begins on, as the repair gives it; None for no limit.
        today: Rows that are dated later are dropped: the bank gives them again when it has booked them.

    Raises:
        ConfigurationError: Some rows have an account and others none, so that it cannot be told whether they are of
            one account; or an amount or a day is none.

    Source: OFX 2.2 specification, section 3.2.3, on FITID; what becomes of it at banks, and that they reuse it, is in
    reports on Actual (issues 2562 and 2668 on GitHub) and of GoCardless' help on transaction ids
    """
    return dedupe_files([rows], known, start=start, today=today)


def dedupe_files(
    files: Iterable[Statement | Iterable[Row | Carries]],
    known: Iterable[Row | Carries],
    start: date | None = None,
    today: date | None = None,
) -> Dedupe:
    """
    Do what :func:`dedupe` does for files that overlap: what two of them have is one operation, counted in each.

    Of a day on which one file has two equal coffees and another three, three are kept. The order of the files does
    not matter.

    Raises:
        ConfigurationError: As :func:`dedupe`.
    """
    offered = [rows_of(one.rows if isinstance(one, Statement) else one) for one in files]
    there = [row for row in rows_of(known) if row.status is not RowStatus.PENDING]
    everything = [*there, *(row for rows in offered for row in rows)]
    _refuse_unknown_accounts(everything)
    folds = Folds(single_currencies(everything))
    first_day = None if start is None else as_day(start, "start")
    last_day = None if today is None else as_day(today, "today")
    firsts = accumulate(map(len, offered), initial=0)
    batches = [folds.candidates(rows, first) for rows, first in zip(offered, firsts, strict=False)]
    if len(batches) > 1:
        batches.sort(key=lambda batch: [order(one) for one in batch])
    sorting = Sorting(folds.candidates(there), start=first_day, today=last_day)
    for batch in batches:
        sorting.add(batch)
    items = sorting.items()
    return Dedupe(
        new=tuple(item for item in items if item.code is DedupeCode.NEW),
        dropped=tuple(item for item in items if item.code not in HELD and item.code is not DedupeCode.NEW),
        held=tuple(item for item in items if item.code in HELD),
    )


def _refuse_unknown_accounts(rows: Iterable[Row]) -> None:
    named = {account_of(row) is not None for row in rows}
    if len(named) > 1:
        raise ConfigurationError(
            "Some of the rows are of a named account, and others do not say of which they are.",
            hint='Name the account when a file is read: read_statement(path, account="512000").',
        )
