"""Transactions in a company's books, and what each of them does to the accounts."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import attrs

KEYS = {
    "Purchase": "Purchase",
    "Deposit": "Deposit",
    "Transfer": "Transfer",
    "BillPayment": "BillPayment",
    "Payment": "Payment",
    "SalesReceipt": "SalesReceipt",
    "RefundReceipt": "RefundReceipt",
    "CreditCardPayment": "CreditCardPaymentTxn",
    "JournalEntry": "JournalEntry",
    "Invoice": "Invoice",
}
"""
What can be entered, and the key under which a query answers it.

Source: python-quickbooks 0.9.12, `CreditCardPayment.qbo_json_object_name`
"""

MARKS = ("", "C", "R")
"""Not cleared, cleared, reconciled, as the column Clr of a register has it."""

_ENTERED = "2024-01-15T09:00:00-08:00"

Leg = tuple[str, Decimal]
"""An account's id, and what is debited to it; negative when it is credited."""


@attrs.frozen(kw_only=True)
class Transaction:
    """
    One transaction.

    Attributes:
        row: As the Accounting API shows it.

        cleared: One of `MARKS`. In QuickBooks each account's side has its own; here they share one.
    """

    entity: str
    row: Mapping[str, Any]
    cleared: str = ""

    @property
    def day(self) -> str:
        """Tell its date as it is written."""
        return str(self.row["TxnDate"])


def make(entity: str, identity: str, body: Mapping[str, Any], cleared: str) -> Transaction:
    """
    Write down one transaction.

    Raises:
        ValueError: There is no such entity or mark, or it has no date.
    """
    if entity not in KEYS:
        raise ValueError(f"no entity {entity!r}; there are: {', '.join(KEYS)}")
    if cleared not in MARKS:
        raise ValueError(f"a transaction is marked {', '.join(map(repr, MARKS))}, not {cleared!r}")
    day = date.fromisoformat(str(body.get("TxnDate", "")))
    row = {
        **body,
        "Id": identity,
        "TxnDate": day.isoformat(),
        "SyncToken": "0",
        "domain": "QBO",
        "sparse": False,
        "MetaData": {"CreateTime": _ENTERED, "LastUpdatedTime": _ENTERED},
    }
    return Transaction(entity=entity, row=row, cleared=cleared)


def legs(transaction: Transaction) -> list[Leg]:
    """
    Tell which accounts a transaction names, and what it debits or credits to each.

    The books' own accounts, such as receivables, are left out where the row does not name them.
    """
    row = transaction.row
    total = _money(row.get("TotalAmt", row.get("Amount", 0)))
    found: list[tuple[Any, Decimal]]
    match transaction.entity:
        case "Purchase":
            sign = 1 if row.get("Credit") else -1
            found = [(row.get("AccountRef"), sign * total)]
            found += [(ref, -sign * amount) for ref, amount in _lines(row, "AccountBasedExpenseLineDetail")]
        case "Deposit":
            back = row.get("CashBack") or {}
            found = [(row.get("DepositToAccountRef"), total), (back.get("AccountRef"), _money(back.get("Amount", 0)))]
            found += [(ref, -amount) for ref, amount in _lines(row, "DepositLineDetail")]
        case "Transfer":
            found = [(row.get("FromAccountRef"), -total), (row.get("ToAccountRef"), total)]
        case "BillPayment":
            by_check, by_card = row.get("CheckPayment") or {}, row.get("CreditCardPayment") or {}
            found = [(by_check.get("BankAccountRef"), -total), (by_card.get("CCAccountRef"), -total)]
        case "CreditCardPayment":
            found = [(row.get("BankAccountRef"), -total), (row.get("CreditCardAccountRef"), total)]
        case "JournalEntry":
            found = [*_journal(row)]
        case "Invoice":
            found = [(row.get("DepositToAccountRef"), _money(row.get("Deposit", 0)))]
        case "RefundReceipt":
            found = [(row.get("DepositToAccountRef"), -total)]
        case _:
            found = [(row.get("DepositToAccountRef"), total)]
    return [(str(ref["value"]), amount) for ref, amount in found if isinstance(ref, Mapping) and "value" in ref]


def _lines(row: Mapping[str, Any], detail: str) -> Iterator[tuple[Any, Decimal]]:
    for line in row.get("Line", ()):
        yield line.get(detail, {}).get("AccountRef"), _money(line.get("Amount", 0))


def _journal(row: Mapping[str, Any]) -> Iterator[tuple[Any, Decimal]]:
    for line in row.get("Line", ()):
        posted = line.get("JournalEntryLineDetail", {})
        amount = _money(line.get("Amount", 0))
        yield posted.get("AccountRef"), amount if posted.get("PostingType") == "Debit" else -amount


def _money(value: Any) -> Decimal:
    return Decimal(str(value))
