"""Other firms' files: other encodings, delimiters, orders and mistakes."""

from __future__ import annotations

import codecs
from datetime import date

import pytest

from qbapps.domain import policies
from qbapps.domain.parties import Level, Role
from qbapps.domain.states import ConnectionState
from qbapps.errors import ConfigurationError
from qbapps.reading.inventory import Reading, read_inventory

HEADER = (
    "Niveau;Société;N° d'entreprise;Application;Contact éditeur;Propriétaire;Rôle;Connectée le;"
    "Dernière utilisation;Statut"
)
GOOD = "Client;Café Élan;9130350000000104;Dext;;k@durand.example;Administrateur;07/01/2022;;Connectée"


def read(*lines: str, header: str = HEADER, encoding: str = "utf-8") -> Reading:
    return read_inventory("\r\n".join((header, *lines, "")).encode(encoding))


def reasons(reading: Reading) -> list[tuple[str | None, str]]:
    return [(refusal.column, str(refusal.reason)) for refusal in reading.refused]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_the_same_file_reads_the_same_in_every_encoding(encoding: str) -> None:
    reading = read(GOOD, encoding=encoding)

    assert reading.rows[0].company_name == "Café Élan"
    assert reading.encoding == encoding


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_the_same_file_reads_the_same_with_every_delimiter(delimiter: str) -> None:
    reading = read(GOOD.replace(";", delimiter), header=HEADER.replace(";", delimiter))

    assert reading.delimiter == delimiter
    assert reading.rows[0].app_name == "Dext"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_lines_are_counted_as_an_editor_counts_them(newline: str) -> None:
    data = newline.join((HEADER, GOOD, "", GOOD.replace("Dext", ""), "")).encode()

    assert [refusal.line for refusal in read_inventory(data).refused] == [4]


def test_english_headers_in_another_order_with_iso_dates_are_read() -> None:
    reading = read(
        "Connected,Acme,Dext,Firm,2023-02-28,admin,a@b.example,9130350000000104",
        header="Status,Company,App,Level,Connected on,Role,Owner email,Realm ID",
    )

    (row,) = reading.rows
    assert row.level is Level.FIRM
    assert row.connected_on == date(2023, 2, 28)
    assert row.role is Role.ADMIN
    assert row.state is ConnectionState.CONNECTED


def test_headers_are_known_without_their_accents_and_case() -> None:
    assert read("Client;A;Dext", header="NIVEAU;SOCIETE;APPLICATION").rows[0].app_name == "Dext"


def test_what_a_file_does_not_say_is_not_known() -> None:
    (row,) = read("Client;A;Dext", header="Niveau;Société;Application").rows

    assert row.realm_id is None
    assert row.role is Role.UNKNOWN
    assert row.state is None
    assert row.connected_on is None


def test_a_column_that_means_nothing_here_is_said_to_be_ignored() -> None:
    assert read("Client;A;Dext;bla", header="Niveau;Société;Application;Commentaire").ignored == ("Commentaire",)


def test_all_the_wrong_columns_of_a_row_are_reported_in_its_order() -> None:
    wrong = "Filiale;A;12x;;;nobody;Chef;31/02/2023;hier;Perdue"

    assert [column for column, _ in reasons(read(wrong))] == [
        "Niveau",
        "N° d'entreprise",
        "Application",
        "Propriétaire",
        "Rôle",
        "Connectée le",
        "Dernière utilisation",
        "Statut",
    ]


@pytest.mark.parametrize("day", ["31/02/2023", "2023-02-31", "00/01/2023", "12/25/2023", "29/02/2023"])
def test_a_date_that_does_not_exist_is_refused(day: str) -> None:
    assert "no such date" in reasons(read(GOOD.replace("07/01/2022", day)))[0][1]


@pytest.mark.parametrize("day", ["01/02/23", "1 mars 2023", "2023/03/01", "44986", "٠١/٠٢/٢٠٢٣", "2023-1-2"])
def test_a_date_in_another_form_is_refused_not_guessed(day: str) -> None:
    assert "not a date" in reasons(read(GOOD.replace("07/01/2022", day)))[0][1]


def test_a_number_the_spreadsheet_shortened_is_told_apart() -> None:
    reading = read(GOOD.replace("9130350000000104", "9,13035E+15"))

    assert "shortened" in reasons(reading)[0][1]


def test_a_row_with_too_few_columns_says_which_is_the_first_missing() -> None:
    (refusal,) = read("Client;A;1;Dext").refused

    assert refusal.column == "Contact éditeur"
    assert refusal.reason == "this line has 4 columns instead of 10"
    assert refusal.value_shown == "Client;A;1;Dext"


def test_a_row_with_too_many_columns_is_refused_because_its_cells_have_moved() -> None:
    moved = "Client;Dupont; Fils et Cie;9130350000000104;Dext;;k@durand.example;Administrateur;07/01/2022;;Connectée"

    assert reasons(read(moved)) == [(None, "this line has 11 columns instead of 10")]


def test_empty_columns_at_the_end_do_no_harm() -> None:
    assert len(read(GOOD + ";;").rows) == 1


def test_a_row_needs_a_company_by_name_or_by_number() -> None:
    nobody = "Client;;;Dext;;k@durand.example;Administrateur;07/01/2022;;Connectée"

    assert reasons(read(nobody)) == [("Société", "neither a company nor its number is given")]


def test_blank_lines_and_lines_of_delimiters_are_not_rows() -> None:
    reading = read("", ";;;;;;;;;", GOOD, "   ")

    assert [row.line for row in reading.rows] == [4]
    assert reading.refused == ()


def test_a_cell_over_two_lines_keeps_its_line_and_the_next_ones() -> None:
    two = GOOD.replace("Café Élan", '"Café\nÉlan"')
    reading = read(two, GOOD.replace("Dext", ""))

    assert reading.rows[0].line == 2
    assert reading.refused[0].line == 4


def test_a_quotation_mark_that_is_never_closed_costs_one_line_only() -> None:
    reading = read(GOOD, GOOD.replace("Café Élan", '"Café'), GOOD.replace("Dext", "Zapier"))

    assert [row.line for row in reading.rows] == [2, 4]
    assert [(refusal.line, refusal.column) for refusal in reading.refused] == [(3, None)]


def test_two_stray_quotation_marks_do_not_swallow_the_rows_between_them() -> None:
    stray = GOOD.replace("Café Élan", '"Café'), GOOD.replace("Dext", "Zapier"), GOOD.replace("Café Élan", 'Élan"')
    reading = read(*stray)

    assert [refusal.line for refusal in reading.refused] == [2]
    assert [(row.line, row.app_name) for row in reading.rows] == [(3, "Zapier"), (4, "Dext")]


def test_quotation_marks_inside_a_name_are_part_of_it() -> None:
    assert read(GOOD.replace("Café Élan", 'Café "Élan"')).rows[0].company_name == 'Café "Élan"'


@pytest.mark.parametrize("formula", ['=HYPERLINK("http://evil.example")', "+33 1 23", "-1", "@SUM(A1)"])
def test_a_formula_is_a_text_like_any_other(formula: str) -> None:
    quoted = '"' + formula.replace('"', '""') + '"'
    assert read(GOOD.replace("Café Élan", quoted)).rows[0].company_name == formula


def test_a_repeated_row_says_in_which_columns_it_differs() -> None:
    again = GOOD.replace("k@durand.example", "s@durand.example").replace("Connectée", "Déconnectée")
    reading = read(GOOD, again)

    assert len(reading.rows) == 1
    assert reading.repeated[0].first_line == 2
    assert reading.repeated[0].differs == ("Propriétaire", "Statut")


def test_the_same_app_under_another_case_is_the_same_app() -> None:
    assert len(read(GOOD, GOOD.replace("Dext", "DEXT ")).repeated) == 1


def test_the_same_app_in_another_company_is_another_row() -> None:
    assert len(read(GOOD, GOOD.replace("0104", "0105")).rows) == 2


def test_a_repeat_of_a_refused_row_is_a_row() -> None:
    reading = read(GOOD.replace("k@durand.example", "nobody"), GOOD)

    assert [row.line for row in reading.rows] == [3]


def test_a_long_value_is_cut_where_it_is_shown() -> None:
    (refusal,) = read(GOOD.replace("k@durand.example", "x" * 5000)).refused

    assert len(refusal.value_shown) == 120


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "empty"),
        (b" \r\n\t", "empty"),
        (codecs.BOM_UTF8, "no header"),
        (b"PK\x03\x04rest", "XLSX"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "XLS"),
        (b"%PDF-1.7", "PDF"),
        (HEADER.encode("utf-16-le")[1:], "NUL"),
        (b"abc\ndef\x81", "Line 2"),
        (codecs.BOM_UTF8 + b"abc\n\n\xe9", "Line 3"),
        (b"a;b;c\n1;2;3", "'a', 'b', 'c'"),
        ("Application;Société\nDext;A".encode(), "level"),
        (b"Level,Company,App,Application\n", "Two headers"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_was_seen(data: bytes, what: str) -> None:
    with pytest.raises(ConfigurationError, match=what) as caught:
        read_inventory(data)

    assert caught.value.hint


def test_a_file_that_is_too_large_is_not_read() -> None:
    with pytest.raises(ConfigurationError, match="at most"):
        read_inventory(b"a" * (policies.INVENTORY_MAX_BYTES + 1))


@pytest.mark.parametrize(
    ("header", "category", "country"),
    [
        ("Niveau;Société;Application;Catégorie;Pays", "Reçus", "Belgique"),
        ("Niveau;Société;Application;Type;Pays", "Reçus", "be"),
        ("Level;Company;App;Category;Country", "Reçus", "Belgium"),
    ],
)
def test_what_an_app_is_for_and_the_country_of_a_company_are_read(header: str, category: str, country: str) -> None:
    (row,) = read(f"Client;A;Dext; {category} ;{country}", header=header).rows

    assert (row.category, row.country) == ("Reçus", "BE")


def test_neither_need_be_said() -> None:
    (row,) = read("Client;A;Dext;;", header="Niveau;Société;Application;Catégorie;Pays").rows

    assert (row.category, row.country) == (None, None)


def test_an_unknown_country_is_refused_in_its_column() -> None:
    reading = read("Client;A;Dext;Atlantide", header="Niveau;Société;Application;Pays")

    assert reasons(reading) == [("Pays", "unknown country; write its two letters, such as FR")]
    assert reading.rows == ()
