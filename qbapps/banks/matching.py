"""Which rows are the same operation: by the bank's id, and by counted content."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import attrs

from qbapps.banks.folding import fold
from qbapps.banks.statements.rows import RefKind, Row

SAME_ID_WITHIN: Final = timedelta(days=10)
"""How far apart two rows with one id may be dated. Our choice: a pending payment is booked within days."""

Namespace = tuple[str | None, int | None, RefKind]
Key = tuple[str | None, str | None, date, Decimal, str]


@attrs.frozen(eq=False)
class Candidate:
    """
    A row, and what it is compared by.

    Attributes:
        key: Account, currency, day, amount and folded text: what identical operations share.
        namespace: Where its id is unique; None when it has no id.
        place: Among the rows that it came with.
    """

    row: Row
    place: int
    key: Key
    namespace: Namespace | None

    @property
    def text(self) -> str:
        """Its folded text."""
        return self.key[4]


Pair = tuple[Candidate, Candidate]


class Folds:
    """Rows made ready to be compared; texts and accounts that come again are folded once."""

    def __init__(self, currencies: Mapping[str | None, str | None]) -> None:
        self._texts: dict[str, str] = {}
        self._currencies = currencies

    def candidates(self, rows: Iterable[Row], first: int = 0) -> list[Candidate]:
        """Return *rows*, of which the first has the place *first*, ready and in an order that does not depend on it."""
        made = [self._one(row, place) for place, row in enumerate(rows, first)]
        made.sort(key=order)
        return made

    def _one(self, row: Row, place: int) -> Candidate:
        text = self._texts.get(row.text)
        if text is None:
            text = self._texts[row.text] = fold(row.text)
        account = account_of(row)
        currency = row.currency.upper() if row.currency else self._currencies.get(account)
        kind = row.ref_kind or RefKind.FITID
        has_id = bool(row.ref) and kind is not RefKind.NUMBER
        key = (account, currency, row.date, row.amount, text)
        return Candidate(row, place, key, (account, row.generation, kind) if has_id else None)


def account_of(row: Row) -> str | None:
    """Return the account of *row* as it is compared: ``FR76 3000`` and ``fr763000`` are one."""
    return None if row.account is None else "".join(row.account.split()).casefold()


def single_currencies(rows: Iterable[Row]) -> dict[str | None, str | None]:
    """Return the currency of each account that has one only: rows that do not say theirs have that one."""
    found: dict[str | None, set[str]] = {}
    for row in rows:
        if row.currency:
            found.setdefault(account_of(row), set()).add(row.currency.upper())
    return {account: next(iter(currencies)) for account, currencies in found.items() if len(currencies) == 1}


def order(one: Candidate) -> tuple[object, ...]:
    """Return what puts rows in an order that only equal ones leave open."""
    row, (account, currency, day, amount, text) = one.row, one.key
    return (
        day, account or "", currency or "", amount, text, row.text, row.ref or "", row.generation or 0,
        row.ref_kind or "", row.line or 0, row.generation is None, row.account or "", row.currency or "", row.status,
        str(row.balance), row.corrects or "", row.correction or "", str(row.amount), row.ref_kind is None,
    )  # fmt: skip


def agree(one: Candidate, other: Candidate) -> bool:
    """Return whether two rows with one id are one operation: the same amount, some days apart at most."""
    return (
        one.key[3] == other.key[3]
        and abs(one.key[2] - other.key[2]) <= SAME_ID_WITHIN
        and (one.key[1] == other.key[1] or None in {one.key[1], other.key[1]})
    )


def are_apart(one: Candidate, other: Candidate) -> bool:
    """Return whether two rows, whose ids are not the same, are two operations: by their ids, or by their currency."""
    if one.namespace is not None and one.namespace == other.namespace:
        return True
    return one.key[1] != other.key[1] and None not in {one.key[1], other.key[1]}


def pair_by_id(rows: Sequence[Candidate], known: Sequence[Candidate]) -> list[Pair]:
    """Return which of *rows* are which of *known*, that all have one id: the same content first, then what agrees."""
    pools: dict[Key, deque[Candidate]] = {}
    for one in known:
        pools.setdefault(one.key, deque()).append(one)
    pairs, waiting = [], []
    for row in rows:
        pool = pools.get(row.key)
        if pool:
            pairs.append((row, pool.popleft()))
        else:
            waiting.append(row)
    amounts: dict[Decimal, list[Candidate]] = {}
    for one in sorted((one for pool in pools.values() for one in pool), key=_day):
        amounts.setdefault(one.key[3], []).append(one)
    for row in waiting:
        left = amounts.get(row.key[3], [])
        place = _nearest(row, left)
        if place is not None:
            pairs.append((row, left.pop(place)))
    return pairs


def _nearest(row: Candidate, left: Sequence[Candidate]) -> int | None:
    """Return where in *left*, which is in the order of days, the nearest row is that agrees with *row*."""
    after = bisect_left(left, row.key[2], key=_day)
    places = [place for place in (after - 1, after) if 0 <= place < len(left) and agree(row, left[place])]
    return min(places, key=lambda place: abs(left[place].key[2] - row.key[2]), default=None)


def _day(one: Candidate) -> date:
    return one.key[2]


def pair_by_content(rows: Sequence[Candidate], known: Sequence[Candidate]) -> list[Pair]:
    """
    Return which of *rows* are which of *known*, that all have one content: counted, each known row once.

    Two rows whose ids differ are two operations where those ids are of one account, connection and kind.
    """
    pools: dict[Namespace | None, deque[Candidate]] = {}
    for one in known:
        pools.setdefault(one.namespace, deque()).append(one)
    pairs = []
    # Rows with an id have less to choose from, so they choose first.
    for row in sorted(rows, key=lambda one: one.namespace is None):
        for place, pool in pools.items():
            if place is None or place != row.namespace:
                pairs.append((row, pool.popleft()))
                if not pool:
                    del pools[place]
                break
    return pairs
