"""
Reading a statement: OFX (SGML and XML), QFX, QBO, QIF or CSV, told by its content and never by its name.

What cannot be read without guessing is an error that names the line, the column and what stands there; nothing is
returned by halves.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import attrs

from qbapps.banks.statements.amounts import MARKS
from qbapps.banks.statements.csv_lines import no_headers, read_sheet
from qbapps.banks.statements.csv_reading import Asked, read_csv
from qbapps.banks.statements.days import Order
from qbapps.banks.statements.ofx import read_ofx
from qbapps.banks.statements.problems import StatementError, Unreadable, refusal, short
from qbapps.banks.statements.qif import read_qif
from qbapps.banks.statements.rows import Format, Row, Statement
from qbapps.banks.statements.texts import MOST_BYTES, OLD, decode_statement, kind_of
from qbapps.errors import ConfigurationError
from qbapps.reading.files import read_capped

_NAMED: Final = 12


def read_statement(
    path: str | Path,
    account: str | None = None,
    *,
    order: str | None = None,
    decimal: str | None = None,
    reverse_signs: bool = False,
) -> list[Row]:
    """Return the rows of the file at *path*: those of :func:`statement`."""
    return list(
        statement(path, account, order=order, decimal=decimal, reverse_signs=reverse_signs).rows,
    )


def statement(
    path: str | Path,
    account: str | None = None,
    *,
    order: str | None = None,
    decimal: str | None = None,
    reverse_signs: bool = False,
) -> Statement:
    """
    Return what the file at *path* says. Reads the file, and writes nothing.

    Args:
        account: What to call the account. Of a file with several accounts, the one whose rows are returned, named as
            the file names it.
        order: How dates are written where the file does not tell: ``"dmy"``, ``"mdy"`` or ``"ymd"``.
        decimal: What stands before decimals where the file does not tell: ``","`` or ``"."``.
        reverse_signs: Whether a CSV file writes money that leaves the account as positive, as some card statements do.

    Raises:
        StatementError: It cannot be read, or not without guessing. It names the line and says what to do.
    """
    where = Path(path)
    try:
        data = read_capped(where, MOST_BYTES)
    except ConfigurationError as problem:
        raise StatementError(problem.message, hint=problem.hint, file=where.name) from None
    return read_statement_bytes(
        data, account, name=where.name, order=order, decimal=decimal, reverse_signs=reverse_signs
    )


def read_statement_bytes(
    data: bytes,
    account: str | None = None,
    *,
    name: str = "statement",
    order: str | None = None,
    decimal: str | None = None,
    reverse_signs: bool = False,
) -> Statement:
    """
    Return what the file of these bytes says, as :func:`statement` does.

    Args:
        name: What errors call the file.

    Raises:
        StatementError: It cannot be read, or not without guessing.
    """
    asked = _asked(order, decimal, reverse_signs=reverse_signs)
    try:
        decoded = decode_statement(data)
        try:
            read = _read(decoded.text, decoded.encoding, asked)
        except _NoHeaders as problem:
            # Old programs' letters with accents: headers that are known in such an encoding say that it is the one.
            read = _of_old_program(data, decoded.encoding, asked, problem)
        return _named(read, account)
    except Unreadable as problem:
        raise refusal(problem, name) from None


def read_statement_text(
    text: str,
    account: str | None = None,
    *,
    name: str = "statement",
    order: str | None = None,
    decimal: str | None = None,
    reverse_signs: bool = False,
) -> Statement:
    """
    Return what *text* says, as :func:`statement` does with a file's text.

    Raises:
        StatementError: It cannot be read, or not without guessing.
    """
    asked = _asked(order, decimal, reverse_signs=reverse_signs)
    try:
        if len(text) > MOST_BYTES:
            raise Unreadable(f"is longer than {MOST_BYTES} characters", hint="Give shorter periods.")
        if "\x00" in text:
            raise Unreadable("holds NUL characters, which no statement does")
        return _named(_read(text.removeprefix("\ufeff"), "str", asked), account)
    except Unreadable as problem:
        raise refusal(problem, name) from None


class _NoHeaders(Unreadable):
    """No line of a CSV file has headers that are known."""


def _read(text: str, encoding: str, asked: Asked) -> Statement:
    kind = kind_of(text)
    if kind is Format.OFX:
        return read_ofx(text, encoding=encoding, decimal=asked.decimal)
    if kind is Format.QIF:
        return read_qif(text, encoding=encoding, order=asked.order, decimal=asked.decimal)
    sheet = read_sheet(text)
    if sheet is None:
        problem = no_headers(text)
        raise _NoHeaders(problem.reason, hint=problem.hint, seen=problem.seen)
    return read_csv(sheet, encoding=encoding, asked=asked)


def _of_old_program(data: bytes, encoding: str, asked: Asked, problem: _NoHeaders) -> Statement:
    for old in OLD if encoding in {"cp1252", *OLD} else ():
        sheet = read_sheet(data.decode(old))
        if sheet is not None:
            return read_csv(sheet, encoding=old, asked=asked)
    raise problem


def _asked(order: str | None, decimal: str | None, *, reverse_signs: bool) -> Asked:
    if decimal is not None and decimal not in MARKS:
        raise ConfigurationError("There is no such decimal mark.", hint='Give decimal="," or decimal=".".')
    if order is not None and order not in set(Order):
        raise ConfigurationError("There is no such order of dates.", hint='Give order="dmy", "mdy" or "ymd".')
    return Asked(order=None if order is None else Order(order), decimal=decimal, reverse_signs=reverse_signs)


def _named(read: Statement, account: str | None) -> Statement:
    """Name the account as the caller does, or choose it among several."""
    if account is None:
        return read
    names = list(dict.fromkeys(one.account for one in read.accounts))
    if len(names) > 1:
        if account not in names:
            known = ", ".join(short(str(name)) for name in names[:_NAMED])
            raise Unreadable(
                f"holds several accounts ({known}), and {short(account)!r} is none of them",
                hint="Give the account as the file names it, or none to have the rows of all.",
            )
        return attrs.evolve(
            read,
            rows=tuple(row for row in read.rows if row.account == account),
            withdrawn=tuple(row for row in read.withdrawn if row.account == account),
            accounts=tuple(one for one in read.accounts if one.account == account),
        )
    return attrs.evolve(
        read,
        rows=tuple(attrs.evolve(row, account=account) for row in read.rows),
        withdrawn=tuple(attrs.evolve(row, account=account) for row in read.withdrawn),
        accounts=tuple(attrs.evolve(one, account=account) for one in read.accounts),
    )
