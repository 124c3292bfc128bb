"""What became of the rows that were offered, for people to read: what is new, what was dropped, what waits, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from qbapps.banks.proving import Proof
from qbapps.banks.remarks import amount_in_words
from qbapps.banks.sorts import Dedupe, DedupeCode, Item
from qbapps.banks.statements.rows import Row
from qbapps.export.page import render
from qbapps.export.whole_file import whole_file
from qbapps.language import N_, Words, words

SENTENCES: Final[Mapping[DedupeCode, str]] = MappingProxyType(
    {
        DedupeCode.NEW: N_("New, to import"),
        DedupeCode.PENDING: N_("Dropped: not booked by the bank yet, it comes again when it is"),
        DedupeCode.FUTURE: N_("Dropped: dated after today, it comes again when it is booked"),
        DedupeCode.BEFORE_START: N_("Dropped: before the day from which operations are imported"),
        DedupeCode.REPEATED_ID: N_("Dropped: twice in the file, with one number of the bank"),
        DedupeCode.SAME_ID: N_("Dropped: already there, with the same number of the bank"),
        DedupeCode.SAME_CONTENT: N_("Dropped: already there, with the same date, amount and text"),
        DedupeCode.IN_ANOTHER_FILE: N_("Dropped: another of the files has it too"),
        DedupeCode.WITHDRAWN: N_("Dropped: the bank itself takes it back"),
        DedupeCode.ID_REUSED: N_("To decide: the bank gave its number to another operation as well"),
        DedupeCode.CORRECTION: N_("To decide: the bank corrects an operation"),
        DedupeCode.DELETION: N_("To decide: the bank deletes an operation"),
        DedupeCode.NEAR: N_("To decide: it may be there already, under another date or text"),
    }
)


def report_text(result: Dedupe, lang: str | None = None, *, proof: Proof | None = None) -> str:
    """
    Return a report of what :func:`~qbapps.banks.duplicates.dedupe` did, as text.

    What waits for a decision comes first, each row above its twin, then what was dropped, then the new rows. Texts
    of banks stand there on one line, without what cannot be seen.

    Raises:
        ConfigurationError: It is a language the library does not speak.
    """
    _ = words(lang)
    lines = [_summary(result, _), *([] if proof is None else [reason.said(lang) for reason in proof.reasons])]
    for heading, items in _groups(result, _):
        lines += ["", f"{heading} ({_.number(len(items))})"]
        for item in items:
            lines.append(f"  {_line(item.row, _)}")
            if item.twin is not None:
                lines.append(f"    ↳ {_line(item.twin, _)}")
    return "\n".join(lines) + "\n"


def report_html(result: Dedupe, lang: str | None = None, *, proof: Proof | None = None) -> str:
    """
    Return the same report as an HTML page by itself: it loads nothing, and whatever a bank wrote is escaped.

    Raises:
        ConfigurationError: It is a language the library does not speak.
    """
    _ = words(lang)
    sections = [
        (heading, [(_cells(item.row, _), None if item.twin is None else _cells(item.twin, _)) for item in items])
        for heading, items in _groups(result, _)
    ]
    said = () if proof is None else tuple(reason.said(lang) for reason in proof.reasons)
    return render("bank_rows.html", lang, summary=_summary(result, _), proof=said, sections=sections)


def write_report(result: Dedupe, path: str | Path, lang: str | None = None, *, proof: Proof | None = None) -> Path:
    """
    Write the report to *path*, as a page where it ends in ``.html`` and as text elsewhere; whole, or not at all.

    Raises:
        ConfigurationError: It cannot be written, or it is a language the library does not speak.
    """
    where = Path(path)
    make = report_html if where.suffix.lower() in {".html", ".htm"} else report_text
    made = make(result, lang, proof=proof)
    with whole_file(where) as file:
        file.write_text(made, encoding="utf-8", newline="\n")
    return where


def _summary(result: Dedupe, _: Words) -> str:
    return _(
        "Operations offered: {offered}. New: {new}. Dropped: {dropped}. To decide: {held}.",
        offered=_.number(result.offered),
        new=_.number(len(result.new)),
        dropped=_.number(len(result.dropped)),
        held=_.number(len(result.held)),
    )


def _groups(result: Dedupe, _: Words) -> Iterator[tuple[str, Sequence[Item]]]:
    """Yield each code that occurs, said, and its rows: what is held, what is dropped, what is new."""
    for items in (result.held, result.dropped, result.new):
        found: dict[DedupeCode, list[Item]] = {}
        for item in items:
            found.setdefault(item.code, []).append(item)
        for code in DedupeCode:
            if code in found:
                yield _.text(SENTENCES[code]), found[code]


def _line(row: Row, _: Words) -> str:
    return " · ".join(cell for cell in _cells(row, _) if cell)


def _cells(row: Row, _: Words) -> tuple[str, str, str, str]:
    """Return the day, the amount, the text and the account, each on one line."""
    amount = amount_in_words(row.amount, _)
    return (
        row.date.isoformat(),
        f"{amount} {row.currency}" if row.currency else amount,
        _flat(row.text),
        _flat(row.account or ""),
    )


def _flat(text: str) -> str:
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())
