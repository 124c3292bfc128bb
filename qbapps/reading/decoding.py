"""From a file's bytes to its text."""

from __future__ import annotations

import codecs
from typing import Final

import attrs

from qbapps.domain import policies
from qbapps.errors import ConfigurationError

_SAVE_AS: Final = "Save it as “CSV UTF-8” in the spreadsheet, and give that file."
_SIGNATURES: Final[tuple[tuple[bytes, str], ...]] = (
    (b"PK\x03\x04", "an XLSX or ODS workbook"),
    (b"\xd0\xcf\x11\xe0", "an old Excel (XLS) workbook"),
    (b"%PDF", "a PDF document"),
    (codecs.BOM_UTF16_LE, "text in UTF-16"),
    (codecs.BOM_UTF16_BE, "text in UTF-16"),
)


@attrs.frozen(kw_only=True)
class Decoded:
    """A file's text, and the encoding it was read with."""

    text: str
    encoding: str


def decode(data: bytes) -> Decoded:
    """
    Return the text of *data*: UTF-8, with or without its mark, else Windows-1252.

    Raises:
        ConfigurationError: It is too large, empty, or not a text in those encodings.
    """
    if len(data) > policies.INVENTORY_MAX_BYTES:
        raise ConfigurationError(
            f"The file has {len(data):,} bytes; at most {policies.INVENTORY_MAX_BYTES:,} are read.",
            hint="Split it, and give the parts one after the other.",
        )
    if not data.strip():
        raise ConfigurationError("The file is empty.", hint="Give a CSV file with a line of headers.")
    for signature, what in _SIGNATURES:
        if data.startswith(signature):
            raise ConfigurationError(f"The file is {what}, not a CSV file.", hint=_SAVE_AS)
    if b"\x00" in data:
        raise ConfigurationError(
            "The file holds NUL bytes: it is not a CSV file in UTF-8 or Windows-1252.", hint=_SAVE_AS
        )
    marked = data.startswith(codecs.BOM_UTF8)
    try:
        return Decoded(text=data.decode("utf-8-sig"), encoding="utf-8-sig" if marked else "utf-8")
    except UnicodeDecodeError as problem:
        if marked:
            raise _undecodable(data[len(codecs.BOM_UTF8) :], problem, "UTF-8") from None
    try:
        return Decoded(text=data.decode("cp1252"), encoding="cp1252")
    except UnicodeDecodeError as problem:
        raise _undecodable(data, problem, "UTF-8 nor Windows-1252") from None


def _undecodable(data: bytes, problem: UnicodeDecodeError, expected: str) -> ConfigurationError:
    line = data.count(b"\n", 0, problem.start) + 1
    verb = "is not" if " nor " not in expected else "is neither"
    return ConfigurationError(
        f"Line {line} of the file holds the byte 0x{data[problem.start]:02X}, which {verb} {expected}.",
        hint=_SAVE_AS,
    )
