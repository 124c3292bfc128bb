"""From which day operations are fetched again: cases with their answers, then laws."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from qbapps.banks import Evidence, EvidenceSource, Window, WindowCode
from qbapps.banks.windows import window
from qbapps.domain.banks.spans import Span
from qbapps.errors import ConfigurationError

TODAY = date(2022, 6, 11)
STOPPED = date(2022, 3, 10)
TWO_YEARS = Span(months=24)


def made(
    today: date = TODAY,
    *,
    backfill: Span = TWO_YEARS,
    stopped_on: date | None = STOPPED,
    worked_until: date | None = None,
    disconnected: bool = False,
    **days: object,
) -> Window:
    evidence = Evidence(**days)  # type: ignore[arg-type]
    return window(
        evidence,
        today=today,
        backfill=backfill,
        stopped_on=stopped_on,
        worked_until=worked_until,
        disconnected=disconnected,
    )


def d(month: int, day: int) -> date:
    return date(2022, month, day)


def test_it_starts_on_the_day_after_the_newest_row_of_both_tabs() -> None:
    found = made(review=[d(3, 9), d(3, 7)], booked=[d(3, 4)])

    assert (found.start, found.gap, found.overlap, found.newest) == (d(3, 10), None, None, d(3, 9))
    assert made(review=[d(3, 4)], booked=[d(3, 9)]).start == d(3, 10)


def test_excluded_rows_count_or_they_would_come_back() -> None:
    assert made(review=[d(3, 9)], excluded=[d(5, 12)], stopped_on=None).start == d(5, 13)


def test_rows_of_today_start_it_today_and_come_twice() -> None:
    found = made(booked=[TODAY])

    assert (found.start, found.overlap) == (TODAY, (TODAY, TODAY))
    assert WindowCode.CLAMPED in found.codes


def test_a_row_of_yesterday_starts_it_today_with_nothing_twice() -> None:
    found = made(booked=[d(6, 10)], stopped_on=None)

    assert (found.start, found.overlap) == (TODAY, None)
    assert WindowCode.CLAMPED not in found.codes


def test_a_bank_that_gives_ninety_days_leaves_a_gap() -> None:
    found = made(d(7, 1), backfill=Span(days=90), booked=[d(1, 15)], stopped_on=d(1, 15))

    assert (found.start, found.gap) == (d(4, 2), (d(1, 16), d(4, 1)))
    assert WindowCode.GAP in found.codes
    assert WindowCode.HISTORY_MAY_BE_SHORTER not in found.codes


def test_the_very_first_day_that_the_bank_gives_leaves_none() -> None:
    assert made(d(7, 1), backfill=Span(days=90), booked=[d(4, 1)], stopped_on=None).gap is None
    assert made(d(7, 1), backfill=Span(days=90), booked=[d(3, 31)], stopped_on=None).gap == (d(4, 1), d(4, 1))


def test_a_connection_that_stopped_on_the_day_of_its_newest_row_may_lack_some_of_that_day() -> None:
    found = made(booked=[STOPPED])

    assert (found.start, found.codes) == (
        d(3, 11),
        (WindowCode.LAST_DAY_MAY_BE_PARTIAL, WindowCode.HISTORY_MAY_BE_SHORTER),
    )
    assert WindowCode.LAST_DAY_MAY_BE_PARTIAL not in made(booked=[d(3, 9)]).codes
    assert WindowCode.LAST_DAY_MAY_BE_PARTIAL not in made(STOPPED, booked=[STOPPED]).codes


@pytest.mark.parametrize("today", [date(2022, 1, 1), date(2024, 2, 29), TODAY])
def test_without_any_row_it_starts_as_early_as_the_bank_allows(today: date) -> None:
    found = made(today, backfill=Span(days=90), stopped_on=None)

    assert (found.start, found.newest, found.gap) == (today - timedelta(days=90), None, None)
    assert found.codes == (WindowCode.NO_PRIOR_ROWS,)


def test_rows_of_the_future_say_nothing_of_the_feed() -> None:
    found = made(booked=[d(3, 4), date(2022, 12, 31)])

    assert found.start == d(3, 5)
    assert WindowCode.FUTURE_ROWS_IGNORED in found.codes
    assert made(booked=[date(2022, 12, 31)]).codes[0] is WindowCode.NO_PRIOR_ROWS


def test_deleted_rows_are_fetched_again_from_the_first() -> None:
    found = made(booked=[d(3, 4), d(3, 9)], deleted=[d(3, 6), d(3, 8)], disconnected=True)

    assert (found.start, found.overlap) == (d(3, 6), (d(3, 6), d(3, 9)))
    assert WindowCode.REVIEW_ROWS_DELETED in found.codes


def test_deleted_rows_after_all_others_come_back_with_those_that_nobody_named() -> None:
    found = made(booked=[d(3, 4)], deleted=[d(3, 6)], disconnected=True)

    assert (found.start, found.overlap) == (d(3, 5), None)
    assert made(booked=[d(2, 1), d(3, 4)], deleted=[d(3, 6), d(3, 8)], disconnected=True).start == d(3, 5)


def test_the_newest_row_of_each_tab_is_enough_to_lose_none_to_a_disconnect() -> None:
    found = made(review=[d(3, 9)], booked=[d(2, 20)], disconnected=True)

    assert (found.start, found.newest, found.overlap) == (d(2, 21), d(2, 20), None)
    assert found.codes[0] is WindowCode.REVIEW_ROWS_DELETED


def test_where_a_disconnect_left_nothing_it_starts_as_early_as_the_bank_allows() -> None:
    found = made(review=[d(3, 9)], backfill=Span(days=90), disconnected=True)

    assert (found.start, found.overlap, found.gap) == (d(3, 13), None, (d(3, 9), d(3, 12)))
    assert {WindowCode.NO_PRIOR_ROWS, WindowCode.REVIEW_ROWS_OUT_OF_REACH} <= set(found.codes)
    assert made(deleted=[d(3, 6)], disconnected=True).start == d(3, 6)


def test_deleted_rows_are_only_said_to_come_again_where_the_bank_gives_them() -> None:
    ninety = Span(days=90)
    none = made(d(7, 1), backfill=ninety, booked=[d(1, 5)], deleted=[d(1, 10)], disconnected=True)
    some = made(d(7, 1), backfill=ninety, booked=[d(1, 5)], deleted=[d(1, 10), d(4, 2)], disconnected=True)

    assert (none.start, none.gap) == (d(4, 2), (d(1, 6), d(4, 1)))
    assert WindowCode.REVIEW_ROWS_DELETED not in none.codes
    assert WindowCode.REVIEW_ROWS_OUT_OF_REACH in none.codes
    assert {WindowCode.REVIEW_ROWS_DELETED, WindowCode.REVIEW_ROWS_OUT_OF_REACH} <= set(some.codes)


@pytest.mark.parametrize(
    ("worked_until", "gap"),
    [
        (None, (date(2021, 12, 2), date(2021, 12, 24))),
        (d(3, 10), None),
        (date(2021, 12, 24), None),
        (date(2021, 12, 23), (date(2021, 12, 24), date(2021, 12, 24))),
        (date(2021, 11, 1), (date(2021, 12, 2), date(2021, 12, 24))),
    ],
)
def test_a_quiet_account_whose_feed_worked_lacks_nothing(
    worked_until: date | None, gap: tuple[date, date] | None
) -> None:
    quiet = made(d(3, 25), backfill=Span(days=90), booked=[date(2021, 12, 1)], worked_until=worked_until)

    assert (quiet.start, quiet.gap) == (date(2021, 12, 25), gap)


def test_the_day_on_which_the_feed_stopped_is_counted_where_the_bank_does_not_give_it() -> None:
    found = made(d(7, 1), backfill=Span(days=90), booked=[d(1, 15)], worked_until=STOPPED)

    assert (found.start, found.gap) == (d(4, 2), (d(3, 11), d(4, 1)))
    assert WindowCode.LAST_DAY_MAY_BE_PARTIAL in found.codes


def test_that_the_feed_worked_says_nothing_of_what_was_deleted() -> None:
    found = made(
        d(7, 1),
        backfill=Span(days=90),
        booked=[d(1, 15)],
        review=[d(3, 1)],
        worked_until=STOPPED,
        disconnected=True,
    )

    assert found.gap == (d(1, 16), d(4, 1))


def test_what_waited_for_review_went_with_the_disconnect() -> None:
    found = made(booked=[d(3, 4)], review=[d(3, 2), d(3, 9)], disconnected=True)

    assert (found.start, found.newest, found.overlap) == (d(3, 2), d(3, 4), (d(3, 2), d(3, 4)))
    assert WindowCode.REVIEW_ROWS_DELETED in found.codes
    assert made(booked=[d(3, 4)], review=[d(3, 2), d(3, 9)]).start == d(3, 10)


def test_deleted_rows_older_than_the_bank_gives_are_a_gap() -> None:
    found = made(
        d(7, 1), backfill=Span(days=90), booked=[d(4, 5)], deleted=[d(3, 30)], stopped_on=d(4, 5), disconnected=True
    )

    assert (found.start, found.gap, found.overlap) == (d(4, 2), (d(3, 30), d(4, 1)), (d(4, 2), d(4, 5)))


@pytest.mark.parametrize("source", ["api_any", EvidenceSource.API_CLEARED])
def test_an_entry_of_the_ledger_after_the_stop_does_not_hide_the_bank_s_rows(source: str) -> None:
    found = made(booked=[d(3, 4), d(5, 20)], source=source)

    assert (found.start, found.overlap) == (d(3, 11), (d(3, 11), d(5, 20)))
    assert {WindowCode.ROWS_AFTER_STOP, WindowCode.FROM_THE_LEDGER, WindowCode.LAST_DAY_MAY_BE_PARTIAL} <= set(
        found.codes
    )


def test_a_tab_s_row_after_the_stop_came_by_a_file_and_counts() -> None:
    found = made(booked=[d(3, 4), d(5, 20)])

    assert (found.start, found.overlap) == (d(5, 21), None)
    assert found.codes == (WindowCode.ROWS_AFTER_STOP,)


def test_a_start_further_back_than_every_bank_goes_is_said() -> None:
    assert WindowCode.HISTORY_MAY_BE_SHORTER in made(booked=[d(3, 11)]).codes  # 12 March is 91 days ago
    assert WindowCode.HISTORY_MAY_BE_SHORTER not in made(booked=[d(3, 12)]).codes


def test_evidence_takes_days_and_rows_with_a_day() -> None:
    @attrs.frozen
    class Row:
        date: date

    assert Evidence(booked=[Row(d(3, 4)), d(3, 5)]).booked == (d(3, 4), d(3, 5))
    assert Evidence(review=iter([d(3, 4)])).review == (d(3, 4),)


@pytest.mark.parametrize("day", [datetime(2022, 3, 4, tzinfo=UTC), "2022-03-04", None, 4])
def test_evidence_takes_nothing_else(day: object) -> None:
    with pytest.raises(ConfigurationError, match="a day of the evidence"):
        Evidence(booked=[day])  # type: ignore[list-item]


def test_a_source_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="source of evidence 'guess'"):
        Evidence(source="guess")  # type: ignore[arg-type]


def test_the_newest_row_is_for_going_on_and_the_oldest_for_adding_before() -> None:
    evidence = Evidence(review=[d(3, 9)], booked=[d(1, 4), d(12, 1)], excluded=[d(2, 1)])

    assert evidence.newest(TODAY) == d(3, 9)
    assert evidence.oldest() == d(1, 4)
    assert (Evidence().newest(TODAY), Evidence().oldest()) == (None, None)


# The laws.

NEAR = st.dates(min_value=date(2021, 1, 1), max_value=date(2024, 12, 31))
MANY = st.lists(NEAR, max_size=6)
EVIDENCE = st.builds(
    Evidence, review=MANY, booked=MANY, excluded=MANY, deleted=MANY, source=st.sampled_from(EvidenceSource)
)
BACKFILL = st.sampled_from([Span(days=90), Span(months=3), Span(months=24), Span(days=0)])


@given(EVIDENCE, NEAR, BACKFILL, st.none() | NEAR, st.booleans())
def test_a_window_lies_within_what_the_bank_gives_and_its_parts_fit(
    evidence: Evidence, today: date, backfill: Span, stopped: date | None, disconnected: bool
) -> None:
    found = window(evidence, today=today, backfill=backfill, stopped_on=stopped, disconnected=disconnected)

    assert backfill.before(today) <= found.start <= today
    if found.gap is not None:
        assert found.gap[0] <= found.gap[1]
        assert found.gap[1] + timedelta(days=1) == found.start == backfill.before(today)
    assert (WindowCode.GAP in found.codes) == (found.gap is not None)
    if found.overlap is not None:
        assert found.start == found.overlap[0] <= found.overlap[1] == found.newest
    assert list(found.codes) == [code for code in WindowCode if code in found.codes]


@given(EVIDENCE, NEAR, BACKFILL, NEAR, st.booleans())
def test_no_day_is_lost_that_no_gap_names(
    evidence: Evidence, today: date, backfill: Span, stopped: date, disconnected: bool
) -> None:
    assume(stopped <= today)
    found = window(evidence, today=today, backfill=backfill, stopped_on=stopped, disconnected=disconnected)

    covered = found.gap[0] if found.gap is not None else found.start
    lost = evidence.deleted + (evidence.review if disconnected else ())
    assert all(covered <= day for day in lost if day <= today)
    # What the bank booked after both the newest row and the stop is in the window or in the gap.
    newest = found.newest
    unseen = max(stopped, newest or stopped) + timedelta(days=1)
    if newest is not None and unseen <= today:
        assert covered <= unseen


@given(st.sets(NEAR, min_size=1), st.sets(NEAR), NEAR, BACKFILL, st.none() | NEAR)
def test_the_newest_of_both_tabs_finds_every_row_that_was_deleted_after_the_newest_kept(
    booked: set[date], review: set[date], today: date, backfill: Span, stopped: date | None
) -> None:
    kept = max((day for day in booked if day <= today), default=None)
    gone = {day for day in review if day <= today and (kept is None or day > kept)}
    noted = Evidence(booked=[max(booked)] if kept is None else [kept], review=[max(gone)] if gone else [])

    found = window(noted, today=today, backfill=backfill, stopped_on=stopped, disconnected=True)

    covered = found.gap[0] if found.gap is not None else found.start
    if kept is not None:
        assert all(covered <= day for day in gone)
        assert found.overlap is None or found.start == today or found.start == backfill.before(today)
    else:
        assert found.start == min(backfill.before(today), today)


@given(EVIDENCE, NEAR, BACKFILL, st.none() | NEAR, NEAR, st.booleans())
def test_to_know_that_the_feed_worked_shortens_the_gap_and_changes_nothing_else(
    evidence: Evidence, today: date, backfill: Span, stopped: date | None, worked: date, disconnected: bool
) -> None:
    before = window(evidence, today=today, backfill=backfill, stopped_on=stopped, disconnected=disconnected)
    after = window(
        evidence,
        today=today,
        backfill=backfill,
        stopped_on=stopped,
        worked_until=worked,
        disconnected=disconnected,
    )

    assert (after.start, after.overlap, after.newest) == (before.start, before.overlap, before.newest)
    if after.gap is not None:
        assert before.gap is not None
        assert before.gap[0] <= after.gap[0] <= after.gap[1] == before.gap[1]
        assert after.gap == before.gap or after.gap[0] == worked + timedelta(days=1)


@given(EVIDENCE, NEAR, BACKFILL, NEAR)
def test_a_row_that_is_there_comes_again_only_in_the_overlap(
    evidence: Evidence, today: date, backfill: Span, stopped: date
) -> None:
    found = window(evidence, today=today, backfill=backfill, stopped_on=stopped)

    again = [day for day in (*evidence.review, *evidence.booked, *evidence.excluded) if found.start <= day <= today]
    if found.overlap is None:
        assert again == []
    else:
        assert all(found.overlap[0] <= day <= found.overlap[1] for day in again)


@given(EVIDENCE, NEAR, NEAR, BACKFILL, NEAR)
def test_waiting_never_moves_the_start_back(
    evidence: Evidence, one: date, other: date, backfill: Span, stopped: date
) -> None:
    first, second = sorted((one, other))
    # What was the future on the first day may have arrived by the second; without any, nothing else changes.
    evidence = attrs.evolve(evidence, **{name: _until(first, evidence, name) for name in _LISTS})

    earlier = window(evidence, today=first, backfill=backfill, stopped_on=stopped)
    later = window(evidence, today=second, backfill=backfill, stopped_on=stopped)

    assert earlier.start <= later.start


@given(EVIDENCE, NEAR, NEAR, BACKFILL)
def test_one_more_row_never_moves_the_start_back(evidence: Evidence, more: date, today: date, backfill: Span) -> None:
    assume(more <= today and evidence.newest(today) is not None)
    grown = attrs.evolve(evidence, booked=(*evidence.booked, more), source=EvidenceSource.TAB, deleted=())
    before = attrs.evolve(evidence, source=EvidenceSource.TAB, deleted=())

    assert window(before, today=today, backfill=backfill).start <= window(grown, today=today, backfill=backfill).start


@given(EVIDENCE, NEAR, BACKFILL, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(evidence: Evidence, today: date, backfill: Span, chance: object) -> None:
    shuffled = {name: list(getattr(evidence, name)) for name in _LISTS}
    for days in shuffled.values():
        chance.shuffle(days)  # type: ignore[attr-defined]

    mixed = attrs.evolve(evidence, **shuffled)

    assert window(mixed, today=today, backfill=backfill) == window(evidence, today=today, backfill=backfill)


_LISTS = ("review", "booked", "excluded", "deleted")


def _until(day: date, evidence: Evidence, name: str) -> tuple[date, ...]:
    return tuple(one for one in getattr(evidence, name) if one <= day)
