"""How long a consent is good, what renews it, and what the table says for each day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qbapps import banks
from qbapps.banks import Consent, Regime, Renewal
from qbapps.domain.banks import consent as consents
from qbapps.domain.banks import regimes, spans
from qbapps.domain.banks.consent import Basis
from qbapps.domain.banks.spans import Span
from qbapps.errors import ConfigurationError, TransitionError

DAYS = st.dates(min_value=date(2019, 9, 14), max_value=date(2100, 1, 1))


def consent(**changes: object) -> Consent:
    given_on = {"id": "con_1", "name": "Crédit Agricole", "authenticated_on": date(2024, 1, 10)}
    return Consent(**{**given_on, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("regime", "given_on", "last"),
    [
        ("EEA", date(2021, 12, 10), date(2022, 3, 10)),
        ("EEA", date(2019, 9, 14), date(2019, 12, 13)),
        ("EEA", date(2023, 7, 24), date(2023, 10, 22)),
        ("EEA", date(2023, 7, 25), date(2024, 1, 21)),
        ("EEA", date(2024, 2, 29), date(2024, 8, 27)),
        ("UK", date(2022, 3, 25), date(2022, 6, 23)),
        ("UK", date(2022, 3, 26), date(2022, 6, 24)),
        ("UK", date(2023, 12, 1), date(2024, 2, 29)),
        ("AU", date(2023, 3, 1), date(2024, 2, 29)),
        ("AU", date(2024, 3, 1), date(2025, 3, 1)),
        ("eea", date(2022, 3, 2), date(2022, 5, 31)),
    ],
)
def test_the_last_good_day_is_that_of_the_law_of_the_day_it_was_given(regime: str, given_on: date, last: date) -> None:
    assert banks.consent_end(given_on, regime) == last


def test_what_the_screen_says_counts_more_than_the_table() -> None:
    assert banks.consent_end(date(2024, 1, 1), stated=date(2024, 3, 31)) == date(2024, 3, 31)
    assert banks.consent_end(date(2015, 1, 1), "OTHER", stated=date(2016, 1, 1)) == date(2016, 1, 1)


@pytest.mark.parametrize("regime", ["OTHER", "EEA", "UK"])
def test_without_a_rule_nothing_is_guessed(regime: str) -> None:
    with pytest.raises(ConfigurationError, match="No consent rule") as caught:
        banks.consent_end(date(2019, 9, 13), regime)

    assert "stated=" in caught.value.hint


@pytest.mark.parametrize("regime", ["France", "", "eu", None, 3])
def test_a_regime_that_is_none_is_refused(regime: object) -> None:
    with pytest.raises(ConfigurationError, match="no set of consent rules"):
        banks.consent_end(date(2024, 1, 1), regime)  # type: ignore[arg-type]


def test_a_stated_end_before_the_consent_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="cannot end"):
        banks.consent_end(date(2024, 1, 2), stated=date(2024, 1, 1))

    assert banks.consent_end(date(2024, 1, 2), stated=date(2024, 1, 2)) == date(2024, 1, 2)


@pytest.mark.parametrize("day", [datetime(2024, 1, 1, tzinfo=UTC), "2024-01-01", None, 20240101])
def test_only_a_day_is_a_day(day: object) -> None:
    with pytest.raises(ConfigurationError, match=r"datetime\.date"):
        banks.consent_end(day)  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match=r"datetime\.date"):
        consent(authenticated_on=day)


def test_a_consent_is_good_on_its_last_day_and_not_on_the_next() -> None:
    one = consent(authenticated_on=date(2021, 12, 10))

    assert one.good_on(date(2022, 3, 10)) is True
    assert one.good_on(date(2022, 3, 11)) is False
    assert one.good_on(date(2021, 12, 9)) is False
    assert consents.ended(one, date(2022, 1, 1)).good_on(date(2022, 1, 1)) is False
    assert consent(regime="OTHER").good_on(date(2090, 1, 1)) is None


def test_it_says_how_its_end_is_known() -> None:
    assert consent().basis is Basis.TABLE
    assert consent(stated_end=date(2024, 3, 1)).basis is Basis.STATED
    assert consent(regime=Regime.OTHER).basis is Basis.UNKNOWN
    assert consent(regime=Regime.OTHER).consent_end is None


@given(DAYS, st.sampled_from([Regime.EEA, Regime.UK, Regime.AU]))
def test_a_consent_lasts_as_many_days_as_its_rule_says(day: date, regime: Regime) -> None:
    rule = regimes.rule_of(regime, day)

    assert rule is not None
    assert banks.consent_end(day, regime) - day == timedelta(days=rule.lasts.days)
    assert consent(authenticated_on=day, regime=regime).consent_end == banks.consent_end(day, regime)


@given(DAYS, DAYS, st.sampled_from([Regime.EEA, Regime.UK, Regime.AU]))
def test_a_later_consent_never_ends_earlier(one: date, other: date, regime: Regime) -> None:
    first, second = sorted((one, other))

    assert banks.consent_end(first, regime) <= banks.consent_end(second, regime)


@given(DAYS, st.sampled_from([Regime.EEA, Regime.UK, Regime.AU]))
def test_the_rule_found_by_the_end_is_one_that_can_end_so(day: date, regime: Regime) -> None:
    rule = regimes.rule_of(regime, day)
    found = regimes.rule_ending(regime, banks.consent_end(day, regime))

    assert rule is not None
    assert found is not None
    assert found.renewal is rule.renewal


def test_the_days_of_the_table_choose_how_a_consent_is_renewed() -> None:
    before = consent(regime="UK", authenticated_on=date(2022, 3, 25))
    after = consent(regime="UK", authenticated_on=date(2022, 3, 26))

    assert before.rule is not None
    assert before.rule.renewal is Renewal.REAUTHENTICATE
    assert after.rule is not None
    assert after.rule.renewal is Renewal.RECONFIRM


@pytest.mark.parametrize(
    ("day", "renewal"),
    [
        (date(2024, 3, 1), Renewal.RECONFIRM),
        (date(2024, 3, 24), Renewal.RECONFIRM),
        (date(2024, 3, 25), Renewal.REAUTHENTICATE),
        (date(2024, 6, 10), Renewal.REAUTHENTICATE),
        (date(2024, 6, 11), Renewal.RECONNECT),
    ],
)
def test_what_renews_depends_on_how_long_ago_it_ended(day: date, renewal: Renewal) -> None:
    rule = regimes.rule_of("UK", date(2023, 12, 11))

    assert consents.renewal_on(rule, date(2024, 3, 10), day) is renewal


def test_a_renewal_counts_from_its_own_day() -> None:
    one = consent(authenticated_on=date(2021, 12, 10))

    again = consents.renewed(one, date(2022, 3, 1), by=Renewal.REAUTHENTICATE)

    assert again.consent_end == date(2022, 5, 30)
    assert (again.id, again.revision) == (one.id, 1)


def test_a_renewal_falls_under_the_law_of_its_own_day() -> None:
    one = consent(authenticated_on=date(2023, 7, 1))

    assert consents.renewed(one, date(2023, 7, 25), by=Renewal.REAUTHENTICATE).consent_end == date(2024, 1, 21)


def test_a_reconfirmation_keeps_the_day_of_the_login() -> None:
    one = consent(regime="UK", authenticated_on=date(2024, 1, 10), stated_end=date(2024, 4, 9))

    again = consents.renewed(one, date(2024, 4, 1), by=Renewal.RECONFIRM)

    assert (again.authenticated_on, again.confirmed_on, again.stated_end) == (
        one.authenticated_on,
        date(2024, 4, 1),
        None,
    )
    assert again.consent_end == date(2024, 6, 30)
    logged_in = consents.renewed(again, date(2024, 6, 1), by=Renewal.REAUTHENTICATE, stated=date(2024, 8, 30))
    assert (logged_in.confirmed_on, logged_in.consent_end) == (None, date(2024, 8, 30))


@pytest.mark.parametrize(
    ("one", "on", "by"),
    [
        (consent(), date(2024, 2, 1), Renewal.RECONFIRM),
        (consent(regime="UK", authenticated_on=date(2022, 3, 25)), date(2022, 6, 1), Renewal.RECONFIRM),
        (consent(regime="UK"), date(2024, 4, 24), Renewal.RECONFIRM),
        (consent(), date(2024, 1, 9), Renewal.REAUTHENTICATE),
        (consent(), date(2024, 2, 1), Renewal.RECONNECT),
        (consent(ended_on=date(2024, 1, 20)), date(2024, 2, 1), Renewal.REAUTHENTICATE),
    ],
)
def test_a_renewal_that_cannot_be_is_refused(one: Consent, on: date, by: Renewal) -> None:
    with pytest.raises(TransitionError) as caught:
        consents.renewed(one, on, by=by)

    assert caught.value.connection_id == one.id
    assert caught.value.hint


def test_a_reconfirmation_within_the_grace_restarts_access() -> None:
    one = consent(regime="UK")  # ends on 9 April 2024

    assert consents.renewed(one, date(2024, 4, 23), by=Renewal.RECONFIRM).consent_end == date(2024, 7, 22)


def test_a_consent_ends_once() -> None:
    over = consents.ended(consent(), date(2024, 2, 1))

    assert (over.ended_on, over.revision) == (date(2024, 2, 1), 1)
    assert consents.ended(over, date(2024, 3, 1)) is over


@pytest.mark.parametrize(
    "changes",
    [{"id": " "}, {"name": ""}, {"confirmed_on": date(2024, 1, 9)}, {"stated_end": date(2024, 1, 9)}],
)
def test_a_consent_that_cannot_be_is_not_made(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="Consent"):
        consent(**changes)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("3 months", Span(months=3)),
        ("1 month", Span(months=1)),
        ("90 days", Span(days=90)),
        ("2 weeks", Span(days=14)),
        ("2 years", Span(months=24)),
        (" 24 Months ", Span(months=24)),
        (timedelta(days=90), Span(days=90)),
        (Span(days=1), Span(days=1)),
        ("0 days", Span()),
    ],
)
def test_a_span_is_read_as_it_is_written(text: Span | timedelta | str, span: Span) -> None:
    assert spans.read(text) == span
    assert spans.read(str(span)) == span


@pytest.mark.parametrize(
    "text", ["", "3", "3 moons", "-3 days", "1.5 months", timedelta(hours=25), timedelta(days=-1), 90]
)
def test_what_is_no_span_is_refused(text: object) -> None:
    with pytest.raises(ConfigurationError, match="no length of time"):
        spans.read(text)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("day", "months", "after"),
    [
        (date(2022, 3, 10), 3, date(2022, 6, 10)),
        (date(2021, 11, 30), 3, date(2022, 2, 28)),
        (date(2023, 11, 30), 3, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2022, 12, 31), 2, date(2023, 2, 28)),
        (date.max, 1, date.max),
    ],
)
def test_months_are_those_of_the_calendar(day: date, months: int, after: date) -> None:
    assert Span(months=months).after(day) == after


def test_before_goes_back_and_stays_in_the_calendar() -> None:
    assert Span(months=24).before(date(2024, 2, 29)) == date(2022, 2, 28)
    assert Span(days=90).before(date(2022, 7, 1)) == date(2022, 4, 2)
    assert Span(months=1).before(date(1, 1, 31)) == date.min
    assert Span(days=1).after(date.max) == date.max


@given(st.dates(), st.dates(), st.integers(0, 60), st.booleans())
def test_a_span_keeps_the_order_of_days(one: date, other: date, count: int, by_month: bool) -> None:
    span = Span(months=count) if by_month else Span(days=count)
    first, second = sorted((one, other))

    assert span.after(first) <= span.after(second)
    assert span.before(first) <= span.before(second)
    assert span.before(first) <= first <= span.after(first)


def test_a_span_of_both_is_none() -> None:
    with pytest.raises(ValueError, match="Span"):
        Span(months=1, days=1)


def test_the_table_is_in_order_and_says_where_each_line_stands() -> None:
    for regime in Regime:
        since = [rule.since or date.min for rule in regimes.RULES if rule.regime is regime]
        assert since == sorted(since)
    assert all(rule.source for rule in regimes.RULES)
    assert {attrs.asdict(rule)["lasts"]["months"] for rule in regimes.RULES} == {0}
