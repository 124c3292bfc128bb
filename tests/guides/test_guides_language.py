"""Languages are picked from what users write, and dates and numbers read as in their country."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from qbapps.errors import ConfigurationError
from qbapps.language import Language, Phrase, from_environment, pick, words


@pytest.mark.parametrize("asked", ["fr", "FR", "fr_FR.UTF-8", "fr-CA", "fr_CA@euro", " fr "])
def test_french_is_recognised_in_every_usual_form(asked: str) -> None:
    assert pick(asked) is Language.FR


@pytest.mark.parametrize("asked", [None, "", "  ", "en", "en-GB", "en_US.UTF-8"])
def test_english_is_recognised_and_is_the_default(asked: str | None) -> None:
    assert pick(asked) is Language.EN


@pytest.mark.parametrize("asked", ["de", "frr", "français", "../fr", "C"])
def test_a_language_that_is_not_spoken_is_refused_with_those_that_are(asked: str) -> None:
    with pytest.raises(ConfigurationError, match="en, fr"):
        pick(asked)


def test_the_environment_is_read_in_order_of_how_much_it_is_about_us() -> None:
    assert from_environment({"QBAPPS_LANG": "en", "LC_ALL": "fr_FR.UTF-8"}) is Language.EN
    assert from_environment({"LC_ALL": "fr_FR.UTF-8", "LANG": "en_US.UTF-8"}) is Language.FR
    assert from_environment({"LC_ALL": "", "LC_MESSAGES": "fr_FR", "LANG": "en_US"}) is Language.FR
    assert from_environment({"LANG": "fr_FR.UTF-8"}) is Language.FR


@pytest.mark.parametrize("locale", ["C", "POSIX", "C.UTF-8", "de_DE.UTF-8"])
def test_a_locale_that_is_not_spoken_is_english_not_an_error(locale: str) -> None:
    assert from_environment({"LANG": locale}) is Language.EN
    assert from_environment({}) is Language.EN


def test_our_own_setting_may_not_be_wrong() -> None:
    with pytest.raises(ConfigurationError, match="klingon"):
        from_environment({"QBAPPS_LANG": "klingon"})


def test_days_are_written_out_and_the_first_of_a_month_is_special_in_french() -> None:
    assert words("en").date(date(2023, 12, 29)) == "29 December 2023"
    assert words("fr").date(date(2023, 12, 29)) == "29 décembre 2023"
    assert words("fr").date(date(2024, 1, 1)) == "1er janvier 2024"
    assert words("en").date(date(2024, 1, 1)) == "1 January 2024"


def test_an_instant_is_said_in_utc_with_its_time() -> None:
    paris = timezone(timedelta(hours=1))
    instant = datetime(2024, 1, 1, 0, 30, tzinfo=paris)

    assert words("en").date(instant) == "31 December 2023 at 23:30 UTC"
    assert words("fr").date(instant) == "31 décembre 2023 à 23\u00a0h\u00a030 UTC"
    assert words("fr").day(instant) == "31 décembre 2023"


def test_an_instant_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        words("fr").date(datetime(2024, 1, 1))  # noqa: DTZ001 - that is the point


def test_numbers_have_their_thousands_apart() -> None:
    assert words("en").number(1234567) == "1,234,567"
    assert words("fr").number(1234567) == "1\u202f234\u202f567"


def test_none_is_singular_in_french_and_plural_in_english() -> None:
    assert words("fr").plural("{n} app", "{n} apps", 0) == "0 appli"
    assert words("en").plural("{n} app", "{n} apps", 0) == "0 apps"
    assert words("fr").plural("{n} app", "{n} apps", 2000) == "2\u202f000 applis"


def test_a_name_without_a_value_is_a_loud_mistake() -> None:
    with pytest.raises(KeyError):
        words("fr")("Our reference: {id}")


def test_braces_in_a_value_are_left_alone() -> None:
    assert words("fr")("Our reference: {id}", id="{app.__class__}") == "Notre référence\u00a0: {app.__class__}"


def test_a_phrase_is_english_text_that_can_be_said_in_french() -> None:
    phrase = Phrase("this line has {found} columns instead of {expected}", found=3, expected=10)

    assert phrase == "this line has 3 columns instead of 10"
    assert json.dumps(phrase) == '"this line has 3 columns instead of 10"'
    assert words("fr").say(phrase) == "cette ligne a 3 colonnes au lieu de 10"
    assert words("fr").say("App") == "App"


def test_a_phrase_survives_a_trip_to_another_process() -> None:
    phrase = Phrase("this line has {found} columns instead of {expected}", found="{x}", expected=10)

    again = pickle.loads(pickle.dumps(phrase))  # noqa: S301 - our own bytes

    assert again == phrase
    assert words("fr").say(again) == words("fr").say(phrase)


def test_instants_in_utc_are_not_shifted() -> None:
    assert words("en").date(datetime(2023, 12, 29, 18, tzinfo=UTC)) == "29 December 2023 at 18:00 UTC"
