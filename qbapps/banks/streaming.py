"""Telling new rows from known ones in memory that does not grow with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from qbapps.banks.duplicates import Rows, counts, parts_of
from qbapps.banks.matching import Accounts, Candidate, Folds, in_order
from qbapps.banks.offered import Carries, each_row
from qbapps.banks.sorting import Sorting
from qbapps.banks.sorts import Item
from qbapps.banks.spool import AT_ONCE, Numbered, Spool
from qbapps.banks.statements.rows import Row
from qbapps.domain.banks.spans import as_day


def dedupe_stream(
    rows: Rows,
    known: Iterable[Row | Carries],
    start: date | None = None,
    today: date | None = None,
    *,
    at_once: int = AT_ONCE,
) -> Iterator[Item]:
    """
    Yield what :func:`~qbapps.banks.duplicates.dedupe` returns, in the order in which the rows were offered.

    Rows and known rows may be iterators; neither is kept in memory, and the verdicts are the same. The verdict on a
    row may hang on any other, so all of them go to a file on the disk first, which has no name and is gone at the end:
    about 300 bytes a row in the system's folder of temporary files. From there they come back in groups that have
    nothing to do with each other. Memory holds the largest of these: rows with one account and amount that follow
    each other by four days at most, and what shares an id with them. It takes about twice the time.

    Args:
        at_once: Rows that small groups are put together to: fewer take less memory and more time.

    Raises:
        ConfigurationError: As :func:`~qbapps.banks.duplicates.dedupe`, or there is no room on the disk. Raised at the
            first item, as everything else is done.
    """
    limits = (None if start is None else as_day(start, "start"), None if today is None else as_day(today, "today"))
    with Spool() as spool:
        accounts = Accounts()
        offered, back = parts_of(rows)
        count = _fill(spool, accounts, each_row(offered), 0)
        operations = count
        count = _fill(spool, accounts, each_row(back), count)
        _fill(spool, accounts, (row for row in each_row(known) if counts(row)), count)
        folds = Folds(accounts.currencies())
        for group in spool.groups(at_once):
            _sort(spool, group, folds, (operations, count), limits)
        yield from spool.items()


def _fill(spool: Spool, accounts: Accounts, rows: Iterable[Row], first: int) -> int:
    """Put rows to the spool, numbered from *first*, and return the number after the last."""
    after = first

    def numbered() -> Iterator[tuple[int, Row, str | None]]:
        nonlocal after
        for row in rows:
            yield after, row, accounts.see(row)
            after += 1

    spool.add(numbered())
    return after


def _sort(
    spool: Spool,
    group: Iterable[Numbered],
    folds: Folds,
    ends: tuple[int, int],
    limits: tuple[date | None, date | None],
) -> None:
    """Sort the rows of *group*: numbers up to the first of *ends* are offered, up to the second withdrawn."""
    operations, count = ends
    known: list[Candidate] = []
    batch: list[Candidate] = []
    numbers: dict[int, int] = {}
    for number, row in group:
        numbers[id(row)] = number
        one = folds.one(row, number, withdrawn=operations <= number < count)
        (batch if number < count else known).append(one)
    sorting = Sorting(in_order(known), start=limits[0], today=limits[1])
    sorting.add(in_order(batch))
    spool.decide(
        (numbers[id(item.row)], item.code, None if item.twin is None else numbers[id(item.twin)])
        for item in sorting.items()
    )
