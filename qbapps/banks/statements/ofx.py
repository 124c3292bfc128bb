"""
OFX statements: SGML (1.x) and XML (2.x), QFX and QBO, which are OFX with tags of Intuit's own.

Written anew because the libraries for it are wrong where it matters: ofxparse 0.21 applies the offset of
``20211230230000[-5:EST]`` and so moves rows to the next day, and ofxtools 1.1.1 refuses amounts that banks write. Here
the day of a row is the first eight digits, as the bank shows it.

Source: OFX 2.2 §11.4, "Statement download"
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

import attrs

from qbapps.banks.statements import amounts, days
from qbapps.banks.statements.balances import latest
from qbapps.banks.statements.cells import Cell, clean
from qbapps.banks.statements.days import Order
from qbapps.banks.statements.ofx_tree import Node, read_tree
from qbapps.banks.statements.problems import ANOTHER, Unreadable
from qbapps.banks.statements.rows import (
    Balance,
    Correction,
    Format,
    RefKind,
    Row,
    RowStatus,
    Statement,
    StatementAccount,
)
from qbapps.language import Phrase

_STATEMENTS: Final = ("STMTRS", "CCSTMTRS")
_DAY: Final = re.compile(r"[0-9]{8}(?![0-9]{1,3}(?![0-9]))")
_OUT: Final = frozenset({"DEBIT", "CHECK", "SRVCHG", "DIRECTDEBIT"})


@attrs.frozen
class _Found:
    """A row's part, and which account it is on."""

    node: Node
    account: StatementAccount
    pending: bool


def read_ofx(text: str, *, encoding: str, decimal: str | None = None) -> Statement:
    """
    Return what *text* says.

    Raises:
        Unreadable: It is cut, a row has no day or amount, or the bank's answer is an error.
    """
    nodes = read_tree(text)
    if not nodes:
        raise Unreadable("holds no OFX element")
    every = [one for node in nodes for one in _within(node)]
    _check_answers(every)
    statements = [node for node in every if node.name in _STATEMENTS]
    labels = _labels(statements)
    found = [
        _Found(row, StatementAccount(account=label, stated=label, currency=_currency(node)), row.name == "STMTTRNP")
        for node, label in zip(statements, labels, strict=True)
        for row in _rows(node)
    ]
    rows, withdrawn = _corrected(_read_rows(found, statements, decimal))
    _check_signs(found, rows)
    return Statement(
        format=Format.OFX,
        rows=rows,
        withdrawn=withdrawn,
        accounts=_accounts(statements, labels, found, decimal),
        encoding=encoding,
        notes=tuple(_notes(every, rows, withdrawn)),
    )


def _within(node: Node) -> Iterator[Node]:
    """Yield the parts of *node*, itself first; the tree is not deep."""
    yield node
    for part in node.parts:
        yield from _within(part)


def _rows(statement: Node) -> Iterator[Node]:
    return (node for node in _within(statement) if node.name in {"STMTTRN", "STMTTRNP"})


def _check_answers(every: Sequence[Node]) -> None:
    for node in every:
        if node.name == "STATUS" and node.first("SEVERITY").upper() == "ERROR":
            raise Unreadable(
                "is an answer by which the bank refuses",
                hint=ANOTHER,
                line=node.line,
                column="STATUS",
                seen=node.first("CODE", "MESSAGE"),
            )


def _labels(statements: Sequence[Node]) -> list[str | None]:
    """Return the accounts' ids; with the bank's where two banks have the same."""
    names: list[tuple[str, str]] = []
    for node in statements:
        account = node.part("BANKACCTFROM", "CCACCTFROM")
        bank = "" if account is None else clean(f"{account.first('BANKID')} {account.first('BRANCHID')}")
        names.append((bank, "" if account is None else clean(account.first("ACCTID"))))
    alike = Counter(number for _, number in set(names))
    return [(f"{bank}/{number}" if alike[number] > 1 else number) or None for bank, number in names]


def _currency(node: Node) -> str | None:
    return node.first("CURDEF").strip().upper()[:3] or None


def _read_rows(found: Sequence[_Found], statements: Sequence[Node], decimal: str | None) -> list[Row]:
    written = [_needed(one.node, "TRNAMT") for one in found]
    balances = [cell for node in statements for cell in _balance_cells(node)]
    read = amounts.read_column(written, decimal=decimal, siblings=[balances])
    rows = []
    for one, amount, cell in zip(found, read, written, strict=True):
        if amount is None:
            raise Unreadable("is missing", line=cell.line, column="TRNAMT", seen=cell.text)
        rows.append(_row(one, amount))
    return rows


def _row(one: _Found, amount: amounts.Amount) -> Row:
    node = one.node
    fitid, number = node.value("FITID"), node.first("CHECKNUM", "REFNUM")
    corrects = node.value("CORRECTFITID")
    own = node.part("CURRENCY")
    hold = node.first("TRNTYPE").strip().upper() == "HOLD"
    ref = clean(fitid.text) if fitid is not None else clean(number)
    return Row(
        account=one.account.account,
        date=_day(node, "DTPOSTED", *(("DTTRAN", "DTUSER") if one.pending else ())),
        amount=amount.value,
        text=_text(node),
        ref=ref or None,
        ref_kind=None if not ref else RefKind.FITID if fitid is not None else RefKind.NUMBER,
        status=RowStatus.PENDING if one.pending or hold else RowStatus.BOOKED,
        line=node.line,
        # Within CURRENCY the amount is in that currency; within ORIGCURRENCY it has been converted already.
        currency=(own and own.first("CURSYM").strip().upper()[:3]) or one.account.currency,
        corrects=None if corrects is None else clean(corrects.text),
        correction=_correction(node) if corrects is not None else None,
    )


def _text(node: Node) -> str:
    """Return the payee and the memo, once where the one begins with the other."""
    payee = node.part("PAYEE", "EXTDPAYEE")
    name = clean(node.first("NAME") or (payee.first("NAME") if payee is not None else ""))
    memo = clean(node.first("MEMO"))
    if memo.casefold().startswith(name.casefold()):
        return memo
    return name if name.casefold().startswith(memo.casefold()) else f"{name} {memo}"


def _correction(node: Node) -> Correction:
    action = node.value("CORRECTACTION")
    said = "" if action is None else action.text.strip().lower()
    if said not in set(Correction):
        raise Unreadable(
            "is not REPLACE or DELETE, though the row corrects another",
            line=node.line,
            column="CORRECTACTION",
            seen=said,
        )
    return Correction(said)


def _needed(node: Node, *names: str) -> Cell:
    found = next((cell for name in names if (cell := node.value(name)) is not None), None)
    if found is None:
        raise Unreadable(f"has no {names[0]}", line=node.line, column=node.name)
    return found


def _day(node: Node, *names: str) -> date:
    """Return the day, which is the first eight digits: the offset says where the bank is, not which day it means."""
    cell = _needed(node, *names)
    found = _DAY.match(cell.text.strip())
    written = attrs.evolve(cell, text=found[0] if found else cell.text)
    day = days.readings(written).get(Order.YMD) if found or "-" in cell.text else None
    if day is None:
        raise Unreadable("is not a date such as 20211221", line=cell.line, column=cell.column, seen=cell.text)
    return day


def _corrected(rows: Sequence[Row]) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """Return the rows that stand, and those that the file itself takes back."""
    gone = {(row.account, row.corrects) for row in rows if row.corrects is not None}
    standing = [
        row
        for row in rows
        if row.correction is not Correction.DELETE
        and not ((row.account, row.ref) in gone and row.ref_kind is RefKind.FITID and row.corrects != row.ref)
    ]
    kept = set(map(id, standing))
    return tuple(standing), tuple(row for row in rows if id(row) not in kept)


def _check_signs(found: Sequence[_Found], rows: Sequence[Row]) -> None:
    """Refuse a file whose amounts have no signs, though rows are called debits."""
    if any(row.amount < 0 for row in rows):
        return
    for one in found:
        kind, amount = one.node.first("TRNTYPE").strip().upper(), one.node.value("TRNAMT")
        if kind in _OUT and amount is not None and any(mark in "123456789" for mark in amount.text):
            raise Unreadable(
                f"is called {kind}, and no amount of the file is negative",
                line=amount.line,
                column="TRNAMT",
                seen=amount.text,
            )


def _balance_cells(node: Node) -> list[Cell]:
    balance = node.part("LEDGERBAL")
    cell = None if balance is None else balance.value("BALAMT")
    return [] if cell is None else [cell]


def _accounts(
    statements: Sequence[Node], labels: Sequence[str | None], found: Sequence[_Found], decimal: str | None
) -> tuple[StatementAccount, ...]:
    cells = [cell for node in statements for cell in _balance_cells(node)]
    written = [cell for one in found if (cell := one.node.value("TRNAMT")) is not None]
    read = {
        (cell.line, cell.text): amount
        for cell, amount in zip(cells, amounts.read_column(cells, decimal=decimal, siblings=[written]), strict=True)
    }
    accounts: dict[tuple[str | None, str | None], StatementAccount] = {}
    for node, label in zip(statements, labels, strict=True):
        key = (label, _currency(node))
        before = accounts.get(key, StatementAccount(account=label, stated=label, currency=key[1]))
        closing = None
        balance = node.part("LEDGERBAL")
        for cell in _balance_cells(node):
            amount = read[cell.line, cell.text]
            if amount is not None and balance is not None:
                closing = Balance(
                    amount=amount.value, on=_day(balance, "DTASOF") if "DTASOF" in balance.values else None
                )
        accounts[key] = attrs.evolve(before, closing=latest(before.closing, closing))
    return tuple(accounts.values())


def _notes(every: Sequence[Node], rows: Sequence[Row], withdrawn: Sequence[Row]) -> Iterator[Phrase]:
    if any(node.name == "INVSTMTRS" for node in every):
        yield Phrase("The file also holds statements of investments, which were not read.")
    if withdrawn:
        yield Phrase(
            "Rows that the bank itself takes back were left out; they begin in lines {lines}.",
            lines=", ".join(str(row.line) for row in withdrawn),
        )
    missing = [row for row in rows if row.ref_kind is not RefKind.FITID and row.status is RowStatus.BOOKED]
    if missing:
        yield Phrase(
            "Rows without the bank’s id (FITID) begin in lines {lines}.", lines=", ".join(str(r.line) for r in missing)
        )
