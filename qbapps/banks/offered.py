"""Rows that are given to be compared, written or added up: those of a statement, or what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Final, Protocol

from qbapps.banks.statements.rows import Row
from qbapps.errors import ConfigurationError

LARGEST: Final = 15
"""Digits before the decimals of the largest amount. Our choice: no bank has more, and sums stay exact."""

FINEST: Final = -6
"""Exponent of the smallest part of an amount. Our choice: currencies have four decimals at most (ISO 4217)."""


class Carries(Protocol):
    """Something made of a row."""

    @property
    def row(self) -> Row:
        """The row."""


def rows_of(given: Iterable[Row | Carries]) -> list[Row]:
    """
    Return the rows of *given*, each looked at.

    Raises:
        ConfigurationError: One has no day, or an amount that is none.
    """
    return list(each_row(given))


def each_row(given: Iterable[Row | Carries]) -> Iterator[Row]:
    """
    Yield the rows of *given*, each looked at, and keep none.

    Raises:
        ConfigurationError: One has no day, or an amount that is none.
    """
    for one in given:
        row = one if isinstance(one, Row) else one.row
        if not _is_sound(row):
            raise ConfigurationError(
                f"The row {row.text[:60]!r} of {row.date} has an amount or a day that is none: {row.amount!r}.",
                hint="Amounts are decimal.Decimal, finite, with up to 15 digits and 6 decimals; days datetime.date.",
            )
        yield row


def _is_sound(row: Row) -> bool:
    return is_amount(row.amount) and isinstance(row.date, date) and not isinstance(row.date, datetime)


def is_amount(amount: object) -> bool:
    """Return whether *amount* is one that can be added up exactly."""
    if not isinstance(amount, Decimal) or not amount.is_finite():
        return False
    exponent = amount.as_tuple().exponent
    return isinstance(exponent, int) and (not amount or amount.adjusted() < LARGEST) and FINEST <= exponent <= LARGEST
