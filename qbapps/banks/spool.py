"""Rows on the disk while they are compared, brought back in groups that have nothing to do with each other."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import groupby
from types import TracebackType
from typing import Final

from qbapps.banks.matching import id_corrected, id_of
from qbapps.banks.near import NEAR_WITHIN
from qbapps.banks.sorts import DedupeCode, Item
from qbapps.banks.statements.rows import Correction, RefKind, Row, RowStatus
from qbapps.errors import ConfigurationError

AT_ONCE: Final = 2000
"""Rows that are in memory together, where groups are smaller. Our choice."""

_SCHEMA: Final = (
    # What is half written is of no use to anybody, so nothing is done to keep it.
    "PRAGMA journal_mode = OFF",
    "PRAGMA synchronous = OFF",
    "PRAGMA temp_store = FILE",
    "PRAGMA cache_size = -4096",
    "BEGIN",
    "CREATE TABLE entry (number INTEGER PRIMARY KEY, amount INTEGER, day INTEGER, said TEXT)",
    "CREATE TABLE link (id INTEGER, number INTEGER)",
    "CREATE TABLE part (number INTEGER PRIMARY KEY, run INTEGER)",
    "CREATE TABLE joined (run INTEGER PRIMARY KEY, root INTEGER)",
    "CREATE TABLE verdict (number INTEGER PRIMARY KEY, code TEXT, twin INTEGER)",
)

Numbered = tuple[int, Row]


class Spool:
    """
    Rows in a file of SQLite's that has no name, is of this process alone, and is gone when it is closed.

    Two rows are in one group when one of them can have to do with the verdict on the other: they have an id in common,
    or their account and amount within four days, or other rows link them in this way.

    Args:
        most_pages: Pages that the file has at most; None for as many as the disk holds.
    """

    def __init__(self, *, most_pages: int | None = None) -> None:
        self._file = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        for statement in _SCHEMA:
            self._file.execute(statement)
        if most_pages is not None:
            self._file.execute(f"PRAGMA max_page_count = {most_pages:d}")

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        if isinstance(error, sqlite3.Error):
            raise ConfigurationError(
                f"The rows cannot be kept on the disk while they are compared: {error}.",
                hint="Make room where temporary files are kept, or name another folder in SQLITE_TMPDIR.",
            ) from None

    def add(self, rows: Iterable[tuple[int, Row, str | None]]) -> None:
        """Add rows with their numbers and their accounts as they are compared."""
        for number, row, account in rows:
            self._file.execute(
                "INSERT INTO entry VALUES (?, ?, ?, ?)",
                (number, hash((account, row.amount)), row.date.toordinal(), _written(row)),
            )
            for id_ in {id_of(row, account), id_corrected(row, account)} - {None}:
                self._file.execute("INSERT INTO link VALUES (?, ?)", (hash(id_), number))

    def groups(self, at_once: int) -> Iterator[list[Numbered]]:
        """Yield the rows with their numbers; each group is whole, and small groups come together, to *at_once* rows."""
        self._file.executemany("INSERT INTO part VALUES (?, ?)", self._runs())
        self._join()
        found = self._file.execute(
            "SELECT coalesce(joined.root, part.run) AS root, entry.number, entry.said FROM entry"
            " JOIN part USING (number) LEFT JOIN joined USING (run) ORDER BY root, entry.number"
        )
        together: list[Numbered] = []
        for _, group in groupby(found, key=_first):
            together += [(number, _read(said)) for _, number, said in group]
            if len(together) >= at_once:
                yield together
                together = []
        if together:
            yield together

    def _runs(self) -> Iterator[tuple[int, int]]:
        """Yield each row's number and its run: rows of one amount, each at most four days after the one before."""
        run, before = 0, (0, 0)
        for number, amount, day in self._file.execute("SELECT number, amount, day FROM entry ORDER BY amount, day"):
            if amount != before[0] or day - before[1] > NEAR_WITHIN:
                run += 1
            before = (amount, day)
            yield number, run

    def _join(self) -> None:
        """Join the runs that have an id in common. Few have, unless a bank uses its ids again."""
        roots: dict[int, int] = {}
        linking = self._file.execute(
            "SELECT DISTINCT id, run FROM link JOIN part USING (number) WHERE id IN (SELECT id FROM link"
            " JOIN part USING (number) GROUP BY id HAVING min(run) <> max(run)) ORDER BY id"
        )
        for _, found in groupby(linking, key=_first):
            runs = [_root(roots, run) for _, run in found]
            for run in runs:
                roots[run] = runs[0]
        self._file.executemany("INSERT INTO joined VALUES (?, ?)", ((run, _root(roots, run)) for run in list(roots)))

    def decide(self, verdicts: Iterable[tuple[int, DedupeCode, int | None]]) -> None:
        """Add what became of rows, by their numbers and those of their twins."""
        self._file.executemany("INSERT INTO verdict VALUES (?, ?, ?)", verdicts)

    def items(self) -> Iterator[Item]:
        """Yield what became of the rows, in the order of their numbers."""
        found = self._file.execute(
            "SELECT verdict.code, entry.said, twin.said FROM verdict JOIN entry USING (number)"
            " LEFT JOIN entry AS twin ON twin.number = verdict.twin ORDER BY verdict.number"
        )
        for code, said, twin in found:
            yield Item(_read(said), DedupeCode(code), None if twin is None else _read(twin))


def _root(roots: dict[int, int], run: int) -> int:
    while (above := roots.setdefault(run, run)) != run:
        roots[run] = run = roots[above]
    return run


def _first(found: tuple[int, ...]) -> int:
    return found[0]


def _written(row: Row) -> str:
    return json.dumps([
        row.account, row.date.toordinal(), str(row.amount), row.text, row.ref, row.status, row.generation, row.ref_kind,
        row.line, row.currency, None if row.balance is None else str(row.balance), row.corrects, row.correction,
    ])  # fmt: skip


def _read(said: str) -> Row:
    (
        account, day, amount, text, ref, status, generation, ref_kind, line, currency, balance, corrects, correction,
    ) = json.loads(said)  # fmt: skip
    return Row(
        account=account,
        date=date.fromordinal(day),
        amount=Decimal(amount),
        text=text,
        ref=ref,
        status=RowStatus(status),
        generation=generation,
        ref_kind=None if ref_kind is None else RefKind(ref_kind),
        line=line,
        currency=currency,
        balance=None if balance is None else Decimal(balance),
        corrects=corrects,
        correction=None if correction is None else Correction(correction),
    )
