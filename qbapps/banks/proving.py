"""Proving by balances that no operation is missing and none is there twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import attrs

from qbapps.banks.days_of_balances import DayProof, day_proofs
from qbapps.banks.matching import account_of
from qbapps.banks.offered import Carries, is_amount, rows_of
from qbapps.banks.remarks import Remark
from qbapps.banks.statements.rows import Balance, Row, RowStatus
from qbapps.errors import ConfigurationError
from qbapps.language import N_

Money = Balance | Decimal | int | None


class ProofCode(StrEnum):
    """What balances say of the rows between them."""

    ADDS_UP = "adds_up"
    DIFFERS = "differs"
    DAY_DIFFERS = "day_differs"
    NO_OPENING = "no_opening"
    NO_CLOSING = "no_closing"
    DAYS_FOLLOW = "days_follow"
    PENDING_LEFT_OUT = "pending_left_out"


SENTENCES: Final[Mapping[ProofCode, str]] = MappingProxyType(
    {
        ProofCode.ADDS_UP: N_("Proven: {opening} and the operations make {closing}."),
        ProofCode.DIFFERS: N_(
            "Not right: {opening} and the operations make {expected}, the bank says {closing}. The difference is "
            "{difference}."
        ),
        ProofCode.DAY_DIFFERS: N_(
            "From {day} on the bank's running balance differs by {difference}: look for an operation of that amount, "
            "missing or twice, on that day or since the balance before it."
        ),
        ProofCode.NO_OPENING: N_("Not proven: the balance before the first operation is not known."),
        ProofCode.NO_CLOSING: N_("Not proven: the balance after the last operation is not known."),
        ProofCode.DAYS_FOLLOW: N_("The bank's running balance follows from the operations on every day that has one."),
        ProofCode.PENDING_LEFT_OUT: N_("Pending operations were left out: {count}."),
    }
)


@attrs.frozen(kw_only=True)
class Proof:
    """
    What balances prove of rows.

    Attributes:
        proven: True when the opening balance and the rows make the closing one, and every running balance between
            follows; False when one does not; None when there is no balance to tell by. Never “safe” without one.
        expected: The opening balance and the rows.
        difference: What the bank's closing balance has beyond that; None when it is not known.
        days: The days with running balances, in order.
        reasons: Why, for people.
    """

    proven: bool | None
    opening: Decimal | None = None
    expected: Decimal | None = None
    closing: Decimal | None = None
    difference: Decimal | None = None
    days: tuple[DayProof, ...] = ()
    reasons: tuple[Remark[ProofCode], ...] = ()

    @property
    def from_day(self) -> date | None:
        """The first day from which something differs; None when none does, or no running balance tells."""
        return next((one.day for one in self.days if not one.follows), None)


def prove(opening: Money, rows: Iterable[Row | Carries], closing: Money) -> Proof:
    """
    Return whether *rows* are all that happened between two balances, and none twice.

    Where the rows have running balances, each day is proven too, in whatever order its rows are; the last of them
    stands for a closing balance that is not given. It takes an opening balance to prove anything.

    Args:
        opening: What the account held before the first of *rows*: the bank's balance of the day that was cut at.
        rows: Of one account and currency: all of them, those that are known already as well as the new ones, since
            balances count both. Pending ones are left out.
        closing: What the account held after the last of them.

    Raises:
        ConfigurationError: The rows are of several accounts or currencies, or an amount is none.
    """
    given = rows_of(rows)
    booked = sorted((row for row in given if row.status is not RowStatus.PENDING), key=_day)
    _refuse_several(booked)
    before, after = _amount(opening, "opening"), _amount(closing, "closing")
    days = tuple(day_proofs(before, booked))
    if after is None and before is not None and days and days[-1].day == booked[-1].date:
        after = days[-1].stated
    expected = None if before is None else sum((row.amount for row in booked), before)
    difference = None if expected is None or after is None else after - expected
    wrong = bool(difference) or not all(one.follows for one in days)
    proven = False if wrong else None if difference is None else True
    made = Proof(proven=proven, opening=before, expected=expected, closing=after, difference=difference, days=days)
    return attrs.evolve(made, reasons=tuple(_reasons(made, len(given) - len(booked))))


def _reasons(proof: Proof, pending: int) -> Iterator[Remark[ProofCode]]:
    if proof.difference is None:
        yield _remark(ProofCode.NO_OPENING if proof.opening is None else ProofCode.NO_CLOSING)
    elif proof.difference:
        yield _remark(
            ProofCode.DIFFERS,
            opening=_known(proof.opening),
            expected=_known(proof.expected),
            closing=_known(proof.closing),
            difference=proof.difference,
        )
    elif proof.proven:
        yield _remark(ProofCode.ADDS_UP, opening=_known(proof.opening), closing=_known(proof.closing))
    for one in proof.days:
        if not one.follows:
            yield _remark(ProofCode.DAY_DIFFERS, day=one.day, difference=one.difference)
    if proof.days and proof.from_day is None:
        yield _remark(ProofCode.DAYS_FOLLOW)
    if pending:
        yield _remark(ProofCode.PENDING_LEFT_OUT, count=pending)


def _remark(code: ProofCode, **values: date | Decimal | int) -> Remark[ProofCode]:
    return Remark(code, SENTENCES[code], values=values)


def _known(amount: Decimal | None) -> Decimal:
    return Decimal(0) if amount is None else amount


def _refuse_several(rows: Sequence[Row]) -> None:
    accounts = {account_of(row) for row in rows}
    currencies = {row.currency.upper() for row in rows if row.currency}
    if len(accounts) > 1 or len(currencies) > 1:
        raise ConfigurationError(
            f"Balances are of one account: these rows are of {len(accounts)}, in {len(currencies) or 1} currencies.",
            hint="Prove each account and currency by itself.",
        )


def _amount(given: Money, name: str) -> Decimal | None:
    if given is None:
        return None
    amount: object = given.amount if isinstance(given, Balance) else given
    if isinstance(amount, int) and not isinstance(amount, bool):
        amount = Decimal(amount)
    if not isinstance(amount, Decimal) or not is_amount(amount):
        raise ConfigurationError(
            f"The {name} balance {amount!r} is no amount.", hint="Give a decimal.Decimal, or None when there is none."
        )
    return amount


def _day(row: Row) -> date:
    return row.date
