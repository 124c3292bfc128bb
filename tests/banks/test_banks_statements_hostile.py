"""Files made to hurt: bounded in time and memory, and met by our own error."""

from __future__ import annotations

import time
import tracemalloc

import pytest

from qbapps.banks import statements
from qbapps.banks.statements import StatementError
from qbapps.banks.statements.texts import MOST_BYTES

MIB = 1024 * 1024
MOST_SECONDS = 20.0
"""Far above what each takes, and far below what one that grows by the square does."""

HOSTILE = {
    "one long line": "Date,Amount\n" + "1" * MIB,
    "one long cell in quotes": 'Date,Amount\n"' + "1" * MIB + '",1.00\n',
    "one line of separators": "Date,Amount\n" + "," * MIB + "x",
    "a long line of headers": ",".join(["Date", "Amount", *["x"] * 300_000]) + "\n2022-02-03,1.00\n",
    "quotation marks that never close": "Date;Amount\n" + 'b";"\n' * 100_000,
    "a quotation mark on each line": "Date,Amount\n" + 'x,"\n' * 100_000,
    "tags within tags": "<OFX>" + "<A>" * 200_000,
    "tags that never end": "<OFX>" + "<STMTTRN" * 100_000,
    "a tag full of blanks": "<OFX>" + "<STMTTRN" + " " * MIB,
    "parts within parts": "<OFX>" + "<STMTRS>" * 100_000,
    "ends without beginnings": "<OFX>" + "</B>" * 200_000,
    "comments that never end": "<OFX>" + "<!--" * 200_000,
    "entities": "<OFX><STMTRS><NAME>" + "&amp" * 250_000,
    "carets": "!Type:Bank\n" + "^\n" * 300_000 + "D\n",
    "fields without end": "!Type:Bank\n" + "Pxx\n" * 200_000,
    "apostrophes": "!Type:Bank\nD" + "1'" * 300_000 + "\nT1.00\n^\n",
    "blanks within a date": "!Type:Bank\nD1/" + " " * MIB + "x\nT1.00\n^\n",
    "digits": "!Type:Bank\nD2022-02-03\nT" + "9" * MIB + "\n^\n",
    "blanks within an amount": "Date,Amount\n2022-02-03,1" + " " * 100_000 + "x\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_time(name: str) -> None:
    began = time.process_time()

    with pytest.raises(StatementError) as caught:
        statements.read_statement_bytes(HOSTILE[name].encode())

    assert time.process_time() - began < MOST_SECONDS
    assert len(str(caught.value)) < 1000


def test_a_file_that_is_too_large_is_not_looked_into() -> None:
    data = b"Date,Amount\n" + b"2022-02-03,1.00\n" * (MOST_BYTES // 16 + 1)
    tracemalloc.start()
    try:
        with pytest.raises(StatementError, match="larger than 20 MiB"):
            statements.read_statement_bytes(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < MIB


def test_entities_are_not_opened_twice() -> None:
    text = (
        "<OFX><STMTRS><STMTTRN><DTPOSTED>20220203<TRNAMT>1.00<FITID>1"
        "<NAME>&amp;lt;TRNAMT&amp;gt;9 &unknown; &#0; &#xD800; A&B</STMTTRN></STMTRS></OFX>"
    )

    assert statements.read_statement_text(text).rows[0].text == "&lt;TRNAMT&gt;9 &unknown; &#0; &#xD800; A&B"


def test_a_tag_in_a_text_gives_no_second_amount() -> None:
    text = "<OFX><STMTRS><STMTTRN><DTPOSTED>20220203<TRNAMT>1.00<FITID>1<NAME>A <TRNAMT>9.00</STMTTRN></STMTRS></OFX>"

    with pytest.raises(StatementError, match="second time"):
        statements.read_statement_text(text)
