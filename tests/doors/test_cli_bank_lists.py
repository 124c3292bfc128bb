"""Bank connections in the commands for connections of every kind."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from cli_bank import Shell
from cli_people import CLIENT_REALM, JEAN

from qbapps.cli import bank_options, cli
from qbapps.vault import new_key

TODAY = bank_options.today()


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setenv("QBAPPS_KEY", new_key().reveal())
    monkeypatch.setenv("QBAPPS_STORE", f"sqlite:///{tmp_path / 'qbapps.db'}")
    monkeypatch.chdir(tmp_path)
    return Shell(tmp_path)


def connected(shell: Shell, bank: str, days_left: int) -> str:
    begun = TODAY - timedelta(days=180 - days_left)
    named = ("--realm", CLIENT_REALM, "--company", "Menuiserie Petit", "--owner", JEAN)
    made = shell.done("connect", bank, *named, "--authenticated", f"{begun}")
    shell.done("record", made["connection_id"], "accounts_mapped", "--on", f"{begun}", "--account", f"{bank}=4821")
    return str(made["connection_id"])


def said(shell: Shell, *words: str, lang: str = "en") -> str:
    return shell.runner.invoke(cli, words, env={"QBAPPS_LANG": lang, "COLUMNS": "200"}).output


def test_keeping_alive_says_which_consents_end_and_what_to_do(shell: Shell) -> None:
    late = connected(shell, "LCL", 100)
    soon = connected(shell, "Qonto", 5)

    told = said(shell, "keepalive")

    assert f"{soon}: the bank's consent ends soon. What to do: qbapps bank repair {soon}" in told
    assert late not in told
    assert "reconnect link" not in told


def test_a_receipt_calls_the_bank_a_bank(shell: Shell) -> None:
    found = connected(shell, "LCL", 100)

    told = said(shell, "disconnect", found, "--reason", "other", lang="fr")

    assert "Lettre à la banque" in told
    assert "Banque" in told
    assert "appli" not in told
    assert "☐ Déconnecter · LCL" in said(shell, "worklist", lang="fr")
    task = next(word for word in said(shell, "worklist").split() if word.startswith("tsk_"))
    assert said(shell, "confirm", task, "--by", "Marie")
    page = shell.folder / "receipts.html"
    assert "receipts.html" in said(shell, "receipts", "-o", str(page))
    assert "Letter to the bank" in page.read_text(encoding="utf-8")


def test_a_list_says_that_it_is_a_bank_and_an_explanation_until_when(shell: Shell) -> None:
    found = connected(shell, "LCL", 100)

    assert "Bank connection" in said(shell, "list")
    assert "by the rules of its country (European Economic Area)." in said(shell, "explain", found)
    assert "selon les règles de son pays (Espace économique européen)." in said(shell, "explain", found, lang="fr")


def test_what_was_mistyped_is_corrected(shell: Shell) -> None:
    found = connected(shell, "LCL", 100)
    last = TODAY + timedelta(days=30)

    done = shell.done("correct", found, "--stated", f"{last}", "--history", "90 days", "--by", "Marie")

    assert (done["consent_end"], done["basis"], done["history"]) == (f"{last}", "stated", "90 days")
    assert shell.done("correct", found, "--not-stated")["basis"] == "table"
    assert "exclude" in str(shell.refused("correct", found, "--stated", f"{last}", "--not-stated"))
    assert shell.refused("correct", found)["code"] == "configuration_error"
    assert "bank.corrected" in said(shell, "events", found)
