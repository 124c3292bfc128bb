"""What a row of a firm's list says otherwise than is known of the bank connection that it is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from qbapps.banks.keeping import Kept
from qbapps.domain.banks.guards import same_account
from qbapps.domain.banks.link import consent_end
from qbapps.domain.banks.listed import BankColumn, BankRow
from qbapps.domain.banks.states import OVER
from qbapps.language import N_, Phrase
from qbapps.values import fold_email


def differences(row: BankRow, kept: Kept, headers: Mapping[BankColumn, str]) -> tuple[str, ...]:
    """
    Return what *row* says otherwise, one sentence for each column. What it does not say is no difference.

    Args:
        headers: The columns as the file calls them.
    """
    found = [_otherwise(headers[column], said, known) for column, said, known in _compared(row, kept) if said != known]
    if row.realm_id is not None and kept.connection.realm_id is None:
        found.append(_otherwise(headers[BankColumn.REALM_ID], row.realm_id, None))
    if kept.link.state in OVER:
        found.append(Phrase(N_("the list has it, and we know that it was disconnected")))
    return tuple(found)


def _compared(row: BankRow, kept: Kept) -> Iterator[tuple[BankColumn, str, str | None]]:
    """Yield each column that *row* says something in, with what it says and what is known."""
    link, owner = kept.link, kept.connection.owner
    if row.owner_email is not None:
        known = None if owner is None or owner.email is None else owner.email
        same = known is not None and fold_email(known) == fold_email(row.owner_email)
        yield BankColumn.OWNER, row.owner_email, row.owner_email if same else known
    if row.authenticated_on is not None:
        yield BankColumn.AUTHENTICATED_ON, str(row.authenticated_on), _day(link.authenticated_on)
    if row.stated is not None:
        yield BankColumn.STATED, str(row.stated), _day(consent_end(link))
    if row.accounts and not _same(dict(row.accounts), link.accounts):
        yield BankColumn.ACCOUNTS, _accounts(dict(row.accounts)), _accounts(link.accounts) or None
    if row.regime is not None:
        yield BankColumn.REGIME, row.regime.upper(), link.regime.upper()
    if row.history is not None:
        yield BankColumn.HISTORY, str(row.history), link.history


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _same(accounts: Mapping[str, str], known: Mapping[str, str]) -> bool:
    """Tell whether they are the same, where a list may have no more of the bank's number than its last digits."""
    return accounts.keys() == known.keys() and all(same_account(accounts[one], known[one]) for one in known)


def _accounts(accounts: Mapping[str, str]) -> str:
    return "; ".join(f"{ledger}={account}" for ledger, account in sorted(accounts.items()))


def _otherwise(column: str, said: str, known: str | None) -> str:
    if known is None:
        return Phrase(N_("{column}: the list says {said}, and nothing is recorded"), column=column, said=said)
    return Phrase(N_("{column}: the list says {said}, we know {known}"), column=column, said=said, known=known)
