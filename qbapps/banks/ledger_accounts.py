"""Accounts of the chart, and finding the one that a person means."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

import attrs

from qbapps.banks.folding import fold
from qbapps.errors import ConfigurationError

_MOST_CANDIDATES: Final = 8
_OF_BANKS: Final = ("Bank", "Credit Card")


@attrs.frozen(kw_only=True)
class LedgerAccount:
    """
    One account of the chart.

    Attributes:
        name: Its own; *full_name* has those of the accounts that it is a part of before it.
        number: What QuickBooks calls AcctNum; None where accounts have none.
        kind: Its AccountType: ``Bank``, ``Credit Card`` and others, never translated.
    """

    id: str
    name: str
    full_name: str
    number: str | None = None
    kind: str | None = None

    def __str__(self) -> str:
        shown = f"{self.number} {self.full_name}" if self.number else self.full_name
        return f"{shown} (id {self.id})"


def read(row: Mapping[str, Any]) -> LedgerAccount | None:
    """Return the account that a row of an answer is; None where it has no id or name."""
    known = {key: value for key, value in row.items() if isinstance(value, str) and value.strip()}
    if "Id" not in known or "Name" not in known:
        return None
    return LedgerAccount(
        id=known["Id"],
        name=known["Name"],
        full_name=known.get("FullyQualifiedName", known["Name"]),
        number=known.get("AcctNum"),
        kind=known.get("AccountType"),
    )


def resolve(wanted: str, accounts: Collection[LedgerAccount]) -> LedgerAccount:
    """
    Return the account that *wanted* names: by its id, its number or its full name, else by its name alone.

    In names, case and accents do not count.

    Raises:
        ConfigurationError: None has that name, or several; the hint lists those that it may be.
    """
    text = wanted.strip()
    folded = fold(text)
    exact = [one for one in accounts if text in (one.id, one.number) or folded == fold(one.full_name)]
    found = exact or [one for one in accounts if folded == fold(one.name)]
    if len(found) == 1:
        return found[0]
    if found:
        raise ConfigurationError(
            f"{wanted!r} may be several accounts of the chart.",
            hint=f"Use the id, number or full name of one: {_listed(found)}.",
        )
    of_banks = [one for one in accounts if one.kind in _OF_BANKS]
    listed = _listed(of_banks or accounts)
    hint = (
        f"Use the id, number or full name of one: {listed}." if listed else "Look at the company's chart of accounts."
    )
    raise ConfigurationError(f"The chart has no account {wanted!r}.", hint=hint)


def _listed(accounts: Iterable[LedgerAccount]) -> str:
    shown = sorted(accounts, key=lambda one: (one.number or "", fold(one.full_name), one.id))
    more = " …" if len(shown) > _MOST_CANDIDATES else ""
    return "; ".join(str(one) for one in shown[:_MOST_CANDIDATES]) + more
