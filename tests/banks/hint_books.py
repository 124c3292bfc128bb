"""Books that answer as a test says, and the company whose accounts are asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from qbapps.banks.hint_reading import read_hints
from qbapps.banks.hints import Hint, HintCode
from qbapps.errors import IntuitRejected

TODAY = date(2022, 6, 10)
BANK = "1"
CARD = "2"
CHART = [
    {"Id": BANK, "Name": "Banque", "FullyQualifiedName": "Banque", "AcctNum": "512000", "AccountType": "Bank"},
    {"Id": CARD, "Name": "Carte", "FullyQualifiedName": "Banque:Carte", "AccountType": "Credit Card"},
    {"Id": "3", "Name": "Ventes", "FullyQualifiedName": "Ventes", "AcctNum": "706000", "AccountType": "Income"},
]

Report = Callable[[Mapping[str, str]], Any]


def to(account: str, name: str = "DepositToAccountRef") -> dict[str, Any]:
    """Return a reference to an account."""
    return {name: {"value": account, "name": "as it was called then"}}


def deposit(identity: int | str, day: date | str, account: str = BANK, amount: float = 10) -> dict[str, Any]:
    """Return a Deposit as the API shows it."""
    return {"Id": str(identity), "TxnDate": str(day), "TotalAmt": amount, **to(account)}


def purchase(identity: int | str, day: date | str, account: str = BANK, amount: float = 10) -> dict[str, Any]:
    """Return a Purchase as the API shows it."""
    return {"Id": str(identity), "TxnDate": str(day), "TotalAmt": amount, **to(account, "AccountRef")}


def days_before(count: int, day: date = TODAY) -> date:
    """Return the day so many days before another."""
    return day - timedelta(days=count)


def report(qs: Mapping[str, str], lines: Mapping[str | None, list[tuple[str, str, str, str]]], **header: str) -> Any:
    """Return a GeneralLedger: of each account, its lines as day, type, id and mark."""
    keys = ["tx_date", "txn_type", "is_cleared", "subt_nat_amount"]
    sections = [
        {
            "type": "Section",
            "Header": {"ColData": [{"value": "…", **({} if account is None else {"id": account})}]},
            "Rows": {
                "Row": [
                    {"type": "Data", "ColData": [{"value": "Beginning Balance"}, {"value": ""}, {"value": ""}]},
                    *(
                        {"ColData": [{"value": day}, {"value": kind, "id": id_}, {"value": mark}, {"value": "10.00"}]}
                        for day, kind, id_, mark in rows
                    ),
                ]
            },
        }
        for account, rows in lines.items()
    ]
    return {
        "Header": {"StartPeriod": qs["start_date"], "EndPeriod": qs["end_date"], **header},
        "Columns": {"Column": [{"MetaData": [{"Name": "ColKey", "Value": key}]} for key in keys]},
        "Rows": {"Row": sections},
    }


class FakeBooks:
    """Answers queries from lists, newest first, and reports by a function; records what was asked."""

    def __init__(
        self,
        rows: Mapping[str, list[Any]] | None = None,
        reports: Report | None = None,
        *,
        is_ordered: bool = True,
        chart: list[Any] | None = None,
        refused: Mapping[str, Exception] | None = None,
    ) -> None:
        self.rows = {"Account": CHART if chart is None else chart, **(rows or {})}
        self.reports = reports or (lambda qs: report(qs, {}))
        self.is_ordered = is_ordered
        self.refused = refused or {}
        self.asked: list[str] = []
        self.reported: list[dict[str, str]] = []

    def query(self, select: str) -> Any:
        """Answer one page."""
        self.asked.append(select)
        entity = select.split(" FROM ")[1].split(maxsplit=1)[0]
        if entity in self.refused:
            raise self.refused[entity]
        rows = list(self.rows.get(entity, []))
        since = re.search(r"TxnDate >= '([^']*)'", select)
        if since:
            rows = [row for row in rows if not isinstance(row, dict) or str(row.get("TxnDate", "")) >= since[1]]
        if self.is_ordered and "ORDERBY" in select:
            rows.sort(key=lambda row: str((row or {}).get("TxnDate", "")), reverse=True)
        start, most = (int(found) for found in re.findall(r"(?:STARTPOSITION|MAXRESULTS) (\d+)", select))
        page = rows[start - 1 : start - 1 + most]
        key = {"CreditCardPayment": "CreditCardPaymentTxn"}.get(entity, entity)
        return {"QueryResponse": {key: page, "maxResults": len(page)} if page else {}}

    def get_report(self, report_type: str, qs: Mapping[str, str]) -> Any:
        """Answer one report."""
        assert report_type == "GeneralLedger"
        self.reported.append(dict(qs))
        answer = self.reports(qs)
        if isinstance(answer, Exception):
            raise answer
        return answer


def cleared(lines: Mapping[str | None, list[tuple[str, str, str, str]]]) -> Any:
    def answer(qs: Mapping[str, str]) -> Any:
        within = {
            account: [line for line in rows if qs["start_date"] <= line[0] <= qs["end_date"]]
            for account, rows in lines.items()
        }
        return report(qs, within)

    return answer


SINCE = days_before(400)


def read(books: FakeBooks, account: str = "512000", **more: Any) -> Hint:
    """Return what is read of one account."""
    return read_hints(books, [account], today=TODAY, since=SINCE, **more).accounts[account]


def codes(books: FakeBooks, *accounts: str) -> list[HintCode]:
    """Return the codes of what is to be known."""
    return [each.code for each in read_hints(books, accounts or ["512000"], today=TODAY, since=SINCE).remarks]


def refusal(error: str | None = "4001") -> IntuitRejected:
    """Return Intuit's refusal of a query or a report."""
    return IntuitRejected("Refused.", hint="…", error=error, status=400)
