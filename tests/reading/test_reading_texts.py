"""Texts as spreadsheets save them: UTF-16, titles above the headers, and files that are no text."""

from __future__ import annotations

import codecs

import pytest
from reading_files import HEADER, ROW, archive

from qbapps.errors import ConfigurationError
from qbapps.reading.inventory import read_inventory

TEXT = "\r\n".join(";".join(line) for line in (HEADER, ROW, ""))
PART = [("[Content_Types].xml", b"<Types/>")]


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), "utf-16"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
    ],
)
def test_utf_16_is_read_where_it_is_marked_or_plain(data: bytes, encoding: str) -> None:
    reading = read_inventory(data)

    assert reading.encoding == encoding
    assert reading.rows == read_inventory(TEXT.encode()).rows


def test_excel_s_unicode_text_is_read() -> None:
    reading = read_inventory(TEXT.replace(";", "\t").encode("utf-16"))

    assert (reading.encoding, reading.delimiter) == ("utf-16", "\t")
    assert reading.rows[0].company_name == "Café Élan"


def test_letters_beyond_latin_arrive_whole_in_utf_16() -> None:
    assert (
        read_inventory(TEXT.replace("Café", "Œuvre ’Ÿ Ā 東京").encode("utf-16-le")).rows[0].company_name
        == "Œuvre ’Ÿ Ā 東京 Élan"
    )


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (codecs.BOM_UTF16_LE + "a;b\nc".encode("utf-16-le") + b"\x00\xd8", "Line 2 of the file is cut"),
        (TEXT.encode("utf-16") + b"x", "cut or damaged"),
        (TEXT.encode("utf-16-le") + "\x00".encode("utf-16-le"), "NUL"),
        ((TEXT + "\x00").encode("utf-16"), "NUL"),
        ((TEXT + "\x00").encode(), "NUL"),
        (TEXT.encode("utf-16-le") + b"x", "NUL"),
        (TEXT.encode("utf-32"), "UTF-32"),
    ],
)
def test_a_text_that_is_cut_or_holds_nul_says_so(data: bytes, what: str) -> None:
    with pytest.raises(ConfigurationError, match=what) as caught:
        read_inventory(data)

    assert caught.value.hint


@pytest.mark.parametrize("above", ["Inventaire du cabinet\n\n", "Cabinet Durand;;;\nmars 2024;;;\n", "sep=;\n"])
def test_titles_above_the_headers_are_left_out_and_said(above: str) -> None:
    reading = read_inventory((above + TEXT).encode())
    line = above.count("\n") + 1

    assert [row.line for row in reading.rows] == [line + 1]
    assert reading.refused == ()
    assert reading.notes == (f"The headers are on line {line}; what stands above them was not read.",)


def test_a_line_below_the_headers_is_never_taken_for_headers() -> None:
    reading = read_inventory((TEXT + TEXT).encode())

    assert [row.line for row in reading.rows] == [2]
    assert [refusal.line for refusal in reading.refused] == [3] * len({refusal.column for refusal in reading.refused})


def test_the_first_line_of_headers_counts_and_not_the_one_with_most() -> None:
    reading = read_inventory(b"Level,Company,App,\nClient,A,Dext,\nLevel,Company,App,Role\n")

    assert [(row.line, row.app_name) for row in reading.rows] == [(2, "Dext")]
    assert {refusal.line for refusal in reading.refused} == {3}


def test_a_column_that_is_not_known_is_said() -> None:
    reading = read_inventory(b"Level,Company,App,Comment\nClient,A,Dext,x\n")

    assert reading.notes == ("Columns that are not known were not read: Comment.",)


@pytest.mark.parametrize(
    ("data", "seen"),
    [
        (b"Nom;Pr\xe9nom\nA;B", "text in Windows-1252, separated by semicolons. Line 1 reads: 'Nom', 'Prénom'"),
        ("Nom,Prénom\nA,B".encode("utf-8-sig"), "text in UTF-8, separated by commas. Line 1 reads: 'Nom', 'Prénom'"),
        ("Société\tNom\n".encode("utf-16"), "text in UTF-16, separated by tabs. Line 1 reads: 'Société', 'Nom'"),
        (b"hello world", "text in UTF-8. Line 1 reads: 'hello world'"),
        (b"Nom\nCompany;App\n", "separated by semicolons. Line 2 reads: 'Company', 'App'"),
    ],
)
def test_a_text_without_the_headers_says_how_it_was_read(data: bytes, seen: str) -> None:
    with pytest.raises(ConfigurationError, match="no header for: level") as caught:
        read_inventory(data)

    assert seen in caught.value.message
    assert caught.value.hint is not None
    assert "Niveau; Société" in caught.value.hint
    assert "Save as" in caught.value.hint


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"<html><table><tr><td>Level</td></tr></table></html>", "a web page"),
        (b"\n <!DOCTYPE HTML>\n<html>", "a web page"),
        (b"<!-- Generated --><table>", "a web page"),
        ("<meta charset=utf-8>".encode("utf-16"), "a web page"),
        (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>', "Excel 2003"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "locked with a password"),
        (b"{\\rtf1", "RTF"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"\x89PNG\r\n", "a picture"),
        (archive([("mimetype", b"application/vnd.oasis.opendocument.spreadsheet")]), "ODS"),
        (archive([("mimetype", b"application/vnd.oasis.opendocument.text")]), "a LibreOffice document"),
        (archive([*PART, ("xl/workbook.bin", b"")]), "XLSB"),
        (archive([*PART, ("word/document.xml", b"")]), "a Word document"),
        (archive([("Index/Document.iwa", b"")]), "a Numbers document"),
        (archive([("inventaire.csv", TEXT.encode())]), "a ZIP archive without a workbook"),
        (archive([]), "a ZIP archive without a workbook"),
    ],
)
def test_a_file_of_another_kind_is_named_and_how_to_save_it_is_said(data: bytes, what: str) -> None:
    with pytest.raises(ConfigurationError, match=what) as caught:
        read_inventory(data)

    assert caught.value.hint


def test_a_long_row_of_comments_before_a_web_page_takes_no_time() -> None:
    assert read_inventory(TEXT.encode()).rows
    with pytest.raises(ConfigurationError, match="no header"):
        read_inventory(b"<!-- -->" * 500 + b"x")
