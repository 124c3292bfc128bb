"""Lines of an iCalendar file: texts escaped, and folded where they are too long."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from qbapps.values import as_utc

LONGEST: Final = 75
"""Octets of a line without its end. Source: RFC 5545, section 3.1"""

_CONTROL: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
_ESCAPES: Final = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


def text(value: str) -> str:
    """Return *value* as a TEXT: escaped, and without control characters other than the end of a line."""
    clean = (c if c == "\n" or unicodedata.category(c) not in _CONTROL else " " for c in value.replace("\r\n", "\n"))
    return "".join(clean).translate(_ESCAPES)


def day(value: date) -> str:
    """Return *value* as a DATE."""
    return f"{value.year:04d}{value.month:02d}{value.day:02d}"


def instant(value: datetime) -> str:
    """Return *value* as a DATE-TIME in UTC."""
    at = as_utc(value)
    return f"{day(at)}T{at.hour:02d}{at.minute:02d}{at.second:02d}Z"


def folded(line: str) -> str:
    """Return *line* in pieces of 75 octets at most, never cut within a character, each further one indented."""
    pieces, piece, room = [], "", LONGEST
    for character in line:
        size = len(character.encode("utf-8"))
        if size > room:
            pieces.append(piece)
            piece, room = " ", LONGEST - 1
        piece += character
        room -= size
    return "\r\n".join((*pieces, piece))


def written(lines: Iterable[str]) -> str:
    """Return the file, each line folded and ended by CRLF."""
    return "".join(f"{folded(line)}\r\n" for line in lines)
