"""
QIF statements: a letter at the beginning of each line, and ``^`` after each row.

The format says neither the encoding nor the order of dates nor the mark before decimals; the file as a whole decides
each of them, or the caller. quiffen 4.0.1 is not used: it reads ``-12,50`` as -1250 without a word.

Source: Quicken Interchange Format, "non-investment items"
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

import attrs

from qbapps.banks.statements import amounts, days
from qbapps.banks.statements.cells import Cell, clean, flat
from qbapps.banks.statements.days import Order
from qbapps.banks.statements.problems import ANOTHER, Unreadable
from qbapps.banks.statements.rows import Balance, Format, RefKind, Row, Statement, StatementAccount
from qbapps.banks.statements.texts import MOST_ROWS
from qbapps.language import Phrase
from qbapps.reading.headers import plain

_TYPE: Final = re.compile(r"!type\s*:\s*(.*)", re.IGNORECASE)
_ROWS: Final = frozenset({"bank", "cash", "ccard", "oth a", "oth l", "oth s", "banque", "especes", "carte"})
_APOSTROPHE: Final = re.compile(r"(.*?)['\u2019]([0-9]{1,2}|[0-9]{4})")
_OPENING: Final = frozenset({"opening balance", "solde d ouverture", "solde initial", "solde d origine"})
_ONCE: Final = frozenset("DTUN")
_SIGNS: Final = frozenset("$%")
"""What begins lines beside letters: amounts and parts of splits."""


@attrs.frozen
class _Record:
    """One row's lines, by their letters."""

    line: int
    account: str | None
    fields: dict[str, list[Cell]]

    def one(self, letter: str) -> Cell | None:
        found = self.fields.get(letter)
        return found[0] if found else None

    def text(self, letter: str) -> str:
        return clean(" ".join(cell.text for cell in self.fields.get(letter, [])))


@attrs.define
class _File:
    """What has been read so far, and where the reading is."""

    records: list[_Record] = attrs.field(factory=list)
    skipped: list[str] = attrs.field(factory=list)
    accounts: list[str | None] = attrs.field(factory=list)
    account: str | None = None
    section: str = ""
    fields: dict[str, list[Cell]] = attrs.field(factory=dict)
    began: int = 0

    @property
    def in_rows(self) -> bool:
        return self.section in _ROWS

    def begin(self, line: str) -> None:
        """Begin a section, or skip an option."""
        self.section = _section(line)
        if self.in_rows:
            self.accounts.append(self.account)
        elif self.section not in {"account", ""}:
            self.skipped.append(clean(line))

    def add(self, cell: Cell) -> None:
        """Add a line to the record that it is in."""
        if not self.fields:
            self.began = cell.line
        if self.in_rows and not (cell.column.isalpha() or cell.column in _SIGNS):
            raise Unreadable(
                "begins with no letter that says what it is: the line above may be cut in two",
                hint=ANOTHER,
                line=cell.line,
                seen=cell.column + cell.text,
            )
        if self.in_rows and cell.column in _ONCE and cell.column in self.fields:
            raise Unreadable(
                f"stands a second time in the row that begins above, after {self.fields[cell.column][0].text!r}: "
                "the ^ between two rows is missing",
                hint=ANOTHER,
                line=cell.line,
                column=cell.column,
                seen=cell.text,
            )
        self.fields.setdefault(cell.column, []).append(cell)

    def end(self) -> None:
        """End the record."""
        if self.section == "account" and "N" in self.fields:
            self.account = clean(self.fields["N"][0].text) or None
        elif self.in_rows and self.fields:
            self.records.append(_Record(self.began, self.account, self.fields))
        self.fields = {}
        if len(self.records) > MOST_ROWS:
            raise Unreadable(f"holds more than {MOST_ROWS} rows", hint="Download shorter periods.")

    def check_ended(self) -> None:
        """Refuse to go on within a record."""
        if self.fields:
            raise Unreadable(
                "begins a row that does not end with ^: the file is cut or damaged", hint=ANOTHER, line=self.began
            )


def read_qif(text: str, *, encoding: str, order: Order | None = None, decimal: str | None = None) -> Statement:
    """
    Return what *text* says.

    Raises:
        Unreadable: It is cut, a row has no day or amount, or nothing tells how the file writes them.
    """
    file = _cut(text)
    dated = days.read_column([_dated(record) for record in file.records], order=order)
    written = [_worth(record) for record in file.records]
    worth = amounts.read_column(written, decimal=decimal)
    rows: list[Row] = []
    openings: dict[str | None, Balance] = {}
    for record, day, amount in zip(file.records, dated, worth, strict=True):
        if day is None or amount is None:
            raise Unreadable("has no date" if day is None else "has no amount", line=record.line)
        number = record.text("N")
        if _is_opening(record):
            openings[record.account] = Balance(amount=amount.value, on=day)
            continue
        rows.append(
            Row(
                account=record.account,
                date=day,
                amount=amount.value,
                text=" ".join(part for part in (record.text("P"), record.text("M")) if part),
                ref=number or None,
                ref_kind=RefKind.NUMBER if number else None,
                line=record.line,
                currency=amount.currency,
            )
        )
    return Statement(
        format=Format.QIF,
        rows=tuple(rows),
        accounts=tuple(
            StatementAccount(account=name, stated=name, opening=openings.get(name))
            for name in dict.fromkeys(file.accounts)
        ),
        encoding=encoding,
        notes=tuple(_notes(file.skipped, openings)),
    )


def _cut(text: str) -> _File:
    """Cut *text* into its rows; sections that hold none are left out."""
    file = _File()
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        if line.startswith("!"):
            file.check_ended()
            file.begin(line)
        elif line.startswith("^"):
            file.end()
        elif line.strip() and file.section:
            file.add(Cell(line[1:], number, line[0]))
    file.check_ended()
    if not file.accounts:
        raise Unreadable("holds no account’s rows, such as those after !Type:Bank")
    return file


def _is_opening(record: _Record) -> bool:
    """Return whether a row is the opening balance, which Quicken writes as a transfer from the account to itself."""
    category = record.text("L")
    named = plain(record.text("P")) in _OPENING and category.startswith("[")
    return named or (record.account is not None and category == f"[{record.account}]")


def _section(line: str) -> str:
    """Return what the lines below hold: ``account``, or the type in small letters; nothing for an option."""
    if found := _TYPE.match(line):
        return plain(found[1]) or "type"
    return "account" if plain(line) == "account" else ""


def _dated(record: _Record) -> Cell:
    """Return the date as others write it: ``1/ 2'22`` is 1/2/2022. An apostrophe stands before years from 2000."""
    cell = record.one("D")
    if cell is None:
        raise Unreadable("begins a row without a date", line=record.line)
    text = re.sub(r"([/.'-]) +", r"\1", flat(cell.text))
    if found := _APOSTROPHE.fullmatch(text):
        mark = "/" if "/" in found[1] else "-" if "-" in found[1] else "."
        year = found[2] if len(found[2]) == 4 else f"20{found[2]:0>2}"
        text = f"{found[1]}{mark}{year}"
    return attrs.evolve(cell, text=text)


def _worth(record: _Record) -> Cell:
    """Return the amount, which Quicken writes twice: T and U are the same."""
    one, other = record.one("T"), record.one("U")
    cell = one or other
    if cell is None:
        raise Unreadable("begins a row without an amount", line=record.line)
    if one is not None and other is not None and flat(one.text) != flat(other.text):
        raise Unreadable(
            f"is not the same amount as {flat(one.text)!r} in line {one.line}",
            line=other.line,
            column="U",
            seen=other.text,
        )
    return cell


def _notes(skipped: Sequence[str], openings: dict[str | None, Balance]) -> Iterator[Phrase]:
    if skipped:
        yield Phrase(
            "Sections that hold no account’s rows were not read: {sections}.", sections=", ".join(skipped[:12])
        )
    if openings:
        yield Phrase("The row with the opening balance was read as the balance, not as an operation.")
