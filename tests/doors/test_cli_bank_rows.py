"""``qbapps bank dedupe`` and ``prove``: what is new, what waits for somebody, and what balances say of it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from cli_bank import DATA, Shell

KNOWN = (
    "Date;Libellé;Montant",
    "09/03/2022;CARTE BOULANGERIE MARTIN;-12,50",
    "08/03/2022;VIR MENUISERIE PETIT;1 234,56",
    "13/02/2022;FRAIS TENUE DE COMPTE;-8,00",
)
NEW = (
    "Date;Libellé;Montant",
    "09/03/2022;CARTE BOULANGERIE MARTIN;-12,50",
    "09/03/2022;CARTE BOULANGERIE MARTIN;-12,50",
    "10/03/2022;ABONNEMENT;-9,99",
    "15/02/2022;FRAIS DE TENUE DE COMPTE;-8,00",
    "25/12/2022;PLUS TARD;-5,00",
)
OFX = "<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR<BANKACCTFROM><BANKID>1<ACCTID>777</BANKACCTFROM>"
OFX += "<BANKTRANLIST><STMTTRN><DTPOSTED>20220309<TRNAMT>-12.50<FITID>A1<NAME>CARTE BOULANGERIE MARTIN</STMTTRN>"
OFX += "</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    shell = Shell(tmp_path)
    shell.file("known.csv", *KNOWN)
    shell.file("new.csv", *NEW)
    return shell


DEDUPE = ("dedupe", "new.csv", "--known", "known.csv", "--today", "2022-06-01")


def test_every_row_is_new_dropped_or_held_and_exit_code_3_says_that_some_are_held(shell: Shell) -> None:
    found = shell.done(*DEDUPE, code=3)

    assert found["counts"] == {"new": 2, "same_content": 1, "future": 1, "near": 1}
    assert len(found["new"]) + len(found["dropped"]) + len(found["held"]) == found["offered"] == 5
    assert [one["amount"] for one in found["new"]] == ["-12.50", "-9.99"]
    (held,) = found["held"]
    assert (held["date"], held["twin"]["date"]) == ("2022-02-15", "2022-02-13")
    assert (found["files"], found["report"]) == ([], None)
    assert sorted(path.name for path in shell.folder.iterdir()) == ["known.csv", "new.csv"]


def test_what_is_held_is_shown_above_its_twin(shell: Shell) -> None:
    lines = [line.strip() for line in shell.run(*DEDUPE).stdout.splitlines()]

    place = lines.index("? 2022-02-15 · -8.00 · FRAIS DE TENUE DE COMPTE")
    assert lines[place + 1] == "like 2022-02-13 · -8.00 · FRAIS TENUE DE COMPTE"
    assert "2  New, to import" in lines


def test_files_for_quickbooks_hold_the_new_rows_and_the_report_all(shell: Shell) -> None:
    found = shell.done(*DEDUPE, "--account", "512000", "-o", "upload", "--report", "march.html", code=3)

    assert found["files"] == [str(Path("upload/512000.csv"))]
    with (shell.folder / "upload" / "512000.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["Date", "Description", "Amount"],
        ["09/03/2022", "CARTE BOULANGERIE MARTIN", "-12.50"],
        ["10/03/2022", "ABONNEMENT", "-9.99"],
    ]
    assert [path.name for path in (shell.folder / "upload").iterdir()] == ["512000.csv"]
    assert "FRAIS DE TENUE DE COMPTE" in (shell.folder / "march.html").read_text(encoding="utf-8")
    text = shell.run(*DEDUPE, "--report", "march.txt", lang="fr")
    assert text.exit_code == 3
    assert "À décider" in (shell.folder / "march.txt").read_text(encoding="utf-8")


def test_written_dates_have_the_order_that_was_asked_for(shell: Shell) -> None:
    shell.done(*DEDUPE, "-o", "upload", "--dates", "mdy", code=3)

    (file,) = (shell.folder / "upload").iterdir()
    assert "03/10/2022,ABONNEMENT" in file.read_text(encoding="utf-8")


def test_nothing_is_written_over_and_old_files_are_not_mixed_with_new_ones(shell: Shell) -> None:
    (shell.folder / "upload").mkdir()
    (shell.folder / "upload" / "old.CSV").write_text("mine", encoding="utf-8")
    (shell.folder / "march.html").write_text("mine", encoding="utf-8")

    assert shell.refused(*DEDUPE, "-o", "upload")["hint"].endswith("--force.")
    assert shell.refused(*DEDUPE, "--report", "march.html")["hint"].endswith("--force.")
    assert shell.refused(*DEDUPE, "-o", "new.csv")["message"] == "new.csv is no folder."
    assert shell.refused(*DEDUPE, "--report", "march.pdf")["code"] == "bad_usage"
    assert [path.name for path in (shell.folder / "upload").iterdir()] == ["old.CSV"]
    assert (shell.folder / "march.html").read_text(encoding="utf-8") == "mine"

    forced = shell.run(*DEDUPE, "-o", "upload", "--report", "march.html", "--force")

    assert forced.exit_code == 3
    assert "do not upload it again: upload/old.CSV" in forced.stderr
    assert (shell.folder / "upload" / "old.CSV").read_text(encoding="utf-8") == "mine"
    assert (shell.folder / "march.html").read_text(encoding="utf-8") != "mine"


def test_what_is_imported_already_gives_nothing_new_and_exits_with_0(shell: Shell) -> None:
    again = shell.run("dedupe", "known.csv", "--known", "known.csv", "--today", "2022-06-01", "-o", "upload")

    assert again.exit_code == 0
    assert "There is nothing new to upload." in again.stdout
    assert list((shell.folder / "upload").iterdir()) == []


def test_rows_before_the_start_are_dropped(shell: Shell) -> None:
    found = shell.done(*DEDUPE, "--start", "2022-03-10")

    assert found["counts"] == {"new": 1, "before_start": 3, "future": 1}
    assert shell.refused(*DEDUPE, "--start", "10/03/2022")["code"] == "bad_usage"


def test_what_is_known_is_named_or_said_to_be_nothing(shell: Shell) -> None:
    assert "--no-known" in shell.refused("dedupe", "new.csv")["message"]
    assert "--no-known" in shell.refused(*DEDUPE, "--no-known")["message"]
    assert shell.done("dedupe", "new.csv", "--no-known", "--today", "2022-06-01")["counts"] == {"new": 4, "future": 1}
    assert shell.run("dedupe", "--known", "known.csv").exit_code == 2


def test_rows_of_another_account_than_what_is_known_are_never_new_without_a_word(shell: Shell) -> None:
    shell.file("bank.ofx", OFX)
    shell.file("other.ofx", OFX.replace("777", "888"))

    named = shell.refused("dedupe", "bank.ofx", "--known", "known.csv", "--today", "2022-06-01")
    other = shell.done("dedupe", "bank.ofx", "--known", "other.ofx", "--today", "2022-06-01", code=3)
    same = shell.done("dedupe", "bank.ofx", "--known", "known.csv", "--account", "1", "--today", "2022-06-01")

    assert "--account" in named["message"]
    assert other["counts"] == {"new": 1}
    assert "777" in other["warnings"][0]
    assert "888" in other["warnings"][0]
    assert (same["counts"], same["warnings"]) == ({"same_content": 1}, [])


def test_known_files_that_overlap_are_told(shell: Shell) -> None:
    found = shell.done(*DEDUPE, "--known", "known.csv", code=3)

    assert "3 operations are in several of the known files" in found["warnings"][0]


def test_a_file_that_leaves_its_dates_open_is_refused_until_somebody_says(shell: Shell) -> None:
    shell.file("open.csv", "Date,Description,Amount", "03/02/2022,ABONNEMENT,-9.99")
    dedupe = ("dedupe", "open.csv", "--no-known", "--today", "2022-06-01")

    assert "03/02/2022" in shell.refused(*dedupe)["message"]
    assert shell.done(*dedupe, "--order", "dmy")["new"][0]["date"] == "2022-02-03"
    assert shell.done(*dedupe, "--order", "mdy", "--reverse-signs")["new"][0]["amount"] == "9.99"
    known = ("dedupe", "new.csv", "--known", "open.csv", "--today", "2022-06-01")
    assert "open.csv" in shell.refused(*known)["message"]
    assert shell.done(*known, "--known-order", "dmy")["counts"]["new"] == 4
    signs = shell.done("dedupe", "open.csv", "--known", "open.csv", "--order", "dmy", "--known-reverse-signs")
    assert signs["counts"] == {"new": 1}


def test_balances_prove_a_file_or_say_by_how_much_it_is_wrong_and_since_when(shell: Shell) -> None:
    running = ("Date;Libellé;Montant;Solde", "08/03/2022;VENTE;100,00;1100,00", "09/03/2022;PAIN;-12,50;1080,00")
    shell.file("running.csv", *running)
    prove = ("prove", "new.csv", "--opening")

    good = shell.done(*prove, "1000.00", "--closing", "952.01")
    wrong = shell.done(*prove, "1 000,00", "--closing", "952,51", code=1)
    days = shell.done("prove", "running.csv", "--opening", "1000.00", code=1)

    assert (good["proven"], good["accounts"][0]["expected"], good["accounts"][0]["operations"]) == (True, "952.01", 5)
    assert (wrong["proven"], wrong["accounts"][0]["difference"]) == (False, "0.50")
    assert (days["accounts"][0]["from_day"], days["accounts"][0]["difference"]) == ("2022-03-09", "-7.50")
    shown = shell.run("prove", "running.csv", "--opening", "1000.00")
    assert "9 March 2022" in shown.stdout
    assert "-7.50" in shown.stdout


def test_without_a_balance_it_is_not_proven_and_exits_with_3(shell: Shell) -> None:
    found = shell.done("prove", "new.csv", code=3)

    assert found["proven"] is None
    assert [reason["code"] for reason in found["accounts"][0]["reasons"]] == ["no_opening"]
    assert shell.done("prove", "new.csv", "--opening", "0", code=3)["proven"] is None


def test_balances_of_the_file_itself_count_unless_others_are_given(shell: Shell) -> None:
    file = str(DATA / "credit-mutuel.csv")

    assert shell.done("prove", file)["proven"] is True
    assert shell.done("prove", file, "--opening", "99.99", code=1)["accounts"][0]["difference"] == "0.01"


def test_each_account_of_a_file_is_proven_by_itself(shell: Shell) -> None:
    file = str(DATA / "two-accounts.qif")
    several = shell.run("prove", file, "--json")

    assert len(shell.done("prove", file, code=several.exit_code)["accounts"]) == 2
    assert "--account" in shell.refused("prove", file, "--opening", "1")["message"]
    one = shell.run("prove", file, "--account", "Savings", "--opening", "1", "--json")
    assert one.exit_code in (0, 1, 3), one.output


@pytest.mark.parametrize("amount", ["1.234", "1,234", "ten", "", "NaN", "1e3"])
def test_a_balance_that_can_be_read_in_two_ways_or_none_is_bad_input(shell: Shell, amount: str) -> None:
    assert shell.refused("prove", "new.csv", "--opening", amount)["code"] == "bad_usage"


def test_a_negative_balance_is_an_amount_too(shell: Shell) -> None:
    assert shell.done("prove", "new.csv", "--opening", "-100.00", "--closing", "-147.99")["proven"] is True
