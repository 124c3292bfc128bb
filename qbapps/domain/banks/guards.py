"""What has to be so before a bank connection may go on: the same bank, a sound mapping, nothing lost unseen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

import attrs

from qbapps.domain import checks
from qbapps.errors import ConfigurationError, TransitionError

_ENOUGH: Final = 4
"""So many of the last digits tell one account of a customer from the others. Our choice; banks print as many."""

_SEPARATORS: Final = str.maketrans("", "", " \u00a0\u202f.-/")
_MASK: Final = re.compile(r"[^0-9A-Z]+|X{2,}")


class AccountKind(StrEnum):
    """What sort of account it is, at the bank and in the ledger."""

    BANK = "bank"
    CREDIT_CARD = "credit_card"


@attrs.frozen(kw_only=True)
class Account:
    """
    One account, at the bank or in the ledger.

    Attributes:
        id: The bank's IBAN or number, or the ledger's.
        currency: Its ISO code; None where it is not known.
    """

    id: str = attrs.field(validator=checks.not_empty)
    kind: AccountKind = attrs.field(default=AccountKind.BANK, converter=AccountKind)
    currency: str | None = None


def check_institution(expected: str, found: str, *, connection_id: str | None = None) -> None:
    """
    Refuse an identification at another bank than the connection's.

    Raises:
        TransitionError: They differ. Case and spaces at the ends do not count.
    """
    if expected.strip().casefold() != found.strip().casefold():
        raise TransitionError(
            f"{connection_id or 'The connection'} is to {expected}, and the login was at {found}.",
            hint="Choose the same bank again, or connect the other one on its own.",
            state="awaiting_bank",
            action="bank_authenticated",
            connection_id=connection_id,
        )


def same_account(one: str, other: str) -> bool:
    """Tell whether two numbers are one account's: the last digits, four at least, are enough."""
    first, second = _number(one), _number(other)
    shorter, longer = sorted((first, second), key=len)
    return shorter == longer or (len(shorter) >= _ENOUGH and longer.endswith(shorter))


def check_mapping(
    pairs: Iterable[tuple[Account, Account]],
    *,
    live_elsewhere: Mapping[str, str] | None = None,
    before: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """
    Return which ledger account each of the bank's accounts feeds, once that is sound.

    Args:
        pairs: The bank's account, then the ledger's.

        live_elsewhere: What other living connections of the company feed: the bank's account by ledger account.

        before: What it fed at any time, by the bank's account: on a reconnect each goes to its old ledger account,
            for a new one would begin without its history, and with rows twice in the books.

    Raises:
        ConfigurationError: An account is named twice, kinds or currencies differ, another connection feeds the ledger
            account or reads the bank's, or it is not the old one.
    """
    mapped: dict[str, str] = {}
    elsewhere = live_elsewhere or {}
    for bank, ledger in pairs:
        if ledger.id in mapped.values() or any(same_account(bank.id, known) for known in mapped):
            raise _unsound(bank, ledger, "one of them is mapped already", "Give each account one ledger account.")
        if bank.kind is not ledger.kind:
            raise _unsound(bank, ledger, f"one is a {bank.kind}, the other a {ledger.kind}", "Choose one of its kind.")
        if None not in {bank.currency, ledger.currency} and bank.currency != ledger.currency:
            raise _unsound(
                bank, ledger, f"one is in {bank.currency}, the other in {ledger.currency}", "Choose another."
            )
        if ledger.id in elsewhere:
            raise _unsound(bank, ledger, "another connection feeds it", "Disconnect that one first, or choose another.")
        if any(_number(bank.id) == _number(known) and len(_number(known)) > _ENOUGH for known in elsewhere.values()):
            raise _unsound(
                bank, ledger, "another connection reads it already", "Disconnect that one first: its rows would double."
            )
        _check_old(bank, ledger, before or {})
        mapped[bank.id] = ledger.id
    if not mapped:
        raise ConfigurationError("No account was chosen.", hint="Choose at least one of the bank's accounts.")
    return mapped


def _check_old(bank: Account, ledger: Account, before: Mapping[str, str]) -> None:
    exact = {old for known, old in before.items() if _number(known) == _number(bank.id)}
    found = exact or {old for known, old in before.items() if same_account(known, bank.id)}
    if len(found) > 1:
        raise _unsound(
            bank, ledger, f"it may be the one of {' or of '.join(sorted(found))}", "Name it with more digits."
        )
    if found and ledger.id not in found:
        old = found.pop()
        raise _unsound(bank, ledger, f"it went to {old} before", f"Choose {old}, which has its history.")


def _number(account: str) -> str:
    """Return the letters and digits of an account's number; of one that is masked, those after the mask."""
    plain = account.upper().translate(_SEPARATORS)
    return _MASK.split(plain)[-1] or plain


def check_disconnect(in_review: int | None, *, accept_loss: bool = False, connection_id: str | None = None) -> None:
    """
    Refuse a disconnect that would lose rows unseen: QuickBooks deletes those that still wait for review.

    Args:
        in_review: How many wait; None when nobody has looked.

    Raises:
        TransitionError: Some wait, or nobody has looked, and the loss was not accepted.

    Source: Intuit help, "Disconnect a bank or credit card account in QuickBooks Online" (United Kingdom)
    """
    if in_review == 0 or accept_loss:
        return
    seen = "nobody has looked how many rows wait" if in_review is None else f"{in_review} rows wait"
    raise TransitionError(
        f"{connection_id or 'The connection'} cannot be disconnected yet: {seen} for review, and would be deleted.",
        hint="Clear the tab “For review” first, or accept the loss.",
        state="active",
        action="disconnected",
        connection_id=connection_id,
    )


def _unsound(bank: Account, ledger: Account, why: str, hint: str) -> ConfigurationError:
    return ConfigurationError(f"{bank.id} cannot go to {ledger.id}: {why}.", hint=hint)
