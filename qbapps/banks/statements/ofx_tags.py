"""
The tags of an OFX file, SGML (1.x) and XML (2.x) alike, in one pass.

SGML leaves out the end tags of what holds text. Banks also leave ``&`` and ``<`` as they are in texts, in XML too, so
neither a strict XML parser nor its entities are of use; what is no tag or no known entity stays text.

Source: OFX 1.6 §2.3, "Open Financial Exchange headers" and "SGML details"
"""

from __future__ import annotations

import html.entities
import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Final

import attrs

from qbapps.banks.statements.problems import Unreadable

# Each piece is bounded by the next "<", so that the search takes time in proportion to the text.
_TAG: Final = re.compile(
    r"<!--|<!\[CDATA\[|<\?[^<>]*>|<(/?)(?:[A-Za-z]\w{0,20}:)?([A-Za-z][A-Za-z0-9._-]{0,40})([\s/][^<>]*)?>"
)
_ENTITY: Final = re.compile(r"&(?:#([0-9]{1,7})|#[xX]([0-9A-Fa-f]{1,6})|([A-Za-z][A-Za-z0-9]{1,10}));")
_ENDS: Final = {"<!--": "-->", "<![CDATA[": "]]>"}
_LAST_POINT: Final = 0x10FFFF


class Part(StrEnum):
    """What stands in a file: a tag that opens, one that closes, or text."""

    OPEN = "open"
    CLOSE = "close"
    TEXT = "text"


@attrs.frozen
class Token:
    """One part, its name or text, and the line it ends on."""

    part: Part
    value: str
    line: int


def tokens(text: str) -> Iterator[Token]:
    """
    Yield the tags of *text* and what stands between them that is not blank. Names are in capitals.

    Raises:
        Unreadable: A comment or a CDATA section does not end.
    """
    position, counted, line = 0, 0, 1
    pieces: list[str] = []
    while (found := _TAG.search(text, position)) is not None:
        pieces.append(_unescaped(text[position : found.start()]))
        line += text.count("\n", counted, found.start())
        counted = found.start()
        position = found.end()
        if found[0] in _ENDS:
            position = _end(text, found, line)
            if found[0] != "<!--":
                pieces.append(text[found.end() : position - 3])
            continue
        if said := "".join(pieces).strip():
            yield Token(Part.TEXT, said, line)
        pieces = []
        if found[2] is None:
            continue
        name = found[2].upper()
        if not found[1]:
            yield Token(Part.OPEN, name, line)
        if found[1] or (found[3] or "").endswith("/"):
            yield Token(Part.CLOSE, name, line)
    if said := "".join([*pieces, _unescaped(text[position:])]).strip():
        yield Token(Part.TEXT, said, line)


def _end(text: str, found: re.Match[str], line: int) -> int:
    mark = _ENDS[found[0]]
    end = text.find(mark, found.end())
    if end < 0:
        raise Unreadable(f"begins a part that does not end with {mark}", line=line, seen=found[0])
    return end + len(mark)


def _unescaped(text: str) -> str:
    return _ENTITY.sub(_character, text) if "&" in text else text


def _character(found: re.Match[str]) -> str:
    """Return what an entity stands for; itself where it is none."""
    if found[3]:
        point = 39 if found[3] == "apos" else html.entities.name2codepoint.get(found[3], 0)
    else:
        point = int(found[1]) if found[1] else int(found[2], 16)
    return chr(point) if 0 < point <= _LAST_POINT and not 0xD800 <= point <= 0xDFFF else found[0]
