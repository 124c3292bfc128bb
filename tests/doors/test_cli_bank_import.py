"""``qbapps bank import``: a firm's list of bank connections."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from cli_bank import Shell
from cli_people import CLIENT_REALM, FIRM_REALM, JEAN
from openpyxl import Workbook

from qbapps.cli import bank_options, cli
from qbapps.vault import new_key

TODAY = bank_options.today()
BEGUN = TODAY - timedelta(days=100)
FRENCH = "Société;N° d'entreprise;Banque;Propriétaire;Identifié le;Comptes;Historique;Remarque"
OTHER = "9130350000000109"


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setenv("QBAPPS_KEY", new_key().reveal())
    monkeypatch.setenv("QBAPPS_STORE", f"sqlite:///{tmp_path / 'qbapps.db'}")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    made = Shell(tmp_path)
    for words in (
        ("firm", "add", "durand", "--name", "Cabinet Durand", "--realm", FIRM_REALM),
        ("client", "add", "durand", "--realm", CLIENT_REALM, "--name", "Menuiserie Petit"),
    ):
        assert made.runner.invoke(cli, words).exit_code == 0
    return made


def good(company: str = "Menuiserie Petit", realm: str = "", bank: str = "LCL", accounts: str = "512000=4821") -> str:
    return f'{company};{realm};{bank};{JEAN};{BEGUN:%d/%m/%Y};"{accounts}";90 jours;'


def listed(shell: Shell, *lines: str) -> tuple[str, ...]:
    return ("import", shell.file("banques.csv", FRENCH, *lines), "--firm", "durand")


def test_a_list_is_taken_and_a_second_time_nothing_is_new(shell: Shell) -> None:
    command = listed(shell, good(accounts="512000=FR76 4821; 512100=4822"), good("Garage Étoile", OTHER))

    found = shell.done(*command)
    again = shell.done(*command, code=4)

    assert [one["realm_id"] for one in found["taken"]] == [CLIENT_REALM, OTHER]
    assert [one["name"] for one in found["clients"]] == ["Garage Étoile"]
    assert (found["is_saved"], found["refused"], found["conflicts"]) == (True, [], [])
    assert [one["id"] for one in again["unchanged"]] == [one["id"] for one in found["taken"]]
    status = shell.done("status", found["taken"][0]["id"])
    assert (status["accounts"], status["granted_by"]) == ({"512000": "FR764821", "512100": "4822"}, JEAN)
    assert status["consent_end"] == f"{BEGUN + timedelta(days=180)}"


def test_a_trial_saves_nothing_and_says_so(shell: Shell) -> None:
    result = shell.run(*listed(shell, good()), "--dry-run")

    assert (result.exit_code, "That was a trial: nothing was saved." in result.stderr) == (0, True)
    assert "1  new connections" in result.stdout
    assert shell.run("status").exit_code == 4
    assert shell.done(*listed(shell, good()), "--dry-run")["is_saved"] is False


def test_refused_rows_are_told_by_line_and_column_and_the_others_taken(shell: Shell) -> None:
    late = f"{TODAY + timedelta(days=9):%d/%m/%Y}"
    command = listed(
        shell, good(), ";;LCL;;;;;", good(bank="BRED").replace(f"{BEGUN:%d/%m/%Y}", late), "Petit;;LCL;;31/02/2022;;;"
    )

    shown = shell.run(*command)

    told = " ".join(shown.stdout.split())
    assert shown.exit_code == 3, shown.output
    assert "1 new connections" in told
    assert "3 rows refused" in told
    assert "3 Société neither a company nor its number is given" in told
    assert "4 Identifié le this day is still to come" in told
    assert "5 Identifié le there is no such date; dates are read day/month/year" in told
    assert "Columns that are not known were not read: Remarque." in told
    assert "qbapps bank status --firm durand" in shown.stderr
    assert max(map(len, shown.stdout.splitlines())) <= 80


def test_differences_are_told_and_change_nothing(shell: Shell) -> None:
    (taken,) = shell.done(*listed(shell, good()))["taken"]
    before = shell.done("status", taken["id"])

    shown = shell.run(*listed(shell, good(accounts="512000=9999")))
    found = shell.done(*listed(shell, good(accounts="512000=9999")), code=3)

    assert shown.exit_code == 3
    assert "Comptes: the list says 512000=9999, we know 512000=4821" in " ".join(shown.stdout.split())
    assert [(one["line"], one["connection_id"]) for one in found["conflicts"]] == [(2, taken["id"])]
    assert shell.done("status", taken["id"]) == before


def test_it_is_all_said_in_french(shell: Shell) -> None:
    shell.done(*listed(shell, good()))
    command = listed(shell, good(accounts="512000=9999"), good(), good("Garage Étoile", OTHER), ";;LCL;;;;;")

    shown = shell.run(*command, "--dry-run", lang="fr")

    told = " ".join(f"{shown.stdout} {shown.stderr}".replace("\u00a0", " ").split())
    assert "1 nouvelles connexions" in told
    assert "2 lignes refusées" in told
    assert "répète la ligne 2" in told
    assert "Comptes : la liste indique 512000=9999, nous avons 512000=4821" in told
    assert "ni l’entreprise ni son numéro ne sont indiqués" in told
    assert "1 entreprise est nouvelle parmi les clients du cabinet." in told
    assert "C’était un essai : rien n’a été enregistré." in told


def test_in_english_a_day_that_may_be_two_is_refused(shell: Shell) -> None:
    name = shell.file("banks.csv", "Company,Bank,Signed in on", "Martin,LCL,03/02/2022", "Petit,LCL,2022-02-03")

    found = shell.done("import", name, "--firm", "durand", code=3)

    (refused,) = found["refused"]
    assert (refused["line"], refused["column"], refused["value_shown"]) == (2, "Signed in on", "03/02/2022")
    assert refused["reason"] == "this can be 2022-02-03 or 2022-03-02; write it year-month-day"
    assert [one["company_name"] for one in found["taken"]] == ["Petit"]


def test_a_workbook_is_a_list_too(shell: Shell) -> None:
    book = Workbook()
    for cells in (("Company", "Bank", "Signed in on"), ("Menuiserie Petit", "LCL", BEGUN)):
        book.active.append(cells)
    book.save("banks.xlsx")

    (taken,) = shell.done("import", "banks.xlsx", "--firm", "durand")["taken"]

    assert date.fromisoformat(taken["connected_at"][:10]) == BEGUN


def test_what_is_no_list_or_of_no_firm_is_bad_input(shell: Shell) -> None:
    name = shell.file("apps.csv", "Niveau;Société;Application", "Client;Martin;Dext")

    refused = shell.refused("import", name, "--firm", "durand")

    assert (refused["code"], "no header for: bank" in refused["message"]) == ("configuration_error", True)
    assert shell.refused("import", "nothing.csv", "--firm", "durand")["code"] == "bad_usage"
    assert shell.refused(*listed(shell, good())[:2])["code"] == "bad_usage"
    assert shell.refused(*listed(shell, good())[:2], "--firm", "nobody")["code"] == "not_found"
