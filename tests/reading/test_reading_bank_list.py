"""Lists of bank connections as firms keep them: headers, cells, and what is refused."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading_files import xlsx

from qbapps.domain.banks.listed import BankColumn, BankReading, BankRow
from qbapps.domain.banks.regimes import Regime
from qbapps.domain.banks.spans import Span
from qbapps.errors import ConfigurationError
from qbapps.reading.bank_list import LAYOUT, read_bank_list
from qbapps.reading.headers import plain

FRENCH = "Société;N° d'entreprise;Banque;Propriétaire;Identifié le;Dernier jour valable;Comptes;Régime;Identifiant"
ENGLISH = "Company,Realm ID,Bank,Owner,Signed in on,Last good day,Accounts,Regime,Login,History"


def read(header: str, *lines: str, encoding: str = "utf-8") -> BankReading:
    return read_bank_list("\n".join((header, *lines)).encode(encoding))


def only(header: str, line: str) -> BankRow:
    found = read(header, line)
    assert found.refused == ()
    (row,) = found.rows
    return row


def refused(header: str, line: str) -> list[tuple[int, str | None, str, str]]:
    found = read(header, line)
    assert found.rows == ()
    return [(one.line, one.column, str(one.reason), one.value_shown) for one in found.refused]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_french_list_is_read_with_its_days_before_its_months(encoding: str) -> None:
    found = read(
        FRENCH,
        'Menuiserie Petit;9130350000000002;Crédit  Agricole;jean@durand.example;03/02/2022;4/8/2022;"512000=FR76 4821; '
        '512100 = 4822";EEE;carte',
        encoding=encoding,
    )

    assert found.rows == (
        BankRow(
            line=2,
            company_name="Menuiserie Petit",
            realm_id="9130350000000002",
            bank="Crédit Agricole",
            owner_email="jean@durand.example",
            authenticated_on=date(2022, 2, 3),
            stated=date(2022, 8, 4),
            accounts=(("512000", "FR764821"), ("512100", "4822")),
            regime=Regime.EEA,
            login="carte",
        ),
    )
    assert found.headers[BankColumn.AUTHENTICATED_ON] == "Identifié le"


def test_an_english_list_is_read() -> None:
    row = only(ENGLISH, "Boulangerie Martin,,LCL,,2022-02-03,,512000=4821|512100=4822,other,,24 months")

    assert (row.company_name, row.realm_id, row.bank, row.owner_email) == ("Boulangerie Martin", None, "LCL", None)
    assert (row.authenticated_on, row.stated, row.regime) == (date(2022, 2, 3), None, Regime.OTHER)
    assert (row.accounts, row.history) == ((("512000", "4821"), ("512100", "4822")), Span(months=24))


@pytest.mark.parametrize("name", sorted({name for names in LAYOUT.names.values() for name in names}))
def test_every_name_of_a_column_means_one_column(name: str) -> None:
    assert plain(name) == name
    assert [column for column, names in LAYOUT.names.items() if name in names] == [LAYOUT.column(name)]


def test_a_workbook_s_days_are_days_whatever_they_look_like() -> None:
    header = ("Company", "Bank", "Signed in on")

    (row,) = read_bank_list(xlsx(("Martin", "LCL", date(2022, 3, 2)), header=header)).rows

    assert row.authenticated_on == date(2022, 3, 2)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("25/02/2022", date(2022, 2, 25)), ("2/25/2022", date(2022, 2, 25)), ("02/02/2022", date(2022, 2, 2))],
)
def test_under_an_english_header_figures_that_mean_one_day_are_that_day(written: str, meant: date) -> None:
    assert only("Company,Bank,Signed in on", f"Martin,LCL,{written}").authenticated_on == meant


@pytest.mark.parametrize(
    ("header", "written", "reason"),
    [
        ("Signed in on", "03/02/2022", "this can be 2022-02-03 or 2022-03-02; write it year-month-day"),
        ("Last good day", "3/2/2022", "this can be 2022-02-03 or 2022-03-02; write it year-month-day"),
        ("Signed in on", "31/02/2022", "there is no such date; write it year-month-day"),
        ("Identifié le", "02/25/2022", "there is no such date; dates are read day/month/year"),
        ("Identifié le", "3 mars", "not a date; write it day/month/year or year-month-day"),
        ("Identifié le", "03/02/22", "not a date; write it day/month/year or year-month-day"),
        ("Valid until", "soon", "not a date; write it day/month/year or year-month-day"),
    ],
)
def test_a_day_that_is_not_sure_is_refused_with_its_line(header: str, written: str, reason: str) -> None:
    assert refused(f"Company;Bank;{header}", f"Martin;LCL;{written}") == [(2, header, reason, written)]


@pytest.mark.parametrize(
    ("column", "written", "reason"),
    [
        ("Bank", " ", "the bank is missing"),
        ("Owner", "Jean", "not an e-mail address"),
        (
            "Realm ID",
            "9.13E+15",
            "the spreadsheet has shortened this number; format the column as text and type it again",
        ),
        ("Accounts", "512000", "no ledger account with its bank account; write 512000=4821; 512100=4822"),
        ("Accounts", "512000=", "no ledger account with its bank account; write 512000=4821; 512100=4822"),
        ("Accounts", "1=2=3", "no ledger account with its bank account; write 512000=4821; 512100=4822"),
        ("Accounts", "512000=1|512000=2", "512000 is named twice"),
        ("Accounts", "512000=1|512100=1", "1 is named twice"),
        ("Regime", "FR", "unknown rules; they are EEA, UK, AU or OTHER"),
        ("History", "90", "not a length of time; write 90 days, or 24 months"),
        ("History", "0 days", "not a length of time; write 90 days, or 24 months"),
    ],
)
def test_a_wrong_cell_is_refused_with_its_column(column: str, written: str, reason: str) -> None:
    cells = {"Company": "Martin", "Bank": "LCL", column: written}

    assert refused("\t".join(cells), "\t".join(cells.values())) == [(2, column, reason, written)]


def test_all_wrong_cells_of_a_line_are_told_and_the_other_lines_are_read() -> None:
    found = read("Company;Bank;Owner", "Martin;;nobody", ";LCL;", "Petit;LCL", "Petit;LCL;;x", "Petit;LCL;")

    assert [(one.line, one.column) for one in found.refused] == [
        (2, "Bank"),
        (2, "Owner"),
        (3, "Company"),
        (4, "Owner"),
        (5, None),
    ]
    assert [row.line for row in found.rows] == [6]


def test_a_company_or_its_number_has_to_be_there_and_a_bank() -> None:
    assert only("Realm ID,Bank", "9130350000000002,LCL").company_name is None
    with pytest.raises(ConfigurationError, match="no header for: company") as nameless:
        read("Banque;Propriétaire", "LCL;")
    with pytest.raises(ConfigurationError, match="no header for: bank"):
        read("Société;Application", "Martin;Dext")
    assert "Identifié le; Dernier jour valable; Comptes" in nameless.value.hint


def test_columns_that_are_not_known_are_told() -> None:
    (note,) = read("Dossier;Banque;Remarque", "Martin;LCL;à voir").notes

    assert note == "Columns that are not known were not read: Remarque."


_CELLS = st.text(st.characters(codec="utf-8", exclude_characters='\r\n\x00;"'), max_size=12) | st.sampled_from(
    ["LCL", "03/02/2022", "2022-02-03", "512000=4821", "512000=4821|512100=4822", "EEE", "90 jours", "a@b.example"]
)


@settings(max_examples=60)
@given(st.lists(st.lists(_CELLS, min_size=8, max_size=10), max_size=5))
def test_whatever_is_in_a_list_each_line_with_data_is_read_or_refused(lines: list[list[str]]) -> None:
    found = read(FRENCH, *(";".join(cells) for cells in lines))

    told = [*(row.line for row in found.rows), *{one.line for one in found.refused}]
    written = [number for number, cells in enumerate(lines, start=2) if any(cell.strip() for cell in cells)]
    assert sorted(told) == written
    assert all(row.bank and (row.company_name or row.realm_id) for row in found.rows)
