"""What a person does for a repair: complete, in both languages, with the dates to type."""

from __future__ import annotations

import string
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qbapps import banks
from qbapps.banks import (
    Consent,
    Evidence,
    Policy,
    Repair,
    RepairAction,
    RepairReason,
    StopCause,
    WindowCode,
    reasons,
    steps,
)
from qbapps.errors import ConfigurationError

LANGUAGES = ("en", "fr")
STOPPED = date(2022, 3, 10)
LATE = date(2022, 6, 11)
ROWS = {"512000": Evidence(review=[date(2022, 3, 9)], booked=[date(2022, 3, 4)])}


def plan(today: date = LATE, cause: str = "expired", **options: object) -> Repair:
    options.setdefault("bank", "Crédit Agricole")
    return banks.plan_repair(STOPPED, today, cause, **options)  # type: ignore[arg-type]


def told(repair: Repair, lang: str) -> str:
    return "\n".join(repair.steps(lang))


def in_order(text: str, *parts: str) -> bool:
    places = [text.find(part) for part in parts]
    return -1 not in places and places == sorted(places)


def test_the_french_steps_of_an_update_follow_its_screens() -> None:
    assert in_order(
        told(plan(date(2022, 6, 10)), "fr"),
        "vignette de «\u00a0Crédit Agricole\u00a0»",
        "«\u00a0Mettre à jour\u00a0»",
        "«\u00a0Reconnecter\u00a0»",
        "«\u00a0Accepter\u00a0»",
        "l’identifiant et le mot de passe de votre banque en ligne",
        "«\u00a0À valider\u00a0»",
    )


def test_the_french_steps_of_a_reconnect_follow_its_screens() -> None:
    assert in_order(
        told(plan(accounts=ROWS), "fr"),
        "la plus récente des onglets «\u00a0À valider\u00a0» et «\u00a0Dans QuickBooks\u00a0»",
        "«\u00a0Exclues\u00a0»",
        "512000\u00a0: la plus récente connue est du 9 mars 2022",
        "Ne déconnectez pas",
        "«\u00a0Connecter un compte\u00a0» en haut à droite",
        "sans nom de région à la suite ni «\u00a0Autres comptes spécialisés\u00a0»",
        "l’adresse de son site",
        "«\u00a0Continuer\u00a0»",
        "«\u00a0Accepter\u00a0»",
        "le compte du plan comptable qu’il avait auparavant (512000)",
        "1er janvier. N’acceptez pas",
        "«\u00a0date personnalisée\u00a0»",
        "512000\u00a0: comme date, indiquez le 10 mars 2022 (10/03/2022).",
        "«\u00a0Connecter\u00a0»",
        "90 derniers jours à 24 mois",
        "avant de les valider",
    )


def test_the_english_steps_of_a_reconnect_say_the_same() -> None:
    assert in_order(
        told(plan(accounts=ROWS), "en"),
        "“For review” and “Categorised”",
        "“Excluded”",
        "512000: the newest on record is of 9 March 2022",
        "Do not disconnect",
        "“Link account” at the top right",
        "without a region after its name and without “Other specialised accounts”",
        "address of its site",
        "“Continue”",
        "“Accept”",
        "that it had before (512000)",
        "1 January. Do not accept",
        "“Custom date”",
        "512000: as the date, type 10 March 2022.",
        "“Connect”",
        "90 days to 24 months",
        "before you validate",
    )


def test_the_french_steps_of_new_credentials_follow_their_screens() -> None:
    assert in_order(
        told(plan(date(2022, 3, 12), "credentials"), "fr"),
        "la vignette",
        "crayon ✎",
        "«\u00a0Modifier les identifiants\u00a0»",
        "«\u00a0Enregistrer et fermer\u00a0»",
    )


@pytest.mark.parametrize(
    ("regime", "labels"),
    [("UK", ("“Manage connections”", "“Manage consent”", "“Reconfirm”")), ("AU", ("“Manage consent”", "“Renew”"))],
)
def test_where_the_law_wants_less_the_steps_are_others(regime: str, labels: tuple[str, ...]) -> None:
    policy = Policy(regime=regime)  # type: ignore[arg-type]
    found = banks.plan_repair(date(2023, 3, 10), date(2023, 3, 5), "expiring", policy=policy)

    assert in_order(told(found, "en"), *labels)


def test_without_rows_the_person_finds_the_date() -> None:
    text = told(plan(), "fr")

    assert "indiquez le lendemain de l’opération la plus récente que vous avez notée" in text
    assert "qu’il avait auparavant\u00a0;" in text


def test_an_update_that_fails_is_followed_by_a_reconnect_with_the_same_dates() -> None:
    text = told(plan(date(2022, 6, 10), accounts=ROWS), "fr")

    assert in_order(
        text, "Si ce n’est pas possible", "1er janvier", "512000\u00a0: comme date, indiquez le 10 mars 2022"
    )


@pytest.mark.parametrize("accounts", [None, ROWS])
@pytest.mark.parametrize(
    ("today", "cause"),
    [
        (date(2022, 3, 5), "expiring"),
        (date(2022, 6, 10), "expired"),
        (date(2022, 3, 12), "credentials"),
        (date(2022, 3, 20), "action_needed"),
        (date(2022, 3, 12), "suspended"),
    ],
)
def test_what_is_repaired_in_place_can_still_be_connected_anew(
    today: date, cause: str, accounts: dict[str, Evidence] | None
) -> None:
    found = plan(today, cause, accounts=accounts)
    english, french = told(found, "en"), told(found, "fr")

    assert found.action in {RepairAction.UPDATE, RepairAction.EDIT_CREDENTIALS}
    assert in_order(
        english,
        "If that is not possible, connect the bank anew. First note",
        "“For review” and “Categorised”, and in “Excluded”",
        "Do not disconnect the old connection while operations wait",
        "“Link account”",
        "without a region after its name",
        "that it had before; do not add a new one",
        "1 January. Do not accept that",
        "“Custom date”",
        "512000: as the date, type 10 March 2022" if found.windows else "type the day after the newest operation",
    )
    assert in_order(
        french,
        "Si ce n’est pas possible, reconnectez la banque. Notez au préalable",
        "«\u00a0À valider\u00a0» et «\u00a0Dans QuickBooks\u00a0»",
        "Ne déconnectez pas",
        "«\u00a0Connecter un compte\u00a0»",
        "sans nom de région à la suite",
        "qu’il avait auparavant",
        "1er janvier. N’acceptez pas",
        "«\u00a0date personnalisée\u00a0»",
    )


@pytest.mark.parametrize(
    ("lang", "why"),
    [
        ("en", "512000: that is 1 January because it was computed for this account"),
        ("fr", "512000\u00a0: c’est le 1er janvier parce que cette date a été calculée pour ce compte"),
    ],
)
def test_a_first_of_january_that_was_computed_is_told_from_the_one_that_is_proposed(lang: str, why: str) -> None:
    new_year = plan(accounts={"512000": Evidence(booked=[date(2021, 12, 31)])})
    other_day = plan(accounts={"512000": Evidence(booked=[date(2022, 1, 1)])})

    assert new_year.windows["512000"].start == date(2022, 1, 1)
    assert why in told(new_year, lang)
    assert why not in told(other_day, lang)


@pytest.mark.parametrize(("regime", "label"), [("EEA", "“Reconnect”"), ("AU", "“Renew”")])
def test_new_credentials_come_before_the_renewal_of_a_consent_that_has_ended(regime: str, label: str) -> None:
    consent = Consent(id="con_1", name="LCL", regime=regime, authenticated_on=date(2021, 12, 10))  # type: ignore[arg-type]
    assert consent.consent_end is not None
    found = plan(consent.consent_end, "credentials", consent=consent)
    shown = found.steps("en")

    assert in_order(
        "\n".join(shown), "pencil ✎", "“Save and connect”", label, "“For review”", "If that is not possible"
    )
    assert len(set(shown)) == len(shown)


def test_nobody_is_told_not_to_disconnect_what_is_disconnected() -> None:
    assert "Do not disconnect" in told(plan(), "en")
    assert "Do not disconnect" not in told(plan(cause="disconnected"), "en")


def test_the_bank_s_own_site_comes_first_where_it_asks_for_something() -> None:
    text = told(plan(date(2022, 3, 20), "action_needed"), "en")

    assert in_order(text, "First sign in on the bank's own site", "“Update”")


def test_two_accounts_have_two_dates_and_one_for_a_screen_with_one() -> None:
    rows = {**ROWS, "512100": Evidence(booked=[date(2022, 2, 1)])}

    text = told(plan(accounts=rows), "fr")

    assert "512000\u00a0: comme date, indiquez le 10 mars 2022" in text
    assert "512100\u00a0: comme date, indiquez le 2 février 2022" in text
    assert "indiquez la plus ancienne, le 2 février 2022 (02/02/2022)" in text
    assert "(512000, 512100)" in text


@pytest.mark.parametrize(
    ("lang", "gap", "overlap", "partial"),
    [
        (
            "en",
            "from 16 January 2022 to 1 April 2022",
            "of 11 June 2022 come again",
            "count the operations of 10 March 2022",
        ),
        (
            "fr",
            "du 16 janvier 2022 au 1er avril 2022",
            "du 11 juin 2022 reviennent",
            "comptez les opérations du 10 mars 2022",
        ),
    ],
)
def test_what_is_left_to_do_is_said_with_its_days(lang: str, gap: str, overlap: str, partial: str) -> None:
    short = Policy(backfill="90 days")  # type: ignore[arg-type]
    old = {"512000": Evidence(booked=[date(2022, 1, 15)])}

    assert gap in told(banks.plan_repair(date(2022, 1, 15), date(2022, 7, 1), accounts=old, policy=short), lang)
    assert overlap in told(plan(accounts={"512000": Evidence(booked=[LATE])}), lang)
    assert partial in told(plan(accounts={"512000": Evidence(booked=[STOPPED])}), lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_where_there_is_nothing_to_do_there_are_no_steps(lang: str) -> None:
    assert plan(date(2022, 1, 1), "expiring").steps(lang) == ()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("cause", StopCause)
@pytest.mark.parametrize("bank", [None, "", "LCL"])
@pytest.mark.parametrize("regime", ["EEA", "UK", "AU", "OTHER"])
def test_every_repair_can_be_told(cause: StopCause, lang: str, bank: str | None, regime: str) -> None:
    for today in (date(2022, 3, 12), LATE):
        policy = Policy(regime=regime)  # type: ignore[arg-type]
        found = plan(today, cause, bank=bank, policy=policy, accounts=ROWS)
        said = [*found.steps(lang), *found.why(lang)]

        assert said
        assert all(text.endswith(".") for text in said), said
        assert not any("{" in text or "None" in text for text in said)
        assert found.action is RepairAction.NOTHING or said[0].startswith("To be done" if lang == "en" else "À faire")


def test_the_steps_say_how_old_their_labels_are_in_each_country() -> None:
    assert "those of 29 January 2024." in plan().labels_as_of("en")
    assert in_order(plan().labels_as_of("fr"), "décembre 2021", "a quitté la France le 29 décembre 2023")
    assert "2024" not in plan().labels_as_of("fr")
    assert steps.SOURCE


def test_a_language_that_is_not_spoken_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="not a language"):
        plan().steps("de")


@given(st.text(max_size=20), st.text(max_size=20))
def test_a_name_cannot_add_a_step(bank: str, account: str) -> None:
    plain = plan(bank="LCL", accounts={"512000": ROWS["512000"]})
    named = plan(bank=bank, accounts={account: ROWS["512000"]})

    assert len(named.steps("en")) == len(plain.steps("en"))
    assert not any("\n" in step or "\r" in step for step in named.steps("en"))


def test_every_code_has_a_sentence_with_names_that_are_filled_in() -> None:
    assert set(reasons.SENTENCES) == {*RepairReason, *WindowCode}
    names = {
        name
        for text in reasons.SENTENCES.values()
        for _text, name, _format, _conversion in string.Formatter().parse(text)
        if name
    }
    assert names <= {"day", "notice", "limit", "gap", "stop", "start", "newest", "count"}


def test_a_reason_is_said_in_the_language_asked_for() -> None:
    reason = plan().reasons[0]

    assert str(reason).startswith("It stopped on 10 March 2022")
    assert reason.said("fr").startswith("La connexion s’est arrêtée le 10 mars 2022")
