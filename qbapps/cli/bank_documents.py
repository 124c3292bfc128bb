"""What ``--json`` prints of repairs, rows and remarks. Amounts are texts: they stay exact."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qbapps.banks import Dedupe, Item, Proof, Ranked, Repair, Row


def repair(found: Repair, lang: str) -> dict[str, Any]:
    """Return what is said of a repair."""
    windows = {
        name: {"start": one.start, "newest": one.newest, "gap": one.gap, "overlap": one.overlap, "codes": one.codes}
        for name, one in found.windows.items()
    }
    return {
        "action": found.action,
        "bank": found.bank,
        "cause": found.cause,
        "renewal": found.renewal,
        "stopped_on": found.stopped_on,
        "today": found.today,
        "act_by": found.act_by,
        "codes": found.codes,
        "reasons": found.why(lang),
        "accounts": windows,
        "steps": found.steps(lang),
    }


def ranked(one: Ranked, lang: str) -> dict[str, Any]:
    """Return what is said of an institution that it may be."""
    return {
        "name": one.institution.name,
        "url": one.institution.url,
        "score": round(one.score, 3),
        "reasons": [{"code": reason.code, "text": reason.said(lang)} for reason in one.reasons],
    }


def row(one: Row) -> dict[str, Any]:
    """Return what is said of an operation."""
    return {
        "account": one.account,
        "date": one.date,
        "amount": amount(one.amount),
        "currency": one.currency,
        "text": one.text,
        "ref": one.ref,
        "line": one.line,
    }


def item(one: Item) -> dict[str, Any]:
    """Return what became of an operation."""
    return {"code": one.code, **row(one.row), "twin": None if one.twin is None else row(one.twin)}


def dedupe(found: Dedupe) -> dict[str, Any]:
    """Return what became of all operations."""
    every = (*found.new, *found.dropped, *found.held)
    return {
        "offered": found.offered,
        "counts": dict(Counter(one.code.value for one in every)),
        "new": [item(one) for one in found.new],
        "dropped": [item(one) for one in found.dropped],
        "held": [item(one) for one in found.held],
    }


def proof(found: Proof, lang: str) -> dict[str, Any]:
    """Return what balances prove."""
    return {
        "proven": found.proven,
        "opening": amount(found.opening),
        "expected": amount(found.expected),
        "closing": amount(found.closing),
        "difference": amount(found.difference),
        "from_day": found.from_day,
        "days": [
            {
                "day": one.day,
                "moved": amount(one.moved),
                "expected": amount(one.expected),
                "stated": amount(one.stated),
                "follows": one.follows,
                "difference": amount(one.difference),
            }
            for one in found.days
        ],
        "reasons": [{"code": reason.code, "text": reason.said(lang)} for reason in found.reasons],
    }


def amount(value: Decimal | None) -> str | None:
    """Return *value* as text, with at least two decimals."""
    from qbapps.banks.remarks import plain_amount  # noqa: PLC0415 - other commands start faster without

    return None if value is None else plain_amount(value)
