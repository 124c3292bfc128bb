"""From a file's bytes to its text."""

from __future__ import annotations

import codecs
from typing import Final

import attrs

from qbapps.errors import ConfigurationError
from qbapps.reading.formats import SAVE_AS

_UTF32: Final = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_PLAINLY: Final = 0.5
"""Share of its units that are Latin letters, from which on unmarked text plainly is UTF-16."""


@attrs.frozen(kw_only=True)
class Decoded:
    """A file's text, and the encoding it was read with."""

    text: str
    encoding: str


def decode(data: bytes) -> Decoded:
    """
    Return the text of *data*: UTF-16 where it is marked or plain, else UTF-8, else Windows-1252.

    Raises:
        ConfigurationError: It is not a text in those encodings.
    """
    if data.startswith(_UTF32):
        raise ConfigurationError("The file is text in UTF-32, which is not read.", hint=SAVE_AS)
    encoding = _sixteen(data)
    if encoding is not None:
        decoded = _decode_sixteen(data, encoding)
        if "\x00" not in decoded.text:
            return decoded
    if encoding is not None or b"\x00" in data:
        raise ConfigurationError(
            "The file holds NUL bytes: it is not text in UTF-8, UTF-16 or Windows-1252.", hint=SAVE_AS
        )
    marked = data.startswith(codecs.BOM_UTF8)
    try:
        return Decoded(text=data.decode("utf-8-sig"), encoding="utf-8-sig" if marked else "utf-8")
    except UnicodeDecodeError as problem:
        if marked:
            raise _undecodable(data[len(codecs.BOM_UTF8) :], problem, "is not UTF-8") from None
    try:
        return Decoded(text=data.decode("cp1252"), encoding="cp1252")
    except UnicodeDecodeError as problem:
        raise _undecodable(data, problem, "is neither UTF-8 nor Windows-1252") from None


def _sixteen(data: bytes) -> str | None:
    """Return which UTF-16 it is. Without a mark: every other byte is mostly zero."""
    if data.startswith(_UTF16):
        return "utf-16"
    if len(data) % 2 or b"\x00" not in data:
        return None
    even, odd = data[::2], data[1::2]
    if odd.count(0) >= _PLAINLY * len(odd):
        return "utf-16-le"
    if even.count(0) >= _PLAINLY * len(even):
        return "utf-16-be"
    return None


def _decode_sixteen(data: bytes, encoding: str) -> Decoded:
    try:
        return Decoded(text=data.decode(encoding), encoding=encoding)
    except UnicodeDecodeError as problem:
        line = data[: problem.start].decode(encoding, errors="ignore").count("\n") + 1
        raise ConfigurationError(
            f"Line {line} of the file is cut or damaged: it is not UTF-16, as the rest is.", hint=SAVE_AS
        ) from None


def _undecodable(data: bytes, problem: UnicodeDecodeError, what: str) -> ConfigurationError:
    line = data.count(b"\n", 0, problem.start) + 1
    return ConfigurationError(
        f"Line {line} of the file holds the byte 0x{data[problem.start]:02X}, which {what}.", hint=SAVE_AS
    )
