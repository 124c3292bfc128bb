"""The accounts of a CSV file: what its running balances prove, and whether amounts hold their fees."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import attrs

from qbapps.banks.statements import amounts, csv_titles
from qbapps.banks.statements.balances import Chain, Proof, follow
from qbapps.banks.statements.csv_headers import Column, Header
from qbapps.banks.statements.csv_lines import Line, Sheet
from qbapps.banks.statements.csv_signs import column
from qbapps.banks.statements.problems import Unreadable
from qbapps.banks.statements.rows import Row, StatementAccount

_Key = tuple[str | None, str | None]


def with_fees(rows: list[Row], lines: Sequence[Line], header: Header, decimal: str | None) -> list[Row]:
    """
    Return *rows* with the fees that the balances prove are not in their amounts.

    Raises:
        Unreadable: There are fees, and no balances that tell whether they come on top.
    """
    place = header.places.get(Column.FEE)
    if place is None:
        return rows
    fees = amounts.read_column(column(lines, header, place), decimal=decimal)
    first = next((one for one in fees if one is not None and one.value), None)
    if first is None:
        return rows
    added = [
        row if fee is None else attrs.evolve(row, amount=row.amount - abs(fee.value))
        for row, fee in zip(rows, fees, strict=True)
    ]
    proven = [some for some in (rows, added) if all(proof.chain is Chain.HOLDS for proof in _proofs(some).values())]
    if len(proven) == 1:
        return proven[0]
    raise Unreadable(
        "is a fee, and nothing in the file tells whether the amount beside it holds it",
        hint="Add the fees to the amounts where the bank takes them on top, and remove the column.",
        line=first.cell.line,
        column=first.cell.column,
        seen=first.cell.text,
    )


@attrs.frozen
class Closed:
    """
    What the balances of a file say.

    Attributes:
        proven: The lines of the rows whose amounts the balances prove.
    """

    accounts: tuple[StatementAccount, ...]
    proven: frozenset[int | None]


def closed(rows: Sequence[Row], anchors: dict[int, Decimal | None], sheet: Sheet) -> Closed:
    """
    Return the accounts of *rows* with the balances that the file proves.

    Args:
        anchors: Balances that stand on lines of their own.

    Raises:
        Unreadable: The balances say that every amount has the wrong sign.
    """
    proofs = _proofs(rows, anchors)
    accounts = []
    stated = csv_titles.closing(sheet.titles) if len(proofs) == 1 else None
    for (account, currency), proof in proofs.items():
        if proof.chain is Chain.REVERSED:
            raise Unreadable(
                "has balances that fall where amounts rise: the file writes money that leaves the account as positive",
                hint="Give reverse_signs=True if that is so.",
                line=sheet.header.line,
            )
        accounts.append(
            StatementAccount(
                account=account,
                stated=account,
                currency=currency,
                opening=proof.opening,
                closing=proof.closing or stated,
                chained=None if proof.chain is Chain.NONE else proof.chain is Chain.HOLDS,
            )
        )
    if not accounts:
        name = csv_titles.account(sheet.titles)
        accounts = [StatementAccount(account=name, stated=name, currency=sheet.header.currency)]
    return Closed(tuple(accounts), frozenset[int | None]().union(*(proof.proven for proof in proofs.values())))


def _proofs(rows: Sequence[Row], anchors: dict[int, Decimal | None] | None = None) -> dict[_Key, Proof]:
    of: dict[_Key, list[Row]] = {}
    for row in rows:
        of.setdefault((row.account, row.currency), []).append(row)
    if len(of) == 1 and anchors:
        key, only = next(iter(of.items()))
        of[key] = _between(only, anchors)
    return {key: follow(some) for key, some in of.items()}


def _between(rows: Sequence[Row], anchors: dict[int, Decimal | None]) -> list[Row]:
    """Put balances that stand alone among *rows*, as rows that move nothing on the day of the row beside them."""
    whole = list(rows)
    for number, balance in anchors.items():
        beside = min(rows, key=lambda row: abs((row.line or 0) - number))
        whole.append(attrs.evolve(beside, amount=Decimal(0), balance=balance, line=number))
    return sorted(whole, key=lambda row: row.line or 0)
