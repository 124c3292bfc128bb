"""Which entries of QuickBooks' books move money in which accounts, and by how much."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import attrs

Row = Mapping[str, Any]
Movement = tuple[str, Decimal]
"""An account's id, and what comes into it; negative for what leaves."""


@attrs.frozen
class Entity:
    """
    One kind of entry.

    Attributes:
        name: As a query names it.
        key: Under which a query answers its rows.
        moves: Gives what a row moves, as its parts say: an account may be named twice.
    """

    name: str
    key: str
    moves: Callable[[Row], Iterator[Movement]]


@attrs.frozen(kw_only=True)
class Booking:
    """One entry, and what it does to each account; entries of nothing, such as voided ones, move nothing."""

    id: str
    day: date
    movements: Mapping[str, Decimal]


def read(entity: Entity, row: Any) -> Booking | None:
    """Return what *row* of an answer says; None where it has no id, or its date or an amount is none."""
    try:
        return Booking(
            id=_text(row["Id"]), day=date.fromisoformat(_text(row["TxnDate"])), movements=_added(entity.moves(row))
        )
    except (ValueError, TypeError, LookupError, AttributeError, InvalidOperation):
        return None


def _added(found: Iterator[Movement]) -> dict[str, Decimal]:
    added: dict[str, Decimal] = {}
    for account, amount in found:
        added[account] = added.get(account, Decimal(0)) + amount
    return {account: amount for account, amount in added.items() if amount}


def _purchase(row: Row) -> Iterator[Movement]:
    # A credit is money that comes back to a card.
    sign = 1 if row.get("Credit") is True else -1
    yield from _moved(row.get("AccountRef"), sign * _amount(row["TotalAmt"]))
    for line in _lines(row):
        detail = line.get("AccountBasedExpenseLineDetail") or {}
        yield from _moved(detail.get("AccountRef"), -sign * _amount(line.get("Amount", 0)))


def _deposit(row: Row) -> Iterator[Movement]:
    yield from _moved(row.get("DepositToAccountRef"), _amount(row["TotalAmt"]))
    back = row.get("CashBack") or {}
    yield from _moved(back.get("AccountRef"), _amount(back.get("Amount", 0)))
    for line in _lines(row):
        detail = line.get("DepositLineDetail") or {}
        yield from _moved(detail.get("AccountRef"), -_amount(line.get("Amount", 0)))


def _transfer(row: Row) -> Iterator[Movement]:
    yield from _moved(row.get("FromAccountRef"), -_amount(row["Amount"]))
    yield from _moved(row.get("ToAccountRef"), _amount(row["Amount"]))


def _bill_payment(row: Row) -> Iterator[Movement]:
    for paid, account in (("CheckPayment", "BankAccountRef"), ("CreditCardPayment", "CCAccountRef")):
        yield from _moved((row.get(paid) or {}).get(account), -_amount(row["TotalAmt"]))


def _received(row: Row) -> Iterator[Movement]:
    # Without this account the money waits among the undeposited funds, and comes in by a Deposit.
    yield from _moved(row.get("DepositToAccountRef"), _amount(row["TotalAmt"]))


def _refund(row: Row) -> Iterator[Movement]:
    yield from _moved(row.get("DepositToAccountRef"), -_amount(row["TotalAmt"]))


def _card_payment(row: Row) -> Iterator[Movement]:
    yield from _moved(row.get("BankAccountRef"), -_amount(row["Amount"]))
    yield from _moved(row.get("CreditCardAccountRef"), _amount(row["Amount"]))


def _journal(row: Row) -> Iterator[Movement]:
    for line in _lines(row):
        detail = line.get("JournalEntryLineDetail")
        if detail is not None:
            yield from _moved(detail.get("AccountRef"), _SIGNS[detail["PostingType"]] * _amount(line.get("Amount", 0)))


def _invoice(row: Row) -> Iterator[Movement]:
    yield from _moved(row.get("DepositToAccountRef"), _amount(row.get("Deposit") or 0))


_SIGNS: Final = {"Debit": 1, "Credit": -1}

ENTITIES: Final = (
    Entity("Purchase", "Purchase", _purchase),
    Entity("Deposit", "Deposit", _deposit),
    Entity("Transfer", "Transfer", _transfer),
    Entity("BillPayment", "BillPayment", _bill_payment),
    Entity("Payment", "Payment", _received),
    Entity("SalesReceipt", "SalesReceipt", _received),
    Entity("RefundReceipt", "RefundReceipt", _refund),
    Entity("CreditCardPayment", "CreditCardPaymentTxn", _card_payment),
    Entity("JournalEntry", "JournalEntry", _journal),
    Entity("Invoice", "Invoice", _invoice),
)
"""
The entries that can be queried and move money in a bank or card account.

Payroll and payments of taxes are not among them: they are seen in reports only.

Source: python-quickbooks 0.9.12, the classes of these objects: their references to accounts, and the key under which a
``CreditCardPayment`` is answered
"""


def _moved(ref: Any, amount: Decimal) -> Iterator[Movement]:
    if ref is not None:
        yield _text(ref["value"]), amount


def _lines(row: Row) -> Iterator[Row]:
    return iter(row.get("Line") or ())


def _amount(value: Any) -> Decimal:
    found = Decimal(str(value))
    if isinstance(value, bool) or not found.is_finite():
        raise ValueError("no amount")
    return found


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError("no text")
    return value
