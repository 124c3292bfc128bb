"""What balances prove: nothing without one, the day where something differs with running ones."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qbapps import banks
from qbapps.banks import Balance, ProofCode, Row, RowStatus
from qbapps.errors import ConfigurationError

DAY = date(2022, 3, 10)
OPENING = Decimal(100)


def rows(*amounts: str, balances: bool = False, per_day: int = 1, opening: Decimal = OPENING) -> list[Row]:
    numbers = [Decimal(amount) for amount in amounts]
    totals = list(accumulate(numbers, initial=opening))[1:]
    return [
        Row(
            account="512000",
            date=DAY + timedelta(days=place // per_day),
            amount=amount,
            text=f"ROW {place}",
            balance=total if balances else None,
        )
        for place, (amount, total) in enumerate(zip(numbers, totals, strict=True))
    ]


def codes(proof: banks.Proof) -> list[ProofCode]:
    return [reason.code for reason in proof.reasons]


def test_balances_that_add_up_prove_the_rows() -> None:
    proof = banks.prove(OPENING, rows("-10", "-20.50", "5"), Balance(amount=Decimal("74.50"), on=DAY))

    assert (proof.proven, proof.expected, proof.difference) == (True, Decimal("74.50"), 0)
    assert [str(reason) for reason in proof.reasons] == ["Proven: 100.00 and the operations make 74.50."]


def test_a_difference_is_said() -> None:
    proof = banks.prove(OPENING, rows("-10", "-1234.50"), Decimal(80))

    assert (proof.proven, proof.difference, proof.from_day) == (False, Decimal("1224.50"), None)
    assert "-1,144.50" in str(proof.reasons[0])
    assert "1,224.50" in str(proof.reasons[0])


@pytest.mark.parametrize(
    ("opening", "closing", "code"),
    [
        (None, None, ProofCode.NO_OPENING),
        (None, Decimal(90), ProofCode.NO_OPENING),
        (OPENING, None, ProofCode.NO_CLOSING),
    ],
)
def test_without_both_balances_nothing_is_proven(opening: Any, closing: Any, code: ProofCode) -> None:
    proof = banks.prove(opening, rows("-10"), closing)

    assert (proof.proven, codes(proof)) == (None, [code])


def test_no_rows_are_proven_by_equal_balances() -> None:
    assert banks.prove(OPENING, [], OPENING).proven is True
    assert banks.prove(OPENING, [], Decimal(99)).proven is False
    assert banks.prove(OPENING, [], None).proven is None


def test_a_running_balance_stands_for_a_closing_one() -> None:
    proof = banks.prove(OPENING, rows("-10", "-20", "5", balances=True), None)

    assert (proof.proven, proof.closing) == (True, Decimal(75))
    assert codes(proof) == [ProofCode.ADDS_UP, ProofCode.DAYS_FOLLOW]


def test_running_balances_alone_prove_no_beginning() -> None:
    assert banks.prove(None, rows("-10", "-20", balances=True), None).proven is None


def test_a_running_balance_before_the_last_day_stands_for_nothing() -> None:
    first, last = rows("-10", "-20", balances=True)

    assert banks.prove(OPENING, [first, attrs.evolve(last, balance=None)], None).proven is None


@pytest.mark.parametrize("gone", range(5))
@pytest.mark.parametrize("per_day", [1, 2, 5])
def test_a_missing_row_is_found_on_its_day_or_the_next(gone: int, per_day: int) -> None:
    whole = rows("-10", "-20", "7", "-3", "-1", "-50", balances=True, per_day=per_day)
    there = whole[:gone] + whole[gone + 1 :]
    proof = banks.prove(OPENING, there, whole[-1].balance)

    assert proof.proven is False
    assert proof.difference == whole[gone].amount
    assert proof.from_day in {whole[gone].date, there[gone].date}
    assert [one.difference for one in proof.days if not one.follows] == [whole[gone].amount]


def test_a_row_that_is_there_twice_is_found_on_its_day() -> None:
    whole = rows("-10", "-20", "7", balances=True)
    proof = banks.prove(OPENING, [*whole[:2], whole[1], whole[2]], whole[-1].balance)

    assert (proof.proven, proof.difference, proof.from_day) == (False, Decimal(20), whole[1].date)


def test_two_faults_that_cancel_out_are_found() -> None:
    whole = rows("-10", "-20", "7", balances=True)
    wrong = [attrs.evolve(whole[0], amount=Decimal(-9)), attrs.evolve(whole[1], amount=Decimal(-21)), whole[2]]
    proof = banks.prove(OPENING, wrong, whole[-1].balance)

    assert (proof.proven, proof.difference, proof.from_day) == (False, 0, DAY)


def test_a_wrong_opening_balance_is_found_on_the_first_day_once() -> None:
    proof = banks.prove(Decimal(90), rows("-10", "-20", balances=True), Decimal(70))

    assert [one.follows for one in proof.days] == [False, True]
    assert proof.days[0].difference == 10


def test_days_that_end_where_they_began_follow() -> None:
    assert banks.prove(OPENING, rows("-10", "10", "-3", "3", balances=True, per_day=2), OPENING).proven is True
    assert banks.prove(OPENING, rows("0", balances=True), OPENING).proven is True


def test_rows_without_a_running_balance_among_those_that_have_one_count() -> None:
    first, second, third = rows("-10", "-20", "7", balances=True)
    some = [first, attrs.evolve(second, balance=None), third]

    assert banks.prove(OPENING, some, Decimal(77)).proven is True
    assert banks.prove(OPENING, [first, third], Decimal(77)).from_day == third.date


def test_pending_rows_are_left_out_and_said() -> None:
    pending = attrs.evolve(rows("-40")[0], status=RowStatus.PENDING)
    proof = banks.prove(OPENING, [*rows("-10"), pending], Decimal(90))

    assert proof.proven is True
    assert codes(proof) == [ProofCode.ADDS_UP, ProofCode.PENDING_LEFT_OUT]


def test_what_dedupe_returns_is_taken() -> None:
    known, new = rows("-10", "-20")

    assert banks.prove(Decimal(90), banks.dedupe([known, new], [known]).new, Decimal(70)).proven is True


@pytest.mark.parametrize("change", [{"account": "512100"}, {"currency": "USD"}])
def test_rows_of_several_accounts_or_currencies_are_refused(change: dict[str, Any]) -> None:
    one, other = rows("-10", "-20")

    with pytest.raises(ConfigurationError, match="of one account"):
        banks.prove(OPENING, [attrs.evolve(one, currency="EUR"), attrs.evolve(other, **change)], None)


@pytest.mark.parametrize("opening", [1.5, "100", Decimal("NaN"), True])
def test_a_balance_that_is_no_amount_is_refused(opening: Any) -> None:
    with pytest.raises(ConfigurationError, match="opening balance"):
        banks.prove(opening, [], None)


AMOUNTS = st.lists(st.decimals(-1000, 1000, places=2, allow_nan=False).map(str), min_size=1, max_size=12)


@given(amounts=AMOUNTS, per_day=st.integers(1, 4), balances=st.booleans(), data=st.data())
def test_all_rows_in_any_order_are_proven(
    amounts: list[str], per_day: int, balances: bool, data: st.DataObject
) -> None:
    there = rows(*amounts, balances=balances, per_day=per_day)
    closing = OPENING + sum(map(Decimal, amounts))

    assert banks.prove(OPENING, data.draw(st.permutations(there)), closing).proven is True


@given(amounts=AMOUNTS, per_day=st.integers(1, 4), balances=st.booleans(), data=st.data())
def test_a_row_that_is_missing_or_changed_is_never_proven(
    amounts: list[str], per_day: int, balances: bool, data: st.DataObject
) -> None:
    there = rows(*amounts, balances=balances, per_day=per_day)
    closing = OPENING + sum(map(Decimal, amounts))
    place = data.draw(st.integers(0, len(there) - 1))
    changed = attrs.evolve(there[place], amount=there[place].amount + data.draw(st.sampled_from([1, Decimal("-0.01")])))

    assert banks.prove(OPENING, [*there[:place], changed, *there[place + 1 :]], closing).proven is False
    if there[place].amount:
        assert banks.prove(OPENING, there[:place] + there[place + 1 :], closing).proven is False
