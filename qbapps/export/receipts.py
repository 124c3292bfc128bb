"""A file of receipts: an index, then each receipt on a page of its own when it is printed."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import IO, Final

from qbapps.export import page
from qbapps.export.receipt import Receipt
from qbapps.export.whole_file import whole_file

_INDEX: Final = "<!-- index -->"
_RECEIPTS: Final = "<!-- receipts -->"


def write_receipts(path: Path, receipts: Iterable[Receipt], lang: str | None, *, generated_at: datetime) -> Path:
    """
    Write *receipts* to *path* as one HTML file that needs nothing else, replacing what is there.

    They are taken one by one and never held together, so the file may be far larger than memory. When that
    fails midway, *path* is as it was.
    """
    with _spool() as index, _spool() as bodies:
        count = 0
        for count, one in enumerate(receipts, start=1):
            index.write(page.render("receipt_row.html", lang, one=one, number_=count))
            bodies.write(page.render("receipt.html", lang, one=one, number_=count))
        whole = page.render("receipts.html", lang, count=count, generated_at=generated_at)
        before, rest = whole.split(_INDEX)
        between, after = rest.split(_RECEIPTS)
        _replace(path, (before, index, between, bodies, after))
    return path


def _spool() -> IO[str]:
    return tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n")


def _replace(path: Path, parts: Iterable[str | IO[str]]) -> None:
    with whole_file(path) as made, made.open("w", encoding="utf-8", newline="\n") as file:
        for part in parts:
            if isinstance(part, str):
                file.write(part)
            else:
                part.seek(0)
                shutil.copyfileobj(part, file)
