"""Which ledger account each of a bank's accounts feeds, as callers say it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from qbapps.domain.banks.guards import Account
from qbapps.errors import ConfigurationError

Accounts: TypeAlias = Mapping[str, str] | Iterable[tuple[Account, Account]]
"""The bank's account by ledger account, or pairs of the bank's account and the ledger's."""

_HINT = "Give {ledger account: bank account}, or pairs of banks.Account: the bank's, then the ledger's."


def pairs(accounts: Accounts) -> tuple[tuple[Account, Account], ...]:
    """
    Return the bank's account, then the ledger's, for each that is fed; spaces in a bank's number do not count.

    Raises:
        ConfigurationError: They are said in no way that is understood.
    """
    try:
        if isinstance(accounts, Mapping):
            return tuple((_account(bank, is_banks=True), _account(ledger)) for ledger, bank in accounts.items())
        return tuple((_account(bank, is_banks=True), _account(ledger)) for bank, ledger in accounts)
    except (TypeError, ValueError, AttributeError):
        raise ConfigurationError(f"accounts is {accounts!r}.", hint=_HINT) from None


def _account(given: str | Account, *, is_banks: bool = False) -> Account:
    account = given if isinstance(given, Account) else Account(id=given)
    name = "".join(account.id.split()) if is_banks else " ".join(account.id.split())
    return Account(id=name, kind=account.kind, currency=account.currency)
