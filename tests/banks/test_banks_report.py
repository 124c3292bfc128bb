"""The report of what was dropped and held: everything is in it, in both languages, and nothing in it is a tag."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import attrs
import pytest

from qbapps import banks
from qbapps.banks import Row
from qbapps.banks.finding import SENTENCES as FINDING
from qbapps.banks.proving import SENTENCES as PROVING
from qbapps.banks.report import SENTENCES as REPORT
from qbapps.errors import ConfigurationError

KNOWN = Row(account="512000", date=date(2022, 3, 10), amount=Decimal("-1234.5"), text="PRLV EDF")
NEAR = attrs.evolve(KNOWN, date=date(2022, 3, 12), text="PRLV SEPA EDF")
NEW = attrs.evolve(KNOWN, amount=Decimal(7), text="<script>alert(1)</script> & \u202ecafé")
RESULT = banks.dedupe([KNOWN, NEAR, NEW], [KNOWN, attrs.evolve(KNOWN, date=date(2022, 3, 11))])


def test_the_text_has_every_row_with_its_reason_and_its_twin() -> None:
    assert banks.report_text(RESULT).splitlines() == [
        "Operations offered: 3. New: 1. Dropped: 1. To decide: 1.",
        "",
        "To decide: it may be there already, under another date or text (1)",
        "  2022-03-12 · -1,234.50 · PRLV SEPA EDF · 512000",
        "    ↳ 2022-03-11 · -1,234.50 · PRLV EDF · 512000",
        "",
        "Dropped: already there, with the same date, amount and text (1)",
        "  2022-03-10 · -1,234.50 · PRLV EDF · 512000",
        "    ↳ 2022-03-10 · -1,234.50 · PRLV EDF · 512000",
        "",
        "New, to import (1)",
        "  2022-03-10 · 7.00 · <script>alert(1)</script> & café · 512000",
    ]


def test_french_amounts_are_written_as_in_french() -> None:
    assert "-1\u202f234,50" in banks.report_text(RESULT, "fr")


def test_the_page_escapes_what_a_bank_wrote() -> None:
    page = banks.report_html(RESULT, "en")

    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; café" in page
    assert "\u202e" not in page
    assert page.count("PRLV EDF") == 3


def test_the_proof_is_said_with_it() -> None:
    proof = banks.prove(Decimal(0), [NEW], Decimal(8))

    for made in (banks.report_text(RESULT, proof=proof), banks.report_html(RESULT, proof=proof)):
        assert "The difference is 1.00." in made


def test_the_end_of_the_name_says_which_is_written(tmp_path: Path) -> None:
    page, text = (banks.write_report(RESULT, tmp_path / name) for name in ("report.html", "report.txt"))

    assert page.read_text("utf-8") == banks.report_html(RESULT)
    assert text.read_text("utf-8") == banks.report_text(RESULT)
    with pytest.raises(ConfigurationError, match="no folder"):
        banks.write_report(RESULT, tmp_path / "none" / "report.txt")


def test_an_empty_result_is_said() -> None:
    assert banks.report_text(banks.dedupe([], [])) == "Operations offered: 0. New: 0. Dropped: 0. To decide: 0.\n"


@pytest.mark.parametrize(
    ("sentences", "codes"),
    [(REPORT, banks.DedupeCode), (PROVING, banks.ProofCode), (FINDING, banks.FindCode)],
)
def test_every_code_has_its_sentence(sentences: dict[str, str], codes: type[banks.DedupeCode]) -> None:
    assert set(sentences) == set(codes)
