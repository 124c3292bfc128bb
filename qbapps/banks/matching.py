"""Which rows are the same operation: by the bank's id, and by counted content."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Final

import attrs

from qbapps.banks.folding import fold
from qbapps.banks.statements.rows import Correction, RefKind, Row
from qbapps.errors import ConfigurationError

SAME_ID_WITHIN: Final = timedelta(days=10)
"""How far apart two rows with one id may be dated. Our choice: a pending payment is booked within days."""

_REMEMBERED: Final = 20_000
"""Texts that are folded once while they come again."""

Namespace = tuple[str | None, int | None, RefKind]
Id = tuple[Namespace, str]
Key = tuple[str | None, str | None, date, Decimal, str]


@attrs.frozen(eq=False)
class Candidate:
    """
    A row, and what it is compared by.

    Attributes:
        key: Account, currency, day, amount and folded text: what identical operations share.
        namespace: Where its id is unique; None when it has no id.
        place: Among the rows that it came with.
        withdrawn: Whether its own file takes it back.
    """

    row: Row
    place: int
    key: Key
    namespace: Namespace | None
    withdrawn: bool = False

    @property
    def text(self) -> str:
        """Its folded text."""
        return self.key[4]

    @property
    def id(self) -> Id | None:
        """Its id, with where it is unique."""
        return id_of(self.row, self.key[0])

    @property
    def corrects(self) -> Id | None:
        """The id of the row that it corrects or deletes."""
        return id_corrected(self.row, self.key[0])

    @property
    def deletes(self) -> bool:
        """Whether it is no operation, and only says that another is none."""
        return self.row.correction is Correction.DELETE


Pair = tuple[Candidate, Candidate]


class Folds:
    """Rows made ready to be compared; texts and accounts that come again are folded once."""

    def __init__(self, currencies: Mapping[str | None, str | None]) -> None:
        self._texts: dict[str, str] = {}
        self._currencies = currencies

    def candidates(
        self, rows: Iterable[Row], first: int = 0, *, withdrawn: Collection[int] = frozenset()
    ) -> list[Candidate]:
        """
        Return *rows* ready, and in an order that does not depend on theirs.

        Args:
            first: The place of the first.
            withdrawn: The places of those that their own file takes back.
        """
        return in_order(self.one(row, place, withdrawn=place in withdrawn) for place, row in enumerate(rows, first))

    def one(self, row: Row, place: int, *, withdrawn: bool = False) -> Candidate:
        """Return *row* ready."""
        text = self._texts.get(row.text)
        if text is None:
            if len(self._texts) >= _REMEMBERED:
                self._texts.clear()
            text = self._texts[row.text] = fold(row.text)
        account = account_of(row)
        currency = row.currency.upper() if row.currency else self._currencies.get(account)
        key = (account, currency, row.date, row.amount, text)
        id_ = id_of(row, account)
        return Candidate(row, place, key, None if id_ is None else id_[0], withdrawn)


def account_of(row: Row) -> str | None:
    """Return the account of *row* as it is compared: ``FR76 3000`` and ``fr763000`` are one."""
    return None if row.account is None else "".join(row.account.split()).casefold()


def id_of(row: Row, account: str | None) -> Id | None:
    """Return the id of *row*, which is of *account* as it is compared; None when none says which row it is."""
    kind = row.ref_kind or RefKind.FITID
    return ((account, row.generation, kind), row.ref) if row.ref and kind is not RefKind.NUMBER else None


def id_corrected(row: Row, account: str | None) -> Id | None:
    """Return the id of the row that *row* corrects or deletes, which only OFX files say."""
    return None if row.correction is None else ((account, row.generation, RefKind.FITID), row.corrects or "")


class Accounts:
    """What is seen of accounts, row by row: whether rows name theirs, and in which currencies they are."""

    def __init__(self) -> None:
        self._currencies: dict[str | None, set[str]] = {}

    def see(self, row: Row) -> str | None:
        """
        Take account of *row*, and return its account as it is compared.

        Raises:
            ConfigurationError: It has an account and others have none, or the other way about.
        """
        account = account_of(row)
        found = self._currencies.get(account)
        if found is None:
            if self._currencies and (account is None or None in self._currencies):
                raise ConfigurationError(
                    "Some of the rows are of a named account, and others do not say of which they are.",
                    hint='Name the account when a file is read: read_statement(path, account="512000").',
                )
            found = self._currencies[account] = set()
        if row.currency:
            found.add(row.currency.upper())
        return account

    def currencies(self) -> dict[str | None, str | None]:
        """Return the currency of each account that has one only: rows that do not say theirs have that one."""
        return {account: next(iter(found)) for account, found in self._currencies.items() if len(found) == 1}


def in_order(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return *candidates* in an order that does not depend on theirs, except among equal ones."""
    made = sorted(candidates, key=_mostly)
    # The whole order is looked at where the beginning of it leaves it open: it takes more time, and much more memory.
    for _, alike in groupby(range(len(made)), key=lambda place: _mostly(made[place])):
        places = list(alike)
        if len(places) > 1:
            made[places[0] : places[-1] + 1] = sorted(made[places[0] : places[-1] + 1], key=order)
    return made


def _mostly(one: Candidate) -> tuple[object, ...]:
    return one.key[2], one.key[3], one.key[4]


def order(one: Candidate) -> tuple[object, ...]:
    """Return what puts rows in an order that only equal ones leave open."""
    row, (account, currency, day, amount, text) = one.row, one.key
    return (
        day, amount, text, account or "", currency or "", row.text, row.ref or "", row.generation or 0,
        row.ref_kind or "", row.line or 0, row.generation is None, row.account or "", row.currency or "", row.status,
        str(row.balance), row.corrects or "", row.correction or "", str(row.amount), row.ref_kind is None,
        one.withdrawn,
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
