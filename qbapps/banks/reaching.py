"""Which known rows can matter to the rows that are offered: the others need not be kept."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from qbapps.banks.matching import Id, account_of, id_corrected, id_of
from qbapps.banks.near import NEAR_WITHIN
from qbapps.banks.statements.rows import Row

_REACH: Final = timedelta(days=NEAR_WITHIN)


class Reach:
    """The ids of the rows that are offered, and the days near which each amount occurs."""

    def __init__(self, offered: Iterable[Row]) -> None:
        self._ids: set[Id] = set()
        days: dict[tuple[str | None, Decimal], set[date]] = {}
        for row in offered:
            account = account_of(row)
            self._ids.update(id_ for id_ in (id_of(row, account), id_corrected(row, account)) if id_ is not None)
            days.setdefault((account, row.amount), set()).add(row.date)
        self._days = {amount: sorted(found) for amount, found in days.items()}

    def has(self, known: Row, account: str | None) -> bool:
        """Return whether a row that is offered may be recognised by *known*, of *account* as it is compared."""
        days = self._days.get((account, known.amount))
        if days is not None:
            after = bisect_left(days, known.date)
            if any(abs(day - known.date) <= _REACH for day in days[max(0, after - 1) : after + 1]):
                return True
        return id_of(known, account) in self._ids
