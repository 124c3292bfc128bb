"""CSV, OFX and QIF: what each may say, and what is refused with its line."""

from __future__ import annotations

import pytest

from qbapps.banks import statements
from qbapps.banks.statements import RowStatus, Statement, StatementError
from qbapps.errors import ConfigurationError

OFX = (
    "<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR<BANKACCTFROM><BANKID>1<ACCTID>7</BANKACCTFROM>"
    "{}</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
)
ROW = "<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20220203<TRNAMT>-8.00<FITID>1</STMTTRN>"


def read(text: str, **said: str | bool) -> Statement:
    return statements.read_statement_text(text, name="file", **said)  # type: ignore[arg-type]


def refused(text: str, **said: str | bool) -> StatementError:
    with pytest.raises(StatementError) as caught:
        read(text, **said)
    assert isinstance(caught.value, ConfigurationError)
    assert str(caught.value).startswith("file")
    assert caught.value.hint
    return caught.value


def worth(text: str, **said: str | bool) -> list[str]:
    return [f"{row.amount:.2f}" for row in read(text, **said).rows]


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("Date,Debit,Credit\n2022-02-03,8.00,\n2022-02-04,,9.00\n", ["-8.00", "9.00"]),
        ("Date,Debit,Credit\n2022-02-03,-8.00,\n2022-02-04,0.00,9.00\n", ["-8.00", "9.00"]),
        ("Date,Money out,Money in\n2022-02-03,8.00,-\n2022-02-04,0.00,0.00\n", ["-8.00", "0.00"]),
        ("Date,Amount,Dr/Cr\n2022-02-03,8.00,DR\n2022-02-04,9.00,CR\n", ["-8.00", "9.00"]),
        ("Date;Montant;Sens\n2022-02-03;8,00;D\n2022-02-04;9,00;C\n", ["-8.00", "9.00"]),
        ("Date,Amount,Kind\n2022-02-03,8.00,debit\n2022-02-04,9.00,credit\n", ["-8.00", "9.00"]),
        ("Date,Amount,Kind\n2022-02-03,-8.00,debit\n2022-02-04,9.00,credit\n", ["-8.00", "9.00"]),
        ("Date,Amount,Debit,Credit\n2022-02-03,-8.00,8.00,\n", ["-8.00"]),
    ],
)
def test_which_way_the_money_goes_follows_from_the_columns(text: str, amounts: list[str]) -> None:
    assert worth(text) == amounts


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("Date,Debit,Credit\n2022-02-03,8.00,\n2022-02-04,-9.00,\n", 3, "Debit"),
        ("Date,Debit,Credit\n2022-02-03,,-8.00\n", 2, "Credit"),
        ("Date,Debit,Credit\n2022-02-03,8.00,9.00\n", 2, "Credit"),
        ("Date,Amount,Kind\n2022-02-03,8.00,debit\n2022-02-04,-9.00,credit\n", 2, "Amount"),
        ("Date,Amount,Kind\n2022-02-03,8.00,debit\n2022-02-04,9.00,fee\n", 2, "Amount"),
        ("Date,Amount,Sens\n2022-02-03,8.00,D\n2022-02-04,9.00,?\n", 3, "Amount"),
        ("Date,Amount,Debit,Credit\n2022-02-03,8.00,8.00,\n", 2, "Amount"),
        ("Date,Debit,Credit (money out)\n2022-02-03,8.00,\n", 1, "Credit (money out)"),
        ("Date,Amount,Montant\n2022-02-03,8.00,9.00\n", 1, "Montant"),
    ],
)
def test_columns_that_contradict_each_other_are_refused(text: str, line: int, column: str) -> None:
    problem = refused(text)

    assert (problem.line, problem.column) == (line, column)


BALANCES = "Date,Description,Amount,Balance\n2022-02-03,A,8.00,92.00\n2022-02-04,B,2.00,90.00\n"


def test_balances_that_fall_where_amounts_rise_are_refused() -> None:
    assert "reverse_signs" in refused(BALANCES).hint
    assert worth(BALANCES, reverse_signs=True) == ["-8.00", "-2.00"]


def test_balances_that_do_not_follow_are_said_and_prove_nothing() -> None:
    found = read(BALANCES.replace("90.00", "80.00"))

    assert (found.opening, found.closing, found.accounts[0].chained) == (None, None, False)
    assert any("do not follow" in note for note in found.notes)


def test_balances_on_lines_of_their_own_are_no_operations() -> None:
    found = read(
        "Date,Description,Paid out,Paid in,Balance\n2022-02-01,BALANCE BROUGHT FORWARD,,,100.00\n"
        "2022-02-03,A,8.00,,\n2022-02-04,B,,2.00,94.00\n,Total,8.00,2.00,\n"
    )

    assert [str(row.amount) for row in found.rows] == ["-8.00", "2.00"]
    assert (found.opening and str(found.opening.amount), found.closing and str(found.closing.amount)) == (
        "100.00",
        "94.00",
    )
    assert found.accounts[0].chained is True
    assert [note for note in found.notes if "left out" in note] == [
        "Lines that are no operations were left out: 5.",
        "Lines that hold a balance only were left out: 2.",
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Date,Libellé,Montant\n03/02/2022,A,-12,50\n", 2),
        ("Date,Description,Amount,Reference\n2022-02-03,A,-12,50\n", 2),
        ("Date,Description,Amount,Balance\n2022-02-03,A,1,234.56\n", 2),
        ("Date,Description,Debit,Credit\n2022-02-03,A,0,1,\n", 2),
        ("Date,Description,Amount,Note\n2022-02-03,A,-12,50 €\n", 2),
        ("Date,Description,Amount\n2022-02-03,A, B,-12.50\n", 2),
        ('Date,Description,Amount\n2022-02-03,"A,-12.50\n2022-02-04,B,-1.00\n', 2),
        ("Date,Description,Amount\n2022-02-03,A,-12.50\n2022-02-04,B,-1", 3),
        ("Date,Amount,Kind\n2022-02-03,-12.50,A\n2022-02-04,-1.00", 3),
        ("Date,Amount\n2022-02-03,12.50-\n2022-02-04,1.00", 3),
        ("Date,Amount\n2022-02-03,12.50", 2),  # a minus may be missing
        ("Date,Amount\n2022-02-03,12.50\n2022-02-04,1.00", 3),
        ("Date,Amount,Balance\n2022-02-03,12.50,112.5", 2),
        ("Date,Amount,Balance\n2022-02-03,-12.50,112.50", 2),
        ("Date,Amount,Balance\n2022-02-03,-12.50,100.00\n2022-02-04,-1.00,9", 3),
        ("Date,Amount\n2022-02-03,-1", 2),
        ("Date,Amount\n2022-02-03;-12,50\n", 2),
        ("Date,Description,Amount\n2022-02-03,A,\n", 2),
        ("Date,Description,Amount\n,A,-12.50\n", 2),
        ("Date,Description,Amount\nsoon,A,-12.50\n", 2),
        ("Date,Description,Amount,Status\n2022-02-03,A,-12.50,odd\n", 2),
        ("Date,Description,Amount\n03/02/2022,A,-12.50\n", 2),
        ("Datum,Omschrijving,Bedrag\n2022-02-03,A,-12.50\n", None),
        ("2022-02-03,A,-12.50\n", None),
    ],
)
def test_what_a_csv_file_leaves_open_is_refused(text: str, line: int | None) -> None:
    assert refused(text).line == line


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("Date,Amount\n2022-02-03,-12.50\n2022-02-04,-1.00", ["-12.50", "-1.00"]),
        ("Date,Amount\n2022-02-03,(12.50)\n2022-02-04,1.00", ["-12.50", "1.00"]),
        ("Date,Amount\n2022-02-03,-12.50", ["-12.50"]),
        ("Date,Amount\n2022-02-03,0.00", ["0.00"]),
        ("Date,Amount,Text\n2022-02-03,12.50,A", ["12.50"]),
        ("Date,Debit,Credit\n2022-02-03,12.50,\n2022-02-04,,1.00", ["-12.50", "1.00"]),
        ("Date,Sens,Amount\n2022-02-03,D,12.50", ["-12.50"]),
        ("Date,Sens,Amount\n2022-02-03,C,12.50", ["12.50"]),
        ("Date,Amount,Balance\n2022-02-03,12.50,112.50\n2022-02-04,1.00,113.50", ["12.50", "1.00"]),
    ],
)
def test_a_last_line_without_an_end_is_read_when_it_is_whole(text: str, amounts: list[str]) -> None:
    assert worth(text) == amounts


SLIPPED = "Date;Libellé;Débit;Crédit\n03/02/2022;A;8,00;\n04/02/2022;B;{}\n"


def test_a_credit_that_slipped_under_the_debits_is_refused() -> None:
    assert worth(SLIPPED.format(";9,00")) == ["-8.00", "9.00"]
    assert refused(SLIPPED.format("9,00")).line == 3
    assert refused(SLIPPED.format(";9,00;;")).line == 3


PAID = "Date,Text,Debit,Credit,Balance\n2022-02-03,A,8.00,,92.00\n2022-02-04,B,,9.00,101.00\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (PAID.replace("A,8.00,,", "A,8.00,"), 2),  # of the oldest row no balance before it is known
        (PAID.replace("B,,9.00,", "B,9.00,"), 3),
        (PAID.replace("A,8.00", "8.00").replace("101.00", "102.00"), 2),
    ],
)
def test_a_row_that_lost_a_cell_before_its_balance_is_refused(text: str, line: int) -> None:
    assert worth(PAID) == ["-8.00", "9.00"]
    assert refused(text).line == line


def test_balances_that_only_some_rows_have_need_no_blank_cells() -> None:
    text = "Date,Text,Debit,Credit,Balance\n2022-02-03,A,8.00,,92.00\n2022-02-04,B,2.00\n2022-02-04,C,,9.00,99.00\n"

    assert worth(text) == ["-8.00", "-2.00", "9.00"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Date;Libellé;Montant;Devise\n03/02/2022;A;-12\n50;EUR\n", 3),
        ("Date;Libellé;Montant\n03/02/2022;A;1\n234,56-\n", 3),
        ("Date,Amount,Fee\n2022-02-03,-50.00\n0.50\n", 3),
    ],
)
def test_a_row_that_is_broken_in_two_is_refused(text: str, line: int) -> None:
    assert refused(text).line == line


def test_what_a_bank_writes_below_is_not_the_rest_of_a_row() -> None:
    text = "Date;Libellé;Montant\n03/02/2022;A;-12,50\n{}\n"

    for below in ("2 opérations", "Total;;-12,50", "12;opérations", "Page 1", ";;", "Edité le 3 mars"):
        assert worth(text.format(below)) == ["-12.50"]


def test_rows_without_their_blank_ends_are_read() -> None:
    assert worth("Date;Libellé;Débit;Crédit\n03/02/2022;A;8,00\n04/02/2022;B;;9,00\n") == ["-8.00", "9.00"]


def test_balances_prove_that_nothing_slipped() -> None:
    text = "Date;Solde;Débit;Crédit\n03/02/2022;92,00;8,00;\n04/02/2022;83,00;9,00\n"

    assert worth(text) == ["-8.00", "-9.00"]
    assert refused(text.replace("83,00", "84,00")).line == 3
    assert refused(text.replace("8,00;", "8,00").replace("9,00", "9,00;")).line == 2  # what was before it is not known


@pytest.mark.parametrize("header", ["Status", "Situation", "?"])
def test_a_column_of_statuses_is_known_by_its_words_too(header: str) -> None:
    text = f"Date,Amount,{header}\n2022-02-03,-8.00,Completed\n2022-02-04,-9.00,Declined\n2022-02-05,-7.00,Pending\n"

    assert [(f"{row.amount}", row.status) for row in read(text).rows] == [("-8.00", "booked"), ("-7.00", "pending")]


def test_a_column_with_other_words_too_is_none_of_statuses() -> None:
    assert worth("Date,Amount,Note\n2022-02-03,-8.00,Pending\n2022-02-04,-9.00,Gift\n") == ["-8.00", "-9.00"]


def test_french_headers_say_that_the_day_is_first() -> None:
    assert str(read("Date;Libellé;Montant\n03/02/2022;A;-12,50\n").rows[0].date) == "2022-02-03"
    assert str(read("Date,Description,Amount\n03/02/2022,A,-12.50\n", order="mdy").rows[0].date) == "2022-03-02"


def test_an_empty_statement_has_no_rows() -> None:
    assert read("Date;Libellé;Montant\n").rows == ()
    assert read(OFX.format("<BANKTRANLIST></BANKTRANLIST>")).rows == ()
    assert read("!Type:Bank\n").rows == ()


def test_the_other_side_s_account_is_not_the_account() -> None:
    text = "Date,Payee,Account number,Amount\n2022-02-03,A,FR7612345678901234567890123,-1.00\n"

    assert read(text).rows[0].account is None


@pytest.mark.parametrize(
    ("rows", "line", "column"),
    [
        (ROW.replace("</STMTTRN>", "") + ROW, 1, "STMTTRN"),
        (ROW.replace("<TRNAMT>-8.00", ""), 1, "STMTTRN"),
        (ROW.replace("<DTPOSTED>20220203", ""), 1, "STMTTRN"),
        (ROW.replace("20220203", "20220231"), 1, "DTPOSTED"),
        (ROW.replace("20220203", "2022023"), 1, "DTPOSTED"),
        (ROW.replace("20220203", "02/03/2022"), 1, "DTPOSTED"),
        (ROW.replace("-8.00", "eight"), 1, "TRNAMT"),
        (ROW.replace("-8.00", "8.00"), 1, "TRNAMT"),
        (ROW.replace("-8.00", "-1.234"), 1, "TRNAMT"),
        (ROW.replace("<FITID>1", "<TRNAMT>-9.00"), 1, "TRNAMT"),
        (ROW.replace("-8.00", "-8</B>9.00"), 1, "TRNAMT"),
        (ROW.replace("<FITID>1", "<FITID>1<FITID>2"), 1, "FITID"),
        (ROW.replace("<FITID>1", "<FITID>1<CORRECTFITID>2<CORRECTACTION>DROP"), 1, "CORRECTACTION"),
        ("<BANKTRANLIST>" + ROW, 1, "BANKTRANLIST"),
        (ROW + "\n</STMTTRN>", 2, "/STMTTRN"),
        ("<STATUS><CODE>15500<SEVERITY>ERROR</STATUS>", 1, "STATUS"),
        ("<!-- no end", 1, None),
        ("<A>" * 200, 1, "A"),
    ],
)
def test_what_an_ofx_file_leaves_open_is_refused(rows: str, line: int, column: str | None) -> None:
    problem = refused(OFX.format(rows))

    assert (problem.line, problem.column) == (line, column)


def test_a_cut_ofx_file_is_refused_wherever_it_is_cut() -> None:
    whole = OFX.format(ROW)
    for place in range(6, len(whole) - 1):
        assert refused(whole[:place]).hint


@pytest.mark.parametrize("posted", ["20220203", "20220203235959", "20220203235959.999[-11:HST]", "2022-02-03"])
def test_the_day_of_an_ofx_row_is_its_first_eight_digits(posted: str) -> None:
    assert str(read(OFX.format(ROW.replace("20220203", posted))).rows[0].date) == "2022-02-03"


def test_an_amount_in_another_currency_says_so() -> None:
    own = ROW.replace("</STMTTRN>", "<CURRENCY><CURRATE>1.2<CURSYM>GBP</CURRENCY></STMTTRN>")
    converted = ROW.replace("</STMTTRN>", "<ORIGCURRENCY><CURRATE>1.2<CURSYM>GBP</ORIGCURRENCY></STMTTRN>")

    assert [row.currency for row in read(OFX.format(own + converted)).rows] == ["GBP", "EUR"]


def test_a_hold_is_pending() -> None:
    assert read(OFX.format(ROW.replace("DEBIT", "HOLD"))).rows[0].status is RowStatus.PENDING


def test_accounts_of_two_banks_with_one_number_are_kept_apart() -> None:
    both = OFX.format(ROW) + OFX.replace("<BANKID>1", "<BANKID>2").format(ROW)

    assert [row.account for row in read(both).rows] == ["1/7", "2/7"]


def test_files_put_together_are_one_statement() -> None:
    both = OFX.format(ROW) + OFX.format(ROW.replace("<FITID>1", "<FITID>2"))

    assert [(row.account, row.ref) for row in read(both).rows] == [("7", "1"), ("7", "2")]


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("!Type:Bank\nD13/02/2022\nT-8.00\n", 2, None),
        ("!Type:Bank\nD13/02/2022\nT-8.00\nD14/02/2022\n^\n", 4, "D"),
        ("!Type:Bank\nD13/02/2022\n^\n", 2, None),
        ("!Type:Bank\nT-8.00\n^\n", 2, None),
        ("!Type:Bank\nD03/02/2022\nT-8.00\n^\n", 2, "D"),
        ("!Type:Bank\nD13/02/2022\nT-1,234\n^\n", 3, "T"),
        ("!Type:Bank\nD13/02/2022\nT-8.00\nU-9.00\n^\n", 4, "U"),
        ("!Type:Bank\nD13/02/2022\nT-8.00\n!Type:Cat\n^\n", 2, None),
        ("!Type:Cat\nNFood\n^\n", None, None),
        ("!Type:Bank\nD13/02/2022\nT-12\n50\n^\n", 4, None),
    ],
)
def test_what_a_qif_file_leaves_open_is_refused(text: str, line: int | None, column: str | None) -> None:
    problem = refused(text)

    assert (problem.line, problem.column) == (line, column)


def test_a_transfer_from_an_account_to_itself_is_the_opening_balance() -> None:
    text = "!Account\nNCurrent\n^\n!Type:Bank\nD13/02/2022\nT100.00\nP{}\nL[{}]\n^\n"

    found = read(text.format("Début", "Current"))
    assert (found.rows, found.opening and str(found.opening.amount)) == ((), "100.00")
    assert worth(text.format("Début", "Savings")) == ["100.00"]


def test_the_caller_says_how_a_qif_file_is_written() -> None:
    text = "!Type:Bank\nD03/02/22\nT-1,234\n^\n"

    row = read(text, order="dmy", decimal=".").rows[0]

    assert (str(row.date), str(row.amount)) == ("2022-02-03", "-1234")


@pytest.mark.parametrize("said", [{"order": "ydm"}, {"order": ""}, {"decimal": ";"}, {"decimal": ""}])
def test_what_the_caller_says_must_be_something(said: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError):
        read("!Type:Bank\n", **said)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "is empty"),
        (b" \r\n ", "is empty"),
        (b"%PDF-1.7 ...", "is a PDF document"),
        (b"PK\x03\x04....", "is a workbook or an archive"),
        (b"\xd0\xcf\x11\xe0....", "is an old Excel"),
        (b"<html><table><tr><td>Date</td></tr></table>", "is a web page"),
        (b"{1:F01BANKFRPP}", "is an MT940"),
        (b":20:STATEMENT\r\n:25:1", "is an MT940"),
        (b'<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">', "is a CAMT"),
        (b"Date,Amount\n2022-02-03,\x00\n", "NUL"),
        (b'<!DOCTYPE OFX [<!ENTITY a "b">]><OFX></OFX>', "declares a document type"),
        (b"hello", "no headers"),
    ],
)
def test_another_kind_of_file_is_said(data: bytes, what: str) -> None:
    with pytest.raises(StatementError) as caught:
        statements.read_statement_bytes(data, name="file")

    assert what in caught.value.message
