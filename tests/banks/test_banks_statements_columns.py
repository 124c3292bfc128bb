"""Amounts and dates: a column decides as a whole, and what is undecided is an error."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from qbapps.banks.statements import amounts, days
from qbapps.banks.statements.cells import Cell
from qbapps.banks.statements.days import Order
from qbapps.banks.statements.problems import Unreadable


def column(*texts: str) -> list[Cell]:
    return [Cell(text, line, "Amount") for line, text in enumerate(texts, start=2)]


def worth(*texts: str, decimal: str | None = None, siblings: Sequence[Sequence[Cell]] = ()) -> list[str | None]:
    read = amounts.read_column(column(*texts), decimal=decimal, siblings=siblings)
    return [None if one is None else str(one.value) for one in read]


def refused(*texts: str, decimal: str | None = None) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        worth(*texts, decimal=decimal)
    return caught.value


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1 234,56", "1234.56"),
        ("1\u00a0234,56", "1234.56"),
        ("1\u202f234,56", "1234.56"),
        ("1\u2009234,56", "1234.56"),
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1'234.56", "1234.56"),
        ("1’234.56", "1234.56"),
        ("1 234 567,89", "1234567.89"),
        ("1.234.567", "1234567"),
        ("-12,50", "-12.50"),
        ("\u221212,50", "-12.50"),
        ("–12,50", "-12.50"),
        ("12,50-", "-12.50"),
        ("(12,50)", "-12.50"),
        ("+12,50", "12.50"),
        ("+1 000.00", "1000.00"),
        ("12,50 €", "12.50"),
        ("-12,50 EUR", "-12.50"),
        ("€ -12.50", "-12.50"),
        ("-£12.50", "-12.50"),
        ("($12.50)", "-12.50"),
        ("US$12.50", "12.50"),
        ("12.50 CR", "12.50"),
        ("12.50DR", "-12.50"),
        (",50", "0.50"),
        ("0.250", "0.250"),
        ("1234.567", "1234.567"),
        ("1,234.567", "1234.567"),
        ("1234", "1234"),
        ("0,00", "0.00"),
        ("-0,00", "0.00"),
        ('="12,50"', "12.50"),
    ],
)
def test_an_amount_that_can_be_read_one_way_is_read(written: str, value: str) -> None:
    assert worth(written) == [value]


@pytest.mark.parametrize("written", ["", "  ", "-", "–", "\u00a0"])
def test_a_blank_cell_or_a_dash_is_no_amount(written: str) -> None:
    assert worth(written) == [None]


@pytest.mark.parametrize(
    "written",
    [
        *("abc", "12,50,30", "1.2.3", "1 23", "12 50", "1,23,456", "1234,567.89", "1 234 56", "12,", "12.", "1e5"),
        *("1.23E+05", "--12", "-12-", "-(12)", "(12", "12)", "+12 DR", "€12€", "12 %", "½", "１２", "1_000", "٣"),
        *("0x10", "NaN", "Infinity", "1" * 16, "1" * 60, "12" + " " * 300 + "34", "#REF!", "=1+1"),
    ],
)
def test_what_is_no_amount_is_refused_with_its_place(written: str) -> None:
    problem = refused("1.50", written)

    assert (problem.line, problem.column, problem.seen) == (3, "Amount", written)
    assert problem.hint


@pytest.mark.parametrize("written", ["1.234", "1,234", "-12.345", "(1,000)", "999.999"])
def test_an_amount_that_can_be_read_two_ways_is_refused(written: str) -> None:
    problem = refused(written, "12")

    assert "can be read as" in problem.reason
    assert "decimal=" in problem.hint


@pytest.mark.parametrize(
    ("written", "values"),
    [
        (("1.234", "12,50"), ["1234", "12.50"]),
        (("1,234", "12.50"), ["1234", "12.50"]),
        (("1.234", "0.250"), ["1.234", "0.250"]),
        (("1,234", "1,234,567"), ["1234", "1234567"]),
        (("1.234", "1.234,56"), ["1234", "1234.56"]),
    ],
)
def test_one_clear_cell_decides_for_the_column(written: tuple[str, ...], values: list[str]) -> None:
    assert worth(*written) == values
    assert worth(*written[::-1]) == values[::-1]


@pytest.mark.parametrize(
    "written",
    [
        ("1.234", "12.50"),  # three decimals beside two
        ("1.234", "1 234,56"),  # another mark between thousands
        ("1,234", "1234.56"),  # thousands that are not grouped
    ],
)
def test_a_cell_that_is_written_otherwise_than_the_clear_ones_is_refused(written: tuple[str, ...]) -> None:
    assert refused(*written).seen == written[0]


def test_cells_that_contradict_each_other_are_both_named() -> None:
    problem = refused("12", "12.50", "7", "12,50")

    assert {problem.line, problem.seen} == {5, "12,50"}
    assert "'12.50' in line 3" in problem.reason


def test_the_caller_may_say_the_mark() -> None:
    assert worth("1.234", decimal=",") == ["1234"]
    assert worth("1.234", decimal=".") == ["1.234"]
    assert refused("12.50", decimal=",").seen == "12.50"


def test_other_columns_decide_where_one_does_not() -> None:
    assert worth("1.234", siblings=[column("5,50")]) == ["1234"]
    assert worth("1.234", "2,50", siblings=[column("5.50")]) == ["1234", "2.50"]


def dates(
    *texts: str, order: Order | None = None, usual: Order | None = None, siblings: Sequence[Sequence[Cell]] = ()
) -> list[str | None]:
    read = days.read_column(column(*texts), order=order, usual=usual, siblings=siblings)
    return [None if day is None else str(day) for day in read]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        *(("2022-02-03", "2022-02-03"), ("2022/02/03", "2022-02-03"), ("20220203", "2022-02-03")),
        *(("31/12/2021", "2021-12-31"), ("12/31/2021", "2021-12-31"), ("31122021", "2021-12-31")),
        *(("03/03/2022", "2022-03-03"), ("31.12.21", "2021-12-31"), ("31/12/21", "2021-12-31")),
        *(("2022-02-03T23:30:00Z", "2022-02-03"), ("2022-02-03 23:30:01.123", "2022-02-03")),
        *(("2022-02-03T23:30:00-05:00", "2022-02-03"), ("28/02/2022, 10:11", "2022-02-28")),
        *(("3 Feb 2022", "2022-02-03"), ("03-Feb-22", "2022-02-03"), ("Feb 3, 2022", "2022-02-03")),
        *(("3 février 2022", "2022-02-03"), ("1er août 2022", "2022-08-01"), ("03 déc. 2022", "2022-12-03")),
        *(("lun. 3 janv. 2022", "2022-01-03"), ("29/02/2024", "2024-02-29"), ("31/12/98", "1998-12-31")),
    ],
)
def test_a_date_that_can_be_read_one_way_is_read(written: str, day: str) -> None:
    if written == "31.12.21":
        with pytest.raises(Unreadable):  # 2031-12-21 as well
            dates(written)
        assert dates(written, usual=Order.DMY) == [day]
        return
    assert dates(written) == [day]


@pytest.mark.parametrize(
    "written",
    [
        *("31/02/2022", "29/02/2022", "00/01/2022", "13/13/2022", "2022-13-02", "3/2", "2022", "hier", "44621"),
        *("03/02/0222", "2022-2-3-4", "32 Feb 2022", "3 Fob 2022", "x" * 500, "03/02/2022 33", "٠٣/٠٢/٢٠٢٢"),
    ],
)
def test_what_is_no_date_is_refused_with_its_place(written: str) -> None:
    with pytest.raises(Unreadable) as caught:
        dates("2022-02-03", written)

    assert (caught.value.line, caught.value.seen) == (3, written)


def test_one_day_above_twelve_decides_for_the_column() -> None:
    assert dates("03/02/2022", "13/02/2022") == ["2022-02-03", "2022-02-13"]
    assert dates("03/02/2022", "02/13/2022") == ["2022-03-02", "2022-02-13"]


def test_nothing_decides_and_so_nothing_is_read() -> None:
    with pytest.raises(Unreadable, match="can be 2022-02-03 or 2022-03-02") as caught:
        dates("03/03/2022", "03/02/2022")

    assert caught.value.line == 3
    assert 'order="dmy"' in caught.value.hint


def test_days_that_contradict_each_other_are_both_named() -> None:
    with pytest.raises(Unreadable, match=r"as '13/02/2022' in line 2 is") as caught:
        dates("13/02/2022", "03/02/2022", "02/13/2022")

    assert caught.value.line == 4


def test_the_language_says_it_where_no_cell_does() -> None:
    assert dates("03/02/2022", usual=Order.DMY) == ["2022-02-03"]
    assert dates("03/02/2022", "02/13/2022", usual=Order.DMY) == ["2022-03-02", "2022-02-13"]


def test_the_caller_says_it() -> None:
    assert dates("03/02/2022", order=Order.MDY, usual=Order.DMY) == ["2022-03-02"]
    assert dates("22-02-03", order=Order.YMD) == ["2022-02-03"]
    with pytest.raises(Unreadable):
        dates("13/02/2022", order=Order.MDY)


def test_another_column_of_dates_decides() -> None:
    assert dates("03/02/2022", siblings=[column("28/02/2022")]) == ["2022-02-03"]


def test_dates_are_dates() -> None:
    assert days.read_column(column("2022-02-03", "")) == [date(2022, 2, 3), None]
