"""Files for QuickBooks Online: what it takes, never more, and nothing that a spreadsheet evaluates."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qbapps import banks
from qbapps.banks import Row, RowStatus
from qbapps.errors import ConfigurationError
from qbapps.export.csv import FORMULA_STARTS

ROW = Row(account="512000", date=date(2022, 3, 10), amount=Decimal("-1234.5"), text="Café, « Petit »")


def read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_three_columns_a_dot_and_one_order_of_dates(tmp_path: Path) -> None:
    (path,) = banks.write_qbo_csv([ROW, attrs.evolve(ROW, date=date(2022, 2, 3), amount=Decimal(7))], tmp_path)

    assert path == tmp_path / "512000.csv"
    assert read(path) == [
        ["Date", "Description", "Amount"],
        ["03/02/2022", "Café, « Petit »", "7.00"],
        ["10/03/2022", "Café, « Petit »", "-1234.50"],
    ]


@pytest.mark.parametrize(("order", "wanted"), [("dmy", "10/03/2022"), ("mdy", "03/10/2022"), ("ymd", "2022-03-10")])
def test_the_order_of_dates_is_the_one_that_is_asked_for(tmp_path: Path, order: str, wanted: str) -> None:
    (path,) = banks.write_qbo_csv([ROW], tmp_path, order=order)

    assert read(path)[1][0] == wanted


@pytest.mark.parametrize(
    ("amount", "wanted"),
    [
        ("0", "0.00"),
        ("-0.00", "0.00"),
        ("1E+3", "1000.00"),
        ("12.3456", "12.3456"),
        ("-0.10", "-0.10"),
        ("5.1000", "5.10"),
    ],
)
def test_no_digit_of_an_amount_is_lost(tmp_path: Path, amount: str, wanted: str) -> None:
    (path,) = banks.write_qbo_csv([attrs.evolve(ROW, amount=Decimal(amount))], tmp_path)

    assert read(path)[1][2] == wanted


@pytest.mark.parametrize(("count", "files"), [(0, 0), (1, 1), (1000, 1), (1001, 2), (2500, 3)])
def test_a_file_has_a_thousand_rows_at_most(tmp_path: Path, count: int, files: int) -> None:
    paths = banks.write_qbo_csv([attrs.evolve(ROW, text=f"{number}") for number in range(count)], tmp_path)

    assert len(paths) == files
    assert sorted(tmp_path.iterdir()) == sorted(paths)
    rows = [row for path in paths for row in read(path)[1:]]
    assert [row[1] for row in rows] == [str(number) for number in range(count)]
    assert all(len(read(path)) <= 1001 for path in paths)
    if files > 1:
        assert [path.name for path in paths] == [f"512000-{n}-of-{files}.csv" for n in range(1, files + 1)]


def test_a_file_has_350_kilobytes_at_most(tmp_path: Path) -> None:
    paths = banks.write_qbo_csv([attrs.evolve(ROW, text="é" * 1000)] * 500, tmp_path)

    assert len(paths) == 3
    assert all(path.stat().st_size <= 350_000 for path in paths)
    assert sum(len(read(path)) - 1 for path in paths) == 500


def test_each_account_and_currency_has_its_files(tmp_path: Path) -> None:
    rows = [
        attrs.evolve(ROW, account=account, currency=currency)
        for account, currency in [
            ("../5", None),
            ("5", None),
            ("Été", "EUR"),
            ("Été", "USD"),
            (None, None),
            ("nul", None),
        ]
    ]
    names = [path.name for path in banks.write_qbo_csv(rows, tmp_path)]

    assert names == ["5.csv", "5_2.csv", "ete-eur.csv", "ete-usd.csv", "bank.csv", "nul-bank.csv"]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)
    assert banks.write_qbo_csv([ROW], tmp_path, name="Compte courant")[0].name == "compte-courant.csv"


@pytest.mark.parametrize("text", ["=1+1", "+33 6", "-PAYPAL", "@x", "\t=1", "a\r\n=1", "a;=1", "a,\u200b-1", "＝1"])
def test_nothing_is_a_formula(tmp_path: Path, text: str) -> None:
    (path,) = banks.write_qbo_csv([attrs.evolve(ROW, text=text)], tmp_path)
    written = read(path)[1][1]

    assert not written.startswith(FORMULA_STARTS)
    assert not any(part.lstrip().startswith(FORMULA_STARTS) for part in written.replace(";", ",").split(","))
    assert written.isprintable()


@settings(max_examples=50)
@given(text=st.text(max_size=60))
def test_any_text_is_one_cell_of_one_line(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    (path,) = banks.write_qbo_csv([attrs.evolve(ROW, text=text)], tmp_path_factory.mktemp("csv"))

    assert len(path.read_bytes().splitlines()) == 2
    assert [len(row) for row in read(path)] == [3, 3]


def test_what_is_written_reads_back_as_it_was(tmp_path: Path) -> None:
    rows = [
        attrs.evolve(ROW, date=date(2022, 3, day), amount=Decimal(day - 15), text=f"ROW {day}") for day in range(1, 29)
    ]
    (path,) = banks.write_qbo_csv(rows, tmp_path)
    again = banks.read_statement(path, account="512000")

    assert [(row.date, row.amount, row.text) for row in again] == [(row.date, row.amount, row.text) for row in rows]


def test_what_dedupe_returns_is_taken_and_the_folder_is_made(tmp_path: Path) -> None:
    (path,) = banks.write_qbo_csv(banks.dedupe([ROW], []).new, tmp_path / "new" / "er")

    assert path.parent == tmp_path / "new" / "er"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"status": RowStatus.PENDING}, "pending"),
        ({"amount": Decimal("NaN")}, "an amount or a day"),
        ({"text": "x" * 400_000}, "too long"),
    ],
)
def test_rows_that_cannot_be_uploaded_are_refused_and_nothing_is_written(
    tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    with pytest.raises(ConfigurationError, match=said):
        banks.write_qbo_csv([ROW, attrs.evolve(ROW, **change)], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_order_or_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(ConfigurationError, match="no order"):
        banks.write_qbo_csv([ROW], tmp_path, order="ydm")
    with pytest.raises(ConfigurationError, match="no folder"):
        banks.write_qbo_csv([ROW], tmp_path / "file")
