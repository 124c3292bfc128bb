"""XLSX files as the archives they are: looked through before anything reads them."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from typing import Final

import attrs

from qbapps.domain import policies
from qbapps.errors import ConfigurationError
from qbapps.reading.formats import SAVE_AS, refuse_package

_MAX_PARTS: Final = 5_000
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_DECLARATIONS: Final = tuple("<!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))
_UNCALCULATED: Final = re.compile(
    rb"(?:</(?:\w+:)?f>|<(?:\w+:)?f\b[^<>]*/>)\s*+"  # a formula ...
    rb"(?:<(?:\w+:)?v\s*+/>|<(?:\w+:)?v>\s*+</(?:\w+:)?v>)?\s*+</(?:\w+:)?c>"  # ... and then no value
)
_ROW: Final = re.compile(rb"<(?:\w+:)?(?:(sheetData)|row)(?=[\s/>])(?:[^<>]*?\sr=[\"'](\d{1,20})[\"'])?")
_STRICT: Final = b"http://purl.oclc.org/ooxml/spreadsheetml/main"
_PICTURES: Final = "xl/media/"


@attrs.frozen(kw_only=True)
class Package:
    """
    A workbook that can be read.

    Attributes:
        data: The file.
        lacks_results: Whether there may be formulas of which the file holds no result.
    """

    data: bytes
    lacks_results: bool


def open_package(data: bytes) -> Package:
    """
    Return the workbook *data*, which unpacks to a size that can be read.

    What it says it unpacks to is added up first, so that a small file of great promise is refused
    before it is unpacked; no part can then give more than it said. Each part is then read once,
    one at a time: a damaged one is found, and so are document type declarations, which workbooks
    do not have and entity bombs need.

    Raises:
        ConfigurationError: It is damaged, too large, or another kind of archive.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _look_through(data, archive)
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, RuntimeError):
        raise damaged() from None


def damaged() -> ConfigurationError:
    """Return the error that says that a workbook cannot be read."""
    return ConfigurationError(
        "The file is an XLSX workbook that is cut or damaged.", hint=f"Open it in the spreadsheet. {SAVE_AS}"
    )


def too_large(what: str) -> ConfigurationError:
    """Return the error that says of *what* a workbook has too much."""
    return ConfigurationError(
        f"The workbook {what}.", hint="Keep the inventory alone in a workbook, or save its sheet as “CSV UTF-8 (.csv)”."
    )


def _look_through(data: bytes, archive: zipfile.ZipFile) -> Package:
    parts = archive.infolist()
    if len(parts) > _MAX_PARTS:
        raise too_large(f"has {len(parts):,} parts; at most {_MAX_PARTS:,} are read")
    unpacked = sum(part.file_size for part in parts)
    if unpacked > policies.INVENTORY_MAX_UNPACKED:
        raise too_large(
            f"unpacks to {unpacked // 1024 // 1024:,} MiB; "
            f"at most {policies.INVENTORY_MAX_UNPACKED // 1024 // 1024:,} MiB are read"
        )
    names = frozenset(part.filename for part in parts)
    refuse_package(names, archive.read("mimetype") if "mimetype" in names else b"")
    if len(names) != len(parts) or any(part.flag_bits & 1 or part.compress_type not in _METHODS for part in parts):
        raise damaged()
    elements = 0
    lacks_results = False
    for part in parts:
        content = archive.read(part)
        if part.filename.startswith(_PICTURES):
            continue
        if any(declaration in content for declaration in _DECLARATIONS):
            raise ConfigurationError(
                f"The workbook's part {part.filename[:80]!r} declares a document type, which no spreadsheet does.",
                hint=f"Do not trust this file. Ask for another, or open it yourself. {SAVE_AS}",
            )
        if _STRICT in content:
            raise ConfigurationError(
                "The file is a “Strict Open XML” workbook, and not an ordinary XLSX one.", hint=SAVE_AS
            )
        elements += content.count(b"<")
        if elements > policies.INVENTORY_MAX_ELEMENTS:
            raise too_large(f"holds more than {policies.INVENTORY_MAX_ELEMENTS:,} XML elements")
        if not _in_order(content):
            raise damaged()
        lacks_results = lacks_results or _UNCALCULATED.search(content) is not None
    return Package(data=data, lacks_results=lacks_results)


def _in_order(content: bytes) -> bool:
    """Return whether each sheet's rows follow each other; openpyxl leaves out those that do not, without a word."""
    last = 0
    for found in _ROW.finditer(content):
        number = 0 if found[1] else int(found[2] or last + 1)
        if number <= last and not found[1]:
            return False
        last = number
    return True
