"""Running balances: what they prove of the amounts beside them, and what an account held before and after."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum

import attrs

from qbapps.banks.statements.rows import Balance, Row, RowStatus


class Chain(StrEnum):
    """What running balances say of the amounts."""

    HOLDS = "holds"
    REVERSED = "reversed"
    """They follow when every amount has the other sign."""

    BROKEN = "broken"
    NONE = "none"
    """There are none."""


@attrs.frozen(kw_only=True)
class Proof:
    """
    What the balances prove, and the account's first and last balance where they do.

    Attributes:
        proven: The lines of the rows whose amounts follow from a balance before them and one after.
    """

    chain: Chain
    opening: Balance | None = None
    closing: Balance | None = None
    proven: frozenset[int | None] = frozenset()


def follow(rows: Sequence[Row]) -> Proof:
    """
    Return what the balances of *rows*, which are of one account and currency, prove.

    Files begin with the oldest row or with the newest; their days tell which, and where all are of one day, either.
    """
    booked = [row for row in rows if row.status is RowStatus.BOOKED]
    if not any(row.balance is not None for row in booked):
        return Proof(chain=Chain.NONE)
    orders = _orders(booked)
    for order in orders:
        if _follows(order, 1):
            opening, closing = _ends(order)
            places = [place for place, row in enumerate(order) if row.balance is not None]
            return Proof(
                chain=Chain.HOLDS,
                opening=Balance(amount=opening, on=min(row.date for row in booked)),
                closing=Balance(amount=closing, on=max(row.date for row in booked)),
                proven=frozenset(row.line for row in order[places[0] + 1 : places[-1] + 1]),
            )
    reversed_ = any(_follows(order, -1) for order in orders)
    return Proof(chain=Chain.REVERSED if reversed_ else Chain.BROKEN)


def _orders(booked: Sequence[Row]) -> list[list[Row]]:
    """Return the rows from the oldest to the newest."""
    forward, backward = list(booked), list(booked)[::-1]
    first, last = booked[0].date, booked[-1].date
    if first < last:
        return [forward]
    return [backward] if first > last else [forward, backward]


def _follows(rows: Sequence[Row], sign: int) -> bool:
    before: Decimal | None = None
    moved = Decimal(0)
    for row in rows:
        moved += sign * row.amount
        if row.balance is not None:
            if before is not None and before + moved != row.balance:
                return False
            before, moved = row.balance, Decimal(0)
    return True


def _ends(rows: Sequence[Row]) -> tuple[Decimal, Decimal]:
    places = [place for place, row in enumerate(rows) if row.balance is not None]
    first, last = rows[places[0]].balance or Decimal(0), rows[places[-1]].balance or Decimal(0)
    before = sum((row.amount for row in rows[: places[0] + 1]), Decimal(0))
    after = sum((row.amount for row in rows[places[-1] + 1 :]), Decimal(0))
    return first - before, last + after


def latest(one: Balance | None, other: Balance | None) -> Balance | None:
    """Return the later of two closing balances; one that has no day counts as the earlier."""
    if one is None or other is None:
        return one or other
    if one.on is None or other.on is None:
        return other if one.on is None else one
    return other if other.on >= one.on else one
