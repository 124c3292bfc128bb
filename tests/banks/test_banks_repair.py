"""What to do about a bank connection: cases with their answers, the boundaries, and laws."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qbapps import banks
from qbapps.banks import Consent, Evidence, Policy, Renewal, Repair, RepairAction, RepairReason, StopCause, WindowCode
from qbapps.errors import ConfigurationError

STOPPED = date(2022, 3, 10)


def plan(today: date, cause: str = "expired", **options: object) -> Repair:
    return banks.plan_repair(STOPPED, today, cause, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("today", "action", "code"),
    [
        (date(2022, 3, 10), "update", "stopped_within_limit"),
        (date(2022, 3, 11), "update", "stopped_within_limit"),
        (date(2022, 6, 9), "update", "stopped_within_limit"),
        (date(2022, 6, 10), "update", "on_the_limit"),
        (date(2022, 6, 11), "reconnect", "stopped_beyond_limit"),
    ],
)
def test_three_months_decide_between_updating_and_reconnecting(today: date, action: str, code: str) -> None:
    found = plan(today)

    assert (found.action, found.codes) == (action, (code,))
    assert found.act_by == (date(2022, 6, 10) if action == "update" else None)


@pytest.mark.parametrize(
    ("stopped", "last"),
    [
        (date(2021, 11, 30), date(2022, 2, 28)),
        (date(2023, 11, 30), date(2024, 2, 29)),
        (date(2023, 11, 29), date(2024, 2, 29)),
        (date(2024, 2, 29), date(2024, 5, 29)),
    ],
)
def test_the_limit_is_in_months_of_the_calendar(stopped: date, last: date) -> None:
    assert banks.plan_repair(stopped, last).action is RepairAction.UPDATE
    assert banks.plan_repair(stopped, last + timedelta(days=1)).action is RepairAction.RECONNECT


def test_the_last_day_can_be_taken_for_too_late() -> None:
    policy = Policy(boundary="reconnect")  # type: ignore[arg-type]

    assert plan(date(2022, 6, 10), policy=policy).action is RepairAction.RECONNECT
    assert plan(date(2022, 6, 9), policy=policy).action is RepairAction.UPDATE


def test_another_limit_can_be_given() -> None:
    policy = Policy(limit="90 days")  # type: ignore[arg-type]

    assert plan(date(2022, 6, 8), policy=policy).action is RepairAction.UPDATE
    assert plan(date(2022, 6, 9), policy=policy).action is RepairAction.RECONNECT


@pytest.mark.parametrize("cause", ["update_failed", "disconnected", "revoked"])
def test_what_cannot_be_updated_is_reconnected_at_once(cause: str) -> None:
    found = plan(STOPPED + timedelta(days=1), cause)

    assert (found.action, found.renewal) == (RepairAction.RECONNECT, Renewal.RECONNECT)
    assert found.codes[0] == cause


def test_an_update_that_failed_after_ten_days_is_followed_by_a_reconnect() -> None:
    assert plan(date(2022, 3, 20), "update_failed").action is RepairAction.RECONNECT


def test_a_changed_password_is_edited_and_nothing_is_fetched_again() -> None:
    found = plan(date(2022, 3, 12), "credentials", accounts={"512000": Evidence(booked=[date(2022, 3, 9)])})

    assert (found.action, found.codes, dict(found.windows)) == ("edit_credentials", ("password_changed",), {})


def test_a_password_that_changed_long_ago_may_have_left_a_hole() -> None:
    found = plan(date(2022, 6, 11), "credentials", accounts={"512000": Evidence(booked=[date(2022, 3, 9)])})

    assert found.action is RepairAction.EDIT_CREDENTIALS
    assert RepairReason.ROWS_MAY_BE_MISSING in found.codes
    assert found.windows["512000"].start == date(2022, 3, 10)


@pytest.mark.parametrize("cause", ["expiring", "expired"])
@pytest.mark.parametrize(
    ("today", "action"),
    [
        (date(2022, 2, 23), "nothing"),
        (date(2022, 2, 24), "update"),
        (date(2022, 3, 5), "update"),
        (date(2022, 3, 9), "update"),
    ],
)
def test_one_that_still_works_is_renewed_in_its_last_days_and_nothing_is_fetched(
    cause: str, today: date, action: str
) -> None:
    found = plan(today, cause, accounts={"512000": Evidence(booked=[today])})

    assert (found.action, dict(found.windows)) == (action, {})
    assert found.codes == (("not_due",) if action == "nothing" else ("expires_soon",))
    assert found.act_by == (date(2022, 2, 24) if action == "nothing" else STOPPED)


def test_its_last_day_is_a_good_one() -> None:
    rows = {"512000": Evidence(booked=[date(2022, 3, 9)])}

    assert plan(STOPPED, "expiring", accounts=rows).windows == {}
    assert plan(STOPPED + timedelta(days=1), "expiring", accounts=rows).windows["512000"].start == STOPPED


@pytest.mark.parametrize(
    ("today", "action"),
    [
        (date(2022, 9, 25), "nothing"),
        (date(2022, 9, 26), "reconfirm"),
        (date(2022, 10, 10), "reconfirm"),
        (date(2022, 10, 24), "reconfirm"),
        (date(2022, 10, 25), "update"),
        (date(2023, 1, 10), "update"),
        (date(2023, 1, 11), "reconnect"),
    ],
)
def test_in_the_united_kingdom_a_word_is_enough_until_the_grace_is_over(today: date, action: str) -> None:
    found = banks.plan_repair(date(2022, 10, 10), today, "expiring", policy=Policy(regime="UK"))  # type: ignore[arg-type]

    assert found.action == action
    assert (RepairReason.RECONFIRM_IS_ENOUGH in found.codes) == (action == "reconfirm")
    assert (RepairReason.GRACE_OVER in found.codes) == (action == "update")


def test_a_british_consent_of_before_the_new_rule_is_renewed_at_the_bank() -> None:
    uk = Policy(regime="UK")  # type: ignore[arg-type]

    assert banks.plan_repair(date(2022, 6, 23), date(2022, 6, 20), "expiring", policy=uk).action is RepairAction.UPDATE
    assert (
        banks.plan_repair(date(2022, 6, 24), date(2022, 6, 20), "expiring", policy=uk).action is RepairAction.RECONFIRM
    )


def test_a_consent_says_its_rule_its_end_and_its_bank() -> None:
    consent = Consent(id="con_1", name="Barclays", regime="UK", authenticated_on=date(2022, 3, 25))  # type: ignore[arg-type]

    found = banks.plan_repair(None, date(2022, 6, 20), "expiring", consent=consent)

    assert (found.action, found.stopped_on, found.bank) == ("update", date(2022, 6, 23), "Barclays")


def test_a_stated_end_does_not_change_whose_rule_it_is() -> None:
    stated = date(2022, 9, 1)
    consent = Consent(
        id="con_1",
        name="Barclays",
        regime="UK",
        authenticated_on=date(2022, 3, 25),
        stated_end=stated,  # type: ignore[arg-type]
    )

    assert banks.plan_repair(stated, stated, "expiring", consent=consent).action is RepairAction.UPDATE


def test_australians_renew_in_quickbooks() -> None:
    found = plan(date(2022, 3, 5), "expiring", policy=Policy(regime="AU"))  # type: ignore[arg-type]

    assert (found.action, found.renewal) == (RepairAction.UPDATE, Renewal.UPDATE)


def test_without_a_rule_the_bank_is_asked() -> None:
    found = plan(date(2022, 3, 20), policy=Policy(regime="OTHER"))  # type: ignore[arg-type]

    assert (found.action, found.renewal) == (RepairAction.UPDATE, Renewal.REAUTHENTICATE)


def test_a_failing_sync_is_left_alone_for_ten_days() -> None:
    assert (plan(date(2022, 3, 20), "sync_failed").action, plan(date(2022, 3, 20), "sync_failed").codes) == (
        "nothing",
        ("wait",),
    )
    assert plan(date(2022, 3, 21), "sync_failed").codes == ("failing_since", "stopped_within_limit")
    assert plan(date(2022, 6, 11), "sync_failed").action is RepairAction.RECONNECT


def test_the_bank_s_own_site_comes_before_the_update() -> None:
    assert plan(date(2022, 3, 20), "action_needed").codes == ("act_at_bank", "stopped_within_limit")
    assert plan(date(2022, 6, 11), "action_needed").action is RepairAction.RECONNECT


@pytest.mark.parametrize("cause", ["expired", "action_needed", "sync_failed", "suspended"])
def test_a_stop_of_an_unknown_day_is_tried_by_an_update(cause: str) -> None:
    found = banks.plan_repair(None, date(2022, 6, 11), cause)

    assert (found.action, found.codes[-1]) == ("update", "stop_day_unknown")
    assert found.renewal is Renewal.REAUTHENTICATE


def test_one_consent_is_renewed_once_and_each_account_goes_on_from_its_own_day() -> None:
    found = plan(
        date(2022, 6, 11),
        accounts={
            "512000": Evidence(review=[date(2022, 3, 9)], booked=[date(2022, 3, 4)]),
            "512100": Evidence(booked=[date(2022, 2, 1)]),
        },
    )

    assert {name: window.start for name, window in found.windows.items()} == {
        "512000": date(2022, 3, 10),
        "512100": date(2022, 2, 2),
    }
    assert {reason.account for reason in found.reasons} == {None, "512000", "512100"}


def test_a_disconnect_says_that_what_waited_for_review_is_gone() -> None:
    known = {"512000": Evidence(booked=[date(2022, 3, 4)], deleted=[date(2022, 3, 8)])}

    assert RepairReason.REVIEW_ROWS_GONE in plan(date(2022, 3, 12), "disconnected").codes
    assert RepairReason.REVIEW_ROWS_GONE not in plan(date(2022, 3, 12), "disconnected", accounts=known).codes
    assert plan(date(2022, 3, 12), "disconnected", accounts=known).windows["512000"].start == date(2022, 3, 5)


def test_a_disconnect_takes_the_review_tab_with_it_and_an_expiry_does_not() -> None:
    rows = {"512000": Evidence(review=[date(2022, 3, 8)], booked=[date(2022, 3, 9)])}

    assert plan(date(2022, 6, 11), "disconnected", accounts=rows).windows["512000"].start == date(2022, 3, 8)
    assert plan(date(2022, 6, 11), "expired", accounts=rows).windows["512000"].start == date(2022, 3, 10)


def test_a_gap_is_seen_at_a_glance_and_named_among_the_reasons() -> None:
    policy = Policy(backfill="90 days")  # type: ignore[arg-type]
    found = banks.plan_repair(
        date(2022, 1, 15), date(2022, 7, 1), accounts={"512000": Evidence(booked=[date(2022, 1, 15)])}, policy=policy
    )

    assert found.has_gap
    assert WindowCode.GAP in found.codes
    assert "512000: The bank does not give the operations from 16 January 2022 to 1 April 2022" in "\n".join(
        found.why()
    )
    assert not plan(date(2022, 6, 11)).has_gap


@pytest.mark.parametrize("cause", ["", "tired", "EXPIRE", None])
def test_a_cause_that_is_none_is_refused(cause: object) -> None:
    with pytest.raises(ConfigurationError, match="no cause"):
        plan(date(2022, 6, 11), cause)  # type: ignore[arg-type]


@pytest.mark.parametrize("cause", [one for one in StopCause if one not in {"expired", "expiring"}])
def test_what_has_not_stopped_yet_cannot_have_stopped(cause: str) -> None:
    with pytest.raises(ConfigurationError, match="cannot have stopped"):
        plan(date(2022, 3, 9), cause)


@pytest.mark.parametrize("day", [datetime(2022, 6, 11, tzinfo=UTC), "2022-06-11"])
def test_days_are_days(day: object) -> None:
    with pytest.raises(ConfigurationError, match="today"):
        banks.plan_repair(STOPPED, day)  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="stopped_on"):
        banks.plan_repair(day, date(2022, 6, 11))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "options",
    [{"limit": "soon"}, {"backfill": 90}, {"regime": "France"}, {"boundary": "nothing"}, {"boundary": "maybe"}],
)
def test_a_policy_that_cannot_be_is_not_made(options: dict[str, object]) -> None:
    with pytest.raises((ConfigurationError, ValueError)):
        Policy(**options)  # type: ignore[arg-type]


# The laws.

DAYS = st.dates(min_value=date(2019, 1, 1), max_value=date(2030, 1, 1))
EVIDENCE = st.builds(Evidence, review=st.lists(DAYS, max_size=3), booked=st.lists(DAYS, max_size=3))
POLICIES = st.builds(
    Policy,
    limit=st.sampled_from(["3 months", "90 days", "0 days"]),
    backfill=st.sampled_from(["24 months", "90 days"]),
    regime=st.sampled_from(["EEA", "UK", "AU", "OTHER"]),
    grace=st.sampled_from(["0 days", "14 days", "6 months"]),
)
RANK = [RepairAction.NOTHING, RepairAction.RECONFIRM, RepairAction.UPDATE, RepairAction.RECONNECT]


@given(
    DAYS, DAYS, DAYS, POLICIES, st.sampled_from(["expired", "expiring", "sync_failed", "suspended", "action_needed"])
)
def test_waiting_never_makes_a_repair_easier(one: date, other: date, stopped: date, policy: Policy, cause: str) -> None:
    first, second = sorted((one, other))
    if cause not in {"expired", "expiring"}:
        stopped = min(stopped, first)

    earlier = banks.plan_repair(stopped, first, cause, policy=policy)
    later = banks.plan_repair(stopped, second, cause, policy=policy)

    assert RANK.index(earlier.action) <= RANK.index(later.action)


@given(DAYS, DAYS, st.dictionaries(st.text(max_size=5), EVIDENCE, max_size=3), POLICIES, st.sampled_from(StopCause))
def test_every_repair_has_reasons_steps_and_windows_that_agree(
    stopped: date, today: date, accounts: dict[str, Evidence], policy: Policy, cause: StopCause
) -> None:
    if cause not in {"expired", "expiring"}:
        stopped = min(stopped, today)

    found = banks.plan_repair(stopped, today, cause, accounts, policy)

    assert found.reasons
    assert all(found.why())
    assert bool(found.steps()) == (found.action is not RepairAction.NOTHING)
    assert set(found.windows) in ({*accounts}, set())
    if found.action is RepairAction.RECONNECT:
        assert set(found.windows) == {*accounts}
    assert found == banks.plan_repair(stopped, today, cause, accounts, policy)


@given(DAYS, DAYS, POLICIES)
def test_what_may_be_done_by_a_day_is_still_to_be_done_on_it(stopped: date, today: date, policy: Policy) -> None:
    found = banks.plan_repair(stopped, today, "expiring", policy=policy)

    if found.act_by is not None and found.action is not RepairAction.NOTHING:
        assert today <= found.act_by
        assert banks.plan_repair(stopped, found.act_by, "expiring", policy=policy).action is found.action
