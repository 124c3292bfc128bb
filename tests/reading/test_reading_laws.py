"""What holds for any file whatever: no crash, every line accounted for, no difference by encoding."""

from __future__ import annotations

import csv
import io
import re

from hypothesis import given
from hypothesis import strategies as st
from reading_files import HEADER

from qbapps.errors import ConfigurationError
from qbapps.reading.inventory import Reading, read_inventory

CP1252 = st.text(st.characters(codec="cp1252", exclude_characters="\x00"), max_size=9)
CELLS = st.tuples(
    st.sampled_from(["Client", "Cabinet", "Filiale", ""]) | CP1252,
    CP1252,
    st.sampled_from(["9130350000000001", "12", "x", ""]) | CP1252,
    st.sampled_from(["Dext", "Zapier", ""]) | CP1252,
    CP1252,
    st.sampled_from(["a@b.example", "nobody", ""]) | CP1252,
    st.sampled_from(["Administrateur", "Chef", ""]) | CP1252,
    st.sampled_from(["01/02/2023", "31/02/2023", "2023-01-01", ""]) | CP1252,
    st.sampled_from(["01/02/2023", ""]) | CP1252,
    st.sampled_from(["Connectée", "À reconnecter", "?", ""]) | CP1252,
)
ROWS = st.lists(CELLS | st.lists(CP1252, max_size=14).map(tuple), max_size=12)


def written(rows: list[tuple[str, ...]], delimiter: str) -> tuple[str, list[int]]:
    """Return the file's text and the lines on which its rows that hold something begin."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(HEADER)
    begin = []
    for row in rows:
        before = len(re.findall(r"\r\n|\r|\n", text.getvalue()))
        writer.writerow(row)
        if any(cell.strip() for cell in row):
            begin.append(before + 1)
    return text.getvalue(), begin


def accounted(reading: Reading) -> list[int]:
    return sorted(
        [
            *(row.line for row in reading.rows),
            *{refusal.line for refusal in reading.refused},
            *(repeat.line for repeat in reading.repeated),
        ]
    )


@given(st.binary(max_size=400))
def test_no_bytes_make_it_crash(data: bytes) -> None:
    try:
        read_inventory(data)
    except ConfigurationError as refusal:
        assert refusal.hint  # noqa: PT017 - most bytes are refused, and a few are read


@given(st.binary(max_size=400), st.sampled_from([b";", b",", b"\t"]))
def test_no_bytes_under_a_good_header_make_it_crash(data: bytes, delimiter: bytes) -> None:
    header = delimiter.join((b"Level", b"Company", b"App"))
    try:
        reading = read_inventory(header + b"\n" + data)
    except ConfigurationError as refusal:
        assert refusal.hint  # noqa: PT017 - NUL and undecodable bytes
    else:
        lines = accounted(reading)
        assert len(set(lines)) == len(lines)


@given(rows=ROWS, delimiter=st.sampled_from([";", ",", "\t"]))
def test_every_line_with_data_is_accounted_for_exactly_once(rows: list[tuple[str, ...]], delimiter: str) -> None:
    text, begin = written(rows, delimiter)

    assert accounted(read_inventory(text.encode())) == begin


@given(rows=ROWS)
def test_the_encoding_makes_no_difference(rows: list[tuple[str, ...]]) -> None:
    text, _ = written(rows, ";")
    plain, marked = read_inventory(text.encode("utf-8")), read_inventory(text.encode("utf-8-sig"))

    assert (marked.rows, marked.refused, marked.repeated) == (plain.rows, plain.refused, plain.repeated)
    windows = read_inventory(text.encode("cp1252"))
    assert windows.encoding == "cp1252"
    assert (windows.rows, windows.refused, windows.repeated) == (plain.rows, plain.refused, plain.repeated)


@given(rows=ROWS)
def test_reading_twice_says_the_same(rows: list[tuple[str, ...]]) -> None:
    data = written(rows, ";")[0].encode()

    assert read_inventory(data) == read_inventory(data)


@given(rows=ROWS)
def test_what_is_taken_can_be_used_as_it_is(rows: list[tuple[str, ...]]) -> None:
    for row in read_inventory(written(rows, ";")[0].encode()).rows:
        assert row.app_name.strip() == row.app_name != ""
        assert row.realm_id is None or row.realm_id.isdigit()
        assert row.company_name or row.realm_id
