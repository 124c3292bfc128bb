"""What a file is, told by what it begins with and never by its name."""

from __future__ import annotations

import re
from typing import Final

from qbapps.errors import ConfigurationError

SAVE_AS: Final = (
    "In the spreadsheet, choose “Save as”, then “Excel Workbook (.xlsx)” or “CSV UTF-8 (.csv)”, and give that file."
)

_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_OLE: Final = b"\xd0\xcf\x11\xe0"
_LOCKED: Final = "EncryptedPackage".encode("utf-16-le")
_SIGNATURES: Final[tuple[tuple[bytes, str], ...]] = (
    (b"%PDF", "a PDF document"),
    (b"{\\rtf", "an RTF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)
_MARKUP: Final = re.compile(
    r"\s*(?:<!--(?:(?!-->).)*-->\s*)*<(!doctype\s+html|html|head|meta|table|body|style|\?xml)\b",
    re.IGNORECASE | re.DOTALL,
)
_BEGINNING: Final = 4096


def is_package(data: bytes) -> bool:
    """Return whether *data* is a ZIP archive, as XLSX workbooks are."""
    return data.startswith(_ZIP)


def refuse_others(data: bytes) -> None:
    """
    Let text and ZIP archives pass.

    Raises:
        ConfigurationError: It is an old Excel workbook, a locked one, a PDF document or the like.
    """
    if data.startswith(_OLE):
        if _LOCKED in data:
            raise ConfigurationError(
                "The file is an Excel workbook that is locked with a password.",
                hint="Save a copy of it without a password, and give that file.",
            )
        raise _other("an old Excel (XLS) workbook")
    for signature, what in _SIGNATURES:
        if data.startswith(signature):
            raise _other(what)


def refuse_markup(text: str) -> None:
    """
    Let text pass that is no web page.

    Many programs write a table of HTML, or Excel's XML of 2003, and call the file .xls.

    Raises:
        ConfigurationError: It is a web page or XML.
    """
    match = _MARKUP.match(text[:_BEGINNING])
    if match is None:
        return
    if match[1] == "?xml":
        raise _other("XML, as Excel 2003 and other programs write it,")
    raise _other("a web page (HTML), as some programs write it and call it .xls,")


def refuse_package(names: frozenset[str], mimetype: bytes) -> None:
    """
    Let XLSX workbooks pass.

    Args:
        names: The archive's files.
        mimetype: What its file ``mimetype`` holds: an ODF document says there what it is.

    Raises:
        ConfigurationError: It is another kind of archive.
    """
    if b"opendocument.spreadsheet" in mimetype:
        raise _other("a LibreOffice (ODS) workbook")
    if b"opendocument" in mimetype:
        raise _other("a LibreOffice document")
    if any(name.endswith("workbook.bin") for name in names):
        raise _other("a binary Excel (XLSB) workbook")
    if any(name.startswith("word/") for name in names):
        raise _other("a Word document")
    if any(name.endswith(".iwa") for name in names):
        raise _other("a Numbers document")
    if "[Content_Types].xml" not in names or not any(name.lower().endswith("workbook.xml") for name in names):
        raise _other("a ZIP archive without a workbook")


def _other(what: str) -> ConfigurationError:
    return ConfigurationError(f"The file is {what} and not an XLSX workbook or a CSV file.", hint=SAVE_AS)
