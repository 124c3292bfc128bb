"""A CSV file opens in a spreadsheet as text, and reads back as what was written."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qbapps.export.csv import FORMULA_STARTS, csv_text, guard, write_csv


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_text_that_would_be_a_formula_is_disarmed(start: str) -> None:
    assert guard(start + "HYPERLINK()") == "'" + start + "HYPERLINK()"


def test_spaces_before_a_formula_do_not_hide_it() -> None:
    assert guard("  =1+1") == "'  =1+1"
    assert guard("\u00a0=1+1") == "'\u00a0=1+1"


def test_ordinary_text_numbers_and_days_are_left_alone() -> None:
    assert guard("Boulangerie Martin") == "Boulangerie Martin"
    assert guard("j.durand@durand.example") == "j.durand@durand.example"
    assert guard(-5) == "-5"
    assert guard(None) == ""
    assert guard(date(2023, 12, 29)) == "2023-12-29"
    assert guard(datetime(2023, 12, 29, 18, tzinfo=UTC)) == "2023-12-29T18:00:00+00:00"


def test_the_file_has_the_mark_by_which_excel_knows_utf_8(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "apps.csv", ["Société", "Appli"], [["Café Élan", "=1+1"]], delimiter=";")

    assert path.read_bytes() == "\ufeffSociété;Appli\r\nCafé Élan;'=1+1\r\n".encode()


def test_headers_are_guarded_too() -> None:
    assert csv_text(["=x"], []) == "'=x\r\n"


@pytest.mark.parametrize("separator", [";", ",", "\t", "\n"])
def test_a_file_that_is_cut_at_another_separator_has_no_formula_either(separator: str) -> None:
    assert guard(f"Durand{separator} =1+1") == f"Durand{separator}' =1+1"
    assert guard(f'Durand{separator}"=1+1') == f"Durand{separator}'\"=1+1"
    assert guard(f"Durand{separator} Martin") == f"Durand{separator} Martin"


@given(st.lists(st.tuples(st.text(), st.text()), max_size=6), st.sampled_from([",", ";", "\t"]))
def test_what_is_read_back_is_what_was_written_but_for_the_guard(rows: list[tuple[str, str]], delimiter: str) -> None:
    text = csv_text(["a", "b"], rows, delimiter=delimiter)
    read = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))

    assert len(read) == len(rows) + 1
    for row, given_row in zip(read[1:], rows, strict=True):
        for cell, original in zip(row, given_row, strict=True):
            assert not cell.startswith(FORMULA_STARTS)
            assert cell.replace("'", "") == original.replace("'", "")


@given(
    st.lists(st.tuples(*[st.text(alphabet="=+-@a \"';,\t\n")] * 2), max_size=4),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from([",", ";", "\t"]),
)
def test_no_cell_begins_a_formula_wherever_the_file_is_cut(
    rows: list[tuple[str, str]], written: str, read_with: str
) -> None:
    text = csv_text(["a", "b"], rows, delimiter=written)

    for row in csv.reader(io.StringIO(text, newline=""), delimiter=read_with):
        for cell in row:
            assert not cell.lstrip(" ").startswith(("=", "+", "-", "@"))
