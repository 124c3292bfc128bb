"""What running balances say day by day, in whatever order a day's rows are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise

import attrs

from qbapps.banks.statements.rows import Row


@attrs.frozen(kw_only=True)
class DayProof:
    """
    One day whose rows have a running balance.

    Attributes:
        moved: Sum of its rows.
        expected: What the account should hold after it; None when what it held before is not known.
        stated: What the bank says it held; None when the rows of the day leave that open.
        follows: Whether the balances follow from the rows, and from the balance before them.
        difference: What the bank's balances say beyond what the rows do; 0 when they follow.
    """

    day: date
    moved: Decimal
    expected: Decimal | None = None
    stated: Decimal | None = None
    follows: bool = True
    difference: Decimal = Decimal(0)


@attrs.frozen
class _Step:
    """A row as a step from one balance to another."""

    before: Decimal
    after: Decimal


def day_proofs(before: Decimal | None, rows: Sequence[Row]) -> Iterator[DayProof]:
    """
    Yield each day of *rows* that has a running balance, carrying what the account holds from day to day.

    After a day that does not follow it goes on from that day's own balance, so that each fault is told once.

    Args:
        before: What the account held before them; None when it is not known.
        rows: In the order of their days.
    """
    days: dict[date, list[Row]] = {}
    for row in rows:
        days.setdefault(row.date, []).append(row)
    for day, there in days.items():
        moved = sum((row.amount for row in there), Decimal(0))
        expected = None if before is None else before + moved
        if any(row.balance is not None for row in there):
            made = _of_day(DayProof(day=day, moved=moved, expected=expected), before, there)
            yield made
            before = expected if made.stated is None else made.stated
        else:
            before = expected


def _of_day(day: DayProof, before: Decimal | None, rows: Sequence[Row]) -> DayProof:
    steps = [_Step(row.balance - row.amount, row.balance) for row in rows if row.balance is not None]
    if len(steps) < len(rows):
        # Some rows only have one: it may be the day's last, or one in between.
        return attrs.evolve(day, stated=day.expected) if day.expected in {step.after for step in steps} else day
    befores, afters = Counter(step.before for step in steps), Counter(step.after for step in steps)
    firsts, lasts = list((befores - afters).elements()), list((afters - befores).elements())
    if not firsts:
        return _of_round_day(day, before, befores)
    if len(firsts) > 1:
        return _of_broken_day(day, before, steps)
    apart = Decimal(0) if before is None else firsts[0] - before
    return attrs.evolve(day, stated=lasts[0], follows=not apart, difference=apart)


def _of_round_day(day: DayProof, before: Decimal | None, balances: Counter[Decimal]) -> DayProof:
    """Return *day*, which ends where it began: at any of its balances."""
    if before is None:
        return attrs.evolve(day, stated=next(iter(balances)) if len(balances) == 1 else None)
    nearest = min(balances, key=lambda balance: (abs(balance - before), balance))
    return attrs.evolve(day, stated=nearest, follows=nearest == before, difference=nearest - before)


def _of_broken_day(day: DayProof, before: Decimal | None, steps: Sequence[_Step]) -> DayProof:
    """Return *day*, within which a row is missing or there twice; files begin with the oldest row or the newest."""
    backward = steps[::-1]
    ordered = backward if _breaks(backward) < _breaks(steps) else steps
    first = ordered[0].before if before is None else before
    last = ordered[-1].after
    return attrs.evolve(day, stated=last, follows=False, difference=last - first - day.moved)


def _breaks(steps: Sequence[_Step]) -> int:
    return sum(one.after != other.before for one, other in pairwise(steps))
