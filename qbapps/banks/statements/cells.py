"""What stands at one place of a file."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import attrs

_SPACES: Final = dict.fromkeys(
    map(ord, "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f"), " "
)
_UNSEEN: Final = dict.fromkeys(map(ord, "\u200b\u200e\u200f\u202a\u202b\u202c\u2060\u2066\u2067\u2068\u2069\ufeff"))
_KEPT_AS_TEXT: Final = re.compile(r'=\s*"([^"]*)"')


@attrs.frozen
class Cell:
    """One text, the line it stands on, and the header, tag or letter it stands under."""

    text: str
    line: int
    column: str


def flat(text: str) -> str:
    """
    Return *text* on one line: every kind of space is one space, and marks that cannot be seen are gone.

    ``="0123"``, which keeps a spreadsheet from making a number of it, is ``0123``.
    """
    one = " ".join((text if text.isascii() else text.translate(_SPACES).translate(_UNSEEN)).split())
    if not one.startswith("="):
        return one
    kept = _KEPT_AS_TEXT.fullmatch(one)
    return kept[1].strip() if kept else one


def clean(text: str) -> str:
    """Return *text* as people read it: flat, composed (NFC), without control characters."""
    if text.isascii() and text.isprintable():
        return flat(text)
    seen = "".join(" " if unicodedata.category(one) == "Cc" else one for one in text)
    return unicodedata.normalize("NFC", flat(seen))
