"""What the bank corrects or deletes: nothing is deleted by itself, and a person is told of what is there."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qbapps import banks
from qbapps.banks import Correction, DedupeCode, Format, RefKind, Row, RowStatus, Statement

DATA = Path(__file__).parents[1] / "data" / "banks"
DAY = date(2022, 3, 10)
FITID = RefKind.FITID


def row(ref: str | None = "A1", amount: str = "-2.50", day: date = DAY, text: str = "COFFEE", **more: Any) -> Row:
    kind = None if ref is None else FITID
    return Row(account="512000", date=day, amount=Decimal(amount), text=text, ref=ref, ref_kind=kind, **more)


def replacing(ref: str, corrects: str, amount: str = "-2.60", **more: Any) -> Row:
    return row(ref, amount, corrects=corrects, correction=Correction.REPLACE, **more)


def deleting(ref: str, corrects: str, **more: Any) -> Row:
    return row(ref, corrects=corrects, correction=Correction.DELETE, **more)


def file(*rows: Row, withdrawn: tuple[Row, ...] = ()) -> Statement:
    return Statement(format=Format.OFX, rows=rows, withdrawn=withdrawn)


def told(found: banks.Dedupe) -> dict[str | None, tuple[str, str | None]]:
    """Return what became of each row, and its twin, by their ids."""
    items = (*found.new, *found.dropped, *found.held)
    assert len({item.row.ref for item in items}) == len(items)
    return {item.row.ref: (item.code.value, item.twin and (item.twin.ref or item.twin.text)) for item in items}


def test_a_deletion_of_a_known_row_is_held_with_it() -> None:
    assert told(banks.dedupe(file(withdrawn=(deleting("A5", "A1"),)), [row()])) == {"A5": ("deletion", "A1")}
    assert told(banks.dedupe([deleting("A5", "A1")], [row()])) == {"A5": ("deletion", "A1")}


def test_a_deletion_of_what_nobody_knows_is_held_without_a_twin() -> None:
    assert told(banks.dedupe([deleting("A5", "A1")], [row("A9", "-7")])) == {"A5": ("deletion", None)}


def test_a_correction_of_a_known_row_is_held_with_it() -> None:
    known = row()
    correction = replacing("A2", "A1")

    assert told(banks.dedupe([correction], [known])) == {"A2": ("correction", "A1")}
    assert told(banks.dedupe([correction], [])) == {"A2": ("new", None)}
    assert told(banks.dedupe([correction], [known, correction])) == {"A2": ("same_id", "A2")}


def test_what_a_file_takes_back_is_told_once_when_it_is_known() -> None:
    replaced = file(replacing("A2", "A1"), withdrawn=(row(),))
    deleted = file(withdrawn=(row(), deleting("A5", "A1")))

    assert told(banks.dedupe(replaced, [row()])) == {"A2": ("correction", "A1"), "A1": ("withdrawn", "A1")}
    assert told(banks.dedupe(deleted, [row()])) == {"A5": ("deletion", "A1"), "A1": ("withdrawn", "A1")}


def test_what_a_file_takes_back_and_nobody_knows_is_dropped() -> None:
    replaced = file(replacing("A2", "A1"), withdrawn=(row(),))
    deleted = file(withdrawn=(row(), deleting("A5", "A1")))

    assert told(banks.dedupe(replaced, [])) == {"A2": ("new", None), "A1": ("withdrawn", None)}
    assert told(banks.dedupe(deleted, [])) == {"A5": ("withdrawn", "A1"), "A1": ("withdrawn", None)}


@pytest.mark.parametrize(
    "known",
    [row(None, text="Coffee"), row(None, text="CB COFFEE", day=DAY + timedelta(days=2)), row("Z9", generation=2)],
)
def test_what_a_file_takes_back_is_recognised_without_its_id(known: Row) -> None:
    found = told(banks.dedupe(file(replacing("A2", "A1"), withdrawn=(row(),)), [known]))

    name = known.ref or known.text
    assert found == {"A2": ("correction", name), "A1": ("withdrawn", name)}
    assert told(banks.dedupe(file(withdrawn=(row(), deleting("A5", "A1"))), [known]))["A5"] == ("deletion", name)


def test_a_row_that_stands_is_recognised_before_one_that_is_taken_back() -> None:
    known = row(None, text="Coffee")
    found = told(banks.dedupe(file(row("A3"), withdrawn=(row(), deleting("A5", "A1"))), [known]))

    assert found == {"A3": ("same_content", "Coffee"), "A1": ("withdrawn", None), "A5": ("withdrawn", "A1")}


def test_a_correction_of_a_correction_finds_the_first_row() -> None:
    twice = file(replacing("A3", "A2", "-2.70"), withdrawn=(row(), replacing("A2", "A1")))

    found = told(banks.dedupe(twice, [row()]))

    assert found == {"A1": ("withdrawn", "A1"), "A2": ("withdrawn", None), "A3": ("correction", "A1")}
    assert told(banks.dedupe(twice, []))["A3"] == ("new", None)
    assert told(banks.dedupe(twice, [replacing("A2", "A1")]))["A3"] == ("correction", "A2")


def test_corrections_that_go_in_a_circle_end() -> None:
    circle = file(replacing("A3", "A2"), withdrawn=(replacing("A1", "A2", "-1"), replacing("A2", "A1", "-3")))

    assert told(banks.dedupe(circle, []))["A3"] == ("new", None)


def test_a_deletion_that_has_the_id_of_what_it_deletes_is_told() -> None:
    assert told(banks.dedupe([deleting("A1", "A1")], [row()])) == {"A1": ("deletion", "A1")}


def test_a_correction_that_has_the_id_of_what_it_corrects_is_told() -> None:
    assert told(banks.dedupe([replacing("A1", "A1")], [row()])) == {"A1": ("correction", "A1")}
    assert told(banks.dedupe([replacing("A1", "A1")], [])) == {"A1": ("new", None)}


def test_a_deletion_without_an_id_of_its_own_is_no_operation() -> None:
    (item,) = banks.dedupe([attrs.evolve(deleting("A5", "A1"), ref=None, ref_kind=None)], [row()]).held

    assert (item.code, item.twin) == (DedupeCode.DELETION, row())


@pytest.mark.parametrize("other", [{"account": "512100"}, {"generation": 2}])
def test_a_deletion_is_of_its_own_account_and_generation(other: dict[str, Any]) -> None:
    assert told(banks.dedupe([deleting("A5", "A1")], [attrs.evolve(row(), **other)])) == {"A5": ("deletion", None)}


def test_a_new_row_that_another_file_deletes_is_held() -> None:
    first, second = [row()], file(withdrawn=(deleting("A5", "A1"),))

    for files in ([first, second], [second, first]):
        found = told(banks.dedupe_files(files, []))
        assert found == {"A1": ("deletion", "A5"), "A5": ("deletion", "A1")}
        assert told(banks.dedupe_files(files, [row("A0", text="Coffee", generation=2)])) == {
            "A1": ("same_content", "A0"),
            "A5": ("deletion", "A0"),
        }


def test_a_deletion_that_two_files_have_is_told_once() -> None:
    files = [[deleting("A5", "A1")], [deleting("A6", "A1")]]

    assert told(banks.dedupe_files(files, [row()])) == {"A5": ("deletion", "A1"), "A6": ("in_another_file", "A5")}


def test_what_two_files_take_back_is_recognised_by_either() -> None:
    known = row(None, text="Coffee")
    files = [file(withdrawn=(row(amount=amount), deleting("A5", "A1"))) for amount in ("-9.00", "-2.50")]

    for order in (files, files[::-1]):
        (held,) = banks.dedupe_files(order, [known]).held
        assert (held.code, held.twin) == (DedupeCode.DELETION, known)


def test_a_correction_takes_no_known_row_away_from_others() -> None:
    known = row(None, text="COFFEE SHOP")
    found = banks.dedupe([row("A3"), replacing("A2", "A1", "-2.50")], [known])

    assert [(item.row.ref, item.code, item.twin) for item in found.held] == [
        ("A3", DedupeCode.NEAR, known),
        ("A2", DedupeCode.NEAR, known),
    ]


def test_a_correction_that_two_files_have_is_imported_once() -> None:
    one = file(replacing("A2", "A1"), withdrawn=(row(),))

    assert len(banks.dedupe_files([one, one], []).new) == 1
    assert [item.code for item in banks.dedupe_files([one, one], [row()]).held] == [DedupeCode.CORRECTION]


def test_what_was_imported_before_the_first_day_is_told_and_nothing_else_is() -> None:
    after = DAY + timedelta(days=1)

    assert told(banks.dedupe([deleting("A5", "A1")], [row()], start=after)) == {"A5": ("deletion", "A1")}
    assert told(banks.dedupe([replacing("A2", "A1")], [row()], start=after)) == {"A2": ("correction", "A1")}
    assert told(banks.dedupe([replacing("A2", "A1")], [], start=after)) == {"A2": ("before_start", None)}
    pending = attrs.evolve(deleting("A5", "A1"), status=RowStatus.PENDING)
    assert told(banks.dedupe([pending], [row()])) == {"A5": ("pending", None)}


def test_a_known_deletion_is_no_operation() -> None:
    assert told(banks.dedupe([row("A9", generation=2)], [deleting("A5", "A1")])) == {"A9": ("new", None)}


def test_a_file_of_a_bank_is_told_as_its_rows_are() -> None:
    read = banks.statement(DATA / "us.ofx")
    imported = read.withdrawn[0]
    one = attrs.evolve(read, rows=tuple(row for row in read.rows if row.account == "111"))
    found = told(banks.dedupe(one, [imported]))

    assert found["A3"] == ("correction", "A2")
    assert found["A2"] == ("withdrawn", "A2")
    assert found["A5"] == ("deletion", None)


OPERATIONS = st.lists(
    st.tuples(
        st.integers(0, 6),
        st.sampled_from(["-2.50", "-2.60", "9.99"]),
        st.sampled_from(["COFFEE", "CB COFFEE", "RENT"]),
        st.sampled_from([None, None, None, "0", "1", "2"]),
        st.sampled_from([Correction.REPLACE, Correction.DELETE]),
        st.booleans(),
    ),
    max_size=8,
)


def statement_of(operations: list[tuple[int, str, str, str | None, Correction, bool]]) -> Statement:
    rows = [
        row(str(number), amount, DAY + timedelta(days=days), text, corrects=corrects, correction=corrects and how)
        for number, (days, amount, text, corrects, how, _) in enumerate(operations)
    ]
    back = tuple(
        one for one, (*_, out) in zip(rows, operations, strict=True) if out or one.correction is Correction.DELETE
    )
    return file(*(one for one in rows if one not in back), withdrawn=back)


@settings(max_examples=60)
@given(operations=OPERATIONS, others=OPERATIONS, kept=st.sets(st.integers(0, 7)), with_ids=st.booleans())
def test_every_row_is_told_and_nothing_that_is_taken_back_is_imported(
    operations: list[Any], others: list[Any], kept: set[int], with_ids: bool
) -> None:
    files = [statement_of(operations), statement_of(others)]
    rows = [one for each in files for one in (*each.rows, *each.withdrawn)]
    known = [one if with_ids else attrs.evolve(one, ref=None) for number, one in enumerate(rows) if number in kept]
    found = banks.dedupe_files(files, known)

    assert Counter(item.row for part in (found.new, found.dropped, found.held) for item in part) == Counter(rows)
    assert found.offered == len(rows)
    assert not Counter(found.rows) - Counter(one for each in files for one in each.rows)
    assert Counter(found.rows) == Counter(banks.dedupe_files(files[::-1], known[::-1]).rows)
    assert banks.dedupe_files(files, [*known, *found.rows]).new == ()
