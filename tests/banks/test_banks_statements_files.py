"""Files as banks write them: what is read of each."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from qbapps.banks import statements
from qbapps.banks.statements import Correction, RefKind, Row, RowStatus, StatementError

DATA = Path(__file__).parents[1] / "data" / "banks"
FEES, SALE, BREAD = ("2022-02-03", "-8.00"), ("2022-03-08", "1234.56"), ("2022-03-09", "-12.50")

# What each file says, in its order: the account, its rows, its opening and closing balances, the encoding.
FILES = {
    "societe-generale.csv": ("00012345678", [BREAD, SALE, FEES], None, None, "cp1252"),
    "credit-agricole.csv": ("12345678901", [BREAD, SALE, ("2022-02-03", "-1008.00")], None, "2345.06", "cp1252"),
    "banque-postale.csv": ("0123456A020", [BREAD, SALE, FEES], None, None, "cp1252"),
    "boursorama.csv": ("00040123456", [BREAD, SALE, FEES], None, None, "utf-8-sig"),
    "credit-mutuel.csv": (None, [FEES, SALE, BREAD], "100.00", "1314.06", "cp1252"),
    "caisse-epargne.csv": (None, [BREAD, SALE, FEES], None, None, "utf-8"),
    "qonto.csv": (
        None,
        [("2022-03-10", "-20.00"), ("2022-03-08", "-12.50"), ("2022-02-28", "1234.56")],
        None,
        None,
        "utf-8",
    ),
    "uk-paid-in-out.csv": (None, [FEES, SALE, BREAD], "100.00", "1314.06", "cp1252"),
    "uk-debit-credit.csv": ("12345678", [BREAD, SALE, FEES], "100.00", "1314.06", "utf-8"),
    "us-card.csv": (None, [BREAD, SALE, ("2022-02-13", "-8.00")], "100.00", "1314.06", "utf-8"),
    "us-brackets.csv": (
        None,
        [("2022-02-28", "1234.56"), ("2022-03-08", "-12.50"), ("2022-03-09", "-8.00"), ("2022-03-10", "-7.00")],
        None,
        None,
        "utf-8",
    ),
    "excel-unicode.txt": (None, [FEES, SALE], None, None, "utf-16"),
    "minus-behind.csv": (None, [FEES, SALE, BREAD], None, None, "cp1252"),
    "old-mac.csv": (None, [FEES, SALE], None, None, "mac-roman"),
    "quicken-us.qif": (
        None,
        [FEES, ("2022-03-13", "1234.56"), ("1998-12-31", "-12.50")],
        None,
        None,
        "utf-8",
    ),
    "banque-fr.qif": (None, [BREAD, ("2022-02-28", "1234.56"), FEES], None, None, "cp1252"),
    "banque-fr.ofx": ("00012345678", [BREAD, ("2021-12-21", "1234.56")], None, "1322.06", "cp1252"),
    "web-connect.qbo": ("222", [FEES, SALE], None, "1226.56", "utf-8"),
}


def test_every_file_is_looked_at() -> None:
    others = {"revolut.csv", "two-accounts.qif", "us.ofx"}

    assert {path.name for path in DATA.iterdir()} == set(FILES) | others


@pytest.mark.parametrize("name", FILES)
def test_a_bank_s_file_is_read(name: str) -> None:
    account, rows, opening, closing, encoding = FILES[name]

    read = statements.statement(DATA / name)

    assert [(str(row.date), str(row.amount)) for row in read.rows] == rows
    assert {row.account for row in read.rows} == {account}
    assert [one.account for one in read.accounts] == [account]
    assert (read.opening and str(read.opening.amount)) == opening
    assert (read.closing and str(read.closing.amount)) == closing
    assert read.encoding == encoding
    assert statements.read_statement(DATA / name) == list(read.rows)


def test_texts_lose_their_line_ends_and_keep_their_letters() -> None:
    multiple = statements.read_statement(DATA / "credit-agricole.csv")
    sgml = statements.read_statement(DATA / "banque-fr.ofx")
    mac = statements.read_statement(DATA / "old-mac.csv")
    qif = statements.read_statement(DATA / "banque-fr.qif")

    assert multiple[1].text == "VIREMENT EN VOTRE FAVEUR MENUISERIE PETIT FACTURE 17"
    assert [row.text for row in sgml] == ["CAFÉ & FILS <SARL PARIS", "VIR MENUISERIE PETIT FACTURE 17 D'AOÜT"]
    assert mac[0].text == "Café Léo"
    assert qif[2].text == "FRAIS À L’ÉCHÉANCE"


def test_two_currencies_and_their_fees_are_kept_apart() -> None:
    read = statements.statement(DATA / "revolut.csv")

    assert [(row.amount, row.currency, row.status) for row in read.rows] == [
        (Decimal("-12.50"), "EUR", RowStatus.BOOKED),
        (Decimal("-50.50"), "EUR", RowStatus.BOOKED),
        (Decimal("42.00"), "GBP", RowStatus.BOOKED),
        (Decimal("-20.00"), "EUR", RowStatus.PENDING),
    ]
    assert read.rows[3].date == date(2022, 3, 10)
    assert [(one.currency, one.closing and one.closing.amount) for one in read.accounts] == [
        ("EUR", Decimal("37.00")),
        ("GBP", Decimal("42.00")),
    ]
    assert read.opening is None
    assert "Operations that were refused or taken back were left out: 5." in read.notes


def test_fees_that_no_balance_explains_are_refused() -> None:
    text = "Date,Description,Amount,Fee\n2022-03-09,To GBP,-50.00,0.50\n"

    with pytest.raises(StatementError) as caught:
        statements.read_statement_text(text)

    assert (caught.value.line, caught.value.column, caught.value.seen) == (2, "Fee", "0.50")


def test_two_accounts_of_one_qif_file_are_kept_apart() -> None:
    read = statements.statement(DATA / "two-accounts.qif")

    assert [(row.account, row.amount) for row in read.rows] == [("Current", Decimal(-8)), ("Savings", Decimal(5))]
    assert [(one.account, one.opening and one.opening.amount) for one in read.accounts] == [
        ("Current", Decimal(100)),
        ("Savings", None),
    ]


def test_two_accounts_of_one_ofx_file_are_kept_apart() -> None:
    read = statements.statement(DATA / "us.ofx")

    assert [(row.account, str(row.date), str(row.amount), row.ref, row.status.value) for row in read.rows] == [
        ("111", "2022-02-03", "-8.00", "A1", "booked"),
        ("111", "2022-03-08", "1234.65", "A3", "booked"),
        ("111", "2022-03-10", "-20.00", None, "pending"),
        ("4111", "2022-03-09", "-12.50", "A1", "booked"),
    ]
    assert [one.closing and one.closing.amount for one in read.accounts] == [Decimal("1326.65"), Decimal("-12.50")]


def test_what_the_bank_takes_back_is_set_apart() -> None:
    read = statements.statement(DATA / "us.ofx")

    assert [(row.ref, row.corrects, row.correction) for row in read.withdrawn] == [
        ("A2", None, None),
        ("A5", "A0", Correction.DELETE),
    ]
    assert read.rows[1].corrects == "A2"
    assert read.rows[1].correction is Correction.REPLACE
    assert any("takes back" in note for note in read.notes)


def test_the_caller_names_the_account() -> None:
    rows = statements.read_statement(DATA / "banque-fr.ofx", "512000")
    read = statements.statement(DATA / "banque-fr.ofx", account="512000")

    assert {row.account for row in rows} == {"512000"}
    assert [(one.account, one.stated) for one in read.accounts] == [("512000", "00012345678")]


def test_the_caller_chooses_among_several_accounts() -> None:
    assert [row.account for row in statements.read_statement(DATA / "us.ofx", "4111")] == ["4111"]

    with pytest.raises(StatementError, match=r"several accounts \(111, 4111\), and '512000' is none"):
        statements.read_statement(DATA / "us.ofx", "512000")


def test_refs_say_what_they_are_worth() -> None:
    assert statements.read_statement(DATA / "web-connect.qbo")[0].ref_kind is RefKind.FITID
    assert statements.read_statement(DATA / "qonto.csv")[0].ref_kind is RefKind.ID
    assert statements.read_statement(DATA / "caisse-epargne.csv")[0].ref_kind is RefKind.NUMBER
    assert statements.read_statement(DATA / "boursorama.csv")[0].ref_kind is None


def test_a_name_says_nothing_of_what_a_file_is(tmp_path: Path) -> None:
    odd = tmp_path / "statement.csv"
    odd.write_bytes((DATA / "banque-fr.ofx").read_bytes())

    assert statements.statement(odd).format is statements.Format.OFX


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("name", ["credit-mutuel.csv", "banque-fr.qif", "banque-fr.ofx"])
def test_a_file_says_the_same_in_every_encoding(name: str, encoding: str) -> None:
    text = (DATA / name).read_bytes().decode("cp1252")

    assert statements.read_statement_bytes(text.encode(encoding)).rows == statements.statement(DATA / name).rows


def test_an_old_encoding_is_read_where_the_file_declares_it() -> None:
    text = (DATA / "banque-fr.ofx").read_bytes().decode("cp1252").replace("CHARSET:1252", "CHARSET:MACINTOSH")

    read = statements.read_statement_bytes(text.encode("mac-roman"))

    assert (read.rows[0].text, read.encoding) == ("CAFÉ & FILS <SARL PARIS", "mac-roman")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StatementError, match=r"none\.ofx cannot be read") as caught:
        statements.statement(tmp_path / "none.ofx")

    assert caught.value.file == "none.ofx"


def test_a_row_is_frozen_and_names_what_is_known() -> None:
    row = Row(date=date(2022, 2, 3), amount=Decimal(-8))

    assert (row.account, row.text, row.ref, row.status, row.generation) == (None, "", None, "booked", None)
    with pytest.raises(AttributeError):
        row.amount = Decimal(0)  # type: ignore[misc]
