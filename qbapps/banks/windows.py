"""From which day operations may be fetched again, so that none is lost and none comes twice unseen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import StrEnum

import attrs

from qbapps.banks.evidence import Evidence
from qbapps.banks.policy import SURE_HISTORY
from qbapps.domain.banks.spans import Span, shift

Days = tuple[date, date]
"""A first and a last day, both included."""


class WindowCode(StrEnum):
    """
    What is to be known of a window.

    ``no_prior_rows``: QuickBooks has none; it starts as early as the bank allows, not on 1 January by chance.
    ``gap``: some rows are older than the bank gives. ``clamped``: the day after the newest row is still to come, so
    it starts today. ``last_day_may_be_partial``: it stopped on the very day of the newest row, of which more may have
    come later. ``review_rows_deleted``: a disconnect deleted rows, which are fetched again.
    ``review_rows_out_of_reach``: it deleted rows that the bank does not give any more. ``rows_after_stop``: rows of
    QuickBooks are newer than the day it stopped. ``future_rows_ignored``: some are newer than today.
    ``from_the_ledger``: the days are of the ledger, and only a hint. ``history_may_be_shorter``: it goes further back
    than every bank does.
    """

    NO_PRIOR_ROWS = "no_prior_rows"
    GAP = "gap"
    CLAMPED = "clamped"
    LAST_DAY_MAY_BE_PARTIAL = "last_day_may_be_partial"
    REVIEW_ROWS_DELETED = "review_rows_deleted"
    REVIEW_ROWS_OUT_OF_REACH = "review_rows_out_of_reach"
    ROWS_AFTER_STOP = "rows_after_stop"
    FUTURE_ROWS_IGNORED = "future_rows_ignored"
    FROM_THE_LEDGER = "from_the_ledger"
    HISTORY_MAY_BE_SHORTER = "history_may_be_shorter"


@attrs.frozen(kw_only=True)
class Window:
    """
    The days that are fetched again for one account: from *start* to today.

    Attributes:
        start: The date to choose in QuickBooks.
        newest: Day of the newest row that QuickBooks still has; None when it has none.
        gap: First and last day that QuickBooks lacks and the bank does not give any more: to be filled by a file.
        overlap: First and last day of the window of which QuickBooks has rows already: they will come again, and have
            to be told from new ones.
        codes: What else is to be known, in the order of the set.
    """

    start: date
    newest: date | None
    gap: Days | None
    overlap: Days | None
    codes: tuple[WindowCode, ...]


def window(
    evidence: Evidence,
    *,
    today: date,
    backfill: Span,
    stopped_on: date | None = None,
    worked_until: date | None = None,
    disconnected: bool = False,
) -> Window:
    """
    Return what is safe to fetch for an account.

    It starts on the day after the newest row that QuickBooks still has. Where a disconnect deleted rows that waited
    for review, it starts at the first of them if that is earlier: what was deleted is nowhere else.

    Args:
        stopped_on: The last day that was synchronised; None where it is not known.

        worked_until: The last day until which all that the bank had is known to have come in, so that no gap begins
            before it. None where it is not known; it counts for nothing where rows were deleted.

        disconnected: Somebody cut the connection, so that what waited for review is gone.

    Source: Intuit help, "How to re-authorise your bank connection" (United Kingdom); the same rule in a guide of
    Intuit's French customers of December 2021, which does not know the case of deleted rows
    """
    lost = tuple(day for day in evidence.deleted + (evidence.review if disconnected else ()) if day <= today)
    kept = attrs.evolve(evidence, review=(), deleted=()) if disconnected else evidence
    newest = kept.newest(today)
    wanted = _wanted(kept, lost if newest is not None or evidence.deleted else (), stopped_on, today)
    missing = _missing(wanted, lost, worked_until)
    earliest = backfill.before(today)
    start = max(min(earliest if wanted is None else wanted, today), earliest)
    made = Window(
        start=start,
        newest=newest,
        gap=(missing, shift(earliest, -1)) if missing is not None and missing < earliest else None,
        overlap=(start, newest) if newest is not None and newest >= start else None,
        codes=(),
    )
    codes = set(_codes(made, kept, wanted, stopped_on, today))
    if lost and max(lost) >= start:
        codes.add(WindowCode.REVIEW_ROWS_DELETED)
    if lost and min(lost) < start:
        codes.add(WindowCode.REVIEW_ROWS_OUT_OF_REACH)
    if max((*evidence.review, *evidence.booked, *evidence.excluded, *evidence.deleted), default=today) > today:
        codes.add(WindowCode.FUTURE_ROWS_IGNORED)
    return attrs.evolve(made, codes=tuple(code for code in WindowCode if code in codes))


def _wanted(kept: Evidence, lost: tuple[date, ...], stopped_on: date | None, today: date) -> date | None:
    """
    Return the first day that may miss rows, whatever the bank gives; None when that is not known.

    Of the deleted rows the newest is perhaps all that was noted. Between the newest that is kept and the first that
    was named nothing is kept: starting there brings back those that were not named, and doubles none.
    """
    newest = kept.newest(today)
    if newest is None:
        return min(lost, default=None)
    if not kept.is_of_the_feed and stopped_on is not None and newest > stopped_on:
        # Typed into the books after the feed had stopped: the bank's own rows since then are still missing.
        return min((*lost, shift(stopped_on, 1)))
    return min((*lost, shift(newest, 1)))


def _missing(wanted: date | None, lost: tuple[date, ...], worked_until: date | None) -> date | None:
    """Return the first day of which QuickBooks lacks rows; None when it has no row that says."""
    if lost:
        return min(lost) if wanted is None else wanted
    if wanted is None or worked_until is None:
        return wanted
    return max(wanted, shift(worked_until, 1))


def _codes(
    made: Window, kept: Evidence, wanted: date | None, stopped_on: date | None, today: date
) -> Iterator[WindowCode]:
    if wanted is None:
        yield WindowCode.NO_PRIOR_ROWS
    elif wanted > today:
        yield WindowCode.CLAMPED
    if made.gap is not None:
        yield WindowCode.GAP
    if made.newest is not None and stopped_on is not None and made.newest > stopped_on:
        yield WindowCode.ROWS_AFTER_STOP
    begins = made.gap[0] if made.gap is not None else wanted
    if begins is not None and stopped_on is not None and begins == shift(stopped_on, 1) <= today:
        yield WindowCode.LAST_DAY_MAY_BE_PARTIAL
    if kept.rests_on_the_ledger(today):
        yield WindowCode.FROM_THE_LEDGER
    if made.start < SURE_HISTORY.before(today):
        yield WindowCode.HISTORY_MAY_BE_SHORTER
