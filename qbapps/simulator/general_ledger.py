"""The report GeneralLedger, as far as its rows and their marks go."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from qbapps.simulator.messages import Request
from qbapps.simulator.registry import Company
from qbapps.simulator.transactions import Transaction, legs

_TITLES = {
    "tx_date": ("Date", "Date"),
    "txn_type": ("Transaction Type", "String"),
    "doc_num": ("Num", "String"),
    "memo": ("Memo/Description", "String"),
    "is_cleared": ("Clr", "String"),
    "subt_nat_amount": ("Amount", "Money"),
    "rbal_nat_amount": ("Balance", "Money"),
}
_USUAL = "tx_date,txn_type,doc_num,memo,subt_nat_amount,rbal_nat_amount"
_TYPES = {
    "Purchase": "Expense",
    "BillPayment": "Bill Payment",
    "SalesReceipt": "Sales Receipt",
    "RefundReceipt": "Refund",
    "CreditCardPayment": "Credit Card Payment",
    "JournalEntry": "Journal Entry",
}
_OF_CREDIT = frozenset({"Credit Card", "Long Term Liability", "Other Current Liability", "Income", "Equity"})


def general_ledger(company: Company, request: Request, now: datetime) -> dict[str, Any]:
    """
    Write the report that *request* asks for: `start_date`, `end_date`, `account`, `columns`.

    Parameters and columns that it does not know count for nothing, which is what Intuit does; it is this year's
    so far unless dates are given. Sections have the account's id; what was filtered by is not repeated.

    Raises:
        ValueError: A date is none.

    Source: Intuit, "GeneralLedger" (reports), its example
    """
    start = _day(request.query.get("start_date"), date(now.year, 1, 1))
    end = _day(request.query.get("end_date"), now.date())
    columns = [name for name in request.query.get("columns", _USUAL).split(",") if name in _TITLES]
    wanted = set(filter(None, request.query.get("account", "").split(",")))
    ordered = sorted(company.transactions, key=lambda each: each.day)
    sections = [
        found
        for account in company.accounts
        if not wanted or account["Id"] in wanted
        for found in [_section(account, ordered, columns, start.isoformat(), end.isoformat())]
        if found is not None
    ]
    return {
        "Header": {
            "Time": now.isoformat(timespec="seconds"),
            "ReportName": "GeneralLedger",
            "ReportBasis": "Accrual",
            "StartPeriod": start.isoformat(),
            "EndPeriod": end.isoformat(),
            "Currency": "EUR",
            "Option": [{"Name": "NoReportData", "Value": "false" if sections else "true"}],
        },
        "Columns": {"Column": [_column(name) for name in columns]},
        "Rows": {"Row": sections} if sections else {},
    }


def _section(
    account: dict[str, Any], ordered: list[Transaction], columns: list[str], start: str, end: str
) -> dict[str, Any] | None:
    sign = -1 if account["AccountType"] in _OF_CREDIT else 1
    balance, rows = Decimal(0), list[dict[str, Any]]()
    opening = balance
    for transaction in ordered:
        for identity, debit in legs(transaction):
            if identity != account["Id"] or transaction.day > end:
                continue
            balance += sign * debit
            if transaction.day < start:
                opening = balance
            else:
                rows.append(_row(transaction, sign * debit, balance, columns))
    if not rows and not opening:
        return None
    begins = [{"value": "Beginning Balance"}, *({"value": ""} for _ in columns[1:])]
    header = [{"value": account["Name"], "id": account["Id"]}, *({"value": ""} for _ in columns[1:])]
    total = [{"value": f"Total for {account['Name']}"}, *({"value": ""} for _ in columns[1:])]
    return {
        "Header": {"ColData": header},
        "Rows": {"Row": [{"ColData": begins, "type": "Data"}, *rows]},
        "Summary": {"ColData": total},
        "type": "Section",
    }


def _row(transaction: Transaction, amount: Decimal, balance: Decimal, columns: list[str]) -> dict[str, Any]:
    row = transaction.row
    cells: dict[str, dict[str, str]] = {
        "tx_date": {"value": transaction.day},
        "txn_type": {"value": _TYPES.get(transaction.entity, transaction.entity), "id": row["Id"]},
        "doc_num": {"value": str(row.get("DocNumber", ""))},
        "memo": {"value": str(row.get("PrivateNote", ""))},
        "is_cleared": {"value": transaction.cleared},
        "subt_nat_amount": {"value": f"{amount:.2f}"},
        "rbal_nat_amount": {"value": f"{balance:.2f}"},
    }
    return {"ColData": [cells[name] for name in columns], "type": "Data"}


def _column(name: str) -> dict[str, Any]:
    title, kind = _TITLES[name]
    return {"ColTitle": title, "ColType": kind, "MetaData": [{"Name": "ColKey", "Value": name}]}


def _day(text: str | None, default: date) -> date:
    return default if text is None else date.fromisoformat(text)
