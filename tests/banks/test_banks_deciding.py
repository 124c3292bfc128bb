"""What is decided where more than one thing is known: the end of the consent, what was counted, who waits."""

from __future__ import annotations

from datetime import date, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qbapps import banks
from qbapps.banks import Consent, Evidence, Policy, Renewal, Repair, RepairAction, RepairReason
from qbapps.banks.actions import cause_of
from qbapps.banks.policy import LONGEST_HISTORY
from qbapps.domain.banks.regimes import Regime
from qbapps.domain.banks.spans import Span
from qbapps.domain.banks.states import BankState
from qbapps.errors import ConfigurationError

BEGIN = date(2021, 12, 10)
END = date(2022, 3, 10)
CONSENT = Consent(id="con_1", name="Crédit Agricole", authenticated_on=BEGIN)
BRITISH = Consent(id="con_2", name="Barclays", regime="UK", authenticated_on=date(2022, 4, 1))  # type: ignore[arg-type]
BRITISH_END = date(2022, 6, 30)
QUIET = {"512000": Evidence(booked=[date(2021, 12, 1)])}


def plan(today: date, cause: str, stopped_on: date | None, **options: object) -> Repair:
    options.setdefault("consent", CONSENT)
    return banks.plan_repair(stopped_on, today, cause, **options)  # type: ignore[arg-type]


# Patience with a sync that fails.


def test_patience_counts_from_the_first_failure_and_what_is_missing_from_the_last_row() -> None:
    rows = {"512000": Evidence(booked=[date(2022, 1, 3)])}
    last, failing = date(2022, 1, 5), date(2022, 2, 1)

    waits = banks.plan_repair(last, date(2022, 2, 11), "sync_failed", rows, failing_since=failing)
    late = banks.plan_repair(last, date(2022, 2, 12), "sync_failed", rows, failing_since=failing)

    assert (waits.action, waits.codes, waits.act_by) == ("nothing", ("wait",), date(2022, 2, 11))
    assert (late.action, late.codes[0], late.windows["512000"].start) == ("update", "failing_since", date(2022, 1, 4))
    assert "since 1 February 2022" in late.why()[0]
    assert banks.plan_repair(last, date(2022, 2, 11), "sync_failed").codes[0] == "failing_since"


def test_a_first_failure_of_tomorrow_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="failing since 2022-02-02"):
        banks.plan_repair(END, date(2022, 2, 1), failing_since=date(2022, 2, 2))


def test_nobody_waits_past_the_last_good_day() -> None:
    early = plan(date(2022, 2, 22), "sync_failed", date(2022, 2, 22))
    due = plan(date(2022, 2, 24), "sync_failed", date(2022, 2, 22), accounts=QUIET)
    last = plan(END, "sync_failed", date(2022, 3, 5))
    over = plan(END + timedelta(days=1), "sync_failed", date(2022, 3, 5))

    assert (early.action, early.act_by) == ("nothing", date(2022, 2, 23))
    assert (due.action, due.codes[:2], due.act_by) == ("update", ("no_time_to_wait", "expires_soon"), END)
    assert due.windows["512000"].start == date(2021, 12, 2)
    assert (last.action, last.act_by) == ("update", END)
    assert (over.action, over.codes) == ("update", ("consent_ended", "stopped_within_limit"))


def test_one_that_fails_for_long_is_updated_by_the_end_of_its_consent() -> None:
    found = plan(date(2022, 3, 8), "sync_failed", date(2022, 2, 20))

    assert (found.action, found.codes) == ("update", ("failing_since", "expires_soon", "stopped_within_limit"))
    assert found.act_by == END


def test_a_word_to_quickbooks_renews_a_consent_but_repairs_no_sync() -> None:
    due = BRITISH_END - timedelta(days=5)
    waiting = plan(due, "sync_failed", due, consent=BRITISH)
    failing = plan(due, "sync_failed", due - timedelta(days=11), consent=BRITISH)

    assert (waiting.action, waiting.renewal, waiting.act_by) == ("reconfirm", Renewal.RECONFIRM, BRITISH_END)
    assert (failing.action, failing.renewal) == ("update", Renewal.REAUTHENTICATE)
    for cause in ("action_needed", "suspended"):
        found = plan(date(2022, 5, 2), cause, date(2022, 5, 1), consent=BRITISH)
        assert (found.action, found.renewal) == ("update", Renewal.REAUTHENTICATE)
        assert RepairReason.RECONFIRM_IS_ENOUGH not in found.codes


def test_a_consent_can_be_reconfirmed_by_its_end_whenever_its_rows_stopped() -> None:
    stopped = BRITISH_END - timedelta(days=10)

    last = plan(BRITISH_END + timedelta(days=14), "expired", stopped, consent=BRITISH)
    late = plan(BRITISH_END + timedelta(days=15), "expired", stopped, consent=BRITISH)

    assert (last.action, last.act_by, last.stopped_on) == ("reconfirm", date(2022, 7, 14), stopped)
    assert (late.action, late.codes) == ("update", ("stopped_within_limit", "grace_over"))
    assert plan(date(2022, 9, 21), "expired", stopped, consent=BRITISH).action is RepairAction.RECONNECT


# Given up.


def test_what_quickbooks_gave_up_is_updated_at_once() -> None:
    found = plan(date(2022, 1, 15), "suspended", date(2022, 1, 15))

    assert (found.action, found.codes) == ("update", ("suspended", "stopped_within_limit"))
    assert plan(date(2022, 4, 16), "suspended", date(2022, 1, 15)).action is RepairAction.RECONNECT
    assert cause_of(BankState.SUSPENDED) == "suspended"


# New credentials.


@pytest.mark.parametrize(
    ("today", "action", "codes", "act_by"),
    [
        (date(2022, 2, 23), "edit_credentials", ("password_changed",), None),
        (date(2022, 2, 24), "edit_credentials", ("password_changed", "expires_soon", "renew_besides"), END),
        (END, "edit_credentials", ("password_changed", "expires_soon", "renew_besides"), END),
        (
            END + timedelta(days=1),
            "edit_credentials",
            ("password_changed", "consent_ended", "stopped_within_limit", "renew_besides"),
            date(2022, 5, 20),
        ),
        (
            date(2022, 5, 21),
            "reconnect",
            ("password_changed", "consent_ended", "stopped_beyond_limit"),
            None,
        ),
    ],
)
def test_new_credentials_do_not_outlive_the_consent(
    today: date, action: str, codes: tuple[str, ...], act_by: date | None
) -> None:
    found = plan(today, "credentials", date(2022, 2, 20))

    assert (found.action, found.codes, found.act_by) == (action, codes, act_by)
    renewed_besides = Renewal.REAUTHENTICATE if "renew_besides" in codes else None
    assert found.renewal is (Renewal.RECONNECT if action == "reconnect" else renewed_besides)


def test_the_end_of_the_consent_stopped_what_was_not_known_to_have_stopped() -> None:
    found = plan(END + timedelta(days=5), "credentials", None, accounts=QUIET)

    assert (found.action, found.stopped_on, found.act_by) == ("edit_credentials", END, date(2022, 6, 10))
    assert set(found.windows) == {"512000"}


def test_a_consent_that_was_withdrawn_has_no_end_to_wait_for() -> None:
    ended = attrs.evolve(CONSENT, ended_on=date(2022, 2, 1))

    assert plan(date(2022, 3, 20), "credentials", date(2022, 1, 31), consent=ended).codes == ("password_changed",)


# An end that is not known.


def test_one_that_works_until_nobody_knows_when_is_left_alone() -> None:
    other = Consent(id="con_3", name="Desjardins", regime="OTHER", authenticated_on=BEGIN)  # type: ignore[arg-type]

    found = plan(date(2022, 3, 1), "expiring", None, consent=other, accounts=QUIET)

    assert (found.action, found.codes, dict(found.windows), found.steps()) == ("nothing", ("end_not_known",), {}, ())
    assert "state it" in found.why()[0]
    assert banks.plan_repair(None, date(2022, 3, 1), "expiring").codes == ("end_not_known",)


@pytest.mark.parametrize("cause", ["expired", "credentials", "action_needed", "suspended", "sync_failed"])
def test_without_a_rule_nobody_is_sent_to_a_menu_of_another_country(cause: str) -> None:
    other = Consent(id="con_3", name="Desjardins", regime="OTHER", authenticated_on=BEGIN)  # type: ignore[arg-type]

    found = plan(date(2022, 5, 3), cause, None, consent=other)

    assert found.renewal in {None, Renewal.REAUTHENTICATE}
    assert not any("Manage consent" in step for step in found.steps("en"))


# What a disconnect deleted.


@pytest.mark.parametrize("rows", [None, {"512000": Evidence(booked=[date(2022, 3, 4)])}])
def test_what_was_counted_before_a_disconnect_is_believed(rows: dict[str, Evidence] | None) -> None:
    def codes(in_review: int | None) -> tuple[str, ...]:
        return plan(date(2022, 3, 12), "disconnected", END, accounts=rows, in_review=in_review).codes[:2]

    assert codes(None) == ("disconnected", "review_rows_gone")
    assert codes(3) == ("disconnected", "review_rows_lost")
    assert "review" not in " ".join(codes(0))
    lost = plan(date(2022, 3, 12), "disconnected", END, accounts=rows, in_review=1234)
    assert "deleted: 1,234. Name their dates" in lost.why("en")[1]


def test_rows_that_were_named_are_not_asked_for_again() -> None:
    named = {
        "512000": Evidence(booked=[date(2022, 3, 4)], deleted=[date(2022, 3, 8), date(2022, 3, 9)]),
        "512100": Evidence(booked=[date(2022, 3, 7)]),
    }

    def codes(in_review: int | None) -> tuple[str, ...]:
        return plan(date(2022, 3, 12), "disconnected", END, accounts=named, in_review=in_review).codes

    assert RepairReason.REVIEW_ROWS_LOST in codes(3)
    assert RepairReason.REVIEW_ROWS_LOST not in codes(2)
    assert RepairReason.REVIEW_ROWS_GONE in codes(None)


def test_a_tab_that_was_emptied_before_the_disconnect_lost_nothing() -> None:
    rows = {"512000": Evidence(review=[date(2022, 3, 8)], booked=[date(2022, 3, 9)])}

    emptied = plan(date(2022, 3, 12), "disconnected", END, accounts=rows, in_review=0)
    unknown = plan(date(2022, 3, 12), "disconnected", END, accounts=rows)

    assert (emptied.windows["512000"].start, emptied.codes) == (date(2022, 3, 10), ("disconnected",))
    # Older ones than the newest that waited may be gone, and a newer one that is kept hides them.
    assert unknown.windows["512000"].start == date(2022, 3, 8)
    assert RepairReason.REVIEW_ROWS_GONE in unknown.codes


@pytest.mark.parametrize("count", [-1, True])
def test_a_number_of_rows_that_is_none_is_refused(count: int) -> None:
    with pytest.raises(ConfigurationError, match="no number of rows"):
        plan(date(2022, 3, 12), "disconnected", END, in_review=count)


# A feed that is known to have worked.


def test_a_feed_that_worked_leaves_no_gap_before_it_stopped() -> None:
    policy = Policy(backfill="90 days")  # type: ignore[arg-type]

    def gap(cause: str, **known: object) -> tuple[date, date] | None:
        found = plan(date(2022, 3, 25), cause, END, accounts=QUIET, policy=policy, **known)
        return found.windows["512000"].gap

    of_the_newest = (date(2021, 12, 2), date(2021, 12, 24))
    assert gap("expired") == of_the_newest
    assert gap("expired", worked_until=END) is None
    assert gap("disconnected", worked_until=END) == of_the_newest
    assert gap("disconnected", worked_until=END, in_review=2) == of_the_newest
    assert gap("disconnected", worked_until=END, in_review=0) is None


# A policy of one's own.


def test_what_a_policy_does_not_say_is_told_from_what_it_says() -> None:
    plain, short = Policy(), Policy(backfill="90 days", regime="UK")  # type: ignore[arg-type]

    assert (plain.backfill, plain.regime, plain.history, plain.law) == (None, None, LONGEST_HISTORY, Regime.EEA)
    filled = plain.or_else(backfill=Span(days=60), regime=Regime.AU)
    assert (filled.backfill, filled.regime, filled.limit) == (Span(days=60), Regime.AU, plain.limit)
    assert short.or_else(backfill=Span(days=60), regime=Regime.AU) == short
    assert plain.or_else() == plain


# The laws.

DAYS = st.dates(min_value=date(2022, 1, 1), max_value=date(2024, 1, 1))
RANK = [RepairAction.NOTHING, RepairAction.RECONFIRM, RepairAction.UPDATE, RepairAction.RECONNECT]
CONSENTS = st.builds(
    Consent,
    id=st.just("con_1"),
    name=st.just("LCL"),
    regime=st.sampled_from(["EEA", "UK", "AU", "OTHER"]),
    authenticated_on=DAYS,
    stated_end=st.none(),
)


@given(CONSENTS, DAYS, st.integers(0, 200), st.sampled_from(["sync_failed", "suspended", "action_needed"]))
def test_waiting_never_makes_a_repair_easier_whatever_the_consent(
    consent: Consent, stopped: date, days: int, cause: str
) -> None:
    first = stopped + timedelta(days=days)
    second = first + timedelta(days=1)

    earlier = banks.plan_repair(stopped, first, cause, consent=consent)
    later = banks.plan_repair(stopped, second, cause, consent=consent)

    assert RANK.index(earlier.action) <= RANK.index(later.action)


@given(
    CONSENTS.filter(lambda one: one.consent_end is not None),
    st.integers(0, 400),
    st.integers(0, 400),
    st.sampled_from(["sync_failed", "credentials"]),
)
def test_nothing_is_put_off_until_after_the_end_of_the_consent(
    consent: Consent, worked: int, since: int, cause: str
) -> None:
    stopped = consent.authenticated_on + timedelta(days=worked)
    today, end = stopped + timedelta(days=since), consent.consent_end
    assert end is not None

    found = banks.plan_repair(stopped, today, cause, consent=consent)

    if found.action is RepairAction.NOTHING:
        assert found.act_by is not None
        assert today <= found.act_by < end
    if today > end:
        assert found.renewal is not None
