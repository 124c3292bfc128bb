"""Files that mean harm, or were damaged: each is refused with a reason, quickly, and none is believed."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_files import HEADER, ROW, altered, archive, row, saved, workbook, xlsx

from qbapps.domain import policies
from qbapps.errors import ConfigurationError
from qbapps.reading import packages
from qbapps.reading.inventory import read_inventory

GOOD = xlsx(ROW)
SHEET = "xl/worksheets/sheet1.xml"


def refusal(data: bytes) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read_inventory(data)
    assert caught.value.hint
    return caught.value.message


class Untouched(zipfile.ZipFile):
    """An archive of which nothing may be unpacked."""

    def open(self, name: object, *_: object, **__: object) -> object:  # type: ignore[override]
        raise AssertionError(name)


def test_a_small_file_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bomb = archive([("xl/workbook.xml", b""), ("xl/x.xml", b" " * (policies.INVENTORY_MAX_UNPACKED + 1))])
    assert len(bomb) < 200_000
    monkeypatch.setattr(packages.zipfile, "ZipFile", Untouched)

    assert "unpacks to 100 MiB; at most 100 MiB are read" in refusal(bomb)


def test_a_part_that_unpacks_to_more_than_it_says_is_refused() -> None:
    data = bytearray(archive([("xl/workbook.xml", b"<a/>"), ("[Content_Types].xml", b" " * 10_000_000)]))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = data.rindex(signature) + offset
        data[place : place + 4] = (10).to_bytes(4, "little")

    assert refusal(bytes(data)) == "The file is an XLSX workbook that is cut or damaged."


def test_a_workbook_of_too_many_elements_is_refused() -> None:
    many = b"<a/>" * (policies.INVENTORY_MAX_ELEMENTS + 1)

    assert "more than 5,000,000 XML elements" in refusal(altered(GOOD, SHEET, b"<sheetData>", many + b"<sheetData>"))


def test_a_workbook_of_too_many_parts_is_refused() -> None:
    assert "5,003 parts" in refusal(archive([(f"x{number}", b"") for number in range(5003)]))


# Named, because its length is not the same in two processes: the time at which it was made is packed into it.
@pytest.mark.parametrize(
    "length",
    [4, 30, 100, len(GOOD) // 2, len(GOOD) - 30, len(GOOD) - 1],
    ids=["4", "30", "100", "half", "30 less", "1 less"],
)
def test_a_workbook_that_is_cut_says_so(length: int) -> None:
    assert refusal(GOOD[:length]) == "The file is an XLSX workbook that is cut or damaged."


def test_a_workbook_of_which_a_byte_was_lost_says_so() -> None:
    with zipfile.ZipFile(io.BytesIO(GOOD)) as book:
        part = book.getinfo(SHEET)
    place = part.header_offset + 30 + len(SHEET) + part.compress_size // 2
    damaged = GOOD[:place] + bytes([GOOD[place] ^ 0xFF]) + GOOD[place + 1 :]

    assert "cut or damaged" in refusal(damaged)


@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=8))
def test_no_alteration_makes_it_crash(place: int, new: bytes) -> None:
    try:
        reading = read_inventory(GOOD[:place] + new + GOOD[place + len(new) :])
    except ConfigurationError as problem:
        assert problem.hint  # noqa: PT017 - most are refused, and a few change nothing that matters
    else:
        assert reading.rows == read_inventory(GOOD).rows


@given(st.data())
def test_no_alteration_inside_a_part_makes_it_crash(data: st.DataObject) -> None:
    with zipfile.ZipFile(io.BytesIO(GOOD)) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    name = data.draw(st.sampled_from(sorted(parts)))
    place = data.draw(st.integers(0, len(parts[name])))
    new = data.draw(st.binary(max_size=4) | st.sampled_from([b"<", b"/>", b'"', b"9999999999", b"-1", b"&amp;"]))
    parts[name] = parts[name][:place] + new + parts[name][place + data.draw(st.integers(0, 4)) :]
    try:
        read_inventory(archive(parts.items()))
    except ConfigurationError as problem:
        assert problem.hint  # noqa: PT017 - as above


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_an_entity_bomb_is_refused_before_it_is_parsed(encoding: str) -> None:
    lol = '<!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>'
    with zipfile.ZipFile(io.BytesIO(GOOD)) as book:
        parts = {name: book.read(name) for name in book.namelist()}

    assert "declares a document type" in refusal(archive({**parts, SHEET: lol.encode(encoding)}.items()))


def test_a_link_to_another_workbook_is_not_followed() -> None:
    data = altered(xlsx(row(company="=1+1")), SHEET, b"<f>1+1</f><v /></c>", b"<f>[1]Feuil1!A1</f><v>7</v></c>")
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    link = (
        b'<Relationship Id="rId99" TargetMode="External" Target="http://evil.example/x.xlsx" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLink"/></Relationships>'
    )
    kept = b'<row r="9"><cell r="A9"/></row>'
    parts["xl/externalLinks/externalLink1.xml"] = (
        b"<externalLink><sheetData>" + kept + b"</sheetData><sheetData>" + kept + b"</sheetData></externalLink>"
    )
    rels = "xl/_rels/workbook.xml.rels"
    parts[rels] = parts[rels].replace(b"</Relationships>", link)

    assert read_inventory(archive(parts.items())).rows[0].company_name == "7"


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_a_text_of_a_million_columns_is_refused(delimiter: str) -> None:
    header = delimiter.join((*HEADER, *("x" for _ in range(1_000_000))))

    assert "1,000,010 columns; at most 200 are read" in refusal(header.encode())


def test_a_row_of_a_million_cells_is_refused() -> None:
    cells = b"".join(b"<c><v>1</v></c>" for _ in range(1_000_000))

    assert "1,000,010 columns; at most 200" in refusal(
        altered(GOOD, SHEET, b'</row><row r="2"', cells + b'</row><row r="2"')
    )


def test_two_cells_in_opposite_corners_cost_no_memory() -> None:
    book = workbook(ROW)
    book.active["XFD1048576"] = "x"
    reading = read_inventory(saved(book))

    assert len(reading.rows) == 1
    assert {found.line for found in reading.refused} == {1_048_576}
    assert reading.notes == ("Columns without a header were not read: XFD.",)


def test_a_row_beyond_the_end_of_a_sheet_is_refused() -> None:
    assert "larger than a spreadsheet can be" in refusal(altered(GOOD, SHEET, b'<row r="2"', b'<row r="99999999999"'))


@pytest.mark.parametrize("again", [b'<row r="1"', b"<row r='2' spans='1:2'/><row r=\"2\"", b'<row/><row/><row r="2"'])
def test_rows_out_of_order_would_be_lost_and_are_refused(again: bytes) -> None:
    assert "cut or damaged" in refusal(altered(GOOD, SHEET, b'<row r="2"', again))


def test_a_sheet_of_too_many_rows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policies, "INVENTORY_MAX_ROWS", 5)

    assert len(read_inventory(xlsx(*[row(app=f"app {number}") for number in range(4)])).rows) == 4
    assert "more than 5 rows" in refusal(xlsx(*[row(app=f"app {number}") for number in range(5)]))


def test_a_sheet_that_is_not_reached_may_be_as_large_as_it_likes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policies, "INVENTORY_MAX_ROWS", 5)
    book = workbook(ROW)
    archive_sheet = book.create_sheet("Archive")
    for _ in range(9):
        archive_sheet.append(ROW)

    assert len(read_inventory(saved(book)).rows) == 1


def test_the_name_of_a_file_says_nothing_about_it() -> None:
    text = ";".join(HEADER) + "\n" + ";".join(ROW)

    assert read_inventory(text.encode()).rows == read_inventory(GOOD).rows


def test_noise_after_the_mark_of_an_archive_is_refused() -> None:
    noise = hashlib.shake_256(b"noise").digest(5000)

    assert "cut or damaged" in refusal(b"PK\x03\x04" + noise)
