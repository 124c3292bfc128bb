"""``qbapps bank plan`` and ``remind``: what to do and when, from options alone."""

from __future__ import annotations

from pathlib import Path

import icalendar
import pytest
from cli_bank import Shell

STOPPED = ("plan", "--stopped", "2022-03-10")
ROWS = ("--review", "512000=2022-03-09", "--booked", "512000=2022-03-04")


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    return Shell(tmp_path)


@pytest.mark.parametrize(
    ("options", "action"),
    [
        (("--today", "2022-06-10"), "update"),
        (("--today", "2022-06-11"), "reconnect"),
        (("--today", "2022-03-20", "--cause", "update_failed"), "reconnect"),
        (("--today", "2022-03-11", "--cause", "disconnected"), "reconnect"),
        (("--today", "2022-03-20", "--cause", "credentials"), "edit_credentials"),
        (("--today", "2022-03-05", "--cause", "expiring"), "update"),
        (("--today", "2022-01-05", "--cause", "expiring"), "nothing"),
        (("--today", "2022-03-20", "--regime", "uk"), "update"),
        (("--today", "2022-06-11", "--limit", "4 months"), "update"),
    ],
)
def test_the_action_follows_from_the_days(shell: Shell, options: tuple[str, ...], action: str) -> None:
    assert shell.done(*STOPPED, *options)["action"] == action


def test_a_consent_of_the_new_rules_of_the_uk_is_reconfirmed_for_some_days(shell: Shell) -> None:
    consent = ("plan", "--authenticated", "2022-03-26", "--regime", "UK")

    assert shell.done(*consent, "--today", "2022-07-08")["action"] == "reconfirm"
    assert shell.done(*consent, "--today", "2022-07-09")["action"] == "update"
    assert shell.done(*consent, "--today", "2022-07-09", "--grace", "15 days")["action"] == "reconfirm"


def test_a_stated_end_counts_more_than_the_table(shell: Shell) -> None:
    consent = ("plan", "--authenticated", "2022-01-01", "--today", "2022-08-01")

    assert shell.done(*consent)["action"] == "reconnect"
    assert shell.done(*consent, "--stated", "2022-06-30")["action"] == "update"
    assert shell.done("plan", "--today", "2022-08-01", "--stated", "2022-06-30")["stopped_on"] == "2022-06-30"
    assert shell.refused(*consent, "--stated", "2021-12-31")["code"] == "configuration_error"


def test_each_account_has_its_own_day_gap_and_overlap(shell: Shell) -> None:
    plan = (*STOPPED, "--today", "2022-07-01", *ROWS, "--booked", "512100=2022-01-15", "--account", "512200")

    found = shell.done(*plan)["accounts"]
    short = shell.done(*plan, "--backfill", "90 days", code=3)["accounts"]

    assert {name: one["start"] for name, one in found.items()} == {
        "512000": "2022-03-10",
        "512100": "2022-01-16",
        "512200": "2020-07-01",
    }
    assert short["512100"]["start"] == "2022-04-02"
    assert short["512100"]["gap"] == ["2022-01-16", "2022-04-01"]
    assert short["512200"]["gap"] is None


def test_days_of_one_account_add_up_and_none_is_an_answer(shell: Shell) -> None:
    plan = (*STOPPED, "--today", "2022-06-11")

    found = shell.done(
        *plan, "--review", "512000=", "--booked", "512000=2022-03-01,2022-03-04", "--booked", "512000=2022-03-02"
    )
    odd = shell.done(*plan, "--booked", "Compte = courant=2022-03-04")

    assert found["accounts"]["512000"]["newest"] == "2022-03-04"
    assert list(odd["accounts"]) == ["Compte = courant"]


def test_rows_that_a_disconnect_deleted_come_again_and_what_is_there_comes_twice(shell: Shell) -> None:
    plan = ("plan", "--cause", "disconnected", "--stopped", "2022-03-10", "--today", "2022-03-20")

    found = shell.done(*plan, "--booked", "512000=2022-03-08", "--deleted", "512000=2022-03-05")["accounts"]["512000"]

    assert (found["start"], found["overlap"]) == ("2022-03-05", ["2022-03-05", "2022-03-08"])


def test_days_of_the_ledger_are_told_to_be_a_hint(shell: Shell) -> None:
    found = shell.done(*STOPPED, "--today", "2022-06-11", "--booked", "512000=2022-03-04", "--source", "api_any")

    assert "from_the_ledger" in found["accounts"]["512000"]["codes"]


@pytest.mark.parametrize(
    "option",
    [
        ("--stopped", "10/03/2022"),
        ("--stopped", "20220310"),
        ("--stopped", "2022-02-30"),
        ("--review", "2022-03-09"),
        ("--review", "=2022-03-09"),
        ("--review", "512000=9/3/2022"),
        ("--backfill", "long"),
        ("--cause", "bad luck"),
        ("--regime", "FR"),
    ],
)
def test_what_cannot_be_read_in_one_way_is_bad_usage(shell: Shell, option: tuple[str, str]) -> None:
    assert shell.refused("plan", *option)["code"] == "bad_usage"


def test_a_stop_that_is_still_to_come_is_bad_input(shell: Shell) -> None:
    error = shell.refused(*STOPPED, "--today", "2022-03-09", "--cause", "update_failed")

    assert error["code"] == "configuration_error"


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_plan_is_shown_with_its_reasons_accounts_and_steps(shell: Shell, lang: str) -> None:
    shown = shell.run(*(*STOPPED, "--today", "2022-06-11", *ROWS, "--bank", "LCL", "--backfill", "90 days"), lang=lang)

    assert shown.exit_code == 3
    first, last = {"en": ("10 June 2022", "13 March 2022"), "fr": ("10 juin 2022", "13/03/2022")}[lang]
    assert shown.stdout.index(first) < shown.stdout.index(last)
    assert " 1. " in shown.stdout
    assert max(map(len, shown.stdout.splitlines())) <= 80


def test_reminders_are_on_real_days_and_readable_by_a_calendar(shell: Shell) -> None:
    shown = shell.run("remind", "--bank", "Crédit Agricole", "--authenticated", "2021-12-10", lang="fr")

    assert shown.exit_code == 0
    events = icalendar.Calendar.from_ical(shown.stdout_bytes).walk("VEVENT")
    assert [f"{one['DTSTART'].dt}" for one in events] == ["2022-02-24", "2022-03-03", "2022-03-09", "2022-03-10"]
    assert b"\r\n" in shown.stdout_bytes
    again = shell.run("remind", "--bank", "Crédit Agricole", "--authenticated", "2021-12-10", "--lead", "7", lang="fr")
    (one,) = icalendar.Calendar.from_ical(again.stdout_bytes).walk("VEVENT")
    assert one["UID"] == events[1]["UID"]


def test_consents_of_a_file_are_reminded_of_and_those_without_an_end_are_told(shell: Shell) -> None:
    file = shell.file(
        "consents.csv",
        "Banque;Identifié le;Fin du consentement;Régime;Identifiant",
        "LCL;10/12/2021;;;a",
        "LCL;10/12/2021;31/03/2022;;b",
        ";;;;",
        "Chase;01/02/2022;;other;",
    )

    shown = shell.run("remind", file, "-o", "bank.ics", lang="en")
    found = shell.done("remind", file, "-o", "bank.ics", "--force", code=3)

    assert shown.exit_code == 3
    assert "Chase: the end of the consent is not known." in shown.stderr
    ends = {one["id"]: (one["consent_end"], one["basis"]) for one in found["consents"]}
    assert ends == {"a": ("2022-03-10", "table"), "b": ("2022-03-31", "stated"), "chase": (None, "unknown")}
    calendar = icalendar.Calendar.from_ical((shell.folder / "bank.ics").read_bytes())
    assert len(calendar.walk("VEVENT")) == 8
    assert "hint" in shell.refused("remind", file, "-o", "bank.ics")


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (("bank,authenticated", "LCL,03/02/2022"), "configuration_error"),  # may be either day
        (("bank,authenticated", "LCL,tomorrow"), "configuration_error"),
        (("bank,authenticated", "LCL,"), "configuration_error"),
        (("bank,authenticated,stated", "LCL,2022-03-02,2022-03-01"), "configuration_error"),
        (("bank,authenticated,regime", "LCL,2022-03-02,EU"), "configuration_error"),
        (("bank,authenticated", "LCL,2022-03-02", "LCL,2022-03-02"), "configuration_error"),  # two of one name
        (("bank,when", "LCL,2022-03-02"), "configuration_error"),
        (("bank,authenticated",), "configuration_error"),
    ],
)
def test_a_list_of_consents_that_leaves_something_open_is_refused(
    shell: Shell, lines: tuple[str, ...], code: str
) -> None:
    assert shell.refused("remind", shell.file("consents.csv", *lines))["code"] == code


def test_reminders_need_a_file_or_a_bank_with_its_day(shell: Shell) -> None:
    file = shell.file("consents.csv", "bank,authenticated", "LCL,2022-03-02")

    assert shell.refused("remind", "--bank", "LCL")["code"] == "bad_usage"
    assert shell.refused("remind", file, "--bank", "LCL")["code"] == "bad_usage"
    assert shell.refused("remind", file, "--firm", "durand")["code"] == "bad_usage"
    assert shell.done("remind", file)["ics"].startswith("BEGIN:VCALENDAR")
    unknown = shell.run("remind", "--bank", "Chase", "--authenticated", "2022-02-01", "--regime", "other")
    assert unknown.exit_code == 4
