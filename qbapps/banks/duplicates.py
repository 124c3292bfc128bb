"""
Telling new rows from those that QuickBooks has: by the bank's ids, by counted content, and by what looks alike.

Nothing is lost on the way: every row that is offered is new, dropped or held, with the reason and the row it was
recognised by. What only looks alike is never dropped: it is held, for a person.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from qbapps.banks.matching import Accounts, Folds, order
from qbapps.banks.offered import Carries, each_row
from qbapps.banks.reaching import Reach
from qbapps.banks.sorting import Sorting, outside
from qbapps.banks.sorts import HELD, Dedupe, DedupeCode
from qbapps.banks.statements.rows import Correction, Row, RowStatus, Statement
from qbapps.domain.banks.spans import as_day

Rows = Statement | Iterable[Row | Carries]


def dedupe(
    rows: Rows,
    known: Iterable[Row | Carries],
    start: date | None = None,
    today: date | None = None,
) -> Dedupe:
    """
    Return which of *rows* are new, when *known* are imported.

    An id is unique within one account, one generation of the connection and one kind of id, never beyond: a bank
    that is connected anew may give every row another. Rows without an id that helps are counted: of two coffees in
    the file, one known coffee drops one. A known row drops one row at most. The order of the rows does not matter.

    What the bank takes back is never deleted by itself: a row that is there and that a file corrects or deletes is
    held, as ``correction`` or ``deletion``, with the row that is there. Only a :class:`Statement` has the rows that the
    file itself takes back; they are dropped as ``withdrawn``.

    Every row that is offered is kept until all are there, since the verdict of one may hang on any other; of *known*,
    which is gone through once, only what can be one of them: rows that have the id of one, or its account and amount
    within four days. For more rows than memory holds there is :func:`dedupe_stream`.

    Args:
        rows: Of one file. For files that overlap there is :func:`dedupe_files`.
        known: Everything that QuickBooks has of those days, from all its tabs, and of four days more at each end.
            Pending rows among them do not count. It may be an iterator.
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
    files: Iterable[Rows],
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
    first_day = None if start is None else as_day(start, "start")
    last_day = None if today is None else as_day(today, "today")
    accounts = Accounts()
    offered: list[Row] = []
    withdrawn: set[int] = set()
    ends = []
    for one in files:
        rows, back = parts_of(one)
        offered += each_row(rows)
        before = len(offered)
        offered += each_row(back)
        withdrawn.update(range(before, len(offered)))
        ends.append(len(offered))
    for row in offered:
        accounts.see(row)
    there = _within_reach(known, offered, accounts, (first_day, last_day))
    folds = Folds(accounts.currencies())
    batches = [
        folds.candidates(offered[first:end], first, withdrawn=withdrawn)
        for first, end in zip([0, *ends], ends, strict=False)
    ]
    if len(batches) > 1:
        batches.sort(key=lambda batch: [order(one) for one in batch])
    sorting = Sorting(folds.candidates(there), start=first_day, today=last_day)
    for batch in batches:
        sorting.add(batch)
    items = list(sorting.items())
    return Dedupe(
        new=tuple(item for item in items if item.code is DedupeCode.NEW),
        dropped=tuple(item for item in items if item.code not in HELD and item.code is not DedupeCode.NEW),
        held=tuple(item for item in items if item.code in HELD),
    )


def parts_of(one: Rows) -> tuple[Iterable[Row | Carries], Iterable[Row]]:
    """Return the rows of a file, and those that it takes back or takes others back with."""
    return (one.rows, one.withdrawn) if isinstance(one, Statement) else (one, ())


def counts(row: Row) -> bool:
    """Return whether a known row is an operation that rows can be recognised by."""
    return row.status is not RowStatus.PENDING and row.correction is not Correction.DELETE


def _within_reach(
    known: Iterable[Row | Carries],
    offered: list[Row],
    accounts: Accounts,
    limits: tuple[date | None, date | None],
) -> list[Row]:
    """Return the rows of *known* that can matter, having seen all of them."""
    reach = Reach(row for row in offered if outside(row, *limits) in {None, DedupeCode.BEFORE_START})
    there = []
    for row in each_row(known):
        if counts(row):
            account = accounts.see(row)
            if reach.has(row, account):
                there.append(row)
    return there
