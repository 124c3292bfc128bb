"""Reading hints: the newest entries of some accounts in QuickBooks' books, in few requests."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any, Final

import attrs

from qbapps.banks import bookings, ledger_accounts, marks
from qbapps.banks.bookings import ENTITIES, Booking, Entity
from qbapps.banks.hints import Hint, HintCode, Hints, LedgerEntry, later, remark
from qbapps.banks.ledger_accounts import LedgerAccount
from qbapps.banks.policy import LONGEST_HISTORY
from qbapps.banks.remarks import Remark
from qbapps.domain.banks.spans import as_day, shift
from qbapps.domain.signals import Reaction, Where
from qbapps.domain.verdicts import verdict
from qbapps.errors import ConfigurationError, IntuitProtocolError, IntuitRejected
from qbapps.ports import Books

PAGE: Final = 1000
"""Rows of one answer. Source: Intuit, "Data queries": never more"""

MOST_PAGES: Final = 5
"""Of one query. Our choice: entries come newest first, so more are needed only where an account is hardly used."""


def read_hints(
    books: Books, accounts: Collection[str] | Mapping[str, str], *, today: date, since: date | None = None
) -> Hints:
    """
    Return what QuickBooks' books say of the newest entries of *accounts*; does network.

    It takes twelve requests where the accounts are used, and never more than ``MOST_PAGES`` for the chart and for each
    of ten entities, and four for reports. What Intuit refuses of a single entity or report is told in the result as
    not read, unless it refuses all.

    Args:
        books: Reads the company's books; a python-quickbooks client will do, with its own exceptions.

        accounts: Ids, numbers, full names or names of accounts of the chart; or such names by those that the result is
            to have.

        today: What is dated later does not count.

        since: The first day that is looked at; else two years up to *today*.

    Raises:
        ConfigurationError: An account is not in the chart, or may be several; or *since* is after *today*.
        IntuitError: Intuit is unavailable, or refused for another reason than the query itself.
        ReconnectRequired: The connection has ended.

    Source: Intuit, "Data queries"; ruckus/quickbooks-ruby issue 405: entries cannot be queried by their account
    """
    today = as_day(today, "today")
    since = shift(LONGEST_HISTORY.before(today), 1) if since is None else as_day(since, "since")
    if since > today:
        raise ConfigurationError(f"{since} is after {today}.", hint="Give an earlier day as since.")
    if isinstance(accounts, str):
        raise ConfigurationError("accounts is one text, not several.", hint="Give a list of accounts.")
    names = accounts if isinstance(accounts, Mapping) else {name: name for name in accounts}
    reading = _Reading(books=books, today=today, since=since)
    chart = reading.chart() if names else []
    asked = {name: ledger_accounts.resolve(called, chart) for name, called in names.items()}
    reading.found = {account.id: _Found() for account in asked.values()}
    if reading.found:
        reading.read()
    marked, reports = marks.read_marks(books, reading.found, today=today, since=since)
    return Hints(
        accounts={name: reading.hint(name, account, marked[account.id]) for name, account in asked.items()},
        unread=tuple(reading.unread),
        requests=reading.requests + reports,
    )


@attrs.define
class _Found:
    newest: LedgerEntry | None = None
    future: LedgerEntry | None = None
    read: int = 0


@attrs.define(kw_only=True)
class _Reading:
    books: Books
    today: date
    since: date
    found: dict[str, _Found] = attrs.field(factory=dict)
    unread: list[Remark[HintCode]] = attrs.field(factory=list)
    requests: int = 0

    def chart(self) -> list[LedgerAccount]:
        # Accounts that were made inactive are left out of an answer unless one asks for them.
        query = "SELECT * FROM Account WHERE Active IN (true, false)"
        rows = (row for page in self._pages(query, "Account") for row in page)
        return [account for row in rows if (account := ledger_accounts.read(row)) is not None]

    def read(self) -> None:
        refused: list[IntuitRejected] = []
        for entity in ENTITIES:
            try:
                self._entity(entity)
            except IntuitRejected as error:
                if verdict(Where.API, error).reaction is not Reaction.LEAVE:
                    raise
                refused.append(error)
                self.unread.append(remark(HintCode.NOT_READ, kind=entity.name, error=error.error or "?"))
        if len(refused) == len(ENTITIES):
            raise refused[0]

    def hint(self, name: str, account: LedgerAccount, marked: marks.Marked) -> Hint:
        found = self.found[account.id]
        newest = found.newest
        if marked.newest is not None and (newest is None or marked.newest.day > newest.day):
            newest = marked.newest
        return Hint(
            account=name,
            ledger=account,
            newest=newest,
            newest_cleared=marked.cleared,
            cleared_known=marked.is_known,
            future=found.future,
            read=found.read,
            since=self.since,
            today=self.today,
        )

    def _entity(self, entity: Entity) -> None:
        query = f"SELECT * FROM {entity.name} WHERE TxnDate >= '{self._floor()}' ORDERBY TxnDate DESC"  # noqa: S608
        seen, lost, last, ordered = set[str](), 0, self.today, True
        for number, page in enumerate(self._pages(query, entity.key, entity.name), 1):
            read = [bookings.read(entity, row) for row in page]
            lost += read.count(None)
            days = [booking.day for booking in read if booking is not None]
            last, ordered = min(days, default=last), ordered and _descend(days)
            for booking in read:
                if booking is not None and booking.id not in seen:
                    seen.add(booking.id)
                    self._note(entity, booking)
            if len(page) < PAGE or (ordered and self._floor() > last):
                break
            if number == MOST_PAGES:
                day = last if ordered else self.today
                self.unread.append(remark(HintCode.PARTLY_READ, kind=entity.name, day=day))
                break
        if lost:
            self.unread.append(remark(HintCode.ROWS_NOT_UNDERSTOOD, kind=entity.name, count=lost))

    def _note(self, entity: Entity, booking: Booking) -> None:
        for account in self.found.keys() & booking.movements.keys():
            found = self.found[account]
            entry = LedgerEntry(day=booking.day, kind=entity.name, id=booking.id, amount=booking.movements[account])
            if booking.day > self.today:
                found.future = later(found.future, entry)
            else:
                found.newest = later(found.newest, entry)
                found.read += 1

    def _floor(self) -> date:
        """Return the first day that can still matter: of the account furthest behind, that of its newest entry."""
        days = [self.since if found.newest is None else found.newest.day for found in self.found.values()]
        return min(days, default=self.since)

    def _pages(self, query: str, *keys: str) -> Iterator[Sequence[Any]]:
        for number in range(MOST_PAGES):
            self.requests += 1
            page = _rows(self.books.query(f"{query} STARTPOSITION {number * PAGE + 1} MAXRESULTS {PAGE}"), keys)
            yield page
            if len(page) < PAGE:
                return


def _descend(days: Sequence[date]) -> bool:
    return all(one >= following for one, following in pairwise(days))


def _rows(answer: Mapping[str, Any], keys: Sequence[str]) -> Sequence[Any]:
    """Return the rows of an answer, under one of *keys*; none are there where Intuit found none."""
    response = answer.get("QueryResponse")
    if isinstance(response, dict):
        found = {name: value for name, value in response.items() if isinstance(value, list)}
        if found.keys() <= set(keys):
            return next(iter(found.values()), [])
    raise IntuitProtocolError(
        f"Intuit's answer to a query has no rows of {keys[0]}.",
        hint="Try again; if it stays so, read the newest rows in QuickBooks' own tabs.",
    )
