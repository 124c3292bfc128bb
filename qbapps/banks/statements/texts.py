"""From a file's bytes to its text, and what kind of statement the text is: told by its content, never by its name."""

from __future__ import annotations

import codecs
import re
from typing import Final

from qbapps.banks.statements.problems import ANOTHER, Unreadable
from qbapps.banks.statements.rows import Format
from qbapps.errors import ConfigurationError
from qbapps.reading.decoding import Decoded, decode
from qbapps.reading.formats import is_package, refuse_markup, refuse_others

MOST_BYTES: Final = 20 * 1024 * 1024
"""Largest statement that is read. Our choice: about 100,000 rows."""

MOST_ROWS: Final = 200_000
"""Most rows that are read from a statement. Our choice, for its memory."""

_BEGINNING: Final = 8192
_OFX: Final = re.compile(r"<OFX[\s>]|<\?OFX\s|^\s*OFXHEADER\s*:", re.IGNORECASE)
_QIF: Final = re.compile(r"\s*!(?:Type|Account|Option|Clear)\b", re.IGNORECASE)
_MT940: Final = re.compile(r"\s*(?:\{1:|:20:)")
_ISO20022: Final = re.compile(r"urn:iso:std:iso:20022|<BkToCstmr")
_DECLARED: Final = re.compile(
    rb"<\?xml[^>]*\bencoding\s*=\s*[\"']([\w.:-]{1,40})[\"']|\bCHARSET\s*:\s*([\w.-]{1,40})", re.IGNORECASE
)
_DOCTYPE: Final = re.compile(r"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)

# What a file may call itself and be read with; Windows' own where the declared one is a part of it.
_CHARSETS: Final = {
    "1252": "cp1252",
    "windows-1252": "cp1252",
    "cp1252": "cp1252",
    "iso-8859-1": "cp1252",
    "8859-1": "cp1252",
    "latin1": "cp1252",
    "iso-8859-15": "iso8859-15",
    "8859-15": "iso8859-15",
    "macintosh": "mac-roman",
}
OLD: Final = ("mac-roman", "cp850")
"""Encodings of old programs: any bytes are text in them, so headers that are known must say that it is the one."""


def decode_statement(data: bytes) -> Decoded:
    """
    Return the text of *data*: UTF-8 or UTF-16 where it is, else what it declares, else Windows-1252.

    Many files declare another encoding than they have, so valid UTF-8 wins over a declaration.

    Raises:
        Unreadable: It is empty, too large, or no text.
    """
    if len(data) > MOST_BYTES:
        raise Unreadable(
            f"is larger than {MOST_BYTES // 1024 // 1024} MiB", hint="Download shorter periods, and give them in turn."
        )
    if not data.strip():
        raise Unreadable("is empty")
    _refuse_packages(data)
    try:
        decoded = decode(data)
    except ConfigurationError as problem:
        decoded = _old(data, str(problem.message))
    declared = _declared(data)
    if decoded.encoding == "cp1252" and declared is not None and declared != "cp1252":
        return Decoded(text=data.decode(declared, errors="replace"), encoding=declared)
    return decoded


def _refuse_packages(data: bytes) -> None:
    hint = "In the spreadsheet, save it as CSV UTF-8 (.csv), or download it from the bank as OFX or CSV."
    if is_package(data):
        raise Unreadable("is a workbook or an archive, not a statement as text", hint=hint)
    try:
        refuse_others(data)
    except ConfigurationError as problem:
        raise Unreadable(_what(problem), hint=hint) from None


def _old(data: bytes, problem: str) -> Decoded:
    """Return the text of bytes that Windows-1252 does not have: of an old program, when there is no NUL among them."""
    if b"\x00" in data or data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Unreadable(f"is damaged: {problem.rstrip('.')}") from None
    return Decoded(text=data.decode(OLD[0]), encoding=OLD[0])


def _declared(data: bytes) -> str | None:
    found = _DECLARED.search(data[:_BEGINNING])
    if found is None:
        return None
    return _CHARSETS.get((found[1] or found[2]).decode("ascii", errors="replace").lower())


def kind_of(text: str) -> Format:
    """
    Return what *text* is; a text that is nothing else may be CSV.

    Raises:
        Unreadable: It is of a kind that is not read, or declares a document type.
    """
    beginning = text[:_BEGINNING]
    if _ISO20022.search(beginning):
        raise Unreadable("is a CAMT statement (ISO 20022), which is not read", hint=ANOTHER)
    if _OFX.search(beginning):
        if _DOCTYPE.search(text):
            raise Unreadable("declares a document type, which no statement needs", hint=ANOTHER)
        return Format.OFX
    if _QIF.match(beginning):
        return Format.QIF
    if _MT940.match(beginning):
        raise Unreadable("is an MT940 statement, which is not read", hint=ANOTHER)
    try:
        refuse_markup(beginning)
    except ConfigurationError as problem:
        raise Unreadable(_what(problem), hint=ANOTHER) from None
    return Format.CSV


def _what(problem: ConfigurationError) -> str:
    """Return what the file is, of a sentence that says it of inventories."""
    found = re.search(r"The file (is .*?)(?: and not an XLSX|\.$)", problem.message)
    return found[1].rstrip(",") if found else "is of a kind that is not read"
