"""What is known of the rows that QuickBooks has of one bank account."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Protocol

import attrs

from qbapps.banks.actions import one_of
from qbapps.domain.banks.spans import as_day


class Dated(Protocol):
    """A row with its day."""

    @property
    def date(self) -> date:
        """The day of the bank, without a time."""


class EvidenceSource(StrEnum):
    """
    Where the days were read.

    ``tab``: on QuickBooks' page “Bank transactions”. ``file``: in a file that somebody saved of it. ``api_cleared``:
    in the ledger by the API, cleared entries only. ``api_any``: in the ledger, whatever is there.
    """

    TAB = "tab"
    FILE = "file"
    API_CLEARED = "api_cleared"
    API_ANY = "api_any"


def _days(values: Iterable[date | Dated]) -> tuple[date, ...]:
    return tuple(_day(value) for value in values)


def _day(value: date | Dated) -> date:
    # A datetime is a date too, and has a method of that name: as_day refuses it.
    return as_day(value if isinstance(value, date) else getattr(value, "date", value), "a day of the evidence")


def _source(value: str) -> EvidenceSource:
    return one_of(EvidenceSource, value, "source of evidence")


@attrs.frozen(kw_only=True)
class Evidence:
    """
    The days of the rows that QuickBooks has of one bank account, or had; several rows of a day may be given as one.

    QuickBooks' API does not give the rows that wait for review: their days come from a person or a saved file.

    Attributes:
        review: Of the rows in the tab “For review”.
        booked: Of those in the tab “Categorised” (in France “Dans QuickBooks”).
        excluded: Of those in the tab “Excluded”: they would come back too.
        deleted: Of those that waited for review when the connection was cut: QuickBooks has deleted them. The oldest
            is the one that matters.
        source: Where *booked* was read. What the API gives are days of the ledger, not of the bank's feed: an entry
            may be newer than anything that the feed brought.

    Raises:
        ConfigurationError: A day is none; instants are refused.

    Source: intuit/quickbooks-online-mcp-server on GitHub, issue 120; Intuit help, "Disconnect a bank or credit card
    account in QuickBooks Online" (United Kingdom)
    """

    review: tuple[date, ...] = attrs.field(default=(), converter=_days)
    booked: tuple[date, ...] = attrs.field(default=(), converter=_days)
    excluded: tuple[date, ...] = attrs.field(default=(), converter=_days)
    deleted: tuple[date, ...] = attrs.field(default=(), converter=_days)
    source: EvidenceSource = attrs.field(default=EvidenceSource.TAB, converter=_source)

    @property
    def is_of_the_feed(self) -> bool:
        """Whether *booked* are days of the feed, not of the ledger."""
        return self.source in {EvidenceSource.TAB, EvidenceSource.FILE}

    def rests_on_the_ledger(self, today: date) -> bool:
        """Tell whether nothing but the ledger says which row is the newest, or that there is none."""
        return not self.is_of_the_feed and self.newest(today) not in self.review + self.excluded

    def newest(self, today: date) -> date | None:
        """
        Return the day of the newest row that QuickBooks still has: what a reconnect goes on from.

        What lies after *today* does not count: a post-dated cheque says nothing of what the feed brought.
        """
        return max((day for day in self._kept() if day <= today), default=None)

    def oldest(self) -> date | None:
        """Return the day of the oldest row that QuickBooks still has: what a file with *older* rows ends before."""
        return min(self._kept(), default=None)

    def _kept(self) -> tuple[date, ...]:
        return self.review + self.booked + self.excluded
