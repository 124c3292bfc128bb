"""Which rows are new: cases with their answers, then what holds of any rows in any order."""

from __future__ import annotations

import unicodedata
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qbapps import banks
from qbapps.banks import Correction, DedupeCode, RefKind, Row, RowStatus
from qbapps.errors import ConfigurationError

DAY = date(2022, 3, 10)


def row(text: str = "COFFEE", amount: str = "-2.50", day: date = DAY, **more: Any) -> Row:
    return Row(account="512000", date=day, amount=Decimal(amount), text=text, **more)


def codes(found: banks.Dedupe) -> list[str]:
    return [item.code for part in (found.new, found.dropped, found.held) for item in part]


def code(one: Row, *known: Row, **limits: Any) -> DedupeCode:
    (found,) = codes(banks.dedupe([one], known, **limits))
    return DedupeCode(found)


def later(days: int) -> date:
    return DAY + timedelta(days=days)


def test_equal_rows_are_counted() -> None:
    found = banks.dedupe([row(line=1), row(line=2)], [row()])

    assert (len(found.new), len(found.dropped), len(found.held)) == (1, 1, 0)
    assert found.dropped[0].twin == row()
    assert found.rows == (found.new[0].row,)


def test_which_of_equal_rows_is_dropped_does_not_depend_on_their_order() -> None:
    rows = [row(line=line) for line in (3, 1, 2)]

    for order in (rows, rows[::-1], rows[1:] + rows[:1]):
        assert [item.row.line for item in banks.dedupe(order, [row()]).dropped] == [1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CAFÉ", "Cafe"),
        (unicodedata.normalize("NFC", "Hôtel Élysée"), unicodedata.normalize("NFD", "HÔTEL ÉLYSÉE")),
        ("L’ŒUVRE", "l'oeuvre"),
        ("CARTE  10/03\u00a0MONOPRIX", "carte 10/03 monoprix"),
    ],
)
def test_accents_case_blanks_and_apostrophes_do_not_count(one: str, other: str) -> None:
    assert code(row(one), row(other)) is DedupeCode.SAME_CONTENT


def test_the_scale_of_an_amount_and_the_spelling_of_an_account_do_not_count() -> None:
    known = Row(account="FR76 3000 4000", date=DAY, amount=Decimal("-2.5"), text="COFFEE")
    offered = attrs.evolve(known, account="fr7630004000", amount=Decimal("-2.500"))

    assert code(offered, known) is DedupeCode.SAME_CONTENT


def test_the_same_row_with_another_id_in_another_generation_is_dropped() -> None:
    assert code(row(ref="A1", generation=2), row(ref="Z9", generation=1)) is DedupeCode.SAME_CONTENT


def test_two_ids_of_one_account_and_generation_are_two_operations() -> None:
    assert code(row(ref="A1", generation=1), row(ref="A2", generation=1)) is DedupeCode.NEW


def test_ids_of_different_kinds_or_accounts_say_nothing_of_each_other() -> None:
    fitid, number = RefKind.FITID, RefKind.NUMBER
    assert code(row(ref="A1", ref_kind=fitid), row(ref="A2", ref_kind=RefKind.ID)) is DedupeCode.SAME_CONTENT
    assert code(row(ref="1", ref_kind=number), row(ref="2", ref_kind=number)) is DedupeCode.SAME_CONTENT
    assert code(row(ref="A1"), attrs.evolve(row(ref="A1"), account="512100")) is DedupeCode.NEW


@pytest.mark.parametrize(("days", "wanted"), [(0, DedupeCode.SAME_ID), (10, DedupeCode.SAME_ID), (11, "id_reused")])
def test_the_same_id_is_the_same_row_for_ten_days(days: int, wanted: str) -> None:
    assert code(row("CARD COFFEE", day=later(days), ref="A1"), row("PENDING", ref="A1")) == wanted


@pytest.mark.parametrize("other", [row(ref="A1", day=DAY - timedelta(days=365)), row(amount="-9.99", ref="A1")])
def test_an_id_that_is_used_again_is_held_with_the_row_that_had_it(other: Row) -> None:
    found = banks.dedupe([row(ref="A1")], [other])

    assert [(item.code, item.twin) for item in found.held] == [(DedupeCode.ID_REUSED, other)]


def test_an_id_twice_in_a_file_is_one_row() -> None:
    found = banks.dedupe([row(ref="A1", line=4), row(ref="A1", line=9)], [])

    assert [item.row.line for item in found.new] == [4]
    assert [(item.code, item.twin.line) for item in found.dropped if item.twin] == [(DedupeCode.REPEATED_ID, 4)]


@pytest.mark.parametrize("other", [row("RENT", "-900", ref="A1"), row(day=later(3), ref="A1")])
def test_an_id_that_two_operations_of_a_file_have_is_held_once(other: Row) -> None:
    found = banks.dedupe([row(ref="A1"), other], [])

    assert sorted(codes(found)) == [DedupeCode.ID_REUSED, DedupeCode.NEW]


@pytest.mark.parametrize(
    ("one", "known", "wanted"),
    [
        (row("PRLV SEPA EDF", day=later(4)), row("PRLV EDF"), DedupeCode.NEAR),
        (row("PRLV SEPA EDF", day=later(-4)), row("PRLV EDF"), DedupeCode.NEAR),
        (row("PRLV SEPA EDF", day=later(5)), row("PRLV EDF"), DedupeCode.NEW),
        (row("PRLV SEPA EDF", "-2.51"), row("PRLV EDF"), DedupeCode.NEW),
        (row("AMZN Mktp"), row("AMAZON MKTP FR"), DedupeCode.NEAR),
        (row("BOULANGERIE MARTIN"), row("LOYER MARS"), DedupeCode.NEW),
        (row(""), row("LOYER MARS"), DedupeCode.NEAR),
        (row("NETFLIX", "-9.99", later(31)), row("NETFLIX", "-9.99"), DedupeCode.NEW),
        (row(day=later(1), ref="A2"), row(ref="A1"), DedupeCode.NEW),
        (row(day=later(1), currency="USD"), row(currency="EUR"), DedupeCode.NEW),
        (row(currency="USD"), row(currency="EUR"), DedupeCode.NEW),
        (row(currency="EUR"), row(), DedupeCode.SAME_CONTENT),
    ],
)
def test_what_only_looks_alike_is_held_and_never_dropped(one: Row, known: Row, wanted: DedupeCode) -> None:
    found = banks.dedupe([one], [known])

    assert codes(found) == [wanted]
    assert all(item.twin == known for item in (*found.held, *found.dropped))


def test_the_nearest_day_is_the_twin_and_each_known_row_is_one_once() -> None:
    known = [row("RENT", day=later(0)), row("RENT", day=later(3))]
    found = banks.dedupe([row("RENT", day=later(2)), row("RENT", day=later(1)), row("RENT", day=later(4))], known)

    assert {item.row.date: item.twin.date for item in found.held if item.twin} == {
        later(1): later(0),
        later(2): later(3),
    }
    assert [item.row.date for item in found.new] == [later(4)]


def test_two_rows_that_may_be_one_known_row_are_both_held_for_a_person_to_choose() -> None:
    known = row("CAFE DU PORT")
    found = banks.dedupe([row("CB CAFE DU PORT A", day=later(1)), row("CAFE PORT", day=later(1))], [known])

    assert [(item.code, item.twin) for item in found.held] == [(DedupeCode.NEAR, known)] * 2


@pytest.mark.parametrize(
    "rivals",
    [
        (row("CAFE DU PARC", day=later(1)), row("CB CAFE DU PORT 12", day=later(4))),  # farther, and more like it
        (row("CAFE PORT", day=later(2)), row("CAFE DU PARC", day=later(1))),  # nearer, and less like it
    ],
)
def test_neither_of_two_rows_excels_in_every_way_and_both_are_held(rivals: tuple[Row, Row]) -> None:
    assert codes(banks.dedupe(rivals, [row("CAFE DU PORT")])) == [DedupeCode.NEAR] * 2


def test_every_known_row_of_a_day_has_its_rivals() -> None:
    known = [row("CAFE DU PORT"), row("GARAGE DURAND")]
    found = banks.dedupe([row(text, day=later(1)) for text in ("CAFE PORT", "GARAGE DURANDS", "GARAGES DURAND")], known)

    assert Counter(item.twin for item in found.held) == {known[0]: 1, known[1]: 2}


def test_a_row_that_is_farther_and_less_alike_is_new() -> None:
    near, far = row("CB CAFE DU PORT 12", day=later(1)), row("CAFE DU PARC", day=later(3))

    assert codes(banks.dedupe([far], [row("CAFE DU PORT")])) == [DedupeCode.NEAR]
    assert banks.dedupe([near, far], [row("CAFE DU PORT")]).rows == (far,)


@pytest.mark.parametrize(
    "farther",
    [
        row("CB CAFE", day=later(2)),  # the same text: they are counted
        row("CAFE PARKING", day=later(3)),  # neither nearer nor more like it
        row("CB CAFE DU PORT", day=later(5)),  # too far
        row("LOYER", day=later(1)),  # not like it
    ],
)
def test_a_row_that_another_excels_in_every_way_is_no_rival(farther: Row) -> None:
    found = banks.dedupe([row("CB CAFE", day=later(1)), farther], [row("CAFE")])

    assert [item.row for item in found.held] == [row("CB CAFE", day=later(1))]
    assert found.rows == (farther,)


def test_a_rival_that_its_id_or_currency_tells_apart_is_new() -> None:
    known = row("CAFE DU PORT", ref="A1", currency="EUR")
    rivals = [row("CAFE PORT", ref="A2"), row("CAFE PORT B", ref="B1", generation=2, currency="USD")]
    found = banks.dedupe([row("CB CAFE DU PORT", day=later(1), currency="EUR"), *rivals], [known])

    assert len(found.held) == 1
    assert set(found.rows) == set(rivals)


def test_pending_future_and_early_rows_are_dropped_and_recognise_nothing() -> None:
    known = [row(), row(day=later(9))]
    offered = [row(status=RowStatus.PENDING), row(day=later(9)), row(day=later(-1)), row()]
    found = banks.dedupe(offered, known, start=DAY, today=later(8))

    assert [(item.code, item.twin) for item in found.dropped] == [
        (DedupeCode.PENDING, None),
        (DedupeCode.FUTURE, None),
        (DedupeCode.BEFORE_START, None),
        (DedupeCode.SAME_CONTENT, row()),
    ]


def test_the_first_day_and_today_are_imported() -> None:
    found = banks.dedupe([row(), row(day=later(1))], [], start=DAY, today=later(1))

    assert len(found.new) == 2


def test_files_that_overlap_count_what_both_have_once() -> None:
    two, three = [row(), row()], [row(), row(), row()]

    for files in ([two, three], [three, two], [three, two, two]):
        assert len(banks.dedupe_files(files, []).new) == 3
        assert len(banks.dedupe_files(files, [row()]).new) == 2
        assert banks.dedupe_files(files, three).new == ()


def test_a_row_of_two_files_says_so() -> None:
    found = banks.dedupe_files([[row(line=1)], [row(line=2)]], [])

    assert [(item.code, item.twin) for item in found.dropped] == [(DedupeCode.IN_ANOTHER_FILE, row(line=1))]


def test_rows_without_an_id_leave_to_those_that_have_one_what_only_they_can_take() -> None:
    found = banks.dedupe([row(), row(ref="A1")], [row(), row(ref="A2")])

    assert [(item.row.ref, item.twin.ref) for item in found.dropped if item.twin] == [(None, "A2"), ("A1", None)]


def test_files_with_and_without_ids_are_one_list_of_operations() -> None:
    ofx = [row(ref="A1"), row(ref="A2")]
    csv = [row(line=1), row(line=2)]

    for files in ([ofx, csv], [csv, ofx]):
        found = banks.dedupe_files(files, [row(ref="A1")])
        assert len(found.new) == 1


def test_rows_without_an_account_are_not_compared_with_rows_that_have_one() -> None:
    with pytest.raises(ConfigurationError, match="do not say"):
        banks.dedupe([attrs.evolve(row(), account=None)], [row()])


@pytest.mark.parametrize("amount", [Decimal("NaN"), Decimal("Infinity"), -2.5, Decimal("1E+40")])
def test_an_amount_that_is_none_is_refused(amount: Any) -> None:
    with pytest.raises(ConfigurationError, match="an amount or a day"):
        banks.dedupe([attrs.evolve(row(), amount=amount)], [])


ROWS = st.lists(
    st.builds(
        Row,
        account=st.sampled_from(["512000", "512100"]),
        date=st.sampled_from([later(days) for days in (0, 0, 1, 3, 12)]),
        amount=st.sampled_from([Decimal("-2.50"), Decimal("9.99")]),
        text=st.sampled_from(["COFFEE", "Coffee", "COFFEE SHOP", "RENT", ""]),
        ref=st.sampled_from([None, None, "1", "2", "3"]),
        ref_kind=st.sampled_from([None, RefKind.FITID, RefKind.ID, RefKind.NUMBER]),
        generation=st.sampled_from([None, 1, 2]),
        currency=st.sampled_from([None, "EUR", "EUR", "USD"]),
        status=st.sampled_from([RowStatus.BOOKED, RowStatus.BOOKED, RowStatus.PENDING]),
        line=st.sampled_from([None, 1, 2]),
        corrects=st.sampled_from(["1", "2"]),
        correction=st.sampled_from([None] * 8 + [Correction.REPLACE, Correction.DELETE]),
    ),
    max_size=14,
)


def parts(found: banks.Dedupe) -> list[Counter[Any]]:
    return [Counter(part) for part in (found.new, found.dropped, found.held)]


@given(rows=ROWS, known=ROWS)
def test_every_row_is_in_exactly_one_part(rows: list[Row], known: list[Row]) -> None:
    found = banks.dedupe(rows, known)

    assert Counter(item.row for part in (found.new, found.dropped, found.held) for item in part) == Counter(rows)
    assert found.offered == len(rows)


@given(rows=ROWS, known=ROWS)
def test_what_was_new_is_not_new_again(rows: list[Row], known: list[Row]) -> None:
    found = banks.dedupe(rows, known)
    again = banks.dedupe(found.rows, [*known, *found.rows])

    assert again.new == ()
    assert again.held == ()


@given(rows=ROWS, known=ROWS)
def test_the_whole_file_again_brings_nothing_new(rows: list[Row], known: list[Row]) -> None:
    found = banks.dedupe(rows, known)

    assert banks.dedupe(rows, [*known, *found.rows]).new == ()


@given(rows=ROWS, known=ROWS, data=st.data())
def test_the_order_of_rows_does_not_matter(rows: list[Row], known: list[Row], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(rows)), data.draw(st.permutations(known))

    assert parts(banks.dedupe(*shuffled)) == parts(banks.dedupe(rows, known))


@given(rows=ROWS, known=ROWS)
def test_no_known_row_absorbs_two(rows: list[Row], known: list[Row]) -> None:
    found = banks.dedupe(rows, known)
    absorbed = Counter(item.twin for item in found.dropped if item.code in {"same_id", "same_content"})
    alike = {item.twin for item in found.held if item.code is DedupeCode.NEAR}

    assert not absorbed - Counter(known)
    assert not Counter(alike) - (Counter(known) - absorbed)


@given(rows=ROWS, known=ROWS)
def test_only_what_has_the_amount_and_account_of_its_twin_is_dropped_for_it(rows: list[Row], known: list[Row]) -> None:
    for item in banks.dedupe(rows, known).dropped:
        if item.twin is not None:
            assert (item.row.account, item.row.amount) == (item.twin.account, item.twin.amount)
            assert abs(item.row.date - item.twin.date) <= timedelta(days=10)


@given(rows=ROWS, known=ROWS)
def test_what_the_bank_deletes_is_never_imported(rows: list[Row], known: list[Row]) -> None:
    found = banks.dedupe(rows, known)

    assert all(one.correction is not Correction.DELETE for one in found.rows)


@settings(max_examples=60)
@given(files=st.lists(ROWS, max_size=3), known=ROWS, data=st.data())
def test_the_order_of_files_does_not_matter(files: list[list[Row]], known: list[Row], data: st.DataObject) -> None:
    found = banks.dedupe_files(files, known)
    other = banks.dedupe_files(data.draw(st.permutations(files)), known)

    assert Counter(codes(found)) == Counter(codes(other))
    assert Counter(found.rows) == Counter(other.rows)
    assert found.offered == sum(map(len, files))
    assert banks.dedupe(found.rows, [*known, *found.rows]).new == ()
