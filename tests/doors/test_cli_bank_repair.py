"""``qbapps bank repair``: the questions, in the user's language, and what follows from the answers."""

from __future__ import annotations

import json
import shlex
from datetime import date
from pathlib import Path

import pytest
from cli_bank import Shell

from qbapps.cli import bank_answers
from qbapps.cli.bank_asking import Misread
from qbapps.language import words

TODAY = ("--today", "2022-06-11")
NAMED = ("--bank", "LCL", "--regime", "EEA", *TODAY)
WHOLE = (*NAMED, "--cause", "update_failed", "--stopped", "2022-03-10", "--backfill", "24 months")


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    return Shell(tmp_path)


def test_the_questions_of_the_guide_lead_to_the_dates_to_type_in_french(shell: Shell) -> None:
    answers = ["crédit agricole", "", "1", "n", "10/3/2022", "", "512000, 512100"]
    answers += ["9/3/2022", "4 mars 2022", "", "", "15/01/2022", "aucune", "24 mois"]

    shown = shell.run("repair", *TODAY, lang="fr", stdin="".join(f"{one}\n" for one in answers))

    assert shown.exit_code == 0, shown.output
    lines = [line.split() for line in shown.stdout.splitlines() if line.strip()]
    assert lines[-2] == ["512000", "10/03/2022", "(10", "mars", "2022)"]
    assert lines[-1] == ["512100", "16/01/2022", "(16", "janvier", "2022)"]
    assert "«\u00a0Crédit Agricole\u00a0»" in shown.stdout
    assert "N’acceptez pas" in shown.stdout
    assert "> crédit agricole" in shown.stderr
    assert max(len(line) for line in shown.stderr.splitlines()) <= 80


def test_the_printed_command_plans_the_same_without_questions(shell: Shell) -> None:
    cases = (
        ("crédit agricole", "", "1", "", "10 March 2022", "", "512000, a b", "2022-03-09", "", "", "", "", "", ""),
        ("LCL", "", "4", "2022-03-10", "512000", "2022-03-08", "2022-03-05", "", "90 days"),
        ("LCL", "2", "2", "", "26 March 2022"),
        ("LCL", "", "1", "", "", "", "2022-01-10", "512000", "", "", "", ""),
        ("LCL", "", "5", ""),
    )
    for answers in cases:
        result = shell.run("repair", "--json", *TODAY, stdin="".join(f"{one}\n" for one in answers))
        found = json.loads(result.stdout)
        _program, _group, *command = shlex.split(found.pop("command"))

        assert shell.done(*command, code=result.exit_code) == found, answers


def test_what_options_say_is_not_asked(shell: Shell) -> None:
    rows = ("--review", "512000=2022-03-09", "--booked", "512000=2022-03-04", "--excluded", "512000=")

    whole = shell.run("repair", *WHOLE, *rows, "--json", stdin="")
    half = shell.answered("2022-03-08", "", options=(*WHOLE, "--review", "512000=2022-03-09"))

    assert whole.exit_code == 0, whole.output
    assert ">" not in whole.stderr
    assert json.loads(whole.stdout)["accounts"]["512000"]["start"] == "2022-03-10"
    assert half["accounts"]["512000"]["newest"] == "2022-03-09"


def test_a_wrong_answer_is_asked_again_with_what_to_type(shell: Shell) -> None:
    answers = ["10", "soon", "1", "perhaps", "n", "3/2/2022", "12 June 2022", "10 March 2022", "", ",", "512000"]
    answers += ["", "2022-03-31x", "2022-03-04", "", "years", "2 years"]

    result = shell.run("repair", *NAMED, stdin="".join(f"{one}\n" for one in answers))

    assert result.exit_code == 0, result.output
    for told in (
        "Type a number from 1 to 9.",
        "Type y for yes, or n for no.",
        "2022-02-03 (3 February 2022); 2022-03-02 (2 March 2022)",
        "12 June 2022 is still to come.",
        "such as 512000.",
        "That is no date.",
        "That is no length of time.",
    ):
        assert told in " ".join(result.stderr.split()), told
    assert "5 March 2022" in result.stdout.splitlines()[-1]


def test_a_bank_that_is_only_like_what_was_typed_is_never_taken_unasked(shell: Shell) -> None:
    rest = ["5", ""]
    options = ("--regime", "EEA", *TODAY)

    assert shell.answered("société", "1", *rest, options=options)["bank"] == "Société Générale"
    assert shell.answered("société", "", *rest, options=options)["bank"] == "société"
    assert shell.answered("crédit", "9", "cmb.fr", *rest, options=options)["bank"] == "Crédit Mutuel de Bretagne"
    assert shell.answered("???", "SG", *rest, options=options)["bank"] == "Société Générale"


def test_an_address_that_is_no_bank_s_is_no_name_to_go_on_with(shell: Shell) -> None:
    answers = ("https://lcl.fr@evil.example/", "", "https://bank.example", "", "lcl.fr", "5", "")

    assert shell.answered(*answers, options=("--regime", "EEA", *TODAY))["bank"] == "LCL"


def test_the_list_of_quickbooks_counts_where_it_is_given(shell: Shell) -> None:
    list_ = shell.file("list.csv", "name", "Barclays", "Barclays Business")
    options = ("--institutions", list_, "--regime", "UK", *TODAY)

    assert shell.answered("barclays", "5", "", options=options)["bank"] == "Barclays"
    assert shell.answered("lcl.fr", "business barclay", "2", "5", "", options=options)["bank"] == "Barclays Business"


def test_an_update_that_was_tried_in_vain_is_not_proposed_again(shell: Shell) -> None:
    answers = ("1", "y", "2022-06-01", "512000", "", "", "", "")

    assert shell.answered(*answers, options=NAMED)["codes"][0] == "update_failed"


def test_of_what_was_disconnected_the_deleted_rows_are_asked_for(shell: Shell) -> None:
    found = shell.answered("4", "2022-06-05", "512000", "2022-06-04", "2022-06-02", "", "", options=NAMED)

    assert found["accounts"]["512000"]["start"] == "2022-06-02"
    assert found["accounts"]["512000"]["overlap"] == ["2022-06-02", "2022-06-04"]


def test_a_consent_that_has_not_ended_is_not_what_stopped_it(shell: Shell) -> None:
    stated = shell.answered("1", "n", "2022-06-05", "2022-08-01", "512000", "", "", "", "", options=NAMED)
    signed_in = shell.answered("1", "n", "", "", "2022-06-01", "512000", "", "", "", "", options=NAMED)

    to_come = shell.answered("1", "n", "", "2022-08-01", "", "512000", "", "", "", "", options=NAMED)

    assert (stated["action"], stated["stopped_on"]) == ("update", "2022-06-05")
    assert (to_come["action"], to_come["codes"][0]) == ("update", "stop_day_unknown")
    assert (signed_in["action"], signed_in["codes"][0]) == ("update", "stop_day_unknown")


def test_the_earlier_of_both_days_counts_when_both_are_known(shell: Shell) -> None:
    found = shell.answered("1", "n", "2022-03-12", "2022-03-10", "512000", "", "", "", "", options=NAMED)

    assert (found["action"], found["stopped_on"]) == ("reconnect", "2022-03-10")


def test_accounts_are_not_asked_for_where_nothing_is_fetched_again(shell: Shell) -> None:
    assert shell.answered("2", "2022-06-20", options=NAMED)["accounts"] == {}


def test_a_gap_is_told_last_and_exits_with_3(shell: Shell) -> None:
    options = (*WHOLE[:-1], "90 days", "--review", "512000=2022-01-15", "--booked", "512000=", "--excluded", "512000=")

    shown = shell.run("repair", *options)

    assert shown.exit_code == 3
    told = " ".join(shown.stdout.split())
    assert told.endswith("512000: bring the operations from 16 January 2022 to 12 March 2022 by a file.")


def test_where_the_answers_end_it_says_which_options_to_use(shell: Shell) -> None:
    error = shell.refused("repair", *NAMED, stdin="1\n")
    nobody = shell.refused("repair", stdin="")
    later = shell.refused("repair", *WHOLE, stdin="512000\n")

    assert error["code"] == nobody["code"] == "not_answered"
    assert "qbapps bank plan --bank LCL --regime EEA --today 2022-06-11 --cause …" in error["hint"]
    assert "--stopped … --booked …" in nobody["hint"]
    assert later["hint"].endswith("--account 512000 --today 2022-06-11")


def test_french_dates_have_the_day_first_and_english_ones_are_not_guessed() -> None:
    today = date(2022, 6, 11)

    def read(text: str, lang: str) -> str:
        try:
            return str(bank_answers.day(text, words(lang), today))
        except Misread:
            return "?"

    both = {
        "2022-02-03": "2022-02-03",
        "3 February 2022": "2022-02-03",
        "1er mars 2022": "2022-03-01",
        "13/02/2022": "2022-02-13",
        "3/3/2022": "2022-03-03",
        "20220203": "2022-02-03",
        "today": "2022-06-11",
        "hier": "2022-06-10",
        "Aujourd’hui": "2022-06-11",
        "12/06/2022": "?",
        "31/02/2022": "?",
        "9/3": "?",
        "03-02-22": "?",
        "next week": "?",
    }
    for text, day in both.items():
        assert (read(text, "fr"), read(text, "en")) == (day, day), text
    assert (read("3/2/2022", "fr"), read("3/2/2022", "en")) == ("2022-02-03", "?")
    assert (read("3/2/22", "fr"), read("3/2/22", "en")) == ("2022-02-03", "?")
    assert (read("02/13/2022", "fr"), read("02/13/2022", "en")) == ("?", "2022-02-13")


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("90 jours", "90 days"),
        ("24 mois", "24 months"),
        ("2 ans", "24 months"),
        ("3 semaines", "21 days"),
        ("90d", "90 days"),
    ],
)
def test_lengths_are_read_in_both_languages(text: str, length: str) -> None:
    assert str(bank_answers.length(text, words("fr"))) == length
    for wrong in ("0 days", "90", "mois", "-3 mois", "3 lunes"):
        with pytest.raises(Misread):
            bank_answers.length(wrong, words("en"))
