"""
What holds of every file.

A table that is written in any dialect reads back as it was, or is refused; damage is met by our own error only.
"""

from __future__ import annotations

import contextlib
import csv
import io
import re
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import attrs
import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from qbapps.banks import statements
from qbapps.banks.statements import StatementError

DATA = Path(__file__).parents[1] / "data" / "banks"
FILES = sorted(DATA.iterdir())


@attrs.frozen
class Dialect:
    """How one bank writes."""

    delimiter: str
    mark: str
    group: str
    minus: str
    symbol: str
    day: str
    french: bool
    columns: str
    balance: bool
    quoted: bool
    stripped: bool
    newest_first: bool
    end: str
    encoding: str
    cut_blanks: bool


DIALECTS = st.builds(
    Dialect,
    delimiter=st.sampled_from(";\t,|"),
    mark=st.sampled_from(",."),
    group=st.sampled_from(["", "", " ", "\u00a0", "\u202f", "'", ".", ","]),
    minus=st.sampled_from(["-{}", "-{}", "{}-", "({})", "\u2212{}", "{} DR"]),
    symbol=st.sampled_from(["", "", " €", " EUR"]),
    day=st.sampled_from(["%d/%m/%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y-%m-%d", "%d/%m/%y", "%d.%m.%y", "%d %b %Y", "%Y%m%d"]),
    french=st.booleans(),
    columns=st.sampled_from(["amount", "debit", "minus debit", "words"]),
    balance=st.booleans(),
    quoted=st.booleans(),
    stripped=st.booleans(),
    newest_first=st.booleans(),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    cut_blanks=st.booleans(),
).filter(lambda one: one.mark != one.group and (one.day != "%m/%d/%Y" or not one.french))

CENTS = st.one_of(
    st.integers(-2_000_000, 2_000_000),
    st.integers(-3000, 3000),
    st.integers(-40, 40).map(lambda whole: whole * 100_000),
)
ROWS = st.lists(
    st.tuples(
        st.dates(date(2019, 1, 1), date(2023, 12, 31)),
        CENTS.map(lambda cents: Decimal(cents) / 100),
        st.sampled_from(["CB BOULANGERIE", "VIR, MENUISERIE", "A; B", "Café Léo", "12", "50", ""]),
    ),
    min_size=1,
    max_size=6,
).map(lambda rows: sorted(rows, key=lambda row: row[0]))


def number(value: Decimal, dialect: Dialect) -> str:
    text = f"{abs(value):,.2f}"
    if dialect.stripped:
        text = text.rstrip("0").rstrip(".")
    whole, _, rest = text.partition(".")
    said = whole.replace(",", dialect.group) + (dialect.mark + rest if rest else "") + dialect.symbol
    return dialect.minus.format(said) if value < 0 else said


def written(rows: list[tuple[date, Decimal, str]], dialect: Dialect) -> bytes:
    names = {
        True: ("Date", "Libellé", "Montant", "Débit", "Crédit", "Sens", "Solde"),
        False: ("Date", "Description", "Amount", "Debit", "Credit", "Dr/Cr", "Balance"),
    }[dialect.french]
    money = {"amount": [names[2]], "words": [names[2], names[5]]}.get(dialect.columns, [names[3], names[4]])
    lines = [[*names[:2], *money, *([names[6]] if dialect.balance else [])]]
    held = Decimal("100.00")
    for day, value, text in rows:
        held += value
        cells = {
            "amount": [number(value, dialect)],
            "words": [number(abs(value), dialect), "D" if value < 0 else "C"],
            "debit": [number(abs(value), dialect) if value < 0 else "", number(value, dialect) if value >= 0 else ""],
            "minus debit": [number(value, dialect) if value < 0 else "", number(value, dialect) if value >= 0 else ""],
        }[dialect.columns]
        line = [day.strftime(dialect.day), text, *cells, *([number(held, dialect)] if dialect.balance else [])]
        while dialect.cut_blanks and not line[-1]:
            line.pop()
        lines.append(line)
    if dialect.newest_first:
        lines[1:] = lines[:0:-1]
    if dialect.quoted:
        file = io.StringIO(newline="")
        csv.writer(file, delimiter=dialect.delimiter, lineterminator=dialect.end).writerows(lines)
        return file.getvalue().encode(dialect.encoding)
    return "".join(dialect.delimiter.join(line) + dialect.end for line in lines).encode(dialect.encoding)


@given(rows=ROWS, dialect=DIALECTS)
def test_a_table_reads_back_as_it_was_or_is_refused(rows: list[tuple[date, Decimal, str]], dialect: Dialect) -> None:
    try:
        read = statements.read_statement_bytes(written(rows, dialect)).rows
    except StatementError as problem:
        event(f"refused: {problem.message.split(':', 1)[-1][-40:]}")
        return
    event("read")
    there = rows[::-1] if dialect.newest_first else rows
    assert [(row.date, row.amount, row.text) for row in read] == there


@given(rows=ROWS, dialect=DIALECTS)
def test_a_table_in_plain_dialect_is_always_read(rows: list[tuple[date, Decimal, str]], dialect: Dialect) -> None:
    plain = attrs.evolve(
        dialect, group="", mark="," if dialect.french else ".", day="%Y-%m-%d", quoted=True, stripped=False
    )

    read = statements.read_statement_bytes(written(rows, plain)).rows

    assert sorted((row.date, row.amount) for row in read) == sorted((day, value) for day, value, _ in rows)


@given(file=st.sampled_from(FILES), data=st.data())
def test_a_damaged_file_meets_our_own_error_only(file: Path, data: st.DataObject) -> None:
    damaged = bytearray(file.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        length = data.draw(st.integers(0, 12))
        damaged[at : at + length] = data.draw(
            st.one_of(st.binary(max_size=8), st.sampled_from([b"<", b">", b'"', b"^\r\n", b"!", b";", b",", b"\x00"]))
        )
        assume(damaged)
    with contextlib.suppress(StatementError):
        statements.read_statement_bytes(bytes(damaged))


STRUCTURE = b" ;\t\"\r\n<>/^!|:=,'"
PUT = [b"", b" ", b";", b",", b"\n", b'"', b"\t", b"<", b"^\n"]


def places_of_structure(file: Path) -> list[int]:
    """Return where *file* has what separates its parts, below the headers; marks before decimals are no such thing."""
    data = file.read_bytes()
    read = statements.read_statement_bytes(data)
    lines = re.split(rb"(?<=\n)|(?<=\r)(?!\n)", data)
    first = min((row.line or 0 for row in read.rows), default=0) if read.format is statements.Format.CSV else 0
    begin = sum(len(line) for line in lines[: max(0, first - 1)])
    digits = b"0123456789"
    return [
        place
        for place in range(begin, len(data))
        if data[place] in STRUCTURE
        and not (data[place] == ord(",") and data[place - 1] in digits and data[place + 1 : place + 2] in digits)
    ]


PLACES = [
    (file, place)
    for file in FILES
    if file.suffix != ".txt"  # two bytes a letter
    for place in places_of_structure(file)
]


@settings(max_examples=400)
@given(where=st.sampled_from(PLACES), put=st.sampled_from(PUT), twice=st.booleans())
def test_no_damage_between_the_parts_makes_an_amount_that_was_not_there(
    where: tuple[Path, int], put: bytes, twice: bool
) -> None:
    file, place = where
    data = file.read_bytes()
    whole = statements.read_statement_bytes(data)
    there = Counter((row.date, row.amount) for row in (*whole.rows, *whole.withdrawn))
    there.update((one.opening.on, one.opening.amount) for one in whole.accounts if one.opening is not None)
    kept = data[place : place + 1] * 2 if twice else put
    try:
        read = statements.read_statement_bytes(data[:place] + kept + data[place + 1 :]).rows
    except StatementError:
        event("refused")
        return
    event("read")
    assert not Counter((row.date, row.amount) for row in read) - there


@given(st.binary(max_size=200), st.sampled_from([b"", b"<OFX>", b"!Type:Bank\n", b"Date;Montant\n", b"Date,Amount\n"]))
def test_any_bytes_meet_our_own_error_only(data: bytes, before: bytes) -> None:
    with contextlib.suppress(StatementError):
        statements.read_statement_bytes(before + data)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_file_that_is_cut_anywhere_gives_only_whole_rows(file: Path) -> None:
    data = file.read_bytes()
    rows = statements.statement(file).rows
    for place in range(len(data)):
        try:
            read = statements.read_statement_bytes(data[:place]).rows
        except StatementError:
            continue
        for row, whole in zip(read, rows, strict=False):
            assert (row.date, row.amount) == (whole.date, whole.amount), data[:place][-80:]
            assert row.balance in {None, whole.balance}, data[:place][-80:]
        assert len(read) <= len(rows)


@given(ROWS, st.sampled_from(["%d/%m/%Y", "%m/%d/%Y", "%d/%m/%y"]), st.sampled_from(",."))
def test_a_qif_file_reads_back_as_it_was_or_is_refused(
    rows: list[tuple[date, Decimal, str]], day: str, mark: str
) -> None:
    text = "!Type:Bank\n" + "".join(
        f"D{one.strftime(day)}\nT{value:.2f}\nP{said}\n^\n".replace(".", mark) for one, value, said in rows
    )
    try:
        read = statements.read_statement_text(text).rows
    except StatementError:
        return
    assert [(row.date, row.amount) for row in read] == [(one, value) for one, value, _ in rows]


@given(ROWS, st.booleans(), st.sampled_from(",."))
def test_an_ofx_file_reads_back_as_it_was(rows: list[tuple[date, Decimal, str]], xml: bool, mark: str) -> None:
    end = "</{}>" if xml else "\n"
    assume(any(value < 0 for _, value, _ in rows))
    text = "<OFX><STMTRS>" + "".join(
        f"<STMTTRN><TRNTYPE>{'DEBIT' if value < 0 else 'CREDIT'}{end.format('TRNTYPE')}"
        f"<DTPOSTED>{one:%Y%m%d}{end.format('DTPOSTED')}<TRNAMT>"
        f"{f'{value:.2f}'.replace('.', mark)}{end.format('TRNAMT')}"
        f"<FITID>{number}{end.format('FITID')}<NAME>{said}{end.format('NAME')}</STMTTRN>"
        for number, (one, value, said) in enumerate(rows)
    )
    read = statements.read_statement_text(text + "</STMTRS></OFX>").rows

    assert [(row.date, row.amount, row.text) for row in read] == rows
