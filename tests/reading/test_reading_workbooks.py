"""XLSX workbooks as firms keep them: dates, numbers, formulas, titles and several sheets."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from openpyxl.styles import PatternFill
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.datavalidation import DataValidation
from reading_files import HEADER, ROW, altered, row, saved, shared, workbook, xlsx

from qbapps.domain.parties import Level, Role
from qbapps.domain.states import ConnectionState
from qbapps.errors import ConfigurationError
from qbapps.reading.inventory import Reading, read_inventory

SHEET = "xl/worksheets/sheet1.xml"
LATE = datetime(2023, 3, 1, 23, 59)  # noqa: DTZ001 - a spreadsheet knows no zones


def reasons(reading: Reading) -> list[tuple[int, str | None, str]]:
    return [(refusal.line, refusal.column, str(refusal.reason)) for refusal in reading.refused]


def test_a_workbook_says_what_the_same_csv_file_says() -> None:
    reading = read_inventory(xlsx(ROW, row(app="Zapier", realm="91303A")))
    text = read_inventory(
        "\n".join(";".join(line) for line in (HEADER, ROW, row(app="Zapier", realm="91303A"))).encode()
    )

    assert reading.rows == text.rows
    assert reading.refused == text.refused
    assert (reading.encoding, reading.sheet, reading.notes) == ("xlsx", "Sheet", ())


def test_a_text_in_several_colours_is_one_text() -> None:
    data = altered(
        shared(xlsx(ROW)),
        "xl/sharedStrings.xml",
        "<t>Café Élan</t>".encode(),
        ("<r><t>Café </t></r><r><rPr><b/></rPr><t>Élan</t></r>".encode()),
    )

    assert read_inventory(data).rows == read_inventory(xlsx(ROW)).rows


def test_every_column_arrives() -> None:
    (found,) = read_inventory(xlsx(row(used=date(2023, 2, 28)))).rows

    assert found.line == 2
    assert found.level is Level.CLIENT
    assert found.company_name == "Café Élan"
    assert found.realm_id == "9130350000000104"
    assert found.app_name == "Dext"
    assert found.developer_contact is None
    assert found.owner_email == "k@durand.example"
    assert found.role is Role.ADMIN
    assert found.connected_on == date(2022, 1, 7)
    assert found.last_used_on == date(2023, 2, 28)
    assert found.state is ConnectionState.CONNECTED


@pytest.mark.parametrize("written", [date(2023, 3, 1), LATE, "01/03/2023", "2023-03-01"])
def test_a_date_is_the_day_it_shows(written: object) -> None:
    assert read_inventory(xlsx(row(on=written))).rows[0].connected_on == date(2023, 3, 1)


def test_a_workbook_that_counts_its_days_from_1904_gives_the_same_days() -> None:
    book = workbook(row(on=date(2023, 3, 1)))
    book.epoch = CALENDAR_MAC_1904

    assert read_inventory(saved(book)).rows[0].connected_on == date(2023, 3, 1)


@pytest.mark.parametrize(
    ("written", "why"),
    [
        (44986, "not a date"),
        ("03/25/2023", "no such date"),
        ("1 mars 2023", "not a date"),
        (time(12, 30), "made something else"),
        (True, "made something else"),
    ],
)
def test_what_is_no_date_is_refused_in_a_column_of_dates(written: object, why: str) -> None:
    ((line, column, reason),) = reasons(read_inventory(xlsx(row(on=written))))

    assert (line, column) == (2, "Connectée le")
    assert why in reason


def test_a_day_outside_the_calendar_is_an_error_of_the_spreadsheet() -> None:
    book = workbook(row(on=9e9))
    book.active.cell(2, 8).number_format = "dd/mm/yyyy"

    assert reasons(read_inventory(saved(book))) == [(2, "Connectée le", "the spreadsheet shows an error in this cell")]


@pytest.mark.parametrize("number", [123456789012345, 123456789012345.0, "123456789012345"])
def test_a_company_number_of_fifteen_digits_is_read_whole_from_a_number(number: object) -> None:
    assert read_inventory(xlsx(row(realm=number))).rows[0].realm_id == "123456789012345"


@pytest.mark.parametrize("number", [9130350000000100, 9130350000000104, 9.1303500000001e15, 9341452000000000000])
def test_a_longer_company_number_may_have_lost_digits_and_is_refused(number: float) -> None:
    ((_, column, reason),) = reasons(read_inventory(xlsx(row(realm=number))))

    assert column == "N° d'entreprise"
    assert reason == "the spreadsheet has shortened this number; format the column as text and type it again"


def test_a_shortened_number_is_no_name_either() -> None:
    ((_, column, reason),) = reasons(read_inventory(xlsx(row(company=9130350000000100))))

    assert column == "Société"
    assert "shortened this number" in reason


@pytest.mark.parametrize("number", [9130.5, -9130])
def test_a_number_that_is_no_company_number_is_refused(number: float) -> None:
    ((_, _, reason),) = reasons(read_inventory(xlsx(row(realm=number))))

    assert reason == "a company number has digits only, 20 at most"


def test_a_company_that_is_named_by_a_number_keeps_its_name() -> None:
    assert read_inventory(xlsx(row(company=1664))).rows[0].company_name == "1664"


@pytest.mark.parametrize("made", [date(2024, 5, 3), True, time(8, 0)])
def test_a_name_that_the_spreadsheet_made_something_else_of_is_refused(made: object) -> None:
    ((_, column, reason),) = reasons(read_inventory(xlsx(row(app=made))))

    assert column == "Application"
    assert "made something else of this text" in reason


def test_an_error_of_the_spreadsheet_is_no_name() -> None:
    book = workbook(ROW, row(app="#N/A"))
    assert book.active.cell(3, 4).data_type == "e"

    assert reasons(read_inventory(saved(book))) == [(3, "Application", "the spreadsheet shows an error in this cell")]


# Formulas


def formula(cached: bytes) -> bytes:
    data = xlsx(row(company="=1+1"))
    return altered(data, SHEET, b"<f>1+1</f><v /></c>", b"<f>1+1</f>" + cached + b"</c>")


def test_a_formula_counts_as_what_the_spreadsheet_last_made_of_it() -> None:
    data = altered(formula(b"<v>Elan</v>"), SHEET, b'r="B2"', b'r="B2" t="str"')

    assert read_inventory(data).rows[0].company_name == "Elan"


def test_a_formula_without_a_result_is_refused_and_never_calculated() -> None:
    ((line, column, reason),) = reasons(read_inventory(xlsx(row(company='=HYPERLINK("http://evil.example")'))))

    assert (line, column) == (2, "Société")
    assert "a formula without a result" in reason


def test_a_formula_whose_result_is_no_text_is_a_blank_cell() -> None:
    data = altered(formula(b"<v></v>"), SHEET, b'r="B2"', b'r="B2" t="str"')

    (found,) = read_inventory(data).rows
    assert found.company_name is None
    assert found.realm_id == "9130350000000104"


@pytest.mark.parametrize("text", ["+33 1 23", "-1", "@SUM(A1)", "'=1+1"])
def test_a_text_that_looks_like_a_formula_is_text(text: str) -> None:
    assert read_inventory(xlsx(row(company=text))).rows[0].company_name == text


# The shape of sheets


def test_titles_above_the_headers_are_left_out_and_said() -> None:
    reading = read_inventory(xlsx((), HEADER, ROW, header=("Inventaire du cabinet", "", "mars 2024")))

    assert [found.line for found in reading.rows] == [4]
    assert reading.refused == ()
    assert reading.notes == ("The headers are on line 3; what stands above them was not read.",)


def test_rows_are_numbered_as_the_spreadsheet_numbers_them() -> None:
    book = workbook()
    book.active.cell(500, 1, "Client")

    assert {refusal.line for refusal in read_inventory(saved(book)).refused} == {500}


def test_columns_in_another_order_with_english_headers_are_read() -> None:
    reading = read_inventory(
        xlsx(
            (date(2023, 2, 28), "Dext", "Firm", "Acme", "Connected"),
            header=("Connected on", "App", "Level", "Company", "Status"),
        )
    )

    (found,) = reading.rows
    assert (found.level, found.company_name, found.connected_on) == (Level.FIRM, "Acme", date(2023, 2, 28))


def test_notes_beside_the_table_cost_no_row_and_are_said() -> None:
    book = workbook(ROW, row(app="Zapier"), header=(*HEADER, "Commentaire"))
    book.active.cell(3, 28, "à voir avec Paul")
    reading = read_inventory(saved(book))

    assert [found.app_name for found in reading.rows] == ["Dext", "Zapier"]
    assert reading.ignored == ("Commentaire",)
    assert reading.notes == (
        "Columns that are not known were not read: Commentaire.",
        "Columns without a header were not read: AB.",
    )


def test_colours_and_lists_to_the_end_of_the_sheet_are_no_columns() -> None:
    book = workbook(ROW)
    for column in range(1, 400):
        book.active.cell(2, column).fill = PatternFill("solid", fgColor="FFFF00")
    choice = DataValidation(type="list", formula1='"Client,Cabinet"')
    choice.add("A2:A1048576")
    book.active.add_data_validation(choice)
    reading = read_inventory(saved(book))

    assert len(reading.rows) == 1
    assert reading.notes == ()


def test_the_size_that_a_sheet_claims_is_not_believed() -> None:
    for claimed in (b"A1:A1", b"A1:XFD1048576"):
        data = altered(xlsx(ROW), SHEET, b"A1:J2", claimed)

        assert read_inventory(data).rows == read_inventory(xlsx(ROW)).rows


# Several sheets


def test_the_first_sheet_with_the_headers_is_read_and_the_others_are_said() -> None:
    book = workbook(("Bonjour",), header=("Mode d'emploi",))
    for title, app in (("Clients", "Dext"), ("2021", "Zapier")):
        sheet = book.create_sheet(title)
        sheet.append(HEADER)
        sheet.append(row(app=app))
    reading = read_inventory(saved(book))

    assert [found.app_name for found in reading.rows] == ["Dext"]
    assert reading.sheet == "Clients"
    assert reading.notes == ("The sheet “Clients” was read. Not read: Sheet, 2021.",)


def test_a_hidden_sheet_is_not_read_but_said() -> None:
    book = workbook(row(app="Zapier"))
    book.active.sheet_state = "hidden"
    sheet = book.create_sheet("Clients")
    sheet.append(HEADER)
    sheet.append(ROW)
    book.active = sheet
    reading = read_inventory(saved(book))

    assert [found.app_name for found in reading.rows] == ["Dext"]
    assert reading.notes == ("The sheet “Clients” was read. Not read: Sheet.",)


def test_a_workbook_without_the_headers_says_what_its_nearest_sheet_has() -> None:
    book = workbook(header=("Nom", "Prénom"))
    book.create_sheet("Suivi").append(["Société", "Application"])

    with pytest.raises(ConfigurationError, match="level") as caught:
        read_inventory(saved(book))

    assert "an XLSX workbook with the sheets 'Sheet', 'Suivi'; the nearest is 'Suivi'" in caught.value.message
    assert "Line 1 reads: 'Société', 'Application'" in caught.value.message
    assert caught.value.hint is not None
    assert "XLSX".lower() in caught.value.hint


def test_an_empty_workbook_says_so() -> None:
    with pytest.raises(ConfigurationError, match="It holds nothing"):
        read_inventory(xlsx(header=()))
