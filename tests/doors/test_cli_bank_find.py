"""``qbapps bank find``: one entry of the list, several that it may be, or none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from cli_bank import Shell
from cli_people import ROOT

from qbapps import banks
from qbapps.cli import bank_options, bank_words
from qbapps.cli.bank import bank
from qbapps.domain.banks.regimes import Regime

LIST = (
    "name,url",
    "Crédit Agricole,https://www.credit-agricole.fr",
    "Crédit Agricole Toulouse 31,",
    "Crédit Agricole - Autres comptes spécialisés,",
    "",
    "Caisse Rurale Nord,",
    "Caisse Rurale Nort,",
)


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    return Shell(tmp_path)


def test_a_bank_is_found_by_its_name_with_the_reason(shell: Shell) -> None:
    shown = shell.run("find", "credit agricole")

    assert shown.exit_code == 0
    assert "In QuickBooks' list, take “Crédit Agricole”." in shown.stdout
    assert "the same name" in shown.stdout


def test_a_list_of_one_s_own_has_headers_or_not(shell: Shell) -> None:
    for lines in (
        LIST,
        LIST[1:],
        [line.replace(",", ";") for line in ("Adresse,Nom", *["x," + LIST[1].split(",")[0]])],
    ):
        found = shell.done("find", "credit agricole", "--institutions", shell.file("list.csv", *lines))

        assert found["best"]["name"] == "Crédit Agricole"
    assert [one["name"] for one in found["ranked"]] == ["Crédit Agricole"]


def test_regional_and_special_entries_come_after_with_their_reasons(shell: Shell) -> None:
    found = shell.done("find", "crédit agricole", "--institutions", shell.file("list.csv", *LIST))

    reasons = {one["name"]: [reason["code"] for reason in one["reasons"]] for one in found["ranked"]}
    assert reasons["Crédit Agricole Toulouse 31"] == ["similar_name", "regional"]
    assert "special_accounts" in reasons["Crédit Agricole - Autres comptes spécialisés"]
    scores = [one["score"] for one in found["ranked"]]
    assert scores == sorted(scores, reverse=True)


def test_of_two_that_it_may_be_none_is_chosen_and_both_are_shown(shell: Shell) -> None:
    list_ = shell.file("list.csv", *LIST)

    shown = shell.run("find", "caisse rurale", "--institutions", list_)
    found = shell.done("find", "caisse rurale", "--institutions", list_, code=3)

    assert shown.exit_code == 3
    assert "It may be Caisse Rurale Nord or Caisse Rurale Nort" in shown.stdout
    assert "1. Caisse Rurale Nord" in shown.stdout
    assert "2. Caisse Rurale Nort" in shown.stdout
    assert (found["best"], [one["name"] for one in found["ranked"]][:2]) == (
        None,
        ["Caisse Rurale Nord", "Caisse Rurale Nort"],
    )


@pytest.mark.parametrize("query", ["barclays", "https://bank.example/"])
def test_what_is_no_bank_that_is_known_exits_with_4(shell: Shell, query: str) -> None:
    assert shell.done("find", query, code=4)["best"] is None


@pytest.mark.parametrize(
    "address",
    [
        "https://credit-agricole.fr@evil.example/",
        "https://credit-agricole.fr\\@evil.example",
        "http://203.0.113.7/lcl.fr",
    ],
)
def test_an_address_that_pretends_is_bad_input_and_no_bank(shell: Shell, address: str) -> None:
    assert shell.refused("find", address)["code"] == "suspicious_address"


def test_no_more_candidates_are_shown_than_asked_for(shell: Shell) -> None:
    assert len(shell.done("find", "crédit", "--show", "2", code=3)["ranked"]) == 2
    assert shell.run("find", "crédit", "--show", "0").exit_code == 2


@pytest.mark.parametrize("content", ["", "name,url\n", 'name,url\n"LCL,\n'])
def test_a_list_without_banks_is_bad_input(shell: Shell, content: str) -> None:
    (shell.folder / "list.csv").write_text(content, encoding="utf-8")

    assert shell.refused("find", "lcl", "--institutions", "list.csv")["code"] == "configuration_error"
    assert shell.run("find", "lcl", "--institutions", "nowhere.csv").exit_code == 2


def test_what_is_said_in_words_has_a_word_for_each_member() -> None:
    assert set(bank_words.CAUSES) == set(banks.StopCause)
    assert set(bank_words.ACTIONS) == set(banks.RepairAction)
    assert set(bank_options.SOURCES) == set(banks.EvidenceSource)
    assert {name.casefold() for name in bank_words.REGIMES} == set(Regime)


def test_lines_fit_eighty_columns(shell: Shell) -> None:
    for words in (["find", "crédit"], ["find", "barclays"], ["find", "--help"], ["plan", "--help"]):
        shown = shell.run(*words)
        assert max(map(len, shown.output.splitlines())) <= 100, words
    assert all(command.help for command in bank.commands.values())


def test_other_commands_do_not_pay_for_the_rules_of_banks() -> None:
    code = "import sys, qbapps.cli.program; sys.exit('qbapps.banks' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
