"""Inventories as files of every kind, written for the tests."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook

HEADER = (
    "Niveau",
    "Société",
    "N° d'entreprise",
    "Application",
    "Contact éditeur",
    "Propriétaire",
    "Rôle",
    "Connectée le",
    "Dernière utilisation",
    "Statut",
)
ROW = (
    "Client",
    "Café Élan",
    "9130350000000104",
    "Dext",
    "",
    "k@durand.example",
    "Administrateur",
    "07/01/2022",
    "",
    "Connectée",
)


def row(**changes: Any) -> tuple[Any, ...]:
    """Return the good row with other cells: ``app``, ``company``, ``realm``, ``on`` or ``used``."""
    places = {"level": 0, "company": 1, "realm": 2, "app": 3, "owner": 5, "on": 7, "used": 8, "state": 9}
    cells: list[Any] = list(ROW)
    for name, value in changes.items():
        cells[places[name]] = value
    return tuple(cells)


def workbook(*rows: Sequence[Any], header: Sequence[Any] = HEADER) -> Workbook:
    """Return a workbook with one sheet."""
    book = Workbook()
    for cells in (header, *rows):
        book.active.append(list(cells))
    return book


def saved(book: Workbook) -> bytes:
    """Return the workbook's file."""
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def xlsx(*rows: Sequence[Any], header: Sequence[Any] = HEADER) -> bytes:
    """Return the file of a workbook with one sheet."""
    return saved(workbook(*rows, header=header))


def archive(parts: Iterable[tuple[str, bytes]]) -> bytes:
    """Return a ZIP archive of *parts*."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts:
            made.writestr(name, content)
    return file.getvalue()


def altered(data: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """Return the workbook *data* with *old* in its *part* replaced by *new*."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        parts = [(name, book.read(name)) for name in book.namelist()]
    assert any(name == part and old in content for name, content in parts)
    return archive((name, content.replace(old, new) if name == part else content) for name, content in parts)


def shared(data: bytes) -> bytes:
    """Return the workbook *data* with its texts in a part of their own, where Excel keeps them."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    texts: list[bytes] = []

    def moved(cell: re.Match[bytes]) -> bytes:
        texts.append(cell[2])
        return b"<c%s><v>%d</v></c>" % (cell[1].replace(b"inlineStr", b"s"), len(texts) - 1)

    for name in [name for name in parts if name.startswith("xl/worksheets/")]:
        parts[name] = re.sub(rb"<c([^>]*inlineStr[^>]*)><is>(.*?)</is></c>", moved, parts[name], flags=re.DOTALL)
    main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    items = b"".join(b"<si>%s</si>" % text for text in texts)
    parts["xl/sharedStrings.xml"] = b'<sst xmlns="%s">%s</sst>' % (main, items)
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
        b"</Types>",
        b'<Override PartName="/xl/sharedStrings.xml" '
        b'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>',
    )
    return archive(parts.items())
