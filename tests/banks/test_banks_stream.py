"""Rows beyond what memory holds: the same verdicts, from iterators, and memory that does not grow with them."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qbapps import banks
from qbapps.banks import Correction, DedupeCode, Format, Item, RefKind, Row, RowStatus, Statement
from qbapps.banks.spool import Spool
from qbapps.errors import ConfigurationError

DAY = date(2022, 3, 10)
MIB = 1024 * 1024

ROWS = st.lists(
    st.builds(
        Row,
        account=st.sampled_from(["512000", "FR76 1", "fr761"]),
        date=st.sampled_from([DAY + timedelta(days=days) for days in (0, 0, 1, 3, 5, 9, 12, 16, 300)]),
        amount=st.sampled_from([Decimal("-2.50"), Decimal("-2.5"), Decimal("9.99"), Decimal(0)]),
        text=st.sampled_from(["COFFEE", "Coffee", "COFFEE SHOP", "CAFÉ", "\ud800", ""]),
        ref=st.sampled_from([None, None, "1", "2", "3"]),
        ref_kind=st.sampled_from([None, RefKind.FITID, RefKind.ID, RefKind.NUMBER]),
        generation=st.sampled_from([None, 1]),
        currency=st.sampled_from([None, "EUR", "USD"]),
        status=st.sampled_from([*[RowStatus.BOOKED] * 4, RowStatus.PENDING]),
        line=st.sampled_from([None, 1, 2]),
        balance=st.sampled_from([None, Decimal("1.10")]),
        corrects=st.sampled_from(["1", "2"]),
        correction=st.sampled_from([*[None] * 6, Correction.REPLACE, Correction.DELETE]),
    ),
    max_size=14,
)
DAYS = st.sampled_from([None, DAY + timedelta(days=1), DAY + timedelta(days=12)])


def parts(items: list[Item]) -> banks.Dedupe:
    held = {DedupeCode.ID_REUSED, DedupeCode.CORRECTION, DedupeCode.DELETION, DedupeCode.NEAR}
    return banks.Dedupe(
        new=tuple(item for item in items if item.code is DedupeCode.NEW),
        dropped=tuple(item for item in items if item.code not in held and item.code is not DedupeCode.NEW),
        held=tuple(item for item in items if item.code in held),
    )


@settings(max_examples=150)
@given(rows=ROWS, withdrawn=st.none() | ROWS, known=ROWS, start=DAYS, today=DAYS, at_once=st.sampled_from([1, 1, 6]))
def test_the_verdicts_are_those_of_dedupe(
    rows: list[Row], withdrawn: list[Row] | None, known: list[Row], start: date | None, today: date | None, at_once: int
) -> None:
    offered: Any = rows
    if withdrawn is not None:
        offered = Statement(format=Format.OFX, rows=tuple(rows), withdrawn=tuple(withdrawn))
    items = list(banks.dedupe_stream(offered, known, start, today, at_once=at_once))

    assert parts(items) == banks.dedupe(offered, known, start, today)
    assert [item.row for item in items] == [*rows, *(withdrawn or ())]


def operations(count: int, *, first: int = 0, amounts: int = 5000, ids: bool = False) -> Iterator[Row]:
    """Yield rows, three hundred a day; from one *first* to another they overlap."""
    for number in range(first, first + count):
        yield Row(
            account="512000",
            date=DAY + timedelta(days=number // 300),
            amount=Decimal(-(number * 7919 % amounts) - 1) / 100,
            text=f"SHOP {number * 31 % 997}",
            ref=f"{number}" if ids else None,
        )


@pytest.mark.parametrize("ids", [False, True])
def test_more_rows_than_come_together_have_the_same_verdicts(ids: bool) -> None:
    known = list(operations(3500, ids=ids))
    rows = [attrs.evolve(row, text=f"CB {row.text}") if row.date.day == 15 else row for row in known[700:]]
    rows += operations(2500, first=3500, ids=ids)

    items = list(banks.dedupe_stream(iter(rows), iter(known), at_once=500))

    assert parts(items) == banks.dedupe(iter(rows), iter(known))
    assert {item.code for item in items} >= ({DedupeCode.SAME_ID} if ids else {DedupeCode.NEAR, DedupeCode.NEW})


def test_rows_that_several_ids_link_are_sorted_together() -> None:
    known = [Row(account="1", date=DAY, amount=Decimal(1), ref=ref) for ref in "ABCDEFGH"]
    rows = [attrs.evolve(row, date=DAY - timedelta(days=100 * ord(row.ref or ""))) for row in known]

    items = list(banks.dedupe_stream(rows, known, at_once=1))

    assert [(item.code, item.twin) for item in items] == [(DedupeCode.ID_REUSED, row) for row in known]


def test_rows_that_only_an_id_links_are_sorted_together() -> None:
    known = [attrs.evolve(row, ref=f"{number}") for number, row in enumerate(operations(3000))]
    reused = Row(account="512000", date=date(2030, 1, 1), amount=Decimal(999), text="RENT", ref="1500")

    (item,) = banks.dedupe_stream([reused], iter(known), at_once=1)

    assert (item.code, item.twin) == (DedupeCode.ID_REUSED, known[1500])


def peak(call: Callable[[], Any]) -> int:
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_rows() -> None:
    def run(count: int) -> int:
        return peak(lambda: sum(1 for _ in banks.dedupe_stream(operations(count, first=count // 2), operations(count))))

    run(100)
    few, many = run(2000), run(6000)

    assert many < few * 1.3
    assert many < 8 * MIB


def test_memory_does_not_grow_with_what_is_known() -> None:
    rows = list(operations(200))
    few = peak(lambda: banks.dedupe(rows, operations(200)))
    many = peak(lambda: banks.dedupe(rows, operations(20_000)))

    assert many < few * 1.3


def test_what_is_known_is_gone_through_once() -> None:
    known = operations(300)

    assert banks.dedupe(operations(300), known).new == ()
    assert list(known) == []


def test_rows_that_are_none_are_refused_as_dedupe_does() -> None:
    row = next(operations(1))

    with pytest.raises(ConfigurationError, match="an amount or a day"):
        next(banks.dedupe_stream([attrs.evolve(row, amount=Decimal("NaN"))], []))
    with pytest.raises(ConfigurationError, match="do not say"):
        next(banks.dedupe_stream([row], [attrs.evolve(row, account=None)]))


def test_what_is_taken_is_as_much_as_is_wanted() -> None:
    items = banks.dedupe_stream(operations(50), [])

    assert next(items).code is DedupeCode.NEW
    items.close()
    assert list(items) == []


def test_a_disk_without_room_is_said() -> None:
    def too_many() -> None:
        with Spool(most_pages=20) as spool:
            spool.add((number, row, "512000") for number, row in enumerate(operations(5000)))

    with pytest.raises(ConfigurationError, match="cannot be kept on the disk") as caught:
        too_many()
    assert "SQLITE_TMPDIR" in (caught.value.hint or "")
